"""The due date in a line: after "by", "due", "until" …, or at the end.

The rest of a line is not searched: "send the May report to Mark" and "review 3/4 of the deck" have no due date.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from store.dates import Due, Unclear, read
from store.dates.answers import NOT_A_DATE
from store.rules.line.words import EVENTS, Span, Tail, Word, codes_of, last_words, words
from store.rules.names import Exact, match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.dates import Frame, Reading


class Dated(NamedTuple):
    """A date found in a line. `attached_to`: its words belong to the date alone and leave the action."""

    due: Due | Unclear
    span: Span
    taken: bool


# A deadline follows these words, even if it cannot be read as a date.
_DEADLINE = frozenset(
    {"before", "until", "till", "til", "bis", "avant", "hasta", "antes", "deadline", "prior", "no", "not"}
)
# After these words a deadline may follow, or a person ("by Dana"), a thing ("due diligence") or a place ("vor Ort").
_MAYBE = frozenset({"by", "due", "vor", "fallig", "spatestens", "spaetestens", "d'ici", "jusqu'a", "jusqu'au"})
_STRONG = _DEADLINE | _MAYBE
# Small words that belong to the due date only if a date follows.
_WEAK = frozenset(
    {"on", "in", "within", "am", "im", "zum", "innerhalb", "binnen", "pour", "le", "dans", "sous", "en", "para"}
    | {"el", "dentro"}
)
_IN = frozenset({"in", "im", "en"})
_TWO_WORDS = {"no": "later", "not": "later", "prior": "to"}
_MARKER = re.compile(
    r"(?<![^\s(\[])(?:by|due|until|till|before|deadline|no later than|not later than|prior to|bis|spätestens|vor"
    r"|fällig|avant|d['’]ici|jusqu['’](?:à|au)|hasta|antes)(?![\w-])",
    re.IGNORECASE,
)
# No deadline after these words: "not before Friday" is none, and "Monday or before Friday" is no single date.
_NEGATING = frozenset({"not", "never", "nicht", "nie", "pas", "jamais", "no", "nunca", "or", "oder", "ou", "o"})
# With one of these words, an earlier negation turns a deadline into its opposite: "do not send before Friday".
_UNTIL = frozenset({"before", "until", "till", "til", "prior", "bis", "vor", "avant", "hasta", "antes"})
_NEGATIONS = frozenset(
    {"not", "dont", "never", "without", "nicht", "nie", "kein", "keine", "keinen", "ne", "pas", "jamais", "sans"}
    | {"no", "nunca", "sin"}
)
# A day after one of these words is no due date: "the minutes of 4 Dec", "the figures since Monday", "every Friday".
_TIED = _NEGATING | {
    "and", "und", "et", "y", "of", "from", "since", "for", "fur", "fuer", "after", "between", "to", "at", "per",
    "about", "every", "each", "vs", "than", "starting", "as", "like", "von", "vom", "seit", "ab", "nach", "jeden",
    "jede", "de", "du", "des", "der", "del", "d", "depuis", "chaque", "tous", "desde", "despues", "cada", "todos",
    "&", "+", "/",
}  # fmt: skip
# Words of the vocabulary that are also ordinary words beside a date ("finish the work Friday").
_ORDINARY = frozenset({"biz", "close", "time", "few", "part", "fiscal", "calendar"})
_ARTICLE = frozenset({"", "a", "le"})
_GLUE = _ORDINARY | _ARTICLE | {"by", "before", "in", "from", "now", "after", "ago", "hence"}
# Short weekdays that are no other word, unlike "sat", "sun", "wed", "do" and "mi".
_SHORT_WEEKDAYS = frozenset({"mon", "tue", "tues", "thu", "thur", "thurs", "fri"})
_FULL_NAME = 5
_WITHOUT_MARKER = frozenset({"day", "weekday", "date", "duration", "period", "vague"})
_INSIDE = frozenset({"day", "weekday", "date", "duration", "period"})
_INSIDE_UNCLEAR = frozenset({"weekday", "period"})
_WINDOW = 7
_MARKERS_TRIED = 8
# Characters. No readable phrase is longer.
_REACH = 120


def date_at_end(said: str, before: Tail, asked: Frame, accounts: Sequence[str]) -> Dated | None:
    """The longest phrase at the end of a line that reads as a date; None if there is none."""
    end, tail = before
    if not tail or not any(codes_of(tail[-1].folded, asked)):
        return None
    for n, word in enumerate(tail):
        following = tail[n + 1].folded if n + 1 < len(tail) else ""
        lead = _lead(word, following, asked)
        if lead is None or _tied(tail[:n], lead, asked) or _forbidden(tail[:n], word):
            continue
        phrase = _without_stray_bracket(said[word.start : end])
        reading = read(phrase, asked)
        if _accepted(reading, lead, tail[n:]) and not _is_account(word, phrase, accounts):
            span = Span(word.start, word.start + len(phrase))
            return Dated(reading.answer(phrase), span, taken=reading.kind != "bare")
    return None


def date_inside(said: str, end: int, asked: Frame) -> Dated | None:
    """A date after "by" or a similar word, with more words after the date: "by Friday send the sheet"."""
    for marker in islice(_MARKER.finditer(said, 0, end), _MARKERS_TRIED):
        before, window = (
            last_words(said, marker.start()),
            words(said, marker.start(), min(end, marker.start() + _REACH))[: _WINDOW + 1],
        )
        if _tied(before, "strong", asked) or _forbidden(before, window[0]):
            continue
        for n in range(min(_WINDOW, len(window) - 1), 1, -1):
            phrase = said[marker.start() : window[n - 1].end]
            if _goes_on(window[n:], asked) or not _ends_a_date(window[n - 1], asked):
                continue
            reading = read(phrase, asked)
            if reading.kind in (_INSIDE if reading.on else _INSIDE_UNCLEAR) and (reading.on or reading.suggestion):
                return Dated(reading.answer(phrase), Span(marker.start(), window[n - 1].end), taken=True)
    return None


def not_a_date(said: str, at_end: Tail, asked: Frame) -> Unclear | None:
    """A deadline at the end that is no date: "before the QBR". Its words stay in the action; None if there is none."""
    tail = at_end.words
    for n, word in enumerate(tail[:-1]):
        before = tail[:n]
        if _lead(word, tail[n + 1].folded, asked) != "strong":
            continue
        if _tied(before, "strong", asked) or _forbidden(before, word):
            continue
        if word.folded in _DEADLINE or any(_dates(later, asked) for later in tail[n + 1 :]):
            answer = NOT_A_DATE.answer(said[word.start : tail[-1].end])
            return answer if isinstance(answer, Unclear) else None
    return None


def _lead(word: Word, following: str, asked: Frame) -> Literal["strong", "weak", "none"] | None:
    """How well a word begins a due date ("none": the date itself begins); None if it cannot begin a due date."""
    if word.folded in _TWO_WORDS:
        return "strong" if following == _TWO_WORDS[word.folded] else None
    if word.folded in _STRONG:
        return "strong"
    if word.folded in _WEAK:
        return "weak"
    return "none" if word.folded not in _TIED and codes_of(word.folded, asked) else None


def _tied(before: list[Word], lead: str, asked: Frame) -> bool:
    """Whether the words before a date show that the date is no due date."""
    named = [word for word in before[-2:] if word.folded or word.typed in _TIED]
    if not named:
        return False
    last = named[-1]
    if lead != "none":
        return last.folded in _NEGATING
    return (last.folded or last.typed) in _TIED or any(code not in _ORDINARY for code in codes_of(last.folded, asked))


def _forbidden(before: list[Word], word: Word) -> bool:
    """Whether a negation makes it no deadline: “do not send it before Friday” names the first day, not the last."""
    return word.folded in _UNTIL and any(other.folded in _NEGATIONS or other.folded.endswith("n't") for other in before)


def _accepted(reading: Reading, lead: str, phrase: list[Word]) -> bool:
    if reading.kind is None or lead == "strong":
        return reading.kind is not None
    if reading.kind == "bare" or (reading.on is None and reading.suggestion is None):
        return False
    if lead == "weak":
        return reading.kind != "month" or phrase[0].folded in _IN
    return _clear_alone(reading, phrase)


def _clear_alone(reading: Reading, phrase: list[Word]) -> bool:
    """Whether a phrase without "by" or a similar word is a deadline."""
    if phrase[0].folded == "the":
        return reading.kind == "day"
    if reading.kind == "date":
        return reading.on is not None
    if reading.kind == "weekday" and len(phrase) == 1:
        return len(phrase[0].folded) >= _FULL_NAME or phrase[0].folded in _SHORT_WEEKDAYS
    return reading.kind in _WITHOUT_MARKER


def _is_account(word: Word, phrase: str, accounts: Sequence[str]) -> bool:
    """Whether the phrase names a known account: “pour Mars” is an account first, and then a month."""
    return word.folded in ("pour", "para") and isinstance(match(phrase[len(word.typed) :], accounts), Exact)


def _goes_on(following: list[Word], asked: Frame) -> bool:
    """Whether the date goes on: its next word, without articles, also belongs to it. A part of a date is not read."""
    for word in following:
        codes = codes_of(word.folded, asked)
        if word.folded in _NEGATING or word.folded in ("and", "of", "und", "et", "y"):
            return True
        if not codes or any(code not in _ARTICLE for code in codes):
            return any(code not in _ORDINARY for code in codes)
    return False


def _ends_a_date(last: Word, asked: Frame) -> bool:
    """Whether the word can end a date: in “by Friday the sheet”, the article belongs to the sheet."""
    return any(code not in _ARTICLE for code in codes_of(last.folded, asked))


def _dates(word: Word, asked: Frame) -> bool:
    if word.folded in EVENTS:
        return True
    return any(code not in _GLUE and not code[0].isdigit() for code in codes_of(word.folded, asked))


def _without_stray_bracket(phrase: str) -> str:
    for opening, closing in ("()", "[]"):
        if phrase.endswith(closing) and opening not in phrase:
            return phrase[:-1]
    return phrase
