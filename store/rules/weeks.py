"""Weeks as people work them: where one begins, and on which morning its summary comes. Pure; days are local dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from store.rules.working_days import DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.rules.working_days import WorkingDays

WEEK = timedelta(days=7)


def first_day_of_week(day: date, working_days: WorkingDays) -> date:
    """The day on which the week of `day` begins: the first weekday of the longest run of working weekdays.

    Monday for Monday to Friday, Sunday for Sunday to Thursday, Monday where every day is worked.
    """
    start = _start(working_days.weekdays)
    return day - ((day.weekday() - start) % 7) * DAY


def last_day_of_week(day: date, working_days: WorkingDays) -> date:
    return first_day_of_week(day, working_days) + WEEK - DAY


def summary_day(day: date, working_days: WorkingDays, is_away: Callable[[date], object]) -> date | None:
    """The morning on which the summary of the week of `day` comes: the first that is worked, holidays and
    absences left out; None if there is none.
    """
    first = first_day_of_week(day, working_days)
    days = (first + n * DAY for n in range(7))
    return next((one for one in days if working_days.works_on(one) and not is_away(one)), None)


def week_has_passed(since: date, today: date, working_days: WorkingDays) -> bool:
    """Whether a weekly mention after that of `since` is due on `today`; on the working day before a day off."""
    return today > since and today >= working_days.last_until(since + WEEK)


def _start(weekdays: frozenset[int]) -> int:
    if len(weekdays) == 7:  # noqa: PLR2004  the days of a week
        return 0

    def run(start: int) -> int:
        return next(length for length in range(1, 8) if (start + length) % 7 not in weekdays)

    return max((day for day in sorted(weekdays) if (day - 1) % 7 not in weekdays), key=run)
