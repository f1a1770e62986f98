"""What arrives by itself: the morning brief, notices, and items shared in a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.views import blocks as b
from handlers.views import items
from handlers.views.words import escape, full_date, plural, render, shortened
from store.rules.mentions import EVE, SOON, TODAY
from store.tables import THEIRS, Commitment, Person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from slackblocks import Block

PLACE = "dm"
SHARED = "shared"
# Each item takes two blocks; the furniture takes up to eight.
MOST = 18
# How much of each action a brief shows: all that fits comfortably, or less so that more items fit.
LONG, SHORT = 200, 60
_HEADINGS = {TODAY: "Due today", EVE: "Due on the next working day", SOON: "Due within a week"}


def brief(
    mentioned: Sequence[tuple[Commitment, str | None]], person: Person, day: date, today: date
) -> tuple[str, list[Block], int]:
    """(text for the notification, blocks, how many items are shown) of the brief for local `day`.

    `today` is the reader's day when it is shown, later than `day` when it is brought up to date.
    """
    lines: list[Block] = [
        b.header(f"Good morning, {person.name}"),
        b.section(f"*{full_date(day)}* · {render('brief.j2', mentions=len(mentioned))}"),
    ]
    text = f"{plural(len(mentioned), 'commitment')} for {full_date(day)}: " + "; ".join(
        _named(commitment, 60) for commitment, _ in mentioned[:3]
    )
    rows, count = _rows(mentioned, person, today, LONG)
    if count < min(MOST, len(mentioned)):
        rows, count = _rows(mentioned, person, today, SHORT)
    lines += rows
    if count < len(mentioned):
        lines.append(b.context(f"… and {len(mentioned) - count} more: `/commit mine` or the Home tab shows them."))
    return text, lines, count


def _rows(
    mentioned: Sequence[tuple[Commitment, str | None]], person: Person, today: date, limit: int
) -> tuple[list[Block], int]:
    """The items under their headings, as many as fit with `limit` characters of each action; and how many."""
    rows: list[Block] = []
    count, characters, above = 0, 0, None
    for commitment, occasion in mentioned[:MOST]:
        words = _heading(commitment, occasion)
        group: list[Block] = [b.section(f"*{words}*")] if words != above else []
        group += items.item(commitment, person, today, PLACE, limit=limit)
        characters += b.size(group)
        if count and characters > b.MESSAGE_CHARACTERS:
            break
        rows += group
        count, above = count + 1, words
    return rows, count


def notice(
    kind: str, commitment: Commitment, actor: Person, reader: Person, today: date, *, reason: str | None
) -> tuple[str, list[Block]]:
    """(text, blocks) of a direct message that tells `reader` what `actor` did."""
    opening = render("notice.j2", kind=kind, item=commitment, actor=actor, reason=reason)
    text = f"{opening} {_named(commitment, 150)}"
    return text, [b.section(opening), *items.item(commitment, reader, today, PLACE)]


def shared(commitment: Commitment, actor: Person, today: date) -> tuple[str, list[Block]]:
    """(text, blocks) of an item posted in a channel, as its owner would see it: dates in the actor's day."""
    opening = render("notice.j2", kind="shared", item=commitment, actor=actor, reason=None)
    nobody = Person(id=0, workspace_id=commitment.workspace_id)
    text = f"{opening} {_named(commitment, 150)}"
    return text, [b.section(opening), *items.item(commitment, nobody, today, SHARED)]


def withdrawn() -> tuple[str, list[Block]]:
    """(text, blocks) in the place of an item that was shared and has become internal."""
    text = "This commitment is no longer shared here."
    return text, [b.section(text)]


def _named(commitment: Commitment, limit: int) -> str:
    # The text of a notification is markup too: what people wrote must not ping from there either.
    return f"#{commitment.number} {escape(shortened(commitment.action, limit))}"


def _heading(commitment: Commitment, occasion: str | None) -> str:
    if not commitment.is_open:
        return "Settled since"
    if commitment.side == THEIRS:
        return "Ask them"
    return _HEADINGS.get(occasion or "", "Overdue")
