"""When somebody's working morning is: from a local day to an instant, and back. Pure."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.rules.working_days import DAY, WorkingDays

# Mornings are spread over half an hour, so that a large workspace does not ask for all of them at once.
SPREAD = timedelta(minutes=30)
# A brief that could not go out within this long after the send hour waits for the next working morning:
# nobody is nudged in the evening because a server was down at noon.
WINDOW = timedelta(hours=9)
# The same for those who want it late in the day: by this hour at the latest, but never less than an hour.
EVENING, AT_LEAST = 20, timedelta(hours=1)
# Days that are looked at for missed mornings: a clock that begins in 1970 and is set right has missed no 20,000.
_COUNTED = 366


@dataclass(frozen=True)
class Habits:
    """When and where somebody works: an IANA zone, the local send hour (0 … 23), their working days."""

    person_id: int
    zone: str
    send_hour: int
    working_days: WorkingDays


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; UTC where Slack gives one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def local_day(now: datetime, zone: str) -> date:
    """The calendar day on which `now` (aware) falls in `zone`."""
    return now.astimezone(zone_of(zone)).date()


def morning(day: date, habits: Habits) -> datetime:
    """The instant (UTC) at which this person hears from us on local `day`.

    The wall time is worked out anew for each day, never by adding 24 hours: where the clock jumps over
    it the instant moves forward, where it comes twice the first one counts (zoneinfo's fold=0).
    """
    offset = zlib.crc32(str(habits.person_id).encode()) % int(SPREAD.total_seconds())
    return _begins(day, habits) + timedelta(seconds=offset)


def morning_is_on(now: datetime, habits: Habits) -> bool:
    """Whether a brief may still go out at `now`: a working day, after the send hour, and not too late."""
    day = local_day(now, habits.zone)
    return habits.working_days.works_on(day) and _begins(day, habits) <= now < _ends(day, habits)


def next_morning(after: datetime, habits: Habits) -> datetime:
    """The first working morning (UTC instant) strictly after `after` (aware)."""
    day = local_day(after, habits.zone)
    while not habits.working_days.works_on(day) or morning(day, habits) <= after:
        day += DAY
    return morning(day, habits)


def next_brief(now: datetime, habits: Habits, looked_at: date | None) -> datetime:
    """The first working morning (UTC instant) that is not over at `now` and comes after local day `looked_at`.

    So whoever changes zone, hour or week gets today's brief, late if need be, unless they had it; and no second one
    where the calendar day comes again.
    """
    day = local_day(now, habits.zone)
    if looked_at is not None and looked_at >= day:
        day = looked_at + DAY
    while not habits.working_days.works_on(day) or _ends(day, habits) <= now:
        day += DAY
    return morning(day, habits)


def mornings_missed(since: datetime, now: datetime, habits: Habits) -> int:
    """How many working mornings from that of `since` on were over at `now` without anybody looking.

    Of more than a year, the mornings of the last one.
    """
    today = local_day(now, habits.zone)
    day = max(local_day(since, habits.zone), today - _COUNTED * DAY)
    missed = sum(habits.working_days.works_on(day + n * DAY) for n in range((today - day).days))
    return missed + (habits.working_days.works_on(today) and day <= today and _ends(today, habits) <= now)


def _begins(day: date, habits: Habits) -> datetime:
    return datetime.combine(day, time(habits.send_hour), tzinfo=zone_of(habits.zone)).astimezone(UTC)


def _ends(day: date, habits: Habits) -> datetime:
    start = _begins(day, habits)
    zone = zone_of(habits.zone)
    evening = datetime.combine(day, time(EVENING), tzinfo=zone).astimezone(UTC)
    midnight = datetime.combine(day + DAY, time(), tzinfo=zone).astimezone(UTC)
    return min(max(min(start + WINDOW, evening), start + AT_LEAST), midnight)
