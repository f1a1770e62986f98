"""The reader of a page: their time zone, clock format, the names that they can see, and dates in their words."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

# Spelled out because strftime's names follow the machine's locale.
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOON: Final = 12
_AGO: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True)
class Reader:
    """The person who reads. `people` and `channels` map the ids that they can see to names."""

    user: str
    zone: "ZoneInfo"
    now: datetime
    people: "Mapping[str, str]" = field(default_factory=dict)
    channels: "Mapping[str, str]" = field(default_factory=dict)
    twelve_hour: bool = False

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)

    def time(self, instant: datetime, *, seconds: bool = False) -> str:
        """`14:05`, or `2:05 PM` for a twelve-hour clock."""
        there = self.local(instant)
        tail = f":{there.second:02}" if seconds else ""
        if self.twelve_hour:
            half = "AM" if there.hour < _NOON else "PM"
            return f"{there.hour % 12 or 12}:{there.minute:02}{tail} {half}"
        return f"{there.hour:02}:{there.minute:02}{tail}"

    def day(self, instant: datetime) -> str:
        """A heading for a day's messages: `Today`, `Yesterday` or `Friday, 27 November`."""
        there = self.local(instant).date()
        near = _near(there, self.today)
        return near.capitalize() if near else long_day(there, year=there.year != self.today.year)

    def moment(self, instant: datetime) -> str:
        """Day and time, short: `Fri 27 Nov 2026, 14:05`."""
        return f"{short_day(self.local(instant).date())}, {self.time(instant)}"

    def dated(self, epoch: float, pattern: str) -> str:
        """Slack's `<!date^epoch^pattern|…>`: each `{token}` in words. ValueError for an impossible instant."""
        try:
            instant = datetime.fromtimestamp(epoch, UTC)
        except (OverflowError, OSError) as impossible:
            raise ValueError("no such instant") from impossible
        words = pattern
        for token, say in _TOKENS.items():
            if token in words:
                words = words.replace(token, say(self, instant))
        return words[:1].upper() + words[1:] if pattern.startswith("{") else words


def long_day(day: date, *, year: bool = True) -> str:
    """`Friday, 27 November 2026`."""
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def short_day(day: date) -> str:
    """`Fri 27 Nov 2026`."""
    return f"{_DAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def _near(day: date, today: date) -> str | None:
    return {0: "today", -1: "yesterday", 1: "tomorrow"}.get((day - today).days)


def _ordinal(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _plain(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {_ordinal(day.day)}, {day.year}"


def _short(day: date) -> str:
    return f"{_MONTHS[day.month - 1][:3]} {day.day}, {day.year}"


def _long(day: date) -> str:
    return f"{_DAYS[day.weekday()]}, {_plain(day)}"


def _on(words: "Callable[[date], str]", *, pretty: bool = False) -> "Callable[[Reader, datetime], str]":
    def say(reader: Reader, instant: datetime) -> str:
        day = reader.local(instant).date()
        return (pretty and _near(day, reader.today)) or words(day)

    return say


def _ago(reader: Reader, instant: datetime) -> str:
    away = (reader.now - instant).total_seconds()
    size, unit = next(((size, unit) for size, unit in _AGO if abs(away) >= size), _AGO[-1])
    count = int(abs(away) // size)
    span = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{span} ago" if away >= 0 else f"in {span}"


_TOKENS: "Final[dict[str, Callable[[Reader, datetime], str]]]" = {
    "{date_num}": _on(date.isoformat),
    "{date_slash}": _on(lambda day: f"{day.month:02}/{day.day:02}/{day.year}"),
    "{date}": _on(_plain),
    "{date_short}": _on(_short),
    "{date_long}": _on(_long),
    "{date_pretty}": _on(_plain, pretty=True),
    "{date_short_pretty}": _on(_short, pretty=True),
    "{date_long_pretty}": _on(_long, pretty=True),
    "{day_divider_pretty}": _on(_long, pretty=True),
    "{time}": lambda reader, instant: reader.time(instant),
    "{time_secs}": lambda reader, instant: reader.time(instant, seconds=True),
    "{ago}": _ago,
}
