"""`@Makegood …` in a channel or a thread: the answer is for the person who asked, and is shown to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from sandbox import Reply, User
from tests.journeys.conftest import words, words_of
from tests.journeys.reading import numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Message
    from tests.journeys.conftest import BotInWorkspace


@pytest.fixture
def town(town: BotInWorkspace) -> BotInWorkspace:
    """The bot is a member of #acme."""
    town.box.invite_app("C0ACME")
    return town


def ours(town: BotInWorkspace, channel: str = "C0ACME") -> list[Message]:
    """All messages of the bot in the channel, also those that one person sees."""
    return [one for one in town.box.world.channels[channel].messages.values() if one.user == town.box.world.bot]


@pytest.mark.parametrize(
    "line", ["{} send the pricing sheet by Friday", "send it by Friday {}", "{}: call Dana by Friday"]
)
def test_a_promise_is_recorded_for_the_writer(town: BotInWorkspace, line: str) -> None:
    """The line is recorded; its receipt is shown to the person who wrote, with *Share here*, and to nobody else."""
    town.box.say("U0EVA", "C0ACME", line.format("@makegood"))
    town.settled()
    (receipt,) = ours(town)
    assert receipt.ephemeral_for == "U0EVA"
    assert "Recorded as #1" in words(receipt)
    assert "Makegood" not in town.commitment(1).action
    town.press("U0EVA", receipt, ids.SHARE)
    town.settled()
    assert ours(town)[-1].ephemeral_for is None


def test_a_list_is_shown_to_the_asker_only(town: BotInWorkspace) -> None:
    """A question in a channel, or in a thread, is answered there, visible to the asker alone."""
    town.has_recorded("U0EVA", ("U0EVA", "send the pricing", "2026-11-23"))
    answer = town.mention("U0EVA", "what is due today?")
    assert numbers(answer.blocks) == [1]
    parent = town.box.say("U0BEN", "C0ACME", "Who sends the pricing?")
    reply = town.mention("U0EVA", "mine", thread_ts=parent.ts)
    assert reply.thread_ts == parent.ts
    assert {one.ephemeral_for for one in ours(town)} == {"U0EVA"}


def test_alone_in_a_thread_it_takes_the_first_message(town: BotInWorkspace) -> None:
    """`@Makegood` alone in a thread offers the message that began it; the form starts with its words and its link."""
    parent = town.box.say("U0BEN", "C0ACME", "I will send the pricing sheet to Dana")
    offer = town.mention("U0EVA", "", thread_ts=parent.ts)
    assert offer.ephemeral_for == "U0EVA"
    form = town.form("U0EVA", offer, ids.OPEN_MESSAGE)
    assert "send the pricing sheet" in str(form.blocks).casefold()
    assert not town.submit("U0EVA", form, owner="U0BEN", due="2026-12-04").errors
    assert parent.ts.replace(".", "") in str(town.commitment(1).permalink)


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel"])
def test_a_message_that_cannot_be_read_is_said(bare_town: BotInWorkspace, error: str) -> None:
    """If Slack does not show us the message, the answer names the way that works."""
    town = bare_town
    town.box.invite_app("C0ACME")
    parent = town.box.say("U0BEN", "C0ACME", "I will send the pricing sheet to Dana")
    offer = town.mention("U0EVA", "", thread_ts=parent.ts)

    def refuse(method: str, _args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        return Reply({"ok": False, "error": error}) if method == "conversations.history" else carry_out()

    town.box.api.intercept = refuse
    town.press("U0EVA", offer, ids.OPEN_MESSAGE)
    assert "Make it a commitment" in town.told("U0EVA")
    assert town.box.modals("U0EVA") == []


def test_alone_in_a_channel_it_says_how_to_begin(town: BotInWorkspace) -> None:
    """`@Makegood` alone is answered with an example."""
    assert "/commit" in words(town.mention("U0EVA", ""))


def test_what_lacks_something_has_a_button(town: BotInWorkspace) -> None:
    """A mention without a date: the button opens the form, and the receipt takes the place of the question."""
    answer = town.mention("U0EVA", "send the pricing to Dana")
    form = town.form("U0EVA", answer, ids.OPEN_LINE)
    assert "send the pricing to Dana" in str(form.blocks)
    assert "@" not in str(form.blocks)
    town.submit("U0EVA", form, due="2026-12-04")
    (shown,) = ours(town)
    assert "Recorded as #1" in words(shown)


def test_in_a_thread_the_line_itself_is_read_again(town: BotInWorkspace) -> None:
    """The form for a reply has the words of the reply, not of the thread's first message."""
    parent = town.box.say("U0BEN", "C0ACME", "What about the pricing?")
    answer = town.mention("U0EVA", "send the sheet to Dana", thread_ts=parent.ts)
    assert "send the sheet to Dana" in str(town.form("U0EVA", answer, ids.OPEN_LINE).blocks)


@pytest.mark.both_databases
def test_an_event_sent_again_is_answered_once(town: BotInWorkspace) -> None:
    """Slack's retries record and answer once."""
    town.mention("U0EVA", "send it by Friday")
    assert {ack.status for ack in town.at_once(*[town.post.parcels[-1]] * 3)} == {200}
    town.settled()
    assert town.rows()["commitment"] == 1
    assert len(ours(town)) == 1


@pytest.mark.parametrize(
    ("about", "words_"), [({"is_restricted": True}, "as a guest"), ({"team_id": "T0ACME"}, "another")]
)
def test_outsiders_are_refused(town: BotInWorkspace, about: dict[str, object], words_: str) -> None:
    """A guest, and a person of another company, read why; nothing is recorded, and nobody else sees the refusal."""
    town.has_recorded("U0EVA", ("U0EVA", "the secret", "2026-11-23"))
    town.box.add_user(User("U0OTHER", "other", "Otto Ther", **about))  # type: ignore[arg-type]
    town.box.join("U0OTHER", "C0ACME")
    for line in ("send it by Friday", "overdue", "what does Acme owe us?", ""):
        answer = town.mention("U0OTHER", line)
        assert words_ in words(answer)
        assert answer.ephemeral_for == "U0OTHER"
        assert "secret" not in words(answer)
    assert town.rows()["commitment"] == 1


def test_in_a_channel_of_two_companies_only_the_asker_reads(town: BotInWorkspace) -> None:
    """Where another company reads along the receipt is private, and an internal commitment cannot be shared."""
    town.box.invite_app("C0SHARED")
    receipt = town.mention("U0EVA", "send it by Friday", "C0SHARED")
    assert receipt.ephemeral_for == "U0EVA"
    town.press("U0EVA", receipt, ids.SHARE)
    assert "another company" in town.told("U0EVA", "C0SHARED")
    assert {one.ephemeral_for for one in ours(town, "C0SHARED")} == {"U0EVA"}


def test_a_refusal_is_told_to_the_writer_alone(town: BotInWorkspace) -> None:
    """A number that does not exist: the words are for the person who wrote."""
    answer = town.mention("U0EVA", "done 99")
    assert "no commitment #99" in words(answer)
    assert answer.ephemeral_for == "U0EVA"


def test_the_help_opens_on_top(town: BotInWorkspace) -> None:
    """*Help* under a question opens a view."""
    town.press("U0EVA", town.mention("U0EVA", "thanks"), ids.OPEN_HELP)
    assert "Record a promise" in words_of(town.box.modals("U0EVA")[-1])
