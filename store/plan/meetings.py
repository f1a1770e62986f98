"""Meetings with the client's people: planned, held or not held. When we last met a person follows from them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from store.errors import BadInputError
from store.plan.section import Section, with_people
from store.plan.values import SHARING, Field, Kind
from store.scope import seen_by
from store.tables import Held, Meeting, MeetingPerson, Stakeholder

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from store.tables import Person

STATES = ((Held.HELD, "Held"), (Held.PLANNED, "Planned"), (Held.NOT_HELD, "Not held"))
# A day that is further in the past or in the future is a typing error.
_FARTHEST = timedelta(days=3653)


def _check(row: Meeting, changed: Collection[str], today: date) -> None:
    if not {"day", "state"} & set(changed):
        return
    if row.state == Held.HELD and row.day > today:
        raise BadInputError("That day has not come yet. Choose “Planned”, or another day.", field="day")
    if abs(row.day - today) > _FARTHEST:
        raise BadInputError("That is more than ten years away. Choose a nearer day.", field="day")


def is_open_question(row: Meeting, today: date) -> bool:
    """Whether the day of a planned meeting has passed: was it held?"""
    return row.archived_at is None and row.state == Held.PLANNED and row.day < today


def _order(row: Meeting, today: date) -> tuple[bool, int, int]:
    """The coming ones first, the next one at the top; then the past ones, the latest first."""
    coming = row.state == Held.PLANNED and row.day >= today
    return not coming, (row.day - today).days if coming else (today - row.day).days, -row.id


SECTION = Section(
    Meeting,
    title="Meetings",
    noun="meeting",
    fields=(
        Field("stakeholder_ids", "Who of theirs", Kind.STAKEHOLDERS, required=True),
        Field("day", "Day", Kind.DAY, required=True),
        Field("state", "Was it held?", Kind.CHOICE, required=True, choices=STATES),
        Field("name", "In one line", Kind.LINE, hint="How it went, or what it is about."),
        Field("colleague_ids", "Who of ours", Kind.PEOPLE),
        SHARING,
        Field("note", "Note", Kind.TEXT, internal=True),
    ),
    check=_check,
    order=_order,
    options=(
        selectinload(Meeting.people).options(
            joinedload(MeetingPerson.stakeholder).load_only(Stakeholder.name), joinedload(MeetingPerson.person)
        ),
    ),
)  # fmt: skip

# The day of the last meeting with a stakeholder, as a scalar of a query of stakeholders.
LAST_MET = (
    sa.select(sa.func.max(Meeting.day))
    .join(MeetingPerson, MeetingPerson.meeting_id == Meeting.id)
    .where(
        MeetingPerson.stakeholder_id == Stakeholder.id, Meeting.state == Held.HELD, Meeting.archived_at.is_(None)
    )
    .correlate(Stakeholder)
    .scalar_subquery()
)  # fmt: skip


def with_person(tx: Session, viewer: Person, person: Stakeholder, *, size: int) -> list[Meeting]:
    """The latest meetings with a stakeholder, the newest first."""
    there = sa.select(MeetingPerson.meeting_id).where(MeetingPerson.stakeholder_id == person.id)
    which = seen_by(Meeting, viewer), Meeting.id.in_(there), Meeting.archived_at.is_(None)
    query = with_people(SECTION).where(*which).order_by(Meeting.day.desc(), Meeting.id.desc())
    return list(tx.scalars(query.limit(size)))
