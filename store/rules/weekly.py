"""The instants of a weekly message in a channel: on a chosen weekday and hour, and never on a day off. Pure."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import DAY, WEEK
from store.rules.reviews import begins_at

if TYPE_CHECKING:
    from datetime import date, datetime

    from store.rules.calendar.working_days import WorkingDays


def next_time(after: datetime, weekday: int, hour: int, zone: str, works: WorkingDays) -> datetime:
    """The first instant later than `after` on which the message is due: on the weekday; if that is a day off, on the
    next working day of the week, else on the last one before it. A week without working days has none.
    """
    week = _monday(local_day(after, zone)) - WEEK
    while True:
        day = occasion_of(week, weekday, works)
        if day is not None and (at := begins_at(day, time(hour), zone)) > after:
            return at
        week += WEEK


def occasion_of(monday: date, weekday: int, works: WorkingDays) -> date | None:
    """The day of the week that begins on `monday`; None in a week in which nobody works."""
    order = (*range(weekday, 7), *reversed(range(weekday)))
    return next((day for n in order if works.works_on(day := monday + n * DAY)), None)


def _monday(day: date) -> date:
    return day - day.weekday() * DAY
