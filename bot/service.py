"""One process of Makegood: its servers and background threads, started and stopped in order."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bot.health.ledger_watch import LedgerWatch
from bot.health.readiness import Readiness
from bot.http_server import WebServer
from bot.schedule import Schedule
from bot.server import Site, build
from bot.slack_connection import ConnectionMonitor
from bot.socket_mode import SocketMode
from store import migrate
from store.db import ANSWER_WITHIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from types import FrameType

    from bot.app import Makegood

log = structlog.get_logger(__name__)

# Seconds. A supervisor kills what has not ended after ten; a post in flight takes at most as long as Slack does.
STOP_WITHIN = 8.0
# Seconds between two looks of the main thread at the clock.
_LOOK_EVERY = 5.0


class StopRequested(SystemExit):
    """A signal came while the process was starting."""


@dataclass(frozen=True)
class Parts:
    """The parts that a process runs: `web` answers Slack, `work` plans and delivers."""

    web: bool = False
    work: bool = False


class Service:
    """Start with `start`, then `run` until a signal. `failed` holds the words if it had to end by itself."""

    def __init__(self, makegood: Makegood, parts: Parts) -> None:
        self.makegood = makegood
        self.failed: str | None = None
        self._parts = parts
        # A lock used as a flag, released when the process should stop. `Event.set()` in a signal handler can deadlock:
        # the handler runs in the waiting thread, which may hold the Event's internal lock. `SimpleQueue.get` with a
        # timeout can hang as well, if the thread is held up until the timeout is over.
        self._asked = threading.Lock()
        self._asked.acquire()
        self._link = ConnectionMonitor(makegood)
        self._sockets = self._make_sockets() if parts.web and makegood.settings.socket_mode else None
        self.readiness = Readiness(
            makegood.ledger,
            makegood.clock,
            self._link,
            newest_revision=migrate.head,
            sockets=self._sockets,
        )
        self.schedule = Schedule(
            makegood, work=parts.work, link=self._link.look, watch=LedgerWatch(makegood.ledger).look
        )
        self._server: WebServer | None = None
        self._working = False

    @property
    def port(self) -> int:
        """The port of the HTTP server, once started; 0 where there is none."""
        return self._server.port if self._server else 0

    def start(self) -> None:
        """Take the port, connect, and begin. OSError for a busy port, SlackApiError where Slack refuses us.

        StopRequested where it was asked to stop meanwhile: then it may not have begun at all.
        """
        settings = self.makegood.settings
        if self._parts.web:
            self._server = self._make_server()
            # Before Slack is asked, so that health requests are answered however long Slack takes.
            self._server.start()
        self._connect()
        if self._parts.work:
            self.makegood.courier.start(settings.courier_threads)
            self._working = True
        self.schedule.start()
        if self._sockets:
            self._sockets.start()
        log.info("started", web=self._parts.web, work=self._parts.work, port=self.port, socket=bool(self._sockets))

    def ask_to_stop(self, failed: str | None = None) -> None:
        """Ask the process to end, from any thread. `failed` holds the words if it ends because of a failure."""
        self.failed = self.failed or failed
        # RuntimeError: it is free already.
        with contextlib.suppress(RuntimeError):
            self._asked.release()

    def wait(self) -> None:
        """Block until the process is asked to stop."""
        while not self._is_asked(within=_LOOK_EVERY):
            self.schedule.detect_clock_change()

    def stop(self, within: float = STOP_WITHIN) -> bool:
        """Stop accepting, finish what is in flight, close. At most about `within` seconds; whether all finished."""
        deadline = time.monotonic() + within
        self.readiness.stop()
        for front in (self._server, self._sockets):
            if front:
                front.stop_accepting()
        self.schedule.stop(within=0)
        courier = _Aside(lambda: self.makegood.courier.stop(within)) if self._working else None
        executor = self.makegood.bolt.listener_runner.listener_executor
        ends: list[Callable[[float], bool]] = [
            *(front.stop for front in (self._server, self._sockets) if front),
            lambda left: _drained(executor, left),
            self.schedule.stop,
        ]
        if courier:
            ends.append(courier.succeeds)
        ended = [end(_left(deadline)) for end in ends]
        finished = all(ended)
        self.makegood.close()
        log.info("stopped", finished=finished)
        return finished

    def _connect(self) -> None:
        """Connect to Slack in a thread of its own, so that a request to stop does not wait for Slack."""
        ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

        def connect() -> None:
            try:
                self._link.connect()
            except BaseException as error:  # noqa: BLE001  raised in the thread that waits for it
                ended.put(error)
            else:
                ended.put(None)

        threading.Thread(target=connect, name="connecting", daemon=True).start()
        while ended.empty():
            if self._is_asked(within=0.005):
                raise StopRequested(0)
        if error := ended.get():
            raise error

    def _is_asked(self, within: float) -> bool:
        asked = self._asked.acquire(timeout=within)
        if asked:
            # The next look must find it released too. RuntimeError: a second request has released it in between.
            with contextlib.suppress(RuntimeError):
                self._asked.release()
        return asked

    def _make_server(self) -> WebServer:
        makegood, settings = self.makegood, self.makegood.settings
        secret = settings.slack_signing_secret
        address = settings.public_url
        app = build(
            makegood.bolt,
            self.readiness,
            site=Site(makegood.ledger.with_timeout(ANSWER_WITHIN), makegood.clock, address) if address else None,
            signing_secret=secret.get_secret_value() if secret and not settings.socket_mode else None,
        )
        return WebServer(app, host=settings.host, port=settings.port, threads=settings.web_threads)

    def _make_sockets(self) -> SocketMode:
        settings = self.makegood.settings
        token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
        return SocketMode(self.makegood.bolt, token, on_deaf=self.ask_to_stop, concurrency=settings.web_threads)


class Signals:
    """SIGTERM, SIGINT and SIGHUP (the terminal was closed): before there is a service they end the process at once,
    later they ask it to stop.
    """

    def __init__(self) -> None:
        self._service: Service | None = None
        self._came = False
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # Below nohup SIGHUP is ignored, and stays so.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._arrived)

    def hand_to(self, service: Service) -> None:
        """From now on the service is asked. One that came before and was not heard is not forgotten."""
        self._service = service
        if self._came:
            service.ask_to_stop()

    def _arrived(self, number: int, _frame: FrameType | None) -> None:
        del number
        # Raised inside a finalizer, say, the exception is swallowed.
        self._came = True
        if self._service is None:
            raise StopRequested(0)
        self._service.ask_to_stop()


def _left(deadline: float) -> float:
    return max(0.1, deadline - time.monotonic())


class _Aside:
    """A step in a thread of its own."""

    def __init__(self, step: Callable[[], bool]) -> None:
        self._step = step
        self._well = False
        self._thread = threading.Thread(target=self._run, name="stopping", daemon=True)
        self._thread.start()

    def succeeds(self, within: float) -> bool:
        """Wait for the step; returns whether it succeeded in time."""
        self._thread.join(within)
        return self._well

    def _run(self) -> None:
        self._well = self._step()


def _drained(executor: Executor, within: float) -> bool:
    """Wait for the listeners that still run after their ack; returns whether all ended in time."""

    def shut_down() -> bool:
        executor.shutdown(wait=True)
        return True

    return _Aside(shut_down).succeeds(within)
