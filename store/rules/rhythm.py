"""The rhythm of a commitment that comes again and again, and the days of its occurrences. Pure; local dates."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from store.dates.answers import WEEKDAYS
from store.dates.frame import WEEK, month_end

if TYPE_CHECKING:
    from datetime import date

    from store.rules.calendar.working_days import WorkingDays


class Unit(StrEnum):
    """The units of a rhythm."""

    WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"


_NUMBERS = re.compile(r"[0-9]{1,2}(?::(?:[0-9]|[12][0-9]|3[01]))?")
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
# A due date is at most two years ahead, and so is the next occurrence.
_MOST = {Unit.WEEK: 99, Unit.MONTH: 24, Unit.QUARTER: 8, Unit.YEAR: 2}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every `count` units. `day`: the day of the month on which it began; a shorter month has it on its last day."""

    unit: Unit
    count: int = 1
    day: int = 0

    def __str__(self) -> str:
        """The rhythm as it is stored: "week:2", "month:1:31"."""
        return f"{self.unit}:{self.count}" + (f":{self.day}" if self.day else "")

    @classmethod
    def read(cls, stored: str) -> Rhythm | None:
        """The rhythm of a stored text; None if it is none, or too long to plan ahead."""
        unit, *numbers = stored.split(":")
        if unit not in set(Unit) or _NUMBERS.fullmatch(":".join(numbers)) is None:
            return None
        count, day = int(numbers[0]), int((numbers[1:] or ["0"])[0])
        return cls(Unit(unit), count, day) if 1 <= count <= _MOST[Unit(unit)] else None

    def begun_on(self, day: date) -> Rhythm:
        """The same, with its first occurrence on that day."""
        return self if self.unit == Unit.WEEK else replace(self, day=day.day)

    def after(self, day: date) -> date:
        """The day of the occurrence after that of `day`, as the rhythm says, on a working day or not."""
        if self.unit == Unit.WEEK:
            return day + self.count * WEEK
        end = month_end(day.year, day.month + self.count * _MONTHS[self.unit])
        return end.replace(day=min(self.day or day.day, end.day))

    def words(self, on: date | None = None) -> str:
        """“every Friday”, “every 2 weeks”, “every month”. `on`: a day of the series."""
        if self.unit == Unit.WEEK and self.count == 1 and on is not None:
            return f"every {WEEKDAYS[on.weekday()]}"
        return f"every {self.unit}" if self.count == 1 else f"every {self.count} {self.unit}s"


def next_days(rhythm: Rhythm, last: date, today: date, works: WorkingDays) -> tuple[date, date]:
    """(day of the rhythm, due date) of the first occurrence after that of `last` that is due after today: on that day,
    or on the last working day before it. Occurrences that were missed meanwhile are left out.
    """
    day = rhythm.after(last)
    while (due_on := works.last_until(day)) <= today:
        day = rhythm.after(day)
    return day, due_on
