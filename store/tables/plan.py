"""The sections of an account plan."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
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


def _arguments(table: str, **choices: type[StrEnum]) -> tuple[sa.schema.SchemaItem, ...]:
    """The constraints and the index of every section; `choices`: the columns that hold members of an enum."""
    return (
        sa.UniqueConstraint("workspace_id", "origin_key"),
        sa.Index(f"ix_{table}_account", "account_id"),
        *(
            sa.CheckConstraint(f"{column} IN ({', '.join(map(repr, map(str, enum)))})", name=column)
            for column, enum in choices.items()
        ),
    )


class KeyDateKind(StrEnum):
    RENEWAL, BUDGET, SHOW, OTHER = "renewal", "budget", "show", "other"


class Recurs(StrEnum):
    NEVER, YEARLY, QUARTERLY = "never", "yearly", "quarterly"


class KeyDate(SectionRow):
    """A date of an account that needs time to prepare for: a renewal, a budget cycle, a trade show."""

    __tablename__ = "key_date"
    subject_kind = Subject.KEY_DATE
    __table_args__ = (
        *_arguments("key_date", kind=KeyDateKind, recurs=Recurs),
        # For the query of the dates in one person's brief.
        sa.Index("ix_key_date_owner", "owner_id", "day", sqlite_where=sa.text("owner_id IS NOT NULL"),
                 postgresql_where=sa.text("owner_id IS NOT NULL")),
    )  # fmt: skip

    kind: Mapped[KeyDateKind] = mapped_column(EnumText(KeyDateKind))
    # The day; for a date that recurs, its first day.
    day: Mapped[date]
    recurs: Mapped[Recurs] = mapped_column(EnumText(Recurs))


class Level(StrEnum):
    LOW, MEDIUM, HIGH = "low", "medium", "high"


class Aim(StrEnum):
    GROW, HOLD = "grow", "hold"


class Measure(StrEnum):
    """The unit of an objective's figures."""

    NUMBER, MONEY, PERCENT = "number", "money", "percent"


class Objective(SectionRow):
    """A goal of the client or of ours at the account, with its measure: from, today and target."""

    __tablename__ = "objective"
    subject_kind = Subject.OBJECTIVE
    __table_args__ = _arguments("objective", aim=Aim, unit=Measure)

    aim: Mapped[Aim] = mapped_column(EnumText(Aim))
    measure: Mapped[str | None]
    unit: Mapped[Measure] = mapped_column(EnumText(Measure))
    start: Mapped[Decimal | None]
    target: Mapped[Decimal | None]
    today: Mapped[Decimal | None]
    # The day of the figure `today`, and where it comes from.
    today_on: Mapped[date | None]
    source: Mapped[str | None]
    due_on: Mapped[date | None]


class Stage(StrEnum):
    LEAD, QUALIFIED, IN_CRM, WON, LOST = "lead", "qualified", "in_crm", "won", "lost"


class Opportunity(SectionRow):
    """Business that the account may give us."""

    __tablename__ = "opportunity"
    subject_kind = Subject.OPPORTUNITY
    __table_args__ = _arguments("opportunity", stage=Stage)

    stage: Mapped[Stage] = mapped_column(EnumText(Stage))
    value: Mapped[Decimal | None]
    expected_on: Mapped[date | None]
    crm: Mapped[str | None]


class Competitor(SectionRow):
    """Another supplier of the account. Landmines never leave our side."""

    __tablename__ = "competitor"
    subject_kind = Subject.COMPETITOR
    __table_args__ = _arguments("competitor", strength=Level)

    place: Mapped[str | None]
    strength: Mapped[Level | None] = mapped_column(EnumText(Level))
    would_win: Mapped[str | None]
    landmines: Mapped[str | None]
    landmines_of_theirs: Mapped[str | None]
    events: Mapped[str | None]


class Risk(SectionRow):
    """An event that would harm our business with the account."""

    __tablename__ = "risk"
    subject_kind = Subject.RISK
    __table_args__ = _arguments("risk", likelihood=Level, impact=Level)

    likelihood: Mapped[Level] = mapped_column(EnumText(Level))
    impact: Mapped[Level] = mapped_column(EnumText(Level))


class Year(SectionRow):
    """A year of the account in money: the client's revenue and our sales, in the account's currency."""

    __tablename__ = "year"
    subject_kind = Subject.YEAR
    __table_args__ = _arguments("year")

    year: Mapped[int]
    revenue: Mapped[Decimal | None]
    sales: Mapped[Decimal | None]


class Figure(SectionRow):
    """A named figure of one quarter, for the value delivered."""

    __tablename__ = "figure"
    subject_kind = Subject.FIGURE
    __table_args__ = _arguments("figure")

    # “2026-Q3”
    quarter: Mapped[str]
    value: Mapped[Decimal]
    unit: Mapped[str | None]
    source: Mapped[str | None]


class Feeling(StrEnum):
    STAYS, ANNOYS = "stays", "annoys"


class Opinion(SectionRow):
    """A reason why the client stays with us, or a thing that annoys them."""

    __tablename__ = "opinion"
    subject_kind = Subject.OPINION
    __table_args__ = _arguments("opinion", feeling=Feeling)

    feeling: Mapped[Feeling] = mapped_column(EnumText(Feeling))
    said_on: Mapped[date | None]
    source: Mapped[str | None]


# The tables of the subjects that belong to an account.
OF_ACCOUNTS: tuple[type[Commitment | SectionRow], ...] = (Commitment, *SectionRow.__subclasses__())
# The table of each kind of subject.
SUBJECTS: dict[Subject, type[HasHistory]] = {each.subject_kind: each for each in (Account, *OF_ACCOUNTS)}
