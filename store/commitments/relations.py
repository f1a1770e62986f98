"""The relations of a viewer to commitments: what the rows say, and what other tables say, read for many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import absences
from store.rules.permissions import CHANGERS, Relation
from store.rules.transitions import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Commitment, Person

    # The viewer's relations to each of some commitments, by id.
    Relations = Mapping[int, frozenset[Relation]]


def relations(tx: Session, viewer: Person, those: Iterable[Commitment], now: datetime) -> Relations:
    """The viewer's relations to these commitments, by id.

    Slack may have called the viewer an admin too long ago: a verb asks again where that decides.
    """
    items = list(those)
    known = {one.id: in_row(viewer, one) for one in items}
    unsure = {one.owner_id: one.owner for one in items if known[one.id].isdisjoint(CHANGERS)}
    away = absences.stood_in_for_now(tx, viewer, unsure.values(), now) if unsure else set()
    return {
        one.id: known[one.id] | ({Relation.DELEGATE} if one.owner_id in away else frozenset()) for one in items
    }  # fmt: skip


def in_row(viewer: Person, commitment: Commitment) -> frozenset[Relation]:
    """The relations that the commitment's own row states."""
    account = commitment.account
    holds = {
        Relation.OWNER: commitment.owner_id == viewer.id,
        Relation.CREATOR: commitment.creator_id == viewer.id,
        Relation.LEAD: account is not None and account.owner_id == viewer.id,
        Relation.COACH: account is not None and account.coach_id == viewer.id,
        Relation.ADMIN: viewer.is_admin,
        Relation.BLOCKER: commitment.blocker_id == viewer.id and commitment.state == State.BLOCKED,
    }
    return frozenset(relation for relation, is_so in holds.items() if is_so)
