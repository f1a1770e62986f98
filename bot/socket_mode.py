"""Socket Mode: the same Bolt app behind a WebSocket, and a watchdog that counts the silence.

A connection can look open and be deaf. The client's own monitor closes a stale connection, but it was seen to hang
while it reconnected, and then nobody answers for hours.

The client of slack_sdk describes connecting, closing and its listeners. This file, and no other, also uses these parts,
which its manual does not describe:

- `current_session`, and of it `session_id` and `last_ping_pong_time`, to notice a pong. The client has no listener for
  pongs, and Slack may send nothing else for hours.
- `current_session.sock`, to see that the connection was cut, and to cut it before a new one is made. The client holds a
  reset connection for open until its fifth ping fails, and its reader waits up to three seconds.
- `closed`, set before the connection is cut, and `current_session_runner`, `current_app_monitor` and
  `message_processor`, to end the client's threads. `close()` may leave them running if the socket breaks in that
  moment, and the monitor would connect again and again.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.logs import request_ids
from bot.slack_connection import FAILURES, in_words, is_final
from bot.slack_requests import RefusedError, checked

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App
    from slack_sdk.socket_mode.client import BaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

log = structlog.get_logger(__name__)

# Seconds without a sign of life, in spite of every attempt, and the process ends: its supervisor starts anew.
DEAF_AFTER = 90.0
# Slack answers each ping; three unanswered ones are silence, not a hiccup.
SILENT_AFTER = 15.0
# Bytes. The client reads a message by recursion and copies all of it at each step. By steps of 1 KB, its default, a
# message of 300 KB took 40 MB, and one of 1 MB was never read.
_READ_AT_ONCE = 64 * 1024
# Seconds between two attempts, at most: people are answered within half a minute after Slack works again.
_LONGEST_BACKOFF = 20.0


@dataclass(frozen=True)
class Rhythm:
    """Seconds: between two pings, until silence is noticed, between two looks of the watchdog. (The client itself puts
    up with five pings that cannot even be sent.) Tests have less time.
    """

    ping_every: float = 5.0
    silent_after: float = SILENT_AFTER
    look_every: float = 1.0


class SocketMode:
    """One Socket Mode connection, kept alive. If that is impossible it calls `on_deaf`, once, with the words for the
    log: the caller ends the process with a non-zero status.

    `seconds` is a monotonic clock.
    """

    def __init__(
        self,
        bolt: App,
        app_token: str,
        *,
        on_deaf: Callable[[str], None],
        concurrency: int = 10,
        rhythm: Rhythm = Rhythm(),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rhythm = rhythm
        self._handler = _Handler(bolt, app_token, ping_interval=rhythm.ping_every, concurrency=concurrency)
        self._handler.client.on_message_listeners.append(lambda _message: self._heard())
        self._on_deaf = on_deaf
        self._seconds = seconds
        self._heard_at = seconds()
        self._last_pong: tuple[object, object] | None = None
        self._attempts = 0
        self._next_attempt_at = 0.0
        self._attempt: threading.Thread | None = None
        self._gave_up = self._stopped = False
        self._stopping = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="socket-watchdog", daemon=True)

    def start(self) -> None:
        """Connect and watch. Raises SlackApiError where Slack refuses the app token for good."""
        try:
            self._handler.client.connect()
        except FAILURES as error:
            if is_final(error):
                raise
            log.warning("socket_not_connected", why=in_words(error))
        self._watchdog.start()

    def alive(self) -> bool:
        """Whether the connection is open and Slack was heard lately."""
        client = self._handler.client
        return (
            client.is_connected() and self._silence() < self._rhythm.silent_after and _is_whole(client.current_session)
        )

    def stop_accepting(self) -> None:
        """Take up no further envelope. Slack sends an event that was not acked to another connection."""
        self._stopping.set()
        self._handler.stop_accepting()

    def stop(self, within: float) -> bool:
        """Finish what is in flight, at most `within` seconds, and close; whether all of it was finished."""
        if self._stopped:
            return True
        self._stopped = True
        self.stop_accepting()
        finished = self._handler.wait_until_idle(within)
        closing = threading.Thread(target=self._handler.hang_up, name="socket-closing", daemon=True)
        closing.start()
        # The client joins its own threads without a limit.
        closing.join(2)
        return finished

    def look(self) -> None:
        """Check the connection once: note signs of life, replace a silent connection, give up after DEAF_AFTER."""
        if self._pong_is_new():
            self._heard()
        if self.alive():
            self._attempts = 0
            self._next_attempt_at = 0.0
            return
        now = self._seconds()
        if self._silence() > DEAF_AFTER:
            self._give_up()
        elif now >= self._next_attempt_at and not self._is_attempting():
            self._attempts += 1
            self._next_attempt_at = now + min(_LONGEST_BACKOFF, 2.0 ** (self._attempts - 1))
            log.warning("socket_silent", seconds=round(self._silence()), attempt=self._attempts)
            self._attempt = threading.Thread(target=self._reconnect, name="socket-attempt", daemon=True)
            self._attempt.start()

    def _watch(self) -> None:
        while not self._stopping.wait(self._rhythm.look_every):
            try:
                self.look()
            except Exception:
                # The watchdog must outlive every error.
                log.exception("socket_watchdog_failed")

    def _reconnect(self) -> None:
        # In a thread of its own: an attempt that hangs must not stop the watchdog. The connection is cut first, because
        # the client's reader waits up to three seconds for the silent one, and Slack waits no longer for an ack.
        _cut(self._handler.client.current_session)
        try:
            self._handler.client.connect_to_new_endpoint(force=True)
        except FAILURES as error:
            log.warning("socket_not_connected", why=in_words(error))
        except Exception:
            log.exception("socket_not_connected")

    def _is_attempting(self) -> bool:
        return self._attempt is not None and self._attempt.is_alive()

    def _give_up(self) -> None:
        if not self._gave_up:
            self._gave_up = True
            self._on_deaf(
                f"Slack has not been heard of for {round(self._silence())} seconds in spite of"
                f" {self._attempts} attempts to connect"
            )

    def _heard(self) -> None:
        self._heard_at = self._seconds()

    def _silence(self) -> float:
        return self._seconds() - self._heard_at

    def _pong_is_new(self) -> bool:
        # The client notes the wall time of a pong. That it changed is enough; wall clocks jump.
        session = self._handler.client.current_session
        pong = (getattr(session, "session_id", None), getattr(session, "last_ping_pong_time", None))
        changed = pong != self._last_pong and pong[1] is not None
        self._last_pong = pong
        return changed


def _is_whole(session: object) -> bool:
    """Whether the socket of the connection is still connected."""
    wire = getattr(session, "sock", None)
    try:
        if wire is not None:
            wire.getpeername()
    except OSError:
        return False
    return True


def _cut(session: object) -> None:
    """Shut the socket of the connection down. A thread that reads from it stops at once."""
    wire = getattr(session, "sock", None)
    with contextlib.suppress(OSError):
        if wire is not None:
            wire.shutdown(socket.SHUT_RDWR)


class _Handler(SocketModeHandler):
    """Bolt's handler, counting what is in flight."""

    def __init__(self, bolt: App, app_token: str, *, ping_interval: float, concurrency: int) -> None:
        super().__init__(
            bolt, app_token, ping_interval=ping_interval, concurrency=concurrency, receive_buffer_size=_READ_AT_ONCE
        )
        self._in_flight = 0
        self._change = threading.Condition()
        self._accepting = True

    def handle(self, client: BaseSocketModeClient, req: SocketModeRequest) -> None:
        with self._change:
            if not self._accepting:
                return
            self._in_flight += 1
        try:
            self._answer(client, req)
        except RefusedError as error:
            log.warning("slack_request_refused", why=error.reason)
            # Acked: a malformed request stays malformed when Slack sends it again.
            client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
        except Exception:
            log.exception("slack_request_failed")
        finally:
            with self._change:
                self._in_flight -= 1
                self._change.notify_all()

    def _answer(self, client: BaseSocketModeClient, req: SocketModeRequest) -> None:
        started = time.monotonic()
        req.payload = checked(req.payload)
        super().handle(client, req)  # type: ignore[arg-type]  # the base class declares another client
        log.info("slack_request", ms=round((time.monotonic() - started) * 1000), **request_ids(req.payload))

    def stop_accepting(self) -> None:
        with self._change:
            self._accepting = False

    def hang_up(self) -> None:
        """Close. By itself the client would wait until its own read times out, three seconds."""
        client = self.client
        client.closed, client.auto_reconnect_enabled = True, False
        _cut(client.current_session)
        # A connection that breaks in this moment takes the client's socket away under its hands. Its monitor must end
        # all the same, or it would connect anew for ever.
        with contextlib.suppress(OSError, AttributeError):
            self.close()  # type: ignore[no-untyped-call]  # the SDK's
        for runner in (client.current_session_runner, client.current_app_monitor, client.message_processor):
            if runner.is_alive():
                runner.shutdown()  # type: ignore[no-untyped-call]  # the SDK's

    def wait_until_idle(self, within: float) -> bool:
        with self._change:
            return self._change.wait_for(lambda: self._in_flight == 0, timeout=within)
