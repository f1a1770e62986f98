"""The content of a morning brief: lines that the nouns contribute, and the notices that waited for it. The content of a
bundle: the notices alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.absences import views as absence_view
from handlers.briefs.views import Line, in_order
from handlers.commitments import brief_items
from handlers.plan import key_dates
from store import absences, outbox
from store.rules.calendar.brief_times import local_day
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Outbox, Person

    Lines = Callable[[Session, Outbox, Person, date, datetime, Sequence[Outbox]], list[Line]]

# For so many colleagues at most somebody is asked in one brief to stand in; more are told on the next morning.
MOST_ASKED = 5


@dataclass(frozen=True)
class Source:
    """A noun that contributes lines to briefs and bundles. It tells the `notices` of these kinds.

    `to_send(tx, row, person, day, now, news)` gives the lines of the message that is about to be posted for local
    `day`: in a brief those with an occasion on that day, and in both those of the notices in `news`. `standing`, with
    the same arguments, gives the lines that a message in Slack showed, as they are now.
    """

    notices: tuple[str, ...]
    to_send: Lines
    standing: Lines


SOURCES = (
    Source(brief_items.NOTICES, brief_items.to_send, brief_items.standing),
    Source((), key_dates.to_send, key_dates.standing),
)


@dataclass(frozen=True)
class Content:
    """The lines of a brief, and for whom its reader was asked to stand in, as markup; what the latter tells of the
    notices that the brief has taken: by place in `stand_in_requests`.
    """

    lines: list[Line]
    stand_in_requests: list[str]
    rows_asked: list[int]
    # There was no room for these.
    left: list[int]

    def told(self, shown: int) -> frozenset[int]:
        """Ids of the notices that the message tells when it shows the first `shown` of its lines."""
        return frozenset([*(row for line in self.lines[:shown] for row in line.news), *self.rows_asked])

    def waits(self, shown: int, until: datetime) -> dict[int, datetime]:
        """Ids of those that the message has no room for then, which wait until `until`."""
        return dict.fromkeys([*(row for line in self.lines[shown:] for row in line.news), *self.left], until)


def to_send(
    tx: Session, row: Outbox, person: Person, day: date, now: datetime, news: Sequence[Outbox]
) -> Content:  # fmt: skip
    """The content of a brief or bundle that is about to be posted, as of `now`. `news`: the notices that it tells."""
    lines = [
        line for source in SOURCES for line in source.to_send(tx, row, person, day, now, _of(source, news))
    ]  # fmt: skip
    stand_ins = _stand_in_requests(tx, person, [one for one in news if one.kind == OutboxKind.DELEGATED], now)
    return Content(
        in_order(lines), [words for _, words in stand_ins[:MOST_ASKED]],
        [row_id for row_id, _ in stand_ins[:MOST_ASKED]], [row_id for row_id, _ in stand_ins[MOST_ASKED:]],
    )  # fmt: skip


def standing(
    tx: Session, row: Outbox, person: Person, day: date, now: datetime, news: Sequence[Outbox]
) -> Content:  # fmt: skip
    """The content of a brief or bundle that stands in Slack, as of `now`, in the order in which it was posted."""
    lines = [
        line for source in SOURCES for line in source.standing(tx, row, person, day, now, _of(source, news))
    ]  # fmt: skip
    stand_ins = _stand_in_requests(
        tx, person, [one for one in news if one.kind == OutboxKind.DELEGATED], now, stands=True
    )
    return Content(lines, [words for _, words in stand_ins], [], [])


def _of(source: Source, news: Sequence[Outbox]) -> list[Outbox]:
    return [one for one in news if one.kind in source.notices]


def _stand_in_requests(
    tx: Session, reader: Person, rows: Sequence[Outbox], now: datetime, *, stands: bool = False
) -> list[tuple[int, str]]:
    """(id of the notice, markup) for each colleague for whom the reader was asked to stand in; where it `stands` in
    Slack already, also that this has ended.
    """
    today = local_day(now, reader.zone)
    found = []
    for row in rows:
        absence = absences.as_told(tx, reader, row)
        if absence is not None and absence.last_day >= today:
            found.append((row.id, absence_view.delegated(absence, reader, today)[0]))
        elif stands:
            found.append((row.id, absence_view.withdrawn(outbox.actor_of(tx, row))[0]))
    return found
