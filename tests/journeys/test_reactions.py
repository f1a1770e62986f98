"""Emoji under a message: the workspace's own offers it as a commitment, a check mark finishes one's own item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from handlers.settings.views import Part
from sandbox import Message, User
from tests.journeys.conftest import words
from tests.journeys.forms import open_part, save

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace

SHAKE, CHECK = "handshake", "white_check_mark"


def choose(town: BotInWorkspace, emoji: str) -> dict[str, str]:
    """Ada writes the emoji into the settings of the workspace; the errors of the form."""
    return dict(town.submit("U0ADA", open_part(town, "U0ADA", Part.MESSAGES), emoji=emoji).errors)


@pytest.fixture
def town(town: BotInWorkspace) -> BotInWorkspace:
    """The bot is a member of #acme, and the emoji is chosen."""
    town.box.invite_app("C0ACME")
    assert choose(town, ":handshake:") == {}
    return town


def offers(town: BotInWorkspace, user: str, channel: str = "C0ACME") -> list[Message]:
    """The messages of the bot in the channel that this person alone sees."""
    town.settled()
    return [one for one in town.box.messages(channel, viewer=user) if one.ephemeral_for == user]


def test_it_is_off_until_an_admin_chooses_one(town: BotInWorkspace) -> None:
    """Without an emoji in the settings nothing happens; a text that is no emoji is refused at its field."""
    assert choose(town, "") == {}
    said = town.box.say("U0BEN", "C0ACME", "I will send the pricing sheet to Dana")
    town.box.react("U0EVA", "C0ACME", said.ts, SHAKE)
    assert offers(town, "U0EVA") == []
    assert "emoji" in choose(town, "two words")
    assert choose(town, "Deal") == {}
    town.box.react("U0EVA", "C0ACME", said.ts, "deal")
    assert len(offers(town, "U0EVA")) == 1


def test_a_message_is_offered_once_to_each_who_marks_it(town: BotInWorkspace) -> None:
    """The offer is for the person who added the emoji, and comes once, also after Slack's retry and a second click."""
    said = town.box.say("U0BEN", "C0ACME", "I will send the pricing sheet to Dana")
    for _ in range(3):
        town.box.react("U0EVA", "C0ACME", said.ts, SHAKE)
    town.box.react("U0ANA", "C0ACME", said.ts, f"{SHAKE}::skin-tone-3")
    town.again()
    (offer,) = offers(town, "U0EVA")
    assert len(offers(town, "U0ANA")) == 1
    assert said.ts.replace(".", "") in words(offer)
    form = town.form("U0EVA", offer, ids.OPEN_MESSAGE)
    assert "pricing sheet" in str(form.blocks)
    assert not town.submit("U0EVA", form, due="2026-12-04").errors
    assert said.ts.replace(".", "") in str(town.commitment(1).permalink)


def test_a_reply_is_offered_too(town: BotInWorkspace) -> None:
    """An emoji under a reply in a thread: the form has the words of the reply."""
    parent = town.box.say("U0EVA", "C0ACME", "Who sends the numbers?")
    reply = town.box.say("U0BEN", "C0ACME", "I call Marcus about them", thread_ts=parent.ts)
    town.box.react("U0EVA", "C0ACME", reply.ts, SHAKE)
    (offer,) = offers(town, "U0EVA")
    assert "Marcus" in str(town.form("U0EVA", offer, ids.OPEN_MESSAGE).blocks)


def test_other_emoji_and_our_own_messages_are_left_alone(town: BotInWorkspace) -> None:
    """Another emoji offers nothing, nor does the chosen one under a message of the bot or in its Messages tab."""
    said = town.box.say("U0BEN", "C0ACME", "I will send it")
    town.box.react("U0EVA", "C0ACME", said.ts, "tada")
    answer = town.write("U0EVA", "thanks")
    town.box.react("U0EVA", answer.channel, answer.ts, SHAKE)
    assert offers(town, "U0EVA") == []
    assert len(town.box.dm("U0EVA")) == 2


@pytest.mark.parametrize("about", [{"is_restricted": True}, {"team_id": "T0ACME"}])
def test_outsiders_are_offered_nothing(town: BotInWorkspace, about: dict[str, object]) -> None:
    """A guest and a person of another company add an emoji: nothing happens."""
    town.box.add_user(User("U0OTHER", "other", "Otto Ther", **about))  # type: ignore[arg-type]
    town.box.join("U0OTHER", "C0ACME")
    said = town.box.say("U0BEN", "C0ACME", "I will send it")
    town.box.react("U0OTHER", "C0ACME", said.ts, SHAKE)
    town.settled()
    assert offers(town, "U0OTHER") == []
    assert town.box.dm("U0OTHER") == []


def shared(town: BotInWorkspace) -> Message:
    town.press("U0EVA", town.receipt("U0EVA", "send it by Friday"), ids.SHARE)
    town.settled()
    return next(one for one in town.box.messages("C0ACME") if one.user == town.box.world.bot)


def test_a_check_mark_on_ones_own_shared_item_finishes_it(town: BotInWorkspace) -> None:
    """The owner's check mark finishes the item, once; a colleague's changes nothing."""
    item = shared(town)
    town.box.react("U0BEN", "C0ACME", item.ts, CHECK)
    assert town.commitment(1).state == "open"
    town.box.react("U0EVA", "C0ACME", item.ts, CHECK)
    town.again()
    town.settled()
    assert town.commitment(1).state == "done"
    assert town.verbs(1).count("finish") == 1


def test_the_retry_after_a_reopening_changes_nothing(town: BotInWorkspace) -> None:
    """Slack's late retry of a check mark does not finish what was reopened; a new check mark does."""
    item = shared(town)
    town.box.react("U0EVA", "C0ACME", item.ts, CHECK)
    parcel = town.post.parcels[-1]
    town.press("U0EVA", town.item("U0EVA"), ids.REOPEN)
    town.again(parcel)
    assert town.commitment(1).state == "open"
    town.box.react("U0EVA", "C0ACME", item.ts, CHECK)
    town.box.react("U0EVA", "C0ACME", item.ts, CHECK)
    assert town.commitment(1).state == "done"


def test_a_check_mark_on_a_list_finishes_nothing(town: BotInWorkspace) -> None:
    """A message with several commitments is no single item; nor is a message of a person."""
    town.has_recorded("U0EVA", ("U0EVA", "one", "2026-12-04"), ("U0EVA", "two", "2026-12-04"))
    answer = town.write("U0EVA", "mine")
    town.box.react("U0EVA", answer.channel, answer.ts, CHECK)
    said = town.box.say("U0EVA", "C0ACME", "done")
    town.box.react("U0EVA", "C0ACME", said.ts, CHECK)
    assert [town.commitment(number).state for number in (1, 2)] == ["open", "open"]


def test_without_the_permission_the_settings_say_so(bare_town: BotInWorkspace) -> None:
    """An emoji is chosen and Slack sends no events of emoji: the answer to the form names the permission."""
    manifest = bare_town.box.core.manifest
    manifest.scopes = tuple(scope for scope in manifest.scopes if scope != "reactions:read")
    assert "reactions:read" in save(bare_town, "U0ADA", emoji=":handshake:")
    assert bare_town.ask("U0ADA", lambda _tx, person: person.workspace.emoji) == SHAKE
