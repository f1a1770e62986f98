"""When somebody may hear something by itself: in their hours, on a day on which they are at work. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from store.rules.mornings import local_day, morning_is_on, next_morning

if TYPE_CHECKING:
    from datetime import datetime

    from store.rules.readers import Somebody

# What waits for a brief goes by itself if none has taken it so long after that person's morning. With the half hour
# over which mornings are spread that is within the hour that every morning lasts at least.
TAKEN_WITHIN = timedelta(minutes=20)


def may_hear(one: Somebody, now: datetime) -> bool:
    """Whether something may come to them at `now` (aware): a working day of theirs on which they are not away, from
    their send hour on, for as long as a brief may come (see mornings.WINDOW).
    """
    return one.away_on(local_day(now, one.habits.zone)) is None and morning_is_on(now, one.habits)


def not_before(one: Somebody, now: datetime) -> datetime:
    """When what may not come at `now` goes by itself, unless a brief has taken it: after the next morning (UTC) on
    which they are at work.
    """
    at = next_morning(now, one.habits)
    while one.away_on(local_day(at, one.habits.zone)) is not None:
        at = next_morning(at, one.habits)
    return at + TAKEN_WITHIN
