"""The sections of an account plan."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from store.tables.accounts import Account
from store.tables.base import EnumText, HasHistory, Subject, to
from store.tables.commitments import Commitment

if TYPE_CHECKING:
    from store.tables.people import Person


class SectionRow(HasHistory):
    """A row of a section of an account plan (store/plan/section.py). It is archived with a reason, never deleted."""

    __abstract__ = True

    account_id: Mapped[int] = to("account")
    name: Mapped[str | None]
    # NULL: the account's lead.
    owner_id: Mapped[int | None] = to("person", nullable=True)
    note: Mapped[str | None]
    archived_at: Mapped[datetime | None]
    archive_reason: Mapped[str | None]
    # Slack's view id: a form that Slack delivers twice adds one row.
    origin_key: Mapped[str]
    created_at: Mapped[datetime]

    @declared_attr
    @classmethod
    def account(cls) -> Mapped[Account]:
        return relationship(lazy="raise")

    @declared_attr
    @classmethod
    def owner(cls) -> Mapped[Person | None]:
        return relationship(lazy="raise")


class KeyDateKind(StrEnum):
    RENEWAL, BUDGET, SHOW, OTHER = "renewal", "budget", "show", "other"


class Recurs(StrEnum):
    NEVER, YEARLY, QUARTERLY = "never", "yearly", "quarterly"


class KeyDate(SectionRow):
    """A date of an account that needs time to prepare for: a renewal, a budget cycle, a trade show."""

    __tablename__ = "key_date"
    subject_kind = Subject.KEY_DATE
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "origin_key"),
        sa.Index("ix_key_date_account", "account_id"),
        # For the query of the dates in one person's brief.
        sa.Index("ix_key_date_owner", "owner_id", "day", sqlite_where=sa.text("owner_id IS NOT NULL"),
                 postgresql_where=sa.text("owner_id IS NOT NULL")),
        sa.CheckConstraint("kind IN ('renewal', 'budget', 'show', 'other')", name="kind"),
        sa.CheckConstraint("recurs IN ('never', 'yearly', 'quarterly')", name="recurs"),
    )  # fmt: skip

    kind: Mapped[KeyDateKind] = mapped_column(EnumText(KeyDateKind))
    # The day; for a date that recurs, its first day.
    day: Mapped[date]
    recurs: Mapped[Recurs] = mapped_column(EnumText(Recurs))


# The tables of the subjects that belong to an account.
OF_ACCOUNTS: tuple[type[Commitment | SectionRow], ...] = (Commitment, *SectionRow.__subclasses__())
# The table of each kind of subject.
SUBJECTS: dict[Subject, type[HasHistory]] = {each.subject_kind: each for each in (Commitment, Account, KeyDate)}
