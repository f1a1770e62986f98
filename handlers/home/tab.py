"""The Home tab of a person, drawn from the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.accounts import views as account_views
from handlers.home import views
from handlers.home.look import Look, Tab
from store import absences, accounts, commitments
from store.accounts import Whose
from store.plan import health
from store.rules.calendar.brief_times import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from handlers.slack import blocks as b
    from handlers.slack.refs import Ref
    from store.commitments import OpenItems, Page
    from store.tables import Person


def page_of(tx: Session, viewer: Person, ref: Ref, now: datetime) -> Page:
    """The commitments of the view of the Home tab to which `ref` leads."""
    return _open_items(tx, viewer, Look.decode(ref.extra), ref.start, now).page


def _open_items(tx: Session, viewer: Person, look: Look, start: int, now: datetime) -> OpenItems:
    today = local_day(now, viewer.zone)
    return commitments.home(
        tx, viewer, look.wanted, today=today, week_ends=views.week_ends(today), start=start, size=views.PAGE
    )  # fmt: skip


def home_for(tx: Session, viewer: Person, now: datetime, ref: Ref, *, is_visit: bool = False) -> b.Json:
    """The view of the viewer's Home tab to which `ref` leads, as of `now`; `is_visit`: it is opened right now."""
    today, look = local_day(now, viewer.zone), Look.decode(ref.extra)
    away = views.Away(absences.coming(tx, viewer, today=today), absences.stood_in_for(tx, viewer, today=today))
    found = _open_items(tx, viewer, look, ref.start, now)
    relations = commitments.relations(tx, viewer, found.page.items, now)
    done = commitments.done_since(tx, viewer, look.opened_at()) if look.since and not is_visit else ()
    listed = None
    if look.tab == Tab.ACCOUNTS:
        size = account_views.SIZE
        listed = accounts.listing(tx, viewer, today=today, start=ref.start, size=size, whose=Whose.MINE)
    states = health.of_accounts(tx, viewer, [row.account for row in listed.rows], now) if listed else {}
    return views.home(views.Shown(found, relations, away, done, listed, states), viewer, today, look)
