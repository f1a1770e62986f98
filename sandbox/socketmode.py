"""Socket Mode: the same requests through WebSockets that the app opens. Each request goes to one connection."""

import itertools
import json
import secrets
import socket
import struct
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from sandbox.delivery import Ack, Parcel
from sandbox.models import Json

PING_SECONDS = 0.5
"""Slack pings too, more rarely. Often here: slack_sdk's client notices only at the next byte that it
has been closed, and waits up to three seconds for it.
"""


class SocketMode:
    """A WebSocket server of its own, on a free port."""

    def __init__(self, host: str, app_id: str) -> None:
        self._host = host
        self._app_id = app_id
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Condition()
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._leaving: list[_Connection] = []
        self._silent: list[_Connection] = []
        self._waiting: dict[str, _Slot] = {}
        self._turn = itertools.count()
        self.served = 0
        self.refusing = False
        """While it is set, no further connection is admitted."""

    # -- life ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._server = serve(
            self._serve,
            self._host,
            0,
            process_request=self._admit,
            compression=None,
            create_connection=_Connection,
            ping_interval=PING_SECONDS,
            ping_timeout=None,
            close_timeout=1,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="sandbox-sockets", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self.drop()
            self._server.shutdown()
            self._thread.join()
            self._server = None

    @property
    def connections(self) -> int:
        with self._lock:
            return len(self._connections)

    def new_address(self) -> str:
        """A new address for apps.connections.open, for a single connection."""
        if self._server is None:
            raise RuntimeError("Socket Mode is not running")
        ticket = secrets.token_hex(16)
        with self._lock:
            self._tickets.add(ticket)
        port = self._server.socket.getsockname()[1]
        return f"ws://{self._host}:{port}/link/?ticket={ticket}&app_id={self._app_id}"

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to leave, as Slack does now and then. It gets no envelope any more, and
        is closed once the app has opened another one.
        """
        with self._lock:
            leaving, self._connections = self._connections, []
            self._leaving += leaving
        message = json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        for connection in leaving:
            with suppress(ConnectionClosed):
                connection.send(message)

    def go_silent(self) -> int:
        """The connections that are open now stay open and carry nothing any more, in neither direction: pings are
        not answered, envelopes do not arrive. A firewall that drops its connection state does this. Returns how many.
        """
        with self._lock:
            silent, self._connections = self._connections, []
            self._silent += silent
        for connection in silent:
            connection.silent = True
        return len(silent)

    def drop(self) -> int:
        """Cut every connection as a broken network does: a reset without a close frame."""
        with self._lock:
            cut = [*self._connections, *self._leaving, *self._silent]
        for connection in cut:
            with suppress(OSError):  # it may have gone by itself
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close_socket()
        return len(cut)

    # -- a connection ---------------------------------------------------------------------------------------

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if self.refusing:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Not now.\n")
        ticket = request.path.partition("ticket=")[2].partition("&")[0]
        with self._lock:
            if ticket in self._tickets:
                self._tickets.remove(ticket)
                return None
        return connection.respond(HTTPStatus.NOT_FOUND, "This address has been used or never existed.\n")

    def _serve(self, connection: ServerConnection) -> None:
        if not isinstance(connection, _Connection):
            raise TypeError("the server makes connections of another kind than it was told to")
        with self._lock:
            self._connections.append(connection)
            self.served += 1
            count = len(self._connections)
            self._lock.notify_all()
        try:
            connection.send(json.dumps(self._hello(count)))
            self._replace_leaving()
            for message in connection:
                if not connection.silent:
                    self._receive(message)
        except ConnectionClosed:
            pass  # a sender that waits for an ack on this connection times out by itself
        finally:
            with self._lock:
                self._connections = [other for other in self._connections if other is not connection]
                self._leaving = [other for other in self._leaving if other is not connection]
                self._silent = [other for other in self._silent if other is not connection]
                self._lock.notify_all()

    def _replace_leaving(self) -> None:
        with self._lock:
            leaving = list(self._leaving)
        for connection in leaving:
            connection.close()

    def _hello(self, count: int) -> Json:
        return {
            "type": "hello",
            "num_connections": count,
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    def _receive(self, message: str | bytes) -> None:
        try:
            ack = json.loads(message)
        except ValueError:
            return
        if not isinstance(ack, dict):
            return
        with self._lock:
            slot = self._waiting.get(str(ack.get("envelope_id")))
        if slot is not None:
            slot.fill(ack.get("payload"))

    # -- the transport --------------------------------------------------------------------------------------

    def send(self, parcel: Parcel, seconds: float) -> Ack:
        """Sends through the connections in turn. The ack is a message with the envelope's id."""
        started = time.monotonic()
        envelope_id = secrets.token_hex(16)
        slot = _Slot()
        with self._lock:
            if not self._connections:
                return Ack(None, failure="connection_failed")
            connection = self._connections[next(self._turn) % len(self._connections)]
            self._waiting[envelope_id] = slot
        try:
            connection.send(json.dumps(_envelope(envelope_id, parcel)))
            acked = slot.done.wait(seconds)
        except ConnectionClosed:
            return Ack(None, ms=_since(started), failure="connection_failed")
        finally:
            with self._lock:
                del self._waiting[envelope_id]
        if not acked:
            return Ack(None, ms=_since(started), timed_out=True, failure="timeout")
        return Ack(200, body=slot.payload, ms=_since(started))

    def wait_connected(self, count: int = 1, timeout: float = 10) -> bool:
        """Wait until that many connections are open, at most `timeout` real seconds."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self._connections) >= count, timeout)

    def wait_served(self, count: int, timeout: float = 10) -> bool:
        """Wait until that many connections have been opened since the start, at most `timeout` real seconds."""
        with self._lock:
            return self._lock.wait_for(lambda: self.served >= count, timeout)


class _Connection(ServerConnection):
    """A connection that can fall silent without being closed."""

    silent = False

    def send_data(self) -> None:
        """A silent connection discards all data, including pongs."""
        if self.silent:
            self.protocol.data_to_send()
        else:
            super().send_data()


class _Slot:
    """The place where the ack of an envelope arrives."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.payload: Any = None

    def fill(self, payload: object) -> None:
        self.payload = _unwrapped(payload)
        self.done.set()


def _unwrapped(payload: object) -> object:
    """A plain text travels as {"text": …}; an empty ack has no payload."""
    return payload or None


def _envelope(envelope_id: str, parcel: Parcel) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": parcel.kind,
        "payload": parcel.payload,
        "accepts_response_payload": parcel.kind != "events_api",
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.retry, "retry_reason": parcel.reason}
    return envelope


def _since(started: float) -> float:
    return (time.monotonic() - started) * 1000
