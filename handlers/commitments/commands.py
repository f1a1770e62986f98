"""`/commit …`: one line is a commitment; a few first words look instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process

from handlers import people as directory
from handlers.absences import actions as absences
from handlers.commitments import forms
from handlers.commitments.one_liner import ParsedLine, protect_brackets, understand
from handlers.people import viewer
from handlers.settings import actions as settings
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Command, Context, as_typed, unescaped
from handlers.slack.words import either, render, shortened
from store import accounts, commitments, people
from store.errors import BadInputError, NotFoundError
from store.rules.calendar.brief_times import local_day
from store.rules.line import read_line
from store.rules.names import Close, Exact, Several, Unknown, match, nearest
from store.rules.text import quoted
from store.settings import reads_dates_as

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.tables import Person

Ack = Callable[..., Any]

# The words that are no commitments; `account` takes a name and `away` days, a number is a commitment.
WORDS = ("mine", "overdue", "accounts", "account", "away", "back", "settings", "help")
_WITH_MORE = ("account", "away")
_LISTS: dict[str, Callable[[Session, Person, datetime], list[Block]]] = {
    "mine": surfaces.mine,
    "overdue": surfaces.overdue,
    "accounts": surfaces.all_accounts,
}
# Longer ones are no numbers of commitments, and Python refuses to read very long ones.
_DIGITS = 10
# Characters of a line that the help repeats.
_QUOTED = 100
# How alike a word must be to be taken for a slip of one of them, of 100.
_ALIKE = 75


def commit(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """The /commit command."""
    command = payloads.command(body)
    first, _, rest = command.text.partition(" ")
    word, rest = first.casefold(), rest.strip()
    if not command.text:
        directory.check(context, command.asker)
        open_form(context, command, ParsedLine(forms.Filled(owner=command.asker.user_id)))
        ack()
    elif word == "help" and not rest:
        directory.check(context, command.asker)
        _answer(ack, [b.section(render("help.j2", nearest=None, said=""))])
    elif word.removeprefix("#").isdecimal() and not rest:
        _look(ack, command, context, lambda tx, who, now: _one(tx, who, word.removeprefix("#"), now))
    elif word in _LISTS and not rest:
        _look(ack, command, context, _LISTS[word])
    elif word == "account" and rest:
        _look(ack, command, context, lambda tx, who, now: _account(tx, who, unescaped(rest), now))
    elif word == "back" and not rest:
        absences.back(ack, command, context)
    elif word == "settings" and not rest:
        settings.ask(ack, body, context)
    elif word != "away" or not absences.away(ack, command, context, rest):
        _line(ack, command, context)


def open_form(context: BoltContext, command: Command, understood: ParsedLine) -> None:
    """Open the form with what was understood already filled in."""
    known = Context(channel=command.channel)
    context["slack"].views_open(trigger_id=command.trigger_id, view=forms.new(understood.filled, known))


def _answer(ack: Ack, blocks: list[Block], text: str = "Makegood") -> None:
    ack(response_type="ephemeral", text=text, blocks=b.resolved(blocks))


def _look(
    ack: Ack, command: Command, context: BoltContext, draw: Callable[[Session, Person, datetime], list[Block]]
) -> None:
    with context["ledger"].read() as tx:
        person = viewer(tx, command.asker.team_id, command.asker.user_id)
        blocks = draw(tx, person, context["now"])
    _answer(ack, blocks)


def _one(tx: Session, person: Person, digits: str, now: datetime) -> list[Block]:
    if len(digits) > _DIGITS:
        raise NotFoundError(f"There is no commitment #{shortened(digits, _DIGITS)}. Type /commit mine for yours.")
    return surfaces.one(tx, person, commitments.get(tx, person, int(digits)), now)


def _account(tx: Session, person: Person, name: str, now: datetime) -> list[Block]:
    known = accounts.names(tx, person)
    found = match(name, known)
    if isinstance(found, Unknown):
        found = match(name, accounts.archived(tx, person))
    if isinstance(found, Several):
        found = accounts.meant(tx, person, name, found)
    if isinstance(found, Several):
        raise NotFoundError(f"{quoted(name)} could be {either(found.names)}. Please write more of its name.")
    account = accounts.named(tx, person, found.name) if isinstance(found, (Exact, Close)) else None
    if account is None:
        near = nearest(name, known)
        hint = f"Did you mean {near}?" if near else "/commit accounts lists all; the form of /commit can create it."
        raise NotFoundError(f"I don't know an account called {quoted(name)}. {hint}")
    return surfaces.account_page(tx, person, account, now)


def _line(ack: Ack, command: Command, context: BoltContext) -> None:
    """A line is recorded when it has an action, one owner and a clear date; otherwise the form asks."""
    outcome = _taken(command, context)
    if isinstance(outcome, ParsedLine) and outcome.unknown_users:
        ledger, slack = context["ledger"], context["slack"]
        directory.ensure_people(ledger, slack, command.asker.team_id, outcome.unknown_users, context["now"])
        outcome = _taken(command, context, asked_slack=True)
    if isinstance(outcome, ParsedLine):
        open_form(context, command, outcome)
        ack()
    else:
        blocks, text = outcome
        _answer(ack, blocks, text)


def _taken(
    command: Command, context: BoltContext, *, asked_slack: bool = False
) -> ParsedLine | tuple[list[Block], str]:
    """Read the line, record it if it says enough, and give back what to answer; what was understood if it does not."""
    now, understood = context["now"], ParsedLine(forms.Filled())
    try:
        with context["ledger"].begin() as tx:
            person = viewer(tx, command.asker.team_id, command.asker.user_id)
            said = protect_brackets(command.text)
            line = read_line(
                said, today=local_day(now, person.zone), locale=reads_dates_as(person),
                accounts=accounts.names(tx, person),
                working_week=people.working_days(person).weekdays,
                fiscal_year_start=person.workspace.fiscal_year_start,
            )  # fmt: skip
            typed = as_typed(command.text)
            nearest = _nearest(typed) if line.due is None and not line.owners else None
            if nearest:
                help_ = render("help.j2", nearest=nearest, said=shortened(typed, _QUOTED))
                return [b.section(help_)], "Makegood"
            understood = understand(tx, person, line, said, asked_slack=asked_slack)
            if understood.draft is None:
                return understood
            origin_key = f"command:{command.trigger_id}"
            recorded = commitments.record(tx, person, understood.draft, origin_key=origin_key, now=now)
            commitments.check_pace(tx, person, recorded, now)
    except BadInputError as error:
        # The person gets the refusal in the form. The transaction was rolled back, so nothing is recorded.
        return understood.with_remark(error.words)
    with context["ledger"].read() as tx:
        blocks = surfaces.receipt(
            tx, person, recorded, now, unknown_account=understood.unknown_account, channel=bool(command.channel)
        )
    return blocks, f"Recorded as #{recorded.number}"


def _nearest(text: str) -> str | None:
    """The command that a short line without owner and date was probably meant to be."""
    words = text.split()
    first = words[0].casefold()
    if len(words) > 3 or (first in WORDS and len(words) > 1 and first not in _WITH_MORE):  # noqa: PLR2004  a slip is short
        return None
    best = process.extractOne(first, WORDS, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    if best is None:
        return None
    word = str(best[0])
    if word in _WITH_MORE:
        return f"{word} {shortened(' '.join(words[1:]), _QUOTED) or '…'}"
    return word if len(words) == 1 else None
