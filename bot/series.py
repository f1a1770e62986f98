"""The planning of series: the next occurrence is recorded when the day of the newest has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import commitments

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


def plan_batch(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None:
    """Record the next occurrences that are due. They have no message of their own: no key is returned."""
    return None if commitments.record_due(tx, now, workspaces=workspaces) is None else []
