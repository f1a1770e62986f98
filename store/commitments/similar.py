"""A promise that was recorded already: the same words, owner and account, not long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from store.commitments.questions import get
from store.rules.names import fold_person
from store.scope import seen_by
from store.tables import Commitment

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

LATELY = timedelta(days=14)
# Commitments looked at: nobody has more than a few at one account in that time.
_MOST = 200


def same_words(action: str) -> str:
    """The words of an action for comparison: without capitals, accents and punctuation."""
    return fold_person(action)


def recorded_lately(
    tx: Session, viewer: Person, action: str, owner_id: int, account_id: int | None, *, origin_key: str = "",
    now: datetime,
) -> Commitment | None:  # fmt: skip
    """The newest open commitment with the same words, owner and account that was recorded in the last two weeks.

    The gesture of `origin_key` may have recorded it itself, if Slack sends it again; then it is not meant.
    """
    rows = tx.execute(
        sa.select(Commitment.number, Commitment.action)
        .where(
            seen_by(Commitment, viewer),
            Commitment.owner_id == owner_id,
            Commitment.account_id == account_id if account_id is not None else Commitment.account_id.is_(None),
            Commitment.ended_at.is_(None),
            Commitment.created_at >= now - LATELY,
            Commitment.origin_key != origin_key,
        )
        .order_by(Commitment.number.desc())
        .limit(_MOST)
    )
    wanted = same_words(action)
    number = next((number for number, said in rows if same_words(said) == wanted), None)
    return None if number is None else get(tx, viewer, number)
