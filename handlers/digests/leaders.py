"""The digest of a coach before a quarter ends: its words, which a workspace may replace. And the line of each week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.briefs.views import Remark
from handlers.digests.weekly import Drawn
from handlers.energy import views as energy
from handlers.plan.signals import COLOURS
from handlers.slack import blocks as b
from handlers.slack.templates import Template, say
from handlers.slack.words import Mrkdwn, escape, full_date, plural
from store.digests import leaders
from store.rules.calendar.brief_times import local_day
from store.rules.signals import Colour
from store.tables import OutboxKind, Side

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.digests.leaders import Quarter
    from store.tables import Outbox, Person

# Accounts that are named in each part, and characters of the rest in the thread.
_NAMED, _REST = 12, 8_000
_SIDES = {Side.OURS: "Ours", Side.THEIRS: "Theirs"}

TEMPLATE = Template(
    "leaders_digest.j2",
    samples=(
        {
            "until": "Thursday 31 December 2026", "total": 3, "reviewed": 1, "not_booked": ["Acme"],
            "more_not_booked": 0, "decisions_open": 4, "decisions_settled": 7, "executives": 6, "covered": 5,
            "colours": [{"words": "Red", "count": 1, "accounts": ["Acme: the review is overdue"], "more": 0}],
            "sides": [{"name": "Ours", "kept": 3, "total": 4}],
        },
    ),
)  # fmt: skip


def digest(tx: Session, row: Outbox, reader: Person, now: datetime) -> Drawn | str:
    """The digest, or the rest of it in its thread; or the reason why there is nothing to say."""
    today, day = local_day(now, reader.zone), row.day or now.date()
    found = leaders.quarter_of_coach(tx, reader, day, now)
    if not found.accounts:
        return "its reader coaches no account any more"
    if not row.ts and today > found.last:
        return "its quarter was over"
    until = full_date(found.last)
    if row.details.get("replies_to"):
        return _rest(found, until)
    said = say(tx, reader, TEMPLATE, now, until=until, **_values(found))
    title = f"The quarter until {until}: the accounts that you coach"
    chart = energy.kept(found.quarters[Side.OURS], found.quarters[Side.THEIRS])
    blocks: list[Block] = [b.section(f"*{escape(title)}*"), *b.paragraphs(said), *chart]
    return Drawn(title, blocks, found.accounts, has_rest=any(_beyond(found).values()))


def _beyond(found: Quarter) -> dict[str, list[Mrkdwn]]:
    """The accounts that the digest leaves out, by the heading of their part: a line for each."""
    parts = {COLOURS[colour]: _lines(found, colour) for colour in reversed(Colour)}
    parts["*No review is booked*"] = [Mrkdwn(escape(one.name)) for one in found.unbooked]
    return {heading: lines[_NAMED:] for heading, lines in parts.items()}


def _rest(found: Quarter, until: str) -> Drawn | str:
    """The accounts for which the digest has no room, for its thread: as many as a message takes."""
    said, left, more = "", _REST, 0
    for heading, lines in _beyond(found).items():
        part = f"\n\n{heading}  ·  the rest" if lines else ""
        for line in lines:
            left -= len(line) + 3
            part, more = (f"{part}\n• {line}", more) if left > 0 else (part, more + 1)
        said += part
    if not said:
        return "the digest shows everything"
    said += f"\n\nand {more} more: `/commit accounts` shows all" if more else ""
    return Drawn(f"The quarter until {until}: the rest", [*b.paragraphs(said.strip())], found.accounts)


def week(
    tx: Session, row: Outbox, reader: Person, day: date, now: datetime, _news: Sequence[Outbox]
) -> list[Remark]:  # fmt: skip
    """As handlers.briefs.Source says: the sums of the accounts of a coach, in their first brief of a week."""
    if row.kind != OutboxKind.BRIEF or not leaders.begins_week(tx, row, reader, day):
        return []
    return [Remark(_week(leaders.quarter_of_coach(tx, reader, day, now)))]


def _week(found: Quarter) -> Mrkdwn:
    counts = [(COLOURS[colour], len(found.of(colour))) for colour in reversed(Colour)]
    sides = [(name.lower(), found.kept[side]) for side, name in _SIDES.items() if found.kept[side].total]
    kept = ", ".join(f"{name} {of.kept} of {of.total}" for name, of in sides)
    said = [
        "  ".join(f"{words} {count}" for words, count in counts if count),
        *([f"Kept on time this quarter: {kept}"] if kept else []),
        *([f"{plural(found.decisions_open, 'decision')} of reviews open"] if found.decisions_open else []),
        *([f"{found.covered} of {plural(found.executives, 'executive')} covered"] if found.executives else []),
        *([f"{plural(len(found.unbooked), 'account')} without a booked review"] if found.unbooked else []),
    ]
    return Mrkdwn(f"*The accounts that you coach*\n{' · '.join(said)}")


def _values(found: Quarter) -> dict[str, Any]:
    without = [one.name for one in found.unbooked]
    return {
        "total": len(found.accounts),
        "reviewed": len(found.reviewed),
        "not_booked": without[:_NAMED],
        "more_not_booked": max(0, len(without) - _NAMED),
        "decisions_open": found.decisions_open,
        "decisions_settled": found.decisions_settled,
        "executives": found.executives,
        "covered": found.covered,
        "colours": [_colour(found, one) for one in reversed(Colour)],
        "sides": [{"name": name, "kept": found.kept[side].kept, "total": found.kept[side].total}
                  for side, name in _SIDES.items()],
    }  # fmt: skip


def _colour(found: Quarter, colour: Colour) -> dict[str, Any]:
    lines = _lines(found, colour)
    shown = lines[:_NAMED]
    return {"words": Mrkdwn(COLOURS[colour]), "count": len(lines), "accounts": shown, "more": len(lines) - len(shown)}


def _lines(found: Quarter, colour: Colour) -> list[Mrkdwn]:
    """A line for each account of that colour, with the reason for it."""
    return [
        Mrkdwn(escape(one.name if colour == Colour.GREEN else f"{one.name}: {found.health[one.id].why}"))
        for one in found.of(colour)
    ]
