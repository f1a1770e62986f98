"""Lists of commitments: cut by blocks and by characters, with the rest one press away."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from handlers import ids
from handlers.commitments import items
from handlers.slack import blocks as b
from handlers.slack.paging import is_long, turn
from handlers.slack.words import escape, plural
from store.rules.text import ACTION_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from slackblocks import Block

    from handlers.slack.refs import Ref
    from store.commitments import Page
    from store.commitments.relations import Relations
    from store.tables import Commitment, Person

# Items of one page: short ones fit into a message, and a phone shows half of them at once.
PAGE = 10
# How much of each action is shown, the first that lets a whole page fit into a message. A page is never cut
# short: turning back and forth passes every item.
SHOWN = (ACTION_LIMIT, 200, 60)


def page_of(
    page: Page,
    viewer: Person,
    relations: Relations,
    today: date,
    *,
    title: str,
    empty: str,
    view: Ref,
    heading: Callable[[Commitment], str] | None = None,
    switch: Sequence[Block] = (),
    with_account: bool = True,
    notes: Mapping[int, str] = MappingProxyType({}),
) -> list[Block]:
    """One page under `title`. `view` is the reference to the list, so that buttons find back to it.

    `heading` groups neighbours: whenever its words change, they stand above the item as a sub-title. `switch` has the
    buttons to the list's other pages, `notes` the markup below an item, by its id.
    """
    if not page.total:
        return [b.section(f"*{escape(title)}*\n{empty}"), *switch]
    # The news of a brief is no list of which several can be chosen.
    can_act = is_long(page.total) and any(one.is_open for one in page.items) and not notes
    menu = b.overflow(ids.MORE, items.together(view.at(page.start))) if can_act else None
    top: list[Block] = [b.section(f"*{escape(title)}*  ·  {plural(page.total, 'commitment')}", accessory=menu)]
    rows: list[Block] = []
    for limit in SHOWN:
        rows = _rows(
            page, viewer, relations, today, view.at(page.start), heading, notes, limit, with_account=with_account
        )
        if b.size(b.unnamed(rows)) <= b.MESSAGE_CHARACTERS:
            break
    return [*top, *switch, *rows, *turn(view, page.start, page.total, PAGE)]


def _rows(
    page: Page, viewer: Person, relations: Relations, today: date, view: Ref,
    heading: Callable[[Commitment], str] | None, notes: Mapping[int, str], limit: int, *, with_account: bool,
) -> list[Block]:  # fmt: skip
    rows: list[Block] = []
    above = None
    for commitment in page.items:
        words = heading(commitment) if heading else None
        if words and words != above:
            rows.append(b.section(f"*{words}*"))
        above = words
        rows += items.item(
            commitment, viewer, relations, today, view, limit=limit, note=notes.get(commitment.id, ""),
            compact=is_long(page.total), with_account=with_account,
        )  # fmt: skip
    return rows
