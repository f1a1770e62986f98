"""The instants of weekly digests: one a week at most, at the same local hour, and never on a day off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from store.rules.calendar.brief_times import local_day, zone_of
from store.rules.calendar.working_days import working_days_of
from store.rules.weekly import next_time

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago", "UTC")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("week", ["01234", "0123", "13", "60123"])
@pytest.mark.parametrize("weekday", range(7))
def test_a_year_of_them(zone: str, week: str, weekday: int) -> None:
    """Over a year with public holidays and changes of the clock: on working days, at nine, one in each week at most.
    It is on the weekday, or later in its week, or on the last working day before it.
    """
    works = working_days_of(week, "DE")
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    found = []
    while at < datetime(2027, 11, 23, tzinfo=UTC):
        at = next_time(at, weekday, 9, zone, works)
        found.append(at)
    days = [local_day(one, zone) for one in found]
    assert all(works.works_on(day) for day in days)
    for day in days:
        if day.weekday() != weekday:
            on = day + timedelta(days=weekday - day.weekday())
            later = [on + timedelta(days=n) for n in range(7 - weekday)]
            assert not works.works_on(on)
            assert day > on or not any(map(works.works_on, later))
    assert len(days) >= 45
    assert {one.astimezone(zone_of(zone)).hour for one in found} == {9}
    assert all(a.isocalendar()[:2] != b.isocalendar()[:2] for a, b in pairwise(days))
