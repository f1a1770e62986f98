"""Working days, mornings and occasions: tables of numbers, and properties over all zones and weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import BadInputError
from store.rules.mentions import OVERDUE_STEPS, days_overdue, occasion
from store.rules.mornings import SPREAD, local_day, morning, morning_is_on, next_morning, zone_of
from store.rules.working_days import WorkingDays, check_region

WEEK = WorkingDays()
SUNDAY_TO_THURSDAY = WorkingDays(frozenset({6, 0, 1, 2, 3}))
BAVARIA = WorkingDays(region="DE-BY")


@pytest.mark.parametrize(
    ("works", "day", "expected"),
    [
        (WEEK, date(2026, 11, 20), True),
        (WEEK, date(2026, 11, 21), False),
        (SUNDAY_TO_THURSDAY, date(2026, 11, 20), False),
        (SUNDAY_TO_THURSDAY, date(2026, 11, 22), True),
        (BAVARIA, date(2026, 12, 25), False),
        (BAVARIA, date(2027, 1, 6), False),
        (WorkingDays(region="DE"), date(2027, 1, 6), True),
    ],
)
def test_working_days(works: WorkingDays, day: date, expected: object) -> None:
    """Weekends, other working weeks, and holidays of a country and of its parts."""
    assert works.works_on(day) is expected


@pytest.mark.parametrize("region", ["XX", "DE-ZZ", "Germany?", "-"])
def test_an_unknown_region_is_refused_in_words(region: str) -> None:
    """A region without known holidays is refused at its field, with examples."""
    with pytest.raises(BadInputError, match="Examples: DE"):
        check_region(region)


# Due on Friday 27 November 2026; Mondays are 16, 23, 30 November and 7 December.
@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 19), None),
        (date(2026, 11, 20), "soon"),
        (date(2026, 11, 25), "soon"),
        (date(2026, 11, 26), "eve"),
        (date(2026, 11, 27), "today"),
        (date(2026, 11, 30), "overdue-1"),
        (date(2026, 12, 1), "overdue-1"),
        (date(2026, 12, 2), "overdue-3"),
        (date(2026, 12, 8), "overdue-7"),
        (date(2026, 12, 18), "overdue-15"),
        (date(2027, 1, 8), "overdue-30"),
        (date(2027, 2, 19), "overdue-60"),
        (date(2027, 4, 2), "overdue-90"),
        (date(2028, 4, 3), "overdue-90"),
    ],
)
def test_occasions_of_a_friday(today: date, expected: str | None) -> None:
    """A week ahead, the day before, the day itself, then 1, 3, 7, 15, 30, 60 and 90 working days overdue."""
    assert occasion(date(2026, 11, 27), today, WEEK) == expected


@pytest.mark.parametrize(
    ("due", "today", "expected"),
    [
        (date(2026, 11, 28), date(2026, 11, 27), "today"),
        (date(2026, 11, 29), date(2026, 11, 26), "eve"),
        (date(2026, 11, 29), date(2026, 11, 30), "overdue-1"),
        (date(2026, 12, 25), date(2026, 12, 24), "today"),
        (date(2026, 12, 28), date(2026, 12, 24), "eve"),
    ],
)
def test_what_falls_on_a_day_off_is_asked_for_before(due: date, today: date, expected: str) -> None:
    """Weekends and holidays pull the question forward, never back; overdue begins on the next working day."""
    works = WorkingDays(region="DE")
    assert occasion(due, today, works) == expected


weeks = st.sets(st.integers(0, 6), min_size=1).map(lambda days: WorkingDays(frozenset(days)))
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
zones = st.sampled_from(sorted(available_timezones() - {"localtime"}))


@given(days, weeks)
def test_occasions_never_go_back(due: date, works: WorkingDays) -> None:
    """Walking through a person's working days, occasions only ever advance, and each step is reached."""
    order = [None, "soon", "eve", "today", *(f"overdue-{step}" for step in OVERDUE_STEPS)]
    day, seen = works.next_after(due - timedelta(days=15)), []
    for _ in range(130):
        seen.append(order.index(occasion(due, day, works)))
        day = works.next_after(day)
    assert seen == sorted(seen)
    assert set(order[3:]) <= {order[at] for at in seen}


@given(
    zones, weeks, st.integers(0, 23), st.integers(1, 10**6), st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1))
)
def test_mornings_are_working_mornings(zone: str, works: WorkingDays, hour: int, person: int, at: datetime) -> None:
    """In every zone and week the next morning is later, on a working day, and within half an hour of the hour."""
    now = at.replace(tzinfo=UTC)
    found = next_morning(now, zone, hour, works, person)
    local = found.astimezone(ZoneInfo(zone))
    assert found > now
    assert works.works_on(local.date())
    assert morning_is_on(found, zone, hour, works)
    wall = datetime.combine(local.date(), datetime.min.time().replace(hour=hour), tzinfo=ZoneInfo(zone))
    assert timedelta(0) <= found - wall.astimezone(UTC) < SPREAD


@given(zones, st.integers(0, 20), st.integers(1, 10**6), days)
def test_one_morning_a_local_day(zone: str, hour: int, person: int, day: date) -> None:
    """Going from morning to morning gives each working day once, over every clock change."""
    works, at = WorkingDays(frozenset(range(7))), morning(day, zone, hour, person)
    for n in range(1, 8):
        at = next_morning(at, zone, hour, works, person)
        gap = (local_day(at, zone) - day).days
        # Samoa and a few islands once dropped a day altogether; no zone does in these years.
        assert gap == n


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/Berlin", date(2026, 3, 27), 8),
        ("Europe/Berlin", date(2026, 3, 30), 7),
        ("Europe/Berlin", date(2026, 10, 26), 8),
        ("America/New_York", date(2026, 3, 9), 13),
        ("America/New_York", date(2026, 11, 2), 14),
    ],
)
def test_nine_is_nine_on_both_sides_of_a_clock_change(zone: str, day: date, utc: int) -> None:
    """The send hour is a wall time: its instant follows the zone's offset of that day."""
    start = datetime(day.year, day.month, day.day, utc, tzinfo=UTC)
    assert start <= morning(day, zone, 9, 7) < start + SPREAD


def test_an_unknown_zone_is_utc() -> None:
    """A zone that this machine does not know must not keep a person from being reminded."""
    assert zone_of("Mars/Olympus").key == "UTC"
    assert zone_of("../../etc/passwd").key == "UTC"


def test_days_overdue_are_calendar_days() -> None:
    """People count calendar days."""
    assert days_overdue(date(2026, 11, 20), date(2026, 11, 23)) == 3
    assert days_overdue(date(2026, 11, 24), date(2026, 11, 23)) == 0
