"""Lists of commitments: cut by blocks and by characters, with the rest one press away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.commitments import items
from handlers.slack import blocks as b
from handlers.slack.words import escape, plural
from store.rules.text import ACTION_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from slackblocks import Block, Element

    from handlers.slack.refs import Ref
    from store.commitments import Page
    from store.tables import Commitment, Person

# Items of one page: each takes two blocks, and a phone shows three at a time anyway.
PAGE = 10
# How much of each action is shown, the first that lets a whole page fit into a message. A page is never cut
# short: turning back and forth passes every item.
SHOWN = (ACTION_LIMIT, 200, 60)


def page_of(
    page: Page,
    viewer: Person,
    today: date,
    *,
    title: str,
    empty: str,
    view: Ref,
    heading: Callable[[Commitment], str] | None = None,
) -> list[Block]:
    """One page under `title`. `view` is the reference to the list, so that buttons find back to it.

    `heading` groups neighbours: whenever its words change, they stand above the item as a sub-title.
    """
    if not page.total:
        return [b.section(f"*{escape(title)}*\n{empty}")]
    top: list[Block] = [b.section(f"*{escape(title)}*  ·  {plural(page.total, 'commitment')}")]
    rows: list[Block] = []
    for limit in SHOWN:
        rows = _rows(page, viewer, today, view.at(page.start), heading, limit)
        if b.size(b.unnamed(rows)) <= b.MESSAGE_CHARACTERS:
            break
    return top + rows + _turn(page, view)


def _rows(
    page: Page, viewer: Person, today: date, view: Ref, heading: Callable[[Commitment], str] | None, limit: int
) -> list[Block]:
    rows: list[Block] = []
    above = None
    for commitment in page.items:
        words = heading(commitment) if heading else None
        if words and words != above:
            rows.append(b.section(f"*{words}*"))
        above = words
        rows += items.item(commitment, viewer, today, view, limit=limit)
    return rows


def _turn(page: Page, view: Ref) -> list[Block]:
    end = page.start + len(page.items)
    row: list[Element] = []
    if page.start:
        row.append(b.button("← Earlier", ids.PAGE_NEWER, view.at(max(0, page.start - PAGE)).encode()))
    if end < page.total:
        row.append(b.button(f"Next {min(PAGE, page.total - end)} →", ids.PAGE_OLDER, view.at(end).encode()))
    if not row:
        return []
    return [b.context(f"{page.start + 1}–{end} of {page.total:,}"), b.actions(*row)]
