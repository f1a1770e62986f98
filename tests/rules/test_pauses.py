"""The days of an absence as people write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.dates import frame
from store.dates.pauses import Pause, is_a_promise, read_pause

MONDAY = date(2026, 11, 23)
WEEK = frozenset(range(5))
DEC_12, JAN_3 = date(2026, 12, 12), date(2027, 1, 3)


def read(text: str, locale: str = "en-US", today: date = MONDAY) -> Pause:
    return read_pause(text, frame(today, locale, WEEK, 1))


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("12 Dec to 3 Jan", "en-US"),
        ("from 12 Dec until 3 Jan", "en-GB"),
        ("Dec 12 - Jan 3", "en-US"),
        ("Dec 12-Jan 3", "en-US"),
        ("12/12-1/3", "en-US"),
        ("12.12.-3.1.", "de-DE"),
        ("12.12.2026–3.1.2027", "de-DE"),
        ("2026-12-12 to 2027-01-03", "en-US"),
        ("vom 12. Dezember bis zum 3. Januar", "de-DE"),
        ("du 12 décembre au 3 janvier", "fr-FR"),
        ("del 12 de diciembre al 3 de enero", "es-ES"),
        ("12 December through 3 January,", "en-US"),
    ],
)
def test_from_a_day_to_a_day(text: str, locale: str) -> None:
    """In each language, with words or dashes between them; a day without a year is the next one."""
    assert read(text, locale) == Pause(DEC_12, JAN_3)


@pytest.mark.parametrize(
    ("text", "locale"),
    [("until 3 Jan", "en-US"), ("bis 3. Januar", "de-DE"), ("bis zum 3.1.", "de-DE"), ("jusqu'au 3 janvier", "fr-FR"),
     ("hasta el 3 de enero", "es-ES")],
)  # fmt: skip
def test_until_begins_today(text: str, locale: str) -> None:
    """A pause that names only its end begins today, in every language."""
    assert read(text, locale) == Pause(MONDAY, JAN_3)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("tomorrow to Friday", date(2026, 11, 24), date(2026, 11, 27)),
        ("Friday to Monday", date(2026, 11, 27), date(2026, 11, 30)),
        ("Friday to Tuesday", date(2026, 11, 27), date(2026, 12, 1)),
        ("12 to 20 Dec", DEC_12, date(2026, 12, 20)),
        ("12-20 Dec", DEC_12, date(2026, 12, 20)),
        ("12th to 20th of December", DEC_12, date(2026, 12, 20)),
        ("next week", date(2026, 11, 30), date(2026, 12, 4)),
        ("this week", MONDAY, date(2026, 11, 27)),
        ("for 2 weeks", MONDAY, date(2026, 12, 6)),
        ("3 days", MONDAY, date(2026, 11, 25)),
    ],
)
def test_the_last_day_is_read_from_the_first(text: str, first: date, last: date) -> None:
    """A weekday follows the first day, a number takes the month of the last, a length counts its first day."""
    assert read(text) == Pause(first, last)


@pytest.mark.parametrize(
    ("text", "first", "last", "remark"),
    [
        ("12 Dec", DEC_12, None, "always has an end"),
        ("from tomorrow", date(2026, 11, 24), None, "always has an end"),
        ("Monday to Wednesday", MONDAY, date(2026, 11, 25), "could be"),
        ("20 Nov to 3 Dec", MONDAY, date(2026, 12, 3), "already passed"),
        ("31 Nov to 3 Dec", date(2026, 11, 30), date(2026, 12, 3), "There is no 31 November"),
        ("30 to 20 Dec", None, date(2026, 12, 20), "first day is not clear"),
        ("to the moon", None, None, "not a date"),
        ("", None, None, "From when to when?"),
        ("a " * 100, None, None, "so many words"),
    ],
)
def test_what_is_not_clear_is_asked_for(text: str, first: date | None, last: date | None, remark: str) -> None:
    """With what was understood, and a reason in words."""
    pause = read(text)
    assert (pause.first, pause.last) == (first, last)
    assert pause.remark is not None
    assert remark in pause.remark


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("day agenda by Friday", True),
        ("trip budget due 4 Dec", True),
        ("day budget before 4 Dec", True),
        ("team jersey design d'ici vendredi", True),
        ("by Friday", False),
        ("by train from 12 Dec to 3 Jan", False),
        ("for a trip to Rome until Friday", False),
        ("Seminar bis Freitag", False),
        ("team offsite", False),
        ("", False),
    ],
)
def test_a_promise_is_no_absence(text: str, promise: bool) -> None:
    """It is due, and no day of it can be the first or last of an absence."""
    assert is_a_promise(text, read(text)) == promise


@given(
    first=st.integers(0, 300), length=st.integers(0, 300), locale=st.sampled_from(["en-US", "en-GB", "de-DE", "fr-FR"])
)
def test_iso_days_are_read_as_they_stand(first: int, length: int, locale: str) -> None:
    """ISO days are read as they stand, for all days and languages."""
    start = MONDAY + timedelta(days=first)
    end = start + timedelta(days=length)
    assert read(f"{start.isoformat()} to {end.isoformat()}", locale) == Pause(start, end)


@given(text=st.text(max_size=200))
def test_anything_is_answered(text: str) -> None:
    """Either both days and no remark, or a remark that says what is missing."""
    pause = read(text)
    assert pause.remark or (pause.first is not None and pause.last is not None)
