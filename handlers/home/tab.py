"""The Home tab of one person, as the ledger has it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.home import views
from store import absences, commitments
from store.rules.calendar.brief_times import local_day

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from handlers.slack.blocks import Json
    from store.tables import Person


def home_for(tx: Session, viewer: Person, now: datetime, *, start: int = 0) -> Json:
    """The viewer's Home tab as of `now`, from item `start`."""
    today = local_day(now, viewer.zone)
    away = views.Away(absences.coming(tx, viewer, today=today), absences.stood_in_for(tx, viewer, today=today))
    open_items = commitments.home(tx, viewer)
    relations = commitments.relations(tx, viewer, open_items.all, now)
    return views.home(open_items, viewer, relations, today, away, start=start)
