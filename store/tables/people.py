"""People, and their absences."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.base import Base, EnumText, key, to
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
    # When Slack last called the person an admin; NULL: never, or the person is no admin now.
    admin_as_of: Mapped[datetime | None]
    # From another company, in a shared channel: never an owner.
    is_external: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # A single- or multi-channel guest of this workspace.
    is_guest: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # The conversation of the bot with this person. It is stored before the first message into it.
    dm_channel: Mapped[str | None]
    next_brief_at: Mapped[datetime | None]
    # The newest local day that was checked for a brief. A new zone or new working days do not repeat that day.
    briefed_on: Mapped[date | None]
    # The person's own settings; NULL: the workspace's setting counts.
    send_hour: Mapped[int | None]
    working_week: Mapped[str | None]
    holidays_region: Mapped[str | None]
    # The language of the dates that the person types, a tag such as "de". NULL: they are read by Slack's locale.
    date_language: Mapped[str | None]
    # One summary on the first working morning of a week instead of a brief each day.
    weekly: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    workspace: Mapped[Workspace] = relationship(lazy="raise")


class AbsenceSource(StrEnum):
    """The source of an absence: the person set it here, or it came from their Slack status."""

    PERSON, STATUS = "person", "status"


class Absence(Base):
    """An absence of a person, from first to last local day, both included. It always has an end."""

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
    # The delegate, who hears what is overdue or falls due in the absence; NULL: nobody does.
    delegate_id: Mapped[int | None] = to("person", nullable=True)
    source: Mapped[AbsenceSource] = mapped_column(
        EnumText(AbsenceSource), default=AbsenceSource.PERSON, server_default=AbsenceSource.PERSON
    )
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=person_id, lazy="raise")
    delegate: Mapped[Person | None] = relationship(foreign_keys=delegate_id, lazy="raise")
