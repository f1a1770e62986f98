"""The verbs that change one account: create, archive, restore. store/plan/basis.py edits, merging.py merges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import history
from store.accounts.changing import (
    TAKEN_BACK,
    changed_meanwhile,
    check_change,
    lock_for_change,
    locked,
    save_change,
)
from store.accounts.naming import IS_HIDDEN, key_of
from store.accounts.questions import WITH_PEOPLE, get
from store.db import insert_once
from store.errors import BadInputError, NotAllowedError
from store.rules.text import NAME_LIMIT, REASON_LIMIT, required
from store.scope import seen_by
from store.tables import OF_ACCOUNTS, Account, Commitment, Person, Verb

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def create(
    tx: Session,
    viewer: Person,
    name: str,
    *,
    now: datetime,
    category: str | None = None,
    owner: Person | None = None,
    channel: str | None = None,
    origin_key: str | None = None,
) -> Account:
    """Create the account of that name, with the viewer as lead unless `owner` is given; an existing one is returned.

    An archived account is restored, if the viewer may. For the name of a merged account, the kept account is returned.
    BadInputError at `account` for an empty or too long name.
    """
    name = required(name, field="account", what="The account's name", limit=NAME_LIMIT)
    key = key_of(name)
    values = {
        "workspace_id": viewer.workspace_id, "name": name, "name_key": key, "category": category,
        "owner_id": (owner or viewer).id, "channel": channel, "created_at": now,
        "next_check_at": now,
    }  # fmt: skip
    is_new = insert_once(tx, Account, values, keys=("workspace_id", "name_key")) is not None
    which = seen_by(Account, viewer), Account.name_key == key
    found = tx.scalars(sa.select(Account).where(*which).options(*WITH_PEOPLE)).one_or_none()
    if found is None:
        raise BadInputError(IS_HIDDEN, field="account")
    if is_new:
        history.append(tx, viewer, found, Verb.CREATE, now=now, origin_key=origin_key)
        return found
    found = get(tx, viewer, found.id, to_use=True)
    return found if found.is_live else _restored(tx, viewer, found, origin_key, now)


def archive(
    tx: Session, viewer: Person, account_id: int, reason: str, *, version: int, origin_key: str, now: datetime
) -> Account:
    """Take an account out of use, for a reason. Its open commitments stay."""
    reason = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    account = lock_for_change(tx, viewer, account_id, version=version, origin_key=origin_key, now=now)
    if account is None:
        return get(tx, viewer, account_id)
    if account.archived_at is not None:
        raise changed_meanwhile(tx, viewer, account)
    account.archived_at, account.archive_reason = now, reason
    save_change(tx, viewer, account, Verb.ARCHIVE, {}, now, origin_key, reason)
    return _again(tx, viewer, account)


def restore(tx: Session, viewer: Person, account_id: int, *, origin_key: str, now: datetime) -> Account:
    """Bring an archived account back into use."""
    account = lock_for_change(tx, viewer, account_id, version=None, origin_key=origin_key, now=now)
    if account is None:
        return get(tx, viewer, account_id)
    if account.archived_at is None:
        raise changed_meanwhile(tx, viewer, account)
    account.archived_at = account.archive_reason = None
    save_change(tx, viewer, account, Verb.RESTORE, {}, now, origin_key)
    return _again(tx, viewer, account)


def confirm(tx: Session, viewer: Person, account_id: int, *, origin_key: str, now: datetime) -> None:
    """Say that the plan of the account is still true as it stands."""
    account = lock_for_change(tx, viewer, account_id, version=None, origin_key=origin_key, now=now)
    if account is not None:
        save_change(tx, viewer, account, Verb.CONFIRM, {}, now, origin_key)


def take_back(tx: Session, viewer: Person, commitment: Commitment, *, origin_key: str, now: datetime) -> None:
    """Archive the account of a commitment that was undone, if it was created with the commitment and has nothing else.

    "With the commitment" means by the same gesture, or by the button on its receipt.
    """
    gestures = {entry.origin_key for entry in history.entries(tx, viewer, commitment)}
    wanted = sa.select(Account).where(Account.id == commitment.account_id)
    # A locked row is skipped: another request is about to add a row to the account.
    account = tx.scalar(wanted.with_for_update(skip_locked=True))
    if account is None or not account.is_live:
        return
    entries = history.entries(tx, viewer, account)
    created_with_it = len(entries) == 1 and entries[0].verb == Verb.CREATE and entries[0].origin_key in gestures
    if not created_with_it or _has_more(tx, account, commitment):
        return
    account.archived_at, account.archive_reason = now, TAKEN_BACK
    save_change(tx, viewer, account, Verb.TAKE_BACK, {}, now, origin_key, TAKEN_BACK)


def _has_more(tx: Session, account: Account, commitment: Commitment) -> bool:
    """Whether the account has a merged account or another row besides this commitment."""
    others = [
        sa.exists().where(table.account_id == account.id, *([table.id != commitment.id] if table is Commitment else []))
        for table in OF_ACCOUNTS
    ]
    merged = sa.exists().where(Account.merged_into_id == account.id)
    return tx.scalar(sa.select(sa.or_(*others, merged))) is True


def _restored(tx: Session, viewer: Person, account: Account, origin_key: str | None, now: datetime) -> Account:
    """Restore an archived account whose name is used again. NotAllowedError if the viewer may not."""
    account = locked(tx, viewer, [account.id])[account.id]
    if account.is_live:
        return account
    if account.archive_reason != TAKEN_BACK:
        try:
            check_change(viewer, account, now)
        except NotAllowedError as error:
            words = f"{account.name} is archived. {error.words}"
            raise type(error)(words, field="account") from None
    account.archived_at = account.archive_reason = None
    save_change(tx, viewer, account, Verb.RESTORE, {}, now, origin_key or f"restore:{account.version}")
    return account


def _again(tx: Session, viewer: Person, account: Account) -> Account:
    """The account, loaded again with its present people."""
    tx.flush()
    tx.expire(account)
    return get(tx, viewer, account.id)
