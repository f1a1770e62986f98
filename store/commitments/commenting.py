"""Comments: words about a commitment that change neither its date nor its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.commitments.changing import lock_for_change, save_change
from store.commitments.questions import get
from store.history import set_fields
from store.rules.text import REASON_LIMIT, required
from store.tables import Verb

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Commitment, Person


def comment(
    tx: Session, viewer: Person, number: int, text: str | None, *, origin_key: str, now: datetime
) -> Commitment:  # fmt: skip
    """Say how it stands. It is no progress: reminders and escalation go on.

    Only colleagues read it, as with the note. BadInputError at `comment`.
    """
    text = required(text, field="comment", what="The comment", limit=REASON_LIMIT, lines=True)
    commitment = lock_for_change(tx, viewer, number, Verb.COMMENT, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    set_fields(commitment, {"comment": text, "commented_at": now, "commenter_id": viewer.id})
    # The words are the entry's reason, so that a redaction finds them there.
    save_change(tx, viewer, commitment, Verb.COMMENT, {}, now, origin_key, text, progress=False)
    return get(tx, viewer, number, to_change=True)
