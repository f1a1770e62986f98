"""The due date in a phrase such as "Friday", "EOQ" or "4. Dezember": a day, or the reason why there is none.

A small grammar reads the phrase. It refuses a phrase that is not certain, and the person then uses the date picker: a
wrong date costs more than a question.
Pure: `today` is the person's local date.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from store.dates import grammar
from store.dates.answers import NOT_A_DATE, Due, Reading, Unclear
from store.dates.frame import Frame, frame
from store.dates.tokens import LONGEST, code

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
    `fiscal_year_start` is a month (1 … 12). Impossible values of these two raise ValueError; a phrase never does.
    A `Due` lies between today and two years from today. Public holidays are ignored.
    """
    reading = read(phrase, frame(today, locale, frozenset(working_week), fiscal_year_start))
    return reading.answer(phrase.strip())


@lru_cache(maxsize=1024)  # most phrases of a day are "Friday" and "tomorrow"
def read(phrase: str, asked: Frame) -> Reading:
    """Like `read_due`, but the answer keeps its kind."""
    if len(phrase) > 4 * LONGEST or not phrase.strip():
        return NOT_A_DATE
    return grammar.read(code(phrase, asked), asked) or NOT_A_DATE
