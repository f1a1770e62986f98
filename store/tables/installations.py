"""Workspaces, and the heartbeats of the background parts of the program."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, key


class Workspace(Base):
    """A Slack team that installed the bot, with its settings and the pace of posts to it."""

    __tablename__ = "workspace"

    id: Mapped[int] = key()
    team_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # Weekdays worked, Monday 0 … Sunday 6, as digits: "01234".
    working_week: Mapped[str] = mapped_column(default="01234", server_default="01234")
    # A region of the `holidays` package: "DE", "DE-BY"; NULL: no public holidays.
    holidays_region: Mapped[str | None]
    send_hour: Mapped[int] = mapped_column(default=9, server_default="9")
    # Working days overdue after which a commitment is escalated: for A accounts, and for all other accounts.
    escalate_a_after: Mapped[int] = mapped_column(default=3, server_default="3")
    escalate_after: Mapped[int] = mapped_column(default=5, server_default="5")
    # Whether a Slack status such as "Vacationing" counts as being away.
    honours_status: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Whether the bot replies in the thread of a message from which a commitment was made.
    replies_in_threads: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    fiscal_year_start: Mapped[int] = mapped_column(default=1, server_default="1")
    # The emoji that proposes a message as a commitment, without its colons; NULL: none does.
    emoji: Mapped[str | None]
    next_number: Mapped[int] = mapped_column(default=1, server_default="1")
    # The pace: no process posts to this workspace before this instant.
    next_post_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Heartbeat(Base):
    """The time of the last round of each background part of the program; /readyz and doctor read it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
