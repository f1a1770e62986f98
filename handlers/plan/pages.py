"""The pages of the account plan, read from the ledger: the list of a section, and one row of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.plan import (
    competitors,
    figures,
    key_dates,
    objectives,
    opinions,
    opportunities,
    risks,
    views,
    years,
)
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName, count, outdated
from store import accounts, history, people
from store.plan import section as verbs
from store.plan.values import Kind
from store.rules.calendar.brief_times import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from handlers.plan.views import Words
    from store.tables import Account, Person

# The sections of a plan, in the order in which an account offers them.
SECTIONS: dict[str, Words] = {
    words.section.kind: words
    for words in (
        objectives.WORDS, opportunities.WORDS, risks.WORDS, competitors.WORDS, key_dates.WORDS, opinions.WORDS,
        figures.WORDS, years.WORDS,
    )
}  # fmt: skip


def words_of(ref: Ref) -> Words:
    """The section that a reference is about. Raises BadInputError for a reference to anything else."""
    found = SECTIONS.get(ref.kind)
    if found is None:
        raise outdated()
    return found


def buttons(account: Account) -> list[Element]:
    """The button of an account's page that opens the plan."""
    return [b.button("Account plan", ids.PLAN_OPEN, Ref(view=ViewName.PLAN, extra=str(account.id)).encode())]


def plan_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The plan of the account `ref.extra`: each section with its first rows."""
    account, today = accounts.get(tx, viewer, count(ref.extra)), local_day(now, viewer.zone)
    rows = {kind: verbs.of_account(tx, viewer, words.section, account, today=today) for kind, words in SECTIONS.items()}
    return views.overview(account, SECTIONS, rows, viewer, today)


def section_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The section of `ref`, from row `ref.start`; the account is `ref.extra`."""
    words, account = words_of(ref), accounts.get(tx, viewer, count(ref.extra))
    today = local_day(now, viewer.zone)
    rows = verbs.of_account(tx, viewer, words.section, account, today=today)
    return views.listing(words, account, rows, viewer, today, start=ref.start)


def row_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The row of `ref` in full."""
    words = words_of(ref)
    row = verbs.get(tx, viewer, words.section, ref.id)
    entries = history.entries(tx, viewer, row)
    columns = [field.column for field in words.section.fields if field.kind == Kind.PERSON]
    names = people.names(tx, history.people_named(entries, columns))
    return views.details(words, row, entries, names, viewer, local_day(now, viewer.zone))
