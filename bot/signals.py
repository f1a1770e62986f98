"""The planning of signals: those of the accounts that are due are compared with those that stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.plan import signals

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


def plan_batch(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None:
    """Compare the signals that are due. They have no message of their own: no key is returned."""
    return None if signals.compare_due(tx, now, workspaces=workspaces) is None else []
