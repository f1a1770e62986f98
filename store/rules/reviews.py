"""The rhythm of reviews: one in each period of the workspace's fiscal year, on a day on which its people work. Pure;
days are local dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from store.rules.calendar.brief_times import zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from store.rules.calendar.working_days import WorkingDays

DAY = timedelta(days=1)
MONTHS = 12
# The months from one review to the next that a workspace may choose, and the number that stands for reviews which wait
# for an occasion instead.
BETWEEN_REVIEWS, ON_EVENT = range(1, 25), 0
# Working days that a review leaves before the end of its period: actions are agreed before the next one begins.
_LEFT = 10
# The local time of a review that nobody has chosen.
USUAL_TIME = time(10)
# Working days before a review at which each participant reads of it. The digest in the channel is earlier.
BRIEF_BEFORE = 1


@dataclass(frozen=True)
class Attendee:
    """The working days of a person who should be there, and their absences as (first, last), both included."""

    works: WorkingDays
    away: tuple[tuple[date, date], ...] = ()

    def is_free_on(self, day: date) -> bool:
        return self.works.works_on(day) and not any(first <= day <= last for first, last in self.away)


def period_of(day: date, months: int, first_month: int = 1) -> tuple[date, date]:
    """The (first, last) day of the period of `months` that holds `day`, counted from the fiscal year's first month.

    Where the months are no part of a year, or several, the periods follow each other without a gap all the same, and a
    period of two years begins with a fiscal year.
    ValueError if a period has no month.
    """
    if months < 1:
        raise ValueError(f"a period has at least one month, not {months}")
    shift = first_month - 1
    number = (day.year * MONTHS + day.month - 1 - shift) // months
    return _month(number * months + shift), _month((number + 1) * months + shift) - DAY


def proposed_day(period: tuple[date, date], people: Sequence[Attendee], works: WorkingDays) -> date:
    """The day of the period's review: ten working days before its end, or the next day on which all are free; if there
    is none, the latest day before it. If the people are never free together, the workspace's working day counts alone.
    """
    first, last = period
    usual = last
    for _ in range(_LEFT):
        usual = works.last_until(usual - DAY)
    usual = max(usual, first)
    later, earlier = _days(usual, last), reversed(_days(first, usual))
    for day in (*later, *earlier):
        if works.works_on(day) and all(one.is_free_on(day) for one in people):
            return day
    return works.last_until(usual)


def next_review(
    today: date, last: date | None, months: int, first_month: int, propose: Callable[[tuple[date, date]], date]
) -> date:
    """The day of the next review after the one of `last`; None: none was held yet. `propose` gives the day of a period.

    It is later than today. A period whose day has passed is left out.
    """
    period = period_of(today, months, first_month)
    if last is not None and last >= period[0]:
        period = period_of(max(period_of(last, months, first_month)[1], period[1]) + DAY, months, first_month)
    while (day := propose(period)) <= today:
        period = period_of(period[1] + DAY, months, first_month)
    return day


def due_by(last: date, months: int, first_month: int = 1) -> date:
    """The last day for the review after that of `last`: the end of the period that follows."""
    return period_of(period_of(last, months, first_month)[1] + DAY, months, first_month)[1]


def begins_at(day: date, at: time, zone: str) -> datetime:
    """The instant (UTC) of that local time. A time that the clock skips is moved forward."""
    return datetime.combine(day, at, tzinfo=zone_of(zone)).astimezone(UTC)


def working_days_before(day: date, number: int, works: WorkingDays) -> date:
    """The day that is `number` working days before `day`."""
    for _ in range(number):
        day = works.last_until(day - DAY)
    return day


def _month(number: int) -> date:
    year, month = divmod(number, MONTHS)
    return date(year, month + 1, 1)


def _days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]
