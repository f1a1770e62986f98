"""Dates in a reader's words, and the times of the clock panel."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sandbox.page.clock_panel import next_day, next_working_morning, wall_time
from sandbox.reader import Reader

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{date_num}", "2026-11-20"),
        ("{date}", "November 20th, 2026"),
        ("{date_short}", "Nov 20, 2026"),
        ("{date_long}", "Friday, November 20th, 2026"),
        ("due {date_pretty}", "due today"),
        ("{date_short_pretty} {time}", "Today 10:00"),
        ("{time_secs}", "10:00:00"),
        ("{ago}", "In 1 hour"),
    ],
)
def test_dates_are_told_in_the_readers_zone(pattern: str, words: str) -> None:
    """Each of Slack's date tokens, seen from Berlin at nine."""
    assert Reader("U0EVA", BERLIN, NOW).dated(NOW.timestamp() + 3600, pattern) == words


def test_americans_read_twelve_hours() -> None:
    """Half past midnight and noon, by twelve hours."""
    reader = Reader("U0BEN", ZoneInfo("America/New_York"), NOW, twelve_hour=True)
    assert reader.time(datetime(2026, 11, 20, 5, 30, tzinfo=UTC)) == "12:30 AM"
    assert reader.time(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)) == "12:00 PM"


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-20T08:59", "2026-11-20T09:35"),
        ("2026-11-20T09:35", "2026-11-23T09:35"),
        ("2026-11-21T03:00", "2026-11-23T09:35"),
        ("2026-11-23T12:00", "2026-11-24T09:35"),
        ("2026-10-23T23:00", "2026-10-26T09:35"),
    ],
)
def test_the_next_working_morning(now: str, morning: str) -> None:
    """09:35 of the next working day by Berlin's clocks, the same day when it is still ahead."""
    assert next_working_morning(wall_time(now, BERLIN), BERLIN) == wall_time(morning, BERLIN)


def test_the_next_day_keeps_the_time_over_a_clock_change() -> None:
    """Twenty-five hours pass between two Saturdays' and Sundays' noons in October."""
    noon = wall_time("2026-10-24T12:00", BERLIN)
    assert (next_day(noon, BERLIN) - noon).total_seconds() == 25 * 3600


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-13-01T00:00", "0001-01-01T00:00"])
def test_a_clock_is_not_set_to_nonsense(typed: str) -> None:
    """An invalid date and time is refused with a message."""
    with pytest.raises(ValueError, match=r"Choose a date and a time|too far away"):
        wall_time(typed, BERLIN)
