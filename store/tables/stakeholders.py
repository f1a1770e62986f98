"""The client's people."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, query_expression, relationship, validates

from store.rules.names import fold_person
from store.tables.base import _ID, Base, EnumsText, EnumText, Role, Sharing, Side, Subject, key, one_of, shared, to
from store.tables.people import Person
from store.tables.sections import SectionRow, section_arguments


class IntervalUnit(StrEnum):
    WEEKS, MONTHS = "weeks", "months"


class Language(StrEnum):
    """The languages in which we write to the client's people."""

    EN, DE, FR, ES = "en", "de", "fr", "es"


def erased_key(row_id: int) -> str:
    """The origin key of a person who was erased."""
    return f"erased {row_id}"


class Stakeholder(SectionRow):
    """A person at the client: a row of our own, never a Slack user. `owner` is the one of ours who is responsible."""

    __tablename__ = "stakeholder"
    subject_kind = Subject.STAKEHOLDER
    __table_args__ = (
        sa.UniqueConstraint("account_id", "name_key"),
        sa.Index("ix_stakeholder_origin_key", "workspace_id", "origin_key", unique=True),
        sa.CheckConstraint("influence BETWEEN 1 AND 5", name="influence"),
        sa.CheckConstraint("support BETWEEN 1 AND 5", name="support"),
        sa.CheckConstraint("interval_number > 0", name="interval_number"),
        sa.CheckConstraint("interval_unit IN ('weeks', 'months')", name="interval_unit"),
        one_of("language", Language),
    )

    # A person has a name, and it is unique in the account, also among the archived ones.
    name: Mapped[str] = mapped_column()
    name_key: Mapped[str]
    title: Mapped[str | None]
    unit: Mapped[str | None]
    # NULL: the account's own. A consultant works for another one.
    organisation: Mapped[str | None]
    # The language of our letters to them; NULL: nobody has chosen one.
    language: Mapped[Language | None] = mapped_column(EnumText(Language))
    roles: Mapped[tuple[Role, ...] | None] = mapped_column(EnumsText(Role))
    # From 1 (low, against) to 5 (high, champions us).
    influence: Mapped[int | None]
    support: Mapped[int | None]
    reports_to_id: Mapped[int | None] = to("stakeholder", nullable=True)
    # The time between two meetings, as agreed with the person.
    interval_number: Mapped[int | None]
    interval_unit: Mapped[IntervalUnit | None] = mapped_column(EnumText(IntervalUnit))
    next_meeting_on: Mapped[date | None]
    # A public profile, or the page in the CRM.
    link: Mapped[str | None]
    # The relationship plan: where we have been, and where both hope to be.
    been: Mapped[str | None]
    hope: Mapped[str | None]
    left_on: Mapped[date | None]
    successor_id: Mapped[int | None] = to("stakeholder", nullable=True)
    # Of an archived row: the person into whom this one was merged.
    merged_into_id: Mapped[int | None] = to("stakeholder", nullable=True)

    # The day of the last meeting that was held. The section reads it (store/plan/meetings.py); elsewhere it is None.
    last_met_on: Mapped[date | None] = query_expression()

    reports_to: Mapped[Stakeholder | None] = relationship(
        foreign_keys=reports_to_id, remote_side="Stakeholder.id", lazy="raise"
    )
    successor: Mapped[Stakeholder | None] = relationship(
        foreign_keys=successor_id, remote_side="Stakeholder.id", lazy="raise"
    )

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.name_key = fold_person(name) or name.casefold()
        return name

    @property
    def is_merged(self) -> bool:
        return self.archived_at is not None and self.merged_into_id is not None

    @property
    def is_erased(self) -> bool:
        """Whether the person was erased. Their name does not say it: a name may be any words."""
        return self.origin_key == erased_key(self.id)

    @property
    def may_be_restored(self) -> bool:
        return super().may_be_restored and not self.is_erased

    def has_left(self, today: date) -> bool:
        return self.left_on is not None and self.left_on <= today


class Way(StrEnum):
    """The ways in which one of theirs agrees."""

    MEETING, LETTER, PAGE, CALL = "meeting", "letter", "page", "call"


class Agreeable(Base):
    """A row that one of theirs may agree to (store/agreements.py)."""

    __abstract__ = True

    # NULL: nobody of theirs has agreed.
    agreed_on: Mapped[date | None]
    agreed_how: Mapped[Way | None] = mapped_column(EnumText(Way))
    # The day on which it changed after that: it is to be agreed again. NULL: it has not changed.
    agreed_until: Mapped[date | None]

    @declared_attr
    @classmethod
    def agreed_by_id(cls) -> Mapped[int | None]:
        return mapped_column(_ID, sa.ForeignKey("stakeholder.id"))

    @declared_attr
    @classmethod
    def agreed_by(cls) -> Mapped[Stakeholder | None]:
        return relationship(foreign_keys=f"{cls.__name__}.agreed_by_id", lazy="raise")


class Expectation(Agreeable, SectionRow):
    """An expectation in the relationship plan of a stakeholder: a wish, or agreed by one of theirs.

    `side` is the side that expects. An agreed one without `agreed_by` was agreed by the stakeholder themselves.
    """

    __tablename__ = "expectation"
    subject_kind = Subject.EXPECTATION
    __table_args__ = (
        *section_arguments("expectation", side=Side, agreed_how=Way, sharing=Sharing),
        sa.Index("ix_expectation_stakeholder", "stakeholder_id"),
    )

    stakeholder_id: Mapped[int] = to("stakeholder")
    side: Mapped[Side] = mapped_column(EnumText(Side))
    sharing: Mapped[Sharing] = shared()

    stakeholder: Mapped[Stakeholder] = relationship(foreign_keys=stakeholder_id, lazy="raise")


class Held(StrEnum):
    PLANNED, HELD, NOT_HELD = "planned", "held", "not_held"


class Meeting(SectionRow):
    """A meeting with the client's people. Its name is one line: how it went, or what it is about."""

    __tablename__ = "meeting"
    subject_kind = Subject.MEETING
    __table_args__ = section_arguments("meeting", state=Held, sharing=Sharing)

    day: Mapped[date]
    state: Mapped[Held] = mapped_column(EnumText(Held))
    sharing: Mapped[Sharing] = shared()

    people: Mapped[list[MeetingPerson]] = relationship(
        cascade="all, delete-orphan", order_by="MeetingPerson.id", lazy="raise"
    )

    @property
    def stakeholders(self) -> list[Stakeholder]:
        return [one.stakeholder for one in self.people if one.stakeholder is not None]

    @property
    def colleagues(self) -> list[Person]:
        return [one.person for one in self.people if one.person is not None]

    @property
    def stakeholder_ids(self) -> list[int]:
        return sorted(one.stakeholder_id for one in self.people if one.stakeholder_id is not None)

    @stakeholder_ids.setter
    def stakeholder_ids(self, wanted: list[int]) -> None:
        others = [one for one in self.people if one.stakeholder_id is None or one.stakeholder_id in wanted]
        new = [one for one in wanted if one not in self.stakeholder_ids]
        self.people = others + [MeetingPerson(workspace_id=self.workspace_id, stakeholder_id=one) for one in new]

    @property
    def colleague_ids(self) -> list[int]:
        return sorted(one.person_id for one in self.people if one.person_id is not None)

    @colleague_ids.setter
    def colleague_ids(self, wanted: list[int]) -> None:
        others = [one for one in self.people if one.person_id is None or one.person_id in wanted]
        new = [one for one in wanted if one not in self.colleague_ids]
        self.people = others + [MeetingPerson(workspace_id=self.workspace_id, person_id=one) for one in new]


class MeetingPerson(Base):
    """A person at a meeting: one of the client's people, or a colleague."""

    __tablename__ = "meeting_person"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "stakeholder_id"),
        sa.UniqueConstraint("meeting_id", "person_id"),
        sa.CheckConstraint("(person_id IS NULL) <> (stakeholder_id IS NULL)", name="one"),
        sa.Index("ix_meeting_person_stakeholder", "stakeholder_id"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    meeting_id: Mapped[int] = to("meeting")
    stakeholder_id: Mapped[int | None] = to("stakeholder", nullable=True)
    person_id: Mapped[int | None] = to("person", nullable=True)

    stakeholder: Mapped[Stakeholder | None] = relationship(lazy="raise")
    person: Mapped[Person | None] = relationship(lazy="raise")
