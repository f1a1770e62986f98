"""The accounts that an account is a part of: legal entity, business unit, budget centre. None is a part of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store.errors import BadInputError
from store.tables import Account, Workspace

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def check(tx: Session, account: Account) -> None:
    """BadInputError at `parent` if the account, whose new parent is written, is a part of itself, over any number of
    accounts.
    """
    lock(tx, account)
    if account.id in above(tx, account.parent_id):
        raise BadInputError(
            f"{account.name} would become a part of itself: that account is {account.name}, or belongs to it.",
            field="parent",
        )


def lock(tx: Session, account: Account) -> None:
    """Changes of parents wait for each other, so that two people cannot close a circle from its two ends.

    It is locked after the accounts: a request that records a commitment locks its account and then this row.
    """
    tx.execute(sa.select(Workspace.id).where(Workspace.id == account.workspace_id).with_for_update(key_share=True))


def above(tx: Session, account_id: int | None) -> set[int]:
    """The ids of the account, of its parent, of that one's parent, and so on."""
    way = sa.select(Account.id, Account.parent_id).where(Account.id == account_id).cte(recursive=True)
    # UNION, not UNION ALL: it ends also in a circle.
    way = way.union(sa.select(Account.id, Account.parent_id).join(way, Account.id == way.c.parent_id))
    return set(tx.scalars(sa.select(way.c.id)))
