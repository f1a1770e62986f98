"""When the bot may send a person a notice: in their working hours; and when it sends the notice otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.rules.calendar.brief_times import WorkSchedule, local_day, morning
from store.rules.calendar.working_days import WorkingDays
from store.rules.nudging.readers import TAKEN_WITHIN, Away, PersonFacts

ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "America/Sao_Paulo",
)  # fmt: skip
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def absences(draw: st.DrawFn) -> Away:
    first = draw(DAYS)
    return Away(first, first + timedelta(days=draw(st.integers(0, 40))))


@st.composite
def people(draw: st.DrawFn) -> PersonFacts:
    """Any person: any hour, any week, holidays or none, perhaps away."""
    week = frozenset(draw(st.sets(st.integers(0, 6), min_size=1)))
    works = WorkingDays(week, draw(st.sampled_from((None, "DE", "US"))))
    work_schedule = WorkSchedule(
        draw(st.integers(1, 5000)), draw(st.sampled_from(ZONES)), draw(st.integers(0, 23)), works
    )
    return PersonFacts(work_schedule.person_id, work_schedule, absences=tuple(draw(st.lists(absences(), max_size=3))))


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 11, 30), timezones=st.just(UTC))


@settings(max_examples=400)
@given(people(), MOMENTS)
def test_only_at_work_and_by_daylight(one: PersonFacts, now: datetime) -> None:
    """On a working day of theirs, not while away, from the send hour on, for nine hours or until eight at most."""
    if not one.hears_at(now):
        return
    local = now.astimezone(ZoneInfo(one.work_schedule.timezone))
    assert one.hears_on(local.date())
    # The wall clock may jump over the send hour, never back before it by more than that jump.
    begun = datetime.combine(local.date(), time(one.work_schedule.send_hour), local.tzinfo).astimezone(UTC)
    assert begun <= now < begun + timedelta(hours=10)


@settings(max_examples=400)
@given(people(), MOMENTS)
def test_what_waits_goes_on_the_next_morning_at_work(one: PersonFacts, now: datetime) -> None:
    """After the brief of that morning, when it may be heard; and no earlier day at work is passed over."""
    at = one.next_notice_time(now)
    day = local_day(at - TAKEN_WITHIN, one.work_schedule.timezone)
    assert at > now + TAKEN_WITHIN
    assert at == morning(day, one.work_schedule) + TAKEN_WITHIN
    assert one.hears_at(at)
    between = (
        local_day(now, one.work_schedule.timezone) + timedelta(days=n)
        for n in range((day - local_day(now, one.work_schedule.timezone)).days)
    )
    assert not any(one.hears_on(each) and morning(each, one.work_schedule) > now for each in between)


BERLIN = PersonFacts(1, WorkSchedule(1, "Europe/Berlin", 9, WorkingDays(region="DE")))


@pytest.mark.parametrize(
    ("says", "now", "may"),
    [
        ("at nine", (2026, 11, 23, 8, 0), True),
        ("a minute before", (2026, 11, 23, 7, 59), False),
        ("just before six", (2026, 11, 23, 16, 59), True),
        ("at six", (2026, 11, 23, 17, 0), False),
        ("at night", (2026, 11, 24, 1, 0), False),
        ("on Saturday", (2026, 11, 28, 11, 0), False),
        ("on a holiday", (2026, 12, 25, 11, 0), False),
        ("on the last Friday of summer, nine", (2027, 10, 29, 7, 0), True),
        ("on the first Monday of winter, eight", (2027, 11, 1, 7, 0), False),
        ("and nine", (2027, 11, 1, 8, 0), True),
    ],
)
def test_in_berlin(says: str, now: tuple[int, ...], may: bool) -> None:
    """The hours of somebody whose briefs come at nine, from Monday to Friday."""
    assert BERLIN.hears_at(datetime(*now, tzinfo=UTC)) is may, says  # type: ignore[misc,arg-type]
