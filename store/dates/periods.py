"""Weeks, months, quarters and years. The end of a period is a day; the period itself is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from store.dates.answers import MONTHS, NOT_A_DATE, SAID, Reading, did_you_mean, settle, spell, unclear
from store.dates.days import any_day_in
from store.dates.forms import form
from store.dates.frame import QUARTERS, RECENT, YEARS_AHEAD, month_end
from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    import re

    from store.dates.frame import Frame

_ON = {"": 0, "this": 0, "next": 1, "next2": 2}
_WHICH = r"(?:(?P<which>this|next2?) )?"
_PART_OF_MONTH = {"early": 10, "mid": 15}
_PART_OF_WEEK = {"early": 0, "mid": 2}


def _end_of_week(weeks: int, frame: Frame) -> Reading:
    day, following = frame.week_end(weeks), frame.week_end(weeks + 1)
    if frame.week_in_doubt():
        return did_you_mean(f"On a Sunday {SAID} can be said of two weeks.", frame, "period", frame.week_end(1))
    if day < frame.today:
        return did_you_mean("This working week is over.", frame, "period", following)
    return settle(day, frame, "period")


def _end(found: re.Match[str], frame: Frame) -> Reading:
    on = _ON[found["which"] or ""]
    if found["unit"] == "week":
        return _end_of_week(on, frame)
    if found["unit"] == "month":
        return settle(month_end(frame.today.year, frame.today.month + on), frame, "period")
    if found["unit"] == "quarter":
        return settle(frame.quarter_end(on), frame, "period")
    day = date(frame.today.year + on, 12, 31)
    if frame.fiscal_start != 1:
        fiscal = frame.fiscal_year_end(on)
        reason = f"{SAID} could be {spell(day)} or, by the fiscal year, {spell(fiscal)}."
        return unclear(reason, frame, "period", day)
    return settle(day, frame, "period")


def _end_of_kind(found: re.Match[str], frame: Frame) -> Reading:
    on = _ON[found["which"] or ""]
    if found["kind"] == "fiscal":
        day = frame.fiscal_year_end(on) if found["unit"] == "year" else frame.quarter_end(on)
        return settle(day, frame, "period")
    if found["unit"] == "quarter":
        return settle(month_end(frame.today.year, (frame.today.month + 2) // 3 * 3 + 3 * on), frame, "period")
    return settle(date(frame.today.year + on, 12, 31), frame, "period")


def _whole(found: re.Match[str], frame: Frame) -> Reading:
    """“Next month” can be any day of that month. The last working day is suggested."""
    on, unit = _ON[found["which"]], found["unit"]
    if unit == "month":
        end = month_end(frame.today.year, frame.today.month + on)
        return replace(any_day_in(end.month, end.year, frame), kind="vague")
    if unit == "week":
        end = frame.week_end(max(on, 1) if frame.week_in_doubt() else on)
    else:
        end = frame.quarter_end(on) if unit == "quarter" else date(frame.today.year + on, 12, 31)
    last = frame.working.last_until(end)
    return unclear(f"{SAID} can be any day up to {spell(last)}.", frame, "vague", last)


def _end_of_month(found: re.Match[str], frame: Frame) -> Reading:
    month = int(found["month"])
    if found["year"]:
        return settle(month_end(int(found["year"]), month), frame, "period")
    year = frame.today.year + (frame.today.month > month)
    day, before = month_end(year, month), month_end(year - 1, month)
    if frame.today - before <= RECENT:
        return did_you_mean(f"The end of {MONTHS[month - 1]} has already passed.", frame, "period", day)
    return settle(day, frame, "period")


def _month(found: re.Match[str], frame: Frame) -> Reading:
    return any_day_in(int(found["month"]), int(found["year"]) if found["year"] else None, frame)


def _part_of_month(found: re.Match[str], frame: Frame) -> Reading:
    """“Mid-December” is no single day. The last working day of that part of the month is suggested."""
    if found["month"]:
        month = int(found["month"])
        year = int(found["year"]) if found["year"] else frame.today.year + (frame.today.month > month)
    else:
        end = month_end(frame.today.year, frame.today.month + _ON[found["which"] or ""])
        year, month = end.year, end.month
    last = month_end(year, month)
    day = last.replace(day=_PART_OF_MONTH.get(found["part"], last.day))
    return unclear(f"{SAID} can be any of several days.", frame, "vague", frame.working.last_until(day))


def _part(found: re.Match[str], frame: Frame) -> Reading:
    """“Early next week” is no single day. Monday, Wednesday or the last working day is suggested."""
    day = None
    if found["unit"] == "week":
        weeks = _ON[found["which"] or ""]
        weekday = _PART_OF_WEEK.get(found["part"])
        day = frame.week_end(weeks) if weekday is None else frame.in_week(weekday, weeks)
    return unclear(f"{SAID} can be any of several days.", frame, "vague", day)


def _weekend(found: re.Match[str], frame: Frame) -> Reading:
    over = frame.today > frame.week_end()
    day = frame.week_end(1 if over or found["which"] == "next" else 0)
    return did_you_mean(f"{SAID} is not one day.", frame, "vague", day)


def _quarter(found: re.Match[str], frame: Frame) -> Reading:
    """“Q4 2026”, "Q3", "H1": the last day of the quarter or half-year."""
    groups = found.groupdict()
    quarter = int(groups["quarter"] or groups["q"] or 0)
    if found[0].startswith("h") or " h" in found[0]:
        if quarter > 2:  # noqa: PLR2004 a year has two halves
            return NOT_A_DATE
        quarter *= 2
    year = groups["year"] or groups["y"]
    reading = _labelled(quarter, int(year), frame) if year else _next_quarter(quarter, frame)
    if found[0].startswith("in ") and reading.on:
        return unclear(f"{SAID} can be any day of that time.", frame, "vague", frame.working.last_until(reading.on))
    return reading


def _next_quarter(quarter: int, frame: Frame) -> Reading:
    now = (frame.today.month - frame.fiscal_start) % 12 // 3 + 1
    ahead = (quarter - now) % QUARTERS
    day = frame.quarter_end(ahead)
    if ahead == QUARTERS - 1:
        return did_you_mean(f"Q{quarter} has just ended.", frame, "quarter", day)
    return settle(day, frame, "quarter")


def _labelled(quarter: int, year: int, frame: Frame) -> Reading:
    """A quarter with its year: two days are possible, because a fiscal year has the name of its first or its last year.

    A fiscal year that begins in January has only one.
    """
    last_month = frame.fiscal_start + 3 * quarter - 1
    if not 1 < year <= frame.today.year + YEARS_AHEAD + 1:
        return unclear(f"{SAID} is more than two years away.", frame, "quarter")
    if frame.fiscal_start == 1:
        return settle(month_end(year, last_month), frame, "quarter")
    days = [month_end(year - 1, last_month), month_end(year, last_month)]
    reason = f"{SAID} could end on {spell(days[0])} or {spell(days[1])}."
    return unclear(reason, frame, "quarter", next((day for day in days if day >= frame.today), None))


def _numbered_week(found: re.Match[str], frame: Frame) -> Reading:
    """“End of KW 49” is a day, because KW is the ISO week.

    Countries count "week 49" differently, and "KW 49" is no day: for both, the last working day is only suggested.
    """
    number, year = int(found["number"]), int(found["year"] or frame.today.isocalendar().year)
    try:
        monday = date.fromisocalendar(year, number, 1)
        if not found["year"] and monday + 6 * DAY < frame.today:
            monday = date.fromisocalendar(year + 1, number, 1)
    except ValueError:
        return unclear(f"There is no week {number} in that year.", frame, "vague")
    day = frame.working.last_until(monday + 6 * DAY)
    if found["end"] and found["kw"] == "kw":
        return settle(day, frame, "period")
    return did_you_mean(f"{SAID} is a week, not a day.", frame, "vague", day)


def _nth(found: re.Match[str], frame: Frame) -> Reading:
    """“Last working day of the quarter”, "first Monday of December"."""
    if found["month"]:
        month = int(found["month"])
        year = int(found["year"]) if found["year"] else frame.today.year + (frame.today.month > month)
        end = month_end(year, month)
        begin = end.replace(day=1)
    elif found["unit"] == "quarter":
        on = _ON[found["which"] or ""]
        begin, end = frame.quarter_end(on - 1) + DAY, frame.quarter_end(on)
    else:
        end = month_end(frame.today.year, frame.today.month + _ON[found["which"] or ""])
        begin = end.replace(day=1)
    days = (begin + n * DAY for n in range((end - begin).days + 1))
    wanted = [day for day in days if _is(found["day"], day, frame)]
    nth = -1 if found["nth"] == "last" else int(found["nth"][:-1]) - 1
    if nth >= len(wanted):
        return unclear(f"There is no day {SAID} in the calendar.", frame, "period")
    return settle(wanted[nth], frame, "period")


def _is(code: str, day: date, frame: Frame) -> bool:
    if code[0] == "w":
        return day.weekday() == int(code[1])
    return "biz" not in code or frame.working.works_on(day)


_YEAR = r"(?: (?P<year>\d{4}))?"
_MONTH = rf"m(?P<month>\d+){_YEAR}"
FORMS = (
    form(rf"end {_WHICH}(?P<unit>week|month|quarter|year)", _end),
    form(rf"end {_WHICH}(?P<kind>fiscal|calendar) (?P<unit>year|quarter)", _end_of_kind),
    form(r"(?:in )?(?P<which>this|next2?) (?P<unit>week|month|quarter|year)", _whole),
    form(rf"end {_MONTH}", _end_of_month),
    form(rf"(?:in )?{_MONTH}", _month),
    form(rf"(?P<part>early|mid|late) (?:{_MONTH}|{_WHICH}month)", _part_of_month),
    form(rf"(?P<part>early|mid|late) (?:{_WHICH}(?P<unit>week|quarter|year)|[wqh]\d)(?: \d{{4}})?", _part),
    form(rf"(?:in )?(?:end )?[qh](?P<quarter>[1-4]){_YEAR}|(?P<y>\d{{4}}) [qh](?P<q>[1-4])", _quarter),
    form(rf"(?:in )?(?:end )?(?P<quarter>[1-4])o quarter{_YEAR}(?P<y>)(?P<q>)", _quarter),
    form(rf"(?P<end>end )?(?P<kw>kw|week) (?P<number>\d{{1,2}}){_YEAR}", _numbered_week),
    form(rf"{_WHICH}weekend(?: next)?", _weekend),
    form(
        rf"(?P<nth>[1-5]o|last) (?P<day>w\d|biz day|day[gr]?(?: biz)?) (?:in )?"
        rf"(?:{_MONTH}|{_WHICH}(?P<unit>month|quarter))",
        _nth,
    ),
)
