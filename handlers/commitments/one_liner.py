"""From a line that was read to what can be recorded, or to a form that asks for the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from handlers import ids
from handlers.accounts.menus import Choice
from handlers.commitments.forms import Filled, recorded_already
from handlers.slack.payloads import unescaped, unmarked
from handlers.slack.replies import Lacks
from handlers.slack.words import either, shortened
from store import accounts, people, stakeholders
from store.agreements import Agreement
from store.commitments import Draft
from store.dates import Due
from store.errors import LedgerError
from store.rules.calendar.brief_times import local_day
from store.rules.line.client import person_in
from store.rules.names import Close, Exact, Several, Unknown
from store.rules.text import ACTION_LIMIT, NAME_LIMIT, NOTE_LIMIT, clean, quoted
from store.settings import reads_dates_as
from store.tables import Account, Commitment, Person, Side, Stakeholder, Way

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.rules.line import Line
    from store.rules.line.agreed import Stated

# A private character that stands for a "<" that somebody typed.
_PROTECTED = "\ue000"
# No "<" stands within what Slack marks up (payloads.py says why that matters).
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
# Of the people whom a line names, this many are written down.
_NAMED = 10
# Slack does not give the name of every channel.
_CHANNEL = re.compile(r"<#[CG][A-Z0-9]+(?:\|([^<>]*))?>")


@dataclass(frozen=True)
class ParsedLine:
    """`draft` is what can be recorded as it stands; None where `filled` must go to the person first."""

    filled: Filled
    draft: Draft | None = None
    unknown_account: str | None = None
    # The account of the channel in which the line was written.
    here: Account | None = None
    # Slack ids of people whom the ledger does not know yet; Slack may.
    unknown_users: tuple[str, ...] = ()
    # The open question, where `filled` has a remark.
    lacks: Lacks = Lacks.MORE
    # The open questions, each under the name of its field in the form.
    asked: Mapping[str, str] = field(default_factory=dict)

    def pointed_out(self, same: Commitment, viewer: Person, today: date) -> ParsedLine:
        """The same, as a form, because of a commitment with the same words."""
        filled = replace(self.filled, remark=recorded_already(same, viewer, today), same=same)
        return ParsedLine(filled, lacks=Lacks.AGAIN)

    def refused(self, error: LedgerError) -> ParsedLine:
        """The same, as a form, because of something that the ledger refused."""
        return ParsedLine(replace(self.filled, remark=error.words, asks=error.field or self.filled.asks))

    def doubted(self, words: str) -> ParsedLine:
        """The same, as a form with this remark, because it may be no promise."""
        return ParsedLine(replace(self.filled, remark=words), lacks=Lacks.SENSE)


def facts_for(tx: Session, viewer: Person, now: datetime) -> dict[str, Any]:
    """The facts about this person that decide how a line is read: the arguments of `read_line`."""
    return {
        "today": local_day(now, viewer.zone),
        "locale": reads_dates_as(viewer),
        "accounts": accounts.names(tx, viewer),
        "working_week": people.working_days(viewer).weekdays,
        "fiscal_year_start": viewer.workspace.fiscal_year_start,
    }


class Belongs(NamedTuple):
    """The account of a line, or the unknown name that it gives; the client's person; and the account of its channel."""

    account: Account | None = None
    unknown: str | None = None
    stakeholder: Stakeholder | None = None
    here: Account | None = None


def understand(
    tx: Session, viewer: Person, line: Line, said: str, *, today: date, channel: str = "", asked_slack: bool = False
) -> ParsedLine:
    """Decide whether a line says enough, which was said `today`. Nothing that was written is lost: the form starts with
    it.

    Without another account the commitment belongs to that of the `channel`. Until Slack was asked about them, people
    whom the ledger does not know are given back as `unknown_users`.
    """
    unknown_users = () if asked_slack else _unknown_users(tx, viewer, line)
    if unknown_users:
        return ParsedLine(Filled(), unknown_users=unknown_users)
    if line.account is not None and line.account_phrase is not None:
        line = replace(line, account=accounts.meant(tx, viewer, line.account_phrase, line.account))
    account, unknown, stakeholder, here = belongs(tx, viewer, line, channel)
    by = _agreed_by(tx, viewer, line.agreed.name, account) if line.agreed else None
    if line.agreed is not None and line.otherwise is not None and by is None and not line.agreed.name[0].isupper():
        # "The terms agreed with legal" names nobody of theirs.
        kept = replace(
            line.otherwise, owners=line.owners, perhaps_owner=line.perhaps_owner, account=line.account,
            account_phrase=line.account_phrase,
        )  # fmt: skip
        return understand(tx, viewer, kept, said, today=today, channel=channel, asked_slack=True)
    if by is not None:
        account, stakeholder = account or by.account, stakeholder or by
    action = clean(_said(tx, viewer, line.action))
    if account is not None:
        line = replace(line, account=Exact(account.name))
    due = line.due.on if isinstance(line.due, Due) else None
    suggested = due or (line.due.suggestion if line.due and not isinstance(line.due, Due) else None)
    owner, doubt = _owner(tx, viewer, line)
    trouble = [(ids.OWNER, doubt)] if doubt else []
    text = clean(unescaped(_said(tx, viewer, said)), lines=True)
    note = text if len(action) > ACTION_LIMIT else _note(tx, viewer, line)
    filled = Filled(
        action=action,
        owner=owner.slack_id if owner else None,
        due=suggested,
        account=(str(account.id), account.name) if account else None,
        stakeholder=(str(stakeholder.id), stakeholder.name) if stakeholder else None,
        side=Side.THEIRS if line.theirs else Side.OURS,
        note=note,
        orders=line.due.orders if line.due and not isinstance(line.due, Due) else None,
        rhythm=line.rhythm,
    )  # fmt: skip
    if line.agreed is not None:
        filled = _with_agreement(filled, line.agreed, by)
        trouble += [(ids.STAKEHOLDER, _nobody_called(line.agreed.name, account))] if by is None else []
    asked = {name: _said(tx, viewer, words) for name, words in (*trouble, *_missing(line, action, text))}
    if asked or owner is None or due is None:
        asks = next(iter(asked), filled.asks)
        if unknown:
            asked[ids.ACCOUNT] = unknown_account(unknown)
        filled = replace(filled, remark=" ".join(asked.values()), asks=asks)
        return ParsedLine(filled, unknown_account=unknown, lacks=_lacks(line, action), asked=asked)
    draft = Draft(
        action=action, owner=owner, due_on=due, account=account, stakeholder=stakeholder, side=filled.side,
        note=note or None, rhythm=line.rhythm,
        agreed=Agreement(by, today, Way(filled.agreed)) if by else None,
    )  # fmt: skip
    return ParsedLine(filled, draft, unknown, here)


def belongs(tx: Session, viewer: Person, line: Line, channel: str) -> Belongs:
    """The account that the line names, or else that of the channel, and the only one of its people whom it names."""
    account, unknown = _account(tx, viewer, line)
    if account is not None:
        return Belongs(account, stakeholder=stakeholders.named_in(tx, viewer, account, line.action))
    here = accounts.of_channel(tx, viewer, channel) if channel else None
    if here is None:
        return Belongs(unknown=unknown)
    stakeholder = stakeholders.named_in(tx, viewer, here, line.action)
    if unknown is not None:
        # "For Dana" names one of the account's people, "for Initech" another account.
        is_person = stakeholder is not None and person_in(f"for {unknown}", [stakeholder.name]) is not None
        return Belongs(here, None, stakeholder, here) if is_person else Belongs(unknown=unknown, here=here)
    if isinstance(line.account, Several) and here.name not in line.account.names:
        return Belongs(here=here)
    return Belongs(here, None, stakeholder, here)


def _agreed_by(tx: Session, viewer: Person, name: str, account: Account | None) -> Stakeholder | None:
    """The only one of the client's people whom the name means: at the account, or at all accounts if there is none."""
    if account is not None:
        return stakeholders.named_in(tx, viewer, account, f"with {name}")
    found = stakeholders.matching(tx, viewer, name)
    place = person_in(f"with {name}", [one.name for one in found])
    return None if place is None else found[place]


def _with_agreement(filled: Filled, agreed: Stated, by: Stakeholder | None) -> Filled:
    """The form with the way in which they agreed and the person: a new one, if the account has none of the name."""
    person = (str(by.id), by.name) if by else None
    if person is None and filled.account is not None:
        person = Choice(new_name=agreed.name).encode(), f"Create {quoted(agreed.name)}"
    return replace(filled, stakeholder=person, agreed=agreed.way or Way.MEETING)


def _nobody_called(name: str, account: Account | None) -> str:
    """The question about a person whom the ledger does not know."""
    if account is None:
        return (
            f"With whom is it agreed? I don't know which account {quoted(name)} belongs to: choose it, and the person."
        )
    return f"I don't know anybody called {quoted(name)} at {account.name}: record it to add them, or choose the person."


def unknown_account(name: str) -> str:
    """The question about an account that is not known."""
    return f"I don't know an account called {quoted(name)}: choose the right one, or create it."


def _unknown_users(tx: Session, viewer: Person, line: Line) -> tuple[str, ...]:
    # The first one named is the owner; Slack is asked about nobody else, however many a line names.
    named = line.owners[:1] or (line.perhaps_owner or "@",)
    asked = {owner for owner in named if not owner.startswith("@")} - {viewer.slack_id}
    if not asked:
        return ()
    return tuple(asked - {person.slack_id for person in people.by_slack_ids(tx, viewer.workspace, asked)})


def protect_brackets(text: str) -> str:
    """The line with what was typed as "<" told apart from what Slack marked up, until `_said` puts it back."""
    return text.replace("&lt;", _PROTECTED)


def _said(tx: Session, viewer: Person, text: str) -> str:
    return readable(tx, viewer, text).replace(_PROTECTED, "<")


def as_plain(tx: Session, viewer: Person, text: str) -> str:
    """The text of a command as it was typed: with handles, which can be read again, and without Slack's marks."""
    mentioned = {found[1] for found in _MENTION.finditer(text)}
    handles = {one.slack_id: one.handle or one.name for one in people.by_slack_ids(tx, viewer.workspace, mentioned)}
    text = _MENTION.sub(lambda found: "@" + handles.get(found[1], found[1]), text)
    return unescaped(unmarked(text).replace(_PROTECTED, "<"))


def readable(tx: Session, viewer: Person, text: str) -> str:
    """Slack's mentions, links and other marks as people read them: names and addresses."""
    mentioned = {found[1] for found in _MENTION.finditer(text)}
    names = {one.slack_id: one.name for one in people.by_slack_ids(tx, viewer.workspace, mentioned)}
    text = _MENTION.sub(lambda found: "@" + names.get(found[1], found[1]), text)
    return unmarked(_CHANNEL.sub(lambda found: f"#{found[1]}" if found[1] else "a channel", text))


def _owner(tx: Session, viewer: Person, line: Line) -> tuple[Person | None, str | None]:
    """(the owner, what is the matter with it)."""
    if not line.owners and line.group:
        return None, f"{shortened(line.group, NAME_LIMIT)} is not one person. Please choose the accountable owner."
    if not line.owners:
        return _perhaps_owner(tx, viewer, line)
    named = line.owners[0]
    if named.startswith("@"):
        person = people.named(tx, viewer, named)
        if person is None:
            return None, f"I don't know who {shortened(named, NAME_LIMIT)} is. Please choose the owner."
        named = person.slack_id
    try:
        owner = people.as_owner(tx, viewer, named)
    except LedgerError as error:
        return None, error.words
    if len(line.owners) > 1:
        return owner, "A commitment has one accountable owner. Is it this one?"
    return owner, None


def _perhaps_owner(tx: Session, viewer: Person, line: Line) -> tuple[Person, str | None]:
    """The person named behind the action, and the question whether they own it; without one, the writer."""
    named = line.perhaps_owner
    if named is None:
        return viewer, None
    person = people.named(tx, viewer, named) if named.startswith("@") else None
    try:
        owner = people.as_owner(tx, viewer, person.slack_id if person else named)
    except LedgerError:
        return viewer, None
    return (viewer, None) if owner is viewer else (owner, f"Is {shortened(owner.name, NAME_LIMIT)} the owner?")


def _note(tx: Session, viewer: Person, line: Line) -> str:
    """The hour, which a due date does not keep, and the people named beside the owner."""
    others = [f"<@{one}>" if not one.startswith("@") else one for one in line.owners[1:_NAMED]]
    said = [line.hour or "", f"With {', '.join(others)}" if others else ""]
    return clean(unescaped(_said(tx, viewer, "\n".join(filter(None, said)))), lines=True)


def _account(tx: Session, viewer: Person, line: Line) -> tuple[Account | None, str | None]:
    """(the known account, the unknown name to offer for creation)."""
    if isinstance(line.account, (Exact, Close)):
        account = accounts.named(tx, viewer, line.account.name, to_use=True)
        # It may have been archived since its name was read.
        return (account, None) if account and account.is_live else (None, line.account_phrase)
    if isinstance(line.account, Unknown):
        return None, line.account_phrase
    return None, None


def too_long(action: str, note: str) -> str | None:
    """The remark above a form whose action is cut, and perhaps its note; None where the action fits."""
    if len(action) <= ACTION_LIMIT:
        return None
    there = "All of it is" if len(note) <= NOTE_LIMIT else f"Its first {NOTE_LIMIT:,} characters are"
    return f"The action is longer than {ACTION_LIMIT} characters. {there} in the note: shorten the action."


def _lacks(line: Line, action: str) -> Lacks:
    if not action or len(action) > ACTION_LIMIT:
        return Lacks.MORE
    if isinstance(line.account, Several):
        return Lacks.ACCOUNT
    if line.due is None:
        return Lacks.DAY
    return Lacks.MORE if isinstance(line.due, Due) else Lacks.ONE_DAY


def _missing(line: Line, action: str, note: str) -> Iterator[tuple[str, str]]:
    """The open questions of the line, in words, each with its field; none when the line says everything."""
    if not action:
        yield ids.ACTION, "What is to be done?"
    if remark := too_long(action, note):
        yield ids.ACTION, remark
    if isinstance(line.account, Several):
        yield ids.ACCOUNT, f"Which account is it: {either(line.account.names)}?"
    if line.due is None:
        yield ids.DUE, "By when? Choose the due date."
    elif not isinstance(line.due, Due):
        yield ids.DUE, line.due.reason
