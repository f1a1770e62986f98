"""Translates a typed phrase to a short line of codes: "by the 4th of Dec." → "by 4o m12"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from store.dates.words import vocabulary

if TYPE_CHECKING:
    from store.dates.frame import Frame

# Characters. A longer phrase is a sentence and no date.
LONGEST = 80

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\ufe0e\ufe0f]")
_WRAPPING = " \t\r\n\"'`“”„«»()[]{}*_~<>,;!?"
_IDIOMS = {
    "not later than": "by",
    "no later than": "by",
    "on or before": "by",
    "fecha limite": "by",
    "date limite": "by",
    "innerhalb von": "in",
    "prior to": "before",
    "start of": "early",
    "beginning of": "early",
    "middle of": "mid",
    "milieu de": "mid",
    "que viene": "next",
    "que entra": "next",
    "au plus tard": "",
    "inclusive": "",
    "incl": "",
    "inclus": "",
    "inclusivement": "",
    "einschliesslich": "",
    "inkl": "",
    "inklusive": "",
    "a mas tardar": "",
    "por la manana": "morning",
    "por la tarde": "morning",
    "por la noche": "morning",
    "de la manana": "morning",
    "de la tarde": "morning",
    "de la noche": "morning",
    "la manana": "morning",
    "a primera hora": "morning",
    "first thing": "morning",
    "in the morning": "morning",
    "in the afternoon": "morning",
    "in the evening": "morning",
    "at night": "morning",
    "am morgen": "morning",
    "am vormittag": "morning",
    "am nachmittag": "morning",
    "am abend": "morning",
    "den morgen": "morning",
    "zum morgen": "morning",
    "apres-midi": "morning",
    "apres midi": "morning",
    "fin de matinee": "morning",
    "fin de semana": "weekend",
    "fin de la semana": "weekend",
    "week end": "weekend",
    "end of play": "eod",
    "close of play": "eod",
    "fin de journee": "eod",
    "fin de la journee": "eod",
    "fin del dia": "eod",
    "final del dia": "eod",
    "fin de la jornada": "eod",
    "week's time": "week time",
    "weeks' time": "week time",
    "month's time": "month time",
    "months' time": "month time",
    "days' time": "day time",
    "fortnight's time": "fortnight time",
}
_IDIOM = re.compile(r"\b(?:" + "|".join(_IDIOMS) + r")\b")
# "Le 15", "el 15": the article makes the number a day.
_NUMBERED_DAY = re.compile(r"\b(le|el) ([0-9]{1,2})(?= |$)(?! ?(?:h\b|heures|uhr))")
# A length in hours, which the hour of a day is not: "in 48h", "sous 24 h".
_IN_HOURS = re.compile(r"\b(in|within|dans|sous|en|binnen) ([0-9]{1,3}) ?h(?:rs?)?\b")
# These hours begin or end a day, and people use them for both.
_MIDNIGHT = re.compile(
    r"\b(?:midnight|mitternacht|minuit|medianoche|(?:12|0?0)(?:[:.]00)? ?a\.?m\b|(?:0?0|24)(?:[:.h]00| ?h| ?uhr)\b)"
)
_HOUR = r"(?:[01]?[0-9]|2[0-3])"
_SPELT = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eins?|zwei|drei|vier|funf|sechs|sieben|acht|neun"
    r"|zehn|elf|zwolf|une|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|una|dos|tres|cuatro|cinco|seis|siete"
    r"|ocho|nueve|diez|once|doce"
)
_ZONE_FREE = r"(?! ?(?:[a-z]{1,4}t|utc|gmt|mez)\b)"
_CLOCK = re.compile(
    rf"(?:\b(?:at|um|gegen|a las?|a|vers) )?(?:\b(?:half|quarter) (?:past|to) |\b(?:halb|viertel (?:vor|nach)) )?"
    rf"(?<![0-9.,/:-])(?:\b{_HOUR}:[0-5][0-9](?: ?[ap]\.?m\b| ?uhr\b| ?h\b)?"
    rf"|\b{_HOUR}(?:\.[0-5][0-9])? ?(?:[ap]\.?m\b|uhr\b(?: [0-5]?[0-9]\b)?|o'clock\b)"
    rf"|\b{_HOUR} ?(?:h(?:[0-5][0-9])?|heures?)\b)"
    rf"\.?{_ZONE_FREE}"
    rf"|\b(?:at|um|gegen|a|a las?|vers) (?:(?:half|quarter) (?:past|to) |halb |viertel (?:vor|nach) )?"
    rf"(?:{_HOUR}|{_SPELT})(?: o'clock| uhr| heures?| horas)?(?: y (?:media|cuarto))?(?=$| morning$| (?:on|am|le|el) )"
    r"|\b(?:at |a |al )?(?:noon|midday|lunchtime|mittags?|midi|mediodia)\b"
)
# The part of a day before which most of its hours are over. "Sonnabend" is a Saturday, "Feierabend" the end of work.
_LATE = re.compile(
    r"(?:\b(?:evening|night|tonight|afternoon|soir|apres[- ]midi|noche|tarde)|nachmittags?"
    r"|(?<!sonn)(?<!feier)abends?)\.?$"
)
_TOKEN = re.compile(
    r"(?P<figures>[0-9]{1,4}([./-])[0-9]{1,4}(?:\2[0-9]{1,4})?(?:(?<=\.[0-9])\.|(?<=\.[0-9][0-9])\.)?(?![0-9])"
    r"|[0-9]{1,2}\. [0-9]{1,2}\.(?: [0-9]{4}| [0-9]{2})?(?![0-9]))"
    r"|(?P<ordinal>[0-9]{1,2})(?:st|nd|rd|th|er|ere|eme|e|o|a|\.)(?![a-z0-9])"
    r"|(?P<count>[0-9]{1,3})(?P<unit>d|w|wks?)(?![a-z0-9])"
    r"|(?P<number>[0-9]+)"
    r"|(?P<quarter>[qth][1-4])(?![a-z0-9])"
    r"|(?P<kw>kw|cw)(?P<week>[0-9]{1,2})(?![a-z0-9])"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<other>\S)"
)
_UNITS = {"d": "day", "w": "week", "wk": "week", "wks": "week"}


@dataclass(frozen=True, slots=True)
class Coded:
    """A translated phrase. `codes`: joined by spaces; None if a word is unknown or the phrase is too long.

    `figures`: the numeric dates as typed; each is "@" in `codes`. `clock`: an hour was found and left out.
    `late`: the phrase ends with the afternoon or the evening of a day.
    """

    codes: str | None
    figures: tuple[str, ...] = ()
    clock: bool = False
    late: bool = False


@lru_cache(maxsize=4096)  # people write the same words again and again
def plain(phrase: str) -> str:
    """The phrase in lower case, with single spaces, without accents, invisible characters, outer brackets or quotes."""
    text = phrase.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).casefold())
        text = "".join(c for c in text if not unicodedata.combining(c))
        text = text.replace("\u2019", "'").replace("\u2013", "-").replace("\u2014", "-")
    return " ".join(text.split()).strip(_WRAPPING)


def code(phrase: str, frame: Frame) -> Coded:
    """Translate a phrase; `codes` is None if a word is not a word of time, or the phrase is too long."""
    text = _IN_HOURS.sub(r"\1 \2 hours", plain(phrase))
    if len(text) > LONGEST or _MIDNIGHT.search(text):
        return Coded(None)
    late = _LATE.search(text) is not None
    text = _IDIOM.sub(lambda idiom: _IDIOMS[idiom[0]], text)
    text = _NUMBERED_DAY.sub(r"\2.", text)
    without = _CLOCK.sub(" ", text)
    clock, text = without != text, without
    if "'" in text:
        text = re.sub(r"'(?=[0-9]{2}\b)", "20", text).replace("'", " ")
    return replace(_translate(text, frame, clock=clock), late=late)


def _translate(text: str, frame: Frame, *, clock: bool) -> Coded:
    known = vocabulary(frame.language)
    codes: list[str] = []
    figures: list[str] = []
    for token in _TOKEN.finditer(text):
        kind, value = token.lastgroup, token[0]
        if kind == "word":
            if (found := known.get(value)) is None:
                return Coded(None, clock=clock)
            codes.append(found)
        elif kind == "figures":
            figures.append(value)
            codes.append("@")
        elif kind == "other":
            if not _dropped(text, token.start()):
                return Coded(None, clock=clock)
        else:
            codes.append(_number(token))
    return Coded(" ".join(filter(None, codes)), tuple(figures), clock=clock)


def _number(token: re.Match[str]) -> str:
    if token["ordinal"]:
        return f"{int(token['ordinal'])}o"
    if token["count"]:
        return f"{int(token['count'])} {_UNITS[token['unit']]}"
    if token["quarter"]:
        return token["quarter"].replace("t", "q")
    if token["kw"]:
        return f"kw {int(token['week'])}"
    return token["number"].lstrip("0") or "0"


def _dropped(text: str, at: int) -> bool:
    """Whether a character is punctuation that only separates: after a word or at the end, but not between two figures.

    A comma may stand between two figures if the second one is a year of four digits ("Dec 4, 2026").
    """
    if text[at] not in ".,-:":
        return False
    before, after = text[:at].rstrip()[-1:], text[at + 1 :].lstrip()[:1]
    if text[at] == ",":
        return not (before.isdigit() and after.isdigit()) or len(text[at + 1 :].split(maxsplit=1)[0]) == len("2026")
    return not before.isdigit() or not after.isdigit()
