"""Reviews of an account: the meeting, its people, the verdicts, answers and scores, and the minutes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.accounts import Account
from store.tables.base import Base, EnumText, HasHistory, Sharing, Subject, key, one_of, shared, to
from store.tables.commitments import Commitment
from store.tables.people import Person
from store.tables.stakeholders import Stakeholder


class ReviewState(StrEnum):
    """`PLANNED`: booked. `OPEN`: the session has begun. The others are final."""

    PLANNED = "planned"
    OPEN = "open"
    HELD = "held"
    NOT_HELD = "not_held"


class Verdict(StrEnum):
    """The decision of a review about an open commitment."""

    DONE = "done"
    KEEP = "keep"
    REVAMP = "revamp"
    SPLIT = "split"
    TERMINATE = "terminate"


class Question(StrEnum):
    """The questions of a review."""

    GAINED = "gained"
    GOALS = "goals"
    PEOPLE = "people"
    ENOUGH = "enough"
    DARK_SIDE = "dark_side"
    ASK = "ask"
    FROM_US = "from_us"
    STOP = "stop"


class Habit(StrEnum):
    """The four questions of the self-check, each scored from 0 (never) to 4 (always)."""

    CONNECTED = "connected"
    WRITTEN = "written"
    BETTER_LIVES = "better_lives"
    EXPECTATION = "expectation"


class Review(HasHistory):
    """A review of an account. An account has one that is planned or open at most."""

    __tablename__ = "review"
    subject_kind = Subject.REVIEW
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "origin_key"),
        sa.Index("ix_review_current", "account_id", unique=True,
                 sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")),
        sa.Index("ix_review_account", "account_id", "closed_at"),
        sa.Index("ix_review_next_at", "next_at", sqlite_where=sa.text("next_at IS NOT NULL"),
                 postgresql_where=sa.text("next_at IS NOT NULL")),
        one_of("state", ReviewState),
        one_of("sharing", Sharing),
    )  # fmt: skip

    account_id: Mapped[int] = to("account")
    state: Mapped[ReviewState] = mapped_column(EnumText(ReviewState))
    # Its beginning, as an instant and as the zone in which people agreed on the local time. NULL: it waits for the
    # `occasion`, such as “when the new plant opens”.
    starts_at: Mapped[datetime | None]
    zone: Mapped[str]
    occasion: Mapped[str | None]
    # When the next message about it is due: its digest, then its prompt; NULL: none is.
    next_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    # When it was held, or was given up with a reason.
    closed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    sharing: Mapped[Sharing] = shared()
    creator_id: Mapped[int] = to("person")
    origin_key: Mapped[str]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship(lazy="raise")


class ReviewPerson(Base):
    """A person who takes part in a review: a colleague, or one of the client's people."""

    __tablename__ = "review_person"
    __table_args__ = (
        sa.UniqueConstraint("review_id", "person_id"),
        sa.UniqueConstraint("review_id", "stakeholder_id"),
        sa.CheckConstraint("(person_id IS NULL) <> (stakeholder_id IS NULL)", name="one"),
        sa.Index("ix_review_person_person", "person_id"),
        sa.Index("ix_review_person_stakeholder", "stakeholder_id"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    review_id: Mapped[int] = to("review")
    person_id: Mapped[int | None] = to("person", nullable=True)
    stakeholder_id: Mapped[int | None] = to("stakeholder", nullable=True)

    person: Mapped[Person | None] = relationship(lazy="raise")
    stakeholder: Mapped[Stakeholder | None] = relationship(lazy="raise")


class ReviewItem(Base):
    """A commitment in a review: its verdict there; or no verdict, for one that the review has made."""

    __tablename__ = "review_item"
    __table_args__ = (
        sa.UniqueConstraint("review_id", "commitment_id"),
        sa.Index("ix_review_item_commitment", "commitment_id"),
        one_of("verdict", Verdict),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    review_id: Mapped[int] = to("review")
    commitment_id: Mapped[int] = to("commitment")
    verdict: Mapped[Verdict | None] = mapped_column(EnumText(Verdict))
    # The commitment's version after the decision: a later one takes the verdict away.
    commitment_version: Mapped[int]
    # For a commitment that the review has made by a split: the commitment that was split.
    split_from_id: Mapped[int | None] = to("commitment", nullable=True)
    reason: Mapped[str | None]
    # KEEP: the day before which its owner does not hear of it.
    not_before: Mapped[date | None]
    decided_by_id: Mapped[int] = to("person")
    decided_at: Mapped[datetime]

    commitment: Mapped[Commitment] = relationship(foreign_keys=commitment_id, lazy="raise")
    decided_by: Mapped[Person] = relationship(lazy="raise")


class ReviewAnswer(Base):
    """The answer to a question of a review."""

    __tablename__ = "review_answer"
    __table_args__ = (sa.UniqueConstraint("review_id", "question"), one_of("question", Question))

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    review_id: Mapped[int] = to("review")
    question: Mapped[Question] = mapped_column(EnumText(Question))
    text: Mapped[str]
    person_id: Mapped[int] = to("person")
    answered_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise")


class ReviewScore(Base):
    """A score of a review's self-check, from 0 to 4."""

    __tablename__ = "review_score"
    __table_args__ = (
        sa.UniqueConstraint("review_id", "habit"),
        one_of("habit", Habit),
        sa.CheckConstraint("score BETWEEN 0 AND 4", name="score"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    review_id: Mapped[int] = to("review")
    habit: Mapped[Habit] = mapped_column(EnumText(Habit))
    score: Mapped[int]


class Minutes(Base):
    """A dated snapshot of a review that was held. A correction is a new version; the older ones stay."""

    __tablename__ = "minutes"
    __table_args__ = (sa.UniqueConstraint("review_id", "version"),)

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    review_id: Mapped[int] = to("review")
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    person_id: Mapped[int] = to("person")
    written_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise")
