"""Accounts, and the client's people."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.base import Base, Category, EnumText, HasHistory, Subject, key, to
from store.tables.people import Person


class Account(HasHistory):
    """A customer."""

    __tablename__ = "account"
    subject_kind = Subject.ACCOUNT
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "name_key"),
        sa.Index("ix_account_owner", "owner_id"),
        sa.Index("ix_account_coach", "coach_id"),
        sa.Index("ix_account_merged_into", "merged_into_id"),
        sa.CheckConstraint("category IN ('A', 'B', 'C', 'D')", name="category"),
    )

    name: Mapped[str]
    # The name in the form for comparison: without case, accents and legal suffix.
    name_key: Mapped[str]
    category: Mapped[Category | None] = mapped_column(EnumText(Category))
    # The account manager, called the lead in messages; and the coach, the lead's manager.
    owner_id: Mapped[int | None] = to("person", nullable=True)
    coach_id: Mapped[int | None] = to("person", nullable=True)
    channel: Mapped[str | None]
    # The code of the currency of its amounts, such as EUR.
    currency: Mapped[str | None]
    created_at: Mapped[datetime]
    # An archived account is not proposed; its commitments stay.
    archived_at: Mapped[datetime | None]
    archive_reason: Mapped[str | None]
    # The account into which this one was merged. A search for this account's name finds that account.
    merged_into_id: Mapped[int | None] = to("account", nullable=True)

    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id, lazy="raise")
    coach: Mapped[Person | None] = relationship(foreign_keys=coach_id, lazy="raise")

    @property
    def is_live(self) -> bool:
        return self.archived_at is None and self.merged_into_id is None


class Stakeholder(Base):
    """A person at the client: a row of our own, never a Slack user."""

    __tablename__ = "stakeholder"
    __table_args__ = (sa.UniqueConstraint("account_id", "name_key"),)

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    account_id: Mapped[int] = to("account")
    name: Mapped[str]
    name_key: Mapped[str]
    title: Mapped[str | None]
    owner_id: Mapped[int | None] = to("person", nullable=True)
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship(lazy="raise")
