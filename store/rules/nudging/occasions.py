"""The occasions on which a message mentions a subject, and the ladder: the steps that follow a due date. Pure.

Days are working days, counted from the last working day on or before the due date: a commitment that is due on a
day off is mentioned on the working day before. It is overdue from the next working morning on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.rules.calendar.working_days import WorkingDays

# Working days overdue, further and further apart: people mute a bot that reminds daily, and forget one reminder.
OVERDUE_STEPS = (1, 3, 7, 15, 30, 60, 90)
# After its last step a commitment waits for the account's review.
LAST_STEP = OVERDUE_STEPS[-1]
# The first mention comes within a week of the due date.
AHEAD = timedelta(days=7)
# A commitment due later than this gets no mention for its date. Holidays can move the mention some days earlier.
HORIZON = AHEAD + timedelta(days=14)
# A commitment due longer ago is not checked: it waits for its review, even if its owner works one day a week.
FORGOTTEN = timedelta(days=730)


class OccasionKind(StrEnum):
    """The kinds of occasions, by the words that the ledger keeps."""

    # The ladder: before, on and after the due date, for the owner or the stand-in.
    SOON, DAY_BEFORE, TODAY, OVERDUE = "soon", "eve", "today", "overdue"
    # Not on the ladder: in the summary of a week; after the end of a snooze; once a week while it is blocked.
    WEEK, SNOOZE_ENDED, BLOCKED = "week", "again", "blocked"
    # On the last morning before an absence in which the commitment falls due.
    BEFORE_ABSENCE = "leaving"
    # For other people: the account's lead at an escalation, the blocker, the person who must find a new owner.
    ESCALATED, BLOCKS_OTHERS, OWNER_LEFT = "escalated", "blocking", "unowned"
    # Some days before a day that needs time to prepare for.
    DAYS_BEFORE = "days before"
    # A person who is needed on that day is away.
    AWAY = "away on"
    # A new signal at an account that the reader leads; once a week, an account that the reader coaches and that is not
    # green.
    SIGNAL, COACHED = "signal", "coached"
    # A change since the last brief, of a commitment that the reader waits for.
    SINCE = "since"
    # A colleague's action alone.
    NEWS = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """The reason for a mention.

    `days`: how many working days overdue, or how many days before `on`, which is the day of its subject where that
    counts. The other fields are marks. `stands_in`: the reader stands in for the owner. `warns`: the mention says that
    the account's lead hears next. `ends`: it is the last one before the review. `has_news`: it comes together with a
    colleague's action that is new to the reader.
    """

    kind: OccasionKind
    days: int = 0
    on: date | None = None
    stands_in: bool = False
    warns: bool = False
    ends: bool = False
    has_news: bool = False

    @property
    def step(self) -> Occasion:
        """The occasion without its marks."""
        return Occasion(self.kind, self.days, self.on)

    @property
    def is_overdue(self) -> bool:
        return self.kind == OccasionKind.OVERDUE

    @property
    def is_last(self) -> bool:
        """Whether this mention is the last before the account's review."""
        return self.ends or (self.is_overdue and self.days == LAST_STEP)

    @property
    def shows_escalation(self) -> bool:
        """Whether the mention also says that the account's lead will hear, or has heard."""
        return self.warns or self.is_overdue or self.kind == OccasionKind.WEEK

    def encode(self) -> str:
        """The text that the ledger keeps: "soon", "for:overdue-3:warned", "60 days before 2027-01-29", "away on …",
        "overdue-6 since 2026-12-17".
        """
        marks = (self.has_news, "new:"), (self.stands_in, "for:"), (self.ends, ":last"), (self.warns, ":warned")
        news, for_, last, warned = (text if is_set else "" for is_set, text in marks)
        if self.kind == OccasionKind.DAYS_BEFORE:
            step = f"{self.days} {self.kind} {self.on}"
        elif self.kind == OccasionKind.AWAY:
            step = f"{self.kind} {self.on}"
        else:
            step = f"{self.kind}-{self.days}" if self.days else self.kind
            step += f" since {self.on}" if self.on else ""
        return f"{news}{for_}{step}{last}{warned}"

    @classmethod
    def decode(cls, text: str) -> Occasion:
        """Read the text that `encode` made. ValueError for any other text."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no occasion")
        days, on, since = found["days"] or found["before"], found["on"], found["since"]
        dated = OccasionKind.AWAY if found["before"] is None else OccasionKind.DAYS_BEFORE
        return cls(
            dated if on else OccasionKind(found["kind"]),
            int(days or 0),
            date.fromisoformat(on or since) if on or since else None,
            stands_in=bool(found["stands_in"]),
            warns=bool(found["warns"]),
            ends=bool(found["ends"]),
            has_news=bool(found["has_news"]),
        )


_TEXT = re.compile(
    r"(?P<has_news>new:)?(?P<stands_in>for:)?"
    r"(?:(?:(?P<before>\d+) days before|away on) (?P<on>\d{4}-\d{2}-\d{2})"
    r"|(?P<kind>[a-z]*)(?:-(?P<days>\d+)(?: since (?P<since>\d{4}-\d{2}-\d{2}))?)?)"
    r"(?P<ends>:last)?(?P<warns>:warned)?",
    re.ASCII,
)
LAST = Occasion(OccasionKind.OVERDUE, LAST_STEP)


def with_news(occasion: Occasion | None) -> Occasion:
    """The occasion together with a colleague's action, or of that action alone."""
    return replace(occasion or Occasion(OccasionKind.NEWS), has_news=True)


def ladder(due_on: date, today: date, working_days: WorkingDays) -> Occasion | None:
    """The newest step that a commitment due on `due_on` has reached on working day `today`, or None.

    SOON, DAY_BEFORE (due on the next working day), TODAY, or OVERDUE with one of OVERDUE_STEPS.
    """
    effective = working_days.last_until(due_on)
    if today == effective:
        return Occasion(OccasionKind.TODAY)
    if today < effective:
        if working_days.next_after(today) == effective:
            return Occasion(OccasionKind.DAY_BEFORE)
        return Occasion(OccasionKind.SOON) if due_on - today <= AHEAD else None
    overdue = working_days.count_between(effective, today)
    reached = [step for step in OVERDUE_STEPS if step <= overdue]
    return Occasion(OccasionKind.OVERDUE, reached[-1]) if reached else None
