"""Deliveries and debts of each side of an account, read from the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.commitments.promises import promises
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import DAY
from store.rules.energy import Deed, last_quarters, weigh
from store.rules.energy import balance_of as weigh_sides
from store.scope import seen_at
from store.tables import Commitment, Side, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy.orm import Session

    from store.rules.energy import Balance, Energy
    from store.tables import Account, Person


def balance_of(tx: Session, viewer: Person, account: Account, now: datetime) -> Balance:
    """The balance of both sides alone, in the same quarters."""
    return balance_since(tx, viewer, account, None, now)[0]


def balance_since(
    tx: Session, viewer: Person, account: Account, begins: datetime | None, now: datetime
) -> tuple[Balance, dict[Side, int]]:
    """The balance of both sides alone, in the same quarters; and of each side how many promises that were done after
    `begins` were kept on time.
    """
    today = local_day(now, viewer.zone)
    quarters = last_quarters(today, viewer.workspace.fiscal_year_start)
    done_since = sa.false() if begins is None else sa.and_(Commitment.state == State.DONE, Commitment.ended_at > begins)
    found = list(_deeds(tx, viewer, account, quarters[0], done_since))
    new = [deed for row, deed in found if row.is_new and deed.is_on_time]
    on_time = {side: sum(one.is_ours == (side == Side.OURS) for one in new) for side in Side}
    return weigh_sides((deed for _, deed in found), quarters, today), on_time


def energy_of(tx: Session, viewer: Person, account: Account, now: datetime) -> Energy:
    """The energy of both sides in this fiscal quarter of the viewer's workspace and the last four.

    One statement, and one for the moves if there are some, however many commitments the account has.
    """
    today = local_day(now, viewer.zone)
    quarters = last_quarters(today, viewer.workspace.fiscal_year_start)
    found = _deeds(tx, viewer, account, quarters[0], sa.false(), Commitment.created_at)
    return weigh([deed for _, deed in found], quarters, today)


def _deeds(
    tx: Session, viewer: Person, account: Account, first: date, is_new: sa.ColumnElement[bool],
    *columns: sa.orm.InstrumentedAttribute[datetime],
) -> Iterator[tuple[Any, Deed]]:  # fmt: skip
    """The promises that are open, or fell due or ended on `first` or later, and those that are new; each with its row,
    which says whether it is. A wish is none.

    They have the day on which they began if its column is asked for: it takes long for thousands.
    """
    # A day earlier than in UTC: the owner's day may begin before.
    begins = datetime.combine(first, time(), UTC) - DAY
    which = (
        seen_at(Commitment, viewer, account),
        sa.or_(Commitment.ended_at.is_(None), Commitment.due_on >= first, Commitment.ended_at >= begins, is_new),
    )  # fmt: skip
    for row, promise, moves in promises(tx, which, Commitment.stakeholder_id, is_new.label("is_new"), *columns):
        begun_on = local_day(row.created_at, row.zone) if columns else None
        slipped_on = tuple(one.on for one in moves if one.slipped) if moves else ()
        yield row, Deed(row.side == Side.OURS, row.stakeholder_id, promise, row.due_on, begun_on, slipped_on)
