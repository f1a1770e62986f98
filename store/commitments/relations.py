"""The relations of a viewer to commitments: what the rows say, and what other tables say, read for many at once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import absences
from store.rules.calendar.brief_times import local_day
from store.rules.permissions import CHANGERS, Relation
from store.rules.transitions import State
from store.scope import seen_by
from store.tables import Account, Around, CommitmentPerson, Review, ReviewPerson, ReviewState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Commitment, Person

    # The viewer's relations to each of some commitments, by id.
    Relations = Mapping[int, frozenset[Relation]]

# Ids in one statement; both databases take so many parameters.
_CHUNK = 500


def relations(tx: Session, viewer: Person, those: Iterable[Commitment], now: datetime) -> Relations:
    """The viewer's relations to these commitments, by id.

    Slack may have called the viewer an admin too long ago: a verb asks again where that decides.
    """
    items = list(those)
    known = {one.id: in_row(viewer, one) for one in items}
    unsure = {one.owner_id: one.owner for one in items if known[one.id].isdisjoint(CHANGERS)}
    away = absences.stood_in_for_now(tx, viewer, unsure.values(), now) if unsure else set()
    around = _around(tx, viewer, items, local_day(now, viewer.zone))
    return {
        one.id: known[one.id] | around[one.id] | ({Relation.DELEGATE} if one.owner_id in away else frozenset())
        for one in items
    }  # fmt: skip


def _around(
    tx: Session, viewer: Person, items: Sequence[Commitment], today: date
) -> defaultdict[int, frozenset[Relation]]:  # fmt: skip
    """The relations that the people around these commitments state, by id."""
    found: defaultdict[int, frozenset[Relation]] = defaultdict(frozenset)
    row, owned = CommitmentPerson, {one.id for one in items if one.owner_id == viewer.id}
    for start in range(0, len(items), _CHUNK):
        ids = [one.id for one in items[start : start + _CHUNK]]
        concerns = sa.or_(row.person_id == viewer.id, row.waits)
        for one in tx.execute(sa.select(row.commitment_id, row.person_id, row.part, row.asked_on, row.waits).where(
            row.commitment_id.in_(ids), concerns
        )):  # fmt: skip
            found[one.commitment_id] |= _stated(one, viewer, today, owns=one.commitment_id in owned)
    return found


def _stated(row: Any, viewer: Person, today: date, *, owns: bool) -> frozenset[Relation]:  # noqa: ANN401  columns
    if row.person_id != viewer.id:
        return frozenset({Relation.ASKED} if owns else ())
    if row.part != Around.ASKER:
        return frozenset({Relation.HELPER if row.part == Around.HELPER else Relation.FOLLOWER})
    asked = {Relation.ASKER} if row.asked_on == today else set()
    return frozenset(asked | ({Relation.WAITING} if row.waits else set()))


def in_row(viewer: Person, commitment: Commitment) -> frozenset[Relation]:
    """The relations that the commitment's own row states."""
    account = commitment.account
    holds = {
        Relation.COLLEAGUE: commitment.workspace_id == viewer.workspace_id,
        Relation.OWNER: commitment.owner_id == viewer.id,
        Relation.CREATOR: commitment.creator_id == viewer.id,
        Relation.LEAD: account is not None and account.owner_id == viewer.id,
        Relation.COACH: account is not None and account.coach_id == viewer.id,
        Relation.ADMIN: viewer.is_admin,
        Relation.BLOCKER: commitment.blocker_id == viewer.id and commitment.state == State.BLOCKED,
    }
    return frozenset(relation for relation, is_so in holds.items() if is_so)


def reviews_now(tx: Session, viewer: Person, commitment: Commitment) -> bool:
    """Whether a review of its account is in session, in which the viewer takes part, or whose coach they are."""
    takes_part = sa.exists().where(ReviewPerson.review_id == Review.id, ReviewPerson.person_id == viewer.id)
    is_coach = sa.exists().where(Account.id == Review.account_id, Account.coach_id == viewer.id)
    goes_on = seen_by(Review, viewer), Review.account_id == commitment.account_id, Review.state == ReviewState.OPEN
    return tx.scalar(sa.select(sa.exists().where(*goes_on, sa.or_(takes_part, is_coach)))) is True
