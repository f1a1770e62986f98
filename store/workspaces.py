"""Workspaces: one row per Slack team that installed the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store.db import insert_once
from store.rules.working_days import WorkingDays, check_region, working_days_of
from store.tables import Workspace

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


def ensure(tx: Session, *, team_id: str, name: str, now: datetime) -> Workspace:
    """Return the workspace of that Slack team, created if it is new, its name brought up to date."""
    workspace = by_team(tx, team_id)
    if workspace is None:
        # Several processes may start at once; the unique key settles who adds it.
        values = {"team_id": team_id, "name": name, "next_post_at": now, "created_at": now}
        insert_once(tx, Workspace, values, keys=("team_id",))
        return tx.scalars(sa.select(Workspace).where(Workspace.team_id == team_id)).one()
    if workspace.name != name:
        workspace.name = name
    return workspace


def by_team(tx: Session, team_id: str) -> Workspace | None:
    return tx.scalar(sa.select(Workspace).where(Workspace.team_id == team_id))


def every(tx: Session) -> list[Workspace]:
    return list(tx.scalars(sa.select(Workspace).order_by(Workspace.id)))


def working_days(workspace: Workspace) -> WorkingDays:
    return working_days_of(workspace.working_week, workspace.holidays_region)


def set_working_week(workspace: Workspace, *, weekdays: frozenset[int], holidays_region: str | None) -> None:
    """Set how this workspace works; BadInputError for an unknown holidays region, ValueError for no days."""
    region = check_region(holidays_region) if holidays_region else None
    WorkingDays(weekdays, region)
    workspace.working_week = "".join(str(day) for day in sorted(weekdays))
    workspace.holidays_region = region
