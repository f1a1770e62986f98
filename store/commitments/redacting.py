"""Redaction: text that should never have been written leaves the ledger; who did what, and when, stays.

The one exception to "entries are never changed", held by the database: after an entry that records the redaction, words
of earlier entries may become REDACTED, and nothing else of them may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import history, outbox
from store.commitments.changing import lock_for_change
from store.commitments.questions import get
from store.rules.text import ACTION_LIMIT, optional
from store.tables import REDACTED, Commitment, Person, Verb

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
    earlier = history.entries(tx, viewer, commitment)
    # Written first: the database lets words go only where an entry says who took them away.
    history.append(tx, viewer, commitment, Verb.REDACT, now=now, origin_key=origin_key)
    for entry in earlier:
        if entry.reason is not None:
            entry.reason = REDACTED
        if _TEXTS & entry.changes.keys():
            entry.changes = {
                field: [REDACTED, REDACTED] if field in _TEXTS else values for field, values in entry.changes.items()
            }
    commitment.action, commitment.first_action, commitment.note = wording, REDACTED, None
    commitment.comment, commitment.commented_at, commitment.commenter_id = None, None, None
    if commitment.blocked_by is not None:
        commitment.blocked_by = REDACTED
    commitment.version += 1
    people = {commitment.owner_id, commitment.creator_id, viewer.id}
    outbox.forget_words(tx, commitment)
    outbox.request_updates_for(tx, commitment, people, now, however_old=True)
    return get(tx, viewer, number, to_change=True)
