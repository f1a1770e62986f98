"""Five messages in somebody's week are enough: what can wait waits for the next week, what cannot comes."""

from __future__ import annotations

from datetime import date

from store import commitments
from tests.journeys.conftest import Town, read
from tests.journeys.test_briefs import LAST_WEEK
from tests.journeys.test_explaining import told as explained
from tests.journeys.test_news import dms, headings
from tests.journeys.test_working_lives import act


def hears_five(town: Town) -> None:
    """Monday, eleven in Berlin: Ana hears five times that somebody has committed her to something."""
    for day in range(1, 6):
        town.has_recorded("U0EVA", ("U0ANA", f"prepare day {day}", f"2027-02-{day:02}"))
        town.settled()
    assert len(dms(town, "U0ANA")) == 5


def test_what_can_wait_waits_for_the_next_week(town: Town) -> None:
    """The eve of a due date does, and that something was cancelled; next Monday brings both at once."""
    town.has_recorded("U0ANA", ("U0BEN", "order the samples", "2027-02-26"), at=LAST_WEEK)
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", "2026-11-30"), at=LAST_WEEK)
    hears_five(town)
    act(town, "U0BEN", commitments.cancel, 1, "not needed any more", version=1)
    town.settled()
    for day in (24, 25, 26, 27):
        town.jump(2026, 11, day, 8, 45)
    assert len(dms(town, "U0ANA")) == 5
    town.jump(2026, 11, 30, 8, 45)
    brief = dms(town, "U0ANA")[-1]
    assert headings(brief) == ["Cancelled meanwhile", "Due today"]
    assert len(dms(town, "U0ANA")) == 6


def test_what_is_due_comes_all_the_same(town: Town) -> None:
    """On its day, unless it was said on the day before; and then it brings what has waited."""
    town.has_recorded("U0ANA", ("U0BEN", "order the samples", "2027-02-26"), at=LAST_WEEK)
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", "2026-11-26"), at=LAST_WEEK)
    hears_five(town)
    act(town, "U0BEN", commitments.cancel, 1, "not needed any more", version=1)
    town.settled()
    for day in (24, 25):
        town.jump(2026, 11, day, 8, 45)
    assert len(dms(town, "U0ANA")) == 5
    town.jump(2026, 11, 26, 8, 45)
    assert headings(dms(town, "U0ANA")[-1]) == ["Cancelled meanwhile", "Due today"]


def test_what_somebody_is_committed_to_comes_at_once(town: Town) -> None:
    """However much they have heard: nobody should own for days what they know nothing of."""
    hears_five(town)
    assert "Ana Souza – told by direct message" in read(town.receipt("U0EVA", "@ana call Dana by 3 February 2027"))
    town.settled()
    assert len(dms(town, "U0ANA")) == 6


def test_whose_work_was_cancelled_hears_it_at_once(town: Town) -> None:
    """Nobody should work for days on what nobody needs."""
    hears_five(town)
    act(town, "U0EVA", commitments.cancel, 1, "not needed any more", version=1)
    town.settled()
    assert "cancelled" in read(dms(town, "U0ANA")[-1]).lower()
    assert len(dms(town, "U0ANA")) == 6


def test_whoever_heard_it_yesterday_is_not_told_again(town: Town) -> None:
    """Due on Friday, said on Thursday in what was the fifth message: Friday stays silent, Monday asks."""
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", "2026-11-27"), at=LAST_WEEK)
    for day in (1, 2, 3, 4):
        town.has_recorded("U0EVA", ("U0ANA", f"prepare day {day}", f"2027-02-{day:02}"))
        town.settled()
    town.jump(2026, 11, 26, 8, 45)
    assert headings(dms(town, "U0ANA")[-1]) == ["Due on the next working day"]
    assert len(dms(town, "U0ANA")) == 5
    town.jump(2026, 11, 27, 8, 45)
    assert len(dms(town, "U0ANA")) == 5
    town.jump(2026, 11, 30, 8, 45)
    assert headings(dms(town, "U0ANA")[-1]) == ["Overdue"]


def test_why_says_so(town: Town) -> None:
    """Ahead, that it comes on the day it is due; and afterwards, why it did not come on its morning."""
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", "2026-11-27"), at=LAST_WEEK)
    assert "hear of it next on Tuesday 24 November 2026" in explained(town, "U0ANA")[0]
    hears_five(town)
    assert "hear of it next on Friday 27 November 2026" in explained(town, "U0ANA")[0]
    town.jump(2026, 11, 24, 8, 45)
    town.jump(2026, 11, 25, 8, 45)
    said = explained(town, "U0ANA", on=date(2026, 11, 24))[0]
    assert "it could wait, and there were enough messages that week" in said
