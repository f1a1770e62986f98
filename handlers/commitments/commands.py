"""`/commit …`: a line is a commitment, unless it is a command (handlers/commitments/command_words.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process

from handlers import ids
from handlers import people as directory
from handlers.absences import actions as absences
from handlers.accounts.finding import find
from handlers.calendars import feeds as calendars
from handlers.commitments import actions, forms, listing, several, several_views
from handlers.commitments.command_words import AccountPage, Act, Asked, Help, Listing, is_command, read_command
from handlers.commitments.forms import NOTHING
from handlers.commitments.given import given, person_named
from handlers.commitments.one_liner import ParsedLine, facts_for, protect_brackets, readable, understand
from handlers.conversation import cards
from handlers.conversation.questions import is_question, read_question
from handlers.people import viewer
from handlers.settings import actions as settings
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Command, Context, as_typed, unescaped
from handlers.slack.refs import NOWHERE, Ref, ViewName
from handlers.slack.replies import Form, Lacks, Reply, give
from handlers.slack.words import render, shortened
from store import accounts, commitments
from store.commitments import Wanted, When
from store.dates import Due
from store.errors import BadInputError, NotFoundError
from store.rules.calendar.brief_times import local_day
from store.rules.line import read_line
from store.rules.line.minutes import read_minutes
from store.rules.names import Close, Exact, Unknown, match
from store.rules.text import NAME_LIMIT, quoted
from store.tables import Side

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Asker
    from store.tables import Account, Person

Ack = Callable[..., Any]

# The words for which a slip is taken; `account` takes a name, `away` days. Not `search`, which “research” is alike.
WORDS = ("mine", "overdue", "done", "accounts", "account", "away", "back", "calendar", "settings", "help")
_WITH_MORE = ("account", "away")
_LISTS = {"mine": ViewName.MINE, "overdue": ViewName.OVERDUE, "accounts": ViewName.ACCOUNTS}
_A_PROMISE = "That looks like a question. If it is a promise, record it here."
_WORDS_OF_A_PROMISE = "That looks like a command. If it is a promise, say here what you will do."
# Longer ones are no numbers of commitments, and Python refuses to read very long ones.
_DIGITS = 10
# Characters of a line that an answer repeats; of a command on a button.
_QUOTED, _ON_A_BUTTON = 100, 40
# Lists that are the person's own where the line names nobody and no account.
_MINE_UNLESS_SAID = {When.TODAY, When.TOMORROW, When.WEEK, When.NEXT_WEEK, When.DONE}
# How alike a word must be to be taken for a slip of one of them, of 100.
_ALIKE = 75


def commit(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """The /commit command."""
    command = payloads.command(body)
    give(ack, context, command, answer_to(command, context))


def answer_to(command: Command, context: BoltContext) -> Reply | Form:
    """Do what the line says, and give the answer to it."""
    if not command.text:
        return _form(command, ParsedLine(_empty(command, context)))
    return _commanded(command, context) or _line(command, context)


def _commanded(command: Command, context: BoltContext) -> Reply | Form | None:
    """The answer to a line that is a command."""
    first, _, rest = command.text.partition(" ")
    word, rest = first.casefold(), rest.strip()
    question = read_question(command.text)
    asked = question or read_command(command.text)
    if isinstance(asked, Act):
        return _act(command, context, asked)
    if isinstance(asked, Help):
        directory.check(context, command.asker)
        return Reply(cards.help_page(), Ref(view=ViewName.HELP))
    if (asked or word in _LISTS) and (drawn := _drawn(context, command.asker, command.text, asked)):
        return drawn
    if isinstance(question, Listing):
        raise NotFoundError(f"I don't know an account called {quoted(shortened(question.name, NAME_LIMIT))}.")
    return _of_their_own(command, context, word, rest)


def _of_their_own(command: Command, context: BoltContext, word: str, rest: str) -> Reply | Form | None:
    """The answer to a command about the person's own hours, settings or calendar."""
    if word == "away":
        return absences.away(command, context, rest)
    if rest:
        return None
    if word == "settings":
        return settings.form(command.asker, context)
    own = {"back": absences.back, "calendar": calendars.give}.get(word)
    return own(command, context) if own else None


def _empty(command: Command, context: BoltContext) -> forms.Filled:
    """The form without a line: the person is the owner, and the account is that of the channel."""
    with context["ledger"].read() as tx:
        person = viewer(tx, command.asker.team_id, command.asker.user_id)
        here = accounts.of_channel(tx, person, command.channel) if command.channel else None
    account = (str(here.id), here.name) if here else None
    return forms.Filled(owner=command.asker.user_id, account=account)


def _form(command: Command, understood: ParsedLine) -> Form:
    """The form with what was understood already filled in."""
    return Form(forms.new(understood.filled, Context(channel=command.channel)), lacks=understood.lacks)


def _act(command: Command, context: BoltContext, asked: Act) -> Reply | Form | None:
    """Do to a commitment what its button does, and show it as it is then. None if the line is a commitment, which only
    begins like a command.
    """
    if not asked.number and asked.action_id == ids.UNDO:
        return _undone(command, context)
    if not asked.number:
        raise BadInputError(
            f"Which one? Type one number: /commit {asked.word} 17. /commit mine shows yours, with their buttons."
        )
    if len(asked.number) > _DIGITS and asked.sure:
        raise NotFoundError(f"There is no commitment #{shortened(asked.number, _DIGITS)}. Type /commit mine for yours.")
    if asked.action_id in actions.FORM_OF and not (asked.action_id == ids.COMMENT and asked.text):
        return _form_of(asked, command.asker, command.text, Context(channel=command.channel), context)
    verb, now = actions.AT_ONCE.get(asked.action_id), context["now"]
    with context["ledger"].begin() if verb or asked.text else context["ledger"].read() as tx:
        person = viewer(tx, command.asker.team_id, command.asker.user_id)
        if not _is_meant(tx, person, asked, command.text, now):
            return None
        key, number = command.origin_key, int(asked.number)
        commitment = verb(tx, person, number, origin_key=key, now=now) if verb else commitments.get(tx, person, number)
        if asked.text:
            said, key = unescaped(readable(tx, person, asked.text)), f"{key}:comment" if verb else key
            commitment = commitments.comment(tx, person, number, said, origin_key=key, now=now)
        return Reply(surfaces.one(tx, person, commitment, now), Ref(id=number, view=ViewName.ITEM))


def _is_meant(tx: Session, person: Person, asked: Act, line: str, now: datetime) -> bool:
    """Whether a line that may be a commitment itself is a command: the person sees the commitment of its number, and it
    is no promise that begins as if something had been done: "done 2 demos for Acme by Friday".
    """
    if asked.sure:
        return True
    try:
        commitments.get(tx, person, int(asked.number[: _DIGITS + 1]))
    except NotFoundError:
        return False
    return asked.action_id != ids.DONE or not isinstance(read_line(line, **facts_for(tx, person, now)).due, Due)


def _form_of(asked: Act, asker: Asker, line: str, known: Context, context: BoltContext) -> Form | None:
    """The form of the change that the line asks for, with its words filled in. None if the line is a commitment."""
    now = context["now"]
    if asked.who and not asked.who.startswith("@"):
        directory.ensure_people(context["ledger"], context["slack"], asker.team_id, [asked.who], now)
    with context["ledger"].read() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        values = given(tx, person, asked, line, now) if _is_meant(tx, person, asked, line, now) else None
        if values is None:
            return None
        commitment = commitments.get(tx, person, int(asked.number))
        shown = Ref(view=ViewName.ITEM).to(commitment, commitment.number)
        view = actions.FORM_OF[asked.action_id].opened(tx, person, replace(known, ref=shown), now, values)
        return Form(view, shown, fills=values != NOTHING)


def _undone(command: Command, context: BoltContext) -> Reply:
    """Undo alone: what the person's last gesture recorded is taken back."""
    now = context["now"]
    with context["ledger"].begin() as tx:
        person = viewer(tx, command.asker.team_id, command.asker.user_id)
        undone = commitments.undo_last(tx, person, origin_key=command.origin_key, now=now)
        ref = Ref(view=ViewName.SEVERAL, extra=several_views.encoded([one.number for one in undone]))
        if len(undone) > 1:
            return Reply(surfaces.several(tx, person, ref, now), ref)
        return Reply(surfaces.receipt(tx, person, undone[0], now), Ref(id=undone[0].number, view=ViewName.RECEIPT))


def _drawn(context: BoltContext, asker: payloads.Asker, text: str, asked: Asked | None) -> Reply | None:
    """The list or page that a line asks for, which `read_command` read as `asked`; None if it asks for none."""
    with context["ledger"].read() as tx:
        person = viewer(tx, asker.team_id, asker.user_id)
        word = text.casefold().strip()
        if word in _LISTS:
            return _reply(tx, person, Ref(view=_LISTS[word]), context["now"])
        if isinstance(asked, AccountPage):
            return _account_page(tx, person, find(tx, person, unescaped(asked.name)), context["now"])
        if isinstance(asked, Listing):
            wanted = _wanted(tx, person, asked)
            return _reply(tx, person, listing.ref_to(wanted), context["now"]) if wanted else None
        return None


def _reply(tx: Session, person: Person, ref: Ref, now: datetime) -> Reply:
    drawn = surfaces.draw(tx, person, ref, now)
    return Reply(drawn.blocks if drawn else [], ref)


def _wanted(tx: Session, person: Person, asked: Listing) -> Wanted | None:
    """The contents of the list. None where its name is no account's: then the line is a commitment."""
    account, owner, side = None, asked.owner, asked.side
    if asked.either:
        account = _account_named(tx, person, unescaped(asked.either), Exact, Close)
        if account is None:
            owner, side = f"@{asked.either.removeprefix('@')}", asked.side_of_colleague
    if asked.name:
        account = _account_named(tx, person, unescaped(asked.name), Exact, *([Close] if asked.is_list else []))
        if account is None:
            return None
    owner_id = None
    if owner == "me" or (not owner and account is None and asked.when in _MINE_UNLESS_SAID):
        owner_id = person.id
    elif owner:
        owner_id = person_named(tx, person, owner).id
    return Wanted(owner_id, account.id if account else None, Side(side) if side else None, When(asked.when))


def _account_named(
    tx: Session, person: Person, name: str, *kinds: type[Exact | Close], known: list[str] | None = None
) -> Account | None:
    """The account in use that the name means by a match of one of these kinds. `known`: the names, if they are read."""
    found = match(name, accounts.names(tx, person) if known is None else known) if name else Unknown()
    return accounts.named(tx, person, found.name) if isinstance(found, kinds) else None


def _account_page(tx: Session, person: Person, account: Account, now: datetime) -> Reply:
    ref = Ref(view=ViewName.ACCOUNT_PAGE, extra=str(account.id))
    return Reply(surfaces.account_page(tx, person, account, now), ref)


def _line(command: Command, context: BoltContext) -> Reply | Form:
    """A line is recorded when it has an action, one owner and a clear date; otherwise the form asks."""
    outcome = _taken(command, context)
    if not isinstance(outcome, Reply) and outcome.unknown_users:
        ledger, slack = context["ledger"], context["slack"]
        directory.ensure_people(ledger, slack, command.asker.team_id, outcome.unknown_users, context["now"])
        outcome = _taken(command, context, asked_slack=True)
    if isinstance(outcome, several.Listed):
        return Form(
            several_views.form(outcome.rows, outcome.rest, [], forms.Filled(), Context(channel=command.channel))
        )
    return _form(command, outcome) if isinstance(outcome, ParsedLine) else outcome


def _taken(command: Command, context: BoltContext, *, asked_slack: bool = False) -> ParsedLine | several.Listed | Reply:
    """Read the line, record it if it says enough, and give back what to answer; what was understood if it does not.

    Several lines are recorded only after a review.
    """
    now, understood = context["now"], ParsedLine(forms.Filled())
    try:
        with context["ledger"].begin() as tx:
            person = viewer(tx, command.asker.team_id, command.asker.user_id)
            said = protect_brackets(command.text)
            facts = facts_for(tx, person, now)
            minutes = read_minutes(said, **facts)
            if len(minutes.pieces) > 1:
                return several.understand_all(
                    tx, person, minutes, facts, now, channel=command.channel, asked_slack=asked_slack
                )
            said = minutes.pieces[0].text
            line = read_line(said, **facts)
            typed = as_typed(command.text)
            if line.due is None and not line.owners:
                answer = (
                    _named_account(tx, person, typed, facts["accounts"], now)
                    or _searched(tx, person, typed, now)
                    or _suggested(typed)
                )
                if answer:
                    return answer
            understood = understand(
                tx, person, line, said, today=facts["today"], channel=command.channel, asked_slack=asked_slack
            )
            asked = _asked_first(tx, person, command, understood, now)
            if asked is not None or understood.draft is None:
                return asked or understood
            recorded = commitments.record(tx, person, understood.draft, origin_key=command.origin_key, now=now)
            commitments.check_pace(tx, person, recorded, now)
    except BadInputError as error:
        # The person gets the refusal in the form. The transaction was rolled back, so nothing is recorded.
        return understood.refused(error)
    with context["ledger"].read() as tx:
        blocks = surfaces.receipt(
            tx, person, recorded, now, unknown_account=understood.unknown_account, here=understood.here,
            channel=bool(command.channel),
        )  # fmt: skip
    ref = Ref(id=recorded.number, view=ViewName.RECEIPT if command.channel else ViewName.NOTED)
    return Reply(blocks, ref, f"Recorded as #{recorded.number}", understood.unknown_account or "")


def _asked_first(
    tx: Session, person: Person, command: Command, understood: ParsedLine, now: datetime
) -> ParsedLine | None:
    """The form that comes before the line is recorded: it may be no promise, or the same words were recorded lately."""
    action, draft = understood.filled.action, understood.draft
    if draft is not None and (action.casefold() in WORDS or is_command(action)):
        return understood.doubted(_WORDS_OF_A_PROMISE)
    is_unsure = _is_unsure(command, action)
    if draft is None:
        return replace(understood, lacks=Lacks.SENSE) if is_unsure else understood
    if is_unsure:
        return understood.doubted(_A_PROMISE)
    account_id = draft.account.id if draft.account else None
    same = commitments.recorded_lately(
        tx, person, draft.action, draft.owner.id, account_id, origin_key=command.origin_key, now=now
    )
    return understood.pointed_out(same, person, local_day(now, person.zone)) if same else None


def _is_unsure(command: Command, action: str) -> bool:
    """Whether the line may be no promise although it has a date. A message says less clearly than a command that it is
    one.
    """
    is_talk = command.is_message and (command.text.endswith("?") or len(action.split()) == 1)
    return is_talk or is_question(command.text)


def form_for(asker: Asker, text: str, known: Context, context: BoltContext) -> b.Json:
    """The form with what is understood of a person's message filled in: that of a change, or that of a commitment; of
    several lines their list.
    """
    now, asked = context["now"], read_command(text)
    if isinstance(asked, Act) and asked.number and asked.action_id in actions.FORM_OF:
        form = _form_of(asked, asker, text, known, context)
        if form is not None:
            return form.view

    def read(*, asked_slack: bool) -> ParsedLine | several.Listed:
        with context["ledger"].read() as tx:
            person = viewer(tx, asker.team_id, asker.user_id)
            said, facts, channel = protect_brackets(text), facts_for(tx, person, now), known.channel or ""
            minutes = read_minutes(said, **facts)
            if len(minutes.pieces) > 1:
                return several.understand_all(
                    tx, person, minutes, facts, now, channel=channel, asked_slack=asked_slack
                )  # fmt: skip
            line = read_line(said, **facts)
            return understand(
                tx, person, line, said, today=facts["today"], channel=channel, asked_slack=asked_slack
            )  # fmt: skip

    understood = read(asked_slack=False)
    if named := understood.unknown_users:
        directory.ensure_people(context["ledger"], context["slack"], asker.team_id, named, now)
        understood = read(asked_slack=True)
    if isinstance(understood, several.Listed):
        # The list keeps its own rows in its reference.
        return several_views.form(
            understood.rows, understood.rest, [], forms.Filled(), replace(known, ref=NOWHERE)
        )  # fmt: skip
    return forms.new(understood.filled, known)


def _named_account(tx: Session, person: Person, text: str, known: list[str], now: datetime) -> Reply | None:
    """The page of the account, one of the names `known`, whose name is all that the line says."""
    account = _account_named(tx, person, text, Exact, known=known)
    return _account_page(tx, person, account, now) if account else None


def _searched(tx: Session, person: Person, text: str, now: datetime) -> Reply | None:
    """The commitments that have the words after `search`; None if the line does not begin with it."""
    first, _, words = text.partition(" ")
    if first.casefold() != "search" or not words.strip():
        return None
    return _reply(tx, person, listing.ref_to(Wanted(text=words.strip())), now)


def _suggested(text: str) -> Reply | None:
    """The command that was probably meant, as a button where it only looks."""
    nearest = _nearest(text)
    if nearest is None:
        return None
    said = b.section(render("suggestion.j2", nearest=nearest, said=shortened(text, _QUOTED)))
    looks = nearest in {*_LISTS, "done"} or (nearest.startswith("account ") and not nearest.endswith("…"))
    if not looks:
        return Reply([said])
    return Reply(
        [said, b.actions(b.button(f"Show {shortened(nearest, _ON_A_BUTTON)}", ids.RUN, Ref(extra=nearest).encode()))]
    )


def run(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """The button of a command that only looks: in place of an answer that one person sees, else in a modal."""
    press = payloads.press(body)
    text = Ref.decode(press.value).extra
    answer = _drawn(context, press.asker, text, read_command(text))
    if press.surface in {"ephemeral", "modal"}:
        surfaces.refresh_after_action(context["slack"], press, surfaces.Rendered(answer.blocks) if answer else None)
    elif answer:
        context["slack"].views_open(trigger_id=press.trigger_id, view=surfaces.receipt_modal(answer.blocks, Context()))
    ack()


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
