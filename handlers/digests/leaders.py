"""The digest of a coach before a quarter ends: its words, which a workspace may replace. And the line of each week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.briefs.views import Remark
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
    from store.tables import Account, Outbox, Person

# Accounts that are named in each part.
_NAMED = 12
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


def digest(tx: Session, row: Outbox, reader: Person, now: datetime) -> tuple[str, list[Block], list[Account]] | str:
    """(text, blocks, the accounts that it shows); or the reason why there is nothing to say."""
    today, day = local_day(now, reader.zone), row.day or now.date()
    found = leaders.quarter_of_coach(tx, reader, day, now)
    if not found.accounts:
        return "its reader coaches no account any more"
    if not row.ts and today > found.last:
        return "its quarter was over"
    until = full_date(found.last)
    said = say(tx, reader, TEMPLATE, now, until=until, **_values(found))
    title = f"The quarter until {until}: the accounts that you coach"
    chart = energy.kept(found.quarters[Side.OURS], found.quarters[Side.THEIRS])
    return title, [b.section(f"*{escape(title)}*"), *b.paragraphs(said), *chart], list(found.accounts)


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
    those = found.of(colour)
    lines = [
        Mrkdwn(escape(one.name if colour == Colour.GREEN else f"{one.name}: {found.health[one.id].why}"))
        for one in those[:_NAMED]
    ]
    return {"words": Mrkdwn(COLOURS[colour]), "count": len(those), "accounts": lines, "more": len(those) - len(lines)}
