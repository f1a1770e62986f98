"""*Make it a commitment* on messages of every kind: the form starts with their text, in all places that Slack uses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from sandbox.models import User
from store import stakeholders
from tests.journeys.accounts import account
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


# ---- what a message promises -----------------------------------------------------------------------------------


@pytest.fixture
def acme(town: BotInWorkspace) -> BotInWorkspace:
    """Acme has the channel and Dana; Globex has no channel."""
    at = account(town, "Acme", channel="C0ACME")
    account(town, "Globex")
    with town.makegood.ledger.begin() as tx:
        stakeholders.create(tx, town.person(tx, "U0EVA"), "Dana Whitfield", account=at, now=town.box.clock.now())
    return town


def promised(town: BotInWorkspace, author: str, text: str, *, by: str = "U0EVA", channel: str = "C0ACME") -> View:
    """The form that `by` opens from a message that this author says now."""
    message = town.box.say(author, channel, text)
    form: View | None = town.box.message_shortcut(by, ids.SHORTCUT_FROM_MESSAGE, channel, message.ts).view
    assert form is not None
    return form


def start(form: View) -> dict[str, Any]:
    """The values with which the form starts, by field."""
    found: dict[str, Any] = {}
    for block in form.blocks:
        if block["type"] == "input":
            element = block["element"]
            given = next((value for name, value in element.items() if name.startswith("initial_")), None)
            found[block["block_id"]] = given["text"]["text"] if isinstance(given, dict) else given
    return found


def test_a_promise_is_taken_from_a_message(acme: BotInWorkspace) -> None:
    """The author owns it, account and person come from channel and text, and the note has all words."""
    text = "Hi all, thanks for today. I'll send the pricing sheet to Dana by Friday :pray:"
    said = start(promised(acme, "U0BEN", text))
    assert (said["action"], said["owner"], said["due"]) == ("Send the pricing sheet to Dana", "U0BEN", "2026-11-27")
    assert (said["account"], said["stakeholder"], said["side"]) == ("Acme", "Dana Whitfield", "We owe")
    assert said["note"] == text


@pytest.mark.parametrize(
    ("text", "owner", "account_name"),
    [
        ("@ana can you send the deck by Friday", "U0ANA", "Acme"),
        ("I'll send Globex the deck by Friday", "U0BEN", "Globex"),
        ("I'll tell Globex and Acme by Friday", "U0BEN", None),
        ("Good call with Globex. The deck must be there by Friday", "U0BEN", "Globex"),
        ("@eva @ana I'll send the deck by Friday", "U0BEN", "Acme"),
    ],
)
def test_owner_and_account_of_a_message(acme: BotInWorkspace, text: str, owner: str, account_name: str | None) -> None:
    """A message that asks a person has them as owner; an account in the text wins, and of two none is guessed."""
    said = start(promised(acme, "U0BEN", text))
    assert (said["owner"], said["account"], said["due"]) == (owner, account_name, "2026-11-27")


def test_the_date_is_that_of_the_messages_day(town: BotInWorkspace) -> None:
    """“Tomorrow” in a message of last week has passed: it is asked about, and the cursor stands there."""
    message = town.box.say("U0BEN", "C0ACME", "I'll send the deck tomorrow")
    town.pass_by(days=1)
    form = town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", message.ts).view
    assert form is not None
    assert start(form)["due"] == "2026-11-24"
    town.pass_by(days=6)
    form = town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", message.ts).view
    assert form is not None
    assert start(form)["due"] is None
    assert "Tuesday 24 November 2026 has already passed" in words_of(form)
    assert [b["block_id"] for b in form.blocks if b.get("element", {}).get("focus_on_load")] == ["due"]


@pytest.mark.parametrize(
    ("about", "side", "told"),
    [
        ({"team_id": "T0ACME"}, "They owe us", "is from another company"),
        ({"is_restricted": True}, "We owe", "is a guest in this workspace"),
    ],
)
def test_a_promise_of_an_outsider(acme: BotInWorkspace, about: dict[str, Any], side: str, told: str) -> None:
    """A promise of another company's person is theirs, and the reader follows it up; of a guest the owner is asked."""
    acme.box.add_user(User("U0DANA", "dana", "Dana Whitfield", **about))
    form = form_from(acme, {"text": "I'll sign the contract by Friday", "user": "U0DANA"})
    said = start(form)
    assert (said["action"], said["owner"], said["side"], said["account"]) == (
        "Sign the contract", "U0EVA", side, "Acme",
    )  # fmt: skip
    assert said["stakeholder"] == ("Dana Whitfield" if side == "They owe us" else None)
    assert told in words_of(form)


def test_an_apps_message_promises_nothing(town: BotInWorkspace) -> None:
    """An app, a forwarded message and a file have no author who could own it: it is the reader's."""
    for message in (
        {"text": "I'll send the report by Friday", "user": "U0BOT", "bot_id": "B0BOT"},
        MESSAGES["forwarded text"][0],
        MESSAGES["a file"][0],
    ):
        assert start(form_from(town, message))["owner"] == "U0EVA"


def test_a_message_that_was_recorded_says_so(town: BotInWorkspace) -> None:
    """The form shows what was recorded from the message, with its details on top, and *Record another*."""
    message = town.box.say("U0BEN", "C0ACME", "I'll send the deck by Friday")
    form = town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", message.ts).view
    assert form is not None
    assert (form.submit, "recorded already" in words_of(form)) == ("Record", False)
    assert town.box.submit("U0EVA", form.id, {}).errors == {}
    form = town.box.message_shortcut("U0ANA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", message.ts).view
    assert form is not None
    assert form.submit == "Record another"
    assert "recorded already" in words_of(form)
    assert "Send the deck" in words_of(form)
    details = town.box.press("U0ANA", action_id=ids.SHOW, view_id=form.id).view
    assert details is not None
    assert "Recorded by Eva Lindqvist" in words_of(details)
    assert [view.id for view in town.box.modals("U0ANA")] == [form.id, details.id]
    town.box.close("U0ANA", details.id)
    assert town.box.submit("U0ANA", form.id, {}).errors == {}
    assert town.commitment(2).action == "Send the deck"
