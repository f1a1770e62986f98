"""Commitments, and the entries of each subject's history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.accounts import Account, Stakeholder
from store.tables.base import _ID, Base, HasHistory, Subject, key, to
from store.tables.people import Person


class Commitment(HasHistory):
    """Today's state of a commitment. What it said first stands beside it and never changes, unless it is redacted."""

    __tablename__ = "commitment"
    subject_kind = Subject.COMMITMENT
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "number"),
        sa.UniqueConstraint("workspace_id", "origin_key"),
        # One equality per column from the left, then the range: what a morning asks of one owner.
        sa.Index("ix_commitment_owner", "owner_id", "ended_at", "due_on"),
        sa.Index("ix_commitment_creator", "creator_id", "ended_at", "due_on"),
        sa.Index("ix_commitment_account", "account_id", "ended_at", "due_on"),
        sa.Index("ix_commitment_overdue", "workspace_id", "ended_at", "due_on"),
        sa.Index("ix_commitment_blocker", "blocker_id", sqlite_where=sa.text("blocker_id IS NOT NULL"),
                 postgresql_where=sa.text("blocker_id IS NOT NULL")),
        sa.CheckConstraint("side IN ('ours', 'theirs')", name="side"),
        sa.CheckConstraint("state IN ('open', 'blocked', 'done', 'cancelled')", name="state"),
        sa.CheckConstraint("(ended_at IS NULL) = (state IN ('open', 'blocked'))", name="ended"),
    )  # fmt: skip

    number: Mapped[int]
    side: Mapped[str]
    state: Mapped[str]
    action: Mapped[str]
    due_on: Mapped[date]
    first_action: Mapped[str]
    first_due_on: Mapped[date]
    slips: Mapped[int] = mapped_column(default=0, server_default="0")
    owner_id: Mapped[int] = to("person")
    creator_id: Mapped[int] = to("person")
    account_id: Mapped[int | None] = to("account", nullable=True)
    stakeholder_id: Mapped[int | None] = to("stakeholder", nullable=True)
    internal: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    note: Mapped[str | None]
    blocked_by: Mapped[str | None]
    # The colleague who was named as being in the way, if one was.
    blocker_id: Mapped[int | None] = to("person", nullable=True)
    # "Not today": its owner does not hear of it before this local day of theirs.
    quiet_until: Mapped[date | None]
    # NULL until an owner who was committed by somebody else has said yes.
    accepted_at: Mapped[datetime | None]
    permalink: Mapped[str | None]
    # Slack's trigger or view id: the same gesture delivered twice records once.
    origin_key: Mapped[str]
    created_at: Mapped[datetime]
    # When somebody last changed it; NULL: nothing has happened since it was recorded.
    touched_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    owner: Mapped[Person] = relationship(foreign_keys=owner_id, lazy="raise")
    creator: Mapped[Person] = relationship(foreign_keys=creator_id, lazy="raise")
    account: Mapped[Account | None] = relationship(lazy="raise")
    stakeholder: Mapped[Stakeholder | None] = relationship(lazy="raise")
    blocker: Mapped[Person | None] = relationship(foreign_keys=blocker_id, lazy="raise")

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class Entry(Base):
    """One thing that happened to a subject: who, when, what, why. Appended, never changed but for a redaction."""

    __tablename__ = "entry"
    __table_args__ = (sa.Index("ix_entry_subject", "subject_id", "subject_kind", "id"),)

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    # Which row of which kind; no foreign key, as the kinds have tables of their own.
    subject_kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(_ID)
    at: Mapped[datetime]
    actor_id: Mapped[int] = to("person")
    verb: Mapped[str]
    # What changed, as {"field": [before, after]}: people and accounts by id, dates as ISO text.
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str | None]
    origin_key: Mapped[str | None]

    actor: Mapped[Person] = relationship(lazy="raise")
