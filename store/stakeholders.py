"""Stakeholders: people at the client, as rows of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from store.accounts.questions import LIVE
from store.db import insert_once
from store.errors import BadInputError, NotFoundError
from store.rules.line.client import person_in
from store.rules.names import fold_person
from store.rules.text import NAME_LIMIT, optional, required
from store.scope import asker, seen_by, seen_by_asker
from store.tables import Account, Person, Stakeholder

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# Built once: each line that belongs to an account asks it.
_THEIRS = sa.select(Stakeholder).where(seen_by_asker(Stakeholder), Stakeholder.account_id == sa.bindparam("account"))


def of_account(tx: Session, viewer: Person, account: Account) -> list[Stakeholder]:
    """At most 20 of the account's stakeholders, by name."""
    return matching(tx, viewer, account=account)


def matching(
    tx: Session, viewer: Person, typed: str = "", *, account: Account | None = None, limit: int = 20
) -> list[Stakeholder]:
    """At most `limit` stakeholders whose name contains each word of the typed text, by name, with their account.

    They are those of `account`, or else of all accounts in use.
    """
    at = Stakeholder.account_id == account.id if account else LIVE
    words = (Stakeholder.name_key.contains(word, autoescape=True) for word in fold_person(typed).split())
    return list(tx.scalars(_with_account(viewer).where(at, *words).order_by(Stakeholder.name).limit(limit)))


def named_in(tx: Session, viewer: Person, account: Account, text: str) -> Stakeholder | None:
    """The only stakeholder of the account whom the text names (store/rules/line/client.py)."""
    found = tx.scalars(_THEIRS, asker(viewer) | {"account": account.id}).all()
    place = person_in(text, [one.name for one in found])
    return None if place is None else found[place]


def find(tx: Session, viewer: Person, stakeholder_id: int) -> Stakeholder | None:
    """The stakeholder of that id, with their account; None if there is none."""
    return tx.scalar(_with_account(viewer).where(Stakeholder.id == stakeholder_id))


def _with_account(viewer: Person) -> sa.Select[Stakeholder]:
    joined = sa.select(Stakeholder).join(Stakeholder.account)
    return joined.where(seen_by(Stakeholder, viewer)).options(contains_eager(Stakeholder.account))


def get(tx: Session, viewer: Person, stakeholder_id: int, *, account: Account | None) -> Stakeholder:
    """The stakeholder of that id. NotFoundError if there is none, BadInputError for another account's stakeholder."""
    found = tx.scalar(sa.select(Stakeholder).where(seen_by(Stakeholder, viewer), Stakeholder.id == stakeholder_id))
    if found is None:
        raise NotFoundError("That person is not in the ledger any more.", field="stakeholder")
    if account is None or found.account_id != account.id:
        raise BadInputError(f"{found.name} belongs to another account.", field="stakeholder")
    return found


def create(
    tx: Session,
    viewer: Person,
    name: str,
    *,
    account: Account | None,
    now: datetime,
    title: str | None = None,
    owner: Person | None = None,
) -> Stakeholder:
    """Add a stakeholder to the account, or return the one of that name. BadInputError without an account."""
    name = required(name, field="stakeholder", what="The client's person", limit=NAME_LIMIT)
    if account is None:
        raise BadInputError(f"Choose the account that {name} belongs to.", field="account")
    key = fold_person(name) or name.casefold()
    values = {
        "workspace_id": viewer.workspace_id, "account_id": account.id, "name": name, "name_key": key,
        "title": optional(title, field="title", what="The title", limit=NAME_LIMIT),
        "owner_id": (owner or viewer).id, "created_at": now,
    }  # fmt: skip
    insert_once(tx, Stakeholder, values, keys=("account_id", "name_key"))
    return tx.scalars(
        sa.select(Stakeholder).where(Stakeholder.account_id == account.id, Stakeholder.name_key == key)
    ).one()
