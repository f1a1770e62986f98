"""The answers to a phrase: a day or a reason for the person, and the kind of the phrase."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from store.rules.text import clean, quoted

if TYPE_CHECKING:
    from datetime import date

    from store.dates.frame import Frame

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# The place of the quoted phrase in a reason: a rule does not know the phrase, only its caller does.
SAID = "“”"
_QUOTED = 60

# The form in which a phrase was understood, with or without a day as its answer. "bare" is a number or a duration
# that may also measure another thing. A phrase that is no date has no kind.
Kind = Literal["day", "weekday", "date", "number", "duration", "period", "quarter", "month", "vague", "bare"]


@dataclass(frozen=True, slots=True)
class Due:
    """The phrase means this one day and no other."""

    on: date


@dataclass(frozen=True, slots=True)
class Unclear:
    """The phrase means no single day. `suggestion` may prefill a date picker; it is never used without the person.

    `reason` is one or two sentences for a person, and may quote the phrase as plain text. `orders`: the day if the
    month is first, and the day if the day is first, if only the order of the figures is open.
    """

    phrase: str
    reason: str
    suggestion: date | None
    orders: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer of one rule: a day, or the reason why there is none. `kind` is None if the phrase is no date.

    `hour`: the phrase names an hour as well, which a due date does not keep. `orders`: as in Unclear.
    """

    kind: Kind | None
    on: date | None = None
    reason: str = ""
    suggestion: date | None = None
    hour: bool = False
    orders: tuple[date, date] | None = None

    def answer(self, phrase: str) -> Due | Unclear:
        if self.on is not None:
            return Due(self.on)
        reason = self.reason.replace(SAID, quoted(_shown(phrase)), 1)
        return Unclear(phrase=phrase, reason=reason, suggestion=self.suggestion, orders=self.orders)


NOT_A_DATE = Reading(kind=None, reason=f"{SAID} is not a date that can be read here. Please pick one.")


def _shown(phrase: str) -> str:
    shown = clean(phrase[: 2 * _QUOTED])
    return shown if len(shown) <= _QUOTED else shown[: _QUOTED - 1].rstrip() + "…"


def spell(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def spell_with_weekday(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {spell(day)}"


def settle(day: date, frame: Frame, kind: Kind) -> Reading:
    """Answer with `day`, unless it has passed or is more than two years away."""
    if day < frame.today:
        return Reading(kind, reason=f"{spell(day)} has already passed.")
    if day > frame.last:
        return Reading(kind, reason=f"{spell(day)} is more than two years away.")
    return Reading(kind, on=day)


def unclear(reason: str, frame: Frame, kind: Kind, suggestion: date | None = None) -> Reading:
    """Refuse, with `suggestion` if that day is neither past nor more than two years away."""
    fits = suggestion is not None and frame.today <= suggestion <= frame.last
    return Reading(kind, reason=reason, suggestion=suggestion if fits else None)


def did_you_mean(reason: str, frame: Frame, kind: Kind, suggestion: date | None) -> Reading:
    """Refuse like `unclear`, and ask "Did you mean …?" if there is a suggestion."""
    reading = unclear(reason, frame, kind, suggestion)
    if reading.suggestion is None:
        return reading
    return replace(reading, reason=f"{reason} Did you mean {spell(reading.suggestion)}?")
