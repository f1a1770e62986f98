"""The WSGI app and the server under it: Slack's endpoint, health, and one page that says what this is.

Everything that arrives is checked here before Bolt sees it: Bolt raises where a timestamp is no number and
writes whole bodies into the log where a signature is wrong.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, request
from slack_bolt.adapter.flask.handler import to_flask_response
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher
from werkzeug.exceptions import HTTPException

from bot.incoming import RefusedError, bolt_request
from bot.logs import request_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, BoltRequest

    from bot.readiness import Readiness

log = structlog.get_logger(__name__)

EVENTS = "/slack/events"
HEALTH, READY = "/healthz", "/readyz"
# Slack's largest payload, a shortcut on a message of 40,000 characters, stays below 700 KB: a character travels as up
# to eight bytes, once in the text and once in the blocks.
LARGEST_BODY = 1024 * 1024
# Seconds from the first byte of a request to its last one, and from an answer to the moment when its client has it.
TRANSFER_WITHIN = 10.0
# Seconds that a connection is kept open for its next request. Longer than proxies keep theirs, so that a proxy never
# sends a request into a connection that is just being closed.
KEPT_OPEN_FOR = 90.0
# Open connections. Many processes may open 1,024 files and no more, and the ledger and Slack need some.
MOST_CONNECTIONS = 400
_TIMESTAMP = re.compile(r"[0-9]{1,12}")

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Makegood</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"></head>
<body><h1>Makegood</h1>
<p>A Slack bot that keeps account plans alive: every commitment has an owner, a date and somebody who asks again.</p>
<p>This is its server. There is nothing to do here: talk to it in Slack with <code>/commit help</code>.</p>
</body></html>
"""


def build(
    bolt: App,
    readiness: Readiness,
    *,
    signing_secret: str | None,
    seconds: Callable[[], float] = time.time,
) -> Flask:
    """The WSGI app. Without a signing secret (Socket Mode) Slack's endpoint does not exist.

    `seconds` is the wall clock (seconds since 1970) that signatures are held against.
    """
    app = Flask("makegood", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.add_url_rule("/", "page", lambda: Response(_PAGE, mimetype="text/html"))
    app.add_url_rule(HEALTH, "healthz", lambda: _text("ok"))
    app.add_url_rule(READY, "readyz", lambda: _ready(readiness))
    if signing_secret is not None:
        endpoint = Endpoint(bolt, SignatureVerifier(signing_secret, _Clock(seconds)))
        app.add_url_rule(EVENTS, "events", endpoint, methods=["POST"])
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failed)
    app.after_request(_secured)
    return app


class Endpoint:
    """POST /slack/events: check, hand to Bolt, log one line."""

    def __init__(self, bolt: App, verifier: SignatureVerifier) -> None:
        self._bolt = bolt
        self._verifier = verifier

    def __call__(self) -> Response:
        started = time.monotonic()
        try:
            incoming = self._checked()
        except RefusedError as error:
            log.warning("slack_request_refused", status=int(error.status), why=error.reason)
            answer = _text(error.reason, error.status)
            # What is malformed now will be malformed when it is sent again.
            answer.headers["X-Slack-No-Retry"] = "1"
            return answer
        answer = to_flask_response(self._bolt.dispatch(incoming))
        milliseconds = round((time.monotonic() - started) * 1000)
        log.info("slack_request", status=answer.status_code, ms=milliseconds, **request_ids(incoming.body))
        return answer

    def _checked(self) -> BoltRequest:
        raw = request.get_data()
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp):
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "The request has no usable timestamp.")
        try:
            text = raw.decode()
            genuine = self._verifier.is_valid(text, timestamp, signature)
        except UnicodeDecodeError:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "The body is not UTF-8.") from None
        except TypeError:
            # compare_digest takes ASCII only.
            genuine = False
        if not genuine:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "The signature is not Slack's, or older than five minutes.")
        return bolt_request(text, dict(request.headers), is_json=request.mimetype == "application/json")


class _Connection(HTTPChannel):  # type: ignore[misc]  # waitress is not typed
    """A connection that ends itself when its client is slow. waitress' own timeout begins anew with each byte."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  as waitress calls it
        self.waits_since = time.monotonic()
        super().__init__(*args, **kwargs)

    def received(self, data: bytes) -> bool:
        """Take in a part of a request."""
        if self.request is None:
            self.waits_since = time.monotonic()
        return bool(super().received(data))

    def readable(self) -> bool:
        """Whether to read on. The server's loop asks at least once a second."""
        now = time.monotonic()
        in_transfer = self.request is not None or self.total_outbufs_len
        if self.requests:
            # It waits for us.
            self.waits_since = now
        elif now - self.waits_since > (TRANSFER_WITHIN if in_transfer else KEPT_OPEN_FOR):
            self.will_close = True
        return bool(super().readable())


def _admit(server: Any, *args: Any, **kwargs: Any) -> _Connection:  # noqa: ANN401  as waitress calls it
    """A new connection. Where there are too many, one gives way that waits for its client.

    The address with the most connections loses the one that has waited longest, so that no address keeps out others.
    """
    channels = list(server.active_channels.values())
    if len(channels) >= MOST_CONNECTIONS:
        ((fullest, _),) = Counter(channel.addr[0] for channel in channels).most_common(1)
        waiting = [channel for channel in channels if not channel.requests and not channel.will_close]
        slowest = min(waiting, key=lambda channel: (channel.addr[0] != fullest, channel.waits_since), default=None)
        if slowest is not None:
            slowest.handle_close()
    return _Connection(server, *args, **kwargs)


class WebServer:
    """waitress in a thread. The port is taken on construction, so that a busy one is known at once (OSError)."""

    def __init__(self, app: Flask, *, host: str, port: int, threads: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=256)
        self._server = create_server(
            app,
            sockets=[self._socket],
            threads=threads,
            ident=None,
            clear_untrusted_proxy_headers=True,
            # Flask answers 413 with our headers; this only bounds what is kept on disk meanwhile.
            max_request_body_size=4 * LARGEST_BODY,
            connection_limit=2 * MOST_CONNECTIONS,
            asyncore_use_poll=True,
        )
        self._server.channel_class = _admit
        self._server.add_task = self._begin
        self._asides = {HEALTH: _one_thread(), READY: _one_thread()}
        self.host = host
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._server.run, name="http", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop_accepting(self) -> None:
        """Take no new connection. Requests that have arrived are answered."""
        if self._thread.is_alive():
            self._in_loop(lambda: wasyncore.dispatcher.close(self._server))

    def stop(self, within: float) -> bool:
        """Finish what is in flight, at most `within` seconds, and end; whether all of it was finished."""
        if not self._thread.is_alive():
            # It was never started: nothing is in flight, and nobody would run a step in its loop.
            self._end_threads(within)
            wasyncore.close_all(self._server._map, ignore_all=True)  # noqa: SLF001  waitress has no public way
            return True
        deadline = time.monotonic() + within
        finished = threading.Event()
        while not finished.wait(0.02) and time.monotonic() < deadline:
            self._in_loop(lambda: finished.set() if self._idle() else None)
        self._end_threads(max(0.1, deadline - time.monotonic()))
        self._in_loop(self._close_sockets)
        self._thread.join(max(0.1, deadline - time.monotonic()))
        # Whoever writes to the trigger once it is closed writes into what has got its file's number by then. So it is
        # not closed by the loop, which may run a step before whoever hands that over has written; and a request that
        # was not waited for wakes nobody at its end.
        if not self._thread.is_alive():
            self._server.pull_trigger = lambda: None
            self._server.trigger.close()
        return finished.is_set()

    def _begin(self, connection: _Connection) -> None:
        """Have a request answered. Neither /healthz nor /readyz waits for a thread that answers Slack.

        Each has a thread of its own, as /readyz asks the database and /healthz waits for nothing. The loop itself
        answers none: at the end of a request it would wait for itself to begin the next one.
        """
        # One that could not be read has no path; waitress answers it.
        path: str = getattr(connection.requests[0], "path", "")
        dispatcher: Any = self._asides.get(path) or self._server.task_dispatcher
        dispatcher.add_task(connection)

    def _close_sockets(self) -> None:
        self._server.trigger.del_channel()
        wasyncore.dispatcher.close(self._server)
        wasyncore.close_all(self._server._map, ignore_all=True)  # noqa: SLF001  waitress has no public way

    def _end_threads(self, within: float) -> None:
        self._server.task_dispatcher.shutdown(timeout=within)
        for aside in self._asides.values():
            aside.shutdown(timeout=0.1)

    def _idle(self) -> bool:
        channels = self._server.active_channels.values()
        return not any(channel.requests or channel.total_outbufs_len for channel in channels)

    def _in_loop(self, step: Callable[[], Any]) -> None:
        """Run `step` in the thread that owns the sockets."""
        with contextlib.suppress(OSError):
            self._server.trigger.pull_trigger(step)


def _one_thread() -> ThreadedTaskDispatcher:
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(1)
    return dispatcher


class _Clock(SlackClock):
    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds()


def _ready(readiness: Readiness) -> Response:
    parts = readiness.look()
    ready = all(part.ok for part in parts)
    body = {"ready": ready, "parts": {part.name: {"ok": part.ok, "words": part.words} for part in parts}}
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(json.dumps(body), status=status, mimetype="application/json")


def _text(words: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(words + "\n", status=status, mimetype="text/plain")


def _http_error(error: HTTPException) -> Response:
    answer = _text(error.name, HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _failed(error: Exception) -> Response:
    log.error("request_failed", path=request.path, exc_info=error)
    return _text("Something went wrong here. It is in the log.", HTTPStatus.INTERNAL_SERVER_ERROR)


def _secured(answer: Response) -> Response:
    answer.headers.extend(HEADERS)
    return answer
