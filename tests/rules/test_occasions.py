"""The ladder of dates: which step a commitment has reached on a working day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.calendar.working_days import WorkingDays
from store.rules.nudging.occasions import OVERDUE_STEPS, ladder

WEEK = WorkingDays()

weeks = st.sets(st.integers(0, 6), min_size=1).map(lambda days: WorkingDays(frozenset(days)))
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


# Due on Friday 27 November 2026; Mondays are 16, 23, 30 November and 7 December.
@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 19), None),
        (date(2026, 11, 20), "soon"),
        (date(2026, 11, 25), "soon"),
        (date(2026, 11, 26), "eve"),
        (date(2026, 11, 27), "today"),
        (date(2026, 11, 30), "overdue-1"),
        (date(2026, 12, 1), "overdue-1"),
        (date(2026, 12, 2), "overdue-3"),
        (date(2026, 12, 8), "overdue-7"),
        (date(2026, 12, 18), "overdue-15"),
        (date(2027, 1, 8), "overdue-30"),
        (date(2027, 2, 19), "overdue-60"),
        (date(2027, 4, 2), "overdue-90"),
        (date(2028, 4, 3), "overdue-90"),
    ],
)
def test_occasions_of_a_friday(today: date, expected: str | None) -> None:
    """A week ahead, the day before, the day itself, then 1, 3, 7, 15, 30, 60 and 90 working days overdue."""
    assert ladder(date(2026, 11, 27), today, WEEK) == expected


@pytest.mark.parametrize(
    ("due", "today", "expected"),
    [
        (date(2026, 11, 28), date(2026, 11, 27), "today"),
        (date(2026, 11, 29), date(2026, 11, 26), "eve"),
        (date(2026, 11, 29), date(2026, 11, 30), "overdue-1"),
        (date(2026, 12, 25), date(2026, 12, 24), "today"),
        (date(2026, 12, 28), date(2026, 12, 24), "eve"),
    ],
)
def test_what_falls_on_a_day_off_is_asked_for_before(due: date, today: date, expected: str) -> None:
    """Weekends and holidays pull the question forward, never back; overdue begins on the next working day."""
    works = WorkingDays(region="DE")
    assert ladder(due, today, works) == expected


@given(days, weeks)
def test_occasions_never_go_back(due: date, works: WorkingDays) -> None:
    """Walking through a person's working days, occasions only ever advance, and each step is reached."""
    order = [None, "soon", "eve", "today", *(f"overdue-{step}" for step in OVERDUE_STEPS)]
    day, seen = works.next_after(due - timedelta(days=15)), []
    for _ in range(130):
        seen.append(order.index(ladder(due, day, works)))
        day = works.next_after(day)
    assert seen == sorted(seen)
    assert set(order[3:]) <= {order[at] for at in seen}
