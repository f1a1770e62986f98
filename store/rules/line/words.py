"""The words at the end of a line, and their codes in a date."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from store.dates.tokens import plain
from store.dates.words import vocabulary

if TYPE_CHECKING:
    from store.dates import Frame

_WORD = re.compile(r"\S+")
_POLITE = re.compile(
    r"(?:(?<![^\s,;.!?()…–-])(?:please|pls|plz|thanks?(?: you)?(?: (?:so |very )?much| a lot| in advance)?|many thanks"
    r"|thx|ty|tia|cheers|bitte|danke(?: dir| euch| schön| im voraus)?|vielen dank|lg|vg|svp|stp"
    r"|s['’]il (?:te|vous) pla[iî]t|merci(?: d['’]avance| beaucoup| bien)?"
    r"|(?:muchas )?gracias(?: de antemano)?|por favor)"
    r"|(?<!\w):[a-z0-9_+'-]+:|[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]+|[:;]-?[)D])[\s.!…]*\Z",
    re.IGNORECASE,
)
# Events of an account plan. A phrase with an event may be a deadline that only the owner can date, but no account.
EVENTS = frozenset(
    {"qbr", "qbrs", "review", "meeting", "call", "kickoff", "kick-off", "launch", "go-live", "workshop", "renewal"}
    | {"demo", "conference", "steerco", "christmas", "easter", "thanksgiving", "holidays", "weihnachten", "ostern"}
    | {"termin", "sitzung", "noel", "paques", "navidad", "reunion"}
)
SEPARATORS = " \t\r\n,;:-–—"
# Without the colon: before a date it may be the end of an emoji, ":smile:".
SEPARATORS_BEFORE = SEPARATORS.replace(":", "")
# Quotation marks and code with what stands in them. Each kind ends where another one of it begins, so that the work
# stays linear. The sign of an inch behind a figure opens none.
QUOTED = re.compile(r"`[^`]*`|(?<![^\s(\[])\"[^\"]*\"(?!\w)|“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»")
_TRAILING = " \t\r\n,;!…"
# No date and no account name has more words. The limit of characters bounds the search in a very long word.
_WORDS_BACK, _CHARACTERS_BACK = 9, 120


class Span(NamedTuple):
    """Characters `start` (included) to `end` (excluded) of a line."""

    start: int
    end: int


class Word(NamedTuple):
    """A word of a line: its start and end, the word as typed, and its folded form without punctuation around it."""

    start: int
    end: int
    typed: str
    folded: str


def words(text: str, start: int, end: int) -> list[Word]:
    return [Word(w.start(), w.end(), w[0], plain(w[0]).strip(".:-")) for w in _WORD.finditer(text, start, end)]


class Tail(NamedTuple):
    """The end of a line without words of courtesy, and the last few words before that end."""

    end: int
    words: list[Word]


def tail_of(text: str, end: int) -> Tail:
    """The tail of `text` before `end`."""
    end = without_courtesy(text, end)
    return Tail(end, last_words(text, end))


def last_words(text: str, end: int) -> list[Word]:
    """The last few words before `end`, in order; without a word that the limit cuts in two."""
    start = max(0, end - _CHARACTERS_BACK)
    found = words(text, start, end)
    if start and found and not text[start - 1].isspace():
        found = found[1:]
    return found[-_WORDS_BACK:]


def without_courtesy(text: str, end: int) -> int:
    """`end` moved before "please", "thanks!", emoji and the like, and before the punctuation there."""
    for _ in range(4):
        start = max(0, end - _CHARACTERS_BACK)
        kept = text[start:end].rstrip(_TRAILING)
        end = start + len(kept)
        found = _POLITE.search(kept)
        if found is None:
            break
        end = start + found.start()
    return end


def courtesy_at(text: str) -> int:
    """The start of the courtesies and emoji at the end of a line; its length if there are none, or nothing else."""
    end = len(text)
    for _ in range(4):
        start = max(0, end - _CHARACTERS_BACK)
        found = _POLITE.search(text[start:end].rstrip(_TRAILING))
        if found is None:
            break
        end = start + found.start()
    return end if any(character.isalnum() for character in text[:end]) else len(text)


def without_quotations(text: str, asked: Frame) -> str:
    """A text of the same length in which a quotation that speaks of time is one word without meaning."""

    def hidden(found: re.Match[str]) -> str:
        speaks_of_time = any(codes_of(word.folded, asked) for word in words(text, found.start() + 1, found.end() - 1))
        return "x" * len(found[0]) if speaks_of_time else found[0]

    return QUOTED.sub(hidden, text)


def is_mention(typed: str) -> bool:
    return typed.startswith(("<@", "@"))


def codes_of(folded: str, asked: Frame) -> tuple[str, ...]:
    """The codes of a word in a date; parts joined by hyphens, apostrophes or slashes have a code each."""
    return _codes(folded, asked.language)


@lru_cache(maxsize=4096)
def _codes(folded: str, language: str) -> tuple[str, ...]:
    known = vocabulary(language)
    parts = re.split(r"[-'’/]", folded)
    return tuple(
        known.get(part, "0") for part in parts if part in known or any(character.isdigit() for character in part)
    )
