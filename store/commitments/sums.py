"""The sums of an account, by side: what is late, what was moved, and what was kept on time in the quarter.

A wish, to which the client has not agreed, is no promise: it counts as open and as a wish, and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.commitments.promises import IS_PROMISE, WAS_MOVED, promises
from store.commitments.questions import visible
from store.commitments.serving import nearest
from store.rules.calendar.brief_times import local_day
from store.rules.energy import Quarter, last_quarters
from store.rules.kept import Kept, kept_in, quarter_after, quarter_of
from store.scope import seen_at, seen_by
from store.tables import Commitment, Side, Stakeholder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.commitments.serving import NextAction
    from store.rules.energy import Balance
    from store.rules.kept import Promise
    from store.tables import Account, Person


@dataclass(frozen=True)
class Sums:
    """Of one side's commitments at an account: how many are `open`, how many of these are `late`, were `moved` and are
    `wishes`, and how many of this quarter's were kept (store/rules/kept.py).
    """

    open: int
    late: int
    moved: int
    kept: Kept
    wishes: int = 0


def sums_of(tx: Session, viewer: Person, account: Account, now: datetime) -> dict[Side, Sums]:
    """The sums of both sides, in the quarter of the viewer's workspace."""
    today = local_day(now, viewer.zone)
    kept = kept_at(tx, viewer, [account.id], today)
    counted = tx.execute(
        sa.select(Commitment.side, *(one.label(name) for name, one in _counts(today).items()))
        .outerjoin(Commitment.agreed_by)
        .where(seen_at(Commitment, viewer, account), Commitment.ended_at.is_(None))
        .group_by(Commitment.side)
    )
    return _with_kept({row.side: row for row in counted}, kept)


@dataclass(frozen=True)
class OpenHere:
    """The open business of an account: the sums and the `first` commitments of each side, by date, and the next action
    for each row of the plan that has one, by kind and id.
    """

    sums: Mapping[Side, Sums]
    first: Mapping[Side, Sequence[Commitment]]
    following: Mapping[tuple[str, int], NextAction]


def open_here(
    tx: Session, viewer: Person, account: Account, now: datetime, balance: Balance, *, size: int
) -> OpenHere:  # fmt: skip
    """The open business of an account whose `balance` is known, as of the same day, with at most `size` first
    commitments of each side. One statement.
    """
    of, counts, by_date = Commitment.side, _counts(local_day(now, viewer.zone)), (Commitment.due_on, Commitment.id)
    serves = Commitment.serves_kind, Commitment.serves_id
    ranked = (
        sa.select(
            Commitment.id, sa.func.row_number().over(partition_by=of, order_by=by_date).label("rank"),
            sa.func.row_number().over(partition_by=serves, order_by=by_date).label("place"),
            *(one.over(partition_by=of).label(name) for name, one in counts.items()),
        )
        .outerjoin(Commitment.agreed_by)
        .where(seen_at(Commitment, viewer, account), Commitment.ended_at.is_(None))
        .subquery()
    )  # fmt: skip
    found = tx.execute(
        visible(viewer).join(ranked, ranked.c.id == Commitment.id)
        .where(sa.or_(ranked.c.rank <= size, sa.and_(Commitment.serves_id.is_not(None), ranked.c.place == 1)))
        .add_columns(ranked.c.rank, *(ranked.c[name] for name in counts)).order_by(*by_date)
    ).all()  # fmt: skip
    kept = {side: given.quarters[-1].kept for side, given in zip(Side, (balance.ours, balance.theirs), strict=True)}
    first = {side: [row.Commitment for row in found if row.Commitment.side == side and row.rank <= size]
             for side in Side}  # fmt: skip
    sums = _with_kept({row.Commitment.side: row for row in found}, kept)
    return OpenHere(sums, first, nearest(row.Commitment for row in found))


def _counts(today: date) -> dict[str, sa.Function[int]]:
    """The figures of open commitments, by name: a statement gives them of each side."""
    return {
        "open": sa.func.count(Commitment.id),
        "late": _number(Commitment.due_on < today, _stood()),
        "moved": _number(Commitment.slips > 0, IS_PROMISE),
        "wishes": _number(sa.not_(IS_PROMISE)),
    }


def _with_kept(open_: Mapping[Side, Any], kept: Mapping[Side, Kept]) -> dict[Side, Sums]:
    return {
        side: Sums(int(one.open), int(one.late), int(one.moved), kept[side], int(one.wishes))
        if (one := open_.get(side))
        else Sums(0, 0, 0, kept[side])
        for side in Side
    }


def kept_at(tx: Session, viewer: Person, account_ids: Sequence[int], today: date) -> dict[Side, Kept]:
    """How many promises of these accounts were kept in the quarter of `today`, of each side."""
    first = quarter_of(today, viewer.workspace.fiscal_year_start)
    its = seen_by(Commitment, viewer), Commitment.account_id.in_(account_ids)
    found = _promises(tx, its, first, quarter_after(first))
    return {side: kept_in(found[side], first, today) for side in Side}


def kept_by_quarter(
    tx: Session, viewer: Person, account_ids: Sequence[int], today: date
) -> dict[Side, list[Quarter]]:  # fmt: skip
    """The same in the quarter of `today` and the last four, the oldest first. Only `kept` is known of each."""
    quarters = last_quarters(today, viewer.workspace.fiscal_year_start)
    its = seen_by(Commitment, viewer), Commitment.account_id.in_(account_ids)
    found = _promises(tx, its, quarters[0], quarter_after(quarters[-1]))
    return {side: [Quarter(one, kept=kept_in(found[side], one, today)) for one in quarters] for side in Side}


def _number(*which: sa.ColumnElement[bool]) -> sa.Function[int]:
    return sa.func.sum(sa.case((sa.and_(*which), 1), else_=0))


def _stood() -> sa.ColumnElement[bool]:
    """The condition that an open one was a promise when it fell due: it is ours, or the agreement stood then."""
    ends = (sa.or_(end.is_(None), end > Commitment.due_on) for end in (Commitment.agreed_until, Stakeholder.left_on))
    return sa.or_(Commitment.side == Side.OURS, sa.and_(Commitment.agreed_on.is_not(None), *ends))


def _promises(
    tx: Session, its: Sequence[sa.ColumnElement[bool]], first: date, end: date
) -> defaultdict[Side, list[Promise]]:  # fmt: skip
    """The commitments that may count in the quarters from `first` until before `end`.

    A date that was given after the due date has passed lies later than the date that counts, so those that were moved
    are read even if their present date is in a later quarter.
    """
    in_quarter = sa.and_(Commitment.due_on >= first, sa.or_(Commitment.due_on < end, WAS_MOVED))
    found: defaultdict[Side, list[Promise]] = defaultdict(list)
    for row, promise, _ in promises(tx, (*its, in_quarter)):
        found[row.side].append(promise)
    return found
