"""Workspaces: one row per Slack team that installed the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store.db import insert_once
from store.rules.text import clean
from store.tables import Workspace

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def ensure(tx: Session, *, team_id: str, name: str, now: datetime) -> Workspace:
    """Return the workspace of that Slack team. It is created if it is new, and its name is updated."""
    workspace, name = by_team(tx, team_id), clean(name)
    if workspace is None:
        # Several processes may start at once; the unique key lets one of them add the row.
        values = {"team_id": team_id, "name": name, "next_post_at": now, "created_at": now}
        insert_once(tx, Workspace, values, keys=("team_id",))
        return tx.scalars(sa.select(Workspace).where(Workspace.team_id == team_id)).one()
    if workspace.name != name:
        workspace.name = name
    return workspace


def set_public_url(workspace: Workspace, public_url: str | None) -> None:
    """Record the address of the workspace's web pages; None: there are none."""
    if workspace.public_url != public_url:
        workspace.public_url = public_url


def by_team(tx: Session, team_id: str) -> Workspace | None:
    return tx.scalar(sa.select(Workspace).where(Workspace.team_id == team_id))


def team_of(tx: Session, workspace_id: int) -> str:
    """Slack's id of the workspace's team."""
    return tx.get_one(Workspace, workspace_id).team_id


def every(tx: Session) -> list[Workspace]:
    return list(tx.scalars(sa.select(Workspace).order_by(Workspace.id)))
