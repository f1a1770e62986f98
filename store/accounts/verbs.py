"""The verbs that change one account: create, edit, archive, restore. Merging two is in merging.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from store import history
from store.accounts.changing import (
    TAKEN_BACK,
    changed_meanwhile,
    check_change,
    lock_for_change,
    locked,
    save_change,
)
from store.accounts.questions import WITH_PEOPLE, get
from store.db import insert_once
from store.errors import BadInputError, NotAllowedError
from store.rules.names import fold
from store.rules.text import NAME_LIMIT, REASON_LIMIT, required
from store.scope import seen_by
from store.tables import OF_ACCOUNTS, Account, Category, Commitment, Person, Stakeholder, Verb

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Details:
    """An account as its form shows it. `channel` is the id of a Slack channel, `currency` a code such as EUR."""

    name: str
    owner: Person | None
    coach: Person | None
    category: str | None
    channel: str | None
    currency: str | None = None


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
    key = fold(name) or name.casefold()
    values = {
        "workspace_id": viewer.workspace_id, "name": name, "name_key": key, "category": category,
        "owner_id": (owner or viewer).id, "channel": channel, "created_at": now,
    }  # fmt: skip
    is_new = insert_once(tx, Account, values, keys=("workspace_id", "name_key")) is not None
    which = seen_by(Account, viewer), Account.name_key == key
    found = tx.scalars(sa.select(Account).where(*which).options(*WITH_PEOPLE)).one()
    if is_new:
        history.append(tx, viewer, found, Verb.CREATE, now=now, origin_key=origin_key)
        return found
    found = get(tx, viewer, found.id, to_use=True)
    return found if found.is_live else _restored(tx, viewer, found, origin_key, now)


def edit(
    tx: Session, viewer: Person, account_id: int, details: Details, *, version: int, origin_key: str, now: datetime
) -> Account:
    """Change the account to the values of its form. BadInputError at `name` if another account has that name."""
    account = lock_for_change(tx, viewer, account_id, version=version, origin_key=origin_key, now=now)
    if account is None:
        return get(tx, viewer, account_id)
    name = required(details.name, field="name", what="The account's name", limit=NAME_LIMIT)
    if details.category not in {None, *Category}:
        raise BadInputError("Choose A, B, C or D, or no category.", field="category")
    currency = (details.currency or "").strip().upper() or None
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        raise BadInputError("Write the currency as its code of three letters, such as EUR.", field="currency")
    if details.coach and details.owner and details.coach.id == details.owner.id:
        raise BadInputError(f"{details.coach.name} is the lead. The coach is the lead's manager.", field="coach")
    key = fold(name) or name.casefold()
    if key != account.name_key:
        _free_name(tx, account, name, key)
    renamed = history.set_fields(account, {"name": name})
    wanted: dict[str, Any] = {
        "owner_id": details.owner.id if details.owner else None,
        "coach_id": details.coach.id if details.coach else None,
        "category": details.category,
        "channel": details.channel,
        "currency": currency,
    }
    changes = renamed | history.set_fields(account, wanted)
    account.name_key = key
    _flush(tx)
    if changes:
        save_change(tx, viewer, account, Verb.RENAME if changes == renamed else Verb.EDIT, changes, now, origin_key)
    return _again(tx, viewer, account)


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
    """Whether the account has a stakeholder, a merged account or another row besides this commitment."""
    others = [
        sa.exists().where(table.account_id == account.id, *([table.id != commitment.id] if table is Commitment else []))
        for table in OF_ACCOUNTS
    ]
    stakeholders = sa.exists().where(Stakeholder.account_id == account.id)
    merged = sa.exists().where(Account.merged_into_id == account.id)
    return tx.scalar(sa.select(sa.or_(*others, stakeholders, merged))) is True


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


def _free_name(tx: Session, account: Account, name: str, key: str) -> None:
    """Raise BadInputError if another account has the name.

    If an account that was merged into this one has it, the two accounts swap names: both names mean this account.
    """
    which = Account.workspace_id == account.workspace_id, Account.name_key == key
    other = tx.scalar(sa.select(Account).where(*which))
    if other is None:
        return
    if other.merged_into_id == account.id:
        old = {"name": account.name, "name_key": account.name_key}
        # One after the other, because names must be unique at every moment.
        for one, values in (
            (other, {"name_key": f"\x1f{other.id}"}),
            (account, {"name_key": key}),
            (other, old),
        ):
            tx.execute(sa.update(Account).where(Account.id == one.id).values(values))
        return
    if other.merged_into_id is not None:
        words = f"{name} was merged into another account, and its name leads there. Please choose another name."
    elif other.archived_at is not None:
        words = f"An archived account is called {other.name}. Please choose another name, or restore that one."
    else:
        words = f"There is an account called {other.name} already. Choose another name, or merge the two."
    raise BadInputError(words, field="name")


def _flush(tx: Session) -> None:
    """Write the changes. BadInputError if another request has taken the name at this moment."""
    try:
        tx.flush()
    except IntegrityError:
        words = "Another account was given that name just now. Please choose another."
        raise BadInputError(words, field="name") from None


def _again(tx: Session, viewer: Person, account: Account) -> Account:
    """The account, loaded again with its present people."""
    tx.flush()
    tx.expire(account)
    return get(tx, viewer, account.id)
