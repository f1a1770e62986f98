"""A commitment as a line of a brief or bundle: its heading and place there, and what is said of it beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.briefs.views import Line, Room
from handlers.commitments import items
from handlers.slack import blocks as b
from handlers.slack.words import escape, render, short_date
from store import people
from store.rules.nudging.occasions import AHEAD, OccasionKind
from store.tables import Commitment, OutboxKind, Person, Side, State

if TYPE_CHECKING:
    from datetime import date

    from slackblocks import Block

    from handlers.briefs.notice_views import Change
    from handlers.slack.words import Mrkdwn
    from store.commitments.relations import Relations
    from store.rules.calendar.working_days import WorkingDays
    from store.rules.nudging.occasions import Occasion

_HEADINGS: dict[str, str] = {
    OccasionKind.TODAY: "Due today",
    OccasionKind.DAY_BEFORE: "Due on the next working day",
    OccasionKind.SOON: "Due within a week",
    OccasionKind.WEEK: "Due this week",
    OccasionKind.OVERDUE: "Overdue",
    OccasionKind.SNOOZE_ENDED: "Put off until now",
    OccasionKind.BLOCKED: "Blocked",
    OccasionKind.BEFORE_ABSENCE: "Due while you are away",
    OccasionKind.ESCALATED: "Overdue at your accounts",
    OccasionKind.BLOCKS_OTHERS: "You are in the way of",
    OccasionKind.OWNER_LEFT: "Needs an owner",
}
# Headings of a brief that is drawn again after a date was moved, a day has passed, or the occasion is over.
BEFORE_NEXT, LATER = "Due before your next working day", "Due later"
NOT_OVERDUE, FREE_AGAIN, HAS_OWNER = "At your accounts, not overdue now", "Waits for you no more", "Has an owner again"
NEW, CALLED_OFF, ASK_THEM = "New for you", "Cancelled meanwhile", "Ask them"
ASKED, TOLD = "Colleagues ask you", "Told to you"
HANDED_ON, SETTLED = "Handed on since", "Settled since"
FOR_OTHERS = "for others"
# News stands first: it is told here or nowhere. Work for this morning follows, then the business of other people.
_ORDER: tuple[str, ...] = (
    ASKED, NEW, TOLD, CALLED_OFF,
    OccasionKind.TODAY, OccasionKind.OVERDUE, OccasionKind.SNOOZE_ENDED, OccasionKind.BEFORE_ABSENCE,
    OccasionKind.DAY_BEFORE, OccasionKind.SOON, OccasionKind.WEEK, OccasionKind.BLOCKED, ASK_THEM,
    OccasionKind.BLOCKS_OTHERS, FOR_OTHERS, OccasionKind.ESCALATED, OccasionKind.OWNER_LEFT,
)  # fmt: skip
# Their headings speak of the date.
_BY_DATE = {
    OccasionKind.TODAY, OccasionKind.DAY_BEFORE, OccasionKind.SOON, OccasionKind.WEEK, OccasionKind.OVERDUE,
    OccasionKind.BLOCKED,
}  # fmt: skip
# These concern the reader, and not what the client owes.
_ABOUT_READER = {OccasionKind.BLOCKS_OTHERS, OccasionKind.ESCALATED, OccasionKind.OWNER_LEFT}


@dataclass(frozen=True)
class Mentioned:
    """A commitment that a brief mentions on this `occasion`.

    `away_until`: the last day on which its owner is away, where that is not the reader. `told_on`: the day on which the
    account's owner hears of it; `heard_on`: the day on which they did. `deed`: a change of which the reader has not
    heard yet; `also`: what colleagues asked or said besides. `handed_on`: how it left the reader since. `unheard`: it
    falls due while nobody hears of it. `news`: ids of the notices that it tells.
    """

    commitment: Commitment
    occasion: Occasion | None
    away_until: date | None = None
    told_on: date | None = None
    heard_on: date | None = None
    change: Change | None = None
    also: tuple[Change, ...] = ()
    handed_on: Mrkdwn | None = None
    unheard: bool = False
    news: tuple[int, ...] = ()


def line(
    one: Mentioned, reader: Person, relations: Relations, day: date, today: date, works: WorkingDays
) -> Line:  # fmt: skip
    """The line of the brief for local `day`, as it stands on the reader's `today`. `works` are the reader's."""
    heading = _heading(one, reader, day, today, works)

    def blocks(room: Room) -> list[Block]:
        if one.handed_on:
            text = items.item_text(one.commitment, reader, today, room.text, room.aside)
            return [b.section(f"{text}\n{one.handed_on}")]
        return items.item(
            one.commitment, reader, relations, today, items.SENT, limit=room.text, obstacle=room.aside,
            note=_note(one) if room.note else "", compact=room.compact,
        )  # fmt: skip

    return Line(
        one.commitment, one.occasion, heading=heading, title=f"#{one.commitment.number} {one.commitment.action}",
        rank=(*_rank(one, day), one.commitment.due_on.toordinal(), one.commitment.id), blocks=blocks,
        asks=heading not in {CALLED_OFF, TOLD, HANDED_ON}, is_settled=heading in {HANDED_ON, SETTLED}, news=one.news,
    )  # fmt: skip


def _rank(one: Mentioned, day: date) -> tuple[int, int]:
    """The place among the lines; what is for one colleague stays together."""
    group = _group(one, day) if one.change is None else _news_group(one.change)
    return _ORDER.index(group), one.commitment.owner_id if group == FOR_OTHERS else 0


def _heading(one: Mentioned, reader: Person, day: date, today: date, works: WorkingDays) -> str:
    """The heading, which is true on the day of drawing."""
    commitment, group = one.commitment, _group(one, day)
    if one.handed_on:
        return HANDED_ON
    if not commitment.is_open:
        return _heading_of_ended(one)
    if one.change is not None:
        return _news_group(one.change)
    if group == FOR_OTHERS:
        until = f", who is away until {short_date(one.away_until)}" if one.away_until else ""
        return f"For {escape(commitment.owner.name)}{until}"
    if group in _BY_DATE or (group == OccasionKind.SNOOZE_ENDED and today != day):
        return _by_date(commitment, group, today, works)
    return _otherwise(commitment, reader, group, today) or _HEADINGS.get(group, group)


def _heading_of_ended(one: Mentioned) -> str:
    if one.change is not None and one.change.kind == OutboxKind.TOLD:
        return TOLD
    tells_of_it = one.change is not None and one.change.kind == OutboxKind.CANCELLED
    return CALLED_OFF if tells_of_it and one.commitment.state == State.CANCELLED else SETTLED


def _by_date(commitment: Commitment, group: str, today: date, works: WorkingDays) -> str:
    due_on, effective = commitment.due_on, works.last_until(commitment.due_on)
    if group == OccasionKind.BLOCKED and commitment.state == State.BLOCKED:
        return _HEADINGS[OccasionKind.BLOCKED]
    if due_on <= today:
        return _HEADINGS[OccasionKind.TODAY if due_on == today else OccasionKind.OVERDUE]
    if effective <= today:
        return BEFORE_NEXT
    if due_on - today > AHEAD:
        return LATER
    if group == OccasionKind.WEEK:
        return _HEADINGS[OccasionKind.WEEK]
    return _HEADINGS[OccasionKind.DAY_BEFORE if effective == works.next_after(today) else OccasionKind.SOON]


def _otherwise(commitment: Commitment, reader: Person, group: str, today: date) -> str | None:
    """The heading of a line whose occasion is over; None if it holds."""
    if group == OccasionKind.ESCALATED and commitment.due_on >= today:
        return NOT_OVERDUE
    if group == OccasionKind.BLOCKS_OTHERS and commitment.blocker_id != reader.id:
        return FREE_AGAIN
    if group == OccasionKind.OWNER_LEFT and people.is_here(commitment.owner):
        return HAS_OWNER
    return None


def _news_group(change: Change) -> str:
    if change.kind == OutboxKind.TOLD:
        return ASKED if change.asks else TOLD
    return CALLED_OFF if change.kind == OutboxKind.CANCELLED else NEW


def _group(one: Mentioned, day: date) -> str:
    """The lines among which this one stands without the news that it tells: one of _ORDER."""
    if one.occasion is None or one.occasion.kind == OccasionKind.NEWS:
        return NEW
    if one.occasion.stands_in:
        return FOR_OTHERS
    kind = _kind(one.commitment, one.occasion, day)
    return ASK_THEM if one.commitment.side == Side.THEIRS and kind not in _ABOUT_READER else kind


def _kind(commitment: Commitment, occasion: Occasion, day: date) -> OccasionKind:
    """The kind of the occasion; in a summary of the week, the kind that it is as of the brief's `day`."""
    if occasion.kind != OccasionKind.WEEK:
        return occasion.kind
    if commitment.state == State.BLOCKED:
        return OccasionKind.BLOCKED
    due_on = commitment.due_on
    return OccasionKind.WEEK if due_on > day else OccasionKind.TODAY if due_on == day else OccasionKind.OVERDUE


def _note(one: Mentioned) -> str:
    """The note below an item: the change that is new; for an open item also the escalation, the owner's absence or
    leaving, and whether this is the last mention.
    """
    commitment = one.commitment
    changes = (*([one.change] if one.change else []), *one.also)
    deed = "\n".join(render("news.j2", item=commitment, **vars(change)) for change in changes)
    if not commitment.is_open:
        return deed
    occasion = one.occasion
    mention = render(
        "mention.j2", item=commitment, told_on=one.told_on, heard_on=one.heard_on,
        owner_away_until=None if occasion and occasion.stands_in else one.away_until,
        last=occasion is not None and occasion.is_last,
        unowned=occasion is not None and occasion.kind == OccasionKind.OWNER_LEFT, unheard=one.unheard,
    )  # fmt: skip
    return "\n".join(filter(None, (deed, mention)))
