"""Commitments, and the entries of each subject's history."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from store.rules.transitions import State, Verb
from store.tables.accounts import Account
from store.tables.base import _ID, Base, EnumText, HasHistory, Side, Subject, key, one_of, to
from store.tables.people import Person
from store.tables.stakeholders import Agreeable, Stakeholder, Way

# The name of a person whose row is gone.
FORMER = "a former member"


class Commitment(Agreeable, HasHistory):
    """The present state of a commitment, with its first action and first date.

    A correction in the first ten minutes may change those (docs/messages.md), and a redaction the first action.
    """

    __tablename__ = "commitment"
    subject_kind = Subject.COMMITMENT
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "number"),
        sa.UniqueConstraint("workspace_id", "origin_key"),
        # For the planner's query about one owner: equal columns first, the range last.
        sa.Index("ix_commitment_owner", "owner_id", "ended_at", "due_on"),
        sa.Index("ix_commitment_creator", "creator_id", "ended_at", "due_on"),
        sa.Index("ix_commitment_account", "account_id", "ended_at", "due_on"),
        # For the news of each reader since their last brief.
        *(
            sa.Index(f"ix_commitment_{one}_{what}", f"{one}_id", f"{what}_at",
                     sqlite_where=sa.text(f"{what}_at IS NOT NULL"),
                     postgresql_where=sa.text(f"{what}_at IS NOT NULL"))
            for one in ("owner", "creator", "account") for what in ("touched", "commented")
        ),
        sa.Index("ix_commitment_overdue", "workspace_id", "ended_at", "due_on"),
        sa.Index("ix_commitment_blocker", "blocker_id", sqlite_where=sa.text("blocker_id IS NOT NULL"),
                 postgresql_where=sa.text("blocker_id IS NOT NULL")),
        # For the planner: the newest occurrences of series whose day has come.
        sa.Index("ix_commitment_repeat_at", "repeat_at", sqlite_where=sa.text("repeat_at IS NOT NULL"),
                 postgresql_where=sa.text("repeat_at IS NOT NULL")),
        # Which commitments were made from a message.
        sa.Index("ix_commitment_permalink", "permalink", sqlite_where=sa.text("permalink IS NOT NULL"),
                 postgresql_where=sa.text("permalink IS NOT NULL")),
        # The commitments that serve a row of the account plan.
        sa.Index("ix_commitment_serves", "serves_id", "serves_kind", sqlite_where=sa.text("serves_id IS NOT NULL"),
                 postgresql_where=sa.text("serves_id IS NOT NULL")),
        sa.CheckConstraint("side IN ('ours', 'theirs')", name="side"),
        sa.CheckConstraint("state IN ('open', 'blocked', 'done', 'cancelled')", name="state"),
        one_of("agreed_how", Way),
        sa.CheckConstraint("(ended_at IS NULL) = (state IN ('open', 'blocked'))", name="ended"),
    )  # fmt: skip

    number: Mapped[int]
    side: Mapped[Side] = mapped_column(EnumText(Side))
    state: Mapped[State] = mapped_column(EnumText(State))
    action: Mapped[str]
    due_on: Mapped[date]
    first_action: Mapped[str]
    first_due_on: Mapped[date]
    slips: Mapped[int] = mapped_column(default=0, server_default="0")
    owner_id: Mapped[int] = to("person")
    creator_id: Mapped[int] = to("person")
    account_id: Mapped[int | None] = to("account", nullable=True)
    stakeholder_id: Mapped[int | None] = to("stakeholder", nullable=True)
    # The row of the account's plan that it serves; NULL: none. No foreign key: each kind has its own table.
    serves_kind: Mapped[Subject | None] = mapped_column(EnumText(Subject))
    serves_id: Mapped[int | None] = mapped_column(_ID)
    internal: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    note: Mapped[str | None]
    blocked_by: Mapped[str | None]
    # The colleague who was named as the blocker; NULL: nobody.
    blocker_id: Mapped[int | None] = to("person", nullable=True)
    # The day until which the blocker says that they need; NULL: they have not said it.
    blocked_until: Mapped[date | None]
    # The last comment, who made it and when. The history holds all of them.
    comment: Mapped[str | None]
    commented_at: Mapped[datetime | None]
    commenter_id: Mapped[int | None] = to("person", nullable=True)
    # The end of a snooze: the owner's briefs do not mention it before this local day of the owner.
    quiet_until: Mapped[date | None]
    # When the owner accepted it; NULL until then. An owner who recorded it has accepted it.
    accepted_at: Mapped[datetime | None]
    permalink: Mapped[str | None]
    # The rhythm of its series (store/rules/rhythm.py), and the day of this one by the rhythm; NULL: it comes once.
    rhythm: Mapped[str | None]
    series_on: Mapped[date | None]
    # Of the newest occurrence: when the next one is recorded at the latest. Of an older one: the number of the next
    # one, and the due date with which it was recorded.
    repeat_at: Mapped[datetime | None]
    next_number: Mapped[int | None]
    next_on: Mapped[date | None]
    # Slack's trigger or view id: a gesture that Slack delivers twice records once.
    origin_key: Mapped[str]
    created_at: Mapped[datetime]
    # The time of the last progress; NULL: no progress since it was recorded.
    touched_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # A cancelled one: its creator took it back right after they had recorded it.
    taken_back: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    owner: Mapped[Person] = relationship(foreign_keys=owner_id, lazy="raise")
    creator: Mapped[Person] = relationship(foreign_keys=creator_id, lazy="raise")
    account: Mapped[Account | None] = relationship(lazy="raise")
    stakeholder: Mapped[Stakeholder | None] = relationship(foreign_keys=stakeholder_id, lazy="raise")
    blocker: Mapped[Person | None] = relationship(foreign_keys=blocker_id, lazy="raise")
    commenter: Mapped[Person | None] = relationship(foreign_keys=commenter_id, lazy="raise")

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def above(self) -> Person | None:
        """The person for an escalation: the account's lead, or its coach if the lead owns the commitment."""
        if self.account is None:
            return None
        return self.account.coach if self.account.owner_id == self.owner_id else self.account.owner

    @property
    def comment_is_news(self) -> bool:
        """Whether the last comment is newer than the last change."""
        return self.commented_at is not None and (self.touched_at is None or self.commented_at >= self.touched_at)


class Around(StrEnum):
    """The parts in which a person is around a commitment, beside those that its row names."""

    # Was asked to help by those who may change it.
    HELPER = "helper"
    FOLLOWER = "follower"
    # Has asked its owner how it stands.
    ASKER = "asker"


class CommitmentPerson(Base):
    """A person around a commitment."""

    __tablename__ = "commitment_person"
    __table_args__ = (
        sa.UniqueConstraint("commitment_id", "person_id", "part"),
        sa.Index("ix_commitment_person_person", "person_id", "commitment_id"),
        sa.CheckConstraint("part IN ('helper', 'follower', 'asker')", name="part"),
    )

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    commitment_id: Mapped[int] = to("commitment")
    person_id: Mapped[int] = to("person")
    part: Mapped[Around] = mapped_column(EnumText(Around))
    # A helper or follower reads what happened after it; NULL: all.
    since: Mapped[datetime | None]
    # Of an asker: the local day of theirs on which they asked last, and whether they wait for the answer.
    asked_on: Mapped[date | None]
    waits: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    person: Mapped[Person] = relationship(lazy="raise")


class Entry(Base):
    """An entry in the history of a subject: who did what, when and why. Only a redaction changes an entry."""

    __tablename__ = "entry"
    __table_args__ = (sa.Index("ix_entry_subject", "subject_id", "subject_kind", "id"),)

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    # The kind and id of the subject. No foreign key: each kind has its own table.
    subject_kind: Mapped[Subject] = mapped_column(EnumText(Subject))
    subject_id: Mapped[int] = mapped_column(_ID)
    at: Mapped[datetime]
    actor_id: Mapped[int] = to("person")
    # The client's person who did it on their page; the actor is then the colleague who gave them the page. No foreign
    # key: an entry stays as it is when two rows of one person are merged.
    client_id: Mapped[int | None] = mapped_column(_ID)
    verb: Mapped[Verb] = mapped_column(EnumText(Verb))
    # The changes as {"field": [before, after]}: people and accounts by id, dates as ISO text.
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str | None]
    origin_key: Mapped[str | None]

    actor: Mapped[Person] = relationship(lazy="raise")
    client: Mapped[Stakeholder | None] = relationship(
        primaryjoin=lambda: foreign(Entry.client_id) == Stakeholder.id, viewonly=True, lazy="raise"
    )

    def is_by(self, person: Person) -> bool:
        return self.actor_id == person.id and self.client_id is None

    @property
    def by(self) -> str:
        """The name of the person who did it, also after they have left."""
        if self.client_id is None:
            return self.actor.name
        return self.client.name if self.client is not None else FORMER
