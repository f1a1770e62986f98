"""The steps of the outbox, each in a transaction of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import outbox, people, workspaces
from store.outbox import claiming
from store.people import Profile
from store.tables import Outbox, OutboxKind, Workspace
from tests.conftest import NOW

if TYPE_CHECKING:
    from store.db import Ledger
    from store.outbox.claiming import Claimed

HOUR = timedelta(hours=1)
BIG, SMALL = "T0BIG", tuple(f"T0SMALL{n}" for n in range(5))


def say(ledger: Ledger, team: str, to: str = "ana", *, at: datetime = NOW, key: str | None = None) -> bool:
    """Enqueue a message to `to` (a channel if it begins with C, else a person) in that workspace."""
    with ledger.begin() as tx:
        workspace = workspaces.ensure(tx, team_id=team, name=team, now=NOW)
        person = None
        if not to.startswith("C"):
            people.sync(tx, workspace, [Profile(to, to)], now=NOW)
            person = people.viewer(tx, team, to)
        number = tx.scalar(sa.select(sa.func.count()).select_from(Outbox))
        new_id = outbox.enqueue(
            tx, workspace_id=workspace.id, key=key or f"key:{number}", kind=OutboxKind.SHARED, now=at, person=person,
            channel=None if person else to,
        )  # fmt: skip
    return new_id is not None


def take(ledger: Ledger, at: datetime = NOW, **more: Any) -> Claimed | None:
    with ledger.begin() as tx:
        return claiming.claim(tx, at, **more)


def taken(ledger: Ledger, at: datetime = NOW, **more: Any) -> Claimed:
    found = take(ledger, at, **more)
    assert found is not None
    return found


def settle(ledger: Ledger, verb: Any, claimed: Claimed, **values: Any) -> bool:
    with ledger.begin() as tx:
        kept: bool = verb(tx, claimed, **values)
        return kept


def sent(ledger: Ledger, claimed: Claimed, at: datetime = NOW) -> bool:
    return settle(ledger, outbox.mark_sent, claimed, channel="D1", ts=f"{claimed.id}.0", now=at)


def row(ledger: Ledger, row_id: int) -> Outbox:
    with ledger.read() as tx:
        return outbox.load(tx, row_id)


def chance(ledger: Ledger, at: datetime = NOW) -> datetime | None:
    with ledger.read() as tx:
        return claiming.next_chance(tx, at)


def free_at(ledger: Ledger, team: str) -> datetime:
    with ledger.read() as tx:
        return tx.scalars(sa.select(Workspace.next_post_at).where(Workspace.team_id == team)).one()
