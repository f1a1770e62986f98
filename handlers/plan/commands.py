"""`/plan …`: the accounts, the plan of an account, a section of it, or the form that adds to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers import people as directory
from handlers.accounts.finding import Near, look_up
from handlers.clients import overview as client_overview
from handlers.letters import line as letter_line
from handlers.people import viewer
from handlers.plan import met, views
from handlers.plan.command_words import ALL, HELP, Asked, Reader, page_named
from handlers.plan.pages import SECTIONS
from handlers.plan.views import view_of
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Context, unescaped
from handlers.slack.refs import Ref, ViewName
from handlers.slack.replies import Form, Reply, give
from handlers.slack.words import escape, render, shortened
from store import accounts, stakeholders
from store.errors import NotFoundError
from store.plan import section as verbs
from store.plan.people import SECTION as PEOPLE
from store.rules.names import fold_person
from store.rules.text import clean, quoted
from store.tables import Account

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Command
    from store.tables import Person, Stakeholder

Ack = Callable[..., Any]

_OFFERINGS = ("offerings", "offering", "products", "what we sell")
_LISTS = {**dict.fromkeys(_OFFERINGS, ViewName.OFFERINGS), **dict.fromkeys(ALL, ViewName.ACCOUNTS)}
# Characters of an unknown name that the answer repeats.
_LONGEST = 120
# The most people of one name that are offered.
_PEOPLE = 10
_READER = Reader(SECTIONS.values())


def plan(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """The /plan command."""
    command = payloads.command(body)
    give(ack, context, command, answer_to(command, context))


def answer_to(command: Command, context: BoltContext) -> Reply | Form:
    """The view that the line asks for."""
    said = unescaped(command.text).strip()
    if said.casefold() in HELP:
        directory.check(context, command.asker)
        return Reply([b.section(render("plan_help.j2"))], Ref(view=ViewName.HELP))
    if (own := _own_line(command, said)) and not _is_account(command, context, said):
        return own(context)
    with context["ledger"].read() as tx:
        person, now = viewer(tx, command.asker.team_id, command.asker.user_id), context["now"]
        here = accounts.here(tx, person, command.channel)
        if (shown := _list_or_page(tx, person, said, here, now)) is not None:
            return shown
        asked, account = _meant(tx, person, said, here)
        if not isinstance(account, Account):
            return _without_account(tx, person, asked, account, now)
        ref = _ref_to(asked, account)
        if not asked.adds:
            return _drawn(tx, person, ref, now)
        words = SECTIONS[asked.section]
        verbs.check_change(person, words.section, account, now)
        view = views.form(words, account, None, Context(ref=ref, channel=command.channel), begins=asked.text)
    return Form(view, ref)


def _own_line(command: Command, said: str) -> Callable[[BoltContext], Reply | Form] | None:
    """The answer to a line about a meeting or a letter; None for another line."""
    if rest := met.line_in(command.text):
        return lambda context: met.answer_to(command, context, rest)
    if letter := letter_line.read(said):
        return lambda context: letter_line.answer_to(command, context, letter)
    return None


def _list_or_page(tx: Session, person: Person, said: str, here: Account | None, now: datetime) -> Reply | Form | None:
    """A list of the workspace, or the page of one of the client's people; None if the line is about an account."""
    named = page_named(said)
    if (named is None and said.casefold() not in _LISTS) or accounts.named(tx, person, said):
        return None
    if named is not None:
        return _page_for(tx, person, *named, here, now)
    return _drawn(tx, person, Ref(view=_LISTS[said.casefold()]), now)


def _page_for(tx: Session, person: Person, named: str, who: str, here: Account | None, now: datetime) -> Form | Reply:
    """“Acme page for Dana”: the page of one of the account's people."""
    account = look_up(tx, person, named) if named else here
    if account is None:
        raise NotFoundError(f"Whose page? Please name the account, as in /plan Acme page for {shortened(who, 40)}.")
    if not isinstance(account, Account):
        return Reply(_offered(Asked(named), account))
    found = stakeholders.matching(tx, person, clean(who), account=account)
    exact = [one for one in found if fold_person(one.name) == fold_person(who)] or found
    if len(exact) != 1:
        names = ", ".join(one.name for one in exact[:5])
        hint = f"Did you mean {names}?" if names else f"/plan {account.name} people lists them."
        raise NotFoundError(f"I don't know which of {account.name}'s people {quoted(who, _LONGEST)} is. {hint}")
    of = verbs.get(tx, person, PEOPLE, exact[0].id)
    blocks, ref = client_overview.drawn(tx, person, of, now), client_overview.ref_to(of)
    return Form(surfaces.receipt_modal(blocks, Context(channel=""), "Page for the client"), ref)


def _is_account(command: Command, context: BoltContext, said: str) -> bool:
    """Whether an account has that name: “Met Office”."""
    with context["ledger"].read() as tx:
        return accounts.named(tx, viewer(tx, command.asker.team_id, command.asker.user_id), said) is not None


def _drawn(tx: Session, person: Person, ref: Ref, now: datetime) -> Reply:
    drawn = surfaces.draw(tx, person, ref, now)
    return Reply(drawn.blocks if drawn else [], ref)


def _meant(tx: Session, person: Person, said: str, here: Account | None) -> tuple[Asked, Account | Near | None]:
    """The reading of the line whose account is known, and that account: `here`, the channel's, if it names none."""
    if not said:
        return Asked(), here
    if whole := accounts.named(tx, person, said):
        # An account may be called “Deep Risks”.
        return Asked(said), whole
    first: tuple[Asked, Near] | None = None
    for asked in _READER.readings(said):
        if not asked.account:
            return (asked, here) if here or first is None else first
        found = look_up(tx, person, asked.account)
        if not isinstance(found, Near):
            return asked, found
        first = first or (asked, found)
    return first or (Asked(said), Near([]))


def _without_account(tx: Session, person: Person, asked: Asked, near: Near | None, now: datetime) -> Reply:
    """The client's person of that name, or the accounts with a similar one. Of a line without a name the list of
    accounts; where a section is named, the person is asked for its account.
    """
    if near is not None:
        people = [] if asked.section else stakeholders.called(tx, person, asked.account, limit=_PEOPLE)
        if people and not near.is_one_of:
            return _of_people(tx, person, asked.account, people, now)
        return Reply(_offered(asked, near))
    if not asked.section:
        return _drawn(tx, person, Ref(view=ViewName.ACCOUNTS), now)
    noun = SECTIONS[asked.section].section.title.lower()
    raise NotFoundError(f"Whose {noun}? Please name the account, as in /plan Acme {noun}, or ask in its channel.")


def _ref_to(asked: Asked, account: Account) -> Ref:
    if asked.section:
        return view_of(SECTIONS[asked.section], account)
    return Ref(view=ViewName.PLAN, extra=str(account.id))


def _of_people(tx: Session, person: Person, said: str, people: Sequence[Stakeholder], now: datetime) -> Reply:
    """The page of the only person of that name; of several, each with their account and the button that opens them."""
    pages = [Ref(view=ViewName.ROW, extra=str(one.account_id)).to(one, one.id) for one in people]
    if len(pages) == 1:
        return _drawn(tx, person, pages[0], now)
    blocks: list[Block] = [b.section(f"{escape(quoted(said, _LONGEST))} could be one of these:")]
    for one, ref in zip(people, pages, strict=True):
        titled = f", {escape(one.title)}" if one.title else ""
        button = b.button("Open", ids.SECTION_SHOW, ref.encode(), label=f"Open: {one.name} of {one.account.name}")
        blocks.append(b.section(f"*{escape(one.name)}*{titled} · {escape(one.account.name)}", accessory=button))
    return Reply(blocks)


def _offered(asked: Asked, near: Near) -> list[Block]:
    """The accounts with a similar name, each with the button that does there what the line asks for."""
    name = quoted(asked.account, _LONGEST)
    if not near.accounts:
        hint = "/plan all lists the accounts; the form of /commit can create one."
        raise NotFoundError(f"I don't know an account called {name}. {hint}")
    question = (
        f"{name} could be one of these:" if near.is_one_of else f"I don't know {name}. Did you mean one of these?"
    )
    action_id, text = (ids.SECTION_ADD, "Add") if asked.adds else (ids.SECTION_OPEN, "Open")
    action_id = action_id if asked.section else ids.PLAN_OPEN
    return [
        b.section(escape(question)),
        *(
            b.section(
                f"*{escape(one.name)}*",
                accessory=b.button(text, action_id, _ref_to(asked, one).encode(), label=f"{text}: {one.name}"),
            )
            for one in near.accounts
        ),
    ]
