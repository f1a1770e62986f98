"""Slack refuses posts: only a final refusal of one message gives it up. Others are sent once Slack works again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from sandbox import Reply
from store import outbox
from tests.journeys.conftest import words
from tests.journeys.slack_faults import POST, Faults, answers, drops, later, notices, row, says

if TYPE_CHECKING:
    from tests.bot.conftest import Log
    from tests.journeys.conftest import BotInWorkspace

pytestmark = pytest.mark.both_databases

OPEN, HISTORY, UPDATE = "conversations.open", "conversations.history", "chat.update"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALWAYS = 10_000


def asked(town: BotInWorkspace, text: str = "@ana send it by Friday 4 Dec") -> None:
    """Eva gives Ana an item, and all due rows are delivered."""
    town.receipt("U0EVA", text)
    town.settled()


def troubles(town: BotInWorkspace) -> outbox.Troubles:
    """The refusals that the doctor reports."""
    with town.makegood.ledger.read() as tx:
        return outbox.troubles(tx, since=town.box.clock.now() - 7 * DAY)


@pytest.mark.parametrize("error", ["msg_too_long", "invalid_blocks", "no_text", "metadata_too_large"])
def test_a_message_at_fault_is_given_up(bare_town: BotInWorkspace, faults: Faults, error: str) -> None:
    """A final refusal of a message: it is never retried, the doctor counts it, and the next message goes."""
    town = bare_town
    faults.on(POST, says(error))
    asked(town)
    assert (row(town).state, row(town).last_error, row(town).not_before) == ("dead", error, None)
    later(town, DAY)
    assert faults.seen.count(POST) == 1
    assert troubles(town).dead == {error: 1}
    asked(town, "@ana call them by Friday 4 Dec")
    assert notices(town) == [2]


def test_the_log_says_where_a_message_is_at_fault(bare_town: BotInWorkspace, faults: Faults, log: Log) -> None:
    """The log has Slack's pointers into a refused message or form, and not its words."""
    complaints = [
        "[ERROR] must be less than 3001 characters, not: a secret [json-pointer:/blocks/1/text/text]",
        "[ERROR] failed to match all allowed schemas [json-pointer:/blocks/1/text]",
        "[ERROR] [json-pointer:/blocks/a secret]",
    ]
    answer = {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": complaints}}
    faults.on(POST, lambda _carry_out: Reply(answer))
    asked(bare_town)
    assert [one["where"] for one in log.events("delivery_refused")] == ["/blocks/1/text/text /blocks/1/text"]
    complaints[:] = ["[ERROR] missing required field: title [json-pointer:/view/title]"]
    faults.on("views.open", lambda _carry_out: Reply(answer | {"error": "invalid_arguments"}))
    bare_town.commit("U0EVA", "")
    assert [one["where"] for one in log.events("request_failed")] == ["/view/title"]
    assert "a secret" not in log.text


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel"])
def test_a_conversation_that_is_gone_is_opened_anew(bare_town: BotInWorkspace, faults: Faults, error: str) -> None:
    """A stored conversation that Slack refuses is opened again by the person's id, once; the message comes at once."""
    town = bare_town
    asked(town)
    faults.seen.clear()
    faults.on(POST, says(error))
    asked(town, "@ana call them by today")
    assert notices(town) == [1, 2]
    assert faults.seen == [POST, OPEN, POST]
    assert troubles(town).opened_anew == {error: 1}
    asked(town, "@ana ask them by today")
    assert faults.seen == [POST, OPEN, POST, POST]


@pytest.mark.parametrize(
    "error",
    [
        *("channel_not_found", "user_disabled", "restricted_action", "missing_scope", "messages_tab_disabled"),
        *("token_revoked", "invalid_auth", "account_inactive"),
    ],
)
def test_what_slack_refuses_for_hours_is_told_when_it_takes_it(
    bare_town: BotInWorkspace, faults: Faults, error: str
) -> None:
    """No row is dead, and the doctor says how many wait and why; once Slack works all are delivered, in order."""
    town = bare_town
    faults.on(POST, *[says(error)] * ALWAYS)
    asked(town)
    asked(town, "@ana call them by today")
    for _ in range(3):
        later(town, HOUR)
    assert {each.state for each in town.outbox()} == {"pending"}
    assert troubles(town).waits[error] == 1
    assert troubles(town).dead == {}
    faults.stop()
    for _ in range(3):
        later(town, timedelta(minutes=5))
    assert notices(town) == [1, 2]
    assert HISTORY not in faults.seen
    assert not troubles(town).waits


def test_while_the_token_is_refused_slack_is_asked_once_a_minute(bare_town: BotInWorkspace, faults: Faults) -> None:
    """While the token is refused one message asks Slack each minute, also for days, and the workspace's others wait."""
    town = bare_town
    faults.on(POST, *[says("token_revoked")] * ALWAYS)
    for number in range(5):
        town.receipt("U0EVA", f"@{'ana' if number % 2 else 'ada'} send {number} by 26 November")
    town.settled()
    assert faults.seen.count(POST) == 1
    for _ in range(3):
        later(town, timedelta(seconds=61))
    assert faults.seen.count(POST) == 4
    town.move(2026, 11, 26, 10)
    town.settled()
    faults.stop()
    later(town)
    assert sorted([*notices(town), *notices(town, "U0ADA")]) == [1, 2, 3, 4, 5]


def test_a_revoked_token(bare_town: BotInWorkspace) -> None:
    """With a token that is truly revoked messages wait with the reason, and a person who types gets an answer."""
    town = bare_town
    town.receipt("U0EVA", "@ana send it by Friday")
    town.box.revoke_token()
    town.settled()
    assert (row(town).state, row(town).last_error) == ("pending", "token_revoked")
    assert town.receipt("U0EVA", "call them by Friday")


def test_a_conversation_that_is_refused_for_days_is_told_in_the_next_brief(
    bare_town: BotInWorkspace, faults: Faults
) -> None:
    """From the second day a refused conversation is tried once a morning; the first brief to succeed shows all.
    told.
    """
    town = bare_town
    faults.on(POST, *[says("channel_not_found")] * ALWAYS)
    asked(town)
    later(town, DAY + HOUR)
    assert row(town).state == "pending"
    posts = faults.seen.count(POST)
    later(town, HOUR)
    assert faults.seen.count(POST) == posts
    for day in (25, 26):
        town.jump(2026, 11, day, 8, 45)
    faults.stop()
    town.jump(2026, 11, 27, 8, 45)
    (brief,) = town.box.dm("U0ANA")
    assert "New for you" in words(brief)
    assert "Eva Lindqvist" in words(brief)
    later(town, DAY)
    assert [each.state for each in town.outbox("assigned")] == ["skipped"]


def test_a_brief_that_was_refused_gives_back_what_it_had_taken(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A brief whose morning passes during refusals gives back its notices: the next brief shows them all."""
    town = bare_town
    town.move(2026, 11, 23, 21)
    asked(town)
    town.receipt("U0ANA", "write it by Tuesday 24 Nov")
    faults.on(POST, *[says("missing_scope")] * ALWAYS)
    town.jump(2026, 11, 24, 8, 45)
    town.jump(2026, 11, 24, 22)
    assert town.box.dm("U0ANA") == []
    faults.stop()
    town.jump(2026, 11, 25, 8, 45)
    said = " ".join(words(message) for message in town.box.dm("U0ANA"))
    assert "send it" in said
    assert "write it" in said
    assert len(town.box.dm("U0ANA")) == 1


def test_an_end_to_patience(bare_town: BotInWorkspace, faults: Faults) -> None:
    """After two weeks of refusals a conversation's messages are given up, and the doctor says how many and why."""
    town = bare_town
    faults.on(POST, *[says("user_disabled")] * ALWAYS)
    asked(town, "@ana send it by Friday 18 Dec")
    for day in range(24, 31):
        town.jump(2026, 11, day, 12)
    assert troubles(town).dead == {}
    for day in range(1, 12):
        town.jump(2026, 12, day, 12)
    assert {each.state for each in town.outbox("assigned")} == {"dead"}
    assert troubles(town).dead["user_disabled"] >= 1


def test_something_is_in_the_way_for_days(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A proxy answers in Slack's place for days: messages are looked up and retried, and arrive once it is gone."""
    town = bare_town
    faults.on(POST, answers("<html>Blocked by policy</html>", 403))
    faults.on(HISTORY, *[answers("<html>Blocked by policy</html>", 403)] * ALWAYS)
    asked(town)
    for _ in range(3):
        later(town, DAY)
    assert (row(town).state, notices(town)) == ("sending", [])
    with town.makegood.ledger.read() as tx:
        (undecided,) = outbox.undecided(tx, town.box.clock.now(), most=10)
    assert "not Slack's (status 403)" in (undecided.error or "")
    faults.stop()
    later(town)
    assert notices(town) == [1]


def test_the_conversation_changes_while_an_answer_is_lost(bare_town: BotInWorkspace, faults: Faults) -> None:
    """While the history of the stored conversation cannot be read, nothing is posted: it must be searched first."""
    town = bare_town
    asked(town)
    faults.on(POST, drops(first=True))
    faults.on(HISTORY, says("channel_not_found"), says("missing_scope"), says("token_revoked"))
    asked(town, "@ana call them by today")
    for _ in range(3):
        later(town)
        assert row(town).state == "sending"
    later(town)
    assert (row(town).state, notices(town)) == ("sent", [1, 2])
    assert faults.seen.count(POST) == 2


@pytest.mark.parametrize("error", ["token_revoked", "missing_scope", "channel_not_found"])
def test_an_update_that_is_refused_for_a_while_is_made_up_for(
    bare_town: BotInWorkspace, faults: Faults, error: str
) -> None:
    """A sent message is updated once Slack allows changes again."""
    town = bare_town
    asked(town)
    faults.on(UPDATE, *[says(error)] * 3)
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    town.settled()
    for _ in range(5):
        later(town, HOUR)
    assert ":white_check_mark:" in str(town.box.dm("U0ANA")[-1].blocks)
    assert {each.not_before for each in town.outbox()} == {None}
