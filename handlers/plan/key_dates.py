"""Key dates: their words, and their lines in a brief."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from handlers import ids
from handlers.briefs.views import Line
from handlers.plan.views import Words
from handlers.slack import blocks as b
from handlers.slack.refs import MenuAction, Ref, ViewName
from handlers.slack.words import escape, plural, short_date
from store import outbox
from store.plan import key_dates, section
from store.plan.key_dates import KINDS, SECTION, STEPS, next_day, reader
from store.rules.calendar.brief_times import local_day
from store.rules.text import quoted
from store.tables import KeyDateKind, OutboxKind, Recurs, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.briefs.views import Room
    from store.rules.nudging.occasions import Occasion
    from store.tables import KeyDate, Outbox, Person

_KINDS = {**dict(KINDS), KeyDateKind.OTHER: "Date"}
_RECURS = {Recurs.NEVER: "", Recurs.YEARLY: "every year", Recurs.QUARTERLY: "every quarter"}
HEADING = "Key dates"
# Below the commitments of a brief.
_RANK = 20


# ---- the list and the details --------------------------------------------------------------------------


def _line(row: KeyDate, today: date) -> str:
    day = next_day(row.day, row.recurs, today) or row.day
    name, who = f": {escape(row.name)}" if row.name else "", reader(row)
    parts = [
        f"*{_KINDS[row.kind]}*{name}",
        f"{short_date(day)}, {_distance(day, today)}",
        _RECURS[row.recurs],
        escape(who.name) if who else "nobody hears of it",
    ]
    return "  ·  ".join(filter(None, parts))


def named(row: KeyDate) -> str:
    """The kind and the name, as plain text."""
    return f"{_KINDS[row.kind]}: {row.name}" if row.name else _KINDS[row.kind]


def _facts(row: KeyDate, today: date) -> str:
    day, who = next_day(row.day, row.recurs, today), reader(row)
    if day is None:
        return "It is over: nobody hears of it again."
    if who is None:
        why = "its account is archived" if row.account.archived_at else "it has no owner, and its account has no lead"
        return f"Nobody hears of it: {why}."
    days = [day - timedelta(days=step) for step in sorted(STEPS, reverse=True)]
    coming = [short_date(one) for one in days if one >= today]
    on = " and ".join(coming) or "the next working morning, if they have not yet"
    later = ", each on that day or on the next working morning" if coming else ""
    return f"{escape(who.name)} hears of it in the brief on {on}{later}."


def _distance(day: date, today: date) -> str:
    days = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return near.get(days) or (f"in {days:,} days" if days > 0 else f"{plural(-days, 'day')} ago")


WORDS = Words(
    SECTION,
    empty="None yet. Add the renewal first: its owner reads of it 60 and 14 days before.",
    line=_line,
    facts=_facts,
    plain=named,
    expects=lambda row, today: row.archived_at is None and next_day(row.day, row.recurs, today) is not None,
)


# ---- in a brief ----------------------------------------------------------------------------------------


def to_send(tx: Session, row: Outbox, person: Person, day: date, now: datetime, _news: Sequence[Outbox]) -> list[Line]:
    """As handlers.briefs.Source says. A bundle tells notices only."""
    if row.kind != OutboxKind.BRIEF:
        return []
    found = key_dates.deserving(tx, person, day, besides=row.id)
    return [line(one, mention, local_day(now, person.zone)) for one, mention in found]


def standing(
    tx: Session, row: Outbox, person: Person, _day: date, now: datetime, _news: Sequence[Outbox]
) -> list[Line]:
    """As handlers.briefs.Source says."""
    shown = outbox.contents_of(tx, row, Subject.KEY_DATE)
    known = section.by_ids(tx, person, SECTION, [one for one, _ in shown])
    today = local_day(now, person.zone)
    return [line(known[one], why, today) for one, why in shown if one in known and why is not None]


def line(row: KeyDate, mention: Occasion, today: date) -> Line:
    """The line of a brief for a date, as it stands on the reader's `today`."""
    day = next_day(row.day, row.recurs, mention.on or row.day) or row.day
    of = f"{_KINDS[row.kind]} of {escape(row.account.name)}"
    name = f": {escape(row.name)}" if row.name else ""
    on = f"{short_date(day)}, {_distance(day, today)}"
    said = f"*{of}*{name} on {on}" if day == mention.on else f"*{of}*{name} has moved: it is on {on}"
    if row.archived_at is not None:
        said = f"~{said}~\nArchived: {escape(quoted(row.archive_reason or '', 200))}"

    def blocks(room: Room) -> list[Block]:
        value = Ref(view=ViewName.MESSAGE).to(row, row.id).encode()
        details = b.button("Details", ids.SECTION_SHOW, value, label=f"Details: {_KINDS[row.kind]}")
        plan = b.button("Plan an action", ids.SECTION_PLAN, value)
        if room.compact and not row.archived_at:
            both = (("Plan an action", ids.SECTION_PLAN), ("Details", ids.SECTION_SHOW))
            entries = [(text, MenuAction(action_id, value).encode()) for text, action_id in both]
            return [b.section(said, accessory=b.overflow(ids.MORE, entries))]
        return [b.section(said), b.actions(*([] if row.archived_at else [plan]), details)]

    title = f"{_KINDS[row.kind]} of {row.account.name} on {short_date(day)}"
    return Line(
        row, mention, heading=HEADING, title=title, rank=(_RANK, day.toordinal(), row.id), blocks=blocks,
        asks=row.archived_at is None,
    )  # fmt: skip
