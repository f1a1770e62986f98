"""Questions about accounts. The name of an account that was merged into another means that other account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from store import history, people, type_ahead
from store.errors import NotFoundError
from store.rules.names import fold, look_alikes
from store.scope import asker, seen_by, seen_by_asker
from store.tables import Account, Entry, Person, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

WITH_PEOPLE = (joinedload(Account.owner), joinedload(Account.coach), joinedload(Account.sponsor))
LIVE = sa.and_(Account.archived_at.is_(None), Account.merged_into_id.is_(None))
ARCHIVED = sa.and_(Account.archived_at.is_not(None), Account.merged_into_id.is_(None))
_KEPT = aliased(Account)
# Built once: each line that people type asks it.
_NAMES = (
    sa.select(Account.name)
    .outerjoin(_KEPT, _KEPT.id == Account.merged_into_id)
    .where(seen_by_asker(Account), sa.func.coalesce(_KEPT.archived_at, Account.archived_at).is_(None))
    .order_by(Account.name)
)
_OF_CHANNEL = (
    sa.select(Account)
    .where(seen_by_asker(Account), LIVE, Account.channel == sa.bindparam("channel"))
    .options(*WITH_PEOPLE)
    .limit(2)
    .with_for_update(of=Account, read=True, key_share=True)
)


def names(tx: Session, viewer: Person) -> list[str]:
    """The names of accounts in use that the viewer sees, for matching text. Names of merged accounts are among them."""
    return list(tx.scalars(_NAMES, asker(viewer)))


def archived(tx: Session, viewer: Person) -> list[str]:
    """The names of archived accounts."""
    return list(tx.scalars(sa.select(Account.name).where(seen_by(Account, viewer), ARCHIVED).order_by(Account.name)))


def get(tx: Session, viewer: Person, account_id: int, *, to_use: bool = False) -> Account:
    """The account of that id, or the account that it was merged into. NotFoundError if this viewer sees none.

    With `to_use` the account cannot be merged before this transaction ends.
    """
    account = _one(tx, viewer, Account.id == account_id, to_use=to_use)
    if account is None:
        raise NotFoundError("That account is not in the ledger any more. Please choose another.", field="account")
    return account


def by_ids(tx: Session, viewer: Person, ids: Iterable[int]) -> list[Account]:
    """The accounts of those ids that the viewer sees."""
    return list(tx.scalars(sa.select(Account).where(seen_by(Account, viewer), Account.id.in_(list(ids)))))


def named(tx: Session, viewer: Person, name: str, *, to_use: bool = False) -> Account | None:
    """The account of that name. Case, accents and legal suffix do not matter. `to_use` is the same as in `get`."""
    return _one(tx, viewer, Account.name_key == fold(name), to_use=to_use)


def lead_of(tx: Session, account_id: int) -> Person | None:
    """The lead of an account, with their workspace; the coach if the lead has left."""
    query = sa.select(Account).where(Account.id == account_id).options(*WITH_PEOPLE)
    account = tx.scalars(query).one()
    found = people.first_here(account.owner, account.coach)
    return None if found is None else people.get(tx, found.id)


def here(tx: Session, viewer: Person, channel: str) -> Account | None:
    """The account in use that has this channel, to look at; None if no account has it, or more than one."""
    which = seen_by(Account, viewer), LIVE, Account.channel == channel
    found = tx.scalars(sa.select(Account).where(*which).options(*WITH_PEOPLE).limit(2)).all() if channel else []
    return found[0] if len(found) == 1 else None


def of_channel(tx: Session, viewer: Person, channel: str) -> Account | None:
    """The account in use that has this channel; None if no account has it, or more than one. It cannot be merged before
    this transaction ends.
    """
    found = tx.scalars(_OF_CHANNEL, asker(viewer) | {"channel": channel}).all()
    return found[0] if len(found) == 1 else None


def _one(tx: Session, viewer: Person, which: sa.ColumnElement[bool], *, to_use: bool) -> Account | None:
    query = sa.select(Account).where(seen_by(Account, viewer)).options(*WITH_PEOPLE)
    if to_use:
        # A merge waits for this transaction, or this transaction for the merge (`history.lock` with `whole`).
        query = query.with_for_update(of=Account, read=True, key_share=True)
    found = tx.scalar(query.where(which))
    if found is None or found.merged_into_id is None:
        return found
    return tx.scalars(query.where(Account.id == found.merged_into_id)).one()


def matching(tx: Session, viewer: Person, typed: str, *, limit: int = type_ahead.MOST) -> list[Account]:
    """At most `limit` accounts in use whose name contains each word of the typed text, the best first and of these the
    viewer's own; all accounts for an empty text.

    If no name contains it: accounts whose name looks like it.
    """
    key, wanted = Account.name_key, fold(typed)
    own = sa.case((sa.or_(Account.owner_id == viewer.id, Account.coach_id == viewer.id), 0), else_=1)
    order = [*([type_ahead.rank(key, wanted)] if wanted else []), own, key, Account.id]
    query = sa.select(Account).where(seen_by(Account, viewer), LIVE).order_by(*order).limit(limit)
    if not wanted:
        return list(tx.scalars(query))
    found = list(tx.scalars(query.where(_called(sa.and_(*type_ahead.fits(key, wanted))))))
    if found:
        return found
    alike = [fold(name) for name in look_alikes(typed, names(tx, viewer))]
    return list(tx.scalars(query.where(_called(Account.name_key.in_(alike))))) if alike else []


def _called(which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The condition for accounts whose own name fits, or the name of an account that was merged into them."""
    former = sa.select(Account.merged_into_id).where(which, Account.merged_into_id.is_not(None))
    return sa.or_(which, Account.id.in_(former))


def history_of(tx: Session, viewer: Person, account: Account) -> list[Entry]:
    """The entries of the account and of those that were merged into it, oldest first."""
    merged = sa.select(Account).where(seen_by(Account, viewer), Account.merged_into_id == account.id)
    found = [entry for one in (account, *tx.scalars(merged)) for entry in history.entries(tx, viewer, one)]
    return sorted(found, key=lambda entry: entry.id)


def names_in(tx: Session, viewer: Person, entries: Iterable[Entry]) -> dict[str, dict[int, str]]:
    """The names of people and accounts in these entries of accounts: {"people" or "accounts": {id: name}}."""
    entries = list(entries)
    people = history.people_named(entries, ("owner_id", "coach_id", "sponsor_id", "team"))
    accounts = history.people_named(entries, ("merged_into_id", "account_id", "parent_id"))
    accounts |= {entry.subject_id for entry in entries if entry.subject_kind == Subject.ACCOUNT}
    return {
        name: {
            row[0]: row[1]
            for row in tx.execute(sa.select(table.id, table.name).where(seen_by(table, viewer), table.id.in_(ids)))
        }
        for name, table, ids in (("people", Person, people), ("accounts", Account, accounts))
    }
