"""Accounts: the customers that commitments are made to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from store.db import insert_once
from store.errors import NotFoundError
from store.rules.names import fold, look_alikes
from store.rules.text import NAME_LIMIT, required
from store.scope import seen_by
from store.tables import Account, Person

if TYPE_CHECKING:
    from datetime import datetime


def names(tx: Session, viewer: Person) -> list[str]:
    """The names of all accounts that the viewer sees, for matching what people write."""
    return list(tx.scalars(sa.select(Account.name).where(seen_by(Account, viewer)).order_by(Account.name)))


def get(tx: Session, viewer: Person, account_id: int) -> Account:
    account = tx.scalar(
        sa.select(Account).where(seen_by(Account, viewer), Account.id == account_id).options(joinedload(Account.owner))
    )
    if account is None:
        raise NotFoundError("That account is not in the ledger any more. Please choose another.", field="account")
    return account


def named(tx: Session, viewer: Person, name: str) -> Account | None:
    """The account of that name, whatever its case, accents and legal suffix."""
    return tx.scalar(
        sa.select(Account)
        .where(seen_by(Account, viewer), Account.name_key == fold(name))
        .options(joinedload(Account.owner))
    )


def matching(tx: Session, viewer: Person, typed: str, *, limit: int = 20) -> list[Account]:
    """Accounts whose name contains what was typed, by name; all of them (to `limit`) for nothing typed. Where no name
    contains it: those that only look like it.
    """
    query = sa.select(Account).where(seen_by(Account, viewer)).order_by(Account.name).limit(limit)
    key = fold(typed)
    if not key:
        return list(tx.scalars(query))
    found = list(tx.scalars(query.where(Account.name_key.contains(key, autoescape=True))))
    if found:
        return found
    alike = [fold(name) for name in look_alikes(typed, names(tx, viewer))]
    return list(tx.scalars(query.where(Account.name_key.in_(alike)))) if alike else []


def create(
    tx: Session,
    viewer: Person,
    name: str,
    *,
    now: datetime,
    category: str | None = None,
    owner: Person | None = None,
    channel: str | None = None,
) -> Account:
    """Create the account of that name, owned by the viewer unless `owner` is given; an existing one is returned.

    BadInputError at `account` for an empty or overlong name.
    """
    name = required(name, field="account", what="The account's name", limit=NAME_LIMIT)
    key = fold(name) or name.casefold()
    owner_id = (owner or viewer).id
    values = {
        "workspace_id": viewer.workspace_id, "name": name, "name_key": key, "category": category,
        "owner_id": owner_id, "channel": channel, "created_at": now,
    }  # fmt: skip
    insert_once(tx, Account, values, keys=("workspace_id", "name_key"))
    return tx.scalars(
        sa.select(Account).where(seen_by(Account, viewer), Account.name_key == key).options(joinedload(Account.owner))
    ).one()
