"""The day of a meeting that has been: what is read, and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from store.dates import Frame, frame
from store.rules.line.past import past_day, split_day

# A Saturday.
TODAY = date(2026, 11, 28)


def asked(locale: str = "en-GB") -> Frame:
    return frame(TODAY, locale, frozenset(range(5)), 1)


@pytest.mark.parametrize(
    ("phrase", "locale", "day"),
    [
        ("today", "en", (11, 28)), ("Yesterday", "en", (11, 27)), ("gestern", "de", (11, 27)),
        ("hier", "fr", (11, 27)), ("ayer", "es", (11, 27)), ("vorgestern", "de", (11, 26)),
        ("last Friday", "en", (11, 27)), ("on Tuesday", "en", (11, 24)), ("letzten Freitag", "de", (11, 27)),
        ("am Montag", "de", (11, 23)), ("vendredi dernier", "fr", (11, 27)), ("el viernes pasado", "es", (11, 27)),
        ("last Saturday", "en", (11, 21)), ("Saturday", "en", (11, 28)), ("3 days ago", "en", (11, 25)),
        ("vor 3 Tagen", "de", (11, 25)), ("il y a 2 semaines", "fr", (11, 14)), ("hace 3 días", "es", (11, 25)),
        ("12 Nov", "en", (11, 12)), ("on 12 November", "en", (11, 12)), ("12.11.", "de-DE", (11, 12)),
        ("2026-11-12", "en", (11, 12)), ("le 12 novembre", "fr", (11, 12)), ("12 de noviembre", "es", (11, 12)),
    ],
)  # fmt: skip
def test_read(phrase: str, locale: str, day: tuple[int, int]) -> None:
    """Days that have passed, in four languages."""
    assert past_day(phrase, asked(locale)) == date(2026, *day)


@pytest.mark.parametrize("phrase", ["tomorrow", "next Friday", "Dana", "5 Dec 2026", "soon", "last", "in 3 days"])
def test_not_read(phrase: str) -> None:
    """A day that lies ahead, and words that are no day."""
    assert past_day(phrase, asked()) is None


@pytest.mark.parametrize(
    ("text", "rest", "day"),
    [
        ("Dana and Marcus yesterday", "Dana and Marcus", date(2026, 11, 27)),
        ("yesterday Dana, Marcus", "Dana, Marcus", date(2026, 11, 27)),
        ("Dana on 12 Nov", "Dana", date(2026, 11, 12)),
        ("Dana and Marcus", "Dana and Marcus", None),
    ],
)
def test_split(text: str, rest: str, day: date | None) -> None:
    """The day stands at the end or at the beginning."""
    assert split_day(text, asked()) == (rest, day)
