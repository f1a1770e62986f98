"""Questions about the outbox: what is due, what waits, what is undecided, and what Slack refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from store.db import UtcDateTime
from store.outbox.claiming import LEASE
from store.outbox.queue import load
from store.tables import Outbox, OutboxKind, OutboxState, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session


def waiting_besides(tx: Session, team_id: str) -> list[tuple[str, str, int]]:
    """(team, name, how many messages wait) of each workspace but that team's, for those who have no other token."""
    waits = sa.select(sa.func.count()).where(Outbox.workspace_id == Workspace.id, Outbox.not_before.is_not(None))
    others = sa.select(Workspace.team_id, Workspace.name, waits.correlate(Workspace).scalar_subquery())
    return [tuple(row) for row in tx.execute(others.where(Workspace.team_id != team_id).order_by(Workspace.id))]


def due(tx: Session, now: datetime) -> Iterator[Outbox]:
    """Rows that are due to be sent for the first time as of `now`, in order, without undecided ones. Each is read when
    it is its turn.
    """
    waits = sa.and_(Outbox.state == OutboxState.PENDING, Outbox.not_before <= now)
    which = sa.select(Outbox.id).where(waits).order_by(Outbox.not_before, Outbox.id)
    seen: set[int] = set()
    # A row may write another one that is due: a bundle.
    while fresh := [row_id for row_id in tx.scalars(which) if row_id not in seen]:
        seen.update(fresh)
        for row in (load(tx, row_id) for row_id in fresh):
            if row.state == OutboxState.PENDING:
                yield row


def _within(workspaces: Collection[int] | None) -> sa.ColumnElement[bool]:
    """Messages of these workspaces; of all for None."""
    return sa.true() if workspaces is None else Outbox.workspace_id.in_(workspaces)


def due_ids(tx: Session, now: datetime, workspaces: Collection[int]) -> list[int]:
    """Ids of these workspaces' messages that are due as of `now`, undecided ones too."""
    waits = sa.and_(Outbox.state.in_((OutboxState.PENDING, OutboxState.SENDING)), Outbox.not_before <= now)
    return list(tx.scalars(sa.select(Outbox.id).where(waits, _within(workspaces))))


def by_ids_or_keys(tx: Session, ids: Sequence[int], keys: Sequence[str]) -> list[Outbox]:
    """The messages with one of these ids or keys, oldest first, with their recipients; without Home tabs."""
    found: dict[int, Outbox] = {}
    for column, wanted in ((Outbox.id, ids), (Outbox.dedupe_key, keys)):
        # In portions that both databases take.
        for start in range(0, len(wanted), 500):
            which = sa.and_(column.in_(wanted[start : start + 500]), Outbox.kind != OutboxKind.HOME)
            rows = tx.scalars(sa.select(Outbox).where(which).options(joinedload(Outbox.person)))
            found |= {row.id: row for row in rows}
    return [found[row_id] for row_id in sorted(found)]


def waiting_later(tx: Session, now: datetime) -> list[tuple[str, int, datetime]]:
    """Messages that wait until after `now`, by reason: (reason, how many, the first instant)."""
    first = sa.func.min(Outbox.not_before, type_=UtcDateTime())
    found = tx.execute(
        sa.select(Outbox.last_error, sa.func.count(), first)
        .where(Outbox.state.in_((OutboxState.PENDING, OutboxState.SENDING)), Outbox.not_before > now)
        .group_by(Outbox.last_error)
        .order_by(first)
    )
    return [(why or "they are not due yet", number, at) for why, number, at in found if at is not None]


def counts(tx: Session, workspaces: Collection[int] | None = None) -> dict[str, int]:
    """How many rows are in each state, for doctor; of these workspaces, or of all."""
    by_state = sa.select(Outbox.state, sa.func.count()).where(_within(workspaces)).group_by(Outbox.state)
    found = tx.execute(by_state).all()
    return {row[0]: row[1] for row in found}


@dataclass(frozen=True)
class Undecided:
    """A message that Slack may or may not have taken: since when, why, and when it is looked up."""

    key: str
    since: datetime | None
    attempts: int
    error: str | None
    looked_up_at: datetime | None


def undecided(
    tx: Session, now: datetime, *, lease: timedelta = LEASE, most: int, workspaces: Collection[int] | None = None
) -> list[Undecided]:
    """Messages whose outcome is unknown, oldest first: the answer was lost, or the worker was. One that is on its
    way just now is not among them.
    """
    found = tx.execute(
        sa.select(Outbox.dedupe_key, Outbox.first_try_at, Outbox.attempts, Outbox.last_error, Outbox.not_before)
        .where(
            _within(workspaces),
            Outbox.state == OutboxState.SENDING,
            # Through the partial index: few rows wait, however many there are.
            Outbox.not_before.is_not(None),
            sa.or_(Outbox.last_error.is_not(None), Outbox.attempts > 1, Outbox.first_try_at < now - lease),
        )
        .order_by(Outbox.id)
        .limit(most)
    )
    return [Undecided(*each) for each in found]


@dataclass(frozen=True)
class Troubles:
    """Messages that Slack refuses: how many, by reason. `waits` are tried again, the oldest `since` then; `dead` are
    given up; for `opened_anew` Slack refused the conversation that was kept, and took another one.
    """

    waits: dict[str, int]
    since: datetime | None
    dead: dict[str, int]
    opened_anew: dict[str, int]


def troubles(tx: Session, *, since: datetime, workspaces: Collection[int] | None = None) -> Troubles:
    """Messages that wait because Slack has refused them, and those that it refused for good, or that were sent to a
    conversation opened anew, since then.
    """
    reason, count = Outbox.last_error, sa.func.count()
    tried = sa.and_(Outbox.state == OutboxState.PENDING, Outbox.first_try_at.is_not(None))
    waiting = (
        Outbox.not_before.is_not(None), reason.is_not(None),
        sa.or_(tried, Outbox.state == OutboxState.SENT),
    )  # fmt: skip
    oldest = tx.scalar(sa.select(sa.func.min(Outbox.first_try_at)).where(_within(workspaces), *waiting, tried))

    def by_reason(*which: sa.ColumnElement[bool], reason: InstrumentedAttribute[str | None] = reason) -> dict[str, int]:
        found = tx.execute(
            sa.select(reason, count).where(_within(workspaces), *which).group_by(reason).order_by(count.desc())
        )
        return {why or "": number for why, number in found}

    return Troubles(
        by_reason(*waiting),
        oldest,
        by_reason(Outbox.state == OutboxState.DEAD, Outbox.settled_at >= since),
        by_reason(
            Outbox.state == OutboxState.SENT,
            Outbox.settled_at >= since,
            Outbox.reopened_for.is_not(None),
            reason=Outbox.reopened_for,
        ),
    )


def refused(tx: Session, *, since: datetime, workspaces: Collection[int] | None = None) -> list[tuple[str, str]]:
    """(key, reason) of what Slack refused for good since then, newest first."""
    found = tx.execute(
        sa.select(Outbox.dedupe_key, Outbox.last_error)
        .where(_within(workspaces), Outbox.state == OutboxState.DEAD, Outbox.settled_at >= since)
        .order_by(Outbox.id.desc())
        .limit(20)
    )
    return [(key, error or "") for key, error in found]
