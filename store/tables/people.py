"""People, and when they are away."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.base import Base, key, to
from store.tables.installations import Workspace


class Person(Base):
    """A Slack user of the workspace."""

    __tablename__ = "person"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "slack_id"),
        sa.Index("ix_person_next_brief_at", "next_brief_at", sqlite_where=sa.text("next_brief_at IS NOT NULL"),
                 postgresql_where=sa.text("next_brief_at IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    slack_id: Mapped[str]
    name: Mapped[str]
    handle: Mapped[str] = mapped_column(default="", server_default="")
    zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    locale: Mapped[str] = mapped_column(default="en-US", server_default="en-US")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    is_bot: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    is_admin: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # When Slack last said that they are an admin; NULL: it did not, or they are none.
    admin_as_of: Mapped[datetime | None]
    # From another company, in a shared channel: may be seen, never made an owner.
    is_external: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # A single- or multi-channel guest of this workspace.
    is_guest: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # The conversation between the bot and this person, kept before the first message into it.
    dm_channel: Mapped[str | None]
    next_brief_at: Mapped[datetime | None]
    # The newest local day that was looked at for a brief: neither moving between zones nor new habits repeat it.
    briefed_on: Mapped[date | None]
    # What differs from the workspace, by the person's own choice; NULL: as the workspace has it.
    send_hour: Mapped[int | None]
    working_week: Mapped[str | None]
    holidays_region: Mapped[str | None]
    # A language tag, "de": in which dates are read and shown; NULL: read as Slack's locale, shown in English.
    date_language: Mapped[str | None]
    # One summary on the first working morning of a week instead of a brief each day.
    weekly: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    workspace: Mapped[Workspace] = relationship(lazy="raise")


class Absence(Base):
    """A pause of somebody's briefs, first to last local day, both included. It always has an end."""

    __tablename__ = "absence"
    __table_args__ = (
        sa.Index("ix_absence_person", "person_id", "last_day"),
        sa.Index("ix_absence_delegate", "delegate_id", "last_day"),
        sa.CheckConstraint("first_day <= last_day", name="days"),
        sa.CheckConstraint("source IN ('person', 'status')", name="source"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    person_id: Mapped[int] = to("person")
    first_day: Mapped[date]
    last_day: Mapped[date]
    # Who hears what falls due meanwhile; NULL: nobody does.
    delegate_id: Mapped[int | None] = to("person", nullable=True)
    # Whether the person said so here, or their Slack status did.
    source: Mapped[str] = mapped_column(default="person", server_default="person")
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=person_id, lazy="raise")
    delegate: Mapped[Person | None] = relationship(foreign_keys=delegate_id, lazy="raise")
