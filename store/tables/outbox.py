"""The outbox, and the mentions: the version of each subject that a message shows."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.rules.nudging.occasions import Occasion
from store.tables.base import _ID, Base, EnumText, Subject, key, to
from store.tables.people import Person


class OutboxKind(StrEnum):
    """The kinds of messages: each has a renderer in handlers/messages.py."""

    BRIEF = "brief"
    # Several notices in one message.
    BUNDLE = "bundle"
    # Notices: what a colleague did.
    ASSIGNED = "assigned"
    HANDED_BACK = "handed_back"
    CANCELLED = "cancelled"
    DELEGATED = "delegated"
    # An item in a channel; and, to the person who shared it, that it could not be posted.
    SHARED = "shared"
    NOT_SHARED = "not_shared"
    # A Home tab that was opened.
    HOME = "home"


class OutboxState(StrEnum):
    """`PENDING`: to be sent. `SENDING`: an attempt has begun and has no outcome yet. The others are final."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    DEAD = "dead"


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

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    dedupe_key: Mapped[str]
    # Random, and all that travels in the message's metadata, which others in the workspace can read.
    message_key: Mapped[str]
    kind: Mapped[OutboxKind] = mapped_column(EnumText(OutboxKind))
    # The recipient: a person (by DM) or a channel.
    person_id: Mapped[int | None] = to("person", nullable=True)
    channel: Mapped[str | None]
    # The same for rows that must not overtake each other.
    recipient: Mapped[str]
    ids: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[OutboxState] = mapped_column(
        EnumText(OutboxState), default=OutboxState.PENDING, server_default=OutboxState.PENDING
    )
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


class StoredOccasion(sa.types.TypeDecorator[Occasion]):
    """An occasion, kept as its text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Occasion | None, dialect: sa.Dialect) -> str | None:
        del dialect
        return None if value is None else value.encode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Occasion | None:
        del dialect
        return None if value is None else Occasion.decode(value)


class Mention(Base):
    """A message shows a subject: the occasion of the mention, and the version that was shown."""

    __tablename__ = "mention"
    __table_args__ = (sa.Index("ix_mention_subject", "subject_id", "subject_kind"),)

    outbox_id: Mapped[int] = mapped_column(_ID, sa.ForeignKey("outbox.id"), primary_key=True)
    subject_kind: Mapped[Subject] = mapped_column(EnumText(Subject), primary_key=True)
    subject_id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=False)
    workspace_id: Mapped[int] = to("workspace")
    person_id: Mapped[int | None] = to("person", nullable=True)
    position: Mapped[int]
    # The occasion in a brief, NULL in a notice; and the due date that was shown, if the subject has one.
    occasion: Mapped[Occasion | None] = mapped_column(StoredOccasion)
    due_on: Mapped[date | None]
    version: Mapped[int]
