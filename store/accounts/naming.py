"""The name of an account: unique in its workspace, without regard to case, accents and legal suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from store.errors import BadInputError
from store.rules.names import fold
from store.scope import seen_by
from store.tables import Account

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.tables import Person


# To a viewer who does not see the account of that name.
IS_HIDDEN = "That name is taken. Choose another one, or ask a workspace admin."


def key_of(name: str) -> str:
    """The name in the form for comparison. A name of signs alone is compared as it is."""
    return fold(name) or name.casefold()


def free_name(tx: Session, viewer: Person, account: Account, name: str, key: str) -> None:
    """Raise BadInputError if another account has the name.

    If an account that was merged into this one has it, the two accounts swap names: both names mean this account.
    """
    which = Account.workspace_id == account.workspace_id, Account.name_key == key
    other = tx.scalar(sa.select(Account).where(*which))
    if other is None:
        return
    if tx.scalar(sa.select(Account.id).where(seen_by(Account, viewer), Account.id == other.id)) is None:
        raise BadInputError(IS_HIDDEN, field="name")
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


def flush(tx: Session) -> None:
    """Write the changes. BadInputError if another request has taken the name at this moment."""
    try:
        tx.flush()
    except IntegrityError:
        words = "Another account was given that name just now. Please choose another."
        raise BadInputError(words, field="name") from None
