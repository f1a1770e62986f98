"""Reviews in a brief: the one of tomorrow to each colleague who takes part, and to the lead one that has not begun."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handlers import ids
from handlers.briefs.views import Line
from handlers.reviews import views
from handlers.reviews.digest import LINES, missing_words
from handlers.slack import blocks as b
from handlers.slack.refs import ViewName
from handlers.slack.words import clock_time, escape, plural, short_date
from store import outbox, people
from store.reviews import occasions
from store.rules.calendar.brief_times import local_day
from store.rules.nudging.occasions import OccasionKind
from store.rules.reviews import BRIEF_BEFORE
from store.tables import OutboxKind, ReviewState, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.briefs.views import Room
    from store.reviews.plan_changes import Row
    from store.rules.nudging.occasions import Occasion
    from store.tables import Absence, Outbox, Person, Review

HEADING = "Reviews"
# Above the key dates of a brief.
_RANK = 15


def to_send(tx: Session, row: Outbox, person: Person, day: date, now: datetime, _news: Sequence[Outbox]) -> list[Line]:
    """As handlers.briefs.Source says. A bundle tells notices only."""
    if row.kind != OutboxKind.BRIEF:
        return []
    return _lines(tx, person, occasions.deserving(tx, person, day, now, besides=row.id), now)


def standing(
    tx: Session, row: Outbox, person: Person, _day: date, now: datetime, _news: Sequence[Outbox]
) -> list[Line]:
    """As handlers.briefs.Source says."""
    shown = outbox.contents_of(tx, row, Subject.REVIEW)
    known = occasions.by_ids(tx, person, [one for one, _ in shown])
    those = [(known[one], why) for one, why in shown if one in known and why is not None]
    return _lines(tx, person, those, now)


def _lines(tx: Session, reader: Person, those: Sequence[tuple[Review, Occasion]], now: datetime) -> list[Line]:
    before = [one for one, why in those if why.kind == OccasionKind.DAYS_BEFORE]
    asked = occasions.asked_of(tx, reader, before, now) if before else {}
    owed = occasions.owed_by(tx, reader, before) if before else {}
    away = occasions.absences_on_the_day(tx, [one for one, why in those if why.kind == OccasionKind.AWAY])
    names = people.names(tx, {one.person_id for rows in away.values() for one in rows})
    clashes = {id_: [(names[one.person_id], one) for one in rows] for id_, rows in away.items()}
    return [
        line(one, why, reader, Brought(owed.get(one.id, ()), asked.get(one.id, ())), clashes.get(one.id, ()), now)
        for one, why in those
    ]


@dataclass(frozen=True)
class Brought:
    """The things that the reader should bring to a review: their open promises, as (number, due date), and the gaps of
    the account plan that they are asked to fill.
    """

    owed: Sequence[tuple[int, date]]
    lacks: Sequence[Row]


def line(
    row: Review, why: Occasion, reader: Person, brought: Brought, away: Sequence[tuple[str, Absence]], now: datetime
) -> Line:
    """The line of a brief for a review, as it is now. `away`: the people who are needed and are absent on its day, by
    name. *Open* shows the digest to a person who takes part.
    """
    name, waits = escape(row.account.name), row.state == ReviewState.PLANNED
    is_clash = why.kind == OccasionKind.AWAY and waits
    told = _clash(row, reader, away) if is_clash else _said(row, why, reader, brought, now)
    said = f"*Review of {name}*  ·  {told}"
    page = views.page_ref(row.account).to(row, row.id)
    value, is_before = page.encode(), why.kind == OccasionKind.DAYS_BEFORE
    opened = replace(page, view=ViewName.REVIEW_DIGEST).encode() if is_before else value
    asks = waits and why.kind == OccasionKind.OVERDUE
    clashes = waits and bool(away)

    def drawn(_room: Room) -> list[Block]:
        if asks:
            return [
                b.section(said),
                b.actions(
                    b.button("Start review", ids.REVIEW_START, value, style="primary"),
                    b.button("Another day …", ids.REVIEW_BOOK, value),
                    b.button("Not held …", ids.REVIEW_CALL_OFF, value),
                ),
            ]
        if clashes:
            return [b.section(said, accessory=b.button("Another day …", ids.REVIEW_BOOK, value))]
        return [b.section(said, accessory=b.button("Open", ids.REVIEW_OPEN, opened))]

    return Line(
        row, why, heading=HEADING, title=f"Review of {row.account.name}", rank=(_RANK, row.id), blocks=drawn,
        asks=asks or clashes, is_settled=not waits,
    )  # fmt: skip


def _said(row: Review, why: Occasion, reader: Person, brought: Brought, now: datetime) -> str:
    if row.state == ReviewState.OPEN:
        return "going on"
    if row.state != ReviewState.PLANNED or row.starts_at is None:
        return {ReviewState.HELD: "held", ReviewState.NOT_HELD: "not held"}.get(row.state, "without a day")
    if why.kind == OccasionKind.DAYS_BEFORE:
        when, gaps = clock_time(row.starts_at, reader.zone), missing_words(brought.lacks)
        if why.days > BRIEF_BEFORE:
            return f"{when}. Please fill in {gaps}." if gaps else f"{when}. Nothing is missing from you any more."
        also = f" Please fill in {gaps}." if gaps else ""
        owes = f"what you owe, {said}, and " if (said := _owes(brought.owed, local_day(now, reader.zone))) else ""
        return f"{when}. Bring {owes}what you want to ask of them.{also}"
    starts_on = local_day(row.starts_at, row.zone)
    late = (local_day(now, reader.zone) - starts_on).days
    return f"was to begin on {short_date(starts_on)}, {plural(late, 'day')} ago. Was it held?"


def _owes(owed: Sequence[tuple[int, date]], today: date) -> str:
    """“7 promises, 2 overdue (#1, #2, #3, #4, #5 and 2 more)”; empty without one."""
    if not owed:
        return ""
    late, more = sum(due_on < today for _, due_on in owed), len(owed) - LINES
    named = ", ".join(f"#{number}" for number, _ in owed[:LINES]) + (f" and {more} more" if more > 0 else "")
    return plural(len(owed), "promise") + (f", {late} overdue" if late else "") + f" ({named})"


def _clash(row: Review, reader: Person, away: Sequence[tuple[str, Absence]]) -> str:
    """The review's time, and the names of those who are away then; the time alone if that was mended."""
    if row.starts_at is None:
        return "without a day"
    names = [f"{escape(name)} ({_days(one)})" for name, one in away]
    return clock_time(row.starts_at, reader.zone) + (f". Away then: {', '.join(names)}" if names else "")


def _days(absence: Absence) -> str:
    first, last = absence.first_day, absence.last_day
    return short_date(first) if first == last else f"{short_date(first)} – {short_date(last)}"
