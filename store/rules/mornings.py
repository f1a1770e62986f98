"""When somebody's working morning is: from a local day to an instant, and back. Pure."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.rules.working_days import DAY, WorkingDays

# Mornings are spread over half an hour, so that a large workspace does not ask for all of them at once.
SPREAD = timedelta(minutes=30)
# A brief that could not go out within this long after the send hour waits for the next working morning:
# nobody is nudged in the evening because a server was down at noon.
WINDOW = timedelta(hours=9)


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; UTC where Slack gives one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def local_day(now: datetime, zone: str) -> date:
    """The calendar day on which `now` (aware) falls in `zone`."""
    return now.astimezone(zone_of(zone)).date()


def morning(day: date, zone: str, send_hour: int, person_id: int) -> datetime:
    """The instant (UTC) at which this person hears from us on local `day`.

    The wall time is worked out anew for each day, never by adding 24 hours: where the clock jumps over
    it the instant moves forward, where it comes twice the first one counts (zoneinfo's fold=0).
    """
    offset = zlib.crc32(str(person_id).encode()) % int(SPREAD.total_seconds())
    wall = datetime.combine(day, time(send_hour), tzinfo=zone_of(zone))
    return wall.astimezone(UTC) + timedelta(seconds=offset)


def next_morning(after: datetime, zone: str, send_hour: int, working_days: WorkingDays, person_id: int) -> datetime:
    """The first working morning (UTC instant) strictly after `after` (aware)."""
    day = local_day(after, zone)
    while not working_days.works_on(day) or morning(day, zone, send_hour, person_id) <= after:
        day += DAY
    return morning(day, zone, send_hour, person_id)


def morning_is_on(now: datetime, zone: str, send_hour: int, working_days: WorkingDays) -> bool:
    """Whether a brief may still go out at `now`: a working day, after the send hour, within WINDOW."""
    day = local_day(now, zone)
    if not working_days.works_on(day):
        return False
    start = datetime.combine(day, time(send_hour), tzinfo=zone_of(zone)).astimezone(UTC)
    return start <= now < start + WINDOW
