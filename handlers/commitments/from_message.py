"""From a message to the form of a commitment: the promise in it, its owner, its date, its account and its people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handlers import ids
from handlers.commitments.forms import Filled
from handlers.commitments.one_liner import ParsedLine, facts_for, protect_brackets, readable, understand
from handlers.slack.payloads import unescaped
from handlers.slack.words import full_date
from store import accounts, people, stakeholders
from store.dates import Due
from store.rules.calendar.brief_times import local_day
from store.rules.line import read_line
from store.rules.line.account import accounts_within
from store.rules.line.promise import promise_in
from store.rules.names import Exact
from store.rules.text import clean
from store.tables import Side

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.rules.line import Line
    from store.tables import Person


@dataclass(frozen=True)
class Said:
    """A message: its text as Slack sends it, its author's Slack id (empty if the words are not a person's own), the
    instant at which it was said, and the channel.
    """

    text: str
    author: str
    at: datetime
    channel: str


def understand_message(
    tx: Session, viewer: Person, said: Said, now: datetime, *, asked_slack: bool = False
) -> ParsedLine:
    """The form that the message fills in. Its text stays in the note where the action leaves something out.

    Days are those of the author when they wrote it. Until Slack was asked about them, people whom the ledger does not
    know are given back as `unknown_users`.
    """
    author = _author(tx, viewer, said)
    if said.author and author is None and not asked_slack:
        return ParsedLine(Filled(), unknown_users=(said.author,))
    promise = promise_in(said.text)
    colleague = author if author and people.is_here(author) else None
    facts = facts_for(tx, colleague or viewer, said.at)
    line = read_line(protect_brackets(" ".join(promise.text.split())), **facts)
    if promise.by_author:
        line = replace(line, owners=(), perhaps_owner=None)
    if colleague and not line.owners and not line.perhaps_owner:
        line = replace(line, owners=(colleague.slack_id,))
    channel, line = _at_account(line, said, facts["accounts"])
    parsed = understand(tx, viewer, line, promise.text, today=facts["today"], channel=channel, asked_slack=asked_slack)
    if parsed.unknown_users:
        return parsed
    filled = parsed.filled
    if not promise.whole:
        text = clean(unescaped(readable(tx, viewer, said.text)), lines=True)
        filled = replace(filled, note=text)
    if author and colleague is None and promise.by_author:
        filled = _outsiders(tx, viewer, filled, author)
    return replace(parsed, filled=_dated(filled, line, viewer, now))


def _author(tx: Session, viewer: Person, said: Said) -> Person | None:
    found = people.by_slack_ids(tx, viewer.workspace, [said.author]) if said.author else []
    return people.get(tx, found[0].id) if found else None


def _at_account(line: Line, said: Said, names: list[str]) -> tuple[str, Line]:
    """The channel whose account counts, and the line with the account that is named anywhere in the message. Of two
    that are named neither is meant, and not the channel's.
    """
    named = accounts_within(said.text, names) if line.account is None else ()
    if len(named) == 1:
        return said.channel, replace(line, account=Exact(named[0]), account_phrase=named[0])
    return "" if named else said.channel, line


def _outsiders(tx: Session, viewer: Person, filled: Filled, author: Person) -> Filled:
    """The form for the promise of an outsider: the client owes it, and the viewer follows it up."""
    if people.outside(author) is not people.Outside.STRANGER:
        why = f"{author.name} {people.outside(author)}. Choose the colleague who is accountable."
        return _asking(filled, ids.OWNER, why)
    account = accounts.get(tx, viewer, int(filled.account[0])) if filled.account else None
    client = stakeholders.named_in(tx, viewer, account, author.name) if account else None
    filled = replace(
        filled, side=Side.THEIRS, stakeholder=(str(client.id), client.name) if client else filled.stakeholder
    )
    why = f"{author.name} is from another company: the promise is theirs, and you follow it up."
    return replace(filled, remark=" ".join(filter(None, [why, filled.remark])))


def _dated(filled: Filled, line: Line, viewer: Person, now: datetime) -> Filled:
    """Without a date that has passed since the message was written."""
    if not isinstance(line.due, Due) or line.due.on >= local_day(now, viewer.zone):
        return filled
    passed = full_date(line.due.on)
    return _asking(replace(filled, due=None), ids.DUE, f"{passed} has already passed. By when is it due now?")


def _asking(filled: Filled, field: str, words: str) -> Filled:
    asks = filled.asks if filled.remark else field
    return replace(filled, remark=" ".join(filter(None, [filled.remark, words])), asks=asks)
