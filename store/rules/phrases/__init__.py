"""What people mean by "Friday", "EOQ" or "4. Dezember": a day, or the reason why it is none.

A small grammar reads it and refuses what it is not sure of; everything else is for the date picker. A date that is
not meant costs more than a question.
Pure: `today` is the person's local date.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from store.rules.phrases import grammar
from store.rules.phrases.answers import NOT_A_DATE, Due, Reading, Unclear
from store.rules.phrases.frame import Frame, frame
from store.rules.phrases.tokens import LONGEST, code

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Due", "Frame", "Reading", "Unclear", "frame", "read", "read_due"]

_MONDAY_TO_FRIDAY = frozenset({0, 1, 2, 3, 4})


def read_due(
    phrase: str,
    *,
    today: date,
    locale: str = "en-US",
    working_week: frozenset[int] = _MONDAY_TO_FRIDAY,
    fiscal_year_start: int = 1,
) -> Due | Unclear:
    """Read a due date in English, German, French or Spanish.

    `today` is the person's local date, `working_week` holds weekdays (Monday 0 … Sunday 6) and
    `fiscal_year_start` a month (1 … 12); ValueError if those two are impossible, never for a phrase.
    A `Due` lies between today and two years from today. Public holidays are not looked at.
    """
    reading = read(phrase, frame(today, locale, frozenset(working_week), fiscal_year_start))
    return reading.answer(phrase.strip())


@lru_cache(maxsize=1024)  # of a day's dates most are "Friday" and "tomorrow"
def read(phrase: str, asked: Frame) -> Reading:
    """`read_due` with the kind of the answer kept."""
    if len(phrase) > 4 * LONGEST or not phrase.strip():
        return NOT_A_DATE
    return grammar.read(code(phrase, asked), asked) or NOT_A_DATE
