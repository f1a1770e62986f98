"""Why: the answer to "when do I hear of this, and why not before?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.commitments import why_words as view
from store.commitments import why

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Commitment, Person


def explain(
    tx: Session, viewer: Person, commitment: Commitment, now: datetime, *, on: date | None = None
) -> list[str]:  # fmt: skip
    """When the next mention of it comes, to whom, and why; with `on`, what everybody hears on that local day of theirs.

    Plain sentences for the viewer, without markup: escape them where they are shown in Slack.
    """
    if on is not None:
        return view.of_day(why.on_day(tx, viewer, commitment, on, now), commitment, viewer, on)
    found = why.coming(tx, commitment, now) if commitment.is_open else []
    return view.of_next(found, commitment, viewer)
