"""One process of Makegood: what it serves and what it does in the background, started and stopped in order."""

from __future__ import annotations

import gc
import signal
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.link import Link
from bot.readiness import Readiness
from bot.schedule import Schedule
from store import migrate

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from types import FrameType

    from bot.app import Makegood
    from bot.server import WebServer
    from bot.socket_mode import SocketMode

log = structlog.get_logger(__name__)

# Seconds. A supervisor kills what has not ended after ten; a post in flight takes at most as long as Slack does.
STOP_WITHIN = 8.0
# The main thread has nothing else to do than to see that the clock runs forward.
_LOOK_EVERY = 5.0


class StopRequested(SystemExit):
    """A signal came while the process was starting."""


@dataclass(frozen=True)
class Parts:
    """What a process does: `web` answers Slack, `work` plans and delivers."""

    web: bool = False
    work: bool = False


class Service:
    """Start with `start`, then `run` until a signal. `failed` holds the words if it had to end by itself."""

    def __init__(self, makegood: Makegood, parts: Parts) -> None:
        self.makegood = makegood
        self.failed: str | None = None
        self._parts = parts
        self._asked = threading.Event()
        self._link = Link(makegood)
        self._sockets = self._make_sockets() if parts.web and makegood.settings.socket_mode else None
        self.readiness = Readiness(
            makegood.ledger,
            makegood.clock,
            self._link,
            newest_revision=_once(migrate.head),
            sockets=self._sockets,
        )
        self.schedule = Schedule(makegood, work=parts.work, link=self._link.look)
        self._server: WebServer | None = None
        self._working = False

    @property
    def port(self) -> int:
        """The port of the HTTP server, once started; 0 where there is none."""
        return self._server.port if self._server else 0

    def start(self) -> None:
        """Take the port, connect, and begin. OSError for a busy port, SlackApiError where Slack refuses us."""
        settings = self.makegood.settings
        if self._parts.web:
            self._server = self._make_server()
            # First of all: whoever asks for health is answered however long Slack takes.
            self._server.start()
        self._link.connect()
        if self._parts.work:
            self.makegood.courier.start(settings.courier_threads)
            self._working = True
        self.schedule.start()
        if self._sockets:
            self._sockets.start()
        # What is loaded by now stays for ever. A full collection would look through all of it and hold up every
        # request for a tenth of a second.
        gc.freeze()
        log.info("started", web=self._parts.web, work=self._parts.work, port=self.port, socket=bool(self._sockets))

    def ask_to_stop(self, failed: str | None = None) -> None:
        """From any thread: end soon; with `failed`, words, it counts as a failure."""
        self.failed = self.failed or failed
        self._asked.set()

    def wait(self) -> None:
        """Block until the process is asked to stop."""
        while not self._asked.wait(_LOOK_EVERY):
            self.schedule.notice_clock()

    def stop(self, within: float = STOP_WITHIN) -> bool:
        """Stop accepting, finish what is in flight, close. At most about `within` seconds; whether all finished."""
        deadline = time.monotonic() + within
        self.readiness.stop()
        for front in (self._server, self._sockets):
            if front:
                front.stop_accepting()
        self.schedule.stop(within=0)
        courier = _aside(lambda: self.makegood.courier.stop(within)) if self._working else None
        executor = self.makegood.bolt.listener_runner.listener_executor
        ends: list[Callable[[float], bool]] = [
            *(front.stop for front in (self._server, self._sockets) if front),
            lambda left: _drained(executor, left),
            self.schedule.stop,
        ]
        if courier:
            ends.append(lambda left: _joined(courier, left))
        ended = [end(_left(deadline)) for end in ends]
        finished = all(ended)
        self.makegood.close()
        log.info("stopped", finished=finished)
        return finished

    def _make_server(self) -> WebServer:
        from bot.server import WebServer, build  # noqa: PLC0415  a worker serves nothing

        settings = self.makegood.settings
        secret = settings.slack_signing_secret
        app = build(
            self.makegood.bolt,
            self.readiness,
            signing_secret=secret.get_secret_value() if secret and not settings.socket_mode else None,
        )
        return WebServer(app, host=settings.host, port=settings.port, threads=settings.web_threads)

    def _make_sockets(self) -> SocketMode:
        from bot.socket_mode import SocketMode  # noqa: PLC0415  only where it is chosen

        settings = self.makegood.settings
        token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
        return SocketMode(self.makegood.bolt, token, on_deaf=self.ask_to_stop, concurrency=settings.web_threads)


class Signals:
    """SIGTERM and SIGINT: while starting they end the process at once, later they ask the service to stop."""

    def __init__(self) -> None:
        self._service: Service | None = None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._arrived)

    def hand_to(self, service: Service) -> None:
        self._service = service

    def _arrived(self, number: int, _frame: FrameType | None) -> None:
        del number
        if self._service is None:
            raise StopRequested(0)
        self._service.ask_to_stop()


def _left(deadline: float) -> float:
    return max(0.1, deadline - time.monotonic())


def _aside(step: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=step, name="stopping", daemon=True)
    thread.start()
    return thread


def _drained(executor: Executor, within: float) -> bool:
    """Let the listeners that still run after their ack come to their end."""
    return _joined(_aside(lambda: executor.shutdown(wait=True)), within)


def _joined(thread: threading.Thread, within: float) -> bool:
    thread.join(within)
    return not thread.is_alive()


def _once(step: Callable[[], str]) -> Callable[[], str]:
    known: list[str] = []

    def value() -> str:
        if not known:
            known.append(step())
        return known[0]

    return value
