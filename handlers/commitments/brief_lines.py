"""A commitment as a line of a brief or bundle: its heading and place there, and what is said of it beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.briefs.views import Line, Room
from handlers.commitments import items
from handlers.slack.words import escape, render, short_date
from store import notices
from store.rules.nudging import occasions as m
from store.tables import BLOCKED, CANCELLED, THEIRS, Commitment, Person

if TYPE_CHECKING:
    from datetime import date

    from slackblocks import Block

    from handlers.briefs.notice_views import Change

_HEADINGS = {
    m.TODAY: "Due today", m.DAY_BEFORE: "Due on the next working day", m.SOON: "Due within a week",
    m.BEFORE_ABSENCE: "Due while you are away",
    m.BLOCKED: "Blocked", m.SNOOZE_ENDED: "Put off until now", m.ESCALATED: "Overdue at your accounts",
    m.BLOCKS_OTHERS: "You are in the way of", m.OWNER_LEFT: "Needs an owner",
}  # fmt: skip
NEW, CALLED_OFF = "New for you", "Cancelled meanwhile"
# What can be done this morning stands first, what concerns others last. Anything else is overdue, or of this week.
_RANKS = {
    m.TODAY: 0, m.SNOOZE_ENDED: 2, m.BEFORE_ABSENCE: 3, m.DAY_BEFORE: 4, m.SOON: 5, m.WEEK: 6, m.BLOCKED: 7,
    m.BLOCKS_OTHERS: 9,
    m.ESCALATED: 11, m.OWNER_LEFT: 12,
}  # fmt: skip
_OVERDUE, _THEIRS, _FOR_OTHERS = 1, 8, 10
# Before all that: it is told here or nowhere.
_NEW, _CALLED_OFF = -2, -1


@dataclass(frozen=True)
class Mentioned:
    """A commitment that a brief mentions on this `occasion`.

    `away_until`: the last day on which its owner is away, where that is not the reader. `told_on`: the day on which the
    account's owner hears of it; `heard_on`: the day on which they did. `deed`: a change of which the reader has not
    heard yet. `unheard`: it falls due while nobody hears of it. `news`: ids of the notices that it tells.
    """

    commitment: Commitment
    occasion: str | None
    away_until: date | None = None
    told_on: date | None = None
    heard_on: date | None = None
    change: Change | None = None
    unheard: bool = False
    news: tuple[int, ...] = ()


def line(one: Mentioned, reader: Person, day: date, today: date) -> Line:
    """The line of the brief for local `day`, as it stands on the reader's `today`."""
    heading = _heading(one, reader, day)

    def blocks(room: Room) -> list[Block]:
        return items.item(
            one.commitment, reader, today, items.SENT, limit=room.text, obstacle=room.aside,
            note=_note(one, reader) if room.note else "",
        )  # fmt: skip

    return Line(
        one.commitment, one.occasion, heading=heading, title=f"#{one.commitment.number} {one.commitment.action}",
        rank=(*_rank(one, day), one.commitment.due_on.toordinal(), one.commitment.id), blocks=blocks,
        asks=heading != CALLED_OFF, news=one.news,
    )  # fmt: skip


def _rank(one: Mentioned, day: date) -> tuple[int, int]:
    occasion, step = one.occasion or "", _step(one, day)
    if one.change is not None:
        return (_CALLED_OFF if one.change.kind == notices.CANCELLED else _NEW), 0
    if occasion.startswith(m.STANDING_IN):
        return _FOR_OTHERS, one.commitment.owner_id
    if one.commitment.side == THEIRS and step not in {m.BLOCKS_OTHERS, m.ESCALATED, m.OWNER_LEFT}:
        return _THEIRS, 0
    return _RANKS.get(step, _OVERDUE), 0


def _heading(one: Mentioned, reader: Person, day: date) -> str:
    commitment, step = one.commitment, _step(one, day)
    if not commitment.is_open:
        is_news = one.change is not None and one.change.kind == notices.CANCELLED and commitment.state == CANCELLED
        return CALLED_OFF if is_news else "Settled since"
    if one.change is not None:
        return NEW
    if (one.occasion or "").startswith(m.STANDING_IN):
        until = f", who is away until {short_date(one.away_until, reader.date_language)}" if one.away_until else ""
        return f"For {escape(commitment.owner.name)}{until}"
    if commitment.side == THEIRS and step not in {m.BLOCKS_OTHERS, m.ESCALATED, m.OWNER_LEFT}:
        return "Ask them"
    return "Due this week" if step == m.WEEK else _HEADINGS.get(step, "Overdue")


def _step(one: Mentioned, day: date) -> str:
    """The occasion without its marks; in a summary of the week, what it is as of the brief's `day`."""
    step = m.step_of(one.occasion or "")
    if step != m.WEEK:
        return step
    if one.commitment.state == BLOCKED:
        return m.BLOCKED
    due_on = one.commitment.due_on
    return m.WEEK if due_on > day else m.TODAY if due_on == day else m.OVERDUE


def _note(one: Mentioned, reader: Person) -> str:
    """What else is to be said of an item: what was done about it; and of an open one who hears of it next, or has
    heard, that its owner is away or has left, that nobody will ask again.
    """
    commitment = one.commitment
    deed = render("news.j2", item=commitment, **vars(one.change)) if one.change else ""
    if not commitment.is_open:
        return deed
    is_cover = (one.occasion or "").startswith(m.STANDING_IN)
    mention = render(
        "mention.j2", item=commitment, told_on=one.told_on, heard_on=one.heard_on,
        owner_away_until=None if is_cover else one.away_until, language=reader.date_language,
        last=m.is_last(one.occasion), unowned=m.step_of(one.occasion or "") == m.OWNER_LEFT, unheard=one.unheard,
    )  # fmt: skip
    return "\n".join(filter(None, (deed, mention)))
