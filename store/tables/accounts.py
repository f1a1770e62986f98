"""Accounts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.base import Base, Category, EnumText, HasHistory, Subject, key, to
from store.tables.people import Person

if TYPE_CHECKING:
    from collections.abc import Sequence


class AccountKind(StrEnum):
    """The levels of a customer's organisation."""

    ENTITY, UNIT, BUDGET = "entity", "unit", "budget"


class CanvasTab(StrEnum):
    """The content of a canvas tab in the account's channel."""

    PLAN = "plan"


class Account(HasHistory):
    """A customer."""

    __tablename__ = "account"
    subject_kind = Subject.ACCOUNT
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "name_key"),
        sa.Index("ix_account_owner", "owner_id"),
        sa.Index("ix_account_coach", "coach_id"),
        sa.Index("ix_account_merged_into", "merged_into_id"),
        sa.Index("ix_account_parent", "parent_id"),
        # For the planner: the accounts whose signals are to be compared.
        sa.Index("ix_account_next_check_at", "next_check_at", sqlite_where=sa.text("next_check_at IS NOT NULL"),
                 postgresql_where=sa.text("next_check_at IS NOT NULL")),
        # For the condition of each question that a viewer asks: few accounts are restricted.
        sa.Index("ix_account_restricted", "workspace_id",
                 sqlite_where=sa.text("restricted = 1"), postgresql_where=sa.text("restricted")),
        sa.CheckConstraint("category IN ('A', 'B', 'C', 'D')", name="category"),
        sa.CheckConstraint("kind IN ('entity', 'unit', 'budget')", name="kind"),
        sa.CheckConstraint("canvas IN ('plan')", name="canvas"),
    )  # fmt: skip

    name: Mapped[str]
    # The name in the form for comparison: without case, accents and legal suffix.
    name_key: Mapped[str]
    category: Mapped[Category | None] = mapped_column(EnumText(Category))
    # The account manager, called the lead in messages; and the coach, the lead's manager.
    owner_id: Mapped[int | None] = to("person", nullable=True)
    coach_id: Mapped[int | None] = to("person", nullable=True)
    channel: Mapped[str | None]
    # The plan is a canvas tab of the channel; NULL: it is not.
    canvas: Mapped[CanvasTab | None] = mapped_column(EnumText(CanvasTab))
    # The code of the currency of its amounts, such as EUR.
    currency: Mapped[str | None]
    # The account that it is a part of.
    parent_id: Mapped[int | None] = to("account", nullable=True)
    kind: Mapped[AccountKind | None] = mapped_column(EnumText(AccountKind))
    # A year's sales that are possible, and the cost of serving it for a year, in its currency.
    potential: Mapped[Decimal | None]
    cost_to_serve: Mapped[Decimal | None]
    # The executive of ours who stands behind the account.
    sponsor_id: Mapped[int | None] = to("person", nullable=True)
    # Its address in the CRM.
    crm: Mapped[str | None]
    strategy: Mapped[str | None]
    target_markets: Mapped[str | None]
    note: Mapped[str | None]
    # The meaning of a penetration of 100 %.
    full_means: Mapped[str | None]
    # The period of the plan, and its sales target.
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    target: Mapped[Decimal | None]
    # Only its lead, coach, sponsor and plan team see it, and admins (store/scope.py).
    restricted: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime]
    # An archived account is not proposed; its commitments stay.
    archived_at: Mapped[datetime | None]
    archive_reason: Mapped[str | None]
    # The account into which this one was merged. A search for this account's name finds that account.
    merged_into_id: Mapped[int | None] = to("account", nullable=True)

    # When its signals are compared next (store/plan/signals.py): at the start of the lead's next working day, or soon
    # after a change. NULL: never, as it is not in use.
    next_check_at: Mapped[datetime | None]

    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id, lazy="raise")
    coach: Mapped[Person | None] = relationship(foreign_keys=coach_id, lazy="raise")
    sponsor: Mapped[Person | None] = relationship(foreign_keys=sponsor_id, lazy="raise")
    members: Mapped[list[PlanMember]] = relationship(
        cascade="all, delete-orphan", lazy="raise", order_by="PlanMember.person_id"
    )

    @property
    def is_live(self) -> bool:
        return self.archived_at is None and self.merged_into_id is None

    @property
    def team(self) -> list[int]:
        """Ids of the people of the plan team."""
        return sorted(member.person_id for member in self.members)

    @team.setter
    def team(self, wanted: Sequence[int]) -> None:
        kept = [member for member in self.members if member.person_id in wanted]
        new = sorted(set(wanted) - {member.person_id for member in kept})
        self.members = kept + [PlanMember(workspace_id=self.workspace_id, person_id=one) for one in new]


class PlanMember(Base):
    """A person of an account's plan team."""

    __tablename__ = "plan_member"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "person_id"),
        sa.Index("ix_plan_member_person", "person_id", "account_id"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    account_id: Mapped[int] = to("account")
    person_id: Mapped[int] = to("person")

    person: Mapped[Person] = relationship(lazy="raise")
