"""Merge two accounts. The merged account stays as a row, and its name means the kept account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import history
from store.accounts.changing import changed_meanwhile, check_change, locked, save_change
from store.accounts.questions import get
from store.db import UtcDateTime
from store.errors import BadInputError, NotFoundError
from store.tables import OF_ACCOUNTS, Account, Commitment, Entry, Person, SectionRow, Stakeholder, Verb

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_FILLED = ("owner_id", "coach_id", "category", "channel", "currency")


def merge(
    tx: Session, viewer: Person, account_id: int, into_id: int, *, version: int, origin_key: str, now: datetime
) -> Account:
    """Merge an account into another one, and return that one.

    Commitments and stakeholders move to the kept account, with their numbers and history. Empty fields of the kept
    account, such as its lead, are filled from the merged one. `version` is the version of the account to merge.
    BadInputError at `into` if an account cannot be merged into that one.
    """
    if account_id == into_id:
        raise BadInputError("An account can't be merged into itself. Choose another one.", field="into")
    found = locked(tx, viewer, [account_id, into_id])
    account, kept = found.get(account_id), found.get(into_id)
    if account is None or kept is None:
        raise NotFoundError("That account is not in the ledger any more. Please choose another.", field="into")
    if history.is_repeat(tx, viewer, account, origin_key):
        return get(tx, viewer, account_id)
    if account.merged_into_id is not None or account.version != version:
        raise changed_meanwhile(tx, viewer, account)
    if kept.merged_into_id is not None:
        now_in = get(tx, viewer, kept.merged_into_id)
        raise BadInputError(f"{kept.name} was merged into {now_in.name}. Please choose another one.", field="into")
    if kept.archived_at is not None:
        raise BadInputError(f"{kept.name} is archived. Restore it first, or choose another one.", field="into")
    check_change(viewer, account, now)
    check_change(viewer, kept, now)
    for table in OF_ACCOUNTS:
        _move(tx, viewer, table, account, kept, origin_key, now)
    _move_stakeholders(tx, account, kept)
    tx.execute(sa.update(Account).where(Account.merged_into_id == account.id).values(merged_into_id=kept.id))
    changes = history.set_fields(account, {"merged_into_id": kept.id})
    account.archived_at = account.archive_reason = None
    save_change(tx, viewer, account, Verb.MERGE, changes, now, origin_key)
    filled = {field: getattr(account, field) for field in _FILLED if getattr(kept, field) is None}
    changes = {"account_id": [None, account.id], **history.set_fields(kept, filled)}
    save_change(tx, viewer, kept, Verb.TAKE_IN, changes, now, origin_key)
    tx.flush()
    tx.expire(kept)
    return get(tx, viewer, kept.id)


def _move(
    tx: Session, viewer: Person, table: type[Commitment | SectionRow], account: Account, kept: Account,
    origin_key: str, now: datetime,
) -> None:  # fmt: skip
    """Move the rows of one table to the kept account, and add an entry to the history of each."""
    entry = sa.select(
        table.workspace_id, sa.literal(str(table.subject_kind)), table.id, sa.literal(now, UtcDateTime()),
        sa.literal(viewer.id), sa.literal(Verb.MERGE.value),
        sa.literal({"account_id": [account.id, kept.id]}, sa.JSON()), sa.literal(origin_key),
    ).where(table.account_id == account.id)  # fmt: skip
    columns = ["workspace_id", "subject_kind", "subject_id", "at", "actor_id", "verb", "changes", "origin_key"]
    tx.execute(sa.insert(Entry).from_select(columns, entry.order_by(table.id), include_defaults=False))
    tx.execute(
        sa.update(table)
        .where(table.account_id == account.id)
        .values(account_id=kept.id, version=table.version + 1)
        .execution_options(synchronize_session=False)
    )


def _move_stakeholders(tx: Session, account: Account, kept: Account) -> None:
    """Move the stakeholders. A stakeholder whom both accounts have becomes the kept account's one."""
    theirs = {one.name_key: one for one in tx.scalars(sa.select(Stakeholder).where(Stakeholder.account_id == kept.id))}
    for one in tx.scalars(sa.select(Stakeholder).where(Stakeholder.account_id == account.id)):
        same = theirs.get(one.name_key)
        if same is None:
            one.account_id = kept.id
            continue
        same.title = same.title or one.title
        tx.execute(
            sa.update(Commitment)
            .where(Commitment.stakeholder_id == one.id)
            .values(stakeholder_id=same.id)
            .execution_options(synchronize_session=False)
        )
