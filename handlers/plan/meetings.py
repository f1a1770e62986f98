"""Meetings: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.letters import views as letter_words
from handlers.plan.views import OneStep, Words
from handlers.slack import blocks as b
from handlers.slack.words import escape, short_date, shortened
from store import letters
from store.plan.meetings import SECTION, is_open_question
from store.tables import Held, Meeting, MeetingPerson

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from handlers.slack.refs import Ref
    from store.tables import Person, Stakeholder

# Letters on the page of a meeting.
_LETTERS = 5
# Names of each side in a line.
_MOST, _NAME = 4, 40
_HELD = OneStep("It was held", "state", Held.HELD)
_STATES = {Held.PLANNED: "planned", Held.NOT_HELD: "not held"}


def names_of(names: Sequence[str]) -> str:
    """“Dana Whitfield, Marcus Hale and 2 more”"""
    shown = ", ".join(shortened(name, _NAME) for name in names[:_MOST])
    return shown + (f" and {len(names) - _MOST:,} more" if len(names) > _MOST else "")


def of_one(row: Meeting, today: date) -> str:
    """A meeting in the list of one of its people: the day, and the line."""
    return "  ·  ".join([_day(row, today), *([escape(row.name)] if row.name else [])])


def _day(row: Meeting, today: date) -> str:
    asked = ":red_circle: was it held?" if is_open_question(row, today) else _STATES.get(row.state, "")
    return f"{short_date(row.day)}{f' ({asked})' if asked else ''}"


def _line(row: Meeting, today: date) -> str:
    theirs = escape(names_of([one.name for one in row.stakeholders]))
    ours = [one.name for one in row.colleagues]
    parts = [_day(row, today), f"*{theirs}*" + (f" with {escape(names_of(ours))}" if ours else "")]
    return "  ·  ".join([*parts, *([escape(row.name)] if row.name else [])])


def _buttons(_row: Meeting, ref: Ref) -> list[Element]:
    return [b.button("What was agreed …", ids.MEETING_AGREED, ref.encode()), letter_words.button(ref)]


def _more(tx: Session, viewer: Person, row: Meeting, _now: datetime) -> list[Block]:
    """The letters about the meeting that were sent."""
    return letter_words.sent(letters.sent_about(tx, viewer, row.subject_kind, row.id, size=_LETTERS), viewer)


def _first(person: Stakeholder | None, today: date) -> Meeting:
    people = [MeetingPerson(stakeholder=person)] if person is not None else []
    return Meeting(day=today, state=Held.HELD, people=people)


WORDS = Words(
    SECTION,
    empty="None yet. `/plan met Dana yesterday: they want the API by May` records one.",
    line=_line,
    plain=lambda row: row.name or f"Meeting on {short_date(row.day)}",
    buttons=_buttons,
    more=_more,
    steps=lambda row: (_HELD,) if row.state == Held.PLANNED else (),
    first=_first,
)
