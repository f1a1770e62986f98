"""Changes of an account: the rights, and the common first and last steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from store import history, outbox, people
from store.accounts.questions import WITH_PEOPLE
from store.errors import NotAllowedError, NotFoundError
from store.scope import seen_by
from store.tables import Account, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.errors import ChangedMeanwhileError
    from store.tables import Person

# The reason of an account that was archived with the commitment that it was created for.
TAKEN_BACK = "taken back"
_PAST = {
    Verb.CREATE: "created it", Verb.EDIT: "edited it", Verb.RENAME: "renamed it", Verb.MERGE: "merged it into another",
    Verb.TAKE_IN: "merged another into it", Verb.ARCHIVE: "archived it", Verb.RESTORE: "restored it",
    Verb.TAKE_BACK: "took it back", Verb.CONFIRM: "confirmed its plan",
    Verb.RESTRICT: "restricted it to its team",
    Verb.UNRESTRICT: "showed it to all colleagues",
}  # fmt: skip


def may_change(viewer: Person, account: Account) -> bool:
    """Whether the viewer may change the account: as its lead, its coach or a workspace admin.

    Every colleague may change an account without a lead, or whose lead and coach have left.
    """
    return viewer.is_admin or is_party(viewer, account)


def check_change(viewer: Person, account: Account, now: datetime) -> None:
    """Raise NotAllowedError, with the people who can, if the viewer may not change the account.

    UnconfirmedError if the viewer may only as an admin, and Slack must confirm that first.
    """
    if is_party(viewer, account) or people.acts_as_admin(viewer, now):
        return
    parts = ((account.owner, "its lead"), (account.coach, "its coach"))
    named = people.here_with_parts(parts)
    raise NotAllowedError(f"Only {', '.join(named)} or a workspace admin can change {account.name}. You can ask them.")


def is_party(viewer: Person, account: Account) -> bool:
    """Whether the viewer may change the account without being an admin."""
    if account.owner is None or viewer.id in {account.owner_id, account.coach_id}:
        return True
    return not any(person and people.is_here(person) for person in (account.owner, account.coach))


def lock_for_change(
    tx: Session, viewer: Person, account_id: int, *, version: int | None, origin_key: str, now: datetime,
    beside: Iterable[int] = (),
) -> Account | None:  # fmt: skip
    """The account, locked and checked; None if the gesture of `origin_key` has already changed it.

    The accounts `beside` it are locked too.
    """
    found = locked(tx, viewer, {account_id, *beside})
    if account_id not in found:
        raise NotFoundError("That account is not in the ledger any more.")
    account = found[account_id]
    if history.is_repeat(tx, viewer, account, origin_key):
        return None
    if account.merged_into_id is not None:
        raise changed_meanwhile(tx, viewer, account)
    check_change(viewer, account, now)
    if version not in {None, account.version}:
        raise changed_meanwhile(tx, viewer, account)
    return account


def locked(tx: Session, viewer: Person, ids: Iterable[int]) -> dict[int, Account]:
    """The accounts by id, locked in the order of their ids, so that two requests cannot deadlock.

    While they are locked, no other transaction records a row for them.
    """
    options = *WITH_PEOPLE, joinedload(Account.sponsor), selectinload(Account.members)
    wanted = sa.select(Account).where(seen_by(Account, viewer), Account.id.in_(list(ids))).options(*options)
    return {one.id: one for one in history.lock(tx, Account, wanted.order_by(Account.id), whole=True)}


def changed_meanwhile(tx: Session, viewer: Person, account: Account) -> ChangedMeanwhileError:
    return history.changed_meanwhile(tx, viewer, account, account.name, _PAST, look=f"/commit account {account.name}")


def save_change(
    tx: Session, viewer: Person, account: Account, verb: Verb, changes: dict[str, Any], now: datetime,
    origin_key: str, reason: str | None = None,
) -> None:  # fmt: skip
    """Append the entry, and update the messages and Home tabs that show the account or its commitments."""
    account.version += 1
    history.save(tx, viewer, account, verb, changes, people={viewer.id}, now=now, origin_key=origin_key, reason=reason)
    outbox.keep_account_true(tx, account, now)
    if account.canvas and account.channel and account.is_live:
        outbox.keep_canvas(tx, account, viewer, now)
