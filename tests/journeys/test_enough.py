"""Five messages in somebody's week are enough: what can wait waits for the next week, what cannot comes."""

from __future__ import annotations

from datetime import date

from store import commitments
from tests.journeys.conftest import Town, read
from tests.journeys.reading import LAST_WEEK, dms, headings
from tests.journeys.reading import told as explained
from tests.journeys.working_lives import act


def hears(town: Town, times: int = 5) -> None:
    """Ana hears so often, in her hours, an hour apart, that somebody has committed her to something."""
    before = len(dms(town, "U0ANA"))
    for day in range(1, times + 1):
        town.has_recorded("U0EVA", ("U0ANA", f"prepare day {day}", f"2027-02-{day:02}"))
        town.settled()
        town.pass_by(hours=1)
    assert len(dms(town, "U0ANA")) == before + times


def hears_enough_before(town: Town, due: str) -> None:
    """Monday, eleven in Berlin: Ana has heard five times; something of hers is due, and what she had asked of Ben was
    cancelled.
    """
    town.has_recorded("U0ANA", ("U0BEN", "order the samples", "2027-02-26"), at=LAST_WEEK)
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", due), at=LAST_WEEK)
    hears(town)
    act(town, "U0BEN", commitments.cancel, 1, "not needed any more", version=1)
    town.settled()


def test_what_can_wait_waits_for_the_next_week(town: Town) -> None:
    """The eve of a due date does, and that something was cancelled; next Monday brings both at once."""
    hears_enough_before(town, "2026-11-30")
    for day in (24, 25, 26, 27):
        town.jump(2026, 11, day, 8, 45)
    assert len(dms(town, "U0ANA")) == 5
    town.jump(2026, 11, 30, 8, 45)
    assert headings(dms(town, "U0ANA")[-1]) == ["Cancelled meanwhile", "Due today"]
    assert len(dms(town, "U0ANA")) == 6


def test_what_is_due_comes_all_the_same(town: Town) -> None:
    """On its day, unless it was said on the day before; and then it brings what has waited."""
    hears_enough_before(town, "2026-11-26")
    for day in (24, 25):
        town.jump(2026, 11, day, 8, 45)
    assert len(dms(town, "U0ANA")) == 5
    town.jump(2026, 11, 26, 8, 45)
    assert headings(dms(town, "U0ANA")[-1]) == ["Cancelled meanwhile", "Due today"]


def test_what_somebody_is_committed_to_comes_at_once(town: Town) -> None:
    """However much they have heard: nobody should own for days what they know nothing of."""
    hears(town)
    assert "Ana Souza – told by direct message" in read(town.receipt("U0EVA", "@ana call Dana by 3 February 2027"))
    town.settled()
    assert len(dms(town, "U0ANA")) == 6


def test_whose_work_was_cancelled_hears_it_at_once(town: Town) -> None:
    """Nobody should work for days on what nobody needs."""
    hears(town)
    act(town, "U0EVA", commitments.cancel, 1, "not needed any more", version=1)
    town.settled()
    assert "cancelled" in read(dms(town, "U0ANA")[-1]).lower()
    assert len(dms(town, "U0ANA")) == 6


def test_whoever_heard_it_yesterday_is_not_told_again(town: Town) -> None:
    """Due on Friday, said on Thursday in what was the fifth message: Friday stays silent, Monday asks."""
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", "2026-11-27"), at=LAST_WEEK)
    hears(town, 4)
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
    hears(town)
    assert "hear of it next on Friday 27 November 2026" in explained(town, "U0ANA")[0]
    town.jump(2026, 11, 24, 8, 45)
    town.jump(2026, 11, 25, 8, 45)
    said = explained(town, "U0ANA", on=date(2026, 11, 24))[0]
    assert "it could wait, and there were enough messages that week" in said


def test_what_came_later_is_no_reason(town: Town) -> None:
    """On Tuesday nothing ran. That she heard five times on Wednesday does not explain it."""
    town.has_recorded("U0ANA", ("U0ANA", "send the sheet", "2026-11-27"), at=LAST_WEEK)
    town.jump(2026, 11, 25, 8, 45)
    hears(town)
    assert "no brief was planned on that morning" in explained(town, "U0ANA", on=date(2026, 11, 24))[0]
