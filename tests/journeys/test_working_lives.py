"""Working lives: own hours, days off, absences, leavers, blockers and escalations, as people see them in Slack."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store import commitments
from store.errors import NotAllowedError
from store.tables import Person
from tests.journeys.conftest import BotInWorkspace, read
from tests.journeys.reading import LAST_WEEK, briefs, days, headings, local
from tests.journeys.working_lives import live_through, works

if TYPE_CHECKING:
    from tests.bot.conftest import Log
from tests.journeys.reading import seen
from tests.journeys.working_lives import BERLIN, NEW_YORK, NINE, NINE_IN_NEW_YORK, account, act, away, house, leave, of

# ---- hours, weeks, holidays ------------------------------------------------------------------------------


def test_ones_own_hour_and_week(town: BotInWorkspace) -> None:
    """Ana's brief comes at seven, Sunday to Thursday, without holidays; Ben follows the workspace's settings."""
    works(town, "US")
    of(town, "U0ANA", send_hour=7, working_week="01236", holidays_region="")
    for user in ("U0ANA", "U0BEN"):
        town.has_recorded(user, *((user, f"call {day}", f"2026-11-{day}") for day in range(24, 31)), at=LAST_WEEK)
    for day in range(24, 31):
        for hour in (6, 9, 15):
            town.jump(2026, 11, day, hour, 45)
    # Thursday the 26th is Thanksgiving.
    assert days(town, "U0ANA", BERLIN) == [date(2026, 11, day) for day in (24, 25, 26, 29, 30)]
    assert {local(message, BERLIN).hour for message in briefs(town, "U0ANA")} == {7}
    assert days(town, "U0BEN", NEW_YORK) == [date(2026, 11, day) for day in (24, 25, 27, 30)]


def test_what_falls_on_ones_day_off_comes_before(town: BotInWorkspace) -> None:
    """An item due on a Friday off is mentioned on Thursday, as due before the next working day."""
    of(town, "U0ANA", working_week="0123")
    town.has_recorded("U0ANA", ("U0ANA", "send it", "2026-11-27"), at=LAST_WEEK)
    live_through(town, date(2026, 11, 25), date(2026, 11, 27))
    assert days(town, "U0ANA", BERLIN) == [date(2026, 11, 25), date(2026, 11, 26)]
    assert "Due before your next working day" in seen(town, "U0ANA")


def test_a_new_hour_repeats_no_morning_and_skips_none(town: BotInWorkspace) -> None:
    """A later hour on the same day repeats no brief; an hour set before the morning counts on the same day."""
    for user in ("U0ANA", "U0BEN"):
        town.has_recorded(user, (user, "first", "2026-11-24"), (user, "second", "2026-11-25"), at=LAST_WEEK)
    town.jump(2026, 11, 24, *NINE)
    of(town, "U0ANA", send_hour=12)
    of(town, "U0BEN", send_hour=7)
    for hour in (11, 12, 15):
        town.jump(2026, 11, 24, hour, 45)
    assert [local(message, BERLIN).hour for message in briefs(town, "U0ANA")] == [9]
    assert [local(message, NEW_YORK).hour for message in briefs(town, "U0BEN")] == [7]
    town.jump(2026, 11, 25, 11, 45)
    assert [local(message, BERLIN).hour for message in briefs(town, "U0ANA")] == [9, 12]


def test_around_the_world_no_day_comes_twice(town: BotInWorkspace) -> None:
    """From Auckland to Honolulu the calendar day repeats, and the brief does not."""
    town.box.change_user("U0ANA", tz="Pacific/Auckland")
    town.has_recorded("U0ANA", *(("U0ANA", f"call {day}", f"2026-11-{day}") for day in (24, 25, 26)), at=LAST_WEEK)
    town.jump(2026, 11, 23, 21, 0)
    assert days(town, "U0ANA", "Pacific/Auckland") == [date(2026, 11, 24)]
    town.box.change_user("U0ANA", tz="Pacific/Honolulu")
    for day in (24, 25):
        for hour in (0, 5, 10, 19, 23):
            town.jump(2026, 11, day, hour, 45)
    assert [row.dedupe_key.rpartition(":")[2] for row in town.outbox("brief")] == ["2026-11-24", "2026-11-25"]


def test_everybody_here_is_looked_at(town: BotInWorkspace) -> None:
    """All people have a next brief, with open items or not; apps, guests and leavers have none until they are back."""
    with town.makegood.ledger.read() as tx:
        mornings = {one.slack_id: one.next_brief_at for one in tx.scalars(sa.select(Person))}
    assert {user for user, at in mornings.items() if at is None} == {"U0MAKEGOOD"}
    leave(town, "U0ANA")
    assert _morning_of(town, "U0ANA") is None
    town.box.change_user("U0ANA", deleted=False)
    assert _morning_of(town, "U0ANA") == mornings["U0ANA"]


def _morning_of(town: BotInWorkspace, user: str) -> datetime | None:
    with town.makegood.ledger.read() as tx:
        return town.person(tx, user).next_brief_at


def test_the_weekly_summary(town: BotInWorkspace) -> None:
    """The weekly summary is one brief on Monday with overdue items and the week's; on Thursday only new ones come."""
    of(town, "U0ANA", weekly=True)
    due = (("late", "2026-11-20"), ("midweek", "2026-12-02"), ("friday", "2026-12-04"), ("later", "2026-12-08"))
    town.has_recorded("U0ANA", *(("U0ANA", action, day) for action, day in due), at=LAST_WEEK)
    town.jump(2026, 11, 30, *NINE)
    summary = seen(town, "U0ANA")
    assert "Overdue" in summary
    assert "Due this week" in summary
    assert all(action in summary for action in ("late", "midweek", "friday"))
    assert "later" not in summary
    town.move(2026, 12, 1, 12, 0)
    town.has_recorded("U0ANA", ("U0ANA", "new one", "2026-12-03"))
    live_through(town, date(2026, 12, 2), date(2026, 12, 6))
    assert days(town, "U0ANA", BERLIN) == [date(2026, 11, 30), date(2026, 12, 3)]
    assert "new one" in seen(town, "U0ANA")
    assert "midweek" not in seen(town, "U0ANA")


# ---- away ------------------------------------------------------------------------------------------------


def test_while_somebody_is_away(town: BotInWorkspace) -> None:
    """Ana hears nothing while away; Ben hears what falls due, under her name and end date; her return's brief has the
    rest.
    """
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-12-02"), ("U0ANA", "audit", "2026-12-09"), at=LAST_WEEK)
    town.has_recorded("U0BEN", ("U0BEN", "his own", "2026-12-02"), at=LAST_WEEK)
    away(town, "U0ANA", date(2026, 11, 30), date(2026, 12, 4), "U0BEN")
    live_through(town, date(2026, 11, 30), date(2026, 12, 6))
    assert days(town, "U0ANA", BERLIN) == []
    on_the_day = read(briefs(town, "U0BEN")[-2])
    assert "For Ana Souza, who is away until Fri 4 Dec 2026" in on_the_day
    assert on_the_day.index("his own") < on_the_day.index("For Ana Souza") < on_the_day.index("pricing sheet")
    assert "audit" not in on_the_day
    live_through(town, date(2026, 12, 7), date(2026, 12, 7))
    (back,) = briefs(town, "U0ANA")
    assert "pricing sheet" in read(back)
    assert "audit" in read(back)
    assert "For Ana" not in seen(town, "U0BEN")


def test_what_a_delegate_has_done_is_done(town: BotInWorkspace) -> None:
    """A delegate acts on an item from their brief; it is not asked for again, and that brief is updated. Back at work
    the owner reads of it.
    """
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-12-02"), at=LAST_WEEK)
    away(town, "U0ANA", date(2026, 11, 30), date(2026, 12, 4), "U0BEN")
    town.jump(2026, 12, 1, *NINE_IN_NEW_YORK)
    (brief,) = briefs(town, "U0BEN")
    assert "For Ana Souza" in read(brief)
    town.press("U0BEN", brief, ids.DONE)
    live_through(town, date(2026, 12, 2), date(2026, 12, 8))
    assert town.commitment(1).state == "done"
    (brief,) = briefs(town, "U0ANA")
    assert headings(brief) == []
    assert "done, Ben Okafor" in read(brief)
    (brief,) = briefs(town, "U0BEN")
    assert "Settled since" in read(brief)


def test_a_delegate_changes_nothing_before_and_after(town: BotInWorkspace) -> None:
    """A delegate may change an item only while its owner is away."""
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-12-02"), at=LAST_WEEK)
    away(town, "U0ANA", date(2026, 11, 30), date(2026, 12, 4), "U0BEN")
    for day in (date(2026, 11, 27), date(2026, 12, 7)):
        town.move(day.year, day.month, day.day, 15, 0)
        with pytest.raises(NotAllowedError, match="Ana Souza"):
            act(town, "U0BEN", commitments.finish, 1)


@pytest.mark.parametrize("gone", ["away as well", "left"])
def test_where_the_delegate_is_not_there_either(town: BotInWorkspace, gone: str) -> None:
    """If the delegate is away too, the account's lead hears instead."""
    acme = account(town, "U0EVA")
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-12-02"), account=acme, at=LAST_WEEK)
    away(town, "U0ANA", date(2026, 11, 30), date(2026, 12, 4), "U0BEN")
    if gone == "left":
        leave(town, "U0BEN")
    else:
        away(town, "U0BEN", date(2026, 12, 1), date(2026, 12, 2))
    live_through(town, date(2026, 12, 1), date(2026, 12, 2))
    assert briefs(town, "U0ANA") == briefs(town, "U0BEN") == []
    assert days(town, "U0EVA", BERLIN) == [date(2026, 12, 1), date(2026, 12, 2)]
    assert "For Ana Souza, who is away until Fri 4 Dec 2026" in seen(town, "U0EVA")


# ---- quiet, touched, short -------------------------------------------------------------------------------


def test_not_today(town: BotInWorkspace) -> None:
    """An item snoozed until Thursday is not mentioned on Wednesday and is on Thursday; the date stays."""
    town.has_recorded("U0ANA", ("U0ANA", "send it", "2026-11-30"), at=LAST_WEEK)
    town.jump(2026, 11, 24, *NINE)
    act(town, "U0ANA", commitments.snooze, 1, date(2026, 11, 26))
    live_through(town, date(2026, 11, 25), date(2026, 11, 26))
    assert days(town, "U0ANA", BERLIN) == [date(2026, 11, 24), date(2026, 11, 26)]
    assert "Put off until now" in seen(town, "U0ANA")
    assert town.commitment(1).due_on == date(2026, 11, 30)


def test_short_jobs_and_what_was_touched(town: BotInWorkspace) -> None:
    """An item recorded on Monday for Wednesday is mentioned on the day only; one moved on Thursday not on Friday."""
    town.has_recorded("U0ANA", ("U0ANA", "short", "2026-11-25"))
    town.has_recorded("U0ANA", ("U0ANA", "moved", "2026-12-18"), at=LAST_WEEK)
    live_through(town, date(2026, 11, 24), date(2026, 11, 25))
    assert days(town, "U0ANA", BERLIN) == [date(2026, 11, 25)]
    act(town, "U0ANA", commitments.finish, 1)
    town.move(2026, 11, 26, 12, 0)
    act(town, "U0ANA", commitments.move, 2, date(2026, 11, 30), "they hurry", version=1)
    live_through(town, date(2026, 11, 27), date(2026, 11, 30))
    assert days(town, "U0ANA", BERLIN)[1:] == [date(2026, 11, 30)]


# ---- who has left ----------------------------------------------------------------------------------------


def test_what_a_leaver_owned_needs_an_owner(town: BotInWorkspace) -> None:
    """The account's lead hears of a leaver's item in their next brief, may hand it over there, and hears weekly until
    then.
    """
    acme = account(town, "U0EVA")
    town.has_recorded("U0BEN", ("U0ANA", "pricing sheet", "2027-03-01"), account=acme, at=LAST_WEEK)
    town.settled()
    leave(town, "U0ANA")
    live_through(town, date(2026, 11, 24), date(2026, 12, 1))
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 24), date(2026, 12, 1)]
    assert "Needs an owner" in seen(town, "U0EVA")
    assert "Ana Souza has left" in seen(town, "U0EVA")
    over = town.form("U0EVA", briefs(town, "U0EVA")[-1], ids.HAND_OVER)
    town.submit("U0EVA", over, owner="U0BEN")
    live_through(town, date(2026, 12, 2), date(2026, 12, 9))
    assert len(briefs(town, "U0EVA")) == 2
    assert town.commitment(1).owner.slack_id == "U0BEN"


@pytest.mark.parametrize(
    ("gone", "fallback_owner"),
    [(("U0ANA",), "U0EVA"), (("U0ANA", "U0EVA"), "U0BEN"), (("U0ANA", "U0EVA", "U0BEN"), "U0ADA")],
    ids=["account", "creator", "admin"],
)
def test_the_next_in_line(town: BotInWorkspace, gone: tuple[str, ...], fallback_owner: str) -> None:
    """The account's lead, the creator, an admin: the first who is still here hears, and no other person."""
    acme = account(town, "U0EVA")
    town.has_recorded("U0BEN", ("U0ANA", "pricing sheet", "2027-03-01"), account=acme, at=LAST_WEEK)
    town.settled()
    leave(town, *gone)
    live_through(town, date(2026, 11, 24), date(2026, 11, 24))
    hearing = [user for user in ("U0EVA", "U0BEN", "U0ADA", "U0ANA") if briefs(town, user)]
    assert hearing == [fallback_owner]


def test_whoever_was_chosen_leaves_too(town: BotInWorkspace) -> None:
    """Eva heard of it and left as well: the creator hears in the next brief."""
    acme = account(town, "U0EVA")
    town.has_recorded("U0BEN", ("U0ANA", "pricing sheet", "2027-03-01"), account=acme, at=LAST_WEEK)
    town.settled()
    leave(town, "U0ANA")
    live_through(town, date(2026, 11, 24), date(2026, 11, 24))
    leave(town, "U0EVA")
    live_through(town, date(2026, 11, 25), date(2026, 11, 25))
    assert days(town, "U0BEN", NEW_YORK) == [date(2026, 11, 25)]


def test_a_leaver_whom_no_event_told_of_is_found_by_the_daily_sync(town: BotInWorkspace) -> None:
    """Slack's daily list is enough to find a leaver without an event."""
    acme = account(town, "U0EVA")
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2027-03-01"), account=acme, at=LAST_WEEK)
    with town.post.caught():
        leave(town, "U0ANA")
    town.makegood.sync_people()
    town.jump(2026, 11, 24, *NINE)
    assert "Needs an owner" in seen(town, "U0EVA")


# ---- escalation ------------------------------------------------------------------------------------------


def test_what_stays_overdue_reaches_the_accounts_owner(town: BotInWorkspace) -> None:
    """Category A escalates after three working days; the owner is told the day before; progress begins anew."""
    acme = account(town, "U0EVA", category="A")
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-11-24"), account=acme, at=LAST_WEEK)
    live_through(town, date(2026, 11, 24), date(2026, 11, 26))
    assert "Unless something happens, Eva Lindqvist hears of this on Fri 27 Nov 2026" in seen(town, "U0ANA")
    # That nobody is on the map of an A account is a signal of its own.
    assert [headings(brief) for brief in briefs(town, "U0EVA")] == [["Signals at your accounts"]]
    live_through(town, date(2026, 11, 27), date(2026, 12, 2))
    town.jump(2026, 12, 3, 12, 0)
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 24), date(2026, 11, 27)]
    assert "Overdue at your accounts" in seen(town, "U0EVA")
    act(town, "U0ANA", commitments.edit, 1, _draft(town), version=1)
    live_through(town, date(2026, 12, 4), date(2026, 12, 8))
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 24), date(2026, 11, 27), date(2026, 12, 8)]


def _draft(town: BotInWorkspace) -> commitments.Draft:
    item = town.commitment(1)
    return commitments.Draft("pricing sheet, second draft", item.owner, item.due_on, item.account)


def test_other_accounts_wait_longer_and_the_workspace_says_how_long(town: BotInWorkspace) -> None:
    """Other accounts escalate after five working days or the setting's; no lead is escalated to themselves."""
    acme = account(town, "U0EVA")
    house(town, escalate_after=2)
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-11-24"), account=acme, at=LAST_WEEK)
    town.has_recorded("U0EVA", ("U0EVA", "her own", "2026-11-24"), account=acme, at=LAST_WEEK)
    live_through(town, date(2026, 11, 24), date(2026, 11, 26))
    assert "Overdue at your accounts" in seen(town, "U0EVA")
    assert "her own" not in seen(town, "U0EVA").partition("Overdue at your accounts")[2]
    assert not any("Eva Lindqvist hears" in read(message) for message in briefs(town, "U0EVA"))


def test_whoever_is_in_the_way_hears_weekly(town: BotInWorkspace) -> None:
    """The owner of a blocked item and its blocker hear weekly; other mentions of it stop meanwhile."""
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-11-20"), at=LAST_WEEK)
    with town.makegood.ledger.read() as tx:
        ben = town.person(tx, "U0BEN")
    act(town, "U0ANA", commitments.block, 1, "the rebate is not decided", ben, version=1)
    live_through(town, date(2026, 11, 24), date(2026, 12, 4))
    assert days(town, "U0BEN", NEW_YORK)[-1] >= date(2026, 11, 30)
    assert "You are in the way of" in seen(town, "U0BEN")
    assert "the rebate is not decided" in seen(town, "U0BEN")
    assert days(town, "U0ANA", BERLIN) == [date(2026, 11, 30)]
    assert "Blocked" in seen(town, "U0ANA")


# ---- never -----------------------------------------------------------------------------------------------


def test_three_days_down(town: BotInWorkspace, log: Log) -> None:
    """After three days of outage each person gets one brief, nothing for missed days, and the log says what was
    skipped.
    """
    for user in ("U0ANA", "U0BEN"):
        town.has_recorded(user, *((user, f"call {day}", f"2026-11-{day}") for day in (24, 25, 26, 27)), at=LAST_WEEK)
    town.jump(2026, 11, 27, *NINE_IN_NEW_YORK)
    assert days(town, "U0ANA", BERLIN) == days(town, "U0BEN", NEW_YORK) == [date(2026, 11, 27)]
    (line,) = [event for event in log.events() if event["event"] == "mornings_caught_up"]
    # Monday's morning was over in Berlin already; in New York the brief came.
    assert (line["mornings_skipped"], line["people_skipped"]) == (3 * 4 + 1, 4)
