"""The tables. Every one carries its workspace; facts are appended, the current row is derived from them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

from store.db import UtcDateTime

# One convention for constraint names, so that a migration can name what it alters on both databases.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

OURS, THEIRS = "ours", "theirs"
OPEN, BLOCKED, DONE, CANCELLED = "open", "blocked", "done", "cancelled"
# Stands for text that was taken away, everywhere where it stood.
REDACTED = "(redacted)"
PENDING, SENDING, SENT, SKIPPED, DEAD = "pending", "sending", "sent", "skipped", "dead"


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads this name as it stands
        datetime: UtcDateTime,
        date: sa.Date,
        str: sa.Text,
        dict[str, Any]: sa.JSON,
    }


def core(model: type[Base]) -> sa.Table:
    """The model's bare table, for statements that need no objects and should cost nothing to put together."""
    return cast("sa.Table", model.__table__)


# SQLite numbers rows by itself only where the type is exactly INTEGER.
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _key() -> Mapped[int]:
    return mapped_column(_ID, primary_key=True)


def _to(table: str, *, nullable: bool = False) -> Any:  # noqa: ANN401  the annotation at the column says the type
    return mapped_column(_ID, sa.ForeignKey(f"{table}.id"), nullable=nullable)


class Subject(StrEnum):
    """The kinds of rows that have a history: entries and messages name a row by its kind and its id."""

    COMMITMENT = "commitment"
    ACCOUNT = "account"
    KEY_DATE = "key_date"


class HasHistory(Base):
    """A row whose changes are entries (store/history.py) and which messages show. A change is conditional on `version`,
    which rises with each one.
    """

    __abstract__ = True
    subject_kind: ClassVar[Subject]

    id: Mapped[int] = _key()
    workspace_id: Mapped[int] = _to("workspace")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Workspace(Base):
    """One Slack team that installed the bot, with how it works and how fast it may be posted to."""

    __tablename__ = "workspace"

    id: Mapped[int] = _key()
    team_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # Weekdays worked, Monday 0 … Sunday 6, as digits: "01234".
    working_week: Mapped[str] = mapped_column(default="01234", server_default="01234")
    # A region of the `holidays` package: "DE", "DE-BY"; NULL: no public holidays.
    holidays_region: Mapped[str | None]
    send_hour: Mapped[int] = mapped_column(default=9, server_default="9")
    # Working days overdue after which the account's owner hears of it: for A accounts, and for all others.
    escalate_a_after: Mapped[int] = mapped_column(default=3, server_default="3")
    escalate_after: Mapped[int] = mapped_column(default=5, server_default="5")
    # Whether a Slack status such as "Vacationing" counts as being away.
    honours_status: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    fiscal_year_start: Mapped[int] = mapped_column(default=1, server_default="1")
    next_number: Mapped[int] = mapped_column(default=1, server_default="1")
    # Pacing: nothing is posted to this workspace before this instant, by any process.
    next_post_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Person(Base):
    """A Slack user of the workspace."""

    __tablename__ = "person"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "slack_id"),
        sa.Index("ix_person_next_brief_at", "next_brief_at", sqlite_where=sa.text("next_brief_at IS NOT NULL"),
                 postgresql_where=sa.text("next_brief_at IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = _key()
    workspace_id: Mapped[int] = _to("workspace")
    slack_id: Mapped[str]
    name: Mapped[str]
    handle: Mapped[str] = mapped_column(default="", server_default="")
    zone: Mapped[str] = mapped_column(default="UTC", server_default="UTC")
    locale: Mapped[str] = mapped_column(default="en-US", server_default="en-US")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    is_bot: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    is_admin: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # When Slack last said that they are an admin; NULL: it did not, or they are none.
    admin_as_of: Mapped[datetime | None]
    # From another company, in a shared channel: may be seen, never made an owner.
    is_external: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # A single- or multi-channel guest of this workspace.
    is_guest: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # The conversation between the bot and this person, kept before the first message into it.
    dm_channel: Mapped[str | None]
    next_brief_at: Mapped[datetime | None]
    # The newest local day that was looked at for a brief: neither moving between zones nor new habits repeat it.
    briefed_on: Mapped[date | None]
    # What differs from the workspace, by the person's own choice; NULL: as the workspace has it.
    send_hour: Mapped[int | None]
    working_week: Mapped[str | None]
    holidays_region: Mapped[str | None]
    # A language tag, "de": in which dates are read and shown; NULL: read as Slack's locale, shown in English.
    date_language: Mapped[str | None]
    # One summary on the first working morning of a week instead of a brief each day.
    weekly: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    workspace: Mapped[Workspace] = relationship(lazy="raise")


class Absence(Base):
    """A pause of somebody's briefs, first to last local day, both included. It always has an end."""

    __tablename__ = "absence"
    __table_args__ = (
        sa.Index("ix_absence_person", "person_id", "last_day"),
        sa.Index("ix_absence_delegate", "delegate_id", "last_day"),
        sa.CheckConstraint("first_day <= last_day", name="days"),
        sa.CheckConstraint("source IN ('person', 'status')", name="source"),
    )

    id: Mapped[int] = _key()
    workspace_id: Mapped[int] = _to("workspace")
    person_id: Mapped[int] = _to("person")
    first_day: Mapped[date]
    last_day: Mapped[date]
    # Who hears what falls due meanwhile; NULL: nobody does.
    delegate_id: Mapped[int | None] = _to("person", nullable=True)
    # Whether the person said so here, or their Slack status did.
    source: Mapped[str] = mapped_column(default="person", server_default="person")
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=person_id, lazy="raise")
    delegate: Mapped[Person | None] = relationship(foreign_keys=delegate_id, lazy="raise")


class Account(HasHistory):
    """A customer."""

    __tablename__ = "account"
    subject_kind = Subject.ACCOUNT
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "name_key"),
        sa.Index("ix_account_owner", "owner_id"),
        sa.Index("ix_account_merged_into", "merged_into_id"),
        sa.CheckConstraint("category IN ('A', 'B', 'C', 'D')", name="category"),
    )

    name: Mapped[str]
    # The name as names are compared: case, accents and legal suffix away.
    name_key: Mapped[str]
    category: Mapped[str | None]
    # The account manager, whom people read of as the lead; and the coach, the lead's manager.
    owner_id: Mapped[int | None] = _to("person", nullable=True)
    coach_id: Mapped[int | None] = _to("person", nullable=True)
    channel: Mapped[str | None]
    created_at: Mapped[datetime]
    # An archived account is not proposed; its commitments stay.
    archived_at: Mapped[datetime | None]
    archive_reason: Mapped[str | None]
    # The account that has taken over all of this one's. Its name leads there.
    merged_into_id: Mapped[int | None] = _to("account", nullable=True)

    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id, lazy="raise")
    coach: Mapped[Person | None] = relationship(foreign_keys=coach_id, lazy="raise")

    @property
    def is_live(self) -> bool:
        return self.archived_at is None and self.merged_into_id is None


class Stakeholder(Base):
    """A client's person: a row of ours, never assumed to be a Slack user."""

    __tablename__ = "stakeholder"
    __table_args__ = (sa.UniqueConstraint("account_id", "name_key"),)

    id: Mapped[int] = _key()
    workspace_id: Mapped[int] = _to("workspace")
    account_id: Mapped[int] = _to("account")
    name: Mapped[str]
    name_key: Mapped[str]
    title: Mapped[str | None]
    owner_id: Mapped[int | None] = _to("person", nullable=True)
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship(lazy="raise")


class SectionRow(HasHistory):
    """A row of a section of an account plan (store/plan/section.py). It is archived with a reason, never deleted."""

    __abstract__ = True

    account_id: Mapped[int] = _to("account")
    name: Mapped[str | None]
    # NULL: the account's owner of the day.
    owner_id: Mapped[int | None] = _to("person", nullable=True)
    note: Mapped[str | None]
    archived_at: Mapped[datetime | None]
    archive_reason: Mapped[str | None]
    # Slack's view id: the same form delivered twice adds one row.
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


class KeyDate(SectionRow):
    """A date of an account that needs time to prepare for: a renewal, a budget cycle, a trade show."""

    __tablename__ = "key_date"
    subject_kind = Subject.KEY_DATE
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "origin_key"),
        sa.Index("ix_key_date_account", "account_id"),
        # The dates that one person hears of in their brief.
        sa.Index("ix_key_date_owner", "owner_id", "day", sqlite_where=sa.text("owner_id IS NOT NULL"),
                 postgresql_where=sa.text("owner_id IS NOT NULL")),
        sa.CheckConstraint("kind IN ('renewal', 'budget', 'show', 'other')", name="kind"),
        sa.CheckConstraint("recurs IN ('never', 'yearly', 'quarterly')", name="recurs"),
    )  # fmt: skip

    kind: Mapped[str]
    # The first one, where it recurs.
    day: Mapped[date]
    recurs: Mapped[str]


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
    owner_id: Mapped[int] = _to("person")
    creator_id: Mapped[int] = _to("person")
    account_id: Mapped[int | None] = _to("account", nullable=True)
    stakeholder_id: Mapped[int | None] = _to("stakeholder", nullable=True)
    internal: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    note: Mapped[str | None]
    blocked_by: Mapped[str | None]
    # The colleague who was named as being in the way, if one was.
    blocker_id: Mapped[int | None] = _to("person", nullable=True)
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

    id: Mapped[int] = _key()
    workspace_id: Mapped[int] = _to("workspace")
    # Which row of which kind; no foreign key, as the kinds have tables of their own.
    subject_kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(_ID)
    at: Mapped[datetime]
    actor_id: Mapped[int] = _to("person")
    verb: Mapped[str]
    # What changed, as {"field": [before, after]}: people and accounts by id, dates as ISO text.
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str | None]
    origin_key: Mapped[str | None]

    actor: Mapped[Person] = relationship(lazy="raise")


class Outbox(Base):
    """Something Slack must hear. It carries intent (kind and ids); the words are made when it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "dedupe_key"),
        sa.UniqueConstraint("message_key"),
        # A nullable instant, not a list of states: SQLite ignores the latter with bound parameters.
        sa.Index("ix_outbox_due", "workspace_id", "not_before", "id",
                 sqlite_where=sa.text("not_before IS NOT NULL"),
                 postgresql_where=sa.text("not_before IS NOT NULL")),
        sa.Index("ix_outbox_recipient", "recipient", "id",
                 sqlite_where=sa.text("not_before IS NOT NULL"),
                 postgresql_where=sa.text("not_before IS NOT NULL")),
        # How much somebody has heard this week.
        sa.Index("ix_outbox_person", "person_id", "settled_at"),
        sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'skipped', 'dead')", name="state"),
    )  # fmt: skip

    id: Mapped[int] = _key()
    workspace_id: Mapped[int] = _to("workspace")
    dedupe_key: Mapped[str]
    # Random, and all that travels in the message's metadata, which others in the workspace can read.
    message_key: Mapped[str]
    kind: Mapped[str]
    # The recipient: a person (by DM) or a channel.
    person_id: Mapped[int | None] = _to("person", nullable=True)
    channel: Mapped[str | None]
    # The same for rows that must not overtake each other.
    recipient: Mapped[str]
    ids: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default=PENDING, server_default=PENDING)
    # When it may be taken (again); NULL: nothing to do. On a sent row: it shows something that changed.
    not_before: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    first_try_at: Mapped[datetime | None]
    posted_channel: Mapped[str | None]
    ts: Mapped[str | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="raise")


class Mention(Base):
    """A message shows a subject: the occasion of the mention, and the version that was shown."""

    __tablename__ = "mention"
    __table_args__ = (sa.Index("ix_mention_subject", "subject_id", "subject_kind"),)

    outbox_id: Mapped[int] = mapped_column(_ID, sa.ForeignKey("outbox.id"), primary_key=True)
    subject_kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=False)
    workspace_id: Mapped[int] = _to("workspace")
    person_id: Mapped[int | None] = _to("person", nullable=True)
    position: Mapped[int]
    # The occasion of a brief (`soon`, `eve`, `today`, `overdue-3`, …) and the due date it spoke of, if it has one.
    occasion: Mapped[str | None]
    due_on: Mapped[date | None]
    version: Mapped[int]


class Heartbeat(Base):
    """When each background part of the program last did its round; read by /readyz and doctor."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


# The tables of the subjects that belong to an account.
OF_ACCOUNTS: tuple[type[Commitment | SectionRow], ...] = (Commitment, *SectionRow.__subclasses__())
# The table of each kind of subject.
SUBJECTS: dict[Subject, type[HasHistory]] = {each.subject_kind: each for each in (Commitment, Account, KeyDate)}
