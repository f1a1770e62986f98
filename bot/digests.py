"""The planning of weekly digests in the channels of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.digests import weekly

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


def plan_batch(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None:
    """Write the digests that are due. Returns their keys; None if no account has one."""
    return weekly.plan_due(tx, now, workspaces=workspaces)
