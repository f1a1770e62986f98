"""The reply in the thread of a message that was made a commitment: once, and only where colleagues alone read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from sandbox.models import User
from tests.journeys.conftest import read, words
from tests.journeys.forms import save
from tests.journeys.slack_faults import POST, says

if TYPE_CHECKING:
    from sandbox import Message
    from tests.journeys.conftest import BotInWorkspace
    from tests.journeys.slack_faults import Faults

pytestmark = pytest.mark.both_databases


def record(town: BotInWorkspace, channel: str = "C0ACME", message: Message | None = None) -> Message:
    """Eva makes a message of Ben's a commitment; the message."""
    message = message or town.box.say("U0BEN", channel, "I'll send the deck by Friday")
    form = town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, channel, message.ts).view
    assert form is not None
    assert town.box.submit("U0EVA", form.id, {}).errors == {}
    return message


def replies(town: BotInWorkspace, channel: str = "C0ACME") -> list[Message]:
    return [one for one in town.box.messages(channel, viewer="U0BEN") if "*#" in words(one) and one.thread_ts]


def test_a_reply_stands_in_the_thread(town: BotInWorkspace) -> None:
    """The reply has the number and no word of the commitment, and its button shows it; another one adds none."""
    message = record(town)
    town.settled()
    (reply,) = replies(town)
    assert reply.thread_ts == message.ts
    assert "Recorded as #1" in read(reply)
    assert "deck" not in words(reply)
    shown = town.press("U0BEN", reply, ids.SHOW).view
    assert shown is not None
    assert shown.title == "Commitment #1"
    record(town, message=message)
    town.settled()
    assert len(replies(town)) == 1


def test_a_message_in_a_thread_is_answered_there(town: BotInWorkspace) -> None:
    """The reply to a reply stands in the same thread."""
    parent = town.box.say("U0ANA", "C0ACME", "who sends the deck?")
    record(town, message=town.box.say("U0BEN", "C0ACME", "I'll send it by Friday", thread_ts=parent.ts))
    town.settled()
    assert [one.thread_ts for one in replies(town)] == [parent.ts]


def test_what_is_taken_back_is_said_there(town: BotInWorkspace) -> None:
    """The reply follows: after the end of the commitment it does not say that it is recorded."""
    record(town)
    town.settled()
    item = town.item("U0EVA")
    form = town.form("U0EVA", item, ids.CANCEL)
    assert town.submit("U0EVA", form, reason="not needed").errors == {}
    town.settled()
    (reply,) = replies(town)
    assert "#1 was cancelled" in read(reply)


@pytest.mark.parametrize("about", [{"team_id": "T0ACME", "is_stranger": True}, {"is_restricted": True}])
def test_nothing_is_said_where_others_read(town: BotInWorkspace, about: dict[str, object]) -> None:
    """A channel that another company or a guest reads gets no reply."""
    town.box.add_user(User("U0DANA", "dana", "Dana Whitfield", **about))  # type: ignore[arg-type]
    town.box.join("U0DANA", "C0ACME")
    record(town)
    record(town, "C0SHARED")
    town.settled()
    assert replies(town) == replies(town, "C0SHARED") == []
    assert {row.state for row in town.outbox("recorded")} == {"skipped"}


def test_an_admin_can_switch_it_off(town: BotInWorkspace) -> None:
    """With the setting off no reply is planned."""
    save(town, "U0ADA", replies_in_threads=[])
    record(town)
    town.settled()
    assert town.outbox("recorded") == []


def test_a_lost_reply_is_looked_up_in_the_thread(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A post whose answer was lost is found in the thread by its key, and not posted again."""
    record(bare_town)
    faults.on(POST, says("fatal_error", 500, first=True))
    bare_town.settled()
    assert len(replies(bare_town)) == 1
    bare_town.pass_by(minutes=2)
    bare_town.settled()
    assert "conversations.replies" in faults.seen
    assert len(replies(bare_town)) == 1
    assert [row.state for row in bare_town.outbox("recorded")] == ["sent"]


def test_a_refused_reply_is_for_doctor_alone(bare_town: BotInWorkspace, faults: Faults) -> None:
    """Where Slack refuses the post, the person who recorded it reads nothing of that; it is kept for doctor."""
    faults.on(POST, says("not_in_channel"))
    record(bare_town)
    bare_town.settled()
    assert replies(bare_town) == []
    (row,) = bare_town.outbox("recorded")
    assert (row.state, row.last_error) == ("dead", "not_in_channel")
    assert bare_town.outbox("not_shared") == []
