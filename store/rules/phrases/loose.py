"""What the grammar does not know, asked of dateparser on a short leash.

dateparser knows spellings of months that we do not list. It also turns "15.12." into a time today, "Q4 2026"
into today and "3 weeks from today" into the past; so it is asked only for a phrase with exactly one day
number and a name, may use neither relative nor time parsers, and must give the same day and month whatever
day it believes to be today. The year is ours to decide.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from store.rules.phrases.dates import dated, undated
from store.rules.phrases.tokens import plain
from store.rules.phrases.words import LANGUAGES, vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from store.rules.phrases.answers import Reading
    from store.rules.phrases.frame import Frame

_SHAPE = re.compile(
    r"(?P<d1>[0-9]{1,2})(?:st|nd|rd|th|\.)?,? (?P<w1>[^\W\d_]{3,12})\.?(?:,? (?P<y1>[0-9]{4}))?"
    r"|(?P<w2>[^\W\d_]{3,12})\.? (?P<d2>[0-9]{1,2})(?:st|nd|rd|th)?(?:,? (?P<y2>[0-9]{4}))?"
)
_HEAD = re.compile(r"(?:by|due|until|till|on|the|bis|zum|am|den|pour|le|para|hasta|el)[: ]+")
# Far enough from the first base to change month, day and year.
_ELSEWHERE = timedelta(days=417)
# The library keeps its language tables and settings in module state.
_ONE_AT_A_TIME = Lock()


@cache
def _library() -> Callable[..., datetime | None]:
    # Imported at the first phrase that needs it: its tables cost a quarter of a second and 17 MB.
    import dateparser  # noqa: PLC0415 see above

    parse: Callable[..., datetime | None] = dateparser.parse
    return parse


def read(phrase: str, frame: Frame) -> Reading | None:
    """A day and the name of its month, in a spelling unknown to the grammar; None if it is anything else."""
    found = _SHAPE.fullmatch(_HEAD.sub("", plain(phrase), count=2))
    if found is None:
        return None
    word, day = found["w1"] or found["w2"], found["d1"] or found["d2"]
    if word in vocabulary(frame.language):
        return None
    month = _month(f"{day} {word}", int(day), frame)
    if month is None:
        return None
    year = found["y1"] or found["y2"]
    return dated(int(year), month, int(day), frame) if year else undated(month, int(day), frame)


def _month(text: str, day: int, frame: Frame) -> int | None:
    languages = [frame.language, "en"] if frame.language in LANGUAGES else ["en"]
    answers = {_ask(text, base, languages) for base in (frame.today, frame.today - _ELSEWHERE)}
    answer = answers.pop()
    if answers or answer is None or answer[1] != day:
        return None
    return answer[0]


def _ask(text: str, today: date, languages: list[str]) -> tuple[int, int] | None:
    settings: dict[str, Any] = {
        "RELATIVE_BASE": datetime(today.year, today.month, today.day),  # noqa: DTZ001 dateparser counts in local time
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "MDY" if languages[0] == "en" else "DMY",
        "REQUIRE_PARTS": ["day", "month"],
        "PARSERS": ["absolute-time"],
        # Without one it asks the machine for its zone.
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    try:
        with _ONE_AT_A_TIME:
            answer = _library()(text, languages=languages, settings=settings)
    except Exception:  # noqa: BLE001 whatever a foreign parser stumbles over, the person gets a date picker
        return None
    return None if answer is None else (answer.month, answer.day)
