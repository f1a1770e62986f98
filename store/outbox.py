"""The outbox: what Slack must hear, once. The protocol and its reasons: docs/decisions/0005-delivery.md.

A row is written in the transaction that makes it necessary, claimed and settled in transactions of their
own, and never held across the network. `not_before` is the one thing that makes a row eligible.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from store.db import NEWS, UtcDateTime, insert_once
from store.prepared import Prepared
from store.tables import (
    DEAD,
    PENDING,
    SENDING,
    SENT,
    SKIPPED,
    Commitment,
    Mention,
    Outbox,
    Person,
    Workspace,
    core,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# How long a claim excludes others: longer than any attempt (HTTP timeout 10 s) can take.
LEASE = timedelta(seconds=120)
# After an attempt of unknown outcome Slack gets this long to show the message in the history.
GRACE = timedelta(seconds=60)
# 240 posts a minute and workspace: what Slack tolerates of an app for long ("several hundred").
PACE = timedelta(seconds=0.25)
# A message older than this is history and is left as it was.
KEPT_TRUE_FOR = timedelta(days=14)
HOME = "home"


@dataclass(frozen=True)
class Claimed:
    """A row taken by this worker. `attempt` fences its writes; `unknown_since` says that an earlier attempt
    may have reached Slack, which must be looked up before posting; `posted` that it is an update.
    """

    id: int
    attempt: int
    kind: str
    unknown_since: datetime | None
    posted: bool


def intend(
    tx: Session,
    *,
    workspace_id: int,
    key: str,
    kind: str,
    now: datetime,
    person: Person | None = None,
    channel: str | None = None,
    ids: dict[str, Any] | None = None,
) -> bool:
    """Write down that Slack must hear something; False if that key was written before, ever."""
    values = {
        "workspace_id": workspace_id, "dedupe_key": key, "message_key": uuid.uuid4().hex, "kind": kind,
        "person_id": person.id if person else None, "channel": channel, "ids": ids or {},
        "recipient": f"person:{person.id}" if person else f"channel:{workspace_id}:{channel}",
        "state": PENDING, "not_before": now, "created_at": now,
    }  # fmt: skip
    is_new = insert_once(tx, Outbox, values, keys=("workspace_id", "dedupe_key")) is not None
    if is_new:
        tx.info[NEWS] = True
    return is_new


def claim(tx: Session, now: datetime, *, pace: timedelta = PACE, busy: Iterable[int] = ()) -> Claimed | None:
    """Take the next row that is due, from the workspace that has waited longest; None if nothing is due.

    One statement decides work, pacing (`pace` between two posts to a workspace), fairness, and order: nobody
    gets a message while an earlier one to them is on its way or undecided. `busy` are rows that this process
    is still sending.
    """
    due = sa.and_(Outbox.not_before <= now, Outbox.id.not_in(list(busy)), ~_overtakes())
    oldest = (
        sa.select(Outbox.id)
        .where(Outbox.workspace_id == Workspace.id, due)
        .order_by(Outbox.not_before, Outbox.id)
        .limit(1)
        .scalar_subquery()
    )
    taken = tx.execute(
        sa.select(Workspace.id, oldest)
        .where(Workspace.next_post_at <= now, sa.exists().where(Outbox.workspace_id == Workspace.id, due))
        .order_by(Workspace.next_post_at)
        .limit(1)
        # Without the key: rows that refer to the workspace may be written meanwhile.
        .with_for_update(of=Workspace, skip_locked=True, key_share=True)
    ).first()
    if taken is None or taken[1] is None:
        return None
    tx.execute(sa.update(Workspace).where(Workspace.id == taken[0]).values(next_post_at=now + pace))
    # The choice was made before the workspace was locked; whoever took the row since may hold it, and must not
    # be waited for while we hold the workspace.
    row = tx.scalar(sa.select(Outbox).where(Outbox.id == taken[1]).with_for_update(skip_locked=True))
    if row is None or row.not_before is None or row.not_before > now:
        return None
    posted = row.state == SENT
    unknown_since = row.first_try_at if row.state == SENDING else None
    row.attempts += 1
    row.not_before = now + LEASE
    if not posted:
        row.state = SENDING
        row.first_try_at = row.first_try_at or now
    tx.flush()
    return Claimed(row.id, row.attempts, row.kind, unknown_since, posted)


def load(tx: Session, row_id: int) -> Outbox:
    """The row with its recipient and their workspace, for rendering."""
    return tx.scalars(
        sa.select(Outbox).where(Outbox.id == row_id).options(joinedload(Outbox.person).joinedload(Person.workspace))
    ).one()


def _overtakes() -> sa.ColumnElement[bool]:
    """Whether an earlier message to the same recipient is on its way or undecided."""
    earlier = aliased(Outbox)
    return sa.exists().where(
        earlier.recipient == Outbox.recipient,
        earlier.id < Outbox.id,
        earlier.not_before.is_not(None),
        earlier.state.in_((PENDING, SENDING)),
    )


def next_chance(tx: Session) -> datetime | None:
    """When `claim` may find something at the earliest; None while nothing waits."""
    due = sa.select(Outbox.workspace_id, sa.func.min(Outbox.not_before).label("at")).where(
        Outbox.not_before.is_not(None), ~_overtakes()
    )
    first = due.group_by(Outbox.workspace_id).subquery()
    free = sa.case((first.c.at > Workspace.next_post_at, first.c.at), else_=Workspace.next_post_at)
    at: datetime | None = tx.scalar(sa.select(sa.func.min(free)).join(first, first.c.workspace_id == Workspace.id))
    return at


def _mine(claimed: Claimed) -> sa.Update:
    return sa.update(Outbox).where(Outbox.id == claimed.id, Outbox.attempts == claimed.attempt)


def settle_sent(tx: Session, claimed: Claimed, *, channel: str, ts: str, now: datetime) -> bool:
    """The message stands in Slack. If what it shows changed meanwhile it is due for an update at once.

    False: another attempt owns the row by now and this one's word no longer counts.
    """
    statement = _mine(claimed).values(
        state=SENT, not_before=None, posted_channel=channel, ts=ts, last_error=None,
        settled_at=sa.func.coalesce(Outbox.settled_at, now),
    )  # fmt: skip
    if not _changed_one(tx, statement):
        return False
    # Only after the row is locked: a change that commits later finds it sent and marks it itself.
    outdated = sa.exists().where(
        Mention.outbox_id == claimed.id,
        Mention.commitment_id == Commitment.id,
        Mention.version != Commitment.version,
    )
    if tx.scalar(sa.select(outdated)):
        tx.execute(_mine(claimed).values(not_before=now))
    return True


def settle_skipped(tx: Session, claimed: Claimed, *, reason: str, now: datetime) -> bool:
    """Nothing was left to say when it came to saying it."""
    state = {} if claimed.posted else {"state": SKIPPED}
    statement = _mine(claimed).values(not_before=None, last_error=reason, settled_at=now, **state)
    return _changed_one(tx, statement)


def settle_dead(tx: Session, claimed: Claimed, *, error: str, now: datetime) -> bool:
    """Slack refused for good. It is not tried again; `doctor` shows the reason. A posted one stays sent."""
    state = {} if claimed.posted else {"state": DEAD}
    statement = _mine(claimed).values(
        not_before=None, last_error=error, settled_at=sa.func.coalesce(Outbox.settled_at, now), **state
    )
    return _changed_one(tx, statement)


def postpone(tx: Session, claimed: Claimed, *, until: datetime, error: str, whole_workspace: bool) -> bool:
    """Slack certainly did not take it (rate limit): it goes back, and with it the workspace's whole pace."""
    state = {} if claimed.posted else {"state": PENDING}
    statement = _mine(claimed).values(not_before=until, last_error=error, **state)
    if not _changed_one(tx, statement):
        return False
    if whole_workspace:
        workspace_id = sa.select(Outbox.workspace_id).where(Outbox.id == claimed.id).scalar_subquery()
        tx.execute(
            sa.update(Workspace)
            .where(Workspace.id == workspace_id, Workspace.next_post_at < until)
            .values(next_post_at=until)
        )
    return True


def leave_unknown(tx: Session, claimed: Claimed, *, error: str, now: datetime) -> bool:
    """Nobody knows whether Slack took it: it stays `sending` and is looked up after GRACE, counted from now."""
    return _changed_one(tx, _mine(claimed).values(not_before=now + GRACE, last_error=error))


def show(tx: Session, row: Outbox, shown: Sequence[tuple[Commitment, str | None]]) -> None:
    """Write down what the message is about to show, before it is posted: (commitment, occasion) in order."""
    tx.execute(sa.delete(Mention).where(Mention.outbox_id == row.id))
    if shown:
        values = [
            {
                "outbox_id": row.id, "commitment_id": commitment.id, "workspace_id": row.workspace_id,
                "person_id": row.person_id, "position": position, "occasion": occasion,
                "due_on": commitment.due_on, "version": commitment.version,
            }
            for position, (commitment, occasion) in enumerate(shown)
        ]  # fmt: skip
        tx.execute(sa.insert(Mention), values)


def shown_by(tx: Session, row: Outbox) -> list[tuple[int, str | None]]:
    """What the message shows: (commitment id, occasion) in order."""
    found = tx.execute(
        sa.select(Mention.commitment_id, Mention.occasion).where(Mention.outbox_id == row.id).order_by(Mention.position)
    )
    return [(commitment_id, occasion) for commitment_id, occasion in found]


def mentioned(
    tx: Session, commitment_ids: Iterable[int], *, besides: int | None = None
) -> set[tuple[int, int | None, str | None, Any]]:
    """What was already said: (commitment, person, occasion, due date), by messages that were not dropped.

    `besides` leaves one message out: the one that is being made.
    """
    query = (
        sa.select(Mention.commitment_id, Mention.person_id, Mention.occasion, Mention.due_on)
        .join(Outbox, Outbox.id == Mention.outbox_id)
        .where(
            Mention.commitment_id.in_(list(commitment_ids)),
            Mention.occasion.is_not(None),
            Outbox.state.in_((SENDING, SENT)),
        )
    )
    if besides is not None:
        query = query.where(Mention.outbox_id != besides)
    return {(cid, pid, occasion, due_on) for cid, pid, occasion, due_on in tx.execute(query)}


def keep_true(tx: Session, commitment: Commitment, people: Iterable[int], now: datetime) -> None:
    """The commitment changed: every recent message that shows it, and its people's Home tabs, are due for
    an update. However many changes come before the update is made, it is one update.
    """
    # Rows still being sent are touched too: the lock on them orders this change against `settle_sent`.
    homes = [f"{HOME}:{person_id}" for person_id in sorted(set(people))]
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(
            Outbox.workspace_id == commitment.workspace_id,
            Outbox.state.in_((SENT, SENDING)),
            sa.or_(
                Outbox.dedupe_key.in_(homes),
                sa.and_(
                    Outbox.id.in_(sa.select(Mention.outbox_id).where(Mention.commitment_id == commitment.id)),
                    Outbox.created_at > now - KEPT_TRUE_FOR,
                ),
            ),
        )
        .values(not_before=sa.case((Outbox.state == SENT, now), else_=Outbox.not_before))
        .execution_options(synchronize_session=False)
    )
    marked(tx, changed.rowcount)


def homes_of(workspace_id: int, people: tuple[int, int], now: datetime) -> dict[str, Any]:
    """The parameters of HOMES, for the Home tabs of two people, who may be the same."""
    one, other = people
    return {"workspace_id": workspace_id, "home": f"{HOME}:{one}", "other_home": f"{HOME}:{other}", "at": now}


def mark_homes(tx: Session, given: dict[str, Any]) -> None:
    """Something that no message shows yet has come: these Home tabs (see `homes_of`) are due for an update."""
    marked(tx, HOMES.count(tx, **given))


def marked(tx: Session, rows: int) -> None:
    """So many rows were marked as due: if any was, the courier hears of it after the commit."""
    if rows:
        tx.info[NEWS] = True


_ROWS = core(Outbox)
HOMES = Prepared(
    sa.update(_ROWS)
    .where(
        _ROWS.c.workspace_id == sa.bindparam("workspace_id"),
        _ROWS.c.dedupe_key.in_([sa.bindparam(name, type_=sa.Text) for name in ("home", "other_home")]),
        _ROWS.c.state == SENT,
    )
    .values(not_before=sa.bindparam("at", type_=UtcDateTime))
)


def watch_home(tx: Session, person: Person, *, start: int = 0, now: datetime) -> None:
    """The person looks at their Home tab from item `start`: from now on it is kept true there."""
    values = {
        "workspace_id": person.workspace_id, "dedupe_key": f"{HOME}:{person.id}", "kind": HOME,
        "recipient": f"{HOME}:{person.id}", "message_key": uuid.uuid4().hex, "person_id": person.id,
        "ids": {"start": start}, "state": SENT, "created_at": now, "settled_at": now,
    }  # fmt: skip
    if insert_once(tx, Outbox, values, keys=("workspace_id", "dedupe_key")) is None:
        same = sa.and_(Outbox.workspace_id == person.workspace_id, Outbox.dedupe_key == values["dedupe_key"])
        tx.execute(sa.update(Outbox).where(same).values(ids={"start": start}))


def counts(tx: Session) -> dict[str, int]:
    """How many rows are in each state, for doctor."""
    found = tx.execute(sa.select(Outbox.state, sa.func.count()).group_by(Outbox.state)).all()
    return {row[0]: row[1] for row in found}


def refused(tx: Session, *, since: datetime) -> list[tuple[str, str]]:
    """(key, reason) of what Slack refused for good since then, newest first."""
    found = tx.execute(
        sa.select(Outbox.dedupe_key, Outbox.last_error)
        .where(Outbox.state == DEAD, Outbox.settled_at >= since)
        .order_by(Outbox.id.desc())
        .limit(20)
    )
    return [(key, error or "") for key, error in found]


def _changed_one(tx: Session, statement: sa.Update) -> bool:
    result: Any = tx.execute(statement.execution_options(synchronize_session=False))
    return bool(result.rowcount == 1)
