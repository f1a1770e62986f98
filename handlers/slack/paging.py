"""The pages of a list: which part of it is shown, and the buttons to the other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.slack import blocks as b

if TYPE_CHECKING:
    from slackblocks import Block, Element

    from handlers.slack.refs import Ref


# More items than these are compact: a menu each instead of a row of buttons.
_WITH_BUTTONS = 5


def is_long(items: int) -> bool:
    """Whether a list of so many items is compact, so that a phone shows several of them at once."""
    return items > _WITH_BUTTONS


def paging(view: Ref, start: int, total: int, size: int) -> tuple[list[Block], list[Element]]:
    """“11–20 of 25”, and the buttons to the pages before and after. Both are empty if there is one page only.

    `view` is the reference to the list, `start` the first row that is shown, `size` the rows of a page.
    """
    end = min(start + size, total)
    row: list[Element] = []
    if start:
        row.append(b.button("← Earlier", ids.PAGE_NEWER, view.at(max(0, start - size)).encode()))
    if end < total:
        row.append(b.button(f"Next {min(size, total - end)} →", ids.PAGE_OLDER, view.at(end).encode()))
    return ([b.context(f"{start + 1}–{end} of {total:,}")] if row else []), row


def turn(view: Ref, start: int, total: int, size: int) -> list[Block]:
    """The blocks of `paging`, below the rows of a page."""
    shown, row = paging(view, start, total, size)
    return [*shown, b.actions(*row)] if row else []
