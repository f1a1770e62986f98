"""The tables. Every row belongs to a workspace. Entries are only added; a row of a subject has the present state."""

from store.rules.transitions import State, Verb
from store.tables.accounts import Account, Stakeholder
from store.tables.base import (
    _ID,
    NAMES,
    REDACTED,
    Base,
    Category,
    HasHistory,
    Side,
    Subject,
    core,
)
from store.tables.commitments import Around, Commitment, CommitmentPerson, Entry
from store.tables.installations import Heartbeat, Workspace
from store.tables.outbox import Details, Lane, Mention, Outbox, OutboxKind, OutboxState
from store.tables.people import Absence, AbsenceSource, Person
from store.tables.plan import OF_ACCOUNTS, SUBJECTS, KeyDate, KeyDateKind, Recurs, SectionRow

__all__ = [
    "NAMES",
    "OF_ACCOUNTS",
    "REDACTED",
    "SUBJECTS",
    "_ID",
    "Absence",
    "AbsenceSource",
    "Account",
    "Around",
    "Base",
    "Category",
    "Commitment",
    "CommitmentPerson",
    "Details",
    "Entry",
    "HasHistory",
    "Heartbeat",
    "KeyDate",
    "KeyDateKind",
    "Lane",
    "Mention",
    "Outbox",
    "OutboxKind",
    "OutboxState",
    "Person",
    "Recurs",
    "SectionRow",
    "Side",
    "Stakeholder",
    "State",
    "Subject",
    "Verb",
    "Workspace",
    "core",
]
