"""Promises kept: the date that counts, how late one was done, and the sums of a quarter."""

from __future__ import annotations

from datetime import date

import pytest

from store.rules.calendar.working_days import WorkingDays
from store.rules.kept import Kept, Promise, agreed_date, days_late, kept_in, quarter_after, quarter_of

WORKS = WorkingDays(region="DE")
# A Thursday and the Friday after it; the quarter of both begins in October.
THURSDAY, FRIDAY = date(2026, 11, 26), date(2026, 11, 27)
QUARTER = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("due_on", "done_on", "late"),
    [
        (THURSDAY, THURSDAY, 0),
        (THURSDAY, date(2026, 11, 25), -1),
        (THURSDAY, date(2026, 11, 19), -7),
        (THURSDAY, FRIDAY, 1),
        (FRIDAY, date(2026, 11, 29), 0),
        (FRIDAY, date(2026, 11, 30), 1),
        (date(2026, 11, 28), date(2026, 11, 30), 1),
        (date(2026, 12, 24), date(2026, 12, 28), 1),
    ],
)
def test_how_late_one_was_done(due_on: date, done_on: date, late: int) -> None:
    """Late counts in working days, early in days; the days off after the due date are not late."""
    assert days_late(due_on, done_on, WORKS) == late


@pytest.mark.parametrize(
    ("moves", "agreed"),
    [
        ([], THURSDAY),
        ([(date(2026, 11, 20), date(2026, 12, 4))], date(2026, 12, 4)),
        ([(THURSDAY, FRIDAY)], FRIDAY),
        ([(FRIDAY, date(2026, 12, 4))], THURSDAY),
        ([(date(2026, 11, 20), FRIDAY), (date(2026, 11, 30), date(2026, 12, 4))], FRIDAY),
        ([(FRIDAY, date(2026, 12, 4)), (date(2026, 12, 1), date(2026, 12, 8))], THURSDAY),
        ([(date(2026, 11, 20), date(2026, 11, 23)), (date(2026, 11, 24), date(2026, 12, 8))], date(2026, 11, 23)),
    ],
)
def test_the_date_that_counts(moves: list[tuple[date, date]], agreed: date) -> None:
    """A new date counts if it was given by the day on which the commitment fell due, and not later."""
    assert agreed_date(THURSDAY, moves) == agreed


@pytest.mark.parametrize(
    ("promise", "kept"),
    [
        (Promise(THURSDAY, WORKS, THURSDAY, is_done=True), Kept(1, 1)),
        (Promise(THURSDAY, WORKS, FRIDAY, is_done=True), Kept(0, 1)),
        # Done before its day has come.
        (Promise(date(2026, 12, 18), WORKS, FRIDAY, is_done=True), Kept(1, 1)),
        # Open: before its day, on it, after it.
        (Promise(date(2026, 12, 18), WORKS), Kept(0, 0)),
        (Promise(date(2026, 12, 1), WORKS), Kept(0, 0)),
        (Promise(THURSDAY, WORKS), Kept(0, 1)),
        # Cancelled in time, and too late.
        (Promise(THURSDAY, WORKS, THURSDAY), Kept(0, 0)),
        (Promise(THURSDAY, WORKS, FRIDAY), Kept(0, 1)),
        # Of other quarters.
        (Promise(date(2026, 9, 30), WORKS, FRIDAY, is_done=True), Kept(0, 0)),
        (Promise(date(2027, 1, 1), WORKS, FRIDAY, is_done=True), Kept(0, 0)),
    ],
)
def test_the_sums_of_a_quarter(promise: Promise, kept: Kept) -> None:
    """A promise counts in the quarter of its agreed date, once it is done or that date has passed."""
    assert kept_in([promise], QUARTER, date(2026, 12, 1)) == kept


@pytest.mark.parametrize(
    ("day", "start", "first", "following"),
    [
        (THURSDAY, 1, QUARTER, date(2027, 1, 1)),
        (date(2026, 1, 31), 1, date(2026, 1, 1), date(2026, 4, 1)),
        (THURSDAY, 2, date(2026, 11, 1), date(2027, 2, 1)),
        (date(2027, 1, 31), 2, date(2026, 11, 1), date(2027, 2, 1)),
        (date(2027, 2, 28), 12, date(2026, 12, 1), date(2027, 3, 1)),
        (date(2028, 2, 29), 7, date(2028, 1, 1), date(2028, 4, 1)),
    ],
)
def test_quarters(day: date, start: int, first: date, following: date) -> None:
    """Quarters begin where the workspace's year begins."""
    assert quarter_of(day, start) == first
    assert quarter_after(first) == following
