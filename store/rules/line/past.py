"""A day that has passed, as people say it after a meeting: “yesterday”, “last Friday”, “12 Nov”. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from store.dates import read
from store.rules.names import fold_person

if TYPE_CHECKING:
    from store.dates import Frame

_DAYS_AGO = {
    "today": 0, "heute": 0, "aujourd hui": 0, "hoy": 0, "this morning": 0, "ce matin": 0,
    "yesterday": 1, "gestern": 1, "hier": 1, "ayer": 1, "the day before yesterday": 2, "day before yesterday": 2,
    "vorgestern": 2, "avant hier": 2, "anteayer": 2, "last week": 7, "letzte woche": 7, "la semaine derniere": 7,
    "la semana pasada": 7,
}  # fmt: skip
_UNITS = {"day": 1, "days": 1, "tag": 1, "tagen": 1, "jour": 1, "jours": 1, "dia": 1, "dias": 1}
_UNITS |= dict.fromkeys(("week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas"), 7)
_AGO = re.compile(r"(?P<n>\d{1,2}) (?P<unit>[a-z]+) ago|(?:vor|il y a|hace) (?P<n2>\d{1,2}) (?P<unit2>[a-z]+)")
_LAST = {
    "last", "letzte", "letzten", "letzter", "letztes", "letztem", "vergangenen", "vergangene", "dernier", "derniere",
    "passe", "pasado", "ultimo",
}  # fmt: skip
_SMALL = {"on", "the", "am", "le", "la", "el", "this", "diesen", "ce", "este"}
# Words of a phrase, at most.
_LONGEST = 5
_WEEK = 7
# Days before today on which a reader knows a date as one that comes.
_READERS = (20, 60, 150, 364)


def past_day(phrase: str, asked: Frame) -> date | None:
    """The day, not later than today, that the phrase says; None if it says none, or may mean several."""
    folded = " ".join(fold_person(phrase).split())
    if folded in _DAYS_AGO:
        return asked.today - timedelta(days=_DAYS_AGO[folded])
    if found := _AGO.fullmatch(folded):
        unit = _UNITS.get(found["unit"] or found["unit2"])
        return asked.today - timedelta(days=int(found["n"] or found["n2"]) * unit) if unit else None
    words = phrase.split()
    plain = [word for word in words if fold_person(word) not in _LAST | _SMALL]
    if not plain:
        return None
    return _of_calendar(" ".join(plain), asked, is_last=any(fold_person(word) in _LAST for word in words))


def _of_calendar(phrase: str, asked: Frame, *, is_last: bool) -> date | None:
    reading = read(phrase, asked)
    if reading.kind == "weekday":
        # On a Saturday the word can mean that day or the next one: a reader of three days before knows the day.
        on = reading.on or read(phrase, replace(asked, today=asked.today - timedelta(days=3))).on
        back = (asked.today - on).days % _WEEK if on else 0
        return asked.today - timedelta(days=back or (_WEEK if is_last else 0)) if on else None
    if reading.kind in {"date", "number"}:
        # The next such day for a reader who lives before it; such a reader asks about a day that is months away.
        for back in _READERS:
            found = read(phrase, replace(asked, today=asked.today - timedelta(days=back)))
            on = found.on or (found.suggestion if not found.orders else None)
            if on is not None and on <= asked.today:
                return on
    return None


def split_day(text: str, asked: Frame) -> tuple[str, date | None]:
    """The text without the day at its end or at its beginning, and that day."""
    words = text.replace(",", " , ").split()
    for length in range(min(_LONGEST, len(words)), 0, -1):
        if (day := past_day(" ".join(words[-length:]), asked)) is not None:
            return _joined(words[:-length]), day
        if (day := past_day(" ".join(words[:length]), asked)) is not None:
            return _joined(words[length:]), day
    return text, None


def _joined(words: list[str]) -> str:
    return " ".join(words).replace(" ,", ",").strip(" ,")
