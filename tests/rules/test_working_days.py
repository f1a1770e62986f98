"""Working days: weekends, holidays, other working weeks; and that counting them is what it says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import BadInputError
from store.rules.calendar.brief_times import WorkSchedule
from store.rules.calendar.working_days import WorkingDays, check_region
from store.rules.nudging.readers import Away, PersonFacts

WEEK = WorkingDays()
SUNDAY_TO_THURSDAY = WorkingDays(frozenset({6, 0, 1, 2, 3}))
BAVARIA = WorkingDays(region="DE-BY")


@pytest.mark.parametrize(
    ("works", "day", "expected"),
    [
        (WEEK, date(2026, 11, 20), True),
        (WEEK, date(2026, 11, 21), False),
        (SUNDAY_TO_THURSDAY, date(2026, 11, 20), False),
        (SUNDAY_TO_THURSDAY, date(2026, 11, 22), True),
        (BAVARIA, date(2026, 12, 25), False),
        (BAVARIA, date(2027, 1, 6), False),
        (WorkingDays(region="DE"), date(2027, 1, 6), True),
    ],
)
def test_working_days(works: WorkingDays, day: date, expected: object) -> None:
    """Weekends, other working weeks, and holidays of a country and of its parts."""
    assert works.works_on(day) is expected


@pytest.mark.parametrize("region", ["XX", "DE-ZZ", "Germany?", "-"])
def test_an_unknown_region_is_refused_in_words(region: str) -> None:
    """A region without known holidays is refused at its field, with examples."""
    with pytest.raises(BadInputError, match="Examples: DE"):
        check_region(region)


weeks = st.builds(
    WorkingDays,
    st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    st.sampled_from([None, "DE-BY", "US", "IL"]),
)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@given(days, st.integers(-30, 800), weeks)
def test_counting_is_counting(after: date, length: int, works: WorkingDays) -> None:
    """As many as one finds by looking at each day."""
    until = after + timedelta(days=length)
    one_by_one = sum(works.works_on(after + timedelta(days=n)) for n in range(1, length + 1))
    assert works.count_between(after, until) == one_by_one


@pytest.mark.parametrize(
    ("weekdays", "begins"),
    [({0, 1, 2, 3, 4}, 0), ({6, 0, 1, 2, 3}, 6), (set(range(7)), 0), ({5, 6, 0, 1, 2}, 5), ({2}, 2), ({0, 2, 3}, 2)],
)
def test_where_a_week_begins(weekdays: set[int], begins: int) -> None:
    """With the first of the days that are worked one after the other."""
    works = WorkingDays(frozenset(weekdays))
    for n in range(14):
        day = date(2026, 11, 16) + timedelta(days=n)
        first, last = works.first_day_of_week(day), works.last_day_of_week(day)
        assert first.weekday() == begins
        assert first <= day <= last == first + timedelta(days=6)


def test_a_summary_comes_on_the_first_morning_that_is_worked() -> None:
    """After a holiday and an absence; and in a week of which nothing is worked there is none."""

    def person(works: WorkingDays, *absences: Away) -> PersonFacts:
        return PersonFacts(1, WorkSchedule(1, "Europe/Berlin", 9, works), absences=absences)

    wednesday = date(2026, 12, 30)
    away = Away(date(2026, 12, 1), date(2026, 12, 29))
    assert person(WEEK).summary_day(wednesday) == date(2026, 12, 28)
    assert person(WEEK, away).summary_day(wednesday) == wednesday
    assert person(WorkingDays(frozenset({4}), "DE")).summary_day(date(2027, 1, 1)) is None
    assert person(SUNDAY_TO_THURSDAY).summary_day(date(2026, 11, 25)) == date(2026, 11, 22)


def test_a_week_later_or_the_working_day_before() -> None:
    """A weekly mention does not wait for the end of a holiday, and comes once."""
    works = WorkingDays(region="DE")
    friday = date(2026, 12, 18)
    assert not works.week_has_passed(friday, date(2026, 12, 23))
    assert works.week_has_passed(friday, date(2026, 12, 24))
    assert not works.week_has_passed(friday, friday)


def test_a_week_of_one_day() -> None:
    """Somebody who works on Wednesdays hears each Wednesday of what comes weekly."""
    works = WorkingDays(frozenset({2}))
    assert works.week_has_passed(date(2026, 11, 25), date(2026, 12, 2))
    assert not works.week_has_passed(date(2026, 11, 25), date(2026, 11, 25))
