"""*Make it a commitment* on messages of every kind: the form starts with their text, in all places that Slack uses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from tests.journeys.conftest import words_of

if TYPE_CHECKING:
    from sandbox import View
    from tests.journeys.conftest import BotInWorkspace


def line(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def said(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


RICH = {
    "type": "rich_text",
    "elements": [
        line(
            said("send R&D <b> to "), {"type": "user", "user_id": "U0BEN"}, said(" "),
            {"type": "emoji", "name": "tada"},
            said(" via "), {"type": "link", "url": "https://x.example", "text": "the portal"},
        ),
        {"type": "rich_text_list", "style": "bullet", "elements": [line(said("first")), line(said("second"))]},
        {"type": "rich_text_quote", "elements": [said("as agreed")]},
    ],
}  # fmt: skip
READ = "send R&D <b> to @Ben Okafor :tada: via the portal first second as agreed"
CARD = [
    {"type": "header", "text": {"type": "plain_text", "text": "Order 7"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "R&amp;D for <@U0BEN>"},
     "fields": [{"type": "mrkdwn", "text": "due"}, {"type": "mrkdwn", "text": "soon"}]},
    {"type": "divider"},
    {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Approve"}}]},
    {"type": "context", "elements": [{"type": "image", "alt_text": "a chart"}, {"type": "mrkdwn", "text": "by a bot"}]},
    {"type": "markdown", "text": "the end"},
    {"type": "tomorrows_block", "thing": 5},
]  # fmt: skip
MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "rich text": ({"text": "", "blocks": [RICH]}, READ),
    "blocks of an app": ({"text": "", "blocks": CARD}, "Order 7 R&D for @Ben Okafor due soon a chart by a bot the end"),
    "a card": (
        {"text": "", "attachments": [{"pretext": "New:", "title": "Ticket 5", "text": "it is slow", "fallback": "x"}]},
        "New: Ticket 5 it is slow",
    ),
    "a card's fallback": ({"text": "", "attachments": [{"fallback": "Ticket 6"}]}, "Ticket 6"),
    "blocks in a card": ({"text": "", "attachments": [{"blocks": [CARD[0]], "fallback": "[no preview]"}]}, "Order 7"),
    "forwarded": (
        {"text": "", "attachments": [{"is_share": True, "message_blocks": [{"message": {"blocks": [RICH]}}]}]}, READ,
    ),
    "forwarded text": ({"text": "", "attachments": [{"is_share": True, "text": "the words"}]}, "the words"),
    "a file": ({"text": "", "files": [{"title": "Plan 2027.pdf", "name": "x.pdf"}, {"name": "b.png"}]},
               "Plan 2027.pdf b.png"),
    "its own text": ({"text": "the text", "blocks": [RICH]}, "the text"),
    "blocks alone": ({"text": "This content can't be displayed.", "blocks": [CARD[0]]}, "Order 7"),
    "blocks alone, as Slack says now": ({"text": "[no preview available]", "blocks": [CARD[0]]}, "Order 7"),
    "buttons alone": ({"text": "", "attachments": [{"blocks": [CARD[3]], "fallback": "[no preview available]"}]}, ""),
    "a table": (
        {"text": "", "blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"},
                                                           {"type": "raw_text", "text": "b"}]]}]}, "a b",
    ),
    "nothing": ({"text": " ", "blocks": [{"type": "divider"}]}, ""),
    "nonsense": ({"text": "", "blocks": [5, "x", {"elements": {"a": 1}}, [[[]]]], "attachments": [None, 5]}, ""),
}  # fmt: skip


def form_from(town: BotInWorkspace, message: dict[str, Any]) -> View:
    """The form that opens from this message."""
    shown = town.box.say("U0ANA", "C0ACME", "hello")
    with town.post.caught() as parcels:
        town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", shown.ts)
    (parcel,) = parcels
    about = {"type": "message", "user": "U0ANA", "ts": shown.ts} | message
    assert town.again(replace(parcel, payload=parcel.payload | {"message": about})).ok
    view: View = town.box.modals("U0EVA")[-1]
    return view


def field(form: View, name: str) -> str:
    element = next(block["element"] for block in form.blocks if block.get("block_id") == name)
    return str(element.get("initial_value") or "")


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_words_of_every_message_are_found(town: BotInWorkspace, kind: str) -> None:
    """The form's text is the message's, else its blocks', else that of forwarded messages or attachments, else file
    names.
    """
    message, words = MESSAGES[kind]
    assert field(form_from(town, message), ids.ACTION) == words


def test_a_tower_of_blocks_has_an_end(town: BotInWorkspace) -> None:
    """Hundreds of nested blocks are read as deep as Slack nests them, without an error."""
    tower: dict[str, Any] = {"type": "rich_text", "elements": [said("deep")]}
    for _ in range(300):
        tower = {"type": "rich_text", "elements": [tower]}
    assert field(form_from(town, {"text": "", "blocks": [tower]}), ids.ACTION) == ""


@pytest.mark.parametrize(
    ("length", "told"), [(2_000, "All of it is in the note"), (9_000, "Its first 3,000 characters")]
)
def test_what_is_cut_is_said(town: BotInWorkspace, length: int, told: str) -> None:
    """For a message longer than an action or a note the form says how much of it is where."""
    form = form_from(town, {"text": "word " * (length // 5)})
    assert told in words_of(form)
    assert len(field(form, ids.ACTION)) == 500
    assert len(field(form, ids.NOTE)) == min(3_000, length - 1)
