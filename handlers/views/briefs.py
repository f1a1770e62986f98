"""What arrives by itself: the morning brief, notices, and items shared in a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.views import blocks as b
from handlers.views import items
from handlers.views.words import Mrkdwn, escape, full_date, plural, render, short_date, shortened
from store import notices
from store.rules import mentions as m
from store.tables import BLOCKED, CANCELLED, THEIRS, Commitment, Person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from slackblocks import Block

PLACE = items.BRIEF
SHARED = "shared"
# So many short ones fit: with its buttons each counts some 800 of the characters that we allow a message.
MOST = 12
# Above the items and below them: greeting, summary, and how many more there are.
_FURNITURE = 3
_MORE = "… and {} more: `/commit mine` or the Home tab shows them."
_FOLLOWS = "… and {} more, of which I tell you later. `/commit mine` or the Home tab shows them now."
_HEADINGS = {
    m.TODAY: "Due today", m.EVE: "Due on the next working day", m.SOON: "Due within a week",
    m.LEAVING: "Due while you are away",
    m.BLOCKED: "Blocked", m.AGAIN: "Put off until now", m.ESCALATED: "Overdue at your accounts",
    m.BLOCKING: "You are in the way of", m.UNOWNED: "Needs an owner",
}  # fmt: skip
NEW, CALLED_OFF = "New for you", "Cancelled meanwhile"
# What can be done this morning stands first, what concerns others last. Anything else is overdue, or of this week.
_RANKS = {
    m.TODAY: 0, m.AGAIN: 2, m.LEAVING: 3, m.EVE: 4, m.SOON: 5, m.WEEK: 6, m.BLOCKED: 7, m.BLOCKING: 9,
    m.ESCALATED: 11, m.UNOWNED: 12,
}  # fmt: skip
_OVERDUE, _THEIRS, _FOR_OTHERS = 1, 8, 10
# Before all that: it is told here or nowhere.
_NEW, _CALLED_OFF = -2, -1


@dataclass(frozen=True)
class Room:
    """How much a brief shows of each item: characters of its action and of what it is blocked by, and whether with its
    note. `characters`: of the whole message; None: every item is shown, whatever the length.
    """

    action: int
    obstacle: int = items.OBSTACLE_LIMIT
    note: bool = True
    characters: int | None = b.MESSAGE_CHARACTERS


# All that fits comfortably; less, so that more items fit; and of a brief that stands still less: it is changed, and no
# item that was told vanishes from it. Twelve of these stay below what Slack takes.
LONG, SHORT = Room(200), Room(60)
TERSE, ALL = Room(60, 60), Room(60, 60, note=False, characters=None)


@dataclass(frozen=True)
class Deed:
    """What `actor` did of which a notice tells: its kind, and the reason that they gave."""

    kind: str
    actor: Person
    reason: str | None = None


@dataclass(frozen=True)
class Line:
    """One item of a brief. `occasion` as the rules name it; `away_until`: the last day on which its owner is away,
    where that is another than the reader; `told_on`: when the account's owner hears of it, `heard_on`: when they did;
    `deed`: what was done of which the reader has not heard yet; `unheard`: it falls due while nobody hears of it.
    """

    commitment: Commitment
    occasion: str | None
    away_until: date | None = None
    told_on: date | None = None
    heard_on: date | None = None
    deed: Deed | None = None
    unheard: bool = False


def in_order(lines: Sequence[Line], day: date) -> list[Line]:
    """As they stand in the brief of `day`: what is the reader's own first, ours before theirs, by date."""
    return sorted(lines, key=lambda line: (_rank(line, day), line.commitment.due_on, line.commitment.id))


def brief(
    lines: Sequence[Line], person: Person, day: date, today: date, asked: Sequence[str] = (), *, stands: bool = False
) -> tuple[str, list[b.Json], int]:
    """(text for the notification, blocks as JSON, how many items are shown) of the brief for local `day`.

    `today` is the reader's day when it is shown, later than `day` when it is brought up to date. `asked` (markup) says
    for whom they were asked to stand in. One of the two is not empty. Where it `stands` all of `lines` were told by it,
    and all are shown.
    """
    date_ = full_date(day, person.date_language)
    wanting = sum(_heading(line, person, day) != CALLED_OFF for line in lines)
    above = b.header(f"Good morning, {person.name}")
    summary = b.section(f"*{date_}* · {render('brief.j2', mentions=wanting)}")
    text = f"{plural(len(lines), 'commitment')} for {date_}: {_some(lines)}" if lines else asked[0]
    blocks, count = _listed([above, summary], lines, person, day, today, asked, _MORE, stands=stands)
    return text, blocks, count


def bundle(
    lines: Sequence[Line], person: Person, day: date, today: date, asked: Sequence[str] = (), *, stands: bool = False
) -> tuple[str, list[b.Json], int]:
    """As `brief`, of the notices that came together on local `day`."""
    text = f"News about {plural(len(lines), 'commitment')}: {_some(lines)}" if lines else asked[0]
    above = b.section(Mrkdwn("Here is what your colleagues did:"))
    blocks, count = _listed([above], lines, person, day, today, asked, _FOLLOWS, stands=stands)
    return text, blocks, count


def _some(lines: Sequence[Line]) -> str:
    return "; ".join(_named(line.commitment, 60) for line in lines[:3])


def _listed(
    opening: list[Block], lines: Sequence[Line], person: Person, day: date, today: date, asked: Sequence[str],
    more: str, *, stands: bool,
) -> tuple[list[b.Json], int]:  # fmt: skip
    """The blocks of a message that lists `lines` below its `opening`, and how many it shows; `more` says where to find
    the rest.
    """
    above_all = b.unnamed([b.section(words) for words in asked])
    for room in (LONG, SHORT, TERSE, ALL) if stands else (LONG, SHORT):
        rows, count = _rows(lines, person, day, today, room, above_all)
        if count == min(MOST, len(lines)):
            break
    said = [*b.unnamed(opening), *above_all, *rows]
    if count < len(lines):
        said += b.unnamed([b.context(more.format(len(lines) - count))])
    return b.named(said), count


def _rows(
    lines: Sequence[Line], person: Person, day: date, today: date, room: Room, above_all: list[b.Json]
) -> tuple[list[b.Json], int]:
    """The items under their headings, as many as fit below `above_all` with so much of each; and how many."""
    rows: list[b.Json] = []
    blocks = b.MESSAGE_BLOCKS - _FURNITURE - len(above_all)
    count, characters, above = 0, b.size(above_all), None
    for line in lines[:MOST]:
        words = _heading(line, person, day)
        heading = [b.section(f"*{words}*")] if words != above else []
        item = items.item(
            line.commitment, person, today, PLACE, limit=room.action, obstacle=room.obstacle,
            note=_note(line, person) if room.note else "",
        )  # fmt: skip
        group = b.unnamed([*heading, *item])
        characters += b.size(group)
        is_full = room.characters is not None and characters > room.characters
        if count and (is_full or len(rows) + len(group) > blocks):
            break
        rows += group
        count, above = count + 1, words
    return rows, count


def notice(deed: Deed, commitment: Commitment, reader: Person, today: date) -> tuple[str, list[Block]]:
    """(text, blocks) of a direct message that tells `reader` what somebody did."""
    opening = render("notice.j2", item=commitment, **vars(deed))
    text = f"{opening} {_named(commitment, 150)}"
    return text, [b.section(opening), *items.item(commitment, reader, today, PLACE)]


def shared(commitment: Commitment, actor: Person, today: date, *, others: bool) -> tuple[str, list[Block]]:
    """(text, blocks) of an item posted in a channel that `others` read or do not: dates in the actor's day."""
    opening = render("notice.j2", kind="shared", item=commitment, actor=actor, reason=None)
    text = f"{opening} {_named(commitment, 150)}"
    return text, [b.section(opening), *items.shared(commitment, today, SHARED, others=others)]


# Slack's word for why it took no message in a channel → ours, with what to do.
_REFUSALS = {
    "not_in_channel": "I'm not in it. Type “/invite @Makegood” there",
    "channel_not_found": "I'm not in it. Type “/invite @Makegood” there",
    "is_archived": "it is archived. Choose another one",
    "msg_too_long": "it is too long for a message. Shorten it",
    "msg_blocks_too_long": "it is too long for a message. Shorten it",
    "restricted_action": "an admin has restricted who may post there. Ask them, or choose another one",
}


def not_shared(commitment: Commitment, channel: str, why: str) -> Mrkdwn:
    """Words to the person who shared an item in a channel where it could not be posted.

    They name it by its number alone: this message is not brought up to date, so a redaction would not reach it.
    """
    what, where = f"#{commitment.number}", f"<#{channel}>"
    if why.startswith("outcome unknown"):
        said = "Slack did not answer, and I can't read what stands there. Look there"
        return Mrkdwn(
            f":warning: I don't know whether {what} was shared in {where}: {said}, or press “Share here” again."
        )
    name, _, rest = why.partition(" ")
    known = "restricted_action" if name.startswith("restricted_action") else name
    if name == "missing_scope":
        scope = rest.strip("()").removeprefix("needs ") or "to post there"
        said = f"I lack the permission {scope}. An admin can add it on the app's page at Slack, and install it again"
    else:
        said = _REFUSALS.get(known, f"{why}. Choose another one")
    return Mrkdwn(f":warning: I could not share {what} in {where}: {escape(said)}. Then press “Share here” again.")


def withdrawn() -> tuple[str, list[Block]]:
    """(text, blocks) in the place of an item that was shared and has become internal."""
    text = "This commitment is no longer shared here."
    return text, [b.section(text)]


def _named(commitment: Commitment, limit: int) -> str:
    # The text of a notification is markup too: what people wrote must not ping from there either.
    return f"#{commitment.number} {escape(shortened(commitment.action, limit))}"


def _rank(line: Line, day: date) -> tuple[int, int]:
    occasion, step = line.occasion or "", _step(line, day)
    if line.deed is not None:
        return (_CALLED_OFF if line.deed.kind == notices.CANCELLED else _NEW), 0
    if occasion.startswith(m.STANDING_IN):
        return _FOR_OTHERS, line.commitment.owner_id
    if line.commitment.side == THEIRS and step not in {m.BLOCKING, m.ESCALATED, m.UNOWNED}:
        return _THEIRS, 0
    return _RANKS.get(step, _OVERDUE), 0


def _heading(line: Line, reader: Person, day: date) -> str:
    commitment, step = line.commitment, _step(line, day)
    if not commitment.is_open:
        is_news = line.deed is not None and line.deed.kind == notices.CANCELLED and commitment.state == CANCELLED
        return CALLED_OFF if is_news else "Settled since"
    if line.deed is not None:
        return NEW
    if (line.occasion or "").startswith(m.STANDING_IN):
        until = f", who is away until {short_date(line.away_until, reader.date_language)}" if line.away_until else ""
        return f"For {escape(commitment.owner.name)}{until}"
    if commitment.side == THEIRS and step not in {m.BLOCKING, m.ESCALATED, m.UNOWNED}:
        return "Ask them"
    return "Due this week" if step == m.WEEK else _HEADINGS.get(step, "Overdue")


def _step(line: Line, day: date) -> str:
    """The occasion without its marks; in a summary of the week, what it is as of the brief's `day`."""
    step = m.step_of(line.occasion or "")
    if step != m.WEEK:
        return step
    if line.commitment.state == BLOCKED:
        return m.BLOCKED
    due_on = line.commitment.due_on
    return m.WEEK if due_on > day else m.TODAY if due_on == day else m.OVERDUE


def _note(line: Line, reader: Person) -> str:
    """What else is to be said of an item: what was done about it; and of an open one who hears of it next, or has
    heard, that its owner is away or has left, that nobody will ask again.
    """
    commitment = line.commitment
    deed = render("news.j2", item=commitment, **vars(line.deed)) if line.deed else ""
    if not commitment.is_open:
        return deed
    is_cover = (line.occasion or "").startswith(m.STANDING_IN)
    mention = render(
        "mention.j2", item=commitment, told_on=line.told_on, heard_on=line.heard_on,
        owner_away_until=None if is_cover else line.away_until, language=reader.date_language,
        last=m.is_last(line.occasion), unowned=m.step_of(line.occasion or "") == m.UNOWNED, unheard=line.unheard,
    )  # fmt: skip
    return "\n".join(filter(None, (deed, mention)))
