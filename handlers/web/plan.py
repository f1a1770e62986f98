"""The account plan in a browser, to read and to print, and the list of accounts that leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.slack.refs import count
from handlers.web import plan_page, review_page
from handlers.web.access import reader
from handlers.web.pages import render
from handlers.web.requests import Answer
from store import accounts
from store.plan import health
from store.rules.calendar.brief_times import local_day

if TYPE_CHECKING:
    from handlers.web.requests import Request

# Accounts on the list.
_MOST = 200


def index(request: Request) -> Answer:
    """The accounts, those of the person who is signed in first, each with its colour."""
    with request.ledger.read() as tx:
        person = reader(tx, request)
        today = local_day(request.now, person.zone)
        found = accounts.listing(tx, person, today=today, start=0, size=_MOST)
        states = health.of_accounts(tx, person, [row.account for row in found.rows], request.now)
    own = [row for row in found.rows if person.id in {row.account.owner_id, row.account.coach_id}]
    others = [row for row in found.rows if row not in own]
    groups = [(title, rows) for title, rows in (("My accounts", own), ("Other accounts", others)) if rows]
    more = found.total - len(found.rows)
    return Answer(render("index.html", viewer=person, groups=groups, states=states, more=more))


def show(request: Request) -> Answer:
    """The plan of an account; of one that was merged into another, the other's."""
    with request.ledger.read() as tx:
        person = reader(tx, request)
        page = plan_page.read(tx, person, count(request.parts["account"]), request.now)
    return Answer(render("plan.html", viewer=person, account=page.account, page=page))


def show_reviews(request: Request) -> Answer:
    """The coming review of an account, and the minutes of the last ones."""
    with request.ledger.read() as tx:
        person = reader(tx, request)
        page = review_page.read(tx, person, count(request.parts["account"]), request.now)
    return Answer(render("reviews.html", viewer=person, account=page.account, page=page))
