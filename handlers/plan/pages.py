"""The pages of the account plan, read from the ledger: the list of a section, and one row of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.digests import weekly as digests
from handlers.plan import (
    buyers,
    competitors,
    expectations,
    figures,
    key_dates,
    meetings,
    objectives,
    opinions,
    opportunities,
    overview,
    people,
    resources,
    risks,
    signals,
    views,
    white_space,
    years,
)
from handlers.plan.views import Plan
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName, count, outdated
from store import accounts, commitments, history, offerings, reviews
from store.plan import health
from store.plan import section as verbs
from store.plan.white_space import penetration_of
from store.rules.calendar.brief_times import local_day
from store.tables import Side, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from handlers.plan.views import Words
    from store.tables import Account, Person

# The sections of a plan, in the order in which an account offers them.
SECTIONS: dict[str, Words] = {
    words.section.kind: words
    for words in (
        people.WORDS, meetings.WORDS, expectations.WORDS, objectives.WORDS, white_space.WORDS, opportunities.WORDS,
        buyers.WORDS, risks.WORDS, competitors.WORDS, key_dates.WORDS, resources.WORDS, opinions.WORDS,
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
    """The buttons of an account's page that open the plan, and the form of the digest in its channel."""
    plan = b.button("Account plan", ids.PLAN_OPEN, Ref(view=ViewName.PLAN, extra=str(account.id)).encode())
    return [plan, digests.button(account)] if account.channel and account.is_live else [plan]


def plan_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The page of the account `ref.extra`."""
    account = accounts.get(tx, viewer, count(ref.extra))
    plan = _plan(tx, viewer, account, SECTIONS, now)
    balance = commitments.balance_of(tx, viewer, account, now)
    found = commitments.open_here(tx, viewer, account, now, balance, size=overview.FIRST)
    ours = found.first[Side.OURS]
    how = health.of_plan(tx, viewer, account, now, health.Known(
        plan.penetration, plan.rows[Subject.OBJECTIVE], ours[0] if ours else None, found.sums[Side.OURS].late,
    ))  # fmt: skip
    shown = overview.Shown(
        plan,
        sums=found.sums,
        urgent=found.first,
        following=found.following,
        signals=signals.blocks(how, account, viewer, ViewName.PLAN) if how else [],
        balance=balance,
        review=reviews.current(tx, viewer, account),
    )
    return overview.page(shown, list(SECTIONS.values()), viewer)


def _plan(tx: Session, viewer: Person, account: Account, kinds: Iterable[str], now: datetime) -> Plan:
    """The rows of these kinds, and the figures that follow from them."""
    today = local_day(now, viewer.zone)
    rows = verbs.all_of_account(tx, viewer, [SECTIONS[kind].section for kind in kinds], account, today=today)
    return Plan(account, rows, today, penetration_of(rows.get(Subject.CELL, ()), viewer.zone))


def signals_of(tx: Session, viewer: Person, account: Account, now: datetime) -> list[Block]:
    """The colour and the signals of an account in use, on the page about the account."""
    how = health.of_accounts(tx, viewer, [account], now) if account.is_live else {}
    return [block for one in how.values() for block in signals.blocks(one, account, viewer, ViewName.ACCOUNT_PAGE)]


def section_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The section of `ref`, from row `ref.start`; the account is `ref.extra`."""
    words, account = words_of(ref), accounts.get(tx, viewer, count(ref.extra))
    plan = _plan(tx, viewer, account, (words.section.kind, *words.beside), now)
    following = commitments.next_actions(tx, viewer, account)
    return views.listing(words, plan, viewer, following, start=ref.start)


def figures_of(tx: Session, viewer: Person, account: Account, now: datetime) -> str:
    """The figures that follow from the plan, a line each: penetration, the course of the years, share of account."""
    plan = _plan(tx, viewer, account, [Subject.CELL, Subject.YEAR], now)
    return "\n".join(line for words in (white_space.WORDS, years.WORDS) if (line := words.head(plan)))


def grid_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The white space of an account as a grid, from the offering at `ref.start` on."""
    account = accounts.get(tx, viewer, white_space.Part.decode(ref.extra).account_id)
    plan = _plan(tx, viewer, account, [Subject.CELL], now)
    may_add = offerings.may_change(tx, viewer)
    return white_space.page(plan, offerings.all_of(tx, viewer), viewer, may_add=may_add, start=ref.start)


def account_in(ref: Ref) -> int:
    """The id of the account of a view of the plan."""
    return count(ref.extra.partition("/")[0])


def person_in(ref: Ref) -> int:
    """The id of the client's person of whose page the reference is a part; 0: of none."""
    return count(ref.extra.partition("/")[2]) if ref.view == ViewName.PERSON else 0


def person_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The page of one of the client's people."""
    return row_of(tx, viewer, Ref(Subject.STAKEHOLDER, person_in(ref)), now)


def row_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> list[Block]:
    """The row of `ref` in full."""
    words = words_of(ref)
    row = verbs.get(tx, viewer, words.section, ref.id)
    entries = history.entries(tx, viewer, row)
    names = verbs.names(tx, words.section, row, entries)
    serving = commitments.serving_row(tx, viewer, row, size=views.SERVING)
    more = words.more(tx, viewer, row, now)
    return views.details(words, row, entries, names, viewer, local_day(now, viewer.zone), serving, more)
