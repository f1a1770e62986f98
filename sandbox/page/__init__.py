"""The page for a person: the workspace in a browser, drawn here, kept up to date by a small script."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import flask

from sandbox import emoji, render
from sandbox.faults import EVERY, KINDS
from sandbox.methods import METHODS
from sandbox.models import GoneError, SandboxError
from sandbox.page.actions import ACTIONS, UnusableError, complaint
from sandbox.page.message_rows import CHOICES
from sandbox.page.page_model import PageBuilder
from sandbox.page.profiles import people_of
from sandbox.page.surface import reader_for
from sandbox.page.unread import ReadState

if TYPE_CHECKING:
    from sandbox.models import User
    from sandbox.page.box import Box
    from sandbox.page.page_model import PageModel

_STATIC: Final = Path(__file__).parent.parent / "static"
_PATIENCE: Final = 20.0
"""Seconds for which a request for news is held open when there is none."""
_REGIONS: Final = ("side", "clock", "head", "main", "thread", "modals")
_POLICY: Final = (
    "default-src 'self'; img-src 'self' https: http: data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def blueprint(box: "Box") -> flask.Blueprint:
    """The page of one workspace, to be registered at "/"."""
    page = _Page(box, ReadState(box.world))
    views = flask.Blueprint("page", __name__, static_folder=str(_STATIC), static_url_path="/static")
    views.add_url_rule("/", "show", page.show)
    views.add_url_rule("/news", "news", page.news)
    views.add_url_rule("/suggest", "suggest", page.suggest)
    views.add_url_rule("/file/<file>", "file", page.file)
    views.add_url_rule("/act", "act", page.act, methods=["POST"])
    views.after_request(_guarded)
    return views


def _guarded(response: flask.Response) -> flask.Response:
    """Adds a content security policy beside the escaping: only the page's own scripts and styles run."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@dataclass(frozen=True)
class _Page:
    """The requests of the page."""

    box: "Box"
    read_state: ReadState

    def show(self) -> str:
        """GET /?as=&in=&thread=: the whole page."""
        # Read first: the next /news request then returns any change made during the drawing.
        revision = self.box.world.revision
        return self._draw("page.html", self._model(), revision)

    def news(self) -> flask.Response:
        """GET /news?since=…: waits until the workspace has a newer revision, then returns the page's regions."""
        since = flask.request.args.get("since", -1, type=int)
        revision = self.box.world.wait(since, _PATIENCE)
        if revision == since:
            return flask.jsonify(revision=revision)
        model = self._model()
        regions = {name: self._draw(f"{name}.html", model, revision) for name in _REGIONS}
        return flask.jsonify(revision=revision, regions=regions, title=self._draw("title.txt", model, revision))

    def suggest(self) -> flask.Response:
        """GET /suggest?as=&view=&action=&block=&text=: the options of an external select."""
        asked = flask.request.args
        me = self._me()
        drawn = render.Surface(reader=reader_for(self.box, me), key="")
        try:
            found = self.box.suggestions(
                me.id,
                view_id=asked.get("view", ""),
                action_id=asked.get("action", ""),
                block_id=asked.get("block"),
                text=asked.get("text", ""),
            )
        except SandboxError as refused:
            return flask.jsonify(options=[], notice=str(refused))
        choices = [
            {
                "value": str(one.get("value", "")),
                "label": drawn.plain(one.get("text")),
                "description": drawn.plain(one.get("description")),
            }
            for one in found
        ]
        return flask.jsonify(options=choices)

    def file(self, file: str) -> flask.Response:
        """GET /file/…: an uploaded picture, which a message shows; any other file is saved by the browser."""
        with self.box.world.lock:
            known = self.box.world.cabinet.files.get(file)
            if known is None or not known.completed:
                flask.abort(HTTPStatus.NOT_FOUND)
            if known.is_picture:
                return flask.Response(known.content, mimetype=known.type)
            answer = flask.Response(known.content, mimetype="application/octet-stream")
            answer.headers.set("Content-Disposition", "attachment", filename=known.name)
            return answer

    def act(self) -> tuple[flask.Response, int]:
        """POST /act: one action of a person. It reads only JSON, which a form on another site cannot send."""
        wish = flask.request.get_json()
        act = ACTIONS.get(str(wish.get("kind"))) if isinstance(wish, dict) else None
        if act is None:
            return flask.jsonify(
                ok=False, notice="The page asked for something unknown. Reload it."
            ), HTTPStatus.BAD_REQUEST
        me = self._me(str(wish.get("as", "")))
        try:
            outcome = act(self.box, me, ZoneInfo(me.tz), wish)
        except GoneError:
            return flask.jsonify(ok=False, notice="That has changed meanwhile. Look again."), HTTPStatus.OK
        except (SandboxError, UnusableError, ValueError) as refused:
            return flask.jsonify(ok=False, notice=str(refused)), HTTPStatus.OK
        if outcome is None:
            return flask.jsonify(ok=True), HTTPStatus.OK
        notice = complaint(wish["kind"], outcome, self.box.manifest.bot_name)
        return flask.jsonify(ok=outcome.ok, notice=notice, errors=dict(outcome.errors)), HTTPStatus.OK

    # -- drawing --------------------------------------------------------------------------------------

    def _me(self, wanted: str | None = None) -> "User":
        """The acting person. An unknown or deactivated person is replaced by the first one."""
        wanted = wanted if wanted is not None else flask.request.args.get("as", "")
        people = people_of(self.box)
        if not people:
            flask.abort(HTTPStatus.NOT_FOUND, "This workspace has no people.")
        return next((user for user in people if user.id == wanted), people[0])

    def _model(self) -> "PageModel":
        asked = flask.request.args
        return PageBuilder(self.box, self._me(), self.read_state).build(asked.get("in"), asked.get("thread") or None)

    def _draw(self, template: str, model: "PageModel", revision: int) -> str:
        manifest = self.box.manifest
        shortcuts = [(kind, shortcut) for (kind, _), shortcut in manifest.shortcuts.items()]
        return (
            render.environment()
            .get_template(template)
            .render(
                page=model,
                revision=revision,
                home_tab=manifest.home_tab,
                messages_tab=manifest.messages_tab,
                read_only=manifest.messages_read_only,
                global_shortcuts=[shortcut for kind, shortcut in shortcuts if kind == "global"],
                emoji=[(name, emoji.character(name)) for name in CHOICES],
                message_shortcuts=[shortcut for kind, shortcut in shortcuts if kind == "message"],
                words=self._words(model),
                **self._faults(),
            )
        )

    def _faults(self) -> dict[str, Any]:
        """The methods and faults to choose from, and the active faults."""
        faults = self.box.faults
        failing = [{"fault": fault, "met": faults.met_by(fault)} for fault in faults.active]
        kinds = {kind: words for kind, (words, _) in KINDS.items()}
        return {"methods": (EVERY, *sorted(METHODS)), "kinds": kinds, "failing": failing}

    def _words(self, model: "PageModel") -> dict[str, Any]:
        """Names that the composer completes: commands, people, channels."""
        commands = self.box.manifest.commands.values()
        return {
            "commands": [
                {
                    "name": one["command"],
                    "hint": one.get("usage_hint", ""),
                    "about": one.get("description", ""),
                }
                for one in commands
            ],
            "people": [{"name": one.handle, "about": one.name} for one in (*model.people, model.app)],
            "channels": [{"name": name, "about": ""} for name in model.reader.channels.values()],
        }
