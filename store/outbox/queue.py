"""The queue: a row is written in the transaction that makes it necessary, claimed (claiming.py) and settled in
transactions of their own, and never held across the network. `not_before` is the one thing that makes a row eligible.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from store.db import OUTBOX_CHANGED, UtcDateTime, insert_once
from store.outbox import contents
from store.outbox.claiming import LEASE, Claimed
from store.tables import Details, Outbox, OutboxKind, OutboxState, Person, Workspace, core

# After an attempt of unknown outcome Slack gets this long to show the message in the history.
GRACE = timedelta(seconds=60)

_ROWS = core(Outbox)
# Put together once.
_NOW = sa.bindparam("now", type_=UtcDateTime)
_LOADED = (
    sa.select(Outbox)
    .where(Outbox.id == sa.bindparam("id"))
    .options(joinedload(Outbox.person).joinedload(Person.workspace))
)
_MINE = sa.and_(_ROWS.c.id == sa.bindparam("row"), _ROWS.c.attempts == sa.bindparam("attempt"))
_STANDS = (
    sa.update(_ROWS)
    .where(_MINE)
    .values({
        _ROWS.c.state: OutboxState.SENT, _ROWS.c.not_before: None, _ROWS.c.last_error: None,
        _ROWS.c.posted_channel: sa.bindparam("in_channel"), _ROWS.c.ts: sa.bindparam("at_ts"),
        _ROWS.c.settled_at: sa.func.coalesce(_ROWS.c.settled_at, _NOW),
    })
)  # fmt: skip


def enqueue(
    tx: Session,
    *,
    workspace_id: int,
    key: str,
    kind: OutboxKind,
    now: datetime,
    person: Person | None = None,
    channel: str | None = None,
    commitment_id: int | None = None,
    absence_id: int | None = None,
    account_id: int | None = None,
    review_id: int | None = None,
    actor_id: int | None = None,
    day: date | None = None,
    details: Details | None = None,
) -> int | None:
    """Write down that Slack must hear something. Returns the row's id; None if that key was written before, ever."""
    values = {
        "workspace_id": workspace_id, "dedupe_key": key, "message_key": uuid.uuid4().hex, "kind": kind,
        "person_id": person.id if person else None, "channel": channel,
        "recipient": recipient(person.id) if person else f"channel:{workspace_id}:{channel}",
        "commitment_id": commitment_id, "absence_id": absence_id, "account_id": account_id, "review_id": review_id,
        "actor_id": actor_id, "day": day,
        "details": details or {}, "state": OutboxState.PENDING, "not_before": now, "created_at": now,
    }  # fmt: skip
    new_id = insert_once(tx, Outbox, values, keys=("workspace_id", "dedupe_key"))
    if new_id is not None:
        tx.info[OUTBOX_CHANGED] = True
    return new_id


def recipient(person_id: int) -> str:
    """The key of a person as a recipient."""
    return f"person:{person_id}"


def actor_of(tx: Session, row: Outbox) -> Person:
    """The person of whose action the message tells, with their workspace."""
    if row.actor_id is None:
        raise ValueError(f"outbox row {row.id} ({row.kind}) tells of nobody's action")
    return tx.scalars(sa.select(Person).where(Person.id == row.actor_id).options(joinedload(Person.workspace))).one()


def tell_sharer(tx: Session, row_id: int, why: str, now: datetime, *, in_doubt: bool = False) -> None:
    """The person who shared this item hears that it could not be posted, and `why`, in Slack's word for it."""
    row = load(tx, row_id)
    enqueue(
        tx, workspace_id=row.workspace_id, key=f"{OutboxKind.NOT_SHARED}:{row.id}:{row.attempts}",
        kind=OutboxKind.NOT_SHARED, now=now, person=actor_of(tx, row), commitment_id=row.commitment_id,
        details={"channel": row.channel or "", "why": why, "in_doubt": in_doubt},
    )  # fmt: skip


def continue_in_thread(tx: Session, row_id: int, now: datetime) -> None:
    """Write the reply in the thread of a message that stands in Slack and has a rest; once."""
    row = load(tx, row_id)
    if row.ts and row.details.get("has_rest"):
        enqueue(
            tx, workspace_id=row.workspace_id, key=f"{row.dedupe_key}:rest", kind=row.kind, now=now, person=row.person,
            channel=row.channel, account_id=row.account_id, review_id=row.review_id, actor_id=row.actor_id, day=row.day,
            details={"replies_to": row.ts},
        )  # fmt: skip


def try_again(
    tx: Session, workspace_id: int, key: str, *, actor_id: int, details: Details, now: datetime
) -> bool:  # fmt: skip
    """Send a message that was skipped or failed after all, for this actor: it is due now. False: it was sent, or is on
    its way.
    """
    was_not_sent = Outbox.state.in_((OutboxState.DEAD, OutboxState.SKIPPED))
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(Outbox.workspace_id == workspace_id, Outbox.dedupe_key == key, was_not_sent)
        .values(
            state=OutboxState.PENDING, not_before=now, actor_id=actor_id, details=details, created_at=now,
            first_try_at=None, settled_at=None, last_error=None, reopened_for=None,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    note_due(tx, changed.rowcount)
    return bool(changed.rowcount)


def load(tx: Session, row_id: int) -> Outbox:
    """The row with its recipient and their workspace, for rendering."""
    return tx.scalars(_LOADED, {"id": row_id}).one()


def _mine(claimed: Claimed) -> sa.Update:
    return sa.update(_ROWS).where(_ROWS.c.id == claimed.id, _ROWS.c.attempts == claimed.attempt)


def extend_lease(tx: Session, claimed: Claimed, until: datetime) -> bool:
    """Keep the row until then: the attempt took long before its post. False: another attempt has the row."""
    return _changed_one(tx, _mine(claimed).values(not_before=until))


def mark_sent(
    tx: Session, claimed: Claimed, *, channel: str, ts: str, now: datetime, apart: timedelta = timedelta()
) -> bool:
    """Mark the row as sent. If a subject in it has changed meanwhile, it is due for an update at once. Other messages
    to the same recipient wait until `apart` from now: Slack takes one message a second in a conversation.

    False: another attempt has the row, and this one changes nothing.
    """
    stands = {"row": claimed.id, "attempt": claimed.attempt, "in_channel": channel, "at_ts": ts, "now": now}
    if not _changed_one(tx, _STANDS, stands):
        return False
    # Only after the row is locked: a change that commits later finds it sent and marks it itself.
    if contents.is_outdated(tx, claimed.id):
        _changed_one(tx, _mine(claimed).values(not_before=now))
    if apart and not claimed.posted:
        _put_off(
            tx,
            sa.and_(Outbox.recipient == _of(claimed, Outbox.recipient), Outbox.state == OutboxState.PENDING),
            now + apart,
        )
    return True


def _of(claimed: Claimed, column: InstrumentedAttribute[Any]) -> sa.ScalarSelect[Any]:
    return sa.select(column).where(Outbox.id == claimed.id).scalar_subquery()


def _put_off(tx: Session, which: sa.ColumnElement[bool], until: datetime) -> None:
    """Let those rows wait until then at least."""
    tx.execute(
        sa.update(Outbox)
        .where(which, Outbox.not_before < until)
        .values(not_before=until)
        .execution_options(synchronize_session=False)
    )


def record_late_success(tx: Session, claimed: Claimed, *, channel: str, ts: str, now: datetime) -> bool:
    """Mark the row as sent by an attempt that has lost it: Slack has confirmed its message. The attempt that has the
    row by now is fenced off. False: the row has its outcome already.
    """
    undecided = sa.update(Outbox).where(Outbox.id == claimed.id, Outbox.state == OutboxState.SENDING)
    return _changed_one(
        tx,
        undecided.values(
            state=OutboxState.SENT, attempts=Outbox.attempts + 1, not_before=now, posted_channel=channel, ts=ts,
            settled_at=now, last_error=None,
        ),
    )  # fmt: skip


def delay_lookup(tx: Session, claimed: Claimed, *, until: datetime) -> bool:
    """Delay the look-up until then: an attempt that has lost the row may have reached Slack just now."""
    undecided = sa.update(Outbox).where(
        Outbox.id == claimed.id, Outbox.state == OutboxState.SENDING, Outbox.not_before < until
    )
    return _changed_one(tx, undecided.values(not_before=until))


def mark_skipped(tx: Session, claimed: Claimed, *, reason: str, now: datetime) -> bool:
    """Mark the row as skipped: there was nothing to say any more. A posted message stays sent."""
    state = {} if claimed.posted else {"state": OutboxState.SKIPPED}
    statement = _mine(claimed).values(
        not_before=None, last_error=reason, settled_at=sa.func.coalesce(Outbox.settled_at, now), **state
    )
    return _changed_one(tx, statement)


def mark_failed(tx: Session, claimed: Claimed, *, error: str, now: datetime) -> bool:
    """Mark the row as refused for good: it is not tried again, and `doctor` shows why. A posted message stays sent."""
    state = {} if claimed.posted else {"state": OutboxState.DEAD}
    statement = _mine(claimed).values(
        not_before=None, last_error=error, settled_at=sa.func.coalesce(Outbox.settled_at, now), **state
    )
    return _changed_one(tx, statement)


def postpone(tx: Session, claimed: Claimed, *, until: datetime, error: str, whole_workspace: bool) -> bool:
    """Try again at `until`: Slack certainly did not take it this time. With `whole_workspace` (a rate limit) all posts
    to the workspace wait, or, after an update, all updates in it: Slack limits each method by itself.

    If an earlier attempt may have arrived, the row stays undecided, and is looked up again.
    """
    if not _changed_one(tx, _mine(claimed).values(not_before=until, last_error=error, **_not_taken(claimed))):
        return False
    if not whole_workspace:
        return True
    workspace_id = _of(claimed, Outbox.workspace_id)
    if claimed.posted:
        _put_off(tx, sa.and_(Outbox.workspace_id == workspace_id, Outbox.state == OutboxState.SENT), until)
    else:
        tx.execute(
            sa.update(Workspace)
            .where(Workspace.id == workspace_id, Workspace.next_post_at < until)
            .values(next_post_at=until)
        )
    return True


def reopen(tx: Session, claimed: Claimed, *, error: str, now: datetime) -> bool:
    """Try again at once: Slack refused the conversation that was kept for the person, and they get another one."""
    again = {"not_before": now, "last_error": None, "reopened_for": error}
    return _changed_one(tx, _mine(claimed).values(**again, **_not_taken(claimed)))


def _not_taken(claimed: Claimed) -> dict[str, OutboxState]:
    """The state after Slack has not taken it this time."""
    return {} if claimed.posted or claimed.unknown_since else {"state": OutboxState.PENDING}


def leave_unknown(tx: Session, claimed: Claimed, *, error: str, now: datetime, grace: timedelta = GRACE) -> bool:
    """Leave the row `sending`: Slack may have taken the message. It is looked up `grace` from now."""
    return _changed_one(tx, _mine(claimed).values(not_before=now + grace, last_error=error))


def clock_set_back(tx: Session, now: datetime, *, lease: timedelta = LEASE, most: timedelta) -> int:
    """The clock went back, and instants that were set by the wrong one lie far ahead. Leases end `lease` from now at
    the latest; other rows that wait for more than `most` may go now. Gives how many rows were changed.
    """
    tx.execute(sa.update(Workspace).where(Workspace.next_post_at > now + most).values(next_post_at=now))
    undecided = sa.update(Outbox).where(Outbox.state == OutboxState.SENDING, Outbox.not_before > now + lease)
    waiting = sa.update(Outbox).where(
        Outbox.state.in_((OutboxState.PENDING, OutboxState.SENT)), Outbox.not_before > now + most
    )
    changed: list[Any] = [
        tx.execute(statement.values(not_before=at).execution_options(synchronize_session=False))
        for statement, at in ((undecided, now + lease), (waiting, now))
    ]
    return sum(result.rowcount for result in changed)


def note_due(tx: Session, rows: int) -> None:
    """Wake the courier after the commit, if so many `rows`, at least one, were marked as due."""
    if rows:
        tx.info[OUTBOX_CHANGED] = True


def _changed_one(tx: Session, statement: sa.Update, given: dict[str, Any] | None = None) -> bool:
    tx.flush()
    result: Any = tx.execute(statement, given, execution_options={"synchronize_session": False})
    return bool(result.rowcount == 1)
