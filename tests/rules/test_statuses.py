"""The Slack statuses that say that a person is away, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from store.rules.statuses import Status, is_away, last_day

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("Vacationing", "palm_tree"),
        ("", "palm_tree"),
        ("", "palm_tree::skin-tone-2"),
        ("On vacation until 3 Jan", ""),
        ("Annual leave", ""),
        ("Parental leave 🍼", ""),
        ("Out sick, back tomorrow", "face_with_thermometer"),
        ("OOO", ""),
        ("Out of office", "door"),
        ("Urlaub bis 3.1.", ""),
        ("krank", ""),
        ("Elternzeit", ""),
        ("En congé", ""),
        ("en vacances !", ""),
        ("De vacaciones", ""),
        ("enferma", ""),
    ],
)
def test_away(text: str, emoji: str) -> None:
    """A holiday, an illness, a leave, in four languages."""
    assert is_away(Status(text, emoji))


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("", ""),
        ("In a meeting", "spiral_calendar_pad"),
        ("Commuting", "bus"),
        ("Working remotely", "house_with_garden"),
        ("On vacation from Monday", ""),
        ("Back from holiday", "palm_tree"),
        ("Holiday party at four", "tada"),
        ("Not on vacation", ""),
        ("leave me alone", ""),
        ("ab Montag Urlaub", ""),
        ("sickening", ""),
    ],
)
def test_not_away(text: str, emoji: str) -> None:
    """Meetings, lunches, what is still to come or over, and words that only look alike."""
    assert not is_away(Status(text, emoji))


@pytest.mark.parametrize(
    ("expires_at", "zone", "last"),
    [
        (None, "Europe/Berlin", date(2026, 11, 24)),
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), "Europe/Berlin", date(2026, 11, 30)),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "Europe/Berlin", date(2026, 11, 30)),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 30)),
        (datetime(2026, 12, 1, 3, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 30)),
        (datetime(2026, 11, 23, 11, 0, tzinfo=UTC), "Europe/Berlin", TODAY),
        (datetime(2026, 11, 20, 11, 0, tzinfo=UTC), "Europe/Berlin", date(2026, 11, 24)),
    ],
)
def test_until_when(expires_at: datetime | None, zone: str, last: date) -> None:
    """The local day of its end; midnight belongs to the day before; without an end, until the next daily look."""
    assert last_day(Status("OOO", "", expires_at), TODAY, zone, NOW) == last
