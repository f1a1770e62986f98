"""The reference that a button, a menu's option or a form carries: its subject, and the view that shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from store.errors import BadInputError
from store.tables import Subject

if TYPE_CHECKING:
    from store.tables import HasHistory

# The kind of a reference to an absence. The other kinds are in store.tables.Subject.
ABSENCE = "absence"
_KIND = re.compile(r"[a-z_]{0,20}", re.ASCII)
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)
# At the beginning of a button's value, or behind the action of a menu's option.
_COMMITMENT = re.compile(r"(?:^|\|)commitment:(\d{1,10}):", re.ASCII)


class ViewName(StrEnum):
    """The views that show subjects. surfaces.py draws them again, except the courier's messages."""

    NONE = ""
    # A receipt; a receipt without *Share here*; one commitment in full (`extra`: the place of a message with words for
    # the form of a change).
    RECEIPT, NOTED, ITEM = "receipt", "noted", "item"
    # The receipt of several; `extra` has their numbers (handlers/commitments/several.py).
    SEVERAL = "several"
    # Lists. For the list of an account `extra` is the account's id.
    MINE, OVERDUE, ACCOUNT = "mine", "overdue", "account"
    # A list that a person asked for; `extra` says its contents (handlers/commitments/listing.py).
    LIST = "list"
    # The same, grouped by account.
    GROUPED = "grouped"
    # The news of a brief; `extra` is the id of its row in the outbox.
    NEWS = "news"
    # The commitments of a brief; `extra` is the same.
    BRIEF = "brief"
    # An account plan, and a section of it (`extra` is the account's id); one row of a section in full.
    PLAN, SECTION, ROW = "plan", "section", "row"
    # The page of one of the client's people; `extra` is the account's id, a slash, and the person's.
    PERSON = "person"
    # The page that such a person reads without Slack, as colleagues manage it; `extra` is the person's id.
    CLIENT = "client"
    # The white space of an account as a grid; `extra` is the account's id, or a part of the grid
    # (handlers/plan/white_space.py).
    GRID = "grid"
    # Both sides of an account, from the chart at `start` on; `extra` is the account's id.
    ENERGY = "energy"
    # A picture of a section of the plan; `extra` is the account's id.
    PICTURE = "picture"
    # The viewer's accounts; the others in use; the archived accounts; the page of one account (`extra` is its id).
    ACCOUNTS, OTHERS, ARCHIVED, ACCOUNT_PAGE = "accounts", "others", "archived", "page"
    # The coming reviews; the review of an account (`extra` is its id); the items of a review (`extra` begins with the
    # review's id); its minutes. The digest of a review as it stands now, for its reader.
    REVIEWS, REVIEW, REVIEW_ITEMS, MINUTES = "reviews", "review", "review_items", "minutes"
    REVIEW_DIGEST = "review_digest"
    # The list of offerings.
    OFFERINGS = "offerings"
    HOME, AWAY = "home", "away"
    # The help page; a button that opens the form of settings.
    HELP, SETTINGS = "help", "settings"
    # A message that is not recorded as it stands (`extra`: its open question, a Lacks, and its place); a message of
    # another person that may hold a promise (`extra`: its place).
    ASKS, PROPOSAL = "asks", "proposal"
    # The first message to a person; to an admin.
    WELCOME, SETUP = "welcome", "setup"
    # Messages of the courier: briefs and notices, and items shared in a channel.
    MESSAGE, SHARED = "dm", "shared"


@dataclass(frozen=True)
class Ref:
    """A reference to a subject and to the `view` that shows it; without a subject, to a view.

    `kind` and `id` name the subject (a commitment by its number), `version` is the shown version. `start` is the
    first row of the view. `extra`: other data of the view or the button.
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
        """The reference from its text. BadInputError if `encode` did not write the text."""
        parts = value.split(":", 5)
        if len(parts) != len(cls.__dataclass_fields__) or not _KIND.fullmatch(parts[0]):
            raise outdated()
        kind, id_, version, view, start, extra = parts
        try:
            return cls(kind, count(id_), count(version), ViewName(view), count(start), extra)
        except ValueError:
            raise outdated() from None

    def to(self, subject: HasHistory, id_: int) -> Ref:
        """The reference to a subject in this view. `id_`: a commitment's number, or the id of another subject."""
        return replace(self, kind=subject.subject_kind, id=id_, version=subject.version)

    def at(self, start: int) -> Ref:
        """The reference to this view with another first row."""
        return replace(self, start=start)


NOWHERE = Ref()
# The views of one account, whose id is the `extra`.
_OF_ACCOUNTS = {ViewName.ACCOUNT, ViewName.ACCOUNT_PAGE, ViewName.PLAN, ViewName.SECTION, ViewName.ROW, ViewName.ENERGY}


@dataclass(frozen=True)
class MenuAction:
    """The value of an option in a "…" menu: the action and the value of the button for which the option stands."""

    action_id: str
    value: str

    def encode(self) -> str:
        return f"{self.action_id}|{self.value}"

    @classmethod
    def decode(cls, text: str) -> MenuAction:
        action_id, _, value = text.partition("|")
        return cls(action_id, value)


@dataclass(frozen=True)
class AccountChoice:
    """The `extra` of a button that chooses an account, and perhaps one of its people: their ids. 0: no person.

    `phrase`: the words that were written for the account.
    """

    account_id: int
    stakeholder_id: int = 0
    phrase: str = ""

    def encode(self) -> str:
        return f"{self.account_id}:{self.stakeholder_id}:{self.phrase}"

    @classmethod
    def decode(cls, text: str) -> AccountChoice:
        account_id, stakeholder_id, phrase = (*text.split(":", 2), "", "")[:3]
        return cls(count(account_id), count(stakeholder_id or "0"), phrase)


def numbers_in(blocks: object) -> set[int]:
    """The numbers of the commitments that these blocks, as JSON, have buttons for."""
    if isinstance(blocks, list):
        return {number for each in blocks for number in numbers_in(each)}
    if not isinstance(blocks, dict):
        return set()
    found = _COMMITMENT.search(str(blocks.get("value", "")))
    return {int(found[1])} if found else {number for each in blocks.values() for number in numbers_in(each)}


def accounts_in(blocks: object) -> set[int]:
    """The ids of the accounts that the buttons of these blocks, as JSON, are about or lead to."""
    if isinstance(blocks, list):
        return {id_ for each in blocks for id_ in accounts_in(each)}
    if not isinstance(blocks, dict):
        return set()
    found = {id_ for each in blocks.values() for id_ in accounts_in(each)}
    try:
        ref = Ref.decode(str(blocks.get("value", "")).rpartition("|")[2])
        of_view = {count(ref.extra)} if ref.view in _OF_ACCOUNTS else set()
    except BadInputError:
        return found
    return found | of_view | ({ref.id} if ref.kind == Subject.ACCOUNT else set())


def count(text: str) -> int:
    """The number in the text of a button, option or form; BadInputError if the text is no number."""
    if not _NUMBER.fullmatch(text):
        raise outdated()
    return int(text)


def outdated() -> BadInputError:
    """The error for a button, form or command that this version of the program did not make."""
    return BadInputError(
        "That is from an older version of Makegood. Type /commit mine for fresh buttons, or /commit for a fresh form."
    )
