"""What a phrase turned out to mean, and how that is said to a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from store.rules.text import clean, quoted

if TYPE_CHECKING:
    from datetime import date

    from store.rules.phrases.frame import Frame

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
# Stands in a reason for the quoted phrase, which only the caller of a rule knows.
SAID = "“”"
_QUOTED = 60

# How a phrase was understood, whether or not it gave one day. "bare" is a number or a duration that may as
# well measure something else; "unknown" is no date at all.
Kind = Literal["day", "weekday", "date", "number", "duration", "period", "quarter", "month", "vague", "bare"]


@dataclass(frozen=True, slots=True)
class Due:
    """The phrase means this one day and no other."""

    on: date


@dataclass(frozen=True, slots=True)
class Unclear:
    """The phrase means no single day. `suggestion` may prefill a date picker and is never taken silently.

    `reason` is one or two sentences for a person; it quotes their words as plain text.
    """

    phrase: str
    reason: str
    suggestion: date | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One rule's answer: a day, or the reason why there is none. `kind` None: this is no date at all."""

    kind: Kind | None
    on: date | None = None
    reason: str = ""
    suggestion: date | None = None

    def answer(self, phrase: str) -> Due | Unclear:
        if self.on is not None:
            return Due(self.on)
        reason = self.reason.replace(SAID, quoted(_shown(phrase)), 1)
        return Unclear(phrase=phrase, reason=reason, suggestion=self.suggestion)


NOT_A_DATE = Reading(kind=None, reason=f"{SAID} is not a date that can be read here. Please pick one.")


def _shown(phrase: str) -> str:
    shown = clean(phrase[: 2 * _QUOTED])
    return shown if len(shown) <= _QUOTED else shown[: _QUOTED - 1].rstrip() + "…"


def spell(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def spell_with_weekday(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {spell(day)}"


def settle(day: date, frame: Frame, kind: Kind) -> Reading:
    """Take `day`, unless it has passed or lies further ahead than anybody promises."""
    if day < frame.today:
        return Reading(kind, reason=f"{spell(day)} has already passed.")
    if day > frame.last:
        return Reading(kind, reason=f"{spell(day)} is more than two years away.")
    return Reading(kind, on=day)


def unclear(reason: str, frame: Frame, kind: Kind, suggestion: date | None = None) -> Reading:
    """Refuse, and suggest a day if it is one that may be taken at all."""
    fits = suggestion is not None and frame.today <= suggestion <= frame.last
    return Reading(kind, reason=reason, suggestion=suggestion if fits else None)


def did_you_mean(reason: str, frame: Frame, kind: Kind, suggestion: date | None) -> Reading:
    """Refuse with the question that the suggestion answers."""
    reading = unclear(reason, frame, kind, suggestion)
    if reading.suggestion is None:
        return reading
    return replace(reading, reason=f"{reason} Did you mean {spell(reading.suggestion)}?")
