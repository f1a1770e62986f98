"""The time of a person's working morning: from a local day to an instant, and back. Pure."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store.rules.calendar.working_days import DAY, WorkingDays

# Mornings are spread over 30 minutes, so that the briefs of a large workspace do not all fall due at once.
SPREAD = timedelta(minutes=30)
# A brief that could not be sent within this time after the send hour waits for the next working morning:
# a server that was down at noon must not cause a brief in the evening.
WINDOW = timedelta(hours=9)
# The limit for a late send hour: 20:00 local time, but at least one hour after the send hour.
EVENING, AT_LEAST = 20, timedelta(hours=1)
# Missed mornings are counted over this many days at most: a clock that starts in 1970 would count 20,000 days.
_COUNTED = 366


@dataclass(frozen=True)
class WorkSchedule:
    """A person's IANA zone, local send hour (0 … 23) and working days."""

    person_id: int
    timezone: str
    send_hour: int
    working_days: WorkingDays


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; UTC if this machine does not know the name that Slack gives."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def local_day(now: datetime, zone: str) -> date:
    """The calendar day on which `now` (aware) falls in that zone."""
    return now.astimezone(zone_of(zone)).date()


def morning(day: date, work_schedule: WorkSchedule) -> datetime:
    """The instant (UTC) at which this person's brief is due on local `day`.

    The local time is converted for each day, never by adding 24 hours. If the clock skips the local time, the
    instant moves forward. If the local time comes twice, the first one counts (zoneinfo's fold=0).
    """
    offset = zlib.crc32(str(work_schedule.person_id).encode()) % int(SPREAD.total_seconds())
    return _begins(day, work_schedule) + timedelta(seconds=offset)


def morning_is_on(now: datetime, work_schedule: WorkSchedule) -> bool:
    """Whether a brief may be sent at `now` (aware): on a working day, from the send hour on, and not too late."""
    day = local_day(now, work_schedule.timezone)
    return work_schedule.working_days.works_on(day) and _begins(day, work_schedule) <= now < _ends(day, work_schedule)


def next_morning(after: datetime, work_schedule: WorkSchedule) -> datetime:
    """The first working morning (UTC instant) strictly after `after` (aware)."""
    day = local_day(after, work_schedule.timezone)
    while not work_schedule.working_days.works_on(day) or morning(day, work_schedule) <= after:
        day += DAY
    return morning(day, work_schedule)


def next_brief(now: datetime, work_schedule: WorkSchedule, looked_at: date | None) -> datetime:
    """The first working morning (UTC instant) that is not over at `now` and comes after local day `looked_at`.

    After a change of zone, hour or week a person still gets today's brief, if necessary late, unless they had it.
    They get no second brief if a calendar day comes twice.
    """
    day = local_day(now, work_schedule.timezone)
    if looked_at is not None and looked_at >= day:
        day = looked_at + DAY
    while not work_schedule.working_days.works_on(day) or _ends(day, work_schedule) <= now:
        day += DAY
    return morning(day, work_schedule)


def mornings_missed(since: datetime, now: datetime, work_schedule: WorkSchedule) -> int:
    """The number of working mornings, from that of `since` on, that were over at `now`.

    The last 366 days and today are counted, and no earlier day.
    """
    today = local_day(now, work_schedule.timezone)
    day = max(local_day(since, work_schedule.timezone), today - _COUNTED * DAY)
    missed = sum(work_schedule.working_days.works_on(day + n * DAY) for n in range((today - day).days))
    return missed + (work_schedule.working_days.works_on(today) and day <= today and _ends(today, work_schedule) <= now)


def _begins(day: date, work_schedule: WorkSchedule) -> datetime:
    return datetime.combine(day, time(work_schedule.send_hour), tzinfo=zone_of(work_schedule.timezone)).astimezone(UTC)


def _ends(day: date, work_schedule: WorkSchedule) -> datetime:
    start = _begins(day, work_schedule)
    zone = zone_of(work_schedule.timezone)
    evening = datetime.combine(day, time(EVENING), tzinfo=zone).astimezone(UTC)
    midnight = datetime.combine(day + DAY, time(), tzinfo=zone).astimezone(UTC)
    return min(max(min(start + WINDOW, evening), start + AT_LEAST), midnight)
