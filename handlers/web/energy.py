"""Both sides of an account on its page and as a file: the balance, the quarters, the people and the charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.energy import charts, pages
from handlers.pictures.chart import picture
from handlers.slack.refs import count
from handlers.web.access import reader
from handlers.web.requests import Answer
from handlers.web.tables import Column, Table, TableRow
from store import accounts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from handlers.energy.views import Shown
    from handlers.pictures.drawing import Picture
    from handlers.web.requests import Request
    from store.rules.energy import Balance, Given
    from store.tables import Account, Person

# The people who gave or got most.
_PEOPLE = 12


@dataclass(frozen=True)
class BothSides:
    """The part of a plan's page: the balance in `words`, as a table and as a picture; with each person; the charts."""

    words: str
    owed: str
    quarters: Table
    bars: Picture | None
    people: Table
    charts: Sequence[Picture]
    file: str


def read(tx: Session, viewer: Person, account: Account, now: datetime) -> BothSides:
    """The part about this account as the viewer may see it."""
    shown = pages.read(tx, viewer, account, now)
    balance = shown.energy.account
    return BothSides(
        balance.words,
        balance.owed,
        _quarters(balance),
        None if balance.is_empty else charts.bars(account.name, balance),
        _people(shown),
        [
            picture(one, account.name, f"chart-{place}")
            for place, one in enumerate(charts.charts(shown.energy, shown.scores), start=1)
        ],
        f"/plan/{account.id}/promises.csv",
    )


def _quarters(balance: Balance) -> Table:
    """A row for each quarter, the newest first; empty without anything delivered or owed."""
    if balance.is_empty:
        return Table((), ())
    pairs = reversed(list(zip(balance.ours.quarters, balance.theirs.quarters, strict=True)))
    labels = ("We delivered", "Of these late", "They delivered", "Of these late")
    return Table(
        (Column("Quarter"), *(Column(one, "number") for one in labels)),
        tuple(
            TableRow((charts.quarter_words(ours.first), *map(str, (ours.delivered, ours.late, theirs.delivered,
                                                                   theirs.late))))
            for ours, theirs in pairs
        ),
    )  # fmt: skip


def _people(shown: Shown) -> Table:
    known = [(shown.names[one], of) for one, of in shown.energy.people.items() if one in shown.names]
    most = sorted(known, key=lambda one: (-one[1].ours.delivered - one[1].theirs.delivered, one[0]))[:_PEOPLE]
    labels = ("We delivered", "They delivered", "We owe", "They owe")
    return Table(
        (Column("With"), *(Column(one, "number") for one in labels)),
        tuple(
            TableRow((name, str(of.ours.delivered), str(of.theirs.delivered), _owed(of.ours), _owed(of.theirs)))
            for name, of in most
            if not of.is_empty
        ),
    )


def _owed(of: Given) -> str:
    return f"{of.owes} ({of.overdue} overdue)" if of.overdue else str(of.owes)


def show_file(request: Request) -> Answer:
    """The figures of an account as CSV."""
    with request.ledger.read() as tx:
        person = reader(tx, request)
        account = accounts.get(tx, person, count(request.parts["account"]))
        shown = pages.read(tx, person, account, request.now)
    said = charts.as_csv(shown.energy, shown.scores, shown.names)
    return Answer(said, media_type="text/csv; charset=utf-8", file="promises.csv")
