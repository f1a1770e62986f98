"""The outbox, and the mentions: the version of each subject that a message shows."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TypedDict

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
    # A question, an answer or another step of a colleague, as its entry tells it.
    TOLD = "told"
    # One of the client's people proposed it on their page.
    PROPOSED = "proposed"
    # An item in a channel; and, to the person who shared it, that it could not be posted.
    SHARED = "shared"
    NOT_SHARED = "not_shared"
    # The answer to a person's message, or a card that a person gets once.
    ANSWER = "answer"
    # In the thread of a message: a commitment was made from it.
    RECORDED = "recorded"
    # About a review, in the account's channel or to its lead: some days before, when it begins, and its minutes. And to
    # the lead, that one of them could not be posted in the channel.
    REVIEW_DIGEST = "review_digest"
    REVIEW_PROMPT = "review_prompt"
    MINUTES = "minutes"
    REVIEW_NOT_POSTED = "review_not_posted"
    # An account's week, in its channel; and to the lead, that it could not be posted there.
    WEEKLY_DIGEST = "weekly_digest"
    WEEKLY_NOT_POSTED = "weekly_not_posted"
    # To a coach, before the quarter ends: how their accounts stand.
    LEADERS_DIGEST = "leaders_digest"
    # To an admin: a template of the workspace's own cannot be used.
    TEMPLATE_BROKEN = "template_broken"
    # A Home tab that was opened.
    HOME = "home"
    # A file for a person's calendar: a commitment, a review, or what they owe after a review and the next one.
    CALENDAR = "calendar"
    # A letter to one of the client's people as a file, for the person who asked for it.
    LETTER = "letter"
    # A picture of an account plan, for the person who asked for it.
    PICTURE = "picture"
    # The plan of an account as a canvas tab of its channel; and, to the account's lead, that Slack refuses it.
    CANVAS = "canvas"
    CANVAS_REFUSED = "canvas_refused"


class OutboxState(StrEnum):
    """`PENDING`: to be sent. `SENDING`: an attempt has begun and has no outcome yet. The others are final."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    DEAD = "dead"


class Lane(StrEnum):
    """The order of messages to a recipient: in each lane no row overtakes an earlier one."""

    # As they were written; the lane of every row at first.
    TURN = "turn"
    # A notice waits for its reader's working hours, and the brief of their next morning may tell it before.
    BRIEF = "brief"
    # A notice waits for the end of the hour after the last one, and a bundle may tell it before.
    HOUR = "hour"
    # The message that had taken the notice came to nothing: the notice goes by itself.
    ALONE = "alone"
    # A Home tab is no message: it waits for none.
    HOME = "home"


class Details(TypedDict, total=False):
    """The facts that one kind of message has beside the columns of its row."""

    # Home: the first item that is shown; `view` has the rest, as handlers/home/views.py writes it.
    start: int
    # Shared and recorded: whether guests or people of another company read in the channel; None if nobody knows yet.
    external: bool | None
    # Recorded, and the rest of a digest: the message in whose thread it stands, by its timestamp.
    replies_to: str
    # Letter: its id.
    letter: int
    # Calendar: whether it has all that its reader owes the account, and that Slack takes no file.
    after_review: bool
    no_file: bool
    # Canvas and calendar: a mark of the content that stands in Slack. Canvas: since when Slack refuses it, and whether
    # the lead was told.
    content: str
    refused_since: str
    told: bool
    # Not shared, and canvas refused: the channel, Slack's reason, and whether the item may stand there all the same.
    # A template that cannot be used: its file (`named`), and the reason.
    channel: str
    why: str
    in_doubt: bool
    # Answer and picture: what it shows (handlers/slack/refs.py). Answer: an account that the line names and the ledger
    # does not know, and the channel and the thread in which its reader alone sees it.
    view: str
    named: str
    beside: str
    thread: str
    # Brief: for how many more lines it had no room.
    more: int
    # Digest: a reply in its thread has what it has no room for.
    has_rest: bool
    # Brief and bundle: how many lines stood there that their reader does not see any more.
    hidden: int
    # Told: the gesture whose entry it tells. Proposed: the id of the proposal.
    gesture: str
    proposal: int
    # Delegated: why it holds no longer (store.absences.Withdrawal).
    withdrawn: str


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
        sa.Index("ix_outbox_recipient", "recipient", "lane", "id",
                 sqlite_where=sa.text("not_before IS NOT NULL"),
                 postgresql_where=sa.text("not_before IS NOT NULL")),
        sa.Index("ix_outbox_brief", "brief_id",
                 sqlite_where=sa.text("brief_id IS NOT NULL"), postgresql_where=sa.text("brief_id IS NOT NULL")),
        # An absence that is deleted leaves its notice.
        sa.Index("ix_outbox_absence", "absence_id",
                 sqlite_where=sa.text("absence_id IS NOT NULL"), postgresql_where=sa.text("absence_id IS NOT NULL")),
        sa.Index("ix_outbox_account", "account_id",
                 sqlite_where=sa.text("account_id IS NOT NULL"),
                 postgresql_where=sa.text("account_id IS NOT NULL")),
        # The message under which a person adds an emoji.
        sa.Index("ix_outbox_ts", "ts",
                 sqlite_where=sa.text("ts IS NOT NULL"), postgresql_where=sa.text("ts IS NOT NULL")),
        # How much somebody has heard this week.
        sa.Index("ix_outbox_person", "person_id", "settled_at"),
        sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'skipped', 'dead')", name="state"),
        sa.CheckConstraint("lane IN ('turn', 'brief', 'hour', 'alone', 'home')", name="lane"),
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
    # The same as a key. Rows of one recipient in one lane do not overtake each other.
    recipient: Mapped[str]
    lane: Mapped[Lane] = mapped_column(EnumText(Lane), default=Lane.TURN, server_default=Lane.TURN)
    # The subject that it tells of, and the person whose action it tells.
    commitment_id: Mapped[int | None] = to("commitment", nullable=True)
    absence_id: Mapped[int | None] = to("absence", nullable=True, ondelete="SET NULL")
    account_id: Mapped[int | None] = to("account", nullable=True)
    review_id: Mapped[int | None] = to("review", nullable=True)
    actor_id: Mapped[int | None] = to("person", nullable=True)
    # The reader's local day of a brief or bundle; of a canvas the day of its last look at the ledger.
    day: Mapped[date | None]
    # On a notice: the brief or bundle that tells it.
    brief_id: Mapped[int | None] = to("outbox", nullable=True)
    details: Mapped[Details] = mapped_column(sa.JSON, default=Details)
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
    # Slack's reason to refuse the conversation that was kept for its reader: another one was opened for this message.
    reopened_for: Mapped[str | None]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(foreign_keys=person_id, lazy="raise")


class PictureFile(Base):
    """A picture of an account plan that was uploaded to Slack. `content` is a mark of its content."""

    __tablename__ = "picture_file"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "content"),)

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    content: Mapped[str]
    # Slack's id of the file.
    file_id: Mapped[str]
    uploaded_at: Mapped[datetime]


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
