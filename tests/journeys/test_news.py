"""Notices outside a person's hours: the person gets none then, and gets each once, with the next brief."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from sandbox import Reply
from store import absences, commitments, notices
from store.outbox import claiming
from store.tables import OutboxKind
from tests.journeys.conftest import BotInWorkspace, read, words
from tests.journeys.reading import LAST_WEEK, briefs, numbers, seen
from tests.journeys.reading import told as explained
from tests.journeys.slack_faults import replica
from tests.journeys.working_lives import account, act, away, live_through, of

if TYPE_CHECKING:
    from collections.abc import Callable

from tests.journeys.reading import dms, headings

# Monday's morning in New York; in Berlin it is a quarter to four in the afternoon.
BENS_MORNING = (2026, 11, 23, 14, 45)
# Monday, nine in the evening in Berlin.
NIGHT = (2026, 11, 23, 20, 0)
TUESDAY = (2026, 11, 24, 8, 45)


def states(town: BotInWorkspace, kind: str = OutboxKind.ASSIGNED) -> list[str]:
    return [row.state for row in town.outbox(kind)]


# ---- one, several, none ------------------------------------------------------------------------------------


def test_before_work_it_waits_and_comes_with_the_brief(town: BotInWorkspace) -> None:
    """Ben, where it is five in New York, gets no notice; at nine the brief has it, with its giver, Accept and Hand
    back.
    """
    assert "Ben Okafor – hears of it on Mon 23 Nov 2026" in read(
        town.receipt("U0EVA", "@ben send the sheet by 4 December")
    )
    town.settled()
    assert dms(town, "U0BEN") == []
    town.jump(*BENS_MORNING)
    (brief,) = dms(town, "U0BEN")
    assert headings(brief) == ["New for you"]
    assert "Eva Lindqvist committed you to this." in read(brief)
    assert {ids.ACCEPT, ids.HAND_BACK} <= {e.get("action_id") for b in brief.blocks for e in b.get("elements", ())}
    assert [(row.state, row.last_error) for row in town.outbox(OutboxKind.ASSIGNED)] == [("skipped", notices.TOLD)]
    town.press("U0BEN", brief, ids.ACCEPT)
    town.settled()
    (brief,) = dms(town, "U0BEN")
    assert headings(brief) == ["New for you"]
    assert ids.ACCEPT not in str(brief.blocks)
    town.jump(2026, 11, 24, 14, 45)
    assert len(dms(town, "U0BEN")) == 1


def test_in_working_hours_it_comes_at_once(town: BotInWorkspace) -> None:
    """At eleven in Berlin Ana gets the notice at once, as a message of its own."""
    assert "Ana Souza – told by direct message" in read(town.receipt("U0EVA", "@ana send the sheet by 4 December"))
    town.settled()
    (notice,) = dms(town, "U0ANA")
    assert "committed you to this" in words(notice)
    assert states(town) == ["sent"]


@pytest.mark.parametrize(
    ("says", "now", "morning"),
    [
        ("in the evening", NIGHT, TUESDAY),
        ("on Saturday", (2026, 11, 28, 11, 0), (2026, 11, 30, 8, 45)),
        ("in the night in which summer ends", (2027, 10, 31, 1, 30), (2027, 11, 1, 8, 45)),
        ("in the night in which it begins", (2027, 3, 28, 0, 59), (2027, 3, 29, 7, 45)),
    ],
)
def test_outside_of_hours_it_waits(
    town: BotInWorkspace, says: str, now: tuple[int, ...], morning: tuple[int, ...]
) -> None:
    """A notice waits for the next working morning, across changes of the clock too, and then comes once."""
    town.jump(*now)
    due = date(now[0], now[1], now[2]) + timedelta(days=20)
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", due.isoformat()))
    town.settled()
    town.jump(*(morning[:3]), morning[3] - 1, 30)
    assert dms(town, "U0ANA") == [], says
    town.jump(*morning)
    (brief,) = dms(town, "U0ANA")
    assert headings(brief) == ["New for you"]
    town.jump(*(morning[:3]), 15, 0)
    assert len(dms(town, "U0ANA")) == 1


def test_several_are_one_message(town: BotInWorkspace) -> None:
    """Items that were given, handed back or cancelled, a request to stand in, and a due item make one brief with
    headings.
    """
    town.has_recorded("U0ANA", ("U0BEN", "first", "2026-12-04"), ("U0BEN", "second", "2026-12-08"))
    town.has_recorded("U0ANA", ("U0ANA", "mine", "2026-11-24"), at=LAST_WEEK)
    town.jump(2026, 11, 23, 15, 0)
    town.move(*NIGHT)
    act(town, "U0BEN", commitments.hand_back, 1, "not my field")
    act(town, "U0BEN", commitments.cancel, 2, "they bought elsewhere", version=1)
    town.has_recorded("U0EVA", ("U0ANA", "third", "2026-12-09"))
    away(town, "U0EVA", date(2026, 12, 7), date(2026, 12, 11), "U0ANA")
    before = len(dms(town, "U0ANA"))
    town.settled()
    assert len(dms(town, "U0ANA")) == before
    town.jump(*TUESDAY)
    (brief,) = dms(town, "U0ANA")[before:]
    assert headings(brief) == ["New for you", "Cancelled meanwhile", "Due today"]
    assert numbers(brief.blocks) == [1, 4, 2, 3]
    shown = read(brief)
    assert "Ben Okafor handed this back, so it is yours now: “not my field”" in shown
    assert "Ben Okafor cancelled this: “they bought elsewhere”" in shown
    assert "Eva Lindqvist is away from Monday 7 December 2026" in shown
    assert "3 things want your attention" in shown


def test_what_came_and_went_is_not_told(town: BotInWorkspace) -> None:
    """Items that were given and ended, or handed on, in one night are not told; the rest is, once."""
    town.move(*NIGHT)
    town.has_recorded(
        "U0EVA", ("U0ANA", "cancelled", "2026-12-04"), ("U0ANA", "done", "2026-12-04"),
        ("U0ANA", "handed on", "2026-12-04"),
    )  # fmt: skip
    act(town, "U0EVA", commitments.cancel, 1, "a slip", version=1)
    act(town, "U0EVA", commitments.finish, 2)
    with town.makegood.ledger.read() as tx:
        ada = town.person(tx, "U0ADA")
    act(town, "U0EVA", commitments.hand_over, 3, ada, None, version=1)
    town.jump(*TUESDAY)
    assert dms(town, "U0ANA") == []
    assert set(states(town)) == {"skipped"}
    (brief,) = dms(town, "U0ADA")
    assert numbers(brief.blocks) == [3]
    town.jump(2026, 11, 25, 8, 45)
    assert dms(town, "U0ANA") == []


def test_new_and_due_is_shown_once(town: BotInWorkspace) -> None:
    """An item given at night and due the next day stands under “New for you”, and a morning later as overdue."""
    town.move(*NIGHT)
    town.has_recorded("U0EVA", ("U0ANA", "quick one", "2026-11-24"))
    live_through(town, date(2026, 11, 24), date(2026, 11, 26))
    first, second = briefs(town, "U0ANA")
    assert (headings(first), numbers(first.blocks)) == (["New for you"], [1])
    assert headings(second) == ["Overdue"]
    assert second.ts > first.ts


def test_more_than_a_brief_holds(town: BotInWorkspace) -> None:
    """Of thirty items given in one night those that do not fit stay new, and come on the next mornings, each once."""
    town.move(*NIGHT)
    town.has_recorded("U0EVA", *(("U0ANA", f"part {n}", "2027-03-01") for n in range(30)))
    for day in (24, 25, 26, 27):
        town.jump(2026, 11, day, 8, 45)
    shown = [numbers(brief.blocks) for brief in dms(town, "U0ANA")]
    assert sorted(number for each in shown for number in each) == list(range(1, 31))
    assert len(shown) == 3


# ---- who is away, who moves, who hears much ------------------------------------------------------------------


def test_who_is_away_hears_on_return(town: BotInWorkspace) -> None:
    """An owner who is away hears on the first morning back; meanwhile the delegate hears what falls due."""
    away(town, "U0ANA", date(2026, 11, 23), date(2026, 12, 2), "U0ADA")
    town.jump(2026, 11, 23, 11, 0)
    told = len(dms(town, "U0ADA"))
    town.has_recorded("U0EVA", ("U0ANA", "falls due meanwhile", "2026-11-27"), ("U0ANA", "later", "2026-12-21"))
    live_through(town, date(2026, 11, 23), date(2026, 12, 2))
    assert dms(town, "U0ANA") == []
    assert {number for brief in dms(town, "U0ADA")[told:] for number in numbers(brief.blocks)} == {1}
    town.jump(2026, 12, 3, 8, 45)
    (brief,) = dms(town, "U0ANA")
    assert (headings(brief), numbers(brief.blocks)) == (["New for you"], [1, 2])


def test_the_receipt_says_when_an_owner_hears_who_is_away(town: BotInWorkspace) -> None:
    """The receipt says that an absent owner hears on the first morning back, and why."""
    away(town, "U0ANA", date(2026, 11, 23), date(2026, 12, 2))
    said = read(town.receipt("U0EVA", "@ana send the sheet by Friday"))
    assert "Ana Souza – away, hears of it on Thu 3 Dec 2026" in said


def test_back_earlier_it_comes_then(town: BotInWorkspace) -> None:
    """After `/commit back` in working hours the waiting notices come at once."""
    away(town, "U0ANA", date(2026, 11, 23), date(2026, 12, 18))
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    town.settled()
    assert dms(town, "U0ANA") == []
    town.jump(2026, 11, 25, 13, 0)
    town.commit("U0ANA", "back")
    town.settled()
    (notice,) = dms(town, "U0ANA")
    assert "committed you to this" in words(notice)
    live_through(town, date(2026, 11, 26), date(2026, 11, 27))
    assert len(dms(town, "U0ANA")) == 1


@pytest.mark.parametrize(
    ("zone", "silent", "morning"),
    [
        ("America/New_York", (2026, 11, 24, 13, 30), (2026, 11, 24, 14, 45)),
        ("Asia/Tokyo", (2026, 11, 23, 23, 30), (2026, 11, 24, 0, 45)),
        ("Pacific/Auckland", (2026, 11, 23, 20, 10), (2026, 11, 24, 20, 45)),
    ],
)
def test_who_moves_hears_on_the_morning_there(
    town: BotInWorkspace, zone: str, silent: tuple[int, ...], morning: tuple[int, ...]
) -> None:
    """A notice given at night in Berlin comes in the working hours of the recipient's new zone, once."""
    town.jump(*NIGHT)
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    town.settled()
    town.box.change_user("U0ANA", tz=zone)
    if zone != "Pacific/Auckland":
        town.jump(*silent)
        assert dms(town, "U0ANA") == []
    town.jump(*morning)
    town.jump(*morning[:3], morning[3], 59)
    assert len(dms(town, "U0ANA")) == 1


def hears(town: BotInWorkspace, times: int) -> None:
    """Eva gives Ana an item at each full hour from eleven on Monday, and Ana is told at once."""
    before = len(dms(town, "U0ANA"))
    for n in range(1, times + 1):
        town.has_recorded("U0EVA", ("U0ANA", f"prepare day {n}", f"2027-02-{n:02}"))
        town.settled()
        town.pass_by(hours=1)
    assert len(dms(town, "U0ANA")) == before + times


@pytest.mark.both_databases
def test_a_brief_comes_however_much_colleagues_wrote(bare_town: BotInWorkspace) -> None:
    """After six notices on Monday the eve of a due date, its day and the day after are in briefs as in any week."""
    town = bare_town
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", "2026-11-25"), at=LAST_WEEK)
    town.has_recorded("U0ANA", ("U0ANA", "call Dana", "2026-11-26"), at=LAST_WEEK)
    hears(town, 6)
    came = []
    for day in (24, 25, 26, 27):
        before = len(dms(town, "U0ANA"))
        town.jump(2026, 11, day, 8, 45)
        came.append([headings(brief) for brief in dms(town, "U0ANA")[before:]])
    assert came == [
        [["Due on the next working day", "Due within a week"]],
        [["Due today", "Due on the next working day"]],
        [["Due today", "Overdue"]],
        [["Overdue"]],
    ]


def test_why_names_that_brief(town: BotInWorkspace) -> None:
    """After six notices *Why?* still names the next morning."""
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", "2026-11-27"), at=LAST_WEEK)
    hears(town, 6)
    assert "hear of it next on Tuesday 24 November 2026" in explained(town, "U0ANA")[0]


def test_a_notice_that_asks_for_nothing_comes_at_once_too(town: BotInWorkspace) -> None:
    """After five notices, Ben's cancellation of his item for Ana in her working hours reaches her at once."""
    town.has_recorded("U0ANA", ("U0BEN", "order the samples", "2027-02-26"), at=LAST_WEEK)
    hears(town, 5)
    act(town, "U0BEN", commitments.cancel, 1, "not needed any more", version=1)
    town.settled()
    assert "cancelled this" in read(dms(town, "U0ANA")[-1])
    assert len(dms(town, "U0ANA")) == 6


def test_a_notice_comes_at_once_in_a_week_of_daily_briefs(town: BotInWorkspace) -> None:
    """With briefs on Monday and Tuesday, an item that Eva gives Ana on Tuesday at noon does not wait for Wednesday."""
    town.has_recorded("U0ANA", *(("U0ANA", f"call {day}", f"2026-12-{day:02}") for day in (1, 2, 3)), at=LAST_WEEK)
    town.jump(2026, 11, 30, 8, 45)
    town.jump(2026, 12, 1, 8, 45)
    town.jump(2026, 12, 1, 12, 0)
    before = len(dms(town, "U0ANA"))
    said = read(town.receipt("U0EVA", "@ana on Tuesday by 22 December"))
    assert "Ana Souza – told by direct message" in said
    town.settled()
    (notice,) = dms(town, "U0ANA")[before:]
    assert numbers(notice.blocks) == [4]


def test_why_foretells_it(town: BotInWorkspace) -> None:
    """*Why?* names the morning of a waiting notice; afterwards it explains the day as it was."""
    away(town, "U0ANA", date(2026, 11, 24), date(2026, 11, 25))
    town.move(*NIGHT)
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    town.settled()
    (said,) = [line for line in explained(town, "U0EVA") if line.startswith("Ana Souza")]
    assert said.startswith("Ana Souza (its owner) hears of it next on Thursday 26 November 2026 at 09:")
    assert said.endswith("it was given to them while they were not at work.")
    (said,) = [line for line in explained(town, "U0EVA", on=date(2026, 11, 26)) if line.startswith("Ana Souza")]
    assert said.startswith("Ana Souza (its owner) hears of it on Thursday 26 November 2026: it was given to them")
    live_through(town, date(2026, 11, 24), date(2026, 11, 26))
    assert len(dms(town, "U0ANA")) == 1
    (said,) = [line for line in explained(town, "U0EVA", on=date(2026, 11, 26)) if line.startswith("Ana Souza")]
    assert said == "Ana Souza (its owner) was told on Thursday 26 November 2026 what a colleague did about it."
    (said,) = [line for line in explained(town, "U0EVA") if line.startswith("Ana Souza")]
    assert "due within a week" in said


# ---- staying true --------------------------------------------------------------------------------------------


def test_the_brief_follows_what_it_tells(town: BotInWorkspace) -> None:
    """A brief is updated in place: it strikes through a done item, and says that an absence was called off."""
    town.move(*NIGHT)
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    away(town, "U0EVA", date(2026, 12, 7), date(2026, 12, 11), "U0ANA")
    town.jump(*TUESDAY)
    (brief,) = dms(town, "U0ANA")
    assert "asks you to stand in" in read(brief)
    act(town, "U0EVA", commitments.finish, 1)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        coming = absences.coming(tx, eva, today=date(2026, 11, 24))
        assert coming
        absences.end(tx, eva, now=town.box.clock.now(), name=absences.reference(coming))
    town.settled()
    (brief,) = dms(town, "U0ANA")
    assert headings(brief) == ["Settled since"]
    assert "Eva Lindqvist will not be away after all" in read(brief)
    assert brief.edited


# ---- never lost, never twice ---------------------------------------------------------------------------------


def test_a_brief_that_came_too_late_gives_back(town: BotInWorkspace) -> None:
    """A brief delivered too late, in the evening, is not sent; its notices come on the next morning, once."""
    town.move(*NIGHT)
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    town.settled()
    town.move(*TUESDAY)
    town.makegood.plan(town.box.clock.now())
    assert states(town) == ["skipped"]
    town.jump(2026, 11, 24, 21, 0)
    assert dms(town, "U0ANA") == []
    assert states(town) == ["pending"]
    live_through(town, date(2026, 11, 25), date(2026, 11, 26))
    (brief,) = dms(town, "U0ANA")
    assert headings(brief) == ["New for you"]


def test_who_goes_away_before_the_brief_is_sent_hears_on_return(town: BotInWorkspace) -> None:
    """A person goes away between planning and delivery of the brief: it waits until they are back."""
    town.move(*NIGHT)
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    town.settled()
    town.move(*TUESDAY)
    town.makegood.plan(town.box.clock.now())
    away(town, "U0ANA", date(2026, 11, 24), date(2026, 11, 26))
    live_through(town, date(2026, 11, 24), date(2026, 11, 26))
    assert dms(town, "U0ANA") == []
    town.jump(2026, 11, 27, 8, 45)
    assert len(dms(town, "U0ANA")) == 1


def test_a_brief_that_slack_refuses_gives_back(bare_town: BotInWorkspace) -> None:
    """Slack refuses a brief for good: each of its notices is sent alone."""
    town = bare_town
    town.move(*NIGHT)
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    town.settled()

    def refuse(method: str, args: dict[str, Any], act: Callable[[], Reply]) -> Reply:
        if method == "chat.postMessage" and "Good morning" in str(args["blocks"]):
            return Reply({"ok": False, "error": "invalid_blocks"})
        return act()

    town.box.api.intercept = refuse
    town.jump(*TUESDAY)
    assert [row.state for row in town.outbox("brief")] == ["dead"]
    (notice,) = dms(town, "U0ANA")
    assert "committed you to this" in words(notice)
    assert states(town) == ["sent"]


def test_an_undecided_notice_is_not_taken(bare_town: BotInWorkspace) -> None:
    """A brief does not include a notice that a courier has tried with unknown outcome."""
    town = bare_town
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    with town.makegood.ledger.begin() as tx:
        claimed = claiming.claim(tx, town.box.clock.now())
    assert claimed
    town.move(*TUESDAY)
    assert town.makegood.plan(town.box.clock.now()) == []
    town.settled()
    assert len(dms(town, "U0ANA")) == 1


@pytest.mark.both_databases
def test_two_planners_and_two_couriers(bare_town: BotInWorkspace) -> None:
    """Planners and couriers work at the moment when waiting notices may go: each of ten is told once, in a brief or
    alone.
    """
    town = bare_town
    town.move(*NIGHT)
    town.has_recorded("U0EVA", *(("U0ANA", f"part {n}", "2027-03-01") for n in range(10)))
    town.settled()
    town.move(*TUESDAY)
    with replica(town) as other, ThreadPoolExecutor(4) as threads:
        both = (town.makegood, other)
        planned = [threads.submit(each.plan, town.box.clock.now()) for each in both]
        sent = [threads.submit(each.courier.deliver_due, patience=timedelta(seconds=0.5)) for each in both]
        for work in sent:
            work.result()
        assert sum(len(work.result()) for work in planned) <= 1
        # A notice that a courier held at that moment is sent alone.
        town.jump(2026, 11, 24, 8, 55)
    assert sorted(number for each in dms(town, "U0ANA") for number in numbers(each.blocks)) == list(range(1, 11))


def test_without_a_planner_it_goes_by_itself(town: BotInWorkspace) -> None:
    """Without a planner the courier sends the notice alone, some minutes after the time of the morning's brief."""
    town.move(*NIGHT)
    town.has_recorded("U0EVA", ("U0ANA", "send the sheet", "2026-12-21"))
    town.settled()
    town.move(2026, 11, 24, 7, 59)
    town.settled()
    assert dms(town, "U0ANA") == []
    for minute in range(51, 56):
        town.move(2026, 11, 24, 8, minute)
        town.settled()
    assert len(dms(town, "U0ANA")) == 1
    town.jump(2026, 11, 24, 9, 0)
    assert len(dms(town, "U0ANA")) == 1


def test_after_an_outage_the_brief_comes_first(town: BotInWorkspace) -> None:
    """After three days of outage all waiting notices come in one brief, even if the courier starts first."""
    town.move(*NIGHT)
    town.has_recorded("U0EVA", *(("U0ANA", f"part {n}", "2027-03-01") for n in range(3)))
    town.settled()
    town.move(2026, 11, 26, 10, 0)
    town.settled()
    assert dms(town, "U0ANA") == []
    town.jump(2026, 11, 26, 10, 0)
    (brief,) = dms(town, "U0ANA")
    assert numbers(brief.blocks) == [1, 2, 3]


# ---- before one goes away -----------------------------------------------------------------------------------


def test_going_away_says_what_falls_due(town: BotInWorkspace) -> None:
    """The receipt of an absence names what falls due, who hears of what stays overdue, and on which day."""
    acme = account(town, "U0EVA", category="A")
    town.has_recorded("U0ANA", ("U0ANA", "falls due", "2026-12-02"), ("U0ANA", "later", "2026-12-21"), account=acme)
    said = read(town.commit("U0ANA", "away 1 Dec to 11 Dec").messages[-1])
    assert "#1 falls due – due Wed 2 Dec 2026; if nothing happens, Eva Lindqvist hears of it on Mon 7 Dec 2026" in said
    assert "#2" not in said


@pytest.mark.parametrize("weekly", [False, True])
def test_whoever_goes_is_told_before_that_somebody_hears(town: BotInWorkspace, *, weekly: bool) -> None:
    """On the last morning the owner reads which items the account's lead will hear of. The lead reads that nobody
    stands in. Back again, the owner reads that the lead has heard. In a weekly summary as well.
    """
    of(town, "U0ANA", weekly=weekly)
    acme = account(town, "U0EVA")
    town.has_recorded("U0ANA", ("U0ANA", "pricing sheet", "2026-11-26"), account=acme, at=LAST_WEEK)
    away(town, "U0ANA", date(2026, 12, 1), date(2026, 12, 4))
    live_through(town, date(2026, 11, 26), date(2026, 11, 30))
    assert "Unless something happens, Eva Lindqvist hears of this on Thu 3 Dec 2026." in seen(town, "U0ANA")
    live_through(town, date(2026, 12, 1), date(2026, 12, 3))
    assert "Ana Souza is away until Fri 4 Dec 2026." in seen(town, "U0EVA")
    town.jump(2026, 12, 7, 8, 45)
    assert "Eva Lindqvist has heard of this, on Thu 3 Dec 2026." in seen(town, "U0ANA")
