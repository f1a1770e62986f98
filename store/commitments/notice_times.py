"""The times at which a message may come to a person: their working hours, and the hour after the last notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store import notices, people
from store.commitments.facts import person_facts
from store.rules.calendar.brief_times import local_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Commitment, Outbox, Person


@dataclass(frozen=True)
class Wait:
    """Until when a notice waits, if no brief tells it before; `joins`: its reader is at work, and has just had another
    one, so that it comes with others that follow.
    """

    until: datetime
    joins: bool = False


def at_work(tx: Session, people: Sequence[Person], days: Mapping[int, date]) -> set[int]:
    """Ids of those among `people` (with their workspaces) who work on their local day `days[id]`, and are not away."""
    seen = person_facts(tx, people, from_day=min(days[one.id] for one in people)) if people else {}
    return {one.id for one in people if seen[one.id].hears_on(days[one.id])}


def may_hear(tx: Session, person: Person, now: datetime) -> bool:
    """Whether a notice may come to this person (with their workspace) at `now`: they are at work, in their hours."""
    return person_facts(tx, [person], from_day=local_day(now, person.zone))[person.id].hears_at(now)


def earliest_notice_time(
    tx: Session, person: Person, now: datetime, *, urgent: bool, notice: Outbox | None = None
) -> Wait | None:  # fmt: skip
    """None if a notice (that of the row, if there is one already) may come to this person (with their workspace) now;
    else when it goes by itself, if no brief tells it before. An `urgent` notice does not wait for the end of the hour
    after the last one.
    """
    one = person_facts(tx, [person], from_day=local_day(now, person.zone))[person.id]
    if not one.hears_at(now):
        return Wait(one.next_notice_time(now))
    until = None if urgent else notices.rests_until(tx, person, now, notice)
    if until is None:
        return None
    return Wait(until, joins=True) if one.hears_at(until) else Wait(one.next_notice_time(now))


def is_last_day_of(commitment: Commitment, person: Person, now: datetime) -> bool:
    """Whether today is this person's last working day (with their workspace) until it is due."""
    return people.working_days(person).last_until(commitment.due_on) == local_day(now, person.zone)
