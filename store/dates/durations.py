"""Lengths of time: "in 2 weeks", "in 5 business days", "a week from Tuesday", and past ones ("2 weeks ago")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.dates.answers import NOT_A_DATE, SAID, Kind, Reading, did_you_mean, settle, unclear
from store.dates.forms import form
from store.dates.frame import WEEK, YEARS_AHEAD, month_end
from store.dates.weekdays import either
from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    import re
    from datetime import date, timedelta

    from store.dates.frame import Frame

_UNIT = r"(?P<unit>biz day|day[gr]? bizq?|bizq day|day[gr]?|week|fortnight|month|year|hour)"
_COUNT = r"(?P<count>\d{1,3})"
# "In acht Tagen", "dans quinze jours", "en ocho días": people may mean one or two weeks, or the exact number of days.
_IDIOMS = {("dayg", 8), ("dayr", 8), ("dayr", 15)}
_MONTHS_AHEAD = 12 * YEARS_AHEAD
_FEW = 2
_HOURS = 24


def _counted(found: re.Match[str], frame: Frame) -> Reading:
    return _after(int(found["count"]), found["unit"], frame)


def _after(count: int, unit: str, frame: Frame) -> Reading:
    if unit in ("month", "year"):
        return _months(count * (12 if unit == "year" else 1), frame)
    if unit == "hour":
        return _hours(count, frame)
    if "biz" in unit:
        day = frame.add_working_days(count)
        if "bizq" in unit:
            return did_you_mean(f"{SAID} may or may not count Saturdays.", frame, "duration", day)
        return settle(day, frame, "duration")
    day = frame.today + count * _length(unit)
    if (unit, count) in _IDIOMS:
        return either(day - DAY, day, frame, day - DAY)
    return settle(day, frame, "duration")


def _hours(hours: int, frame: Frame) -> Reading:
    """“In 48 hours” is in two days. Other hours end on a day that depends on the hour of now."""
    days, over = divmod(hours, _HOURS)
    if over:
        return unclear(f"{SAID} counts hours, and only days are kept.", frame, "duration", frame.today + days * DAY)
    return settle(frame.today + days * DAY, frame, "duration")


def _length(unit: str) -> timedelta:
    return {"week": WEEK, "fortnight": 2 * WEEK}.get(unit, DAY)


def _months(months: int, frame: Frame) -> Reading:
    if months > _MONTHS_AHEAD:
        return unclear(f"{SAID} is more than two years away.", frame, "duration")
    if day := frame.add_months(months):
        return settle(day, frame, "duration")
    end = month_end(frame.today.year, frame.today.month + months)
    return did_you_mean(f"There is no {frame.today.day}th in that month.", frame, "duration", end)


def _from(found: re.Match[str], frame: Frame) -> Reading:
    """“A week from Tuesday”: counted from the next Tuesday after today."""
    if "biz" in found["unit"] or found["unit"] in ("month", "year", "hour"):
        return NOT_A_DATE
    distance = int(found["count"] or 1) * _length(found["unit"])
    if found["start"] == "tomorrow":
        return settle(frame.today + DAY + distance, frame, "duration")
    weekday = int(found["start"][1])
    if weekday == frame.today.weekday():
        return either(frame.today + distance, frame.coming(weekday) + distance, frame, frame.today + distance)
    return settle(frame.coming(weekday) + distance, frame, "duration")


def _uncounted(found: re.Match[str], frame: Frame) -> Reading:
    """“In a few days” is no exact number. Two is suggested, because "a couple" means at least two."""
    day = _after(_FEW, found["unit"], frame).on
    kind: Kind = "vague" if found[0].startswith(("in ", "hence ")) else "bare"
    return unclear(f"{SAID} can be any of several days.", frame, kind, day)


def _no_start(found: re.Match[str], frame: Frame) -> Reading:
    """“2 weeks” may be the length of a task or its due date, so the day is only suggested."""
    day: date | None = _after(int(found["count"]), found["unit"], frame).on
    return did_you_mean(f"{SAID} is a length of time, not a day.", frame, "bare", day)


def _passed(_found: re.Match[str], frame: Frame) -> Reading:
    return unclear(f"{SAID} has already passed.", frame, "duration")


FORMS = (
    form(
        rf"(?:today )?(?:in|hence) (?:next )?{_COUNT} (?:next )?{_UNIT}(?: time)?(?: from (?:now|today))?",
        _counted,
    ),
    form(rf"{_COUNT} {_UNIT} (?:from (?:now|today)|time|hence)", _counted),
    form(rf"(?:in )?(?:{_COUNT} )?{_UNIT} from (?P<start>tomorrow|w\d)", _from),
    form(rf"(?:in |hence )?(?:1 )?few {_UNIT}", _uncounted),
    form(rf"{_COUNT} {_UNIT}", _no_start),
    form(r"\d{1,3} [a-z ]+ ago|ago \d{1,3} [a-z ]+", _passed),
)
