"""A rhythm in a line: "every Friday", "monthly", "alle zwei Wochen", "chaque trimestre", "cada mes". Pure."""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from store.dates.tokens import plain


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
    r"(?:(?:other|second|2nd|third|3rd|fourth|two|three|four|six|\d{1,2}|zwei|drei|vier|sechs|zweite[nrs]?|dritte[nrs]?"
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
_ARTICLES = _set("the a an our my your their der die das den dem ein eine le la les un une el los las una")


# Matches looked at of each kind, and characters beside one.
_TRIED, _NEAR = 8, 60


class Repeats(NamedTuple):
    """A rhythm in a line: its words, and the weekday that it names."""

    words: str
    weekday: int | None


def repeats_in(said: str) -> Repeats | None:
    """The first rhythm in a line that is certainly one: at its beginning or end, or before another part of the line."""
    for pattern, meant in ((_EVERY, _every), (_PLURAL, _plural), (_ADVERB, _adverb)):
        for found in islice(pattern.finditer(said), _TRIED):
            what = plain(found["what"])
            if meant(what) and _stands_alone(said, found, begins=pattern is _EVERY):
                return Repeats(found[0], _weekday(what) if pattern is not _ADVERB else None)
    return None


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
