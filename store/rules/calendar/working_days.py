"""Working days: the days on which a person works, and how to count them. Pure; days are local dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from store.errors import BadInputError
from store.rules.text import quoted

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Days. No run of holidays and days off is as long; a longer search means that the calendar is wrong.
_FAR = 400


@lru_cache(maxsize=512)
def _days_off(region: str, year: int) -> frozenset[date]:
    # One frozen set a year: the library's own object silently grows with each year that it is asked for.
    country, _, subdivision = region.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year, observed=True))


def check_region(region: str) -> str:
    """Return `region` in the spelling of the `holidays` package ("DE", "DE-BY"); BadInputError if it is unknown."""
    region = region.strip().upper()
    try:
        _days_off(region, 2026)
    except NotImplementedError:
        raise BadInputError(
            f"{quoted(region)} is not a region with known public holidays. Examples: DE, DE-BY, US, GB-ENG.",
            field="holidays_region",
        ) from None
    return region


@dataclass(frozen=True)
class WorkingDays:
    """A working week (weekdays, Monday 0 … Sunday 6) without the public holidays of `region`, if there is a region."""

    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    region: str | None = None

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"a working week needs weekdays from 0 to 6, not {sorted(self.weekdays)}")

    def works_on(self, day: date) -> bool:
        if day.weekday() not in self.weekdays:
            return False
        return self.region is None or day not in _days_off(self.region, day.year)

    def next_after(self, day: date) -> date:
        """The first working day after `day`."""
        return self._seek(day + DAY, DAY)

    def last_until(self, day: date) -> date:
        """The last working day on or before `day`."""
        return self._seek(day, -DAY)

    def count_between(self, after: date, until: date) -> int:
        """The number of working days in (after, until]; 0 if `until` is not later than `after`."""
        days = (until - after).days
        if days <= 0:
            return 0
        weeks, rest = divmod(days, 7)
        weekdays = weeks * len(self.weekdays) + sum(
            (after.weekday() + n) % 7 in self.weekdays for n in range(1, rest + 1)
        )
        return weekdays - self._days_off_between(after, until)

    def first_day_of_week(self, day: date) -> date:
        """The day on which the week of `day` begins: the first weekday of the longest run of working weekdays.

        Monday for Monday to Friday, Sunday for Sunday to Thursday, Monday if all seven days are working days.
        """
        return day - ((day.weekday() - _first_weekday(self.weekdays)) % 7) * DAY

    def last_day_of_week(self, day: date) -> date:
        return self.first_day_of_week(day) + WEEK - DAY

    def week_has_passed(self, since: date, today: date) -> bool:
        """Whether the next weekly mention after `since` is due on `today`: it is due a week later.

        If that day is a day off, the mention is due on the working day before.
        """
        return today > since and today >= self.last_until(since + WEEK)

    def _days_off_between(self, after: date, until: date) -> int:
        if self.region is None:
            return 0
        years = range(after.year, until.year + 1)
        off = (day for year in years for day in _days_off(self.region, year) if day.weekday() in self.weekdays)
        return sum(after < day <= until for day in off)

    def _seek(self, day: date, step: timedelta) -> date:
        for _ in range(_FAR):
            if self.works_on(day):
                return day
            day += step
        raise ValueError(f"no working day within {_FAR} days of {day}")


def _first_weekday(weekdays: frozenset[int]) -> int:
    if len(weekdays) == 7:  # noqa: PLR2004  the days of a week
        return 0

    def run(start: int) -> int:
        return next(length for length in range(1, 8) if (start + length) % 7 not in weekdays)

    return max((day for day in sorted(weekdays) if (day - 1) % 7 not in weekdays), key=run)


@lru_cache(maxsize=1024)
def working_days_of(week: str, region: str | None) -> WorkingDays:
    """Working days from the ledger's form: weekdays as digits, Monday 0 ("01234"), and a holidays region or None."""
    return WorkingDays(frozenset(int(day) for day in week), region)
