"""Notices: rows of the outbox that tell one person of a change by a colleague or a client; and how they wait.

A notice that comes outside of its reader's hours waits for their next working morning. The brief of that morning takes
it: in the transaction that writes the brief's row the notice is settled as skipped, and names the brief
(`brief_id`). Only pending notices are taken, so nothing is told twice; a brief that is not sent releases its notices,
so nothing is lost.

A notice that follows another one within an hour waits for the end of that hour. If several wait by then, one message
tells them all: a bundle, which takes them as a brief does.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import outbox
from store.db import OUTBOX_CHANGED, UtcDateTime
from store.tables import Commitment, Lane, Outbox, OutboxKind, OutboxState, Person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.outbox.claiming import Claimed

KINDS = (
    OutboxKind.ASSIGNED, OutboxKind.HANDED_BACK, OutboxKind.CANCELLED, OutboxKind.DELEGATED, OutboxKind.TOLD,
    OutboxKind.PROPOSED,
)  # fmt: skip
TOLD, POINTLESS = "told in the brief", "it had settled itself before it could be told"
BUNDLED = "told together with others"
NO_BRIEF, NO_ROOM = "the message that had taken it came to nothing", "there was no room for it in the message"
# After a notice no other one comes to the same person for so long.
REST = timedelta(hours=1)


def brief_of(person_id: int, day: date) -> str:
    """The key of the brief to a person for their local `day`: unique for ever, so that none comes twice."""
    return f"{OutboxKind.BRIEF}:{person_id}:{day.isoformat()}"


def put_off(
    tx: Session, claimed: Claimed, row: Outbox, until: datetime, reason: str, *, tried: bool = False,
    joins: bool = False,
) -> bool:  # fmt: skip
    """Its reader is not at work: it waits until then, or for their brief. Meanwhile others may overtake it. `tried`: it
    was sent, and Slack refused it. `joins`: its reader is at work, and has just had another one.
    """
    if not outbox.postpone(tx, claimed, until=until, error=reason, whole_workspace=False):
        return False
    if claimed.unknown_since is None and row.person_id:
        first_try = {} if tried else {"first_try_at": None}
        lane = Lane.HOUR if joins else Lane.BRIEF
        tx.execute(sa.update(Outbox).where(Outbox.id == row.id).values(lane=lane, **first_try))
    return True


def has_waited(row: Outbox) -> bool:
    """Whether it was put off before, or a brief or a bundle gave it back."""
    return row.lane != Lane.TURN


def rests_until(tx: Session, person: Person, now: datetime, besides: Outbox | None = None) -> datetime | None:
    """The end of the hour after the last notice or bundle that this person got, or is getting; None if it is over.

    `besides` is the notice that asks. Of two that are being sent at the same moment the later one waits.
    """
    theirs = Outbox.person_id == person.id, Outbox.kind.in_((OutboxKind.BUNDLE, *KINDS))
    earlier: sa.ColumnElement[bool] = sa.true()
    if besides is not None and besides.first_try_at is not None:
        at = besides.first_try_at
        earlier = sa.or_(Outbox.first_try_at < at, sa.and_(Outbox.first_try_at == at, Outbox.id < besides.id))
    on_its_way = sa.or_(
        sa.and_(Outbox.kind == OutboxKind.BUNDLE, Outbox.state == OutboxState.PENDING),
        sa.and_(Outbox.state == OutboxState.SENDING, earlier, Outbox.id != (besides.id if besides is not None else 0)),
    )
    if tx.scalar(sa.select(sa.exists().where(*theirs, Outbox.not_before.is_not(None), on_its_way))):
        return now + REST
    newest = sa.func.max(Outbox.settled_at, type_=UtcDateTime())
    # By a clock that was wrong, and set right since, it may lie ahead.
    within = Outbox.settled_at > now - REST, Outbox.settled_at < now + outbox.GRACE
    last = tx.scalar(sa.select(newest).where(*theirs, *within, Outbox.state == OutboxState.SENT))
    return None if last is None else last + REST


def waiting(tx: Session, people: Iterable[int]) -> dict[int, list[Outbox]]:
    """The notices that wait for each of these people, oldest first, locked for this transaction. Notices that a courier
    is sending, or that are undecided, are not among them.
    """
    found = tx.scalars(
        sa.select(Outbox)
        .where(
            Outbox.recipient.in_([outbox.recipient(person_id) for person_id in people]),
            Outbox.not_before.is_not(None),
            Outbox.state == OutboxState.PENDING,
            Outbox.kind.in_(KINDS),
        )
        .order_by(Outbox.id)
        .with_for_update(skip_locked=True)
    )
    waits: defaultdict[int, list[Outbox]] = defaultdict(list)
    for row in found:
        if row.person_id is not None:
            waits[row.person_id].append(row)
    return dict(waits)


def waits_for(tx: Session, commitment: Commitment) -> Outbox | None:
    """The notice that has yet to tell its owner that it was given to them."""
    found = tx.scalars(
        sa.select(Outbox).where(
            Outbox.recipient == outbox.recipient(commitment.owner_id),
            Outbox.not_before.is_not(None),
            Outbox.state == OutboxState.PENDING,
            Outbox.kind.in_((OutboxKind.ASSIGNED, OutboxKind.HANDED_BACK)),
            Outbox.commitment_id == commitment.id,
        )
    )
    return found.first()


def bundle(tx: Session, first: Outbox, day: date, now: datetime) -> bool:
    """Write one message that tells this notice, which may go now, and all that wait for the same person; `day` is
    theirs. False if it is the only one, or if the hour of none of them is over.

    A notice that an earlier message released goes by itself: perhaps it was at fault.
    """
    person = first.person
    if person is None or first.lane == Lane.ALONE:
        return False
    others = waiting(tx, [person.id]).get(person.id, [])
    rows = [one for one in others if one.lane != Lane.ALONE and one.id != first.id]
    is_over = has_waited(first) or any(
        one.lane == Lane.HOUR and one.not_before and one.not_before <= now for one in rows
    )  # fmt: skip
    if not rows or not is_over:
        return False
    bundle_id = outbox.enqueue(
        tx, workspace_id=first.workspace_id, key=f"{OutboxKind.BUNDLE}:{first.id}:{first.attempts}",
        kind=OutboxKind.BUNDLE, now=now, person=person, day=day,
    )  # fmt: skip
    if bundle_id is not None:
        attach_to_brief(tx, [first, *rows], bundle_id, now, why=BUNDLED)
    return bundle_id is not None


def attach_to_brief(tx: Session, rows: Iterable[Outbox], brief_id: int, now: datetime, why: str = TOLD) -> None:
    """This brief or bundle, which was written in this very transaction, tells these; they are locked."""
    for row in rows:
        row.state, row.not_before, row.last_error, row.settled_at = OutboxState.SKIPPED, None, why, now
        row.brief_id = brief_id
    tx.flush()


def attached_to(tx: Session, brief: Outbox) -> list[Outbox]:
    """The notices that this brief or bundle tells, oldest first; none of any other message."""
    if brief.kind in {OutboxKind.BRIEF, OutboxKind.BUNDLE}:
        return list(tx.scalars(sa.select(Outbox).where(Outbox.brief_id == brief.id).order_by(Outbox.id)))
    return []


def settle(tx: Session, brief: Outbox, told: Collection[int], waits: Mapping[int, datetime]) -> None:
    """The brief or bundle is about to be posted. Of its notices it tells `told`, and has no room for those in `waits`,
    until when; the others are pointless by now.
    """
    for row in attached_to(tx, brief):
        if row.id in waits:
            _release(row, waits[row.id], NO_ROOM, Lane.HOUR if brief.kind == OutboxKind.BUNDLE else Lane.BRIEF)
        elif row.id not in told:
            row.last_error, row.brief_id = POINTLESS, None
    tx.flush()


def release(tx: Session, brief: Outbox, now: datetime) -> None:
    """The brief or bundle is not sent: each of its notices is due now, by itself."""
    found = attached_to(tx, brief)
    for row in found:
        _release(row, now, NO_BRIEF, Lane.ALONE)
    if found:
        tx.flush()
        tx.info[OUTBOX_CHANGED] = True


def release_now(tx: Session, person_id: int, now: datetime) -> None:
    """The notices that wait for this person may go now, unless they are put off anew: the person is back."""
    tx.execute(
        sa.update(Outbox)
        .where(
            Outbox.recipient == outbox.recipient(person_id), Outbox.lane == Lane.BRIEF,
            Outbox.state == OutboxState.PENDING, Outbox.not_before > now,
        )
        .values(not_before=now, lane=Lane.TURN)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    tx.info[OUTBOX_CHANGED] = True


def _release(row: Outbox, until: datetime, why: str, lane: Lane) -> None:
    row.state, row.not_before, row.last_error, row.lane = OutboxState.PENDING, until, why, lane
    row.settled_at, row.first_try_at, row.brief_id = None, None, None
