"""The row of the account plan that a commitment serves, and the commitments that serve a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store.scope import seen_at, seen_by
from store.tables import SUBJECTS, Commitment, Person, SectionRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from store.tables import Account


class NextAction(NamedTuple):
    """The open commitment with the nearest due date of those that serve a row."""

    number: int
    owner: str
    due_on: date


def columns(row: SectionRow | None) -> dict[str, Any]:
    """The columns of a commitment that serves this row; None: no row."""
    return {"serves_kind": row.subject_kind if row else None, "serves_id": row.id if row else None}


def row_of(tx: Session, viewer: Person, commitment: Commitment) -> SectionRow | None:
    """The row that the commitment serves, with its account."""
    if commitment.serves_kind is None:
        return None
    table = cast("type[SectionRow]", SUBJECTS[commitment.serves_kind])
    query = sa.select(table).where(seen_by(table, viewer), table.id == commitment.serves_id)
    return tx.scalar(query.options(joinedload(table.account)))


def nearest(by_date: Iterable[Commitment]) -> dict[tuple[str, int], NextAction]:
    """The first of these open commitments (with their owners) for each row that they serve, by kind and id."""
    found: dict[tuple[str, int], NextAction] = {}
    for one in by_date:
        if one.serves_kind is not None and one.serves_id is not None:
            found.setdefault((one.serves_kind, one.serves_id), NextAction(one.number, one.owner.name, one.due_on))
    return found


def next_actions(tx: Session, viewer: Person, account: Account) -> dict[tuple[str, int], NextAction]:
    """The next action for each row of the account's plan that has one, by kind and id."""
    query = (
        sa.select(
            Commitment.serves_kind, Commitment.serves_id, Commitment.number, Person.name, Commitment.due_on
        )
        .join(Person, Person.id == Commitment.owner_id)
        .where(
            seen_at(Commitment, viewer, account), Commitment.ended_at.is_(None),
            Commitment.serves_id.is_not(None),
        )
        .order_by(Commitment.due_on.desc(), Commitment.id.desc())
    )  # fmt: skip
    # The nearest comes last, and stays.
    return {
        (kind, id_): NextAction(number, name, due_on)
        for kind, id_, number, name, due_on in tx.execute(query)
        if kind is not None and id_ is not None
    }
