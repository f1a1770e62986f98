"""The tables. Every row belongs to a workspace. Entries are only added; a row of a subject has the present state."""

from store.tables.accounts import Account, Stakeholder
from store.tables.base import (
    _ID,
    BLOCKED,
    CANCELLED,
    DONE,
    NAMES,
    OPEN,
    OURS,
    REDACTED,
    THEIRS,
    Base,
    HasHistory,
    Subject,
    core,
)
from store.tables.commitments import Commitment, Entry
from store.tables.installations import Heartbeat, Workspace
from store.tables.outbox import Mention, Outbox, OutboxKind, OutboxState
from store.tables.people import Absence, Person
from store.tables.plan import OF_ACCOUNTS, SUBJECTS, KeyDate, SectionRow

__all__ = [
    "BLOCKED",
    "CANCELLED",
    "DONE",
    "NAMES",
    "OF_ACCOUNTS",
    "OPEN",
    "OURS",
    "REDACTED",
    "SUBJECTS",
    "THEIRS",
    "_ID",
    "Absence",
    "Account",
    "Base",
    "Commitment",
    "Entry",
    "HasHistory",
    "Heartbeat",
    "KeyDate",
    "Mention",
    "Outbox",
    "OutboxKind",
    "OutboxState",
    "Person",
    "SectionRow",
    "Stakeholder",
    "Subject",
    "Workspace",
    "core",
]
