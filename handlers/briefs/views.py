"""The morning brief, and the bundle of notices that came together: lines that the nouns contribute, in one message.

Nothing here knows what a line is about (handlers/briefs/content.py lists the nouns).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from handlers import ids
from handlers.slack import blocks as b
from handlers.slack.paging import is_long
from handlers.slack.words import Mrkdwn, escape, full_date, render, shortened
from store.rules.names import given_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from slackblocks import Block

    from store.rules.nudging.occasions import Occasion
    from store.tables import HasHistory, Person

# So many short ones fit: with its buttons each counts some 800 of the characters that we allow a message.
MOST = 12
# Characters of a line in the notification.
_TITLE = 60
# Above the lines and below them: greeting, summary, and how many more there are.
_FIXED_BLOCKS = 3
_MORE = "… and {} more: `/commit mine` or the Home tab shows them."
_FOLLOWS = "… and {} more, of which I tell you later. `/commit mine` or the Home tab shows them now."


@dataclass(frozen=True)
class Room:
    """How much a brief shows of each line: characters of its text and of a second text such as an obstacle, and whether
    with its note. `characters`: of the whole message; None: every line is shown, at any length. `compact`: with a menu
    instead of buttons.
    """

    text: int
    aside: int = 200
    note: bool = True
    characters: int | None = b.MESSAGE_CHARACTERS
    compact: bool = False


# All that fits comfortably; less, so that more lines fit; and of a brief that stands still less: it is changed, and no
# line that was told vanishes from it. Twelve of these stay below what Slack takes.
LONG, SHORT = Room(200), Room(60)
TERSE, ALL = Room(60, 60), Room(60, 60, note=False, characters=None)


@dataclass(frozen=True)
class Line:
    """One row of a brief or bundle, which a noun contributes.

    `heading` is markup, `title` plain text for the notification. Lines stand in the order of `rank`; those of one
    heading follow each other. `blocks` draws the row in the given room. `asks`: it wants something done. `is_settled`:
    that has been done, or has left the reader, since the brief came. `news`: ids of the notices that it tells.
    """

    subject: HasHistory
    occasion: Occasion | None
    heading: str
    title: str
    rank: tuple[int, ...]
    blocks: Callable[[Room], list[Block]]
    asks: bool = True
    is_settled: bool = False
    news: tuple[int, ...] = ()


@dataclass(frozen=True)
class Remark:
    """Words (markup) above the lines, which a noun contributes; they speak of no subject. `news`: ids of the notices
    that they tell.
    """

    words: str
    news: tuple[int, ...] = ()


@dataclass(frozen=True)
class Below:
    """The end of a brief, below its lines: blocks that always fit, the subjects in them, each with its occasion, and a
    `text` for the notification of a brief without lines.
    """

    blocks: Sequence[Block] = ()
    shown: Sequence[tuple[HasHistory, Occasion]] = ()
    text: str = ""


NOTHING_BELOW = Below()


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The lines as they stand in a brief or bundle."""
    return sorted(lines, key=lambda line: line.rank)


def brief(
    lines: Sequence[Line], person: Person, day: date, remarks: Sequence[Remark] = (), below: Below = NOTHING_BELOW, *,
    stands: bool = False, more: int = 0, menu: Sequence[tuple[str, str]] = (),
) -> tuple[str, list[b.Json], int]:  # fmt: skip
    """(text for the notification, blocks as JSON, how many lines are shown) of the brief for local `day`.

    There is a line, a remark, or news `below`. Where the brief `stands` in Slack already, it has told all of `lines`,
    and shows all of them; for so many `more` it had no room. `menu`: the entries of a menu for a long brief.
    """
    date_ = full_date(day)
    above = b.header(f"Good morning, {given_name(person.name)}")
    mentions, settled = sum(line.asks or line.is_settled for line in lines), sum(line.is_settled for line in lines)
    several = b.overflow(ids.MORE, menu) if menu and is_long(len(lines) + more) else None
    said = render("brief.j2", mentions=mentions + more, settled=settled)
    summary = b.section(f"*{date_}* · {said}", accessory=several)
    text = f"{len(lines) + more} for {date_}: {_some(lines, more)}"
    if not lines:
        text = remarks[0].words if remarks else below.text
    blocks, count = _listed([above, summary], lines, remarks, _MORE, below.blocks, stands=stands, besides=more)
    return text, blocks, count


def bundle(
    lines: Sequence[Line], remarks: Sequence[Remark] = (), *, stands: bool = False
) -> tuple[str, list[b.Json], int]:
    """As `brief`, of notices that came together."""
    text = f"News: {_some(lines)}" if lines else remarks[0].words
    above = b.section(Mrkdwn("Here is what happened:"))
    blocks, count = _listed([above], lines, remarks, _FOLLOWS, stands=stands)
    return text, blocks, count


def _some(lines: Sequence[Line], besides: int = 0) -> str:
    """The titles of the first lines, and how many more there are, with those `besides`."""
    # The text of a notification is markup too: what people wrote must not ping from there either.
    some = "; ".join(escape(shortened(line.title, _TITLE)) for line in lines[:3])
    left = max(0, len(lines) - 3) + besides
    return some + (f"; {left} more" if left else "")


def _listed(
    opening: list[Block], lines: Sequence[Line], remarks: Sequence[Remark], more: str, end: Sequence[Block] = (), *,
    stands: bool, besides: int = 0,
) -> tuple[list[b.Json], int]:  # fmt: skip
    """The blocks of a message that lists `lines` between its `opening` and its `end`, and how many it shows; `more`
    says where to find the rest, and those `besides`.
    """
    above_all, below_all = b.unnamed([b.section(one.words) for one in remarks]), b.unnamed(end)
    for room in (LONG, SHORT, TERSE, ALL) if stands else (LONG, SHORT):
        rows, count = _rows(lines, replace(room, compact=is_long(len(lines) + besides)), [*above_all, *below_all])
        if count == min(MOST, len(lines)):
            break
    said = [*b.unnamed(opening), *above_all, *rows]
    if left := len(lines) - count + besides:
        said += b.unnamed([b.context(more.format(left))])
    return b.named([*said, *below_all]), count


def _rows(lines: Sequence[Line], room: Room, others: list[b.Json]) -> tuple[list[b.Json], int]:
    """The lines under their headings, as many as fit beside the `others` in that room; and how many."""
    rows: list[b.Json] = []
    blocks = b.MESSAGE_BLOCKS - _FIXED_BLOCKS - len(others)
    count, characters, above = 0, b.size(others), None
    for line in lines[:MOST]:
        heading = [b.section(f"*{line.heading}*")] if line.heading != above else []
        group = b.unnamed([*heading, *line.blocks(room)])
        characters += b.size(group)
        is_full = room.characters is not None and characters > room.characters
        if count and (is_full or len(rows) + len(group) > blocks):
            break
        rows += group
        count, above = count + 1, line.heading
    return rows, count
