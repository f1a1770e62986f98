"""Commitments and reviews as events of a calendar (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from icalendar import STATUS, TRANSP, Calendar, Event

from handlers.slack.words import STANDINGS, full_date
from store.agreements import Standing, is_wish
from store.rules.text import one_line
from store.tables import ReviewState, Side, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from store.calendar_feeds import Dated
    from store.tables import Commitment, Person, Review

MEDIA_TYPE = "text/calendar; charset=utf-8"
# How often a program should ask for the feed again. Google asks every 12 to 24 hours all the same.
_ASKED_AGAIN = timedelta(hours=6)
_REVIEW = timedelta(hours=1)
_DAY = timedelta(days=1)
_PRODUCT = "-//Makegood//Commitments//EN"


def feed(reader: Person, commitments: Iterable[Commitment], reviews: Iterable[Dated]) -> bytes:
    """The calendar of one person: their commitments as whole days, and the reviews in which they take part."""
    calendar = Calendar.new(
        name=f"Makegood: {one_line(reader.name)}", prodid=_PRODUCT, method="PUBLISH", refresh_interval=_ASKED_AGAIN,
    )  # fmt: skip
    # The same for programs that know the older name only.
    calendar.add("x-published-ttl", "PT6H")
    return _filled(calendar, commitments, reviews, "This entry follows the ledger.")


def file(commitments: Iterable[Commitment], reviews: Iterable[Dated], now: datetime) -> bytes:
    """The same entries as a file, with the same UIDs and numbers; it does not follow changes."""
    calendar = Calendar.new(prodid=_PRODUCT, method="PUBLISH")
    return _filled(
        calendar, commitments, reviews, f"As of {full_date(now.date())}; this entry does not follow changes."
    )


def shown(commitments: Iterable[Commitment], reviews: Iterable[Review]) -> list[tuple[object, ...]]:
    """The parts of these entries that a reader of the calendar sees."""
    return [
        *((one.id, one.due_on, _title(one), one.state == State.CANCELLED) for one in commitments),
        *((row.id, row.starts_at, row.account.name, row.state == ReviewState.NOT_HELD) for row in reviews),
    ]


def _filled(calendar: Calendar, commitments: Iterable[Commitment], reviews: Iterable[Dated], note: str) -> bytes:
    for one in commitments:
        calendar.add_component(_commitment(one, note))
    for each in reviews:
        calendar.add_component(_review(each, note))
    return bytes(calendar.to_ical())


def _title(one: Commitment) -> str:
    whose = "" if one.side == Side.OURS else f"They owe us{_mark(one)}: "
    done = "Done: " if one.state == State.DONE else ""
    return f"{done}{whose}{one_line(one.action)}"


def _mark(one: Commitment) -> str:
    """How an open one of theirs stands, by its own columns alone: an entry changes only with its commitment."""
    if not one.is_open:
        return ""
    if is_wish(one):
        return f" ({STANDINGS[Standing.WISH]})"
    return f" ({STANDINGS[Standing.AGREED if one.agreed_until is None else Standing.AGAIN]})"


def _commitment(one: Commitment, note: str) -> Event:
    """A whole day: its end is the day after, by the standard. A commitment that ended keeps its date."""
    about = [one.account.name] if one.account else []
    about += [f"#{one.number} in Makegood. {note}"]
    return Event.new(
        uid=f"commitment-{one.id}@{one.workspace_id}.makegood", sequence=one.version - 1,
        stamp=one.touched_at or one.created_at, last_modified=one.touched_at or one.created_at, created=one.created_at,
        start=one.due_on, end=one.due_on + _DAY, summary=_title(one),
        description="\n".join(about), transparency=TRANSP.TRANSPARENT,
        status=STATUS.CANCELLED if one.state == State.CANCELLED else STATUS.CONFIRMED,
    )  # fmt: skip


def _review(each: Dated, note: str) -> Event:
    """An hour, in UTC: a review is one instant, which a program shows on its reader's clock. A local time would need a
    VTIMEZONE, and programs read those differently: `vobject` read 11:00 for 10:00 in New York in summer.
    """
    review = each.review
    if review.starts_at is None:
        raise ValueError(f"review {review.id} has no time")
    starts = review.starts_at.astimezone(UTC)
    return Event.new(
        uid=f"review-{review.id}@{review.workspace_id}.makegood", sequence=each.changes, stamp=each.changed_at,
        last_modified=each.changed_at, created=review.created_at, start=starts, end=starts + _REVIEW,
        summary=f"Review of {one_line(review.account.name)}",
        description=f"/review {one_line(review.account.name)} in Slack opens it. {note}",
        status=STATUS.CANCELLED if review.state == ReviewState.NOT_HELD else STATUS.CONFIRMED,
    )  # fmt: skip
