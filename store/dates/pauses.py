"""The first and last day of an absence from a phrase: "12 Dec to 3 Jan", "bis Freitag" or "next week". Pure.

Each half is read like a due date, in English, German, French or Spanish. A form asks for a day that cannot be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from store.dates import Due, Reading, Unclear, read
from store.dates.tokens import code
from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.dates import Frame

# Characters. A longer text is refused; the limit also bounds the number of cuts that are tried.
_LONGEST = 120
_FROM = re.compile(
    r"^(?:from|starting|vom|von|ab|du|de|del|desde|a partir de|à partir du?)(?: (?:el|le|dem|den))?(?= )", re.IGNORECASE
)
_UNTIL = re.compile(
    r"^(?:until|till|til|through|bis(?: zum| einschließlich)?|jusqu['’](?:au|à)|hasta(?: el)?) ", re.IGNORECASE
)
_FOR = re.compile(r"^(?:for|für|pour|pendant|por|durante) ", re.IGNORECASE)
# The separator between the first and the last day. A word needs spaces around it; a dash beside figures needs none.
_BETWEEN = re.compile(
    r"\s+(?:to|until|till|til|through|thru|bis(?: zum)?|au|à|a|jusqu['’](?:au|à)|al|hasta(?: el)?)\s+"
    r"|\s*[–—]\s*|\s+-\s+|(?<=[0-9.])-(?=\w)|(?<=[^\W\d_])-(?=[0-9])",
    re.IGNORECASE,
)
_DAY_ALONE = re.compile(r"([0-9]{1,2})(?:\.|st|nd|rd|th|er)?", re.IGNORECASE)
_LENGTH = re.compile(r"(?:in )?([0-9]{1,3}) (day|dayg|dayr|week)")
# The words of a deadline. "Until", "bis" and "hasta" are not among them, because they also end an absence.
_DEADLINE = re.compile(r"\w\s+(?:by|due|before|avant|d['’]ici|antes de|vor|spätestens)\s+\S", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pause:
    """The days of an absence. A day that is missing or not clear is None or a suggestion, and `remark` says why."""

    first: date | None = None
    last: date | None = None
    remark: str | None = None


def read_pause(phrase: str, asked: Frame) -> Pause:
    """Read the days of an absence. The ledger decides later whether these days are allowed."""
    said = " ".join(phrase.split()).strip(" ,;")
    if not said:
        return Pause(remark="From when to when? Choose the days.")
    if len(said) > _LONGEST:
        return Pause(remark="I can't read days in so many words. Choose them here.")
    whole = _FOR.sub("", _FROM.sub("", said).strip())
    found = _named_span(whole, asked) or _until(said, asked) or _from_to(whole, asked)
    return found or _one_day(whole, asked)


def is_a_promise(phrase: str, pause: Pause) -> bool:
    """Whether `phrase` is a commitment ("away day agenda by Friday"): it has a deadline, and `pause` has no day."""
    return pause.first is None and pause.last is None and _DEADLINE.search(phrase) is not None


def _named_span(said: str, asked: Frame) -> Pause | None:
    """“Next week”, “2 weeks”: one phrase for both days."""
    codes = code(said, asked).codes or ""
    if codes in {"this week", "next week", "week next"}:
        weeks = 0 if codes == "this week" else 1
        return Pause(max(asked.today, asked.week_start + weeks * timedelta(days=7)), asked.week_end(weeks))
    if found := _LENGTH.fullmatch(codes):
        count = int(found[1]) * (7 if found[2] == "week" else 1)
        return Pause(asked.today, asked.today + max(0, count - 1) * DAY)
    return None


def _until(said: str, asked: Frame) -> Pause | None:
    """“Until 3 Jan” begins today."""
    found = _UNTIL.match(said)
    if found is None:
        return None
    reading = read(said[found.end() :], asked)
    return Pause(asked.today, reading.on or reading.suggestion, _remark(reading, said[found.end() :]))


def _from_to(said: str, asked: Frame) -> Pause | None:
    """The pause at the first cut with two clear days; otherwise at the first cut with a date in one half."""
    best: Pause | None = None
    for first, last in _cuts(said):
        pause = _both(first, last, asked)
        if pause is not None and pause.remark is None:
            return pause
        best = best or pause
    return best


def _cuts(said: str) -> Iterator[tuple[str, str]]:
    for cut in _BETWEEN.finditer(said):
        if cut.start() and cut.end() < len(said):
            yield said[: cut.start()], said[cut.end() :]


def _both(first: str, last: str, asked: Frame) -> Pause | None:
    ends = read(last, asked)
    alone = _DAY_ALONE.fullmatch(first)
    begins = _same_month(int(alone[1]), ends.on) if alone and ends.on else read(first, asked)
    if begins.kind is None and ends.kind is None:
        return None
    if begins.on is not None and (ends.kind == "weekday" or ends.on is None) and not (ends.on and ends.on >= begins.on):
        # "Friday to Monday" means the Monday after that Friday.
        later = read(last, replace(asked, today=begins.on))
        ends = later if later.on is not None and later.kind == "weekday" else ends
    day = begins.on or begins.suggestion
    if begins.on is None and day and ends.on and day > ends.on:
        # The first day has passed, so its suggestion is next year's: the person means an absence that has begun.
        day = asked.today
    return Pause(day, ends.on or ends.suggestion, _remark(begins, first) or _remark(ends, last))


def _same_month(day: int, ends: date) -> Reading:
    """“12 to 20 Dec”: the first day is in the month of the last day."""
    if not 1 <= day <= ends.day:
        return Reading(None, reason="The first day is not clear. Choose it here.")
    return Reading("date", on=ends.replace(day=day))


def _one_day(said: str, asked: Frame) -> Pause:
    reading = read(said, asked)
    if reading.kind is None:
        return Pause(remark=_remark(reading, said))
    day = reading.on or reading.suggestion
    return Pause(day, None, _remark(reading, said) or "Until when? A pause always has an end.")


def _remark(reading: Reading, said: str) -> str | None:
    answer: Due | Unclear = reading.answer(said)
    return answer.reason if isinstance(answer, Unclear) else None
