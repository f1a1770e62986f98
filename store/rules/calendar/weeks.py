"""Working weeks: the day on which a week begins, and the morning of its summary. Pure; days are local dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.rules.calendar.working_days import WorkingDays

WEEK = timedelta(days=7)


def first_day_of_week(day: date, working_days: WorkingDays) -> date:
    """The day on which the week of `day` begins: the first weekday of the longest run of working weekdays.

    Monday for Monday to Friday, Sunday for Sunday to Thursday, Monday if all seven days are working days.
    """
    start = _start(working_days.weekdays)
    return day - ((day.weekday() - start) % 7) * DAY


def last_day_of_week(day: date, working_days: WorkingDays) -> date:
    return first_day_of_week(day, working_days) + WEEK - DAY


def summary_day(day: date, working_days: WorkingDays, is_away: Callable[[date], object]) -> date | None:
    """The morning of the summary for the week of `day`: its first working day without holiday and absence.

    None if the week has no such day.
    """
    first = first_day_of_week(day, working_days)
    days = (first + n * DAY for n in range(7))
    return next((one for one in days if working_days.works_on(one) and not is_away(one)), None)


def week_has_passed(since: date, today: date, working_days: WorkingDays) -> bool:
    """Whether the next weekly mention after `since` is due on `today`: it is due a week later.

    If that day is a day off, the mention is due on the working day before.
    """
    return today > since and today >= working_days.last_until(since + WEEK)


def _start(weekdays: frozenset[int]) -> int:
    if len(weekdays) == 7:  # noqa: PLR2004  the days of a week
        return 0

    def run(start: int) -> int:
        return next(length for length in range(1, 8) if (start + length) % 7 not in weekdays)

    return max((day for day in sorted(weekdays) if (day - 1) % 7 not in weekdays), key=run)
