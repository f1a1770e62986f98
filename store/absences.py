"""Absences: the days on which a person is away, and the delegate who hears what is overdue or falls due.

An absence always has an end. If two overlap, the newer counts, and the older keeps its other days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import notices, outbox, people
from store.errors import BadInputError
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import DAY
from store.rules.statuses import Status, is_away, last_day
from store.scope import seen_by
from store.tables import Absence, AbsenceSource, OutboxKind, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Details, Outbox, Workspace

# The longest absence. For a longer one a person should hand their accounts over.
LONGEST = timedelta(days=365)
# An absence begins at most so far in the future; a later day is probably a typing error.
FARTHEST = timedelta(days=365)
# The reference (see `reference`) that stands for no absence.
NONE = (0, 0)


class Withdrawal(StrEnum):
    """Why the notice to a delegate holds no longer. The notice keeps it among its details."""

    BACK = "back"
    CALLED_OFF = "called off"
    OTHER_DAYS = "other days"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class AbsenceSet:
    """The result of `set_absence`. `replaced`: the (first, last) days of older absences that overlapped with it.

    `delegate_away`: the delegate's own absence that overlaps with it; None if there is none.
    """

    absence: Absence
    replaced: tuple[tuple[date, date], ...] = ()
    delegate_away: Absence | None = None


# ---- questions -----------------------------------------------------------------------------------------

# Built once, because every brief needs this query.
_LASTING = (
    sa.select(Absence)
    .where(
        Absence.person_id.in_(sa.bindparam("people", expanding=True)),
        Absence.last_day >= sa.bindparam("from_day", type_=sa.Date),
    )
    .options(joinedload(Absence.delegate))
    .order_by(Absence.first_day, Absence.id)
)


def of_people(tx: Session, person_ids: Iterable[int], *, from_day: date) -> list[Absence]:
    """The absences of these people that end on `from_day` or later, by first day, with their delegates."""
    ids = list(person_ids)
    found: list[Absence] = []
    for start in range(0, len(ids), 500):
        found += tx.scalars(_LASTING, {"people": ids[start : start + 500], "from_day": from_day})
    return found


def coming(tx: Session, person: Person, *, today: date) -> Absence | None:
    """This person's absence on their local day `today`, else their next absence; None if there is none."""
    return next(iter(of_people(tx, [person.id], from_day=today)), None)


def delegate_on(tx: Session, person: Person, day: date) -> Person | None:
    """The delegate of this person's absence on that local day; None if they named none, or nobody who is there."""
    found = coming(tx, person, today=day)
    if found is None or found.first_day > day or found.delegate is None or people.outside(found.delegate) is not None:
        return None
    theirs = coming(tx, found.delegate, today=day)
    return None if theirs is not None and theirs.first_day <= day else found.delegate


def stood_in_for_now(tx: Session, viewer: Person, owners: Iterable[Person], now: datetime) -> set[int]:
    """Ids of those among `owners` who are away now, on their own local day, with `viewer` as their delegate."""
    of_viewer = seen_by(Absence, viewer), Absence.delegate_id == viewer.id
    # No local day is further from that of another zone.
    around = Absence.first_day <= now.date() + DAY, Absence.last_day >= now.date() - DAY
    found = tx.execute(sa.select(Absence.person_id, Absence.first_day, Absence.last_day).where(*of_viewer, *around))
    days = {one.id: local_day(now, one.zone) for one in owners}
    return {person_id for person_id, first, last in found if person_id in days and first <= days[person_id] <= last}


def stood_in_for(tx: Session, viewer: Person, *, today: date) -> list[Absence]:
    """The absences on the viewer's local day `today` whose delegate the viewer is, with the persons who are away."""
    of_viewer = seen_by(Absence, viewer), Absence.delegate_id == viewer.id
    now = Absence.first_day <= today, Absence.last_day >= today
    query = sa.select(Absence).where(*of_viewer, *now).options(joinedload(Absence.person)).order_by(Absence.last_day)
    return list(tx.scalars(query))


def get(tx: Session, viewer: Person, name: tuple[int, int]) -> Absence | None:
    """The viewer's own absence of that `reference`; None if it is gone or belongs to another person."""
    found = tx.scalar(
        sa.select(Absence)
        .where(seen_by(Absence, viewer), Absence.person_id == viewer.id, Absence.id == name[0])
        .options(joinedload(Absence.delegate))
    )
    return found if found is not None and reference(found) == name else None


def reference(absence: Absence) -> tuple[int, int]:
    """The name of an absence: its id, and the second in which it was set. SQLite uses the id of a deleted row again."""
    return absence.id, int(absence.created_at.timestamp())


def as_told(tx: Session, reader: Person, notice: Outbox) -> Absence | None:
    """The absence of which this notice tells, with its person; None if `reader` is not its delegate any more."""
    return tx.scalar(
        sa.select(Absence)
        .where(seen_by(Absence, reader), Absence.delegate_id == reader.id, Absence.id == notice.absence_id)
        .options(joinedload(Absence.person), joinedload(Absence.delegate))
    )


def withdrawal(notice: Outbox) -> Withdrawal:
    """Why this notice holds no longer. Without a step of the absent person their absence has come to its end."""
    return Withdrawal(str(notice.details.get("withdrawn", Withdrawal.BACK)))


# ---- absences that people set ---------------------------------------------------------------------------------------


def set_absence(
    tx: Session,
    viewer: Person,
    first: date,
    last: date,
    delegate_id: str | None,
    *,
    now: datetime,
    instead_of: tuple[int, int] = NONE,
) -> AbsenceSet:
    """Store an absence of the viewer from `first` to `last`, both included, in place of the absence `instead_of`.

    `delegate_id` is the delegate's Slack id; the delegate gets a notice. The same absence a second time changes
    nothing. BadInputError at first_day, last_day or delegate.
    """
    today = local_day(now, viewer.zone)
    _lock(tx, viewer)
    before = get(tx, viewer, instead_of)
    _check_days(first, last, today, begun=before.first_day if before else None)
    delegate = _as_delegate(tx, viewer, delegate_id) if delegate_id else None
    old = of_people(tx, [viewer.id], from_day=min(first, today))
    same = next((one for one in old if _is_said(one, first, last, delegate)), None)
    if same is not None:
        return AbsenceSet(same, (), _meanwhile(tx, same))
    if before is not None:
        old = [one for one in old if one.id != before.id]
        _give_up(tx, before, first, today, _what_becomes_of(before, delegate), now)
    replaced = tuple((one.first_day, one.last_day) for one in old if one.first_day <= last and one.last_day >= first)
    for one in old:
        _make_room(tx, viewer, one, (first, last), _what_becomes_of(one, delegate), now)
    absence = Absence(
        workspace_id=viewer.workspace_id, person_id=viewer.id, first_day=first, last_day=last,
        delegate_id=delegate.id if delegate else None, source=AbsenceSource.PERSON, created_at=now,
    )  # fmt: skip
    tx.add(absence)
    tx.flush()
    absence.delegate = delegate
    _tell(tx, viewer, absence, delegate, now)
    _redraw(tx, viewer.workspace_id, viewer.id, now)
    return AbsenceSet(absence, replaced, _meanwhile(tx, absence))


def end(tx: Session, viewer: Person, *, now: datetime, name: tuple[int, int] = NONE) -> Absence | None:
    """End an absence of the viewer, who is back today or will not be away. Returns it; None if there is none.

    Without a `name` (a `reference`) the viewer's absence of today ends.
    """
    today = local_day(now, viewer.zone)
    _lock(tx, viewer)
    ended = coming(tx, viewer, today=today) if name == NONE else get(tx, viewer, name)
    if ended is None or ended.last_day < today or (name == NONE and ended.first_day > today):
        return None
    _end(tx, ended, today, now)
    _redraw(tx, viewer.workspace_id, viewer.id, now)
    return ended


# ---- absences from Slack statuses -------------------------------------------------------------------------------


def sync_from_status(tx: Session, workspace: Workspace, statuses: Mapping[str, Status], *, now: datetime) -> None:
    """Set absences from these statuses (by Slack id), if the workspace wants that. A cleared status ends its absence.

    An absence that a person has set here counts for more than a status, and is not changed.
    """
    if not workspace.honours_status:
        return
    known = people.by_slack_ids(tx, workspace, statuses)
    days = {person.id: local_day(now, person.zone) for person in known}
    absences = of_people(tx, days, from_day=min(days.values())) if days else []
    for person in known:
        today = days[person.id]
        own = [one for one in absences if one.person_id == person.id and one.last_day >= today]
        _sync_from_status(tx, person, statuses[person.slack_id], own, today, now)
    tx.flush()


def forget_statuses(tx: Session, workspace_id: int, *, now: datetime) -> None:
    """End all absences that came from a status: the workspace has switched that off."""
    found = tx.scalars(
        sa.select(Absence)
        .where(Absence.workspace_id == workspace_id, Absence.source == AbsenceSource.STATUS)
        .options(joinedload(Absence.person))
    )
    for one in found.all():
        today = local_day(now, one.person.zone)
        if one.last_day >= today:
            _end(tx, one, today, now)
            _redraw(tx, workspace_id, one.person_id, now)


def _sync_from_status(
    tx: Session, person: Person, status: Status, own: list[Absence], today: date, now: datetime
) -> None:
    by_status = next((one for one in own if one.source == AbsenceSource.STATUS), None)
    said = [one for one in own if one.source == AbsenceSource.PERSON]
    if not is_away(status) or not people.is_here(person) or any(one.first_day <= today for one in said):
        if by_status is not None:
            _end(tx, by_status, today, now)
            _redraw(tx, person.workspace_id, person.id, now)
        return
    until = min([last_day(status, today, person.zone, now), today + LONGEST, *(one.first_day - DAY for one in said)])
    if by_status is None:
        tx.add(Absence(
            workspace_id=person.workspace_id, person_id=person.id, first_day=today, last_day=until,
            source=AbsenceSource.STATUS, created_at=now,
        ))  # fmt: skip
        _redraw(tx, person.workspace_id, person.id, now)
    elif by_status.last_day != until:
        by_status.last_day = until
        _redraw(tx, person.workspace_id, person.id, now)


# ---- the parts -----------------------------------------------------------------------------------------------


def _lock(tx: Session, viewer: Person) -> None:
    """Lock the person, so that two of their forms sent at once run one after the other."""
    tx.execute(sa.select(Person.id).where(Person.id == viewer.id).with_for_update(key_share=True))


def _check_days(first: date, last: date, today: date, *, begun: date | None) -> None:
    if last < first:
        raise BadInputError("That is before the first day. Choose the last day that you are away.", field="last_day")
    if first < today and first != begun:
        raise BadInputError("That day has already passed. Choose today or a later day.", field="first_day")
    if last < today:
        raise BadInputError("That day has already passed. “I'm back” ends an absence.", field="last_day")
    if first > today + FARTHEST:
        raise BadInputError("That is more than a year ahead. Choose an earlier day.", field="first_day")
    if last - first > LONGEST:
        raise BadInputError(
            "That is longer than a year. For so long, hand your commitments over; or choose an earlier day.",
            field="last_day",
        )


def _as_delegate(tx: Session, viewer: Person, slack_id: str) -> Person:
    found = people.by_slack_ids(tx, viewer.workspace, [slack_id])
    words = None
    if not found:
        words = "I don't know that person in this workspace."
    elif found[0].id == viewer.id:
        words = "That is you, and you are away."
    elif (why := people.outside(found[0])) is not None:
        words = f"{found[0].name} {why}."
    if words:
        raise BadInputError(f"{words} Choose a colleague, or leave it empty.", field="delegate")
    return found[0]


def _is_said(one: Absence, first: date, last: date, delegate: Person | None) -> bool:
    return (one.first_day, one.last_day, one.delegate_id, one.source) == (
        first, last, delegate.id if delegate else None, AbsenceSource.PERSON,
    )  # fmt: skip


def _what_becomes_of(before: Absence, delegate: Person | None) -> Withdrawal:
    """Return what to tell the delegate of the earlier absence: the absence in its place has this delegate."""
    same = delegate is not None and delegate.id == before.delegate_id
    return Withdrawal.OTHER_DAYS if same else Withdrawal.NOT_ASKED


def _give_up(tx: Session, before: Absence, first: date, today: date, why: Withdrawal, now: datetime) -> None:
    """Remove this absence in favour of another one. Past days of the absence stay."""
    if before.first_day >= today or first <= before.first_day:
        tx.delete(before)
    else:
        before.last_day = min(before.last_day, today - DAY)
    tx.flush()
    _renew(tx, before, why, now)


def _make_room(
    tx: Session, viewer: Person, old: Absence, days: tuple[date, date], why: Withdrawal, now: datetime
) -> None:
    """Remove these days, first to last, from an older absence."""
    first, last = days
    if old.last_day < first or old.first_day > last:
        return
    if old.last_day > last and old.source == AbsenceSource.PERSON:
        rest = Absence(
            workspace_id=old.workspace_id, person_id=old.person_id, first_day=last + DAY, last_day=old.last_day,
            delegate_id=old.delegate_id, source=old.source, created_at=old.created_at,
        )  # fmt: skip
        tx.add(rest)
        tx.flush()
        _tell(tx, viewer, rest, old.delegate, now)
        why = Withdrawal.OTHER_DAYS
    if old.first_day < first:
        old.last_day = first - DAY
    else:
        tx.delete(old)
    tx.flush()
    _renew(tx, old, why, now)


def _end(tx: Session, absence: Absence, today: date, now: datetime) -> None:
    if absence.first_day <= today <= absence.last_day:
        # The notices of these days wait for the person's return, which is now.
        notices.release_now(tx, absence.person_id, now)
    why = Withdrawal.BACK
    if absence.first_day >= today:
        tx.delete(absence)
        why = Withdrawal.CALLED_OFF
    else:
        absence.last_day = today - DAY
    tx.flush()
    _renew(tx, absence, why, now)


def _renew(tx: Session, absence: Absence, why: Withdrawal, now: datetime) -> None:
    """Update the delegate's notice about this absence, which says `why` once it holds no longer, and their Home tab."""
    if absence.delegate_id is not None:
        details: Details = {"withdrawn": why.value}
        outbox.request_update(tx, absence.workspace_id, _key(absence), now, details=details)
        _redraw(tx, absence.workspace_id, absence.delegate_id, now)


def _meanwhile(tx: Session, absence: Absence) -> Absence | None:
    """The delegate's own absence that overlaps with this one; None if there is none."""
    if absence.delegate_id is None:
        return None
    theirs = of_people(tx, [absence.delegate_id], from_day=absence.first_day)
    return next((one for one in theirs if one.first_day <= absence.last_day), None)


def _key(absence: Absence) -> str:
    """The key of the notice to the delegate. SQLite uses the id of a deleted row again, so it is not enough."""
    return f"{OutboxKind.DELEGATED}:{absence.id}:{absence.created_at.isoformat()}"


def _tell(tx: Session, viewer: Person, absence: Absence, delegate: Person | None, now: datetime) -> None:
    if delegate is not None:
        outbox.enqueue(
            tx, workspace_id=viewer.workspace_id, key=_key(absence), kind=OutboxKind.DELEGATED, now=now,
            person=delegate, absence_id=absence.id, actor_id=viewer.id,
        )  # fmt: skip
        _redraw(tx, viewer.workspace_id, delegate.id, now)


def _redraw(tx: Session, workspace_id: int, person_id: int, now: datetime) -> None:
    """Request an update of the person's Home tab."""
    outbox.mark_homes(tx, workspace_id, {person_id}, now)
