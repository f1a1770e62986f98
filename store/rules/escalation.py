"""When somebody else hears of what stays overdue: the account's owner, and its owner on the last morning before. Pure.

Counted in the owner's working days since the due date or the last progress, whichever is later. Progress begins anew;
that it was recorded is the first. Days on which its owner is away count too: the client waits all the same. So that
nobody is told on behind their back, the word before it comes to whoever is there: to its owner before they go, if
nobody stands in for them on a later morning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.rules.mentions import LAST_STEP
from store.rules.readers import falls_into, stand_in
from store.rules.working_days import DAY

if TYPE_CHECKING:
    from datetime import date

    from store.rules.readers import Item

# There is a working day between progress and escalation at least, on which its owner is told that it comes.
AT_LEAST = 2
# Days, after which nobody is expected back.
_FARTHEST = 400


def counts_from(item: Item) -> date:
    """The day after which working days count towards escalation."""
    return max(_due(item), _progress(item))


def day_of(item: Item) -> date | None:
    """The first day on which the account's owner is to hear of it, if nothing happens before; None if on no day."""
    if item.is_blocked or item.overseer is None:
        return None
    day = counts_from(item)
    for _ in range(_after(item)):
        day = item.owner.works.next_after(day)
    # On their first morning back its owner hears of it for the first time since: that day is theirs.
    if item.owner.hears_on(day) and not _was_heard(item, day):
        day = item.owner.works.next_after(day)
    return day


def has_come(item: Item, today: date) -> bool:
    """Whether the account's owner is to hear of it on `today`."""
    day = day_of(item)
    return day is not None and today >= day


def heard_on(item: Item) -> date | None:
    """The day on which the account's owner hears of it, if nothing happens before: the first one from that of `day_of`
    on on which they are at work; None if on no day.
    """
    day = day_of(item)
    return None if day is None else _overseer_hears(item, day)


def is_last_chance(item: Item, today: date) -> bool:
    """Whether `today` is the last morning on which its owner, or who stands in for them, hears of it before the
    account's owner is to; or a later one, as long as the account's owner is not there to hear it.
    """
    day = day_of(item)
    heard = None if day is None else _overseer_hears(item, day)
    if day is None or heard is None or today >= heard:
        return False
    return not any(_somebody_hears(item, today + n * DAY) for n in range(1, (day - today).days))


def _overseer_hears(item: Item, since: date) -> date | None:
    overseer = item.overseer
    days = (since + n * DAY for n in range(_FARTHEST))
    return None if overseer is None else next(filter(overseer.hears_on, days), None)


def _was_heard(item: Item, before: date) -> bool:
    """Whether there was a morning for its owner, or who stands in, between the last progress and that day."""
    since = _progress(item)
    return any(_somebody_hears(item, before - n * DAY) for n in range(1, (before - since).days))


def _somebody_hears(item: Item, day: date) -> bool:
    return item.owner.hears_on(day) or _is_covered(item, day)


def _is_covered(item: Item, day: date) -> bool:
    """Whether somebody who stands in for its owner hears of it on that day. The account's owner may have to, and then
    there is nobody to whom it could be said that the account's owner will hear.
    """
    away, deputy = item.owner.away_on(day), stand_in(item, day)
    if away is None or deputy is None or deputy == item.overseer:
        return False
    return deputy.hears_on(day) and falls_into(item, away, deputy)


def working_days_overdue(item: Item, today: date) -> int:
    """In the owner's working days; 0 when not overdue."""
    return item.owner.works.count_between(_due(item), today)


def waits_for_review(item: Item, today: date) -> bool:
    """Whether it has been overdue for so long that only the account's review can help."""
    return working_days_overdue(item, today) >= LAST_STEP


def _after(item: Item) -> int:
    return max(item.escalate_after, AT_LEAST if _progress(item) >= _due(item) else 1)


def _due(item: Item) -> date:
    return item.owner.works.last_until(item.due_on)


def _progress(item: Item) -> date:
    """The day of the last progress. What was done while its owner was away, and nobody stood in, they find on their
    first day back.
    """
    day = item.touched_on or item.created_on
    away = item.owner.away_on(day)
    if away is None or _is_covered(item, day):
        return day
    back_on = item.owner.works.next_after(away.last_day)
    while item.owner.away_on(back_on) is not None:
        back_on = item.owner.works.next_after(back_on)
    return back_on
