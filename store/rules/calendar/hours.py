"""The time at which a message may go to a person: in their hours, on a day on which they are at work. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from store.rules.calendar.brief_times import local_day, morning_is_on, next_morning

if TYPE_CHECKING:
    from datetime import datetime

    from store.rules.nudging.readers import PersonFacts

# A notice waits this long after the person's morning for a brief to show it, and then goes out alone. Mornings are
# spread over 30 minutes: 30 + 20 minutes lie within the hour that every morning lasts at least (brief_times.AT_LEAST).
TAKEN_WITHIN = timedelta(minutes=20)


def may_hear(one: PersonFacts, now: datetime) -> bool:
    """Whether a message may go to this person at `now` (aware).

    It may on a working day without absence, from the send hour on, as long as a brief may come (brief_times.WINDOW).
    """
    return one.away_on(local_day(now, one.work_schedule.timezone)) is None and morning_is_on(now, one.work_schedule)


def not_before(one: PersonFacts, now: datetime) -> datetime:
    """The time (UTC) at which a notice that may not come at `now` goes out alone, if no brief shows it before.

    It is TAKEN_WITHIN after this person's next morning at work.
    """
    at = next_morning(now, one.work_schedule)
    while one.away_on(local_day(at, one.work_schedule.timezone)) is not None:
        at = next_morning(at, one.work_schedule)
    return at + TAKEN_WITHIN
