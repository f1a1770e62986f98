"""A failed message is sent later, or given up with a reason in words; sent messages are updated after all faults."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot import delivery
from handlers import ids
from handlers.messages import render
from tests.journeys.slack_faults import POST, Faults, later, notices, row, says

if TYPE_CHECKING:
    from store.tables import Outbox
    from tests.journeys.conftest import BotInWorkspace

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize("error", ["rate_limited", "message_limit_exceeded", "team_added_to_org", "org_login_required"])
def test_what_slack_cannot_take_now_is_sent_later(bare_town: BotInWorkspace, faults: Faults, error: str) -> None:
    """A limit without status 429, or a workspace being moved: the message was not posted, and is posted afterwards."""
    town = bare_town
    faults.on(POST, says(error))
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    assert (row(town).state, row(town).last_error) == ("pending", error)
    later(town)
    assert notices(town) == [1]
    assert "conversations.history" not in faults.seen


def test_a_message_without_words_does_not_hold_up_the_others_for_ever(
    bare_town: BotInWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that our code cannot render is retried at growing intervals and given up in an hour; others go on."""
    town = bare_town
    town.receipt("U0EVA", "@ana send it by Friday 4 Dec")
    town.receipt("U0EVA", "@ana call them by Friday 4 Dec")
    first = town.outbox("assigned")[0].id

    def broken(tx: Any, row: Outbox, now: datetime) -> Any:
        if row.id == first:
            raise ZeroDivisionError
        return render(tx, row, now)

    monkeypatch.setattr(delivery, "render", broken)
    town.settled()
    assert town.outbox("assigned")[0].state == "pending"
    began, rounds = town.box.clock.now(), 0
    while town.outbox("assigned")[0].state == "pending":
        rounds += 1
        assert rounds < 30
        later(town, timedelta(minutes=5))
    assert timedelta(minutes=30) < town.box.clock.now() - began < timedelta(hours=3)
    assert town.outbox("assigned")[0].last_error == "it could not be put into words (ZeroDivisionError)"
    later(town)
    assert notices(town) == [2]


@pytest.mark.parametrize("seed", [1, 2])
def test_messages_stay_true_whatever_becomes_of_their_updates(bare_town: BotInWorkspace, seed: int) -> None:
    """Most updates fail, in every way: in the end each message shows that its item is done; none is posted twice."""
    town, numbers = bare_town, range(1, 7)
    for number in numbers:
        town.receipt("U0EVA", f"@{'ana' if number % 2 else 'ada'} send {number} by today")
    town.settled()
    owners = {1: "U0ANA", 0: "U0ADA"}

    def posted() -> int:
        return len(town.box.dm("U0ANA")) + len(town.box.dm("U0ADA"))

    assert posted() == len(numbers)
    faults = town.box.faults
    faults.seed(seed)
    for kind in ("drop", "drop_after", "server_error", "server_error_after", "fatal_error_after"):
        faults.fail("chat.update", kind, rate=0.14)
    for number in numbers:
        who = owners[number % 2]
        town.press(who, town.item(who, number), ids.DONE)
        town.makegood.courier.deliver_one()
    rounds = 0
    # The creator hears of each, together after an hour.
    while {each.not_before for each in town.outbox()} != {None}:
        rounds += 1
        assert rounds < 120
        later(town)
    assert sum(faults.met.values()) >= 3
    messages = [*town.box.dm("U0ANA"), *town.box.dm("U0ADA")]
    assert [":white_check_mark:" in str(message.blocks) for message in messages] == [True] * len(numbers)
    assert posted() == len(numbers)


def test_who_is_at_work_does_not_wait_behind_people_who_sleep(bare_town: BotInWorkspace) -> None:
    """Twenty notices wait for Ben's morning: Ana's come at once, even at one post a minute."""
    town = bare_town
    town.makegood.courier.delivery.pace = timedelta(minutes=1)
    for number in range(20):
        town.receipt("U0EVA", f"@ben send {number} by Friday 4 Dec")
    town.receipt("U0EVA", "@ana send it by Friday 4 Dec")
    town.settled()
    assert (notices(town, "U0BEN"), notices(town)) == ([], [21])
