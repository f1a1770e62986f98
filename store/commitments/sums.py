"""The sums of an account, by side: what is late, what was moved, and what was kept on time in the quarter."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import people
from store.rules.calendar.brief_times import local_day
from store.rules.kept import Kept, Promise, agreed_date, kept_in, quarter_after, quarter_of
from store.scope import seen_by
from store.tables import Commitment, Entry, Person, Side, State, Subject

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Account

# Both databases take so many parameters.
_CHUNK = 500


@dataclass(frozen=True)
class Sums:
    """Of one side's commitments at an account: how many open ones are `late`, how many of them were `moved`, and how
    many of this quarter's were kept (store/rules/kept.py).
    """

    late: int
    moved: int
    kept: Kept


def sums_of(tx: Session, viewer: Person, account: Account, now: datetime) -> dict[Side, Sums]:
    """The sums of both sides, in the quarter of the viewer's workspace."""
    today = local_day(now, viewer.zone)
    first = quarter_of(today, viewer.workspace.fiscal_year_start)
    its = seen_by(Commitment, viewer), Commitment.account_id == account.id
    counted = tx.execute(
        sa.select(
            Commitment.side,
            sa.func.sum(sa.case((Commitment.due_on < today, 1), else_=0)).label("late"),
            sa.func.sum(sa.case((Commitment.slips > 0, 1), else_=0)).label("moved"),
        )
        .where(*its, Commitment.ended_at.is_(None))
        .group_by(Commitment.side)
    )
    open_ = {row.side: row for row in counted}
    promises = _promises(tx, its, first)
    return {
        side: Sums(
            int(open_[side].late) if side in open_ else 0, int(open_[side].moved) if side in open_ else 0,
            kept_in(promises[side], first, today),
        )
        for side in Side
    }  # fmt: skip


def _promises(tx: Session, its: Sequence[sa.ColumnElement[bool]], first: date) -> defaultdict[Side, list[Promise]]:
    """The commitments that may count in the quarter that begins on `first`.

    A date that was given after the due date has passed lies later than the date that counts, so those that were moved
    are read even if their present date is in a later quarter.
    """
    moved = sa.or_(Commitment.slips > 0, Commitment.first_due_on != Commitment.due_on)
    within = Commitment.due_on >= first, sa.or_(Commitment.due_on < quarter_after(first), moved)
    rows = tx.execute(
        sa.select(
            Commitment.id, Commitment.side, Commitment.due_on, Commitment.first_due_on, Commitment.state,
            Commitment.ended_at, Commitment.owner_id, moved.label("moved"),
        ).where(*its, *within)
    ).all()  # fmt: skip
    owners = {one.id: one for one in _people(tx, {row.owner_id for row in rows})}
    moves = _moves(tx, {row.id: owners[row.owner_id] for row in rows if row.moved})
    found: defaultdict[Side, list[Promise]] = defaultdict(list)
    for row in rows:
        owner = owners[row.owner_id]
        found[row.side].append(Promise(
            agreed_date(row.first_due_on, moves[row.id]) if row.moved else row.due_on, people.working_days(owner),
            local_day(row.ended_at, owner.zone) if row.ended_at else None, is_done=row.state == State.DONE,
        ))  # fmt: skip
    return found


def _moves(tx: Session, owners: dict[int, Person]) -> defaultdict[int, list[tuple[date, date]]]:
    """The changes of the due dates of these commitments, by id: the owner's day and the new date, oldest first."""
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    for row in _entries(tx, sorted(owners)):
        if "due_on" in row.changes:
            on = local_day(row.at, owners[row.subject_id].zone)
            found[row.subject_id].append((on, date.fromisoformat(row.changes["due_on"][1])))
    return found


def _entries(tx: Session, ids: Sequence[int]) -> list[Any]:
    found: list[Any] = []
    for start in range(0, len(ids), _CHUNK):
        of = Entry.subject_id.in_(ids[start : start + _CHUNK]), Entry.subject_kind == Subject.COMMITMENT
        found += tx.execute(sa.select(Entry.subject_id, Entry.at, Entry.changes).where(*of).order_by(Entry.id))
    return found


def _people(tx: Session, ids: Collection[int]) -> list[Person]:
    wanted, found = sorted(ids), list[Person]()
    for start in range(0, len(wanted), _CHUNK):
        chunk = Person.id.in_(wanted[start : start + _CHUNK])
        found += tx.scalars(sa.select(Person).where(chunk).options(joinedload(Person.workspace)))
    return found
