"""A rhythm in a line: "every Friday", "monthly", "alle zwei Wochen", "chaque trimestre", "cada mes". Pure."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from store.dates.tokens import plain
from store.rules.line.words import Span
from store.rules.rhythm import Rhythm, Unit


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WEEKDAYS = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lunes martes miercoles jueves viernes sabado domingo",
    )
    for number, name in enumerate(names.split())
}
_UNITS = _set(
    """
    day days weekday week weeks month months quarter quarters year years
    tag tage woche wochen monat monate quartal quartale jahr jahre
    jour jours semaine semaines mois trimestre trimestres an ans
    dia dias semana semanas mes meses trimestre trimestres ano anos
    """
)
# The unit of each word, by the beginning of the word; without one it is days, which are no rhythm of a series.
_UNIT_OF = {
    start: unit
    for unit, starts in (
        (Unit.WEEK, "week woche semain seman wochent hebdo fortnight biweek zweiwoch"),
        (Unit.MONTH, "month monat mois mes mensu"),
        (Unit.QUARTER, "quart trimestr viertelj"),
        (Unit.YEAR, "year jahr an ans ano anos annu anual"),
    )
    for start in starts.split()
}
_COUNTS = {
    word: count
    for count, words in (
        (2, "other second 2nd two zwei zweite zweiten zweiter zweites deux dos biweekly fortnightly zweiwochentlich"),
        (3, "third 3rd three drei dritte dritten dritter drittes trois tres"),
        (4, "fourth four vier quatre cuatro"),
        (6, "six sechs seis"),
    )
    for word in words.split()
}
_ADVERBS = _set(
    """
    daily weekly biweekly fortnightly monthly quarterly yearly annually
    taglich wochentlich zweiwochentlich monatlich quartalsweise vierteljahrlich jahrlich
    quotidiennement hebdomadairement mensuellement trimestriellement annuellement
    diariamente semanalmente mensualmente trimestralmente anualmente
    """
)
_EVERY = re.compile(
    r"(?<!\S)(?:every|each|jede[nrs]?|alle|chaque|tous les|toutes les|cada|todos los|todas las)\s+"
    r"(?:(?P<count>other|second|2nd|third|3rd|fourth|two|three|four|six|\d{1,2}|zwei|drei|vier|sechs|zweite[nrs]?|dritte[nrs]?"
    r"|deux|trois|quatre|dos|tres|cuatro|seis)\s+)?(?P<what>[^\W\d_]+)(?=[\s.,:;!?]|$)",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"(?<!\S)(?P<what>[^\W\d_]{5,20})(?=[\s.,:;!?]|$)", re.IGNORECASE)
_PLURAL = re.compile(r"(?<!\S)(?:on |immer )?(?P<what>[^\W\d_]{5,12}s)(?=[\s.,:;!?]|$)", re.IGNORECASE)
# Behind a rhythm the line ends, or one of these words goes on: "every Friday report" is a report.
_GOES_ON = _set(
    """
    by on for to with at before from starting until till due the about via in and
    bis am an ab fur fuer mit vor zum um
    pour a avant le avec d'ici des par au jusqu'au
    para el antes con desde hasta
    """
)
# Before a rhythm they make it another one, or none.
_CHANGES = _set(
    """
    not except after before but since between or nicht ausser nach vor seit zwischen oder
    pas sauf apres avant depuis entre ou no salvo despues antes o
    """
)
_ARTICLES = _set("the a an our my your their der die das den dem ein eine le la les un une el los las una")


# Matches looked at of each kind, and characters beside one.
_TRIED, _NEAR = 8, 60


class Repeats(NamedTuple):
    """A rhythm in a line: its words and their place, the weekday that it names, and the rhythm of a series, if it is
    certainly one: days are none.
    """

    words: str
    span: Span
    weekday: int | None
    rhythm: Rhythm | None


def repeats_in(said: str) -> Repeats | None:
    """The first rhythm in a line that is certainly one: at its beginning or end, or before another part of the line."""
    for pattern, meant in ((_EVERY, _every), (_PLURAL, _plural), (_ADVERB, _adverb)):
        for found in islice(pattern.finditer(said), _TRIED):
            what = plain(found["what"])
            if meant(what) and _stands_alone(said, found, begins=pattern is _EVERY):
                weekday = _weekday(what) if pattern is not _ADVERB else None
                changed = plain(said[: found.start()]).split()[-1:]
                rhythm = None if _CHANGES.intersection(changed) else _rhythm(found, what, weekday)
                return Repeats(found[0], Span(*found.span()), weekday, rhythm)
    return None


def _rhythm(found: re.Match[str], what: str, weekday: int | None) -> Rhythm | None:
    counted = plain(found.groupdict().get("count") or what)
    count = int(counted) if counted.isdecimal() else _COUNTS.get(counted, 1)
    unit = Unit.WEEK if weekday is not None else None
    if unit is None and what not in {"weekday", "weekdays"}:
        fits = [start for start in _UNIT_OF if what == start or (len(start) > 3 and what.startswith(start))]  # noqa: PLR2004
        unit = _UNIT_OF[max(fits, key=len)] if fits else None
    # A count that is too long to plan ahead is none either.
    return Rhythm.read(str(Rhythm(unit, count))) if unit else None


def _every(what: str) -> bool:
    return _weekday(what) is not None or what in _UNITS


def _plural(what: str) -> bool:
    """“On Fridays”, "montags"; "lunes" is no plural."""
    return what not in _WEEKDAYS and _weekday(what) is not None


def _adverb(what: str) -> bool:
    return what in _ADVERBS


def _weekday(what: str) -> int | None:
    return _WEEKDAYS.get(what, _WEEKDAYS.get(what.removesuffix("s")))


def _stands_alone(said: str, found: re.Match[str], *, begins: bool) -> bool:
    """Whether the words are no part of a name: "the weekly report", "every Friday report". With `begins` any word may
    follow them at the beginning of the line.
    """
    before = said[max(0, found.start() - _NEAR) : found.start()].split()
    after = said[found.end() : found.end() + _NEAR].strip(" .,:;!?").split()
    if before and plain(before[-1]).strip(".,") in _ARTICLES:
        return False
    if not after or plain(after[0]) in _GOES_ON or after[0].startswith(("<@", "@")):
        return True
    return said[found.end() : found.end() + 1] in (",", ":") or (begins and not before)
