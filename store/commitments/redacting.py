"""Redaction: text that should never have been written leaves the ledger; who did what, and when, stays.

The one exception to "entries are never changed", held by the database: after an entry that records the redaction, words
of earlier entries may become REDACTED, and nothing else of them may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import history, outbox
from store.commitments.changing import lock_for_change
from store.commitments.questions import get
from store.rules.text import ACTION_LIMIT, optional
from store.tables import REDACTED, Commitment, Minutes, Person, Proposal, ReviewItem, Verb

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# Of what an entry says has changed, the fields that hold text of people's.
_TEXTS = frozenset({"action", "note", "blocked_by"})


def redact(
    tx: Session, viewer: Person, number: int, wording: str | None, *, version: int, origin_key: str, now: datetime
) -> Commitment:
    """Take every wording, note and reason of a commitment away, for good; from now on it says `wording`, or REDACTED.

    Every message that shows it is due for an update, however old it is. It is no progress. BadInputError at action.
    """
    wording = optional(wording, field="action", what="The action", limit=ACTION_LIMIT) or REDACTED
    commitment = lock_for_change(tx, viewer, number, Verb.REDACT, version=version, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    history.take_words(tx, viewer, commitment, _TEXTS, now=now, origin_key=origin_key)
    commitment.action, commitment.first_action, commitment.note = wording, REDACTED, None
    commitment.comment, commitment.commented_at, commitment.commenter_id = None, None, None
    if commitment.blocked_by is not None:
        commitment.blocked_by = REDACTED
    _redact_reviews(tx, commitment)
    _redact_proposals(tx, viewer, commitment, origin_key, now)
    commitment.version += 1
    people = {commitment.owner_id, commitment.creator_id, viewer.id}
    outbox.forget_words(tx, commitment)
    outbox.request_updates_for(tx, commitment, people, now, however_old=True)
    return get(tx, viewer, number, to_change=True)


def _redact_proposals(tx: Session, viewer: Person, commitment: Commitment, origin_key: str, now: datetime) -> None:
    """Take the words out of what the client's people proposed about it on their pages, and out of the answers."""
    for row in tx.scalars(sa.select(Proposal).where(Proposal.commitment_id == commitment.id)):
        history.take_words(tx, viewer, row, {"answer"}, now=now, origin_key=origin_key)
        row.text = REDACTED if row.text is not None else None
        row.answer = REDACTED if row.answer is not None else None
        row.version += 1


def _redact_reviews(tx: Session, commitment: Commitment) -> None:
    """Take the wordings and reasons out of the verdicts and the minutes of reviews too."""
    in_review = ReviewItem.commitment_id == commitment.id
    for row in tx.scalars(sa.select(ReviewItem).where(in_review, ReviewItem.reason.is_not(None))):
        row.reason = REDACTED
    with_it = sa.select(ReviewItem.review_id).where(in_review)
    words = {"action": commitment.action, "first_action": REDACTED}
    for minutes in tx.scalars(sa.select(Minutes).where(Minutes.review_id.in_(with_it))):
        lines = [line | words if line["number"] == commitment.number else line for line in minutes.content["items"]]
        minutes.content = minutes.content | {"items": lines}
