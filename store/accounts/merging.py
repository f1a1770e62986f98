"""Merge two accounts. The merged account stays as a row, and its name means the kept account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import history, stakeholders
from store.accounts import parents
from store.accounts.changing import changed_meanwhile, check_change, locked, save_change
from store.accounts.questions import get
from store.errors import BadInputError, NotFoundError
from store.tables import (
    OF_ACCOUNTS,
    Account,
    Commitment,
    Person,
    Proposal,
    Review,
    ReviewState,
    SectionRow,
    Sharing,
    Stakeholder,
    Verb,
    core,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# The columns of both: the kept account's value stays, and where it has none the merged account fills it.
_COLUMNS = (
    "owner_id", "coach_id", "category", "channel", "currency", "kind", "potential", "cost_to_serve", "sponsor_id",
    "crm", "strategy", "target_markets", "note", "full_means", "period_start", "period_end", "target",
)  # fmt: skip
_AMOUNTS = {"potential", "cost_to_serve", "target"}


def merge(
    tx: Session, viewer: Person, account_id: int, into_id: int, *, version: int, origin_key: str, now: datetime
) -> Account:
    """Merge an account into another one, and return that one.

    Commitments and stakeholders move to the kept account, with their numbers and history, and so do the parts of the
    merged account and its plan team. Empty fields of the kept account, such as its lead, are filled from the merged
    one. Where both have a value the kept account's stays, and the history of the merged one has the other. `version` is
    the version of the account to merge.
    BadInputError at `into` if an account cannot be merged into that one.
    """
    if account_id == into_id:
        raise BadInputError("An account can't be merged into itself. Choose another one.", field="into")
    parts = tx.scalars(sa.select(Account.id).where(Account.parent_id == account_id)).all()
    found = locked(tx, viewer, {account_id, into_id, *parts})
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
    if account.restricted != kept.restricted:
        one, other = (account, kept) if account.restricted else (kept, account)
        raise BadInputError(
            f"{one.name} is restricted, and {other.name} is not. Restrict both, or neither of them, and merge then.",
            field="into",
        )
    _end_review(tx, viewer, account, kept, origin_key, now)
    _merge_namesakes(tx, viewer, account, kept, origin_key, now)
    for table in OF_ACCOUNTS:
        _move(tx, viewer, table, account, kept, origin_key, now)
    tx.execute(sa.update(Account).where(Account.merged_into_id == account.id).values(merged_into_id=kept.id))
    filled = _filled(account, kept) | _place(tx, viewer, account, kept, origin_key, now)
    given_up = {
        field: getattr(kept, field) for field in _COLUMNS if None not in {getattr(kept, field), getattr(account, field)}
    }
    team = {*kept.team, *account.team}
    if kept.restricted:
        # Nobody who saw the account loses sight of it. The kept one's restriction hides its name too.
        team |= {account.owner_id or 0, account.coach_id or 0, account.sponsor_id or 0} - {0}
    given_up |= {"merged_into_id": kept.id, "parent_id": None, "restricted": False}
    changes = history.set_fields(account, given_up)
    account.archived_at = account.archive_reason = None
    save_change(tx, viewer, account, Verb.MERGE, changes, now, origin_key)
    filled["team"] = sorted(team)
    changes = {"account_id": [None, account.id], **history.set_fields(kept, filled)}
    save_change(tx, viewer, kept, Verb.TAKE_IN, changes, now, origin_key)
    tx.flush()
    tx.expire(kept)
    return get(tx, viewer, kept.id)


def _end_review(
    tx: Session, viewer: Person, account: Account, kept: Account, origin_key: str, now: datetime
) -> None:  # fmt: skip
    """An account has one review that is planned or open at most: if both have one, that of the session that goes on
    stays, else the kept account's one.
    """
    open_ones = sa.select(Review).where(Review.account_id.in_([account.id, kept.id]), Review.closed_at.is_(None))
    found = history.lock(tx, Review, open_ones.order_by(Review.id))
    ordered = sorted(found, key=lambda row: (row.state != ReviewState.OPEN, row.account_id != kept.id))
    for ended in ordered[1:]:
        why = f"merged into {kept.name}"
        given = {"state": ReviewState.NOT_HELD, "closed_at": now, "reason": why}
        changes, ended.next_at = history.set_fields(ended, given), None
        ended.version += 1
        tx.flush()
        history.save(tx, viewer, ended, Verb.CALL_OFF, changes, people=(), now=now, origin_key=origin_key, reason=why)
    for row in found:
        # Its account changes below, in one statement for all rows.
        tx.expire(row)


def _filled(account: Account, kept: Account) -> dict[str, Any]:
    """The values of the account for the empty columns of the kept one, where they fit to its other values."""
    left_out: set[str] = set()
    if kept.owner_id is not None and kept.owner_id == account.coach_id:
        left_out.add("coach_id")
    if kept.currency and account.currency and kept.currency != account.currency:
        left_out |= _AMOUNTS
    if kept.period_start or kept.period_end:
        left_out |= {"period_start", "period_end"}
    empty = [field for field in _COLUMNS if getattr(kept, field) is None and field not in left_out]
    return {field: getattr(account, field) for field in empty}


def _place(
    tx: Session, viewer: Person, account: Account, kept: Account, origin_key: str, now: datetime
) -> dict[str, int | None]:  # fmt: skip
    """Give the parts of the account to the kept one, and return the kept one's new parent, if that changes.

    Where one of the two is a part of the other, the kept one takes the higher place.
    """
    parents.lock(tx, account)
    parent, is_below = kept.parent_id, account.id in parents.above(tx, kept.parent_id)
    if is_below or (parent is None and kept.id not in parents.above(tx, account.parent_id)):
        parent = account.parent_id
    for part in tx.scalars(sa.select(Account).where(Account.parent_id == account.id, Account.id != kept.id)):
        changes = history.set_fields(part, {"parent_id": kept.id})
        save_change(tx, viewer, part, Verb.EDIT, changes, now, origin_key)
    return {"parent_id": parent}


def _move(
    tx: Session, viewer: Person, table: type[Commitment | Proposal | Review | SectionRow], account: Account,
    kept: Account, origin_key: str, now: datetime,
) -> None:  # fmt: skip
    """Move the rows of one table to the kept account, and add an entry to the history of each. Rows that a client sees
    are for our team only then: another client would see them.
    """
    which = [table.account_id == account.id]
    if table is Stakeholder:
        # A person who is the same as another one stays, as their account does.
        which.append(Stakeholder.merged_into_id.is_(None))
    for more, values, change in _sharings(table):
        which_of = [*which, *more]
        changes = {"account_id": [account.id, kept.id], **change}
        history.append_to_all(tx, viewer, table, which_of, Verb.MERGE, changes, now=now, origin_key=origin_key)
        tx.execute(
            sa.update(table)
            .where(*which_of)
            .values(account_id=kept.id, version=table.version + 1, **values)
            .execution_options(synchronize_session=False)
        )


def _sharings(
    table: type[Commitment | Proposal | Review | SectionRow],
) -> list[tuple[list[sa.ColumnElement[bool]], dict[str, Any], dict[str, Any]]]:
    """For the rows that the client sees, then for all others: their conditions, new values and changes."""
    rest: tuple[list[sa.ColumnElement[bool]], dict[str, Any], dict[str, Any]] = ([], {}, {})
    if issubclass(table, Commitment):
        return [([table.internal.is_(False)], {"internal": True}, {"internal": [False, True]}), rest]
    sharing = core(table).c.get("sharing")
    if sharing is None:
        return [rest]
    change = [Sharing.SHAREABLE.value, Sharing.INTERNAL.value]
    return [([sharing == Sharing.SHAREABLE], {"sharing": Sharing.INTERNAL}, {"sharing": change}), rest]


def _merge_namesakes(
    tx: Session, viewer: Person, account: Account, kept: Account, origin_key: str, now: datetime
) -> None:  # fmt: skip
    """A person whom both accounts have becomes one."""
    of_both = sa.select(Stakeholder).where(Stakeholder.account_id.in_([account.id, kept.id]))
    rows = history.lock(tx, Stakeholder, of_both.order_by(Stakeholder.id))
    theirs = {one.name_key: one for one in rows if one.account_id == kept.id and not one.is_merged}
    for one in rows:
        same = theirs.get(one.name_key)
        if one.account_id == account.id and not one.is_merged and same is not None:
            stakeholders.absorb(tx, viewer, one, same, origin_key=origin_key, now=now)
