"""The morning brief: one message on a working morning of the person's zone, only about items with an occasion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store.tables import Mention, Outbox
from tests.journeys.conftest import BotInWorkspace, read
from tests.journeys.reading import LONG, numbers

if TYPE_CHECKING:
    from sandbox import Message
from tests.journeys.reading import LAST_WEEK, briefs, days, local
from tests.journeys.working_lives import live_through, works


def occasions(town: BotInWorkspace) -> list[str]:
    """The occasions of a person's mentions in briefs, in order, as the ledger keeps them."""
    with town.makegood.ledger.read() as tx:
        found = tx.scalars(sa.select(Mention.occasion).join(Outbox, Outbox.id == Mention.outbox_id)
                           .where(Outbox.kind == "brief").order_by(Mention.outbox_id, Mention.position))  # fmt: skip
        return [occasion.encode() for occasion in found if occasion is not None]


def test_one_on_each_working_morning_of_ones_zone(town: BotInWorkspace) -> None:
    """In Berlin and New York one brief comes after nine there; none at a weekend, on a holiday or without items."""
    works(town, "US")
    each_day = [(f"call {day}", f"2026-{day}") for day in ("11-24", "11-25", "11-26", "11-27", "11-30", "12-01")]
    for user in ("U0ANA", "U0BEN"):
        town.has_recorded(user, *((user, action, due) for action, due in each_day))
    town.has_recorded("U0EVA", ("U0EVA", "next year's plan", "2027-03-31"))
    live_through(town, date(2026, 11, 24), date(2026, 12, 1))
    # Thursday the 26th is Thanksgiving.
    expected = [date(2026, 11, day) for day in (24, 25, 27, 30)] + [date(2026, 12, 1)]
    for user, zone in (("U0ANA", "Europe/Berlin"), ("U0BEN", "America/New_York")):
        assert days(town, user, zone) == expected
        assert {local(message, zone).hour for message in briefs(town, user)} == {9}
    assert town.box.dm("U0EVA") == town.box.dm("U0ADA") == []


def test_each_occasion_once(town: BotInWorkspace) -> None:
    """An item is mentioned once within a week, on the eve, on the day, and 1, 3 and 7 working days overdue."""
    town.has_recorded("U0ANA", ("U0ANA", "send it", "2026-12-04"))
    live_through(town, date(2026, 11, 24), date(2026, 12, 17))
    assert days(town, "U0ANA", "Europe/Berlin") == [
        date(2026, 11, 27), *(date(2026, 12, day) for day in (3, 4, 7, 9, 15))
    ]  # fmt: skip
    assert occasions(town) == ["soon", "eve", "today", "overdue-1", "overdue-3", "overdue-7"]
    heads = ["within a week", "next working day", "Due today", "Overdue", "Overdue", "Overdue"]
    for head, message in zip(heads, briefs(town, "U0ANA"), strict=True):
        assert head in read(message)
    move = town.form("U0ANA", briefs(town, "U0ANA")[-1], ids.MOVE)
    town.submit("U0ANA", move, due="2026-12-28", reason="after the holidays")
    live_through(town, date(2026, 12, 18), date(2026, 12, 22))
    assert occasions(town)[-1] == "soon"
    assert len(briefs(town, "U0ANA")) == 7


def test_what_they_owe_us_is_to_be_asked_for(town: BotInWorkspace) -> None:
    """Our commitments come first. The client's stand under "Ask them", for the colleague who follows them up."""
    town.has_recorded("U0ANA", ("U0ANA", "signed order", "2026-11-24"), side="theirs")
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-11-25"), at=LAST_WEEK)
    town.jump(2026, 11, 24, 8, 45)
    (brief,) = briefs(town, "U0ANA")
    shown = read(brief)
    assert shown.index("pricing sheet") < shown.index("Ask them") < shown.index("signed order")


def test_what_was_settled_meanwhile_is_not_mentioned(town: BotInWorkspace) -> None:
    """An item that was finished or handed over between planning and sending is not mentioned."""
    town.has_recorded("U0ANA", ("U0ANA", "first", "2026-11-24"), ("U0ANA", "second", "2026-11-24"))
    town.has_recorded("U0BEN", ("U0BEN", "third", "2026-11-24"))
    town.move(2026, 11, 24, 14, 45)
    town.makegood.plan(town.box.clock.now())
    assert len(town.outbox("brief")) == 2
    town.press("U0ANA", town.item("U0ANA", 1), ids.DONE)
    over = town.form("U0BEN", town.item("U0BEN", 3), ids.HAND_OVER)
    town.submit("U0BEN", over, owner="U0EVA")
    town.settled()
    (brief,) = briefs(town, "U0ANA")
    assert numbers(brief.blocks) == [2]
    assert "first" not in read(brief)
    assert briefs(town, "U0BEN") == []
    (skipped,) = [row for row in town.outbox("brief") if row.state == "skipped"]
    assert skipped.last_error == "nothing was left to mention"


def test_its_buttons_act_and_it_follows(town: BotInWorkspace) -> None:
    """After a press in the brief or elsewhere the same message shows the change, and no second message comes."""
    town.has_recorded("U0EVA", ("U0ANA", "first", "2026-11-24"), ("U0ANA", "second", "2026-11-24"))
    town.settled()
    before = len(town.box.dm("U0ANA"))
    town.jump(2026, 11, 24, 8, 45)
    (brief,) = briefs(town, "U0ANA")
    town.box.press("U0ANA", action_id=ids.DONE, channel=brief.channel, ts=brief.ts, value=_value_of(brief, 1))
    town.settled()
    (now,) = briefs(town, "U0ANA")
    assert ":white_check_mark:" in str(now.blocks)
    town.press("U0EVA", town.item("U0EVA", 2), ids.CANCEL)
    form = town.box.modals("U0EVA")[-1]
    town.submit("U0EVA", form, reason="they bought elsewhere")
    town.settled()
    (now,) = briefs(town, "U0ANA")
    assert ids.DONE not in str(now.blocks)
    assert now.edited
    # The person who cancelled is not told; the owner gets a notice of it.
    assert len(town.box.dm("U0ANA")) == before + 2


def _value_of(message: Message, number: int) -> str:
    values = [e.get("value", "") for block in message.blocks for e in block.get("elements", ())]
    found: str = next(value for value in values if value.startswith(f"commitment:{number}:"))
    return found


def test_sixty_on_one_morning(town: BotInWorkspace) -> None:
    """A brief of sixty items is accepted by Slack and says how many more there are; the next mornings mention those."""
    town.has_recorded("U0ANA", *(("U0ANA", f"{LONG[:480]} {n}", "2026-11-24") for n in range(60)), at=LAST_WEEK)
    town.jump(2026, 11, 24, 8, 45)
    (brief,) = briefs(town, "U0ANA")
    shown = len(numbers(brief.blocks))
    assert 0 < shown < 60
    assert f"{60 - shown} more" in read(brief)
    assert "60 for " in brief.text
    assert len(occasions(town)) == shown
    town.jump(2026, 11, 25, 8, 45)
    assert len(briefs(town, "U0ANA")) == 2
    assert "60 for " in briefs(town, "U0ANA")[1].text


@pytest.mark.both_databases
def test_a_redrawn_brief_keeps_its_numbers(town: BotInWorkspace) -> None:
    """After *Done* a brief of 48 says how many of them are settled, and still how many more there are."""
    town.has_recorded("U0ANA", *(("U0ANA", f"send it {n}", "2026-11-24") for n in range(48)), at=LAST_WEEK)
    town.jump(2026, 11, 24, 8, 45)
    (brief,) = briefs(town, "U0ANA")
    shown = len(numbers(brief.blocks))
    assert "48 things want your attention" in read(brief)
    for number in (1, 2):
        town.commit("U0ANA", f"done {number}")
        town.settled()
        (again,) = briefs(town, "U0ANA")
        assert f"{number} of 48 settled." in read(again)
        assert f"… and {48 - shown} more" in read(again)
        assert "48 for " in again.text
        assert "45 more" in again.text
        assert len(numbers(again.blocks)) >= shown - number


def test_a_brief_says_that_all_is_settled(town: BotInWorkspace) -> None:
    """A brief whose only line is done says so."""
    town.has_recorded("U0ANA", ("U0ANA", "send it", "2026-11-24"), at=LAST_WEEK)
    town.jump(2026, 11, 24, 8, 45)
    town.commit("U0ANA", "done 1")
    town.settled()
    (brief,) = briefs(town, "U0ANA")
    assert "All settled." in read(brief)


def test_after_an_outage_one_brief_and_none_at_night(town: BotInWorkspace) -> None:
    """After three mornings of outage one brief comes by day; after a return at night, only the next morning's."""
    for user in ("U0ANA", "U0BEN"):
        town.has_recorded(user, (user, "first", "2026-11-24"), (user, "second", "2026-11-26"))
    # Thursday: afternoon in Berlin, morning in New York; then late evening in both.
    town.jump(2026, 11, 26, 14, 45)
    assert days(town, "U0ANA", "Europe/Berlin") == days(town, "U0BEN", "America/New_York") == [date(2026, 11, 26)]
    town.has_recorded("U0ANA", ("U0ANA", "third", "2026-12-02"))
    town.jump(2026, 12, 1, 23, 0)
    assert len(briefs(town, "U0ANA")) == 1
    assert len(briefs(town, "U0BEN")) == 1
    town.jump(2026, 12, 2, 8, 45)
    assert days(town, "U0ANA", "Europe/Berlin")[1:] == [date(2026, 12, 2)]
    town.jump(2026, 12, 2, 12, 0)
    assert len(briefs(town, "U0ANA")) == 2


def test_a_brief_that_could_not_be_sent_in_time_is_dropped(town: BotInWorkspace) -> None:
    """A brief that was planned in the morning and is delivered only in the evening comes on the next morning."""
    town.has_recorded("U0ANA", ("U0ANA", "first", "2026-11-24"))
    town.move(2026, 11, 24, 8, 45)
    town.makegood.plan(town.box.clock.now())
    town.jump(2026, 11, 24, 21, 0)
    assert briefs(town, "U0ANA") == []
    town.jump(2026, 11, 25, 8, 45)
    assert occasions(town) == ["overdue-1"]


def test_who_has_left_hears_nothing(town: BotInWorkspace) -> None:
    """A person who was deactivated before planning or before sending, or is unknown, gets no brief, also not later."""
    for user in ("U0ANA", "U0BEN", "U0ADA"):
        town.has_recorded(user, (user, "first", "2026-11-24"))
    town.box.change_user("U0ANA", deleted=True)
    town.move(2026, 11, 24, 14, 45)
    town.makegood.plan(town.box.clock.now())
    town.box.change_user("U0BEN", deleted=True)
    _leaves_unnoticed(town, "U0ADA")
    town.settled()
    by_state: dict[str, str] = {row.state: row.last_error or "" for row in town.outbox("brief")}
    assert by_state.keys() == {"skipped", "pending"}
    assert "U0BEN has left" in by_state["skipped"]
    assert by_state["pending"] == "user_disabled"
    live_through(town, date(2026, 11, 25), date(2026, 11, 25))
    assert town.box.dm("U0ANA") == town.box.dm("U0BEN") == town.box.dm("U0ADA") == []
    assert {row.state for row in town.outbox("brief") if row.day == date(2026, 11, 24)} == {"skipped"}


def _leaves_unnoticed(town: BotInWorkspace, user: str) -> None:
    """Slack deactivates the person, and its event never arrives."""
    town.box.world.put_user(replace(town.box.world.users[user], deleted=True))


def test_moving_to_another_zone(town: BotInWorkspace) -> None:
    """A person who moves from Berlin to New York on a morning gets no second brief that day, then one at nine there."""
    due = (("U0ANA", f"call {day}", f"2026-11-{day}") for day in (24, 25, 26))
    town.has_recorded("U0ANA", *due)
    town.jump(2026, 11, 24, 8, 45)
    town.box.change_user("U0ANA", tz="America/New_York")
    live_through(town, date(2026, 11, 24), date(2026, 11, 25))
    assert [local(message, "UTC").hour for message in briefs(town, "U0ANA")] == [8, 14]
    assert "3 commitments" in read(town.commit("U0ANA", "mine").messages[-1])


def test_no_item_vanishes_from_a_brief_that_is_brought_up_to_date(town: BotInWorkspace) -> None:
    """A brief of twelve items, each blocked for a long reason or done later, shortens texts and keeps all items, and
    the ledger keeps their mentions.
    """
    promises = (("U0ANA", f"{LONG[11:480]} {n}", "2026-11-24") for n in range(12))
    town.has_recorded("U0ANA", *promises, at=LAST_WEEK)
    town.jump(2026, 11, 24, 8, 45)
    (brief,) = briefs(town, "U0ANA")
    told = numbers(brief)
    assert len(told) == 12
    for number in told:
        item = town.item("U0ANA", number)
        if number % 5 == 0:
            town.press("U0ANA", item, ids.DONE)
        else:
            form = town.form("U0ANA", item, ids.BLOCK)
            assert town.submit("U0ANA", form, reason="They & we wait: " + LONG[:480], blocker="U0BEN").errors == {}
        town.settled()
        (brief,) = briefs(town, "U0ANA")
        assert numbers(brief) == told
        assert "… and" not in read(brief)
    with town.makegood.ledger.read() as tx:
        shown = tx.scalars(sa.select(Mention.subject_id).join(Outbox).where(Outbox.kind == "brief")).all()
    assert len(shown) == 12
