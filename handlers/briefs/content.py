"""The content of a morning brief: lines and remarks that the nouns contribute, with the notices that waited for it. The
content of a bundle: the notices alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.absences import stand_in_requests
from handlers.briefs.views import NOTHING_BELOW, Below, Line, Remark, in_order
from handlers.clients import messages as clients
from handlers.commitments import brief_items, brief_news
from handlers.digests import leaders
from handlers.plan import key_dates, signals
from handlers.reviews import brief_lines as reviews
from store.rules.calendar.brief_times import local_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Outbox, Person

    Parts = Callable[[Session, Outbox, Person, date, datetime, Sequence[Outbox]], Sequence[Line | Remark]]

# So many remarks at most stand in one message; the notices of the others wait for the next one.
MOST_REMARKS = 5


@dataclass(frozen=True)
class Source:
    """A noun that contributes lines and remarks to briefs and bundles. It tells the `notices` of these kinds.

    `to_send(tx, row, person, day, now, news)` gives those of the message that is about to be posted for local `day`: in
    a brief those with an occasion on that day, and in both those of the notices in `news`. `standing`, with the same
    arguments, gives those that a message in Slack showed, as they are now.
    """

    notices: tuple[str, ...]
    to_send: Parts
    standing: Parts


SOURCES = (
    Source((), leaders.week, leaders.week),
    Source(brief_items.NOTICES, brief_items.to_send, brief_items.standing),
    Source(clients.NOTICES, clients.to_send, clients.standing),
    Source((), reviews.to_send, reviews.standing),
    Source((), key_dates.to_send, key_dates.standing),
    Source((), signals.to_send, signals.standing),
    Source(stand_in_requests.NOTICES, stand_in_requests.to_send, stand_in_requests.standing),
)


@dataclass(frozen=True)
class Content:
    """The lines and remarks of a brief or bundle."""

    lines: list[Line]
    remarks: list[Remark]
    # There was no room for these.
    left: list[Remark]
    below: Below = NOTHING_BELOW

    def __bool__(self) -> bool:
        return bool(self.lines or self.remarks or self.below.text)

    def told(self, shown: int) -> frozenset[int]:
        """Ids of the notices that the message tells when it shows the first `shown` of its lines."""
        return frozenset(_notices([*self.lines[:shown], *self.remarks]))

    def waits(self, shown: int, until: datetime) -> dict[int, datetime]:
        """Ids of those that the message has no room for then, which wait until `until`."""
        return dict.fromkeys(_notices([*self.lines[shown:], *self.left]), until)


def to_send(
    tx: Session, row: Outbox, person: Person, day: date, now: datetime, news: Sequence[Outbox]
) -> Content:  # fmt: skip
    """The content of a brief or bundle that is about to be posted, as of `now`. `news`: the notices that it tells."""
    parts = [part for one in SOURCES for part in one.to_send(tx, row, person, day, now, _of(one, news))]
    lines, remarks = in_order(_lines(parts)), _remarks(parts)
    below = brief_news.below(tx, row, person, lines, local_day(now, person.zone))
    return Content(lines, remarks[:MOST_REMARKS], remarks[MOST_REMARKS:], below)


def standing(
    tx: Session, row: Outbox, person: Person, day: date, now: datetime, news: Sequence[Outbox]
) -> Content:  # fmt: skip
    """The content of a brief or bundle that stands in Slack, as of `now`, in the order in which it was posted."""
    parts = [part for one in SOURCES for part in one.standing(tx, row, person, day, now, _of(one, news))]
    lines = _lines(parts)
    below = brief_news.below(tx, row, person, lines, local_day(now, person.zone))
    return Content(lines, _remarks(parts), [], below)


def _of(source: Source, news: Sequence[Outbox]) -> list[Outbox]:
    return [one for one in news if one.kind in source.notices]


def _lines(parts: Iterable[Line | Remark]) -> list[Line]:
    return [part for part in parts if isinstance(part, Line)]


def _remarks(parts: Iterable[Line | Remark]) -> list[Remark]:
    return [part for part in parts if isinstance(part, Remark)]


def _notices(parts: Iterable[Line | Remark]) -> Iterator[int]:
    return (row_id for part in parts for row_id in part.news)
