"""Promises as the figures count them, read from the ledger. A wish, to which the client has not agreed, is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import agreements
from store.commitments.moves import agreed_on, moves_of
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import working_days_of
from store.rules.kept import Promise
from store.tables import Commitment, Person, Side, Stakeholder, State, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from store.commitments.moves import Move

# The condition for a promise: one of ours, or one of theirs to which they have agreed.
IS_PROMISE = sa.or_(Commitment.side == Side.OURS, Commitment.agreed_on.is_not(None))
WAS_MOVED = sa.or_(Commitment.slips > 0, Commitment.first_due_on != Commitment.due_on)


def promises(
    tx: Session, which: Sequence[sa.ColumnElement[bool]], *columns: Any  # noqa: ANN401  columns of the commitment
) -> Iterator[tuple[Any, Promise, Sequence[Move]]]:  # fmt: skip
    """The promises among the commitments of `which`, in order: the row, the promise and its moves. The row has the
    `columns`, and its owner's `zone`. One whose agreement did not stand until it was done or fell due is left out.

    One statement, and one for the moves if there are some.
    """
    which = [*which, IS_PROMISE]
    rows = tx.execute(
        sa.select(
            Commitment.id, Commitment.side, Commitment.due_on, Commitment.first_due_on, Commitment.state,
            Commitment.ended_at, Commitment.agreed_until, Stakeholder.left_on, WAS_MOVED.label("moved"), Person.zone,
            sa.func.coalesce(Person.working_week, Workspace.working_week).label("week"),
            sa.func.coalesce(Person.holidays_region, Workspace.holidays_region).label("region"), *columns,
        )
        .join(Person, Person.id == Commitment.owner_id)
        .join(Workspace, Workspace.id == Commitment.workspace_id)
        .outerjoin(Commitment.agreed_by).where(*which).order_by(Commitment.id)
    ).all()  # fmt: skip
    zones = {row.id: row.zone for row in rows if row.moved}
    moves = moves_of(tx, zones, sa.select(Commitment.id).where(*which, WAS_MOVED))
    for row in rows:
        changes = moves.get(row.id, ())
        first = row.first_due_on if row.moved else row.due_on
        day = agreed_on(first, changes) if changes else first
        ended_on = local_day(row.ended_at, row.zone) if row.ended_at else None
        if row.side == Side.OURS or agreements.stood(row, day, ended_on):
            works = working_days_of(row.week, row.region or None)
            yield row, Promise(day, works, ended_on, is_done=row.state == State.DONE), changes
