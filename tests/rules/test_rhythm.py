"""The days of a rhythm."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.calendar.working_days import WorkingDays
from store.rules.line import read_line
from store.rules.rhythm import Rhythm, Unit, next_days

DAYS = st.dates(date(2024, 1, 1), date(2060, 1, 1))
RHYTHMS = st.sampled_from(["week:1", "week:2", "month:1", "month:2", "quarter:1", "year:1", "year:2"])


def days(stored: str, first: date, count: int) -> list[date]:
    rhythm = Rhythm.read(stored)
    assert rhythm is not None
    rhythm, found = rhythm.begun_on(first), [first]
    while len(found) < count:
        found.append(rhythm.after(found[-1]))
    return found


@given(RHYTHMS, DAYS)
def test_the_days_never_drift(stored: str, first: date) -> None:
    """A week keeps its weekday; a month keeps its day, or has its last day where it is shorter; none is left out."""
    unit, count = stored.split(":")
    found = days(stored, first, 40)
    if unit == Unit.WEEK:
        assert {b - a for a, b in pairwise(found)} == {timedelta(weeks=int(count))}
        return
    months = {"month": 1, "quarter": 3, "year": 12}[unit] * int(count)
    for index, day in enumerate(found):
        assert day.year * 12 + day.month == first.year * 12 + first.month + index * months
        assert day.day == first.day or (day.day < first.day and (day + timedelta(days=1)).day == 1)


def test_the_end_of_the_month() -> None:
    """The 31st, then the last day of February, then the 31st again; a leap day comes again in a leap year."""
    assert [d.day for d in days("month:1", date(2027, 12, 31), 5)] == [31, 31, 29, 31, 30]
    assert [d.day for d in days("year:1", date(2028, 2, 29), 5)] == [29, 28, 28, 28, 29]


@given(RHYTHMS, DAYS, st.integers(-400, 400), st.frozensets(st.integers(0, 6), min_size=1))
def test_the_next_one_is_ahead_and_on_a_working_day(stored: str, last: date, later: int, week: frozenset[int]) -> None:
    """After any absence the next one is after today, on a working day, and the first that is."""
    rhythm, works, today = Rhythm.read(stored), WorkingDays(week), last + timedelta(days=later)
    assert rhythm is not None
    rhythm = rhythm.begun_on(last)
    day, due_on = next_days(rhythm, last, today, works)
    assert day > last
    assert today < due_on <= day
    assert works.works_on(due_on)
    before = last
    while (before := rhythm.after(before)) < day:
        assert works.last_until(before) <= today


NO_RHYTHM = [
    "",
    "once",
    "week",
    "week:0",
    "week:100",
    "month:25",
    "year:3",
    "week:1:32",
    "day:1",
    "month:1:1:1",
    "week:²",
    "week:-1",
]


@pytest.mark.parametrize("stored", NO_RHYTHM)
def test_no_rhythm(stored: str) -> None:
    """A text that is none, or a rhythm that is too long to plan ahead, is refused."""
    assert Rhythm.read(stored) is None


@given(RHYTHMS, DAYS)
def test_a_stored_rhythm_is_read_again(stored: str, first: date) -> None:
    """It is read as it was stored."""
    rhythm = Rhythm.read(stored)
    assert rhythm is not None
    assert Rhythm.read(str(rhythm.begun_on(first))) == rhythm.begun_on(first)


LINES = [
    ("en-US", "send the report every Friday, please", "send the report", "week:1", "2026-11-27"),
    ("en-US", "every Monday: call Dana", "call Dana", "week:1", "2026-11-30"),
    ("en-US", "send the report on Fridays", "send the report", "week:1", "2026-11-27"),
    ("en-US", "send the report every other Tuesday", "send the report", "week:2", "2026-11-24"),
    ("en-US", "send the report every Friday by 4 Dec", "send the report", "week:1", "2026-12-04"),
    ("en-US", "send the report monthly by 15 Jan", "send the report", "month:1", "2027-01-15"),
    ("en-US", "send the report every Friday starting 4 Dec", "send the report", "week:1", "2026-12-04"),
    ("de-DE", "jeden Montag Bericht schicken", "Bericht schicken", "week:1", "2026-11-30"),
    ("fr-FR", "rapport tous les vendredis", "rapport", "week:1", "2026-11-27"),
    ("fr-FR", "rapport chaque trimestre pour le 31 décembre", "rapport", "quarter:1", "2026-12-31"),
    ("es-ES", "informe todos los lunes", "informe", "week:1", "2026-11-30"),
    ("en-US", "get the figures from Dana every Friday", "get the figures from Dana", "week:1", "2026-11-27"),
    # Without a first day, or with one that is not sure, it is asked.
    ("en-US", "monthly: send the report", "send the report", "month:1", None),
    ("en-US", "send figures each quarter", "send figures", "quarter:1", None),
    ("en-US", "send the report every Friday from next month", "send the report from next month", "week:1", None),
    ("de-DE", "jeden Freitag ab Januar Bericht schicken", "ab Januar Bericht schicken", "week:1", None),
    ("en-US", "every Friday by Thursday send it", "send it", "week:1", None),
    ("es-ES", "informe cada dos semanas", "informe", "week:2", None),
    ("de-DE", "Bericht alle zwei Wochen", "Bericht", "week:2", None),
    ("en-US", "send it after every Monday", "send it after every Monday", None, None),
    ("de-DE", "Bericht nicht jeden Freitag", "Bericht nicht jeden Freitag", None, None),
    # A series has no days, no end and no three years: it is asked for one day.
    ("en-US", "standup daily", "standup daily", None, None),
    ("en-US", "send it every Friday until 18 Dec", "send it every Friday until 18 Dec", None, None),
    ("en-US", "check the contract every 3 years", "check the contract every 3 years", None, None),
]


@pytest.mark.parametrize(("locale", "text", "action", "rhythm", "first"), LINES)
def test_a_line(locale: str, text: str, action: str, rhythm: str | None, first: str | None) -> None:
    """The rhythm leaves the action; the first day is read or asked, and never guessed."""
    read = read_line(text, today=date(2026, 11, 23), locale=locale)
    assert (read.action, str(read.rhythm) if read.rhythm else None) == (action, rhythm)
    on = getattr(read.due, "on", None)
    assert (on.isoformat() if on else None) == first
