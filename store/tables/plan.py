"""The sections of an account plan."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from store.tables.base import EnumsText, EnumText, HasHistory, Role, Subject, to
from store.tables.sections import SectionRow, section_arguments
from store.tables.stakeholders import Stakeholder


class Offering(HasHistory):
    """A product or service that we sell. The workspace has one list for the white space of all accounts."""

    __tablename__ = "offering"
    subject_kind = Subject.OFFERING
    __table_args__ = (sa.UniqueConstraint("workspace_id", "name_key"),)

    name: Mapped[str]
    # The name in the form for comparison: without case and accents.
    name_key: Mapped[str]
    created_at: Mapped[datetime]
    # An archived offering is not proposed; white space that names it stays.
    archived_at: Mapped[datetime | None]
    archive_reason: Mapped[str | None]


class KeyDateKind(StrEnum):
    RENEWAL, BUDGET, SHOW, OTHER = "renewal", "budget", "show", "other"


class Recurs(StrEnum):
    NEVER, YEARLY, QUARTERLY = "never", "yearly", "quarterly"


class KeyDate(SectionRow):
    """A date of an account that needs time to prepare for: a renewal, a budget cycle, a trade show."""

    __tablename__ = "key_date"
    subject_kind = Subject.KEY_DATE
    __table_args__ = (
        *section_arguments("key_date", kind=KeyDateKind, recurs=Recurs),
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
    __table_args__ = section_arguments("objective", aim=Aim, unit=Measure)

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
    # The day of the figure `start`, and where it comes from.
    start_on: Mapped[date | None]
    start_source: Mapped[str | None]
    # The client's person who shares the objective.
    stakeholder_id: Mapped[int | None] = to("stakeholder", nullable=True)

    stakeholder: Mapped[Stakeholder | None] = relationship(lazy="raise")


class Stage(StrEnum):
    LEAD, QUALIFIED, IN_CRM, WON, LOST = "lead", "qualified", "in_crm", "won", "lost"


class Opportunity(SectionRow):
    """Business that the account may give us."""

    __tablename__ = "opportunity"
    subject_kind = Subject.OPPORTUNITY
    __table_args__ = section_arguments("opportunity", stage=Stage)

    stage: Mapped[Stage] = mapped_column(EnumText(Stage))
    value: Mapped[Decimal | None]
    expected_on: Mapped[date | None]
    crm: Mapped[str | None]
    offering_id: Mapped[int | None] = to("offering", nullable=True)
    # The objective that it serves.
    objective_id: Mapped[int | None] = to("objective", nullable=True)

    offering: Mapped[Offering | None] = relationship(lazy="raise")
    objective: Mapped[Objective | None] = relationship(lazy="raise")


class Buyer(SectionRow):
    """One of the client's people with the roles that they have in one opportunity."""

    __tablename__ = "buyer"
    subject_kind = Subject.BUYER
    __table_args__ = section_arguments("buyer")

    opportunity_id: Mapped[int] = to("opportunity")
    stakeholder_id: Mapped[int] = to("stakeholder")
    roles: Mapped[tuple[Role, ...] | None] = mapped_column(EnumsText(Role))

    opportunity: Mapped[Opportunity] = relationship(lazy="raise")
    stakeholder: Mapped[Stakeholder] = relationship(lazy="raise")


class Competitor(SectionRow):
    """Another supplier of the account. Landmines never leave our side."""

    __tablename__ = "competitor"
    subject_kind = Subject.COMPETITOR
    __table_args__ = section_arguments("competitor", strength=Level)

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
    __table_args__ = section_arguments("risk", likelihood=Level, impact=Level)

    likelihood: Mapped[Level] = mapped_column(EnumText(Level))
    impact: Mapped[Level] = mapped_column(EnumText(Level))


class Year(SectionRow):
    """A year of the account in money: the client's revenue and our sales, in the account's currency."""

    __tablename__ = "year"
    subject_kind = Subject.YEAR
    __table_args__ = section_arguments("year")

    year: Mapped[int]
    revenue: Mapped[Decimal | None]
    sales: Mapped[Decimal | None]


class Figure(SectionRow):
    """A named figure of one quarter, for the value delivered."""

    __tablename__ = "figure"
    subject_kind = Subject.FIGURE
    __table_args__ = section_arguments("figure")

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
    __table_args__ = section_arguments("opinion", feeling=Feeling)

    feeling: Mapped[Feeling] = mapped_column(EnumText(Feeling))
    said_on: Mapped[date | None]
    source: Mapped[str | None]


class Answer(StrEnum):
    """The answer of another department of our company."""

    ASKED, ACCEPTED, DECLINED = "asked", "accepted", "declined"


class Resource(SectionRow):
    """Something that the account needs from our own company. Its owner decides about it in another department."""

    __tablename__ = "resource"
    subject_kind = Subject.RESOURCE
    __table_args__ = section_arguments("resource", answer=Answer)

    department: Mapped[str | None]
    needed_on: Mapped[date | None]
    answer: Mapped[Answer] = mapped_column(EnumText(Answer))


class CellState(StrEnum):
    """Whether a client has an offering: the states of a cell of the white space."""

    HAS, OPEN, COMPETITOR, NEVER = "has", "open", "competitor", "never"


class Cell(SectionRow):
    """A cell of the white space: one offering at one unit of the account. Its note is the use case."""

    __tablename__ = "cell"
    subject_kind = Subject.CELL
    __table_args__ = (*section_arguments("cell", state=CellState), sa.Index("ix_cell_offering", "offering_id"))

    offering_id: Mapped[int] = to("offering")
    # A business unit, a plant, a country; NULL: the whole account.
    unit: Mapped[str | None]
    state: Mapped[CellState] = mapped_column(EnumText(CellState))
    # A year, in the account's currency.
    value: Mapped[Decimal | None]
    # The client's person who can decide on it there.
    decider_id: Mapped[int | None] = to("stakeholder", nullable=True)
    # The time of its last entry. The section reads it (store/plan/white_space.py); elsewhere it is None.
    changed_at: Mapped[datetime | None] = query_expression()

    offering: Mapped[Offering] = relationship(lazy="raise")
    decider: Mapped[Stakeholder | None] = relationship(lazy="raise")
