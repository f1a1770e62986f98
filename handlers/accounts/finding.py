"""The account that a person names in a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.slack.words import either
from store import accounts
from store.errors import NotFoundError
from store.rules.names import Close, Exact, Several, Unknown, match, nearest
from store.rules.text import quoted

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.tables import Account, Person


def find(tx: Session, viewer: Person, name: str) -> Account:
    """The account, in use or archived, of that name.

    NotFoundError, with a proposal, if none or several may be meant.
    """
    known = accounts.names(tx, viewer)
    found = match(name, known)
    if isinstance(found, Unknown):
        found = match(name, accounts.archived(tx, viewer))
    if isinstance(found, Several):
        found = accounts.meant(tx, viewer, name, found)
    if isinstance(found, Several):
        raise NotFoundError(f"{quoted(name)} could be {either(found.names)}. Please write more of its name.")
    account = accounts.named(tx, viewer, found.name) if isinstance(found, (Exact, Close)) else None
    if account is None:
        near = nearest(name, known)
        hint = f"Did you mean {near}?" if near else "/commit accounts lists all; the form of /commit can create it."
        raise NotFoundError(f"I don't know an account called {quoted(name)}. {hint}")
    return account
