"""Lists of commitments: cut by blocks and by characters, with the rest one press away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.views import blocks as b
from handlers.views import items
from handlers.views.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from slackblocks import Block, Element

    from store.commitments import Page
    from store.tables import Commitment, Person

# Items of one page: each takes two blocks, and a phone shows three at a time anyway.
PAGE = 10
# Room for the title, a sub-title per side and the row that turns pages.
_FURNITURE = 8


def page_of(
    page: Page,
    viewer: Person,
    today: date,
    *,
    title: str,
    empty: str,
    place: Callable[[int], str],
    heading: Callable[[Commitment], str] | None = None,
) -> list[Block]:
    """One page under `title`. `place(start)` names the list at an item, so that buttons find back to it.

    `heading` groups neighbours: whenever its words change, they stand above the item as a sub-title.
    """
    if not page.total:
        return [b.section(f"*{title}*\n{empty}")]
    shown: list[Block] = [b.section(f"*{title}*  ·  {plural(page.total, 'commitment')}")]
    count, characters, above = 0, b.size(shown), None
    for commitment in page.items:
        words = heading(commitment) if heading else None
        group: list[Block] = [b.section(f"*{words}*")] if words and words != above else []
        group += items.item(commitment, viewer, today, place(page.start))
        characters += b.size(group)
        full = len(shown) + len(group) > b.MESSAGE_BLOCKS - _FURNITURE or characters > b.MESSAGE_CHARACTERS
        if full and count:
            break
        shown += group
        count, above = count + 1, words
    return shown + _turn(page, count, place)


def _turn(page: Page, count: int, place: Callable[[int], str]) -> list[Block]:
    end = page.start + count
    row: list[Element] = []
    if page.start:
        row.append(b.button("← Earlier", ids.PAGE_NEWER, place(max(0, page.start - PAGE))))
    if end < page.total:
        row.append(b.button(f"Next {min(PAGE, page.total - end)} →", ids.PAGE_OLDER, place(end)))
    if not row:
        return []
    return [b.context(f"{page.start + 1}–{end} of {page.total:,}"), b.actions(*row)]
