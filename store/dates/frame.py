"""The facts that decide the meaning of a phrase: the person's day, locale, working week and fiscal year."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from store.rules.calendar.working_days import DAY, WorkingDays

WEEK = timedelta(days=7)
# A later due date is more often a typing error than a commitment.
YEARS_AHEAD = 2
# A day without a year that passed at most this long ago may be a mistake, and not next year's day.
RECENT = timedelta(days=30)
QUARTERS = 4
_MONTHS = 12

_MONTH_FIRST = {"en-us"}
_DAY_FIRST_ENGLISH = {"en-gb", "en-ie", "en-au", "en-nz", "en-in", "en-za", "en-sg"}
_DAY_FIRST = {"de", "fr", "es", "it", "pt", "ru", "nl", "pl"}
# Locales of these languages in which both orders are used.
_EITHER_WAY = {"fr-ca", "es-us", "es-pr"}
_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6
# Behind a locale: figures with both orders of day and month are asked about, although the locale has an order.
EITHER_ORDER = "-x-either"
# Regions whose calendars begin on Sunday: "next week", said on a Sunday, has two meanings there.
_SUNDAY_FIRST = {"us", "ca", "mx", "br", "la", "in", "za", "jp", "kr", "tw", "ph", "pr"}


@dataclass(frozen=True, slots=True)
class Frame:
    """The facts about the person. `order` is "mdy", "dmy" or, if the locale does not decide it, "".

    `either`: figures may be in both orders. A date with dots is in the locale's order all the same.
    """

    today: date
    language: str
    region: str
    order: str
    working: WorkingDays
    fiscal_start: int
    last: date
    either: bool = False

    @property
    def week_start(self) -> date:
        """The first day of this week: Monday, or Sunday or Saturday if the working week begins on that day."""
        return self.today - ((self.today.weekday() - _first_day(self.working.weekdays)) % 7) * DAY

    def week_in_doubt(self, weekday: int = _MONDAY) -> bool:
        """Whether a week has two meanings: today or `weekday` is a Sunday, and the calendar may begin on Sunday.

        False if the working week begins on another day than Monday: that day then begins the week.
        """
        sunday_first = not self.region or self.region in _SUNDAY_FIRST
        in_play = _SUNDAY in (weekday, self.today.weekday())
        return sunday_first and in_play and _first_day(self.working.weekdays) == _MONDAY

    def week_end(self, weeks: int = 0) -> date:
        """The last working day of this week, or of the week that is `weeks` later."""
        start = self.week_start + weeks * WEEK
        return max(day for day in (start + n * DAY for n in range(7)) if self.working.works_on(day))

    def in_week(self, weekday: int, weeks: int) -> date:
        """The day on `weekday` in the week that is `weeks` after this week."""
        start = self.week_start + weeks * WEEK
        return start + ((weekday - start.weekday()) % 7) * DAY

    def coming(self, weekday: int) -> date:
        """The first day on `weekday` after today."""
        return self.today + ((weekday - self.today.weekday() - 1) % 7 + 1) * DAY

    def add_working_days(self, count: int) -> date:
        day = self.today
        for _ in range(count):
            day = self.working.next_after(day)
        return day

    def quarter_end(self, quarters: int = 0) -> date:
        """The last day of this quarter of the fiscal year, or of the quarter that is `quarters` later."""
        first = self.today.month - (self.today.month - self.fiscal_start) % 3
        return month_end(self.today.year, first + 2 + 3 * quarters)

    def fiscal_year_end(self, years: int = 0) -> date:
        """The last day of this fiscal year, or of the fiscal year that is `years` later."""
        started = self.today.year - (self.today.month < self.fiscal_start)
        return month_end(started + years, self.fiscal_start + _MONTHS - 1)

    def add_months(self, months: int) -> date | None:
        """The same day, `months` later; None if that month has no such day."""
        end = month_end(self.today.year, self.today.month + months)
        return end.replace(day=self.today.day) if self.today.day <= end.day else None


def month_end(year: int, month: int) -> date:
    """The last day of a month; `month` may be less than 1 or more than 12, and then counts into other years."""
    year, month = year + (month - 1) // _MONTHS, (month - 1) % _MONTHS + 1
    return date(year, month, calendar.monthrange(year, month)[1])


def _first_day(weekdays: frozenset[int]) -> int:
    if _SUNDAY in weekdays and _SATURDAY not in weekdays:
        return _SUNDAY
    if {_SATURDAY, _SUNDAY} <= weekdays and not {_THURSDAY, _FRIDAY} <= weekdays:
        return _SATURDAY
    return _MONDAY


def _order(tag: str, language: str) -> str:
    if tag in _MONTH_FIRST:
        return "mdy"
    if tag in _DAY_FIRST_ENGLISH or (language in _DAY_FIRST and tag not in _EITHER_WAY):
        return "dmy"
    return ""


@lru_cache(maxsize=1024)
def frame(today: date, locale: str, working_week: frozenset[int], fiscal_year_start: int) -> Frame:
    """Build a Frame. ValueError for an impossible working week or an impossible start of the fiscal year."""
    if not 1 <= fiscal_year_start <= _MONTHS:
        raise ValueError(f"a fiscal year starts in a month from 1 to 12, not {fiscal_year_start}")
    known = locale.replace("_", "-").casefold()
    tag = known.removesuffix(EITHER_ORDER)
    language, _, region = tag.partition("-")
    return Frame(
        today=today,
        language=language,
        region=region,
        order=_order(tag, language),
        either=tag != known,
        working=WorkingDays(working_week),
        fiscal_start=fiscal_year_start,
        last=month_end(today.year + YEARS_AHEAD, today.month).replace(
            day=min(today.day, month_end(today.year + YEARS_AHEAD, today.month).day)
        ),
    )
