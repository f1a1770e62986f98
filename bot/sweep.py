"""The sweep: links, sessions and wrong tokens of the web pages that are long over are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import web_access
from store.clients import links

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


def plan_batch(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> None:
    """Delete what is over, of all workspaces. There is no message, and no second batch."""
    del workspaces
    web_access.sweep(tx, now)
    links.sweep(tx, now)
