"""`/plan …`: the accounts, the plan of an account, a section of it, or the form that adds to one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers import people as directory
from handlers.accounts.finding import find
from handlers.people import viewer
from handlers.plan import views
from handlers.plan.pages import SECTIONS
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Context, unescaped
from handlers.slack.refs import Ref, ViewName
from handlers.slack.replies import Form, Reply, give
from handlers.slack.words import render
from store import accounts
from store.plan import section as verbs

if TYPE_CHECKING:
    from slack_bolt import BoltContext

    from handlers.plan.views import Words
    from handlers.slack.payloads import Command

Ack = Callable[..., Any]

_HELP = frozenset({"help", "?", "hilfe", "aide", "ayuda"})
# Other words for the sections, as people say them.
_ALSO = {
    "goal": "objective", "goals": "objective", "deal": "opportunity", "deals": "opportunity",
    "competitor": "competitor", "competitors": "competitor", "threat": "risk", "threats": "risk",
    "date": "key_date", "dates": "key_date", "renewal": "key_date", "opinions": "opinion", "feedback": "opinion",
    "number": "figure", "numbers": "figure", "sales": "year", "revenue": "year",
}  # fmt: skip


def _names() -> dict[str, Words]:
    """The sections by the words for them: title, noun, and other words."""
    names = {word.section.title.casefold(): word for word in SECTIONS.values()}
    names |= {word.section.noun.casefold(): word for word in SECTIONS.values()}
    return names | {also: SECTIONS[kind] for also, kind in _ALSO.items()}


_BY_NAME = _names()
_SECTION = "|".join(re.escape(name) for name in sorted(_BY_NAME, key=len, reverse=True))
# “Acme risks”, “Acme add risk”, “Acme add a risk”, “add risk Acme”
_LINE = re.compile(
    rf"(?:add\s+(?:an?\s+)?(?P<first>{_SECTION})\s+(?:to\s+|for\s+)?(?P<to>.+))"
    rf"|(?:(?P<name>.+?)\s+(?P<add>add\s+(?:an?\s+)?)?(?P<section>{_SECTION}))",
    re.IGNORECASE,
)


def plan(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """The /plan command."""
    command = payloads.command(body)
    give(ack, context, command, answer_to(command, context))


def answer_to(command: Command, context: BoltContext) -> Reply | Form:
    """The view that the line asks for."""
    said = unescaped(command.text).strip()
    if said.casefold() in _HELP:
        directory.check(context, command.asker)
        return Reply([b.section(render("plan_help.j2"))], Ref(view=ViewName.HELP))
    with context["ledger"].read() as tx:
        person, now = viewer(tx, command.asker.team_id, command.asker.user_id), context["now"]
        # An account may be called “Deep Risks”.
        name, words, adds = (said, None, False) if accounts.named(tx, person, said) else _read(said)
        ref = Ref(view=ViewName.ACCOUNTS)
        if name:
            account = find(tx, person, name)
            ref = Ref(view=ViewName.PLAN, extra=str(account.id))
            if words:
                ref = Ref(words.section.kind, view=ViewName.SECTION, extra=str(account.id))
            if words and adds:
                verbs.check_change(person, words.section, account, now)
                return Form(views.form(words, account, None, Context(ref=ref, channel=command.channel)), ref)
        drawn = surfaces.draw(tx, person, ref, now)
    return Reply(drawn.blocks if drawn else [], ref)


def _read(said: str) -> tuple[str, Words | None, bool]:
    """The name of an account, a section, and whether the line adds to it. The name is empty where none is said."""
    found = _LINE.fullmatch(said)
    if found is None:
        return said, None, False
    words = _BY_NAME[(found["first"] or found["section"]).casefold()]
    return found["to"] or found["name"], words, bool(found["first"] or found["add"])
