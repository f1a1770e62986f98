"""Errors of the ledger, in the words of the person who asked.

Only two places show them: handlers/slack/errors.py and the courier.
"""

from __future__ import annotations


class LedgerError(Exception):
    """A request that the ledger refuses. Its text, plain and without markup, is shown to the person.

    `field` names the form field to which the text belongs (action, owner, due, account, stakeholder, reason, note, …);
    None if it belongs to the whole request.
    """

    def __init__(self, words: str, *, field: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.field = field


class NotFoundError(LedgerError):
    """The row does not exist in this workspace, or this viewer may not see it. The text does not say which."""


class NotAllowedError(LedgerError):
    """The viewer may look but not change. The text says who can."""


class UnconfirmedError(NotAllowedError):
    """Only admins may do this, and Slack must be asked again whether the viewer still is an admin."""


class BadInputError(LedgerError):
    """A value of a form or line that cannot be stored; `field` names its form field."""


class BadInputsError(BadInputError):
    """Several values that cannot be stored: the words for each form field in `fields`."""

    def __init__(self, fields: dict[str, str]) -> None:
        field, words = next(iter(fields.items()))
        super().__init__(words, field=field)
        self.fields = fields


class GoneError(LedgerError):
    """It existed and is over, such as a link that was used. The text says what to do instead."""


class TooFastError(LedgerError):
    """More requests than a person makes by hand. The text says when to go on."""


class ChangedMeanwhileError(LedgerError):
    """Another person was first. The text says what they did, and when."""
