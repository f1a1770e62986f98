"""The list of accounts, with the number of open commitments of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from store.accounts.questions import ARCHIVED, LIVE, WITH_PEOPLE
from store.scope import seen_by
from store.tables import Account, Commitment, PlanMember

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from store.tables import Person


class Whose(StrEnum):
    """The accounts of a list: all that are in use, those of the viewer, the others, or the archived ones."""

    ALL, MINE, OTHERS, ARCHIVED = "all", "mine", "others", "archived"


@dataclass(frozen=True)
class Row:
    """An account and how many of its commitments are open, and overdue."""

    account: Account
    open: int
    overdue: int


@dataclass(frozen=True)
class Listing:
    """One page of the list: `whose` accounts it has, its rows from `start` on, and the `total` of each list."""

    whose: Whose
    rows: Sequence[Row]
    start: int
    totals: Mapping[Whose, int]

    @property
    def total(self) -> int:
        return self.totals[self.whose]


def listing(
    tx: Session, viewer: Person, *, today: date, start: int, size: int, whose: Whose = Whose.ALL
) -> Listing:  # fmt: skip
    """Accounts by name, those of the viewer first. The list of the viewer's own is that of all while there are none."""
    own = _own(viewer)
    count = sa.func.count()
    of_both = seen_by(Account, viewer), Account.merged_into_id.is_(None)
    live = sa.func.sum(sa.case((Account.archived_at.is_(None), 1), else_=0))
    mine = sa.func.sum(sa.case((sa.and_(Account.archived_at.is_(None), own), 1), else_=0))
    everything, in_use, owned = (
        int(each or 0) for each in tx.execute(sa.select(count, live, mine).where(*of_both)).one()
    )
    totals = {
        Whose.ALL: in_use, Whose.MINE: owned, Whose.OTHERS: in_use - owned, Whose.ARCHIVED: everything - in_use
    }  # fmt: skip
    whose = Whose.ALL if whose == Whose.MINE and not owned else whose
    total = totals[whose]
    # The list may have become shorter since the person opened it: then its last page is shown.
    start = start if start < total else max(0, (total - 1) // size * size)
    which = {
        Whose.ALL: [LIVE], Whose.MINE: [LIVE, own], Whose.OTHERS: [LIVE, sa.not_(own)], Whose.ARCHIVED: [ARCHIVED]
    }  # fmt: skip
    found = tx.scalars(
        sa.select(Account)
        .where(seen_by(Account, viewer), *which[whose])
        .options(*WITH_PEOPLE)
        .order_by(sa.case((own, 0), else_=1), sa.func.lower(Account.name), Account.id)
        .offset(start)
        .limit(size)
    ).all()
    counts = _counts(tx, found, today)
    rows = [Row(account, *counts.get(account.id, (0, 0))) for account in found]
    return Listing(whose, rows, start, totals)


def _own(viewer: Person) -> sa.ColumnElement[bool]:
    """The accounts of which the viewer is lead, coach or sponsor, or in the plan team."""
    parts = (Account.owner_id, Account.coach_id, Account.sponsor_id)
    in_team = sa.select(PlanMember.account_id).where(PlanMember.person_id == viewer.id)
    return sa.or_(*(sa.and_(part.is_not(None), part == viewer.id) for part in parts), Account.id.in_(in_team))


def _counts(tx: Session, accounts: Sequence[Account], today: date) -> dict[int, tuple[int, int]]:
    """The numbers of open and of overdue commitments, by account id."""
    overdue = sa.func.sum(sa.case((Commitment.due_on < today, 1), else_=0))
    found = tx.execute(
        sa.select(Commitment.account_id, sa.func.count(), overdue)
        .where(Commitment.account_id.in_([one.id for one in accounts]), Commitment.ended_at.is_(None))
        .group_by(Commitment.account_id)
    )
    return {account_id: (number, int(late or 0)) for account_id, number, late in found if account_id is not None}
