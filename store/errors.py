"""What can go wrong in the ledger, in the words of the person who asked.

Raised deep, told in two places only: the Slack edge (handlers/slack/errors.py) and the courier.
"""

from __future__ import annotations


class LedgerError(Exception):
    """A request that the ledger refuses. Its text, plain and without markup, is shown to the person.

    `field` names the form field that the words belong to (action, owner, due, account, stakeholder,
    reason, note, …), or is None where they belong to the request as a whole.
    """

    def __init__(self, words: str, *, field: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class NotFoundError(LedgerError):
    """There is no such thing in this workspace, or not for this viewer. The two are not told apart."""


class NotAllowedError(LedgerError):
    """The viewer may look but not change. The words say who can."""


class UnconfirmedError(NotAllowedError):
    """The viewer was an admin when Slack was last asked, and only admins may do this: Slack is to be asked again."""


class BadInputError(LedgerError):
    """A value that cannot be stored; `field` says which."""


class TooFastError(LedgerError):
    """More than a person does by hand. The words say when to go on."""


class ChangedMeanwhileError(LedgerError):
    """Somebody else was first. The words say what happened and when."""
