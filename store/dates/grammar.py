"""The small grammar: puts a line of codes (see `tokens`) into one order, and finds the form of the whole line.

A part of a phrase is never read alone: a phrase with one word too many is refused.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from store.dates import days, durations, periods, weekdays
from store.dates.answers import SAID, Reading, did_you_mean, settle, spell_with_weekday, unclear
from store.dates.forms import form
from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    from store.dates.frame import Frame
    from store.dates.tokens import Coded

_DAYS_ON = {"today": 0, "tomorrow": 1, "d2": 2, "over tomorrow": 2, "day after tomorrow": 2}
_UNIT = r"(?:week|month|quarter|year)"
_FIGURES = re.compile(r"(?:[wx](?P<before>\d) )?@(?: [wx](?P<after>\d))?", re.ASCII)
# "Le lundi" and "los lunes" mean every Monday; "pour le lundi" means one Monday.
_HABIT = re.compile(r"le w(\d)", re.ASCII)
# Kinds of a single day, which may have an hour.
_DAYS = frozenset({"day", "weekday", "date", "number"})
# Kinds that give no date after "before": "vor 3 Tagen" is three days ago, and a length of time is no due date.
_LENGTHS = frozenset({"duration", "bare", "vague", "month"})

# A word, its pattern and the replacement. Most lines contain none of the words, and a search for a word is fast.
_REORDERINGS = (
    ("a", re.compile(r"\ba (?=(?:few |biz )?(?:day|week|fortnight|month|year|hour))"), "1 "),
    ("hence", re.compile(r"^hence a "), "hence "),
    # Not before a weekday: "on a Friday" is any Friday.
    ("a", re.compile(r"(?:^| )a(?! w\d)(?= |$)"), ""),
    ("le", re.compile(r"(?:^| )le(?= |$)"), ""),
    ("biz", re.compile(r"\bbiz (week|month|quarter)\b"), r"\1"),
    ("after", re.compile(r"\bweek after next\b"), "next2 week"),
    ("week", re.compile(r"(?<=week) by(?= w\d)"), ""),
    ("next", re.compile(rf"\b({_UNIT}) (next)\b(?! {_UNIT})"), r"\2 \1"),
    ("coming", re.compile(rf"\bcoming ({_UNIT})\b"), r"next \1"),
    ("coming", re.compile(rf"\b({_UNIT}) coming\b"), r"next \1"),
    ("end", re.compile(r"\b((?:(?:this|next) )?(?:month|quarter|year)) end\b"), r"end \1"),
    ("day", re.compile(r"\b(?:end|close) (?:this )?(?:biz )?day\b"), "eod"),
    ("biz", re.compile(r"\b(?:end|close) biz\b"), "eod"),
    ("part", re.compile(r"\b(?:this|today) part\b"), "today"),
    ("eod", re.compile(r"^(?:in )?eod(?: today)?$|^today eod$"), "eod"),
    ("eod", re.compile(r"^(?:in )?eod (?=.)|(?<=.) eod$"), ""),
    ("part", re.compile(r"^part (?=w\d|to|d2)|(?<=[a-z0-9@])(?: part)+$"), ""),
    ("by", re.compile(r"(?<=\S) by (?=w\d$|tomorrow$|today$)"), " "),
)


def _relative(found: re.Match[str], frame: Frame) -> Reading:
    return settle(frame.today + _DAYS_ON[found[0]] * DAY, frame, "day")


def _day_end(_found: re.Match[str], frame: Frame) -> Reading:
    return settle(frame.today, frame, "period")


FORMS = (
    form("|".join(_DAYS_ON), _relative),
    form("eod", _day_end),
    *weekdays.FORMS,
    *days.FORMS,
    *durations.FORMS,
    *periods.FORMS,
)


def read(coded: Coded, frame: Frame) -> Reading | None:
    """Read a line of codes; None if no form fits."""
    if coded.codes is None:
        return None
    if found := _HABIT.fullmatch(coded.codes):
        return weekdays.every(found, frame)
    line, before = _head(coded.codes)
    if coded.clock:
        return _with_clock(line, coded, frame)
    reading = _fit(_in_order(line), coded, frame)
    if reading is None or not before:
        return reading
    if coded.late and reading.kind in _DAYS and reading.on:
        # Most of the day comes before its evening. The words go to the note, as an hour does.
        return replace(reading, hour=True)
    return _before(reading, frame)


def _head(line: str) -> tuple[str, bool]:
    """The line without leading "by" and "before", and whether one of the removed codes was "before"."""
    before = False
    while True:
        first, _, rest = line.partition(" ")
        if first not in ("by", "before"):
            return line, before
        line, before = rest, before or first == "before"


def _in_order(line: str) -> str:
    for word, pattern, order in _REORDERINGS:
        if word in line:
            line = pattern.sub(order, line)
    return line.strip()


def _fit(line: str, coded: Coded, frame: Frame) -> Reading | None:
    if "@" in line:
        return _figures(line, coded, frame)
    for pattern, meaning in FORMS:
        if (found := pattern.fullmatch(line)) and (reading := meaning(found, frame)):
            return reading
    if line.startswith("hence "):
        return _fit(line.removeprefix("hence "), coded, frame)
    return None


def _figures(line: str, coded: Coded, frame: Frame) -> Reading | None:
    found = _FIGURES.fullmatch(line.removeprefix("hence "))
    if found is None:
        return None
    reading = days.in_figures(coded.figures[0], frame)
    weekday = found["before"] or found["after"]
    return reading if weekday is None else days.on_weekday(reading, int(weekday), frame)


def _before(reading: Reading, frame: Frame) -> Reading:
    """“Before Friday” may mean Thursday or Friday, so it is refused. “Before the end of May” means “by the end”."""
    if reading.kind in _LENGTHS or reading.kind is None:
        return unclear(f"{SAID} is not a day to be ready by.", frame, reading.kind or "vague")
    if reading.on is None or reading.kind == "period":
        return reading
    earlier = frame.working.last_until(reading.on - DAY)
    reason = f"{SAID} leaves open whether {spell_with_weekday(reading.on)} still counts."
    if reading.kind == "quarter" or earlier < frame.today:
        return unclear(reason, frame, reading.kind, reading.on)
    return did_you_mean(reason, frame, reading.kind, earlier)


def _with_clock(line: str, coded: Coded, frame: Frame) -> Reading | None:
    """The day of an hour: "by Friday 5pm" and "before 5pm on Friday" mean Friday, "by noon" means today."""
    said_by = line != coded.codes
    line = line.removesuffix(" by").removesuffix(" before").strip()
    if line == "this" or (not line and said_by):
        line = "today"
    reading = _fit(_in_order(line), coded, frame)
    if reading is None or reading.kind not in _DAYS:
        return None
    return replace(reading, hour=True)
