"""Mornings: a local time on a working day of the person's zone, once a local day, after any change of clock or zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.calendar.brief_times import (
    SPREAD,
    WorkSchedule,
    local_day,
    morning,
    morning_is_on,
    mornings_missed,
    next_brief,
    next_morning,
    zone_of,
)
from store.rules.calendar.working_days import WorkingDays

BERLIN = WorkSchedule(7, "Europe/Berlin", 9, WorkingDays())
EVERY_DAY = WorkingDays(frozenset(range(7)))

weeks = st.sets(st.integers(0, 6), min_size=1).map(lambda days: WorkingDays(frozenset(days)))
zones = st.sampled_from(sorted(available_timezones() - {"localtime"}))
instants = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
work_schedule = st.builds(WorkSchedule, st.integers(1, 10**6), zones, st.integers(0, 23), weeks)


def utc(*instant: int) -> datetime:
    return datetime(*instant, tzinfo=UTC)  # type: ignore[misc,arg-type]


def start_of(day: date, work_schedule: WorkSchedule) -> datetime:
    return datetime(
        day.year, day.month, day.day, work_schedule.send_hour, tzinfo=ZoneInfo(work_schedule.timezone)
    ).astimezone(UTC)


@given(work_schedule, instants)
def test_mornings_are_working_mornings(work_schedule: WorkSchedule, now: datetime) -> None:
    """In every zone and week the next morning is later, on a working day, and within half an hour of the hour."""
    found = next_morning(now, work_schedule)
    day = found.astimezone(ZoneInfo(work_schedule.timezone)).date()
    assert found > now
    assert work_schedule.working_days.works_on(day)
    assert morning_is_on(found, work_schedule)
    assert timedelta(0) <= found - start_of(day, work_schedule) < SPREAD


@given(work_schedule, instants)
def test_mornings_follow_each_other_without_a_gap(work_schedule: WorkSchedule, now: datetime) -> None:
    """From morning to morning each working day comes once, over every clock change."""
    at = next_morning(now, work_schedule)
    for _ in range(8):
        after = next_morning(at, work_schedule)
        day, next_day = local_day(at, work_schedule.timezone), local_day(after, work_schedule.timezone)
        assert after > at
        # Samoa and a few islands once dropped a day altogether; no zone does in these years.
        assert work_schedule.working_days.count_between(day, next_day) == 1
        at = after


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        # Spring forward and fall back, on the day of the change and around it.
        ("Europe/Berlin", date(2026, 3, 28), (2026, 3, 28, 8, 0)),
        ("Europe/Berlin", date(2026, 3, 29), (2026, 3, 29, 7, 0)),
        ("Europe/Berlin", date(2026, 10, 24), (2026, 10, 24, 7, 0)),
        ("Europe/Berlin", date(2026, 10, 25), (2026, 10, 25, 8, 0)),
        ("America/New_York", date(2026, 3, 7), (2026, 3, 7, 14, 0)),
        ("America/New_York", date(2026, 3, 8), (2026, 3, 8, 13, 0)),
        ("America/New_York", date(2026, 10, 31), (2026, 10, 31, 13, 0)),
        ("America/New_York", date(2026, 11, 1), (2026, 11, 1, 14, 0)),
        # Half an hour only, and the other half of the year.
        ("Australia/Lord_Howe", date(2026, 4, 4), (2026, 4, 3, 22, 0)),
        ("Australia/Lord_Howe", date(2026, 4, 5), (2026, 4, 4, 22, 30)),
        ("Australia/Lord_Howe", date(2026, 10, 3), (2026, 10, 2, 22, 30)),
        ("Australia/Lord_Howe", date(2026, 10, 4), (2026, 10, 3, 22, 0)),
    ],
)
def test_nine_is_nine_on_both_sides_of_a_clock_change(zone: str, day: date, expected: tuple[int, ...]) -> None:
    """The send hour is a wall time: its instant follows the zone's offset of that day."""
    work_schedule = WorkSchedule(7, zone, 9, EVERY_DAY)
    assert utc(*expected) <= morning(day, work_schedule) < utc(*expected) + SPREAD
    assert morning(day, work_schedule).astimezone(ZoneInfo(zone)).hour == 9


@pytest.mark.parametrize(
    ("zone", "day", "hour", "expected"),
    [
        # The hour that is left out moves on, the hour that comes twice counts once, the first time.
        ("Europe/Berlin", date(2026, 3, 29), 2, (2026, 3, 29, 1, 0)),
        ("Europe/Berlin", date(2026, 10, 25), 2, (2026, 10, 25, 0, 0)),
        ("America/New_York", date(2026, 3, 8), 2, (2026, 3, 8, 7, 0)),
        ("America/New_York", date(2026, 11, 1), 1, (2026, 11, 1, 5, 0)),
        ("Australia/Lord_Howe", date(2026, 10, 4), 2, (2026, 10, 3, 15, 30)),
    ],
)
def test_an_hour_that_is_not_there_or_comes_twice(zone: str, day: date, hour: int, expected: tuple[int, ...]) -> None:
    """A person with a send hour of two at night has one morning on that day as on any other."""
    work_schedule = WorkSchedule(7, zone, hour, EVERY_DAY)
    assert utc(*expected) <= morning(day, work_schedule) < utc(*expected) + SPREAD
    assert local_day(next_morning(morning(day, work_schedule), work_schedule), zone) == day + timedelta(days=1)


@given(work_schedule, instants, st.one_of(st.none(), st.integers(-3, 3)))
def test_the_next_brief_is_neither_at_night_nor_on_a_day_that_was_looked_at(
    work_schedule: WorkSchedule, now: datetime, looked: int | None
) -> None:
    """It comes on a working day after the one that was looked at, and today only while its morning is on."""
    looked_at = None if looked is None else local_day(now, work_schedule.timezone) + timedelta(days=looked)
    found = next_brief(now, work_schedule, looked_at)
    assert morning_is_on(found, work_schedule)
    assert looked_at is None or local_day(found, work_schedule.timezone) > looked_at
    assert found > now or morning_is_on(now, work_schedule)


# Somebody moves, changes their hour or their week; or hours pass, and the planner looks or is down.
steps = st.lists(
    st.one_of(zones, weeks, st.integers(0, 23), st.timedeltas(timedelta(minutes=1), timedelta(hours=40))), max_size=30
)


@given(work_schedule, instants, steps)
def test_no_change_gives_a_local_day_twice(work_schedule: WorkSchedule, now: datetime, steps: list[object]) -> None:
    """After each change and at each look, the days only increase, on working mornings."""
    looked_at, due = None, next_morning(now, work_schedule)
    for step in steps:
        if isinstance(step, timedelta):
            now += step
        else:
            work_schedule = _changed(work_schedule, step)
            due = next_brief(now, work_schedule, looked_at)
        if due > now:
            continue
        if morning_is_on(now, work_schedule):
            day = local_day(now, work_schedule.timezone)
            # Only where a calendar day comes again, west of the date line, is it known already.
            assert looked_at is None or day > looked_at
            assert work_schedule.working_days.works_on(day)
            looked_at = day
        due = next_brief(now, work_schedule, looked_at)
        assert due > now


def _changed(work_schedule: WorkSchedule, step: object) -> WorkSchedule:
    zone = step if isinstance(step, str) else work_schedule.timezone
    hour = step if isinstance(step, int) else work_schedule.send_hour
    return WorkSchedule(
        work_schedule.person_id, zone, hour, step if isinstance(step, WorkingDays) else work_schedule.working_days
    )


@given(work_schedule, instants, zones)
def test_a_move_skips_no_day_whose_morning_is_on(work_schedule: WorkSchedule, now: datetime, zone: str) -> None:
    """A person who arrives during the morning and was not looked at that day is looked at now."""
    moved = _changed(work_schedule, zone)
    day = local_day(now, zone)
    if morning_is_on(now, moved):
        assert local_day(next_brief(now, moved, day - timedelta(days=1)), zone) == day
    assert local_day(next_brief(now, moved, day), zone) > day


@pytest.mark.parametrize(
    ("hour", "until"), [(0, 9), (6, 15), (9, 18), (11, 20), (16, 20), (19, 20), (20, 21), (22, 23), (23, 24)]
)
def test_a_late_brief_does_not_come_at_night(hour: int, until: int) -> None:
    """Nine hours after the send hour, or by eight in the evening, it waits for the next morning; an hour it has."""
    work_schedule = WorkSchedule(7, "UTC", hour, EVERY_DAY)
    last = utc(2026, 11, 23) + timedelta(hours=until)
    assert morning_is_on(last - timedelta(seconds=1), work_schedule)
    assert not morning_is_on(last, work_schedule) or until == 24
    assert not morning_is_on(utc(2026, 11, 23, hour) - timedelta(seconds=1), work_schedule) or hour == 0


@pytest.mark.parametrize(
    ("since", "now", "missed"),
    [
        (utc(2026, 11, 23, 8, 5), utc(2026, 11, 23, 9), 0),
        (utc(2026, 11, 23, 8, 5), utc(2026, 11, 23, 17, 30), 1),
        (utc(2026, 11, 23, 8, 5), utc(2026, 11, 26, 9), 3),
        (utc(2026, 11, 20, 8, 5), utc(2026, 11, 22, 12), 1),
        (utc(2026, 11, 20, 8, 5), utc(2026, 11, 23, 23), 2),
        (utc(1970, 1, 1), utc(2026, 11, 23, 8), 260),
    ],
)
def test_how_many_mornings_were_missed(since: datetime, now: datetime, missed: int) -> None:
    """Working mornings that were over before anybody looked; that which is on still is not one of them."""
    assert mornings_missed(since, now, BERLIN) == missed


def test_an_unknown_zone_is_utc() -> None:
    """A person whose zone this machine does not know still gets mentions, by UTC."""
    assert zone_of("Mars/Olympus").key == "UTC"
    assert zone_of("../../etc/passwd").key == "UTC"
