"""The account that a person names in a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.slack.words import either
from store import accounts
from store.errors import NotFoundError
from store.rules.names import Close, Exact, Several, Unknown, match, near
from store.rules.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from store.tables import Account, Person


# Accounts with a similar name that are offered.
_MOST = 5


def find(tx: Session, viewer: Person, name: str) -> Account:
    """The account, in use or archived, of that name.

    NotFoundError, with a proposal, if none or several may be meant.
    """
    found = look_up(tx, viewer, name)
    if not isinstance(found, Near):
        return found
    if found.is_one_of:
        raise NotFoundError(f"{quoted(name)} could be {either(found.names)}. Please write more of its name.")
    near = found.accounts[0].name if found.accounts else ""
    hint = f"Did you mean {near}?" if near else "/commit accounts lists all; the form of /commit can create it."
    raise NotFoundError(f"I don't know an account called {quoted(name)}. {hint}")


@dataclass(frozen=True)
class Near:
    """No account of that name: the nearest with a similar name; or the first of those that it may mean, and the `names`
    of all of these.
    """

    accounts: Sequence[Account]
    names: Sequence[str] = ()

    @property
    def is_one_of(self) -> bool:
        return bool(self.names)


def look_up(tx: Session, viewer: Person, name: str) -> Account | Near:
    """The account, in use or archived, of that name, or those that may be meant."""
    known = accounts.names(tx, viewer)
    found = match(name, known)
    if isinstance(found, Unknown):
        found = match(name, accounts.archived(tx, viewer))
    if isinstance(found, Several):
        found = accounts.meant(tx, viewer, name, found)
    if isinstance(found, Several):
        return Near(_named(tx, viewer, found.names), found.names)
    account = accounts.named(tx, viewer, found.name) if isinstance(found, (Exact, Close)) else None
    return account or Near(
        _once([*_named(tx, viewer, near(name, known, most=_MOST)), *accounts.matching(tx, viewer, name, limit=_MOST)])
    )


def _named(tx: Session, viewer: Person, names: Sequence[str]) -> list[Account]:
    found = [accounts.named(tx, viewer, name) for name in names[:_MOST]]
    return _once([account for account in found if account is not None])


def _once(found: Sequence[Account]) -> list[Account]:
    return list({account.id: account for account in found}.values())[:_MOST]
