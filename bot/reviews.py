"""The planning of messages about reviews: the digest some days before one, and the prompt when it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import reviews

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

# Reviews looked at in one transaction.
BATCH = 100


def plan_batch(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None:
    """Write the messages that are due. Returns their keys; None if no review has one."""
    due = reviews.claim_due(tx, now, limit=BATCH, workspaces=workspaces)
    if not due:
        return None
    written = [reviews.write_due(tx, review, now) for review in due]
    tx.flush()
    return [key for key in written if key is not None]
