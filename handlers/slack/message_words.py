"""The words of a message: from its text, its blocks, a forwarded message, or the names of its files.

Messages of other apps come here too, so any part may be missing or of another type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

# Levels of blocks in blocks. Slack's deepest is a list in a quotation in a rich text.
_DEEPEST = 12
# Types of texts that stand beside others in one block.
_TEXTS = {"mrkdwn", "plain_text", "raw_text"}
# The parts of a block that hold texts, in reading order.
_PARTS = ("title", "text", "fields", "elements", "rows", "blocks")
_ATTACHED = ("pretext", "title", "text")
# Slack's texts, old and new, for an app's message that has blocks only.
_NO_TEXT = {"This content can't be displayed.", "[no preview available]"}


def words_of(message: Json) -> str:
    """The words of a message of Slack's, with Slack's entities and mentions; empty if it has no words."""
    for found in (
        _text(message.get("text")),
        _of_blocks(message.get("blocks")),
        "\n".join(filter(None, map(_of_attachment, _dicts(message.get("attachments"))))),
        "\n".join(filter(None, (_text(file.get("title")) or _text(file.get("name")) for file in _files(message)))),
    ):
        if found.strip():
            return found
    return ""


def _files(message: Json) -> Iterator[Json]:
    yield from _dicts(message.get("files"))
    for attachment in _dicts(message.get("attachments")):
        yield from _dicts(attachment.get("files"))


def _of_attachment(attachment: Json) -> str:
    """The words of an attachment: another app's card, or a forwarded message."""
    forwarded = _dicts([part.get("message") for part in _dicts(attachment.get("message_blocks"))])
    blocks = [*_dicts(attachment.get("blocks")), *(block for each in forwarded for block in _dicts(each.get("blocks")))]
    said = "\n".join(filter(None, (_text(attachment.get(name)) for name in _ATTACHED)))
    return said or _of_blocks(blocks) or _text(attachment.get("fallback"))


def _of_blocks(blocks: object) -> str:
    return "\n".join(filter(None, (_of_part(block, _DEEPEST).strip("\n") for block in _dicts(blocks))))


def _of_part(part: object, depth: int) -> str:
    if isinstance(part, list) and depth:
        return "".join(_of_part(each, depth - 1) for each in part)
    if not isinstance(part, dict) or not depth:
        return _text(part)
    kind = str(part.get("type"))
    if kind in _INLINE:
        return _INLINE[kind](part)
    said = "".join(_of_part(part.get(name), depth - 1) for name in _PARTS)
    return said and said + (" " if kind in _TEXTS else "\n")


def _raw(text: object) -> str:
    """A text from a rich text, with Slack's three entities added: Slack does not escape there."""
    return _text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# The parts of a line. The text on a button does not belong to the words of the message.
_INLINE: dict[str, Callable[[Json], str]] = {
    "button": lambda _part: "",
    "overflow": lambda _part: "",
    "text": lambda part: _raw(part.get("text")),
    "link": lambda part: _raw(part.get("text")) or _raw(part.get("url")),
    "emoji": lambda part: f":{_raw(part.get('name'))}:",
    "user": lambda part: f"<@{_text(part.get('user_id'))}>",
    "channel": lambda part: f"<#{_text(part.get('channel_id'))}>",
    "usergroup": lambda part: f"<!subteam^{_text(part.get('usergroup_id'))}>",
    "broadcast": lambda part: f"@{_raw(part.get('range'))}",
    "date": lambda part: _raw(part.get("fallback")),
    "image": lambda part: f"{_text(part.get('alt_text'))} ",
}


def _text(value: object) -> str:
    return value if isinstance(value, str) and value not in _NO_TEXT else ""


def _dicts(value: object) -> list[Json]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
