"""Drafts of messages by an app, checked by Slack's rules for messages."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox import blocks as blockkit
from sandbox import limits
from sandbox.block_reading import settle
from sandbox.errors import SlackError
from sandbox.models import Available, Json

_MENTION = re.compile(r"<(?:@([UW][A-Z0-9]+)|!(channel|here|everyone|subteam\^[A-Z0-9]+))(?:\|[^>]*)?>")
_AT_NAME = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")
_EVERY_KIND = Available()
_EVENT_TYPE = re.compile(r"[\w.:\-/#]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A valid message: its parts for storage, and its mentions."""

    text: str
    blocks: tuple[Json, ...]
    attachments: tuple[Json, ...]
    metadata: Json | None
    notified: tuple[str, ...]


def draft(args: Mapping[str, Any], *, most: int | None = None, available: Available = _EVERY_KIND) -> Draft:
    """Check the text, blocks, attachments and metadata of `args`; raises SlackError. `most` characters
    of text are an error above, otherwise the text is cut at 40,000. Blocks that are not `available` are refused.
    """
    text = args.get("text") or ""
    if not isinstance(text, str):
        raise SlackError("invalid_arguments", messages=["must be a string [json-pointer:/text]"])
    blocks = _blocks(args.get("blocks"), available)
    attachments = args.get("attachments") or []
    if not isinstance(attachments, list):
        raise SlackError("invalid_attachments")
    if len(attachments) > limits.MESSAGE_ATTACHMENTS_MAX_ITEMS:
        raise SlackError("too_many_attachments")
    if not (text.strip() or blocks or attachments):
        raise SlackError("no_text")
    if most is not None and len(text) > most:
        raise SlackError("msg_too_long")
    plain = args.get("mrkdwn") is False or args.get("parse") == "none"
    return Draft(
        text=text[: limits.MESSAGE_TEXT_MAX_LENGTH],
        blocks=blocks,
        attachments=tuple(attachments),
        metadata=_metadata(args.get("metadata")),
        notified=tuple(dict.fromkeys(_pinged(text, blocks, plain=plain, linked=_links_names(args)))),
    )


def _blocks(raw: object, available: Available) -> tuple[Json, ...]:
    if not raw:
        return ()
    if not isinstance(raw, list):
        raise SlackError("invalid_blocks_format")
    problems = blockkit.check_message(raw, available)
    if problems:
        raise SlackError("invalid_blocks", messages=problems)
    if blockkit.too_long(raw):
        raise SlackError("msg_blocks_too_long")
    return settle(raw)


def _metadata(raw: object) -> Json | None:
    if raw in (None, "", {}):
        return None
    if not isinstance(raw, dict) or set(raw) - {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_format")
    event_type, payload = raw.get("event_type"), raw.get("event_payload")
    if "entities" not in raw or event_type is not None:
        well_named = isinstance(event_type, str) and _EVENT_TYPE.fullmatch(event_type)
        if not (well_named and isinstance(payload, dict)):
            raise SlackError("invalid_metadata_format")
    if len(json.dumps(raw)) > limits.METADATA_MAX_BYTES:
        raise SlackError("metadata_too_large")
    return raw


def _links_names(args: Mapping[str, Any]) -> bool:
    return args.get("parse") == "full" or args.get("link_names") in (True, 1, "1", "true")


def _pinged(text: str, blocks: Iterable[Json], *, plain: bool, linked: bool) -> Iterator[str]:
    if not plain:
        yield from _mentions(text)
    if linked:
        yield from (f"!{name}" for name in _AT_NAME.findall(text))
    for block in blocks:
        yield from _in_part(block)


def _mentions(text: str) -> Iterator[str]:
    for user, group in _MENTION.findall(text):
        yield user or f"!{group}"


def _in_part(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _in_part(each)
    elif isinstance(part, dict):
        kind = part.get("type")
        if kind in {"mrkdwn", "markdown"} and isinstance(part.get("text"), str):
            yield from _mentions(part["text"])
        elif kind == "user" and "user_id" in part:
            yield part["user_id"]
        elif kind == "broadcast" and "range" in part:
            yield f"!{part['range']}"
        else:
            for each in part.values():
                yield from _in_part(each)
