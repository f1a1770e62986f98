"""When the next mention of a commitment comes, to whom, and why; or why none came on a given day.

Nothing is decided here: the rules that the planner asks about today are asked about other days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import history, notices
from store.commitments.attention import owner_heard, people_involved, said_before
from store.commitments.facts import item_of
from store.rules.calendar.brief_times import local_day, morning, morning_is_on
from store.rules.nudging import readers
from store.rules.nudging.decisions import MentionCase, PastMention, decide_mention
from store.rules.nudging.occasions import with_news
from store.rules.nudging.readers import Role
from store.rules.transitions import LIVE, NO_PROGRESS
from store.tables import Lane, Outbox, OutboxState, Person, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

    from store.rules.nudging.decisions import Reason
    from store.rules.nudging.occasions import Occasion
    from store.rules.nudging.readers import Away, CommitmentFacts, PersonFacts
    from store.tables import Commitment, Entry

# A mention that does not come within this time waits for a change of the commitment.
FARTHEST = timedelta(days=400)
# These verbs are no progress: see `touched_at`.
_NO_PROGRESS = NO_PROGRESS | {Verb.RECORD, Verb.REDACT}
_DATES = frozenset({"due_on", "quiet_until"})
_COLUMNS = _DATES | {"state", "owner_id", "blocker_id"}


@dataclass(frozen=True)
class MentionForecast:
    """The mention of a commitment to one person on their local `day`: the `occasion`, or None and `why` there is none.

    `role` is None where it is nothing to them that day. `said`: what they were told before. `away`: the absence
    they are in. `item` as it was or will be then. `heard`: the day has passed and they were told; `dropped`: why the
    brief of that day was not sent, where that is known. `joins`: a notice has yet to tell it, with others.
    """

    person: Person
    day: date
    role: Role | None
    item: CommitmentFacts
    occasion: Occasion | None
    why: Reason | None = None
    at: datetime | None = None
    said: tuple[PastMention, ...] = ()
    away: Away | None = None
    heard: bool = False
    dropped: str | None = None
    joins: bool = False


def coming(tx: Session, commitment: Commitment, now: datetime) -> list[MentionForecast]:
    """For everybody whom it concerns the next mention if nothing happens; or that none comes, and why."""
    item = item_of(tx, commitment, from_day=local_day(now, "UTC"))
    said = said_before(tx, [item], people_involved(item).values())
    people = _people(tx, people_involved(item))
    found = []
    for one in people_involved(item).values():
        start = _next_look(people[one.id], one, now)
        look = MentionCase(item, one, start, said.get((item.id, one.id), ()))
        look = replace(look, owner_heard=owner_heard(look, said))
        found.append(_next(look, people[one.id]))
    return _in_order(_with_news(tx, commitment, found, now))


def on_day(tx: Session, viewer: Person, commitment: Commitment, day: date, now: datetime) -> list[MentionForecast]:
    """For everybody whom it concerns what they hear of it on their local `day`, or heard if that has passed.

    Nobody, if it had ended by then.
    """
    owner = item_of(tx, commitment, from_day=day).owner
    before = _as_it_was(
        commitment, history.entries(tx, viewer, commitment), min(morning(day, owner.work_schedule), now)
    )
    if before.get("state", commitment.state) not in LIVE:
        return []
    item = item_of(tx, commitment, from_day=day, **before)
    said = said_before(tx, [item], people_involved(item).values())
    people = _people(tx, people_involved(item))
    found = []
    for one in people_involved(item).values():
        told = said.get((item.id, one.id), ())
        look = MentionCase(item, one, day, tuple(each for each in told if each.on < day))
        look = replace(look, owner_heard=owner_heard(look, said))
        outlook = _outlook(look, people[one.id])
        heard = next((each for each in sorted(told, key=lambda each: not each.occasion) if each.on == day), None)
        found.append(_looked_back(tx, outlook, heard, _next_look(people[one.id], one, now)))
    return _in_order(_with_news(tx, commitment, found, now, on=day))


def _next(look: MentionCase, person: Person) -> MentionForecast:
    """The first day from that of `look` on with a mention; the look itself if there is none."""
    days = _days_from(look.today)
    hears = next((day for day in _days_from(look.today) if look.item.owner.hears_on(day)), look.today)
    looks = (replace(look, today=day, owner_heard=look.owner_heard or day > hears) for day in days)
    return _outlook(next((each for each in looks if decide_mention(each).occasion), look), person)


def _days_from(first: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(FARTHEST.days))


def _with_news(
    tx: Session, commitment: Commitment, found: list[MentionForecast], now: datetime, *, on: date | None = None
) -> list[MentionForecast]:
    """The same where its owner has still to be told that it was given to them, with that: they hear it on their next
    morning at work, or soon, with what else there is to tell. With `on` only if it is that day.
    """
    row = notices.waits_for(tx, commitment)
    if row is None:
        return found
    tell = _as_joined if row.lane == Lane.HOUR else _as_news
    return [tell(one, now, on) if one.person.id == commitment.owner_id else one for one in found]


def _as_joined(outlook: MentionForecast, now: datetime, on: date | None) -> MentionForecast:
    day = local_day(now, outlook.item.owner.work_schedule.timezone)
    if on not in {None, day}:
        return outlook
    return replace(outlook, day=day, occasion=with_news(None), why=None, at=None, away=None, joins=True)


def _as_news(outlook: MentionForecast, now: datetime, on: date | None) -> MentionForecast:
    owner = outlook.item.owner
    start = _next_look(outlook.person, owner, now)
    days = (start + timedelta(days=n) for n in range(FARTHEST.days))
    day = next((one for one in days if owner.hears_on(one)), None)
    if day is None or on not in {None, day} or (outlook.occasion and outlook.day < day):
        return outlook
    also = outlook.occasion if outlook.day == day else None
    at = morning(day, owner.work_schedule)
    return replace(outlook, day=day, occasion=with_news(also), why=None, at=at, away=None)


def _outlook(look: MentionCase, person: Person) -> MentionForecast:
    verdict = decide_mention(look)
    at = morning(look.today, look.reader.work_schedule) if verdict.occasion else None
    role = readers.role_of(look.reader, look.item, look.today)
    away = look.reader.away_on(look.today)
    return MentionForecast(person, look.today, role, look.item, verdict.occasion, verdict.why, at, look.said, away)


def _looked_back(tx: Session, outlook: MentionForecast, heard: PastMention | None, next_look: date) -> MentionForecast:
    """The same where the day has been looked at, with what really came of it."""
    if heard is not None:
        return replace(outlook, occasion=heard.occasion, why=None, heard=True)
    person, day = outlook.person, outlook.day
    if outlook.occasion is None or day >= next_look:
        return outlook
    same = Outbox.workspace_id == person.workspace_id, Outbox.dedupe_key == notices.brief_of(person.id, day)
    row = tx.scalar(sa.select(Outbox).where(*same))
    if row is not None and row.state in {OutboxState.PENDING, OutboxState.SENDING}:
        return outlook
    return replace(outlook, dropped=_what_became_of(row))


def _what_became_of(row: Outbox | None) -> str:
    if row is None:
        return "no brief was planned on that morning"
    if row.state == OutboxState.SENT:
        return "there was no room for it in the brief, or it came up later that day"
    return row.last_error or "the brief was not sent"


def _next_look(person: Person, one: PersonFacts, now: datetime) -> date:
    """The local day of the next look at this person; where it is overdue, today or the day after."""
    if person.next_brief_at is not None and person.next_brief_at > now:
        return local_day(person.next_brief_at, one.work_schedule.timezone)
    today = local_day(now, one.work_schedule.timezone)
    return today if morning_is_on(now, one.work_schedule) else today + timedelta(days=1)


def _as_it_was(commitment: Commitment, entries: Iterable[Entry], moment: datetime) -> dict[str, Any]:
    """The values of the columns at `moment`, of those that have changed since."""
    found: dict[str, Any] = {}
    touched = None
    for entry in entries:
        if entry.at < moment and entry.verb not in _NO_PROGRESS:
            touched = entry.at
    for entry in reversed(list(entries)):
        if entry.at >= moment:
            found |= {name: _value(name, change[0]) for name, change in entry.changes.items() if name in _COLUMNS}
    return {**found, "touched_at": touched} if found or touched != commitment.touched_at else found


def _value(name: str, plain: Any) -> Any:  # noqa: ANN401  any column's value
    return date.fromisoformat(plain) if name in _DATES and plain is not None else plain


def _people(tx: Session, ids: Iterable[int]) -> dict[int, Person]:
    found = sa.select(Person).where(Person.id.in_(list(ids))).options(joinedload(Person.workspace))
    return {one.id: one for one in tx.scalars(found)}


def _in_order(found: list[MentionForecast]) -> list[MentionForecast]:
    """The owner first, then the other readers, the soonest mention first. People without a role are left out."""
    concerned = [one for one in found if one.role is not None or one.person.id == one.item.owner.id]
    return sorted(concerned, key=lambda one: (one.role != Role.OWNER, one.occasion is None, one.day, one.person.id))
