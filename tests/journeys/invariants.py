"""Checks that hold for every journey: they read the whole workspace and the whole log at the end of a test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox
    from tests.bot.conftest import Log

# Slack's errors for a call that is wrong in itself, in any state of the workspace.
MALFORMED = re.compile(r"invalid_(?!auth)|too_long|too_large|too_many|no_text|missing_scope|unknown_method|_format$")
# Events that the bot logs if Slack did not accept an answer, or if an error was not foreseen.
TROUBLE = {"answer_not_taken", "view_not_redrawn", "request_failed", "courier_failed", "job_failed"}
# The only markup of our own: a shared item's channel, the link to the message that it came from or may come from, and
# the links that share a file and that open a letter in a mail program.
OWN_MARKUP = re.compile(
    r"<#C0[A-Z]+>|<https://[a-z.]+/archives/[A-Z0-9]+/p[0-9]+\|(Where it was said|the message that you marked)>"
    r"|<https://[a-z.]+/files/[A-Z0-9]+/[A-Z0-9]+/[a-z0-9-]+\.(ics|eml)\|[a-z0-9-]+\.(ics|eml)>"
    r"|<mailto:\?subject=[\w.%~-]*&amp;body=[\w.%~-]*\|Open in your mail program>",
    re.ASCII,
)
_MARKUP = re.compile(r"<[^>]*>")


def hold(box: Sandbox, log: Log, *, expected: frozenset[str] = frozenset()) -> None:
    """Assert all checks of this module. `expected` are log events that a test causes on purpose."""
    assert tracebacks(log) == []
    assert [event for event in log.events() if event["event"] in TROUBLE - expected] == []
    assert malformed(box) == []
    assert pings(box) == []
    assert markup(box) == []


def tracebacks(log: Log) -> list[str]:
    return [event["exception"] for event in log.events() if "exception" in event]


def malformed(box: Sandbox) -> list[tuple[str, str | None]]:
    """Calls that Slack refused because they were malformed."""
    return [(call.method, call.error) for call in box.calls if call.error and MALFORMED.search(call.error)]


def pings(box: Sandbox) -> list[tuple[str, ...]]:
    """Messages of the bot that would have pinged a person."""
    return [message.notified for message in _ours(box) if message.notified]


def markup(box: Sandbox) -> list[str]:
    """Texts with markup that is not our own, in all that the bot ever sent or shows now."""
    sent = [value for call in box.calls for name in ("text", "blocks", "view") if (value := call.args.get(name))]
    shown = [part for message in _ours(box) for part in ({"type": "mrkdwn", "text": message.text}, message.blocks)]
    views = [view.blocks for user in box.world.users for view in box.modals(user)]
    texts = [text for part in [*sent, *shown, *views] for text in mrkdwn(part)]
    return [text for text in texts if _MARKUP.search(OWN_MARKUP.sub("", text))]


def _ours(box: Sandbox) -> list[Any]:
    with box.world.lock:
        everything = [message for channel in box.world.channels.values() for message in channel.messages.values()]
    return [message for message in everything if message.user == box.world.bot]


def mrkdwn(part: Any) -> Iterator[str]:
    """The texts of a message or view that Slack reads as markup."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | tuple):
        for each in part:
            if not isinstance(each, str):
                yield from mrkdwn(each)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            yield part["text"]
        else:
            for each in part.values():
                if not isinstance(each, str):
                    yield from mrkdwn(each)
