"""Remarks in a brief or bundle: the colleagues for whom its reader is asked to stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.absences import views
from handlers.briefs.views import Remark
from store import absences, outbox
from store.rules.calendar.brief_times import local_day
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Outbox, Person

NOTICES = (OutboxKind.DELEGATED,)


def to_send(
    tx: Session, _row: Outbox, person: Person, _day: date, now: datetime, news: Sequence[Outbox]
) -> list[Remark]:
    """As handlers.briefs.Source says. Absences that have ended are left out."""
    return list(_remarks(tx, person, now, news, stands=False))


def standing(
    tx: Session, _row: Outbox, person: Person, _day: date, now: datetime, news: Sequence[Outbox]
) -> list[Remark]:
    """As handlers.briefs.Source says."""
    return list(_remarks(tx, person, now, news, stands=True))


def _remarks(tx: Session, reader: Person, now: datetime, news: Sequence[Outbox], *, stands: bool) -> Iterator[Remark]:
    today = local_day(now, reader.zone)
    for notice in news:
        absence = absences.as_told(tx, reader, notice)
        if absence is not None and absence.last_day >= today:
            yield Remark(views.delegated(absence, reader, today)[0], (notice.id,))
        elif stands:
            yield Remark(views.withdrawn(outbox.actor_of(tx, notice), absences.withdrawal(notice))[0], (notice.id,))
