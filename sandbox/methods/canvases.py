"""canvases.*"""

from collections.abc import Mapping

from sandbox.errors import SlackError
from sandbox.files import Canvas
from sandbox.methods.registry import Args, Method, Workspace
from sandbox.models import Json

_LARGEST = 1_048_576
"""Characters of a canvas."""
_INSERTS = ("insert_at_start", "insert_at_end", "insert_before", "insert_after")
_LEVELS: Mapping[str, tuple[int, ...]] = {"h1": (1,), "h2": (2,), "h3": (3,), "any_header": (1, 2, 3)}


def create(box: Workspace, args: Args) -> Json:
    """A new canvas. With `channel_id` it is a tab of that channel, in which the app is."""
    world = box.core.world
    with world.lock:
        _are_on(box)
        text = _markdown(args.raw.get("document_content") or {"type": "markdown", "markdown": ""})
        channel = box.channel(args, "channel_id") if args.text("channel_id") else None
        if channel is None and world.cabinet.free_plan:
            raise SlackError("free_teams_cannot_create_non_tabbed_canvases")
        if channel is not None:
            if channel.is_archived or world.bot not in channel.members:
                raise SlackError("canvas_tab_creation_failed")
            if world.cabinet.free_plan and world.cabinet.tabs(channel.id):
                raise SlackError("free_team_canvas_tab_already_exists")
        canvas = world.cabinet.add_canvas(args.text("title") or "Untitled", text, channel.id if channel else None)
        return {"canvas_id": canvas.id}


def edit(box: Workspace, args: Args) -> Json:
    """One change at a call. Without a section, `replace` replaces everything."""
    with box.core.world.lock:
        _are_on(box)
        canvas = _canvas(box, args)
        changes = args.raw.get("changes")
        if not isinstance(changes, list) or len(changes) != 1 or not isinstance(changes[0], dict):
            raise SlackError("invalid_arguments", messages=["must provide exactly one change [json-pointer:/changes]"])
        _apply(canvas, changes[0])
        canvas.edits += 1
        return {}


def _apply(canvas: Canvas, change: Json) -> None:
    operation, section = change.get("operation"), change.get("section_id")
    if operation == "rename":
        canvas.title = _markdown(change.get("title_content"))
        return
    text = "" if operation == "delete" else _markdown(change.get("document_content"))
    lines = canvas.markdown.splitlines()
    at = _line(canvas, str(section)) if section or operation in {"insert_before", "insert_after", "delete"} else None
    match operation:
        case "replace" if at is None:
            lines = [text]
        case "replace" | "delete" if at is not None:
            lines[at : at + 1] = [text] if operation == "replace" else []
        case "insert_at_start":
            lines.insert(0, text)
        case "insert_at_end":
            lines.append(text)
        case "insert_before" | "insert_after" if at is not None:
            lines.insert(at + (operation == "insert_after"), text)
        case _:
            raise SlackError("invalid_arguments", messages=["unknown operation [json-pointer:/changes/0/operation]"])
    changed = "\n".join(lines)
    if len(changed) > _LARGEST:
        raise SlackError("canvas_too_large")
    canvas.markdown = changed


def _line(canvas: Canvas, section: str) -> int:
    """The place of a section among the lines. An edit since its look-up has ended the id."""
    found = {ident: text for ident, _level, text in canvas.headings()}
    if section not in found:
        raise SlackError("canvas_editing_failed")
    return next(
        at for at, line in enumerate(canvas.markdown.splitlines()) if line.lstrip("#").strip() == found[section]
    )


def sections_lookup(box: Workspace, args: Args) -> Json:
    """The ids of headings; no other section is found."""
    with box.core.world.lock:
        canvas = _canvas(box, args)
        criteria = args.raw.get("criteria")
        if not isinstance(criteria, dict) or not set(criteria) <= {"section_types", "contains_text"}:
            raise SlackError("invalid_arguments", messages=["must provide criteria [json-pointer:/criteria]"])
        types = criteria.get("section_types") or ["any_header"]
        levels = {level for name in types for level in _LEVELS.get(name, ())}
        words = criteria.get("contains_text") or ""
        found = [ident for ident, level, text in canvas.headings() if level in levels and words in text]
        return {"sections": [{"id": ident} for ident in found]}


def _are_on(box: Workspace) -> None:
    if box.core.world.cabinet.no_canvases:
        raise SlackError("canvas_disabled_user_team")


def _canvas(box: Workspace, args: Args) -> Canvas:
    canvas = box.core.world.cabinet.canvases.get(args.required("canvas_id"))
    if canvas is None:
        raise SlackError("canvas_not_found")
    return canvas


def _markdown(content: object) -> str:
    if (
        not isinstance(content, dict)
        or content.get("type") != "markdown"
        or not isinstance(content.get("markdown"), str)
    ):
        raise SlackError("invalid_arguments", messages=["must be markdown [json-pointer:/document_content]"])
    if len(content["markdown"]) > _LARGEST:
        raise SlackError("canvas_too_large")
    return str(content["markdown"])


_WRITE = ("canvases:write",)
METHODS = {
    "canvases.create": Method(create, 2, _WRITE),
    "canvases.edit": Method(edit, 3, _WRITE),
    "canvases.sections.lookup": Method(sections_lookup, 3, ("canvases:read",)),
}
