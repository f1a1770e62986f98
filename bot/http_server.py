"""The HTTP server: waitress, which bears slow clients, answers health in any case, and ends in good order.

waitress has public settings for threads, sizes and sockets. For the rest this file, and no other of the bot, uses parts
that its manual does not describe:

- `create_server(map=…)`, a table of its sockets, and `wasyncore.loop(map=…, count=1)`, one turn of its loop at a time,
  so that we look at the connections in between. Its own timeout begins anew with each byte, and at its limit of
  connections it takes nobody in.
- of the server `active_channels`, and of each connection `addr`, `requests` (those to answer), `request` (the one that
  is still being read), `total_outbufs_len` (bytes of answers that the client has not taken) and `handle_close()`.
- of the server `add_task`, replaced, of a connection `service()` and the `path` of a request, so that health has
  threads of its own. `task_dispatcher.add_task()` takes the other requests.
- of the server `task_dispatcher.shutdown()`, `del_channel()`, `pull_trigger()` (it wakes the loop; replaced at the end)
  and `close()`, to stop in order. `close()` alone would cut off the requests in flight.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore

from bot.server import HEALTH, LARGEST_BODY, READY

if TYPE_CHECKING:
    from flask import Flask

# Seconds from the first byte of a request to its last one, and from an answer to the moment when its client has it.
TRANSFER_WITHIN = 10.0
# Seconds that a connection is kept open for its next request. Longer than proxies keep theirs, so that a proxy never
# sends a request into a connection that is just being closed.
KEPT_OPEN_FOR = 90.0
# Open connections. Many processes may open 1,024 files and no more, and the ledger and Slack need some.
MOST_CONNECTIONS = 400
# Seconds between two looks at the connections, at most.
LOOK_EVERY = 0.25
_OURS, _IDLE, _ANSWER = "waits for us", "idle", "takes an answer"


class WebServer:
    """waitress in a thread. The port is taken on construction, so that a busy one is known at once (OSError)."""

    def __init__(self, app: Flask, *, host: str, port: int, threads: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=256)
        self._open: dict[int, Any] = {}
        self._server = create_server(
            app,
            map=self._open,
            sockets=[self._socket],
            threads=threads,
            ident=None,
            # The proxy that speaks TLS tells the browser's address, for the limit of wrong links in handlers/web.
            trusted_proxy="*",
            trusted_proxy_headers={"x-forwarded-for"},
            clear_untrusted_proxy_headers=True,
            # Flask answers 413 with our headers; this only bounds what is kept on disk meanwhile.
            max_request_body_size=4 * LARGEST_BODY,
            connection_limit=2 * MOST_CONNECTIONS,
        )
        self._server.add_task = self._begin
        # Health waits for no thread that answers Slack, and /healthz not for the database, which /readyz asks.
        self._apart = {path: ThreadPoolExecutor(1) for path in (HEALTH, READY)}
        # The phase of each connection and the time of its beginning. A request that is being read is its own phase.
        self._phases: dict[Any, tuple[object, float]] = {}
        self._looked_at = 0.0
        self._closing, self._done, self._over = threading.Event(), threading.Event(), threading.Event()
        self.host = host
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop_accepting(self) -> None:
        """Take no new connection. Requests that have arrived are answered."""
        self._closing.set()
        self._server.pull_trigger()

    def stop(self, within: float) -> bool:
        """Finish what is in flight, at most `within` seconds, and end; whether all of it was finished."""
        deadline = time.monotonic() + within
        self.stop_accepting()
        finished = not self._thread.is_alive() or self._done.wait(within)
        self._server.task_dispatcher.shutdown(timeout=max(0.1, deadline - time.monotonic()))
        for executor in self._apart.values():
            executor.shutdown(wait=finished, cancel_futures=True)
        self._over.set()
        self._server.pull_trigger()
        if self._thread.is_alive():
            self._thread.join(max(1.0, deadline - time.monotonic()))
        for connection in list(self._server.active_channels.values()):
            connection.handle_close()
        # A request that was given up wakes the loop at its end. The pipe to the loop is closed by then, and the request
        # would write into the file that has got the pipe's number.
        self._server.pull_trigger = lambda: None
        self._server.close()
        return finished

    def _begin(self, connection: Any) -> None:  # noqa: ANN401  waitress is not typed
        """Have a connection's first request answered."""
        # A request that could not be read has no path; waitress answers it.
        executor = self._apart.get(getattr(connection.requests[0], "path", ""))
        if executor:
            executor.submit(connection.service)
        else:
            self._server.task_dispatcher.add_task(connection)

    def _serve(self) -> None:
        while not self._over.is_set():
            closing = self._closing.is_set()
            wasyncore.loop(timeout=0.02 if closing else LOOK_EVERY, use_poll=True, map=self._open, count=1)
            connections = list(self._server.active_channels.values())
            now = time.monotonic()
            if now >= self._looked_at + LOOK_EVERY or len(connections) > MOST_CONNECTIONS:
                self._looked_at = now
                self._look(connections, now)
            if closing:
                self._close_door(connections)

    def _close_door(self, connections: list[Any]) -> None:
        # Not in the turn that closes the door: the next one reads the request of the connection that came last.
        was_open = self._socket.fileno() >= 0
        self._server.del_channel()
        self._socket.close()
        if not was_open and not any(_phase(connection) in {_OURS, _ANSWER} for connection in connections):
            self._done.set()

    def _look(self, connections: list[Any], now: float) -> None:
        """Close the connections of slow clients, and where there are too many, those that have waited longest."""
        before, self._phases = self._phases, {}
        for connection in connections:
            phase, (last, since) = _phase(connection), before.get(connection, (None, now))
            since = since if phase is last else now
            if phase is not _OURS and now - since > (KEPT_OPEN_FOR if phase is _IDLE else TRANSFER_WITHIN):
                connection.handle_close()
            else:
                self._phases[connection] = phase, since
        for _ in range(len(self._phases) - MOST_CONNECTIONS):
            self._give_way()

    def _give_way(self) -> None:
        """Close the connection that has waited longest for its client, of the address with the most connections.

        So no address keeps out others.
        """
        ((fullest, _),) = Counter(connection.addr[0] for connection in self._phases).most_common(1)
        waiting = {each: since for each, (phase, since) in self._phases.items() if phase is not _OURS}
        slowest = min(waiting, key=lambda each: (each.addr[0] != fullest, waiting[each]), default=None)
        if slowest is not None:
            del self._phases[slowest]
            slowest.handle_close()


def _phase(connection: Any) -> object:  # noqa: ANN401  waitress is not typed
    if connection.requests:
        return _OURS
    if connection.total_outbufs_len:
        return _ANSWER
    return _IDLE if connection.request is None else connection.request
