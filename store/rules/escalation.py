"""When somebody else hears of what stays overdue: the account's owner, and its owner the working day before. Pure.

Counted in the owner's working days since the due date or the last progress, whichever is later. Progress begins anew;
that it was recorded is the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.rules.mentions import LAST_STEP

if TYPE_CHECKING:
    from datetime import date

    from store.rules.readers import Item

# There is a working day between progress and escalation at least, on which its owner is told that it comes.
AT_LEAST = 2


def counts_from(item: Item) -> date:
    """The day after which working days count towards escalation."""
    return max(_due(item), _progress(item))


def is_warning_day(item: Item, today: date) -> bool:
    """Whether its owner hears on `today` that the account's owner does on the next working day."""
    return not item.is_blocked and item.overseer is not None and _count(item, today) == _after(item) - 1


def has_come(item: Item, today: date) -> bool:
    """Whether the account's owner is to hear of it on `today`."""
    return not item.is_blocked and item.overseer is not None and _count(item, today) >= _after(item)


def working_days_overdue(item: Item, today: date) -> int:
    """In the owner's working days; 0 when not overdue."""
    return item.owner.works.count_between(_due(item), today)


def waits_for_review(item: Item, today: date) -> bool:
    """Whether it has been overdue for so long that only the account's review can help."""
    return working_days_overdue(item, today) >= LAST_STEP


def _after(item: Item) -> int:
    return max(item.escalate_after, AT_LEAST if _progress(item) >= _due(item) else 1)


def _count(item: Item, today: date) -> int:
    since = counts_from(item)
    # Before the due date nothing counts; on it, nothing has yet.
    return item.owner.works.count_between(since, today) if today >= since else -1


def _due(item: Item) -> date:
    return item.owner.works.last_until(item.due_on)


def _progress(item: Item) -> date:
    return item.touched_on or item.created_on
