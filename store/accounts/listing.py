"""The list of accounts, with the number of open commitments of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from store.accounts.questions import ARCHIVED, LIVE, WITH_PEOPLE
from store.scope import seen_by
from store.tables import Account, Commitment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from store.tables import Person


@dataclass(frozen=True)
class Row:
    """An account and how many of its commitments are open, and overdue."""

    account: Account
    open: int
    overdue: int


@dataclass(frozen=True)
class Listing:
    """One page of the list: its rows from `start` on, and the `total` of the list.

    `others` counts the accounts of the other list: the archived accounts for the list of accounts in use, and the other
    way round.
    """

    rows: Sequence[Row]
    start: int
    total: int
    others: int


def listing(tx: Session, viewer: Person, *, today: date, start: int, size: int, archived: bool = False) -> Listing:
    """Accounts in use, or archived accounts, by name. Accounts whose lead or coach the viewer is come first."""
    of_both = seen_by(Account, viewer), Account.merged_into_id.is_(None)
    is_archived = sa.func.count(Account.archived_at)
    everything, in_archive = tx.execute(sa.select(sa.func.count(), is_archived).where(*of_both)).one()
    total = in_archive if archived else everything - in_archive
    # The list may have become shorter since the person opened it: then its last page is shown.
    start = start if start < total else max(0, (total - 1) // size * size)
    own = sa.or_(Account.owner_id == viewer.id, Account.coach_id == viewer.id)
    found = tx.scalars(
        sa.select(Account)
        .where(seen_by(Account, viewer), ARCHIVED if archived else LIVE)
        .options(*WITH_PEOPLE)
        .order_by(sa.case((own, 0), else_=1), sa.func.lower(Account.name), Account.id)
        .offset(start)
        .limit(size)
    ).all()
    counts = _counts(tx, found, today)
    rows = [Row(account, *counts.get(account.id, (0, 0))) for account in found]
    return Listing(rows, start, total, everything - total)


def _counts(tx: Session, accounts: Sequence[Account], today: date) -> dict[int, tuple[int, int]]:
    """The numbers of open and of overdue commitments, by account id."""
    overdue = sa.func.sum(sa.case((Commitment.due_on < today, 1), else_=0))
    found = tx.execute(
        sa.select(Commitment.account_id, sa.func.count(), overdue)
        .where(Commitment.account_id.in_([one.id for one in accounts]), Commitment.ended_at.is_(None))
        .group_by(Commitment.account_id)
    )
    return {account_id: (number, int(late or 0)) for account_id, number, late in found if account_id is not None}
