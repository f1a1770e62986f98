"""The tables of the rows that have a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.tables.accounts import Account
from store.tables.clients import Proposal
from store.tables.commitments import Commitment
from store.tables.plan import Offering
from store.tables.reviews import Review
from store.tables.sections import SectionRow
from store.tables.signals import RaisedSignal

if TYPE_CHECKING:
    from store.tables.base import HasHistory, Subject

# The tables of the subjects that belong to an account.
OF_ACCOUNTS: tuple[type[Commitment | Proposal | Review | SectionRow], ...] = (
    Commitment,
    Proposal,
    Review,
    *SectionRow.__subclasses__(),
)
# The tables of the subjects in messages that a restriction of their account hides.
HIDDEN_WITH_ACCOUNT: tuple[type[Any], ...] = (Account, *OF_ACCOUNTS, RaisedSignal)
# The table of each kind of subject.
SUBJECTS: dict[Subject, type[HasHistory]] = {
    each.subject_kind: each for each in (Account, Offering, *OF_ACCOUNTS, RaisedSignal)
}
