"""The value delivered, as a review shows it and its minutes keep it: the balance of both sides, our deliveries since
the last review, and each figure beside that of the quarter before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import commitments
from store.commitments.questions import SHOWN
from store.plan import figures, section
from store.reviews.questions import self_checks
from store.rules.calendar.brief_times import local_day
from store.scope import seen_by
from store.tables import Commitment, Side, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.plan.figures import Beside
    from store.rules.energy import Balance
    from store.tables import Account, Person, Review

# Deliveries that are named.
_NAMED = 5


@dataclass(frozen=True)
class Value:
    """`delivered` are the newest of our `count` deliveries since the last review, or of all without one."""

    balance: Balance
    delivered: Sequence[Commitment]
    count: int
    figures: Sequence[Beside]


def value_of(tx: Session, viewer: Person, account: Account, last: Review | None, now: datetime) -> Value:
    """The value delivered since the review `last`, as of `now`."""
    ours = [
        seen_by(Commitment, viewer), Commitment.account_id == account.id, Commitment.side == Side.OURS,
        Commitment.state == State.DONE,
    ]  # fmt: skip
    if last is not None and last.closed_at is not None:
        ours.append(Commitment.ended_at > last.closed_at)
    newest = sa.select(Commitment).where(*ours).options(*SHOWN).order_by(Commitment.ended_at.desc(), Commitment.id)
    rows = section.of_account(tx, viewer, figures.SECTION, account, today=local_day(now, viewer.zone))
    return Value(
        commitments.energy_of(tx, viewer, account, now).account,
        tx.scalars(newest.limit(_NAMED)).all(),
        tx.scalar(sa.select(sa.func.count()).select_from(Commitment).where(*ours)) or 0,
        figures.beside_last(rows),
    )


def snapshot(
    tx: Session, viewer: Person, review: Review, last: Review | None, points: int | None, now: datetime
) -> dict[str, Any]:
    """The same, fit for JSON, with the figures of the charts: the promises of each quarter that were kept, and the
    self-checks with that of this review.
    """
    found, today = value_of(tx, viewer, review.account, last, now), local_day(now, viewer.zone)
    checks: dict[date, int] = dict(self_checks(tx, viewer, review.account))
    if points is not None:
        checks[today] = points
    pairs = zip(found.balance.ours.quarters, found.balance.theirs.quarters, strict=True)
    return {
        "balance": found.balance.words,
        # Numbers alone: a word that is redacted later stands nowhere else.
        "delivered": [one.number for one in found.delivered],
        "delivered_count": found.count,
        "figures": [one.words for one in found.figures],
        "kept": [
            [ours.first.isoformat(), *((side.kept.kept, side.kept.total) for side in (ours, theirs))]
            for ours, theirs in pairs
        ],
        "checks": [[day.isoformat(), score] for day, score in checks.items()],
    }
