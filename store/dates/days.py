"""Days of the calendar by name or in figures: "4 Dec", "Dec 4th, 2026", "04.12.2026", "12/4"."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from store.dates.answers import (
    MONTHS,
    NOT_A_DATE,
    SAID,
    WEEKDAYS,
    Kind,
    Reading,
    did_you_mean,
    settle,
    spell,
    spell_with_weekday,
    unclear,
)
from store.dates.forms import form
from store.dates.frame import RECENT, month_end

if TYPE_CHECKING:
    from store.dates.frame import Frame

_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CENTURY = 2000
# The order of `_orders`.
_ORDERS = ("mdy", "dmy")
_YEAR_FIRST = re.compile(r"([0-9]{4})([./-])([0-9]{1,2})\2([0-9]{1,2})\.?")
_WITH_YEAR = re.compile(r"([0-9]{1,2})([./-]) ?([0-9]{1,2})(?:\2|\. ?| )([0-9]{4}|[0-9]{2})")
_DAY_AND_MONTH = re.compile(r"([0-9]{1,2})([./-]) ?([0-9]{1,2})(\.?)")
_MONTH_ONLY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})|([0-9]{1,2})[/.]([0-9]{4})")


def full_year(digits: str) -> int:
    return int(digits) + (_CENTURY if len(digits) <= 2 else 0)  # noqa: PLR2004 two digits are a year of this century


def dated(year: int, month: int, day: int, frame: Frame, kind: Kind = "date") -> Reading:
    """A day with its year; refused if the day does not exist, has passed or is more than two years away."""
    try:
        found = date(year, month, day)
    except ValueError:
        return _impossible(f"{day} {MONTHS[month - 1]} {year}", _end_of(year, month), frame)
    if found >= frame.today:
        return settle(found, frame, kind)
    return did_you_mean(f"{spell(found)} has already passed.", frame, kind, _upcoming(month, day, frame))


def undated(month: int, day: int, frame: Frame, kind: Kind = "date") -> Reading:
    """A day without a year: the next such day. If the last one passed up to 30 days ago, the next is only suggested."""
    if not 1 <= day <= _LONGEST_MONTH[month - 1]:
        year = frame.today.year + (frame.today.month > month)
        return _impossible(f"{day} {MONTHS[month - 1]}", _end_of(year, month), frame)
    year = frame.today.year + ((frame.today.month, frame.today.day) > (month, day))
    found, passed = _exact(year, month, day), _exact(year - 1, month, day)
    if found is None:
        return _impossible(f"{day} {MONTHS[month - 1]} {year}", _end_of(year, month), frame)
    if passed and frame.today - passed <= RECENT:
        said = f"{day} {MONTHS[month - 1]}"
        return did_you_mean(f"{said} has already passed.", frame, kind, found)
    return settle(found, frame, kind)


def on_weekday(reading: Reading, weekday: int, frame: Frame) -> Reading:
    """Refuse a date that is not on the weekday in the same phrase. Of two days, the one on the weekday is meant."""
    meant = [day for day in reading.orders or () if day.weekday() == weekday]
    if len(meant) == 1:
        return settle(meant[0], frame, "number")
    if reading.on is None or reading.kind not in ("date", "number") or reading.on.weekday() == weekday:
        return reading
    reason = f"{spell(reading.on)} is a {WEEKDAYS[reading.on.weekday()]}, not a {WEEKDAYS[weekday]}."
    return unclear(reason, frame, reading.kind, reading.on)


def any_day_in(month: int, year: int | None, frame: Frame) -> Reading:
    """A month is no day. Its last working day is suggested."""
    if year is None:
        year = frame.today.year + (frame.today.month > month)
    name = f"{MONTHS[month - 1]} {year}"
    end = _end_of(year, month)
    if end is None or end < frame.today:
        return unclear(f"{name} has already passed.", frame, "month")
    return unclear(f"{SAID} can be any day in {name}.", frame, "month", frame.working.last_until(end))


def in_figures(typed: str, frame: Frame) -> Reading:
    """A date in figures, in the order of the locale. Refused if both orders are possible and the locale has none."""
    if found := _YEAR_FIRST.fullmatch(typed):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
        return dated(year, month, day, frame) if 1 <= month <= len(MONTHS) else _no_such(frame)
    if found := _MONTH_ONLY.fullmatch(typed):
        year, month = int(found[1] or found[4]), int(found[2] or found[3])
        return any_day_in(month, year, frame) if 1 <= month <= len(MONTHS) else NOT_A_DATE
    if found := _WITH_YEAR.fullmatch(typed):
        return _three_figures(int(found[1]), int(found[3]), found[4], found[2], frame)
    if found := _DAY_AND_MONTH.fullmatch(typed):
        return _two_figures(int(found[1]), int(found[3]), found[2], frame, dot_ends=bool(found[4]))
    return NOT_A_DATE


def _three_figures(first: int, second: int, typed_year: str, separator: str, frame: Frame) -> Reading:
    year = full_year(typed_year)
    readings = [dated(year, month, day, frame) for month, day in _orders(first, second, separator, frame)]
    if separator == "-" and len(typed_year) <= 2:  # noqa: PLR2004 "27-10-28" may begin with its year
        other = _exact(_CENTURY + first, second, int(typed_year))
        readings += [settle(other, frame, "date")] if other and frame.today <= other <= frame.last else []
    return _only(readings, frame)


def _two_figures(first: int, second: int, separator: str, frame: Frame, *, dot_ends: bool) -> Reading:
    orders = _orders(first, second, separator, frame)
    reading = _only([undated(month, day, frame, "number") for month, day in orders], frame)
    if reading.on is None or separator == "/":
        return reading
    if separator == "." and frame.order == "dmy" and (dot_ends or frame.language == "de"):
        return reading
    # "4-12" is often a range, and "15.12" is often a time or a version.
    return did_you_mean(f"{SAID} could be a date, a time or a number.", frame, "number", reading.on)


def _orders(first: int, second: int, separator: str, frame: Frame) -> list[tuple[int, int]]:
    """The (month, day) pairs that two figures may mean, the best first; only one if the locale decides."""
    month_first, day_first = (first, second), (second, first)
    possible = [pair for pair in (month_first, day_first) if 1 <= pair[0] <= len(MONTHS) and pair[1] >= 1]
    if len(possible) < 2 or first == second:  # noqa: PLR2004 one reading is no choice
        return possible[:1]
    # Europeans write a day, a dot and the month. With a month-first locale, a dot does not decide the order.
    dotted = separator == "."
    order = "" if (dotted and frame.order == "mdy") or (frame.either and not dotted) else frame.order
    if not order:
        return possible
    return [month_first if order == "mdy" else day_first]


def _only(readings: list[Reading], frame: Frame) -> Reading:
    if not readings:
        return _no_such(frame)
    days = list(dict.fromkeys(reading.on for reading in readings if reading.on))
    if len(readings) == 1 or (len(days) == 1 and all(reading.on for reading in readings)):
        return readings[0]
    if not days:
        return readings[0]
    if len(days) == 1:
        return did_you_mean(f"{SAID} can be read in two ways.", frame, "number", days[0])
    either = " or ".join(spell_with_weekday(day) for day in days)
    reading = unclear(f"{SAID} could be {either}.", frame, "number", min(days))
    return replace(reading, orders=(days[0], days[1])) if len(days) == len(readings) == len(_ORDERS) else reading


def _no_such(frame: Frame) -> Reading:
    return unclear(f"There is no day {SAID} in the calendar.", frame, "number")


def _impossible(said: str, instead: date | None, frame: Frame) -> Reading:
    return did_you_mean(f"There is no {said}.", frame, "date", instead)


def _exact(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _end_of(year: int, month: int) -> date | None:
    return month_end(year, month) if 1 <= year <= 9999 else None  # noqa: PLR2004 the calendar's last year


def _upcoming(month: int, day: int, frame: Frame) -> date | None:
    return _exact(frame.today.year + ((frame.today.month, frame.today.day) > (month, day)), month, day)


def _named_day(found: re.Match[str], frame: Frame) -> Reading:
    """“Friday 4 December 2026”, in any order of its parts."""
    groups = found.groupdict()
    month, day = int(groups["month"]), int(groups["day"])
    weekday = groups.get("before") or groups.get("after")
    year = groups.get("year")
    reading = undated(month, day, frame) if year is None else dated(full_year(year), month, day, frame)
    return reading if weekday is None else on_weekday(reading, int(weekday), frame)


def _day_of_month(found: re.Match[str], frame: Frame) -> Reading:
    """“The 15th”: the next one. "Friday 27th": the next 27th, only if it is a Friday."""
    day, weekday = int(found["day"]), found["before"]
    ahead = next_numbered(day, frame)
    if ahead is None:
        return _no_such(frame)
    if weekday is not None:
        return on_weekday(settle(ahead, frame, "date"), int(weekday), frame)
    if ahead == frame.today or not found["th"]:
        return did_you_mean(f"{SAID} does not say of which month.", frame, "bare", ahead)
    return settle(ahead, frame, "number")


def next_numbered(day: int, frame: Frame) -> date | None:
    """The first day with this number, from today on."""
    for month in range(frame.today.month, frame.today.month + 3):
        end = month_end(frame.today.year, month)
        if 1 <= day <= end.day and (found := end.replace(day=day)) >= frame.today:
            return found
    return None


def _day_of_named_month(found: re.Match[str], frame: Frame) -> Reading:
    end = month_end(frame.today.year, frame.today.month + (found["which"] == "next"))
    return dated(end.year, end.month, int(found["day"]), frame)


def _numbered_month(found: re.Match[str], frame: Frame) -> Reading | None:
    """“Der siebte vierte” is 7 April, in German."""
    month = int(found["month"])
    if frame.language != "de" or month > len(MONTHS):
        return None
    return _named_day(found, frame)


def _number(found: re.Match[str], frame: Frame) -> Reading:
    """A number alone is refused; the next day with this number is suggested."""
    number = int(found[0])
    if frame.today.year <= number <= frame.last.year:
        return unclear(f"{SAID} is a year, not a day.", frame, "bare")
    ahead = next_numbered(number, frame) if number <= _LONGEST_MONTH[0] else None
    return did_you_mean(f"{SAID} alone is not a date.", frame, "bare", ahead) if ahead else NOT_A_DATE


_DAY = r"(?P<day>\d{1,2})"
_MONTH = r"m(?P<month>\d+)"
_YEAR = r"(?: (?P<year>\d{4}|\d{2}))?"
_BEFORE = r"(?:[wx](?P<before>\d) )?"
FORMS = (
    form(rf"{_BEFORE}{_DAY}o? {_MONTH}{_YEAR}", _named_day),
    form(rf"{_BEFORE}{_MONTH} {_DAY}o?{_YEAR}", _named_day),
    form(rf"{_DAY}o? {_MONTH}{_YEAR} [wx](?P<after>\d)", _named_day),
    form(rf"{_MONTH} {_DAY}o?{_YEAR} [wx](?P<after>\d)", _named_day),
    form(rf"(?P<year>\d{{4}}) {_MONTH} {_DAY}o?", _named_day),
    form(rf"{_BEFORE}{_DAY}o (?P<month>\d{{1,2}})o{_YEAR}", _numbered_month),
    form(rf"{_DAY}o (?:(?P<which>this|next) )?month", _day_of_named_month),
    form(rf"{_BEFORE}{_DAY}(?P<th>o)", _day_of_month),
    form(rf"(?:w|x(?!1))(?P<before>\d) {_DAY}(?P<th>)", _day_of_month),
    form(r"\d{1,4}", _number),
)
