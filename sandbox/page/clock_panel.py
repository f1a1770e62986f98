"""The times of the clock panel's buttons and field."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_SATURDAY: Final = 5
# A minute after the last of the briefs that spread over the half hour from nine.
_MORNING: Final = time(9, 35)


def moved(now: datetime, zone: "ZoneInfo", to: str) -> datetime:
    """The new time: `to` is `hour`, `day`, `morning`, or the text of a date-and-time field, read in `zone`."""
    if to == "hour":
        return now + timedelta(hours=1)
    if to == "day":
        return next_day(now, zone)
    return next_working_morning(now, zone) if to == "morning" else wall_time(to, zone)


def next_working_morning(now: datetime, zone: "ZoneInfo") -> datetime:
    """The first 09:35 from Monday to Friday in `zone` that lies after `now`; aware UTC."""
    day = now.astimezone(zone).date()
    while True:
        morning = datetime.combine(day, _MORNING, zone).astimezone(UTC)
        if day.weekday() < _SATURDAY and morning > now:
            return morning
        day += timedelta(days=1)


def next_day(now: datetime, zone: "ZoneInfo") -> datetime:
    """The same time of the day, tomorrow, by the clocks of `zone`; aware UTC."""
    return (now.astimezone(zone) + timedelta(days=1)).astimezone(UTC)


def wall_time(value: str, zone: "ZoneInfo") -> datetime:
    """The instant of a date-and-time field (`2026-12-04T09:35`) in `zone`, aware UTC. Raises ValueError."""
    try:
        typed = datetime.fromisoformat(value)
    except ValueError as unread:
        raise ValueError("Choose a date and a time.") from unread
    try:
        return typed.replace(tzinfo=typed.tzinfo or zone).astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError("That date is too far away.") from beyond
