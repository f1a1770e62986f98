"""Key dates: the next day of one that recurs, and the mornings on which it is mentioned."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.plan.key_dates import next_day, occasion_on
from store.rules.calendar.working_days import WorkingDays
from store.rules.nudging.occasions import Occasion, OccasionKind
from store.tables import Recurs

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
RECURS = st.sampled_from(Recurs)


@pytest.mark.parametrize(
    ("day", "recurs", "since", "expected"),
    [
        ("2027-01-29", "never", "2027-01-29", "2027-01-29"),
        ("2027-01-29", "never", "2027-01-30", None),
        ("2027-01-29", "yearly", "2026-11-28", "2027-01-29"),
        ("2027-01-29", "yearly", "2027-01-30", "2028-01-29"),
        # A leap day: the 28th in other years, and the 29th again in the next leap year.
        ("2024-02-29", "yearly", "2024-03-01", "2025-02-28"),
        ("2024-02-29", "yearly", "2027-03-01", "2028-02-29"),
        ("2024-02-29", "quarterly", "2024-12-01", "2025-02-28"),
        ("2024-02-29", "quarterly", "2025-03-01", "2025-05-29"),
        # The end of a month: no day is lost for good by a shorter one.
        ("2026-01-31", "quarterly", "2026-02-01", "2026-04-30"),
        ("2026-01-31", "quarterly", "2026-05-01", "2026-07-31"),
        ("2026-11-30", "quarterly", "2026-12-01", "2027-02-28"),
        ("2026-11-30", "quarterly", "2027-03-01", "2027-05-30"),
    ],
)
def test_the_next_day(day: str, recurs: str, since: str, expected: str | None) -> None:
    """The first day on or after another, counted in whole months from the day that was given."""
    found = next_day(date.fromisoformat(day), Recurs(recurs), date.fromisoformat(since))
    assert (found.isoformat() if found else None) == expected


@given(DAYS, RECURS, DAYS)
def test_the_next_day_is_the_first_of_all(day: date, recurs: Recurs, since: date) -> None:
    """The next day agrees with a search through all days of the date, one after the other."""
    months = {"never": 0, "yearly": 12, "quarterly": 3}[recurs]
    walk = [day]
    while months and walk[-1] < since:
        year, month = divmod(day.year * 12 + day.month - 1 + months * len(walk), 12)
        last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        walk.append(date(year, month + 1, min(day.day, last)))
    assert next_day(day, recurs, since) == next((one for one in walk if one >= since), None)


@given(DAYS, RECURS, st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 120))
def test_each_mention_once_on_the_first_working_morning(
    day: date, recurs: Recurs, weekdays: frozenset[int], known: int
) -> None:
    """A look on each working morning mentions a day once from 60 days before and once from 14 days before, on the first
    working morning; and nothing before or after it.
    """
    works = WorkingDays(weekdays)
    mornings = [one for n in range(known + 1) if works.works_on(one := day - timedelta(days=known - n))]
    said: dict[Occasion, date] = {}
    for morning in mornings:
        found = occasion_on(morning, day, recurs)
        if found is not None:
            said.setdefault(found, morning)
    for step, until in ((60, 15), (14, 0)):
        within = [one for one in mornings if until <= (day - one).days <= step]
        assert said.get(Occasion(OccasionKind.DAYS_BEFORE, step, day)) == (within[0] if within else None)
    if recurs == "never":
        assert {found.on for found in said} <= {day}
