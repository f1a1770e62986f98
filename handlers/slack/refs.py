"""The reference that a button, a menu's option or a form carries: its subject, and the view that shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from store.errors import BadInputError

if TYPE_CHECKING:
    from store.tables import HasHistory

# The kind of a reference to an absence; the others are those of store.tables.Subject.
ABSENCE = "absence"
_KIND = re.compile(r"[a-z_]{0,20}", re.ASCII)
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)


class ViewName(StrEnum):
    """The views that show subjects. surfaces.py draws them again; what the courier posted, it brings up to date."""

    NONE = ""
    # A receipt, also where nothing can be shared; one commitment in full.
    RECEIPT, NOTED, ITEM = "receipt", "noted", "item"
    # Lists; of an account's list the reference's `extra` is the account's id.
    MINE, OVERDUE, ACCOUNT = "mine", "overdue", "account"
    # A section of an account plan, whose account is the reference's `extra`; one row of it in full.
    SECTION, ROW = "section", "row"
    # The accounts in use, the archived ones, and the page of one, whose id is the reference's `extra`.
    ACCOUNTS, ARCHIVED, ACCOUNT_PAGE = "accounts", "archived", "page"
    HOME, AWAY = "home", "away"
    # Messages of the courier: briefs and notices, and items shared in a channel.
    MESSAGE, SHARED = "dm", "shared"


@dataclass(frozen=True)
class Ref:
    """A subject by `kind` and `id` (a commitment by its number) in the `version` that was shown; the `view` that shows
    it and the first row there. `extra`: what else the view or the button needs. Without a subject it names a view.
    """

    kind: str = ""
    id: int = 0
    version: int = 0
    view: ViewName = ViewName.NONE
    start: int = 0
    extra: str = ""

    def encode(self) -> str:
        return f"{self.kind}:{self.id}:{self.version}:{self.view}:{self.start}:{self.extra}"

    @classmethod
    def decode(cls, value: str) -> Ref:
        """Raises BadInputError for anything that `encode` did not write."""
        parts = value.split(":", 5)
        if len(parts) != len(cls.__dataclass_fields__) or not _KIND.fullmatch(parts[0]):
            raise outdated()
        kind, id_, version, view, start, extra = parts
        try:
            return cls(kind, count(id_), count(version), ViewName(view), count(start), extra)
        except ValueError:
            raise outdated() from None

    def to(self, subject: HasHistory, id_: int) -> Ref:
        """The reference to a subject in this view; `id_` as its noun names it to people."""
        return replace(self, kind=subject.subject_kind, id=id_, version=subject.version)

    def at(self, start: int) -> Ref:
        """The reference to this view from another first row on."""
        return replace(self, start=start)


NOWHERE = Ref()


def count(text: str) -> int:
    """A number that we wrote into a button, an option or a form; BadInputError for anything else."""
    if not _NUMBER.fullmatch(text):
        raise outdated()
    return int(text)


def outdated() -> BadInputError:
    """The answer to a button, a form or a command that this version of the program did not make."""
    return BadInputError(
        "That is from an older version of Makegood. Type /commit mine for fresh buttons, or /commit for a fresh form."
    )
