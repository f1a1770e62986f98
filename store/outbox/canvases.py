"""The plan of an account as a canvas tab of its channel: one row of the outbox for each account and channel.

The row stays `sent` and is due again after each change of the account. Its timestamp is the id of the canvas.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.db import OUTBOX_CHANGED, insert_once
from store.outbox.queue import enqueue, load, note_due
from store.tables import Account, Details, HasHistory, Outbox, OutboxKind, OutboxState, Person

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

# Changes within this time go into the same edit.
_TOGETHER = timedelta(seconds=20)
# Slack has refused the canvas for so long when its account's lead is told of what may pass by itself.
PATIENCE = timedelta(days=3)
_BATCH = 200


def accounts_of(subject: HasHistory, changes: Mapping[str, Any]) -> set[int]:
    """Ids of the accounts whose plan shows the subject, before and after these changes."""
    own = subject.id if isinstance(subject, Account) else getattr(subject, "account_id", None)
    return {one for one in (own, *changes.get("account_id", ())) if one is not None}


def keep_canvas(tx: Session, account: Account, actor: Person, now: datetime) -> None:
    """The plan of the account is kept in a canvas tab of its channel from now on, by this person's wish."""
    key = f"{OutboxKind.CANVAS}:{account.id}:{account.channel}"
    values = {
        "workspace_id": account.workspace_id, "dedupe_key": key, "message_key": uuid.uuid4().hex,
        "kind": OutboxKind.CANVAS, "channel": account.channel, "account_id": account.id, "actor_id": actor.id,
        # No message waits for a canvas.
        "recipient": key, "details": {}, "state": OutboxState.PENDING, "not_before": now, "created_at": now,
    }  # fmt: skip
    if insert_once(tx, Outbox, values, keys=("workspace_id", "dedupe_key")) is not None:
        tx.info[OUTBOX_CHANGED] = True
        return
    ended = sa.and_(
        Outbox.workspace_id == account.workspace_id, Outbox.dedupe_key == key,
        Outbox.state.in_((OutboxState.SKIPPED, OutboxState.DEAD)),
    )  # fmt: skip
    _update(tx, ended, state=OutboxState.PENDING, not_before=now, first_try_at=None, settled_at=None, details={})


def mark_canvases(tx: Session, accounts: Collection[int], now: datetime) -> None:
    """Something of these accounts has changed: their canvases are compared with the ledger soon."""
    if accounts:
        its = sa.and_(Outbox.account_id.in_(accounts), Outbox.kind == OutboxKind.CANVAS)
        # One that is being written is touched too: the lock on it orders this change against the end of that attempt.
        standing = sa.and_(its, Outbox.state.in_((OutboxState.SENT, OutboxState.SENDING)))
        soon = sa.func.coalesce(Outbox.not_before, now + _TOGETHER)
        due = sa.case((Outbox.state == OutboxState.SENT, soon), else_=Outbox.not_before)
        _update(tx, standing, not_before=due, day=None)


def begin_canvas(tx: Session, row: Outbox, now: datetime) -> None:
    """The ledger is read for this canvas after this call. A change that commits later leaves the row without a day."""
    row.day = now.date()
    tx.flush()


def compare_canvases(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None:
    """Once a day each canvas is compared with the ledger, because dates pass without a change. None: none is left."""
    today = now.date()
    due = sa.select(Outbox.id).where(
        Outbox.kind == OutboxKind.CANVAS, Outbox.state == OutboxState.SENT, Outbox.not_before.is_(None),
        Outbox.account_id.is_not(None), sa.or_(Outbox.day.is_(None), Outbox.day < today),
    )  # fmt: skip
    if workspaces is not None:
        due = due.where(Outbox.workspace_id.in_(workspaces))
    found = tx.scalars(due.order_by(Outbox.id).limit(_BATCH).with_for_update(skip_locked=True)).all()
    if not found:
        return None
    _update(tx, Outbox.id.in_(found), day=today, not_before=now)
    return []


def canvas_written(tx: Session, row_id: int, content: str, now: datetime, *, withheld: bool) -> None:
    """The canvas has this content in Slack; "" if it is not known. A warning about one that is `withheld` stays sent.

    If the ledger has changed since `begin_canvas`, or the content is not known, the canvas is compared once more.
    """
    row = load(tx, row_id)
    details: Details = {"content": content}
    if withheld:
        details = {**row.details, **details}
    row.details = details
    if row.day is None or not content:
        row.not_before = now if not content else now + _TOGETHER
        tx.info[OUTBOX_CHANGED] = True


def canvas_refused(tx: Session, row: Outbox, why: str, now: datetime, *, at_once: bool, lead: Person | None) -> None:
    """Slack refuses the canvas. The account's lead is told once until it is mended: `at_once`, or after three days."""
    since = datetime.fromisoformat(row.details.get("refused_since", now.isoformat()))
    tells = lead is not None and not row.details.get("told") and (at_once or now - since >= PATIENCE)
    row.details = {**row.details, "refused_since": since.isoformat(), "told": bool(row.details.get("told")) or tells}
    if tells:
        enqueue(
            tx, workspace_id=row.workspace_id, key=f"{OutboxKind.CANVAS_REFUSED}:{row.id}:{row.attempts}",
            kind=OutboxKind.CANVAS_REFUSED, now=now, person=lead, account_id=row.account_id,
            details={"channel": row.channel or "", "why": why},
        )  # fmt: skip


def _update(tx: Session, which: sa.ColumnElement[bool], **values: Any) -> None:  # noqa: ANN401  any column's value
    tx.flush()
    statement = sa.update(Outbox).where(which).values(**values).execution_options(synchronize_session=False)
    changed: Any = tx.execute(statement)
    note_due(tx, changed.rowcount)
