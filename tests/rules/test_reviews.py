"""The rhythm of reviews: periods of the fiscal year, and the day on which a review is proposed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.calendar.working_days import WorkingDays
from store.rules.reviews import (
    BETWEEN_REVIEWS,
    Attendee,
    begins_at,
    next_review,
    period_of,
    proposed_day,
    working_days_before,
)

WEEKDAYS = WorkingDays()
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "first_month", "period"),
    [
        (date(2026, 11, 28), 3, 1, (date(2026, 10, 1), date(2026, 12, 31))),
        (date(2026, 11, 28), 3, 2, (date(2026, 11, 1), date(2027, 1, 31))),
        (date(2026, 11, 28), 6, 4, (date(2026, 10, 1), date(2027, 3, 31))),
        (date(2026, 11, 28), 12, 7, (date(2026, 7, 1), date(2027, 6, 30))),
        (date(2026, 11, 28), 1, 1, (date(2026, 11, 1), date(2026, 11, 30))),
        (date(2028, 2, 29), 3, 3, (date(2027, 12, 1), date(2028, 2, 29))),
        (date(2026, 2, 28), 12, 3, (date(2025, 3, 1), date(2026, 2, 28))),
        (date(2026, 11, 28), 24, 4, (date(2026, 4, 1), date(2028, 3, 31))),
        (date(2027, 11, 28), 18, 1, (date(2026, 7, 1), date(2027, 12, 31))),
        (date(2026, 11, 28), 5, 1, (date(2026, 9, 1), date(2027, 1, 31))),
    ],
)
def test_a_period_is_counted_from_the_fiscal_year(
    day: date, months: int, first_month: int, period: tuple[date, date]
) -> None:
    """Periods begin with the fiscal year's first month; their last day belongs to them, also a 29 February."""
    assert period_of(day, months, first_month) == period


def test_a_period_has_at_least_a_month() -> None:
    """An interval of 0 is refused."""
    with pytest.raises(ValueError, match="at least one month"):
        period_of(date(2026, 1, 1), 0)


@given(DAYS, st.integers(1, 24), st.integers(1, 12))
def test_periods_follow_each_other(day: date, months: int, first_month: int) -> None:
    """A period holds its day, and the day after it begins the next one."""
    first, last = period_of(day, months, first_month)
    assert first <= day <= last
    assert period_of(last + timedelta(days=1), months, first_month)[0] == last + timedelta(days=1)


@given(DAYS, st.integers(1, 24), st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=4))
def test_a_review_is_proposed_on_a_day_on_which_all_are_there(
    day: date, months: int, away: list[tuple[date, int]]
) -> None:
    """The proposed day lies in the period; if its people are free together on any working day, it is such a day."""
    german = WorkingDays(region="DE-BY")
    people = [
        Attendee(german, tuple((first, first + timedelta(days=days)) for first, days in away)),
        Attendee(WEEKDAYS),
    ]
    period = period_of(day, months)
    proposed = proposed_day(period, people, german)
    inside = [period[0] + timedelta(days=n) for n in range((period[1] - period[0]).days + 1)]
    free = [one for one in inside if german.works_on(one) and all(person.is_free_on(one) for person in people)]
    assert german.works_on(proposed)
    assert not free or proposed in free


def test_the_usual_day_is_ten_working_days_before_the_end() -> None:
    """17 December leaves ten working days of the quarter; with Christmas in it the day is an earlier one."""
    quarter = (date(2026, 10, 1), date(2026, 12, 31))
    assert proposed_day(quarter, [], WEEKDAYS) == date(2026, 12, 17)
    assert proposed_day(quarter, [], WorkingDays(region="DE")) == date(2026, 12, 16)


def test_an_absence_moves_the_review_later_then_earlier() -> None:
    """The day after an absence is taken; if the absence lasts until the end, the last day before it."""
    quarter = (date(2026, 10, 1), date(2026, 12, 31))
    short = Attendee(WEEKDAYS, ((date(2026, 12, 14), date(2026, 12, 18)),))
    long = Attendee(WEEKDAYS, ((date(2026, 12, 14), date(2027, 1, 8)),))
    gone = Attendee(WEEKDAYS, ((date(2026, 1, 1), date(2027, 12, 31)),))
    assert proposed_day(quarter, [short], WEEKDAYS) == date(2026, 12, 21)
    assert proposed_day(quarter, [long], WEEKDAYS) == date(2026, 12, 11)
    assert proposed_day(quarter, [gone], WEEKDAYS) == date(2026, 12, 17)


@pytest.mark.parametrize(
    ("today", "last", "day"),
    [
        (date(2026, 11, 28), None, date(2026, 12, 17)),
        (date(2026, 12, 17), None, date(2027, 3, 17)),
        (date(2026, 11, 28), date(2026, 9, 15), date(2026, 12, 17)),
        (date(2026, 11, 28), date(2026, 10, 2), date(2027, 3, 17)),
        (date(2026, 11, 28), date(2024, 1, 1), date(2026, 12, 17)),
    ],
)
def test_the_next_review(today: date, last: date | None, day: date) -> None:
    """Each period has one review: none is proposed for a period that had one, nor for a day that has passed."""
    assert next_review(today, last, 3, 1, lambda period: proposed_day(period, [], WEEKDAYS)) == day


@given(DAYS, st.sampled_from(BETWEEN_REVIEWS), st.integers(1, 12))
def test_a_rhythm_that_is_kept_never_drifts(today: date, months: int, first_month: int) -> None:
    """With any number of months, also one that is no part of a year: if each review is held on its proposed day, the
    next one is so many months later, for as long as people go on.
    """
    held = next_review(today, None, months, first_month, lambda period: proposed_day(period, [], WEEKDAYS))
    for _ in range(6):
        day = next_review(held, held, months, first_month, lambda period: proposed_day(period, [], WEEKDAYS))
        assert (day.year * 12 + day.month) - (held.year * 12 + held.month) == months
        held = day


@given(DAYS, st.none() | DAYS, st.sampled_from(BETWEEN_REVIEWS), st.integers(1, 12))
def test_every_rhythm_comes_round(today: date, last: date | None, months: int, first_month: int) -> None:
    """With any number of months the next review is after today, in a period without one, at most two periods ahead."""
    day = next_review(
        today, last and min(last, today), months, first_month, lambda period: proposed_day(period, [], WEEKDAYS)
    )
    assert today < day <= today + timedelta(days=2 * 31 * months)
    assert last is None or period_of(day, months, first_month) != period_of(min(last, today), months, first_month)


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Apia"],
)
def test_ten_oclock_stays_ten_oclock(zone: str) -> None:
    """Five years of reviews begin at 10:00 on the clock of their zone."""
    for number in range(20):
        day = period_of(date(2026, 1, 1) + timedelta(days=92 * number), 3)[1]
        local = begins_at(day, time(10), zone).astimezone(ZoneInfo(zone))
        assert (local.date(), local.time()) == (day, time(10))


def test_a_time_that_the_clock_skips_moves_forward() -> None:
    """2:30 on the night of the clock change is 3:30."""
    assert begins_at(date(2027, 3, 28), time(2, 30), "Europe/Berlin") == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_working_days_before() -> None:
    """Five working days before a Monday is the Monday of the week before."""
    assert working_days_before(date(2026, 12, 14), 5, WEEKDAYS) == date(2026, 12, 7)
    assert working_days_before(date(2026, 12, 14), 1, WEEKDAYS) == date(2026, 12, 11)
