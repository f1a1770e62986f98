"""The contents of the page of an account plan, read from the ledger as its viewer may see them: plain text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from handlers.pictures.three_years import YearFigures, three_years
from handlers.plan import pictures
from handlers.plan.pages import SECTIONS
from handlers.plan.values import money
from handlers.slack.words import STANDINGS, brief_date, clock_time, short_date, times
from handlers.web import energy
from handlers.web.tables import growth, said, table_of
from store import commitments, offerings, people, reviews
from store.agreements import mark
from store.plan import basis, health
from store.plan import section as verbs
from store.plan.opportunities import is_open
from store.plan.penetration import share_of_account
from store.plan.white_space import penetration_of
from store.rules.calendar.brief_times import local_day
from store.rules.reviews import ON_EVENT
from store.rules.signals import delay_words, health_of
from store.tables import Side, State, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from handlers.pictures.drawing import Picture
    from handlers.plan.views import Words
    from handlers.web.energy import BothSides
    from handlers.web.tables import Table
    from store.commitments import Sums
    from store.rules.signals import AccountFacts, Health
    from store.tables import Account, Cell, Commitment, Opportunity, Person, SectionRow, Stakeholder, Year

    Rows = Mapping[str, Sequence[SectionRow]]
    Fact = tuple[str, str, str]

# Open commitments of each side, the most urgent first.
_MOST = 12
# Rows of a section, of meetings the newest.
_ROWS, _MEETINGS = 40, 8


@dataclass(frozen=True)
class Promise:
    """A commitment: `remark` says how late it is, how often it was moved, and what is in its way."""

    number: int
    action: str
    due: str
    who: str
    remark: str
    is_late: bool


@dataclass(frozen=True)
class Promises:
    """The open commitments of one side; `more` of them are not shown."""

    title: str
    shown: Sequence[Promise]
    more: int
    total: int


@dataclass(frozen=True)
class Part:
    """A section with its rows in use; `more` of them are not shown. `name` is the anchor of its place on the page."""

    name: str
    title: str
    table: Table
    more: int = 0
    picture: Picture | None = None


@dataclass(frozen=True)
class PlanPage:
    """The page: `people` are those of ours as (part, names), `facts` the figures at its top as (label, value, remark),
    `about` what the plan rests on as (label, text), `both` the balance of both sides, and `empty` the sections without
    rows.
    """

    account: Account
    people: Sequence[tuple[str, str]]
    review: str
    health: Health
    facts: Sequence[Fact]
    pictures: Sequence[Picture]
    about: Sequence[tuple[str, str]]
    sides: Sequence[Promises]
    both: BothSides
    parts: Sequence[Part]
    empty: Sequence[str]
    as_of: str


def read(tx: Session, viewer: Person, account_id: int, now: datetime) -> PlanPage:
    """The page of the account as this viewer may see it. NotFoundError if they do not see the account."""
    account, today = basis.get(tx, viewer, account_id), local_day(now, viewer.zone)
    rows = _rows(tx, viewer, account, today)
    facts = next(health.facts_of(tx, [account.id], now))
    following = commitments.next_actions(tx, viewer, account)
    parts = [
        _part(words, rows[kind], table_of(words.section, rows[kind][: _most(kind)], today, following))
        for kind, words in SECTIONS.items()
        if rows[kind]
    ]
    return PlanPage(
        account,
        _people(account),
        _review(tx, viewer, account, now),
        health_of(facts),
        _facts(tx, viewer, account, rows, now),
        _pictures(tx, viewer, rows, facts, account),
        _about(tx, viewer, account),
        [_side(tx, viewer, account, side, now) for side in Side],
        energy.read(tx, viewer, account, now),
        parts,
        [one.section.title for kind, one in SECTIONS.items() if not rows[kind]],
        clock_time(now, viewer.zone),
    )


def _most(kind: str) -> int:
    return _MEETINGS if kind == Subject.MEETING else _ROWS


def _part(words: Words, rows: Sequence[SectionRow], table: Table) -> Part:
    kind = words.section.kind
    picture = _lines(rows[0].account, cast("Sequence[Year]", rows)) if kind == Subject.YEAR else None
    return Part(kind, words.section.title, table, max(0, len(rows) - _most(kind)), picture)


def _rows(tx: Session, viewer: Person, account: Account, today: date) -> Rows:
    """The rows in use of each section."""
    found = verbs.all_of_account(tx, viewer, [one.section for one in SECTIONS.values()], account, today=today)
    return {kind: [row for row in rows if row.archived_at is None] for kind, rows in found.items()}


def _years(rows: Rows) -> list[Year]:
    return cast("list[Year]", rows[Subject.YEAR])


def _lines(account: Account, years: Sequence[Year]) -> Picture:
    return three_years(account.name, [YearFigures(row.year, row.revenue, row.sales) for row in years], account.currency)


def _pictures(tx: Session, viewer: Person, rows: Rows, facts: AccountFacts, account: Account) -> list[Picture]:
    found = []
    people = cast("list[Stakeholder]", rows[Subject.STAKEHOLDER])
    if any(one.influence and one.support for one in people):
        found.append(pictures.map_of(account, people, facts.today))
    if rows[Subject.CELL]:
        cells = cast("list[Cell]", rows[Subject.CELL])
        found.append(pictures.white_space_of(account, cells, offerings.all_of(tx, viewer)))
    return found


# ---- the head ------------------------------------------------------------------------------------------


def _people(account: Account) -> list[tuple[str, str]]:
    named = (("Lead", account.owner), ("Coach", account.coach), ("Sponsor", account.sponsor))
    found = [(part, one.name) for part, one in named if one is not None]
    team = ", ".join(member.person.name for member in account.members)
    return [*(found or [("Lead", "nobody")]), *([("Team", team)] if team else [])]


def _review(tx: Session, viewer: Person, account: Account, now: datetime) -> str:
    """“Thu 14 Jan 2027, 10:00”; without a booked review the day that the rhythm proposes, or empty."""
    booked = reviews.current(tx, viewer, account)
    if booked is not None:
        return clock_time(booked.starts_at, viewer.zone) if booked.starts_at else booked.occasion or ""
    if viewer.workspace.review_months(account.category) == ON_EVENT:
        return "on an event, not booked yet"
    day = reviews.due_day(tx, viewer, account, now)
    return f"due {short_date(day)}, not booked yet" if day else ""


def _about(tx: Session, viewer: Person, account: Account) -> list[tuple[str, str]]:
    """The account's own fields, those of people excepted, and the account above it, as (label, text)."""
    shown = ("strategy", "target_markets", "full_means", "potential", "cost_to_serve",
             "kind", "crm", "note")  # fmt: skip
    by_column = {field.column: field for field in basis.BASIS}
    found = [(by_column[column].label, said(by_column[column], account)) for column in shown]
    days = [short_date(day) for day in (account.period_start, account.period_end) if day]
    found.insert(0, ("The plan runs", " – ".join(days)))
    above = basis.parent_of(tx, viewer, account) if account.parent_id is not None else None
    return [(label, text) for label, text in [*found, ("Part of", above.name if above else "")] if text]


def _facts(tx: Session, viewer: Person, account: Account, rows: Rows, now: datetime) -> list[Fact]:
    sums = commitments.sums_of(tx, viewer, account, now)
    return [
        *_sales(account, _years(rows)),
        *([("Target", money(account.target, account.currency), "sales of the plan")] if account.target else []),
        *_white_space(viewer, account, rows),
        *_opportunities(account, cast("list[Opportunity]", rows[Subject.OPPORTUNITY])),
        *_kept(sums),
    ]


def _kept(sums: Mapping[Side, Sums]) -> list[Fact]:
    ours, theirs = (
        f"{sums[side].kept.kept} of {sums[side].kept.total} {side}" if sums[side].kept.total else "" for side in Side
    )
    return [("Kept on time this quarter", ours or theirs, theirs if ours else "")] if ours or theirs else []


def _white_space(viewer: Person, account: Account, rows: Rows) -> list[Fact]:
    share = share_of_account(_years(rows), account.potential)
    found = [("Share of account", f"{share.percent} %", f"of their potential, {share.year}")] if share else []
    full = penetration_of(cast("list[Cell]", rows[Subject.CELL]), viewer.zone)
    return [*found, *([("Penetration", f"{full.percent} %", f"as of {short_date(full.as_of)}")] if full else [])]


def _sales(account: Account, years: Sequence[Year]) -> list[Fact]:
    by_year = {row.year: row.sales for row in years if row.sales is not None}
    if not by_year:
        return []
    newest = max(by_year)
    before = by_year.get(newest - 1)
    grown = growth(before, by_year[newest])
    return [
        (
            f"Our sales in {newest}",
            money(by_year[newest], account.currency),
            f"{grown} on the year before" if grown else "",
        )
    ]


def _opportunities(account: Account, rows: Sequence[Opportunity]) -> list[Fact]:
    live = [row for row in rows if is_open(row)]
    if not live:
        return []
    known = [row.value for row in live if row.value is not None]
    noun = "opportunity" if len(live) == 1 else "opportunities"
    worth = money(sum(known, Decimal()), account.currency) if known else "no value yet"
    return [("Open business", worth, f"in {len(live)} {noun}")]


# ---- what both sides owe -------------------------------------------------------------------------------


def _side(tx: Session, viewer: Person, account: Account, side: Side, now: datetime) -> Promises:
    page = commitments.account_page(tx, viewer, account, start=0, size=_MOST, side=side)
    shown = [_promise(one, viewer, now) for one in page.items]
    return Promises("We owe" if side == Side.OURS else "They owe us", shown, page.total - len(shown), page.total)


def _promise(one: Commitment, viewer: Person, now: datetime) -> Promise:
    today, there = local_day(now, viewer.zone), local_day(now, one.owner.zone)
    works = people.working_days(one.owner, viewer.workspace)
    late = works.count_between(works.last_until(one.due_on), there) if one.due_on < there else 0
    parts = [delay_words(late, one.slips)] if late else [f"moved {times(one.slips)}"] if one.slips else []
    if one.state == State.BLOCKED:
        parts.append(f"blocked: {one.blocked_by}" if one.blocked_by else "blocked")
    stands = mark(one, today)
    parts += [STANDINGS[stands]] if stands is not None else []
    who = [one.owner.name, *([one.stakeholder.name] if one.stakeholder else [])]
    if one.side == Side.THEIRS:
        who.reverse()
    return Promise(
        one.number, one.action, brief_date(one.due_on, today), " · ".join(who), ", ".join(parts), is_late=late > 0
    )
