"""`/plan Acme letter to Dana`: the letter to one of the client's people, in one line and in four languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.accounts.finding import find
from handlers.letters.actions import form_for
from handlers.people import viewer
from handlers.slack.payloads import Context
from handlers.slack.refs import Ref, ViewName
from handlers.slack.replies import Form
from handlers.slack.words import either
from store import accounts, stakeholders
from store.errors import BadInputError, NotFoundError
from store.rules.names import fold_person
from store.rules.text import quoted
from store.tables import Subject

if TYPE_CHECKING:
    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Command
    from store.tables import Account, Person, Stakeholder

_LETTER = re.compile(
    r"(?:(?P<account>.+?)\s+)?(?:(?:a|eine?n?|une|una)\s+)?"
    r"(?:letter\s+(?:to|for)|brief\s+an|lettre\s+(?:à|pour)|carta\s+(?:a|para))\s+(?P<name>.+)",
    re.IGNORECASE | re.DOTALL,
)
# Names that an answer repeats.
_MOST = 5


@dataclass(frozen=True)
class Wanted:
    """The account, "" if the line names none, and the person to whom the letter goes, as they are written."""

    account: str
    name: str


def read(said: str) -> Wanted | None:
    """The account and the reader in a line that asks for a letter; None for another line."""
    found = _LETTER.fullmatch(said)
    return None if found is None else Wanted(found["account"] or "", found["name"].strip())


def answer_to(command: Command, context: BoltContext, wanted: Wanted) -> Form:
    """The form of the letter to that person; an error says what to write, if the person is not certain."""
    with context["ledger"].begin() as tx:
        person = viewer(tx, command.asker.team_id, command.asker.user_id)
        account = find(tx, person, wanted.account) if wanted.account else accounts.here(tx, person, command.channel)
        reader = _reader(tx, person, account, wanted.name)
        ref = Ref(Subject.STAKEHOLDER, reader.id, view=ViewName.ROW, extra=str(reader.account_id))
        return Form(form_for(tx, person, ref, Context(ref=ref, channel=command.channel), context["now"]), ref)


def _reader(tx: Session, person: Person, account: Account | None, name: str) -> Stakeholder:
    words = set(fold_person(name).split())
    found = stakeholders.matching(tx, person, name, account=account, limit=50)
    found = [one for one in found if words <= set(fold_person(one.name).split())]
    exact = [one for one in found if fold_person(one.name) == fold_person(name)]
    meant = exact if len(exact) == 1 else found
    where = f" at {account.name}" if account else ""
    if not meant:
        raise NotFoundError(f"I know nobody called {quoted(name)}{where}. “/plan” adds the client's people.")
    if len(meant) > 1:
        said = either([f"{one.name} of {one.account.name}" for one in meant[:_MOST]])
        raise BadInputError(f"{quoted(name)} could be {said}. Write it as in /plan Acme letter to Dana Whitfield")
    return meant[0]
