"""Proposals for an unknown account name. Nothing is chosen or created here: people decide."""

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

# At most so many people of one name are proposed, each with a button.
_MOST = 3


@dataclass(frozen=True)
class Proposals:
    """For the written `name`: an account with a similar name, and stakeholders of that name.

    `archived`: the archived account of exactly that name. `may_restore`: whether the viewer may restore it.
    """

    name: str
    alike: Account | None = None
    people: Sequence[Stakeholder] = ()
    archived: Account | None = None
    may_restore: bool = True


def meant(tx: Session, viewer: Person, name: str, found: Match) -> Match:
    """The match that a verb may use: several names of one account are a match of that account.

    A match that needs a typing error becomes Unknown: that account is proposed, never chosen.
    """
    if isinstance(found, Several):
        accounts = {account.id: account for one in found.names if (account := named(tx, viewer, one))}
        found = Close(next(iter(accounts.values())).name) if len(accounts) == 1 else found
    return Unknown() if isinstance(found, Close) and is_slip(name, found.name) else found


def propose(tx: Session, viewer: Person, name: str) -> Proposals:
    """Proposals for a name that no account in use has."""
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
