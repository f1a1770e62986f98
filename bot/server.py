"""The WSGI app: Slack's endpoint, health, and the web pages of handlers/.

Everything that arrives is checked here before Bolt sees it: Bolt raises where a timestamp is no number and
writes whole bodies into the log where a signature is wrong.
"""

from __future__ import annotations

import functools
import json
import re
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog
from flask import Flask, Response, request
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

import handlers
from bot.logs import request_ids
from bot.slack_requests import RefusedError, bolt_request
from handlers.clients.words import LANGUAGES
from handlers.web import pages
from handlers.web.requests import Answer, Request, respond
from store.clients import links
from store.web_access import SESSION_LIVES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slack_bolt import App, BoltRequest

    from bot.health.readiness import Readiness
    from store.db import Ledger

log = structlog.get_logger(__name__)

EVENTS = "/slack/events"
HEALTH, READY = "/healthz", "/readyz"
# Slack's largest payload, a shortcut on a message of 40,000 characters, stays below 700 KB: a character travels as up
# to eight bytes, once in the text and once in the blocks.
LARGEST_BODY = 1024 * 1024
_TIMESTAMP = re.compile(r"[0-9]{1,12}")

# The cookie of a session, for the addresses below this path.
COOKIE, COOKIE_PATH = "makegood_session", "/plan"

# The cookie that tells one browser of a client from another, for the addresses below this path.
DEVICE, DEVICE_PATH = "makegood_device", "/client"

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


@dataclass(frozen=True)
class Site:
    """The web pages for people: their ledger and clock, and the address under which browsers reach them."""

    ledger: Ledger
    clock: Callable[[], datetime]
    public_url: str


# `same-origin`, because a browser that is told to send no referrer hides the origin of a form as well.
_SITE_HEADERS = {"Content-Security-Policy": pages.CONTENT_SECURITY_POLICY, "Referrer-Policy": "same-origin",
                 "X-Robots-Tag": "noindex, nofollow"}  # fmt: skip


def build(
    bolt: App,
    readiness: Readiness,
    *,
    signing_secret: str | None,
    site: Site | None = None,
    seconds: Callable[[], float] = time.time,
) -> Flask:
    """The WSGI app. Without a signing secret (Socket Mode) there is no endpoint for Slack, and without a site there
    are no pages for people.

    `seconds` is the wall clock (seconds since 1970) that signatures are held against.
    """
    app = Flask("makegood", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    views: dict[str, Callable[..., Response]] = {
        f"GET {path}": _page(page) for path, page in handlers.ROUTES.pages.items()
    }
    if site is not None:
        views |= {rule: _site_page(page, site) for rule, page in handlers.ROUTES.site.items()}
    for path, kind in ((pages.STYLE_PATH, "text/css"), (pages.ICON_PATH, "image/svg+xml")):
        views[f"GET {path}"] = functools.partial(_static, path, kind)
    views[f"GET {HEALTH}"] = lambda: _text("ok")
    views[f"GET {READY}"] = lambda: _ready(readiness)
    if signing_secret is not None:
        views[f"POST {EVENTS}"] = Endpoint(bolt, SignatureVerifier(signing_secret, _Clock(seconds)))
    app.url_map, app.view_functions = _addresses(tuple(views)), dict(views)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failed)
    app.after_request(_secured)
    return app


@functools.cache
def _addresses(rules: tuple[str, ...]) -> Map:
    """The addresses of these rules, each a method and a path, read once: that takes half a millisecond for each."""
    return Map([Rule(path, endpoint=f"{method} {path}", methods=[method]) for method, path in map(str.split, rules)])


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


def _site_page(page: Callable[[Request], Answer], site: Site) -> Callable[..., Response]:
    """The page of the site, for the person whose session the browser's cookie names."""

    def answer(**parts: object) -> Response:
        given = respond(page, Request(
            site.ledger, site.clock(), site.public_url, {name: str(part) for name, part in parts.items()},
            session=request.cookies.get(COOKIE, ""), origin=request.headers.get("Origin", ""),
            address=request.remote_addr or "", method=request.method, query=request.args, form=request.form,
            headers=dict(request.headers), language=request.accept_languages.best_match(LANGUAGES) or "en",
            device=request.cookies.get(DEVICE, ""),
        ))  # fmt: skip
        made = Response(given.html, status=given.status, content_type=given.media_type, headers=_SITE_HEADERS)
        if given.file:
            made.headers["Content-Disposition"] = f'attachment; filename="{given.file}"'
        if given.location is not None:
            made.status_code, made.headers["Location"] = HTTPStatus.SEE_OTHER, given.location
        if given.session is not None:
            made.set_cookie(
                COOKIE, given.session, max_age=SESSION_LIVES if given.session else 0, path=COOKIE_PATH,
                secure=site.public_url.startswith("https:"), httponly=True, samesite="Lax",
            )  # fmt: skip
        if given.device is not None:
            made.set_cookie(
                DEVICE, given.device, max_age=links.LIVES, path=DEVICE_PATH,
                secure=site.public_url.startswith("https:"), httponly=True, samesite="Lax",
            )  # fmt: skip
        return made

    return answer


def _static(path: str, kind: str) -> Response:
    return Response(pages.static(path), mimetype=kind)


def _text(words: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(words + "\n", status=status, mimetype="text/plain")


def _http_error(error: HTTPException) -> Response:
    answer = _text(error.name, HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _failed(error: Exception) -> Response:
    if isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)):
        log.error("request_failed", rule=str(request.url_rule), error=type(error).__name__)
        words = "The ledger can’t be reached right now. Please try again in a minute."
        html = pages.render("problem.html", title="Not right now", words=words)
        headers = {"Content-Security-Policy": pages.CONTENT_SECURITY_POLICY}
        return Response(html, HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/html", headers=headers)
    # Not the path, which may have the token of a link.
    log.error("request_failed", rule=str(request.url_rule), exc_info=error)
    return _text("Something went wrong here. It is in the log.", HTTPStatus.INTERNAL_SERVER_ERROR)


def _secured(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer
