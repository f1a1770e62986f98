"""What an unknown name may have meant. Nothing is chosen or created here: people decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from store.accounts.changing import TAKEN_BACK, may_change
from store.accounts.questions import LIVE, named, names
from store.rules.names import Close, Exact, Match, Several, Unknown, fold_person, is_slip, match, nearest
from store.scope import seen_by
from store.tables import Account, Stakeholder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from store.tables import Person

# So many accounts may have a person of one name before a button for each says too much.
_MOST = 3


@dataclass(frozen=True)
class Proposals:
    """For the `name` that was written: an account that is spelt much like it, and people of that name at accounts.

    `archived` is the archived account of that very name, which `may_restore` if the viewer may.
    """

    name: str
    alike: Account | None = None
    people: Sequence[Stakeholder] = ()
    archived: Account | None = None
    may_restore: bool = True


def meant(tx: Session, viewer: Person, name: str, found: Match) -> Match:
    """The match as it is to be taken: several names of one account are that account, and an account that is meant only
    if the name was misspelt is not taken: it is proposed.
    """
    if isinstance(found, Several):
        accounts = {account.id: account for one in found.names if (account := named(tx, viewer, one))}
        found = Close(next(iter(accounts.values())).name) if len(accounts) == 1 else found
    return Unknown() if isinstance(found, Close) and is_slip(name, found.name) else found


def propose(tx: Session, viewer: Person, name: str) -> Proposals:
    """What may have been meant by a name that is no account's."""
    known = names(tx, viewer)
    found = match(name, known)
    alike = found.name if isinstance(found, (Exact, Close)) else nearest(name, known)
    same = named(tx, viewer, name)
    archived = same if same is not None and same.archived_at is not None else None
    people = tx.scalars(
        sa.select(Stakeholder)
        .join(Stakeholder.account)
        .where(seen_by(Stakeholder, viewer), Stakeholder.name_key == fold_person(name), LIVE)
        .options(contains_eager(Stakeholder.account))
        .order_by(Account.name)
        .limit(_MOST)
    ).all()
    return Proposals(
        name,
        alike=named(tx, viewer, alike) if alike else None,
        people=people,
        archived=archived,
        may_restore=archived is None or archived.archive_reason == TAKEN_BACK or may_change(viewer, archived),
    )
