"""The WSGI app: Slack's endpoint, health, and the web pages of handlers/.

Everything that arrives is checked here before Bolt sees it: Bolt raises where a timestamp is no number and
writes whole bodies into the log where a signature is wrong.
"""

from __future__ import annotations

import json
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, request
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier
from werkzeug.exceptions import HTTPException

import handlers
from bot.logs import request_ids
from bot.slack_requests import RefusedError, bolt_request
from handlers.web import pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, BoltRequest

    from bot.health.readiness import Readiness

log = structlog.get_logger(__name__)

EVENTS = "/slack/events"
HEALTH, READY = "/healthz", "/readyz"
# Slack's largest payload, a shortcut on a message of 40,000 characters, stays below 700 KB: a character travels as up
# to eight bytes, once in the text and once in the blocks.
LARGEST_BODY = 1024 * 1024
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
    for path, page in handlers.ROUTES.pages.items():
        app.add_url_rule(path, f"page {path}", _page(page))
    app.add_url_rule(pages.STYLE_PATH, "style", lambda: Response(pages.style(), mimetype="text/css"))
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
            # A malformed request stays malformed when Slack sends it again.
            answer.headers["X-Slack-No-Retry"] = "1"
            return answer
        made = self._bolt.dispatch(incoming)
        answer = Response(made.body, made.status, made.first_headers())
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


def _page(page: Callable[[], str]) -> Callable[[], Response]:
    """The page with a policy of its own: it has a stylesheet and may have forms."""

    def answer() -> Response:
        headers = {"Content-Security-Policy": pages.CONTENT_SECURITY_POLICY}
        return Response(page(), mimetype="text/html", headers=headers)

    return answer


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
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
