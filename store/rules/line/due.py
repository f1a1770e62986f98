"""The due date in a line: after "by", "due", "before" …, at the end, or at the beginning.

The rest of a line is not searched: "send the May report to Mark" and "review 3/4 of the deck" have no due date. A
phrase is read whole or not at all: if a word beside it may belong to it, the person is asked (see `neighbours`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from store.dates import Due, Unclear, read
from store.dates.answers import NOT_A_DATE, spell_with_weekday
from store.rules.calendar.working_days import DAY
from store.rules.line import neighbours
from store.rules.line.words import EVENTS, Span, Tail, Word, codes_of, is_mention, last_words, words
from store.rules.names import Exact, match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.dates import Frame, Reading

Lead = Literal["strong", "lasting", "weak", "none"]


class Dated(NamedTuple):
    """A date found in a line. `taken`: its words belong to the date alone and leave the action.

    `sure`: it is said with "by" or a similar word. `hour`: the phrase names an hour too.
    """

    due: Due | Unclear
    span: Span
    taken: bool
    sure: bool = False
    hour: bool = False


# A deadline follows these words, even if it cannot be read as a date.
_DEADLINE = frozenset(
    {"before", "avant", "antes", "deadline", "frist", "echeance", "plazo", "prior", "no", "not", "bis"}
)
# After these words a deadline may follow, or a person ("by Dana"), a thing ("due diligence") or a place ("vor Ort").
_MAYBE = frozenset({"by", "due", "vor", "fallig", "spatestens", "spaetestens", "d'ici"})
# These words say how long something lasts, or until when it must not be done. "Bis" alone also says "by".
_LASTING = frozenset({"until", "till", "til", "hasta", "jusqu'a", "jusqu'au", "jusque"})
# "1.12. bis 4.12.", "Friday, no later than Monday": after another date, these words make no due date of their own.
_AFTER_DATE = frozenset({"bis", "spatestens", "spaetestens", "no", "not", "au", "a"})
_TWO_WORDS = frozenset(
    {
        ("no", "later"),
        ("not", "later"),
        ("prior", "to"),
        ("on", "or"),
        ("au", "plus"),
        ("a", "mas"),
        ("fecha", "limite"),
    }
    | {("date", "limite")}
)
# Small words that belong to the due date only if a date follows.
_WEAK = frozenset(
    {
        "on",
        "in",
        "within",
        "am",
        "im",
        "innerhalb",
        "binnen",
        "pour",
        "le",
        "dans",
        "sous",
        "en",
        "para",
        "el",
        "dentro",
    }
)
_IN = frozenset({"in", "im", "en"})
_AT = frozenset({"at", "half", "quarter", "halb", "um", "gegen", "vers", "a", "noon", "midday", "mittags", "midi"})
# "A fin de mes", "al final del día".
_END = frozenset({"fin", "final", "finales", "principios", "mediados", "primera", "plus", "mas"})
_MARKER = re.compile(
    r"(?<![^\s(\[,;:–-])(?:by|due|before|deadline|no later than|not later than|prior to|on or before|bis|spätestens|vor"
    r"|fällig|frist|avant|d['’]ici|échéance|au plus tard|antes|a más tardar|plazo|fecha límite|date limite"
    r"|until|till|jusqu['’](?:à|au)|hasta)(?![\w-])",
    re.IGNORECASE,
)
# With one of these words, an earlier negation turns a deadline into its opposite: "do not send before Friday".
_BEFORE = frozenset({"before", "prior", "vor", "avant", "antes"})
_UNTIL = _LASTING | _BEFORE | {"bis"}
# "Well before Friday evening" leaves the day open, and "so weit bis Freitag" does not.
_DEGREES = frozenset({"well", "long", "way", "far", "shortly", "kurz", "lange", "weit", "bien", "mucho", "poco"})
# Words of the vocabulary that are also ordinary words beside a date ("finish the work Friday").
_ORDINARY = frozenset({"biz", "close", "time", "few", "part", "fiscal", "calendar"})
_ARTICLE = frozenset({"", "a", "le"})
_GLUE = _ORDINARY | _ARTICLE | {"by", "before", "in", "from", "now", "after", "ago", "hence"}
# Short weekdays that are no other word, unlike "sat", "sun", "wed", "do" and "mi".
_SHORT_WEEKDAYS = frozenset({"mon", "tue", "tues", "thu", "thur", "thurs", "fri"})
_FULL_NAME = 5
_WITHOUT_MARKER = frozenset({"day", "weekday", "date", "duration", "period", "vague"})
_INSIDE = frozenset({"day", "weekday", "date", "number", "duration", "period"})
_INSIDE_UNCLEAR = frozenset({"weekday", "period", "number", "vague"})
_FIRST_ALONE = frozenset({"weekday", "date", "period"})
# "By tom", also said for "by tomorrow"; with a capital it is a person.
_BY_TOM = re.compile(r"(?<![^\s(,;])by tom\Z")
_WINDOW = 8
_MARKERS_TRIED = 8
# Characters. No readable phrase is longer.
_REACH = 120
_UNREAD = 3
_FIGURES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_MONTHS = 12


def date_at_end(said: str, before: Tail, asked: Frame, accounts: Sequence[str]) -> Dated | None:
    """The longest phrase at the end of a line that reads as a date; None if there is none, or it is no due date."""
    end, tail = before
    if asked.language == "en" and (short := _BY_TOM.search(said[:end])):
        day = asked.today + DAY
        reason = f"Is it due tomorrow, {spell_with_weekday(day)}? “tom” may be a person too."
        return Dated(Unclear(short[0], reason, day), Span(*short.span()), taken=False, sure=True)
    for n, word in enumerate(tail):
        phrase = _without_stray_bracket(said[word.start : end])
        lead = _lead(word, tail[n + 1].folded if n + 1 < len(tail) else "", asked)
        reading = read(phrase, asked) if lead or word.folded in _AT else NOT_A_DATE
        if reading.hour and word.folded in _AT:
            lead = "weak"
        if lead is None or _is_account(word, phrase, accounts):
            continue
        if _accepted(reading, lead, tail[n:]) or (lead == "none" and _after_name(tail, n, reading)):
            return _judged(said, Span(word.start, word.start + len(phrase)), word, lead, reading, asked)
    return None


def date_at_start(said: str, asked: Frame) -> Dated | None:
    """A date that a line begins with: "by Friday send …", "tomorrow: call …", "am Freitag Dana anrufen"."""
    window = words(said, 0, _REACH)[: _WINDOW + 3]
    if not window:
        return None
    lead = _lead(window[0], window[1].folded if len(window) > 1 else "", asked)
    return _date_from(said, window, lead, asked, first=True) if lead else None


def date_inside(said: str, end: int, asked: Frame) -> Dated | None:
    """A date after "by" or a similar word, with more words after the date: "send by Friday the sheet"."""
    for marker in islice(_MARKER.finditer(said, 0, end), _MARKERS_TRIED):
        window = words(said, marker.start(), min(end, marker.start() + _REACH))[: _WINDOW + 3]
        lead: Lead = "lasting" if window[0].folded in _LASTING else "strong"
        if found := _date_from(said, window, lead, asked, first=False):
            return found
    return None


def _date_from(said: str, window: list[Word], lead: Lead, asked: Frame, *, first: bool) -> Dated | None:
    """The longest phrase that the window begins with and that reads as a date, if the line goes on after it."""
    for n in range(min(_WINDOW, len(window) - 1), 0, -1):
        last, following = window[n - 1], window[n:]
        if not _ends_a_date(last, asked):
            continue
        phrase = said[window[0].start : last.end].rstrip(",;:")
        reading = read(phrase, asked)
        verbs = asked.language == "de" and neighbours.without_verbs(following, asked) < len(following)
        if not _accepted_before_more(reading, lead, window[:n], following, asked, verbs=verbs):
            continue
        span = Span(window[0].start, window[0].start + len(phrase))
        judged = _judged(said, span, window[0], lead, reading, asked)
        if judged is None or neighbours.goes_on(following, last, asked, any_word=first or verbs):
            return judged
        return _doubted(said, reading, span) if lead != "none" else None
    return None


def _judged(said: str, span: Span, word: Word, lead: Lead, reading: Reading, asked: Frame) -> Dated | None:
    """Judge a phrase by the words before it: a date, a question, or None for no due date."""
    before = last_words(said, span.start)
    sure = lead in ("strong", "lasting")
    if _is_no_deadline(before, word) if sure else _belongs_elsewhere(said, before, lead, reading, asked):
        return None
    if not sure and _of_time(before, asked) and not _in_behind_a_verb(before, reading):
        return _doubted(said, replace(reading, on=None, suggestion=None), span)
    if sure:
        doubt = _lasts(said, before, word, lead, asked, hour=reading.hour)
    else:
        doubt = _unread(before) or neighbours.names_a_day(before)
    phrase = said[span.start : span.end]
    if reading.on and (doubt or "~" in phrase or _said_twice(said, span, word, lead, asked)):
        return _doubted(said, reading, span)
    return Dated(reading.answer(phrase), span, reading.kind != "bare", sure=sure, hour=reading.hour)


def _is_no_deadline(before: list[Word], word: Word) -> bool:
    """“Not by Friday”; "do not send before Friday", which names the first day and not the last."""
    return neighbours.excepted(before) or (word.folded in _UNTIL and neighbours.negated(before))


def _belongs_elsewhere(said: str, before: list[Word], lead: Lead, reading: Reading, asked: Frame) -> bool:
    if neighbours.moves(one.folded for one in words(said, 0, len(said))):
        return True
    first = next((one.start for one in words(said, 0, _REACH)), 0)
    elsewhere = neighbours.belongs_elsewhere(before, first, asked, kind=reading.kind)
    return elsewhere or _article_before(before, lead, asked)


def _lasts(said: str, before: list[Word], word: Word, lead: Lead, asked: Frame, *, hour: bool) -> bool:
    """Whether "until" or "bis" says how long something lasts, or the phrase is a part of a longer one."""
    if word.folded in _BEFORE and before and before[-1].folded in _DEGREES:
        return True
    if lead == "lasting" or ((hour or word.folded in _AFTER_DATE) and _of_time(before, asked)):
        return True
    return word.folded == "bis" and neighbours.lasts(one.folded for one in words(said, 0, len(said)))


def _doubted(said: str, reading: Reading, span: Span) -> Dated:
    """The words stay in the action, and the day is only suggested."""
    day = reading.on or reading.suggestion
    reason = "When is it due? The words around the date leave it open."
    if day is not None:
        reason = f"Is it due on {spell_with_weekday(day)}? The words around the date leave it open."
    return Dated(Unclear(said[span.start : span.end], reason, day), span, taken=False, sure=True)


def not_a_date(said: str, at_end: Tail, asked: Frame) -> Unclear | None:
    """A deadline at the end that is no date: "before the QBR". Its words stay in the action; None if there is none."""
    tail = at_end.words
    for n, word in enumerate(tail[:-1]):
        before = tail[:n]
        if _lead(word, tail[n + 1].folded, asked) not in ("strong", "lasting"):
            continue
        if _is_no_deadline(before, word):
            continue
        if word.folded in _DEADLINE | _LASTING or any(_dates(later, asked) for later in tail[n + 1 :]):
            last = next((one for one in tail[n + 1 :] if is_mention(one.typed)), None)
            answer = NOT_A_DATE.answer(said[word.start : last.start if last else tail[-1].end].rstrip())
            return answer if isinstance(answer, Unclear) else None
    return None


def _lead(word: Word, following: str, asked: Frame) -> Lead | None:
    """How well a word begins a due date ("none": the date itself begins); None if it cannot begin a due date."""
    if (word.folded, following) in _TWO_WORDS:
        return "strong"
    if word.folded in _LASTING:
        return "lasting"
    if word.folded in _MAYBE or (word.folded in _DEADLINE and word.folded not in ("no", "not", "prior")):
        return "strong"
    if word.folded in _WEAK:
        return "weak"
    if word.folded in ("a", "al", "au", "aux"):
        spanish_or_french = asked.language in ("fr", "es")
        return "none" if following in _END or not spanish_or_french else None
    begins = word.folded == "last" or word.folded not in neighbours.CONNECTING
    return "none" if begins and codes_of(word.folded, asked) else None


def _article_before(before: list[Word], lead: Lead, asked: Frame) -> bool:
    """“The Friday call”: after an article the day is the beginning of a name."""
    named = [word for word in before if word.folded]
    if not named or lead != "none":
        return False
    codes = codes_of(named[-1].folded, asked)
    return bool(codes) and all(code in _ARTICLE for code in codes)


def _of_time(before: list[Word], asked: Frame) -> bool:
    """Whether the word before a phrase is a word of time too: then the phrase is a part of a longer one."""
    named = [word for word in before if word.folded]
    if named and named[-1].folded.isdecimal():
        named.pop()
    codes = codes_of(named[-1].folded, asked) if named else ()
    return any(code not in _ORDINARY | _ARTICLE for code in codes)


def _in_behind_a_verb(before: list[Word], reading: Reading) -> bool:
    """“Check in Friday”: before a day of the week "in" is no word of time."""
    return reading.kind == "weekday" and before[-1].folded == "in"


def _unread(before: list[Word]) -> bool:
    """“By Good Friday”: between "by" and the day there is a word that was not read."""
    near = [word.folded for word in before[-_UNREAD:]]
    for n, word in enumerate(near):
        if word in _MAYBE | _DEADLINE | _LASTING and word not in ("no", "not"):
            return not (word == "by" and n + 1 < len(near) and near[n + 1] in neighbours.MEANS)
    return False


def _said_twice(said: str, span: Span, word: Word, lead: Lead, asked: Frame) -> bool:
    """“Draft by Thursday, final by Monday”: two dates said in the same way are two deadlines."""
    if lead == "none":
        rest = [*last_words(said, span.start), *words(said, span.end, span.end + _REACH)]
        return any(code.startswith("w") and code[1:].isdigit() for one in rest for code in codes_of(one.folded, asked))
    again = re.compile(rf"(?<![^\s(,]){re.escape(word.typed)}(?=\s)", re.IGNORECASE)
    for found in islice(again.finditer(said), _MARKERS_TRIED):
        if span.start <= found.start() < span.end:
            continue
        window = words(said, found.start(), found.start() + _REACH)[:4]
        readings = (read(said[window[0].start : one.end].rstrip(",;:"), asked) for one in window[1:])
        if any(reading.on for reading in readings):
            return True
    return False


def _accepted(reading: Reading, lead: Lead, phrase: list[Word]) -> bool:
    if reading.kind is None or lead in ("strong", "lasting"):
        return reading.kind is not None
    if reading.kind == "bare" or (reading.on is None and reading.suggestion is None):
        return False
    if lead == "weak":
        return reading.kind != "month" or phrase[0].folded in _IN
    return _clear_alone(reading, phrase)


def _accepted_before_more(
    reading: Reading, lead: Lead, phrase: list[Word], following: list[Word], asked: Frame, *, verbs: bool
) -> bool:  # fmt: skip
    """Whether the phrase is a date, with `following` words after it. `verbs`: these are German, and end with a verb."""
    if reading.on is None and reading.suggestion is None:
        return False
    if lead in ("strong", "lasting"):
        return reading.kind in (_INSIDE if reading.on else _INSIDE_UNCLEAR)
    if lead == "weak":
        return reading.on is not None and reading.kind in _INSIDE
    separated = phrase[-1].typed.endswith((",", ":", ";")) or following[0].typed in ("-", "–", "—", ":")
    if reading.kind == "day" or (verbs and reading.kind == "weekday" and reading.on is not None):
        return separated or not neighbours.is_event(following[0].folded) or neighbours.is_the_action(following, asked)
    if reading.kind == "weekday" and neighbours.is_the_action(following, asked):
        return _clear_alone(reading, phrase)
    return separated and reading.kind in _FIRST_ALONE


def _clear_alone(reading: Reading, phrase: list[Word]) -> bool:
    """Whether a phrase without "by" or a similar word is a deadline."""
    if phrase[0].folded == "the":
        return reading.kind == "day"
    if reading.kind == "date":
        return reading.on is not None
    if reading.kind == "weekday" and len(phrase) == 1:
        return len(phrase[0].folded) >= _FULL_NAME or phrase[0].folded in _SHORT_WEEKDAYS
    if reading.kind == "number":
        return reading.on is not None and len(phrase) > 1
    return reading.kind in _WITHOUT_MARKER


def _after_name(tail: list[Word], n: int, reading: Reading) -> bool:
    """“Follow up with Priya 12/13”: figures that can be one day only, after a name."""
    found = _FIGURES.fullmatch(tail[n].folded)
    if not found or not n or reading.on is None or n + 1 < len(tail):
        return False
    one_order = max(int(found[1]), int(found[2])) > _MONTHS
    return one_order and tail[n - 1].typed[:1].isupper() and n > 1


def _is_account(word: Word, phrase: str, accounts: Sequence[str]) -> bool:
    """Whether the phrase names a known account: “pour Mars” is an account first, and then a month."""
    return word.folded in ("pour", "para") and isinstance(match(phrase[len(word.typed) :], accounts), Exact)


def _ends_a_date(last: Word, asked: Frame) -> bool:
    """Whether the word can end a date: in “by Friday the sheet”, the article belongs to the sheet."""
    codes = codes_of(last.folded, asked)
    return not codes or any(code not in _ARTICLE for code in codes)


def _dates(word: Word, asked: Frame) -> bool:
    if word.folded in EVENTS:
        return True
    return any(code not in _GLUE and not code[0].isdigit() for code in codes_of(word.folded, asked))


def _without_stray_bracket(phrase: str) -> str:
    for opening, closing in ("()", "[]"):
        if phrase.endswith(closing) and opening not in phrase:
            return phrase[:-1]
    return phrase
