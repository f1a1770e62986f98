"""The HTTP port of the sandbox: the Web API, response_urls, and the page."""

import importlib.util
import json
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from sandbox.api import WebApi
from sandbox.core import Core
from sandbox.errors import SlackError
from sandbox.faults import RESPONSE_URL, UPLOAD
from sandbox.models import Json
from sandbox.reply import Reply

if TYPE_CHECKING:
    from flask import Blueprint

_JSON_FIELDS = ("blocks", "attachments", "metadata", "view", "files", "document_content", "changes", "criteria")
"""Arguments that may come as JSON text; in a form they always do."""


def web_app(core: Core, api: WebApi, page: "Blueprint | None") -> Flask:
    """The WSGI app. Without a page, the root says what this is."""
    app = Flask("sandbox", static_folder=None, template_folder=None)

    @app.route("/api/<method>", methods=["GET", "POST"])
    def call(method: str) -> Response:
        try:
            args = _arguments()
        except SlackError as error:
            return _answer(Reply(error.body()), core.clock.now())
        return _answer(api.call(method, args, _token(args)), core.clock.now())

    @app.post("/response/<path:path>")
    def respond(path: str) -> Response:
        payload = request.get_json(force=True, silent=True)

        def receive() -> Reply:
            try:
                core.answers.receive(path, payload)
            except SlackError as error:
                return Reply(error.body(), status=error.status)
            return Reply({"ok": True})

        reply = api.faults.meet(RESPONSE_URL, receive)
        if reply.body["ok"] and not reply.broken:
            return Response("ok", content_type="text/html")
        return _answer(reply, core.clock.now())

    @app.post("/upload/<file>/<secret>")
    def upload(file: str, secret: str) -> Response:
        reply = api.faults.meet(UPLOAD, lambda: _received(core, file, secret))
        if reply.body["ok"] and not reply.broken:
            return Response("OK", mimetype="text/plain")
        return _answer(reply, core.clock.now())

    if page is not None:
        app.register_blueprint(page, url_prefix="/")
    else:
        app.add_url_rule("/", view_func=lambda: Response("A Slack workspace in a box.", mimetype="text/plain"))
    return app


def _received(core: Core, file: str, secret: str) -> Reply:
    """The bytes of a file, bare or as a part of a form, at the address that files.getUploadURLExternal gave."""
    # First: reading the parts of a form takes the bytes away.
    content = request.get_data(cache=True)
    part = next(iter(request.files.values()), None)
    content = part.read() if part is not None else content
    with core.world.lock:
        known = core.world.cabinet.files.get(file)
        if known is None or known.secret != secret or known.completed or len(content) != known.length:
            return Reply({"ok": False, "error": "upload_failed"}, status=400)
        known.content = content
    return Reply({"ok": True})


def has_page() -> bool:
    """Whether the page for a person is there."""
    return importlib.util.find_spec("sandbox.page") is not None


def _arguments() -> Json:
    args: Json = request.values.to_dict()
    if request.mimetype == "application/json":
        # The SDK announces JSON even when it sends no argument at all.
        body = request.get_json(silent=True) if request.get_data() else {}
        if body is None:
            raise SlackError("invalid_json")
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        args |= body
    for name in _JSON_FIELDS:
        if isinstance(args.get(name), str) and args[name]:
            args[name] = _decoded(name, args[name])
    return args


def _decoded(name: str, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        match name:
            case "blocks":
                raise SlackError("invalid_blocks_format") from None
            case "metadata":
                raise SlackError("invalid_metadata_format") from None
            case _:
                raise SlackError("invalid_arguments", messages=[f"invalid `{name}`"]) from None


def _token(args: Json) -> str | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token.strip()
    given = args.pop("token", None)
    return str(given) if given else None


def _answer(reply: Reply, now: datetime) -> Response:
    """The answer as Slack gives it, stamped with the time of the workspace's clock."""
    if reply.page is not None:
        return Response(reply.page, status=reply.status, content_type="text/html; charset=utf-8")
    text = json.dumps(reply.body)
    response = Response(
        _breaking_off(text) if reply.broken else text,
        status=reply.status,
        content_type="application/json; charset=utf-8",
        headers={"Date": format_datetime(now, usegmt=True), **reply.headers},
    )
    if reply.broken:
        response.content_length = len(text)
    return response


def _breaking_off(text: str) -> Iterator[str]:
    """The first half of an answer. The missing half breaks the connection."""
    yield text[: len(text) // 2]
