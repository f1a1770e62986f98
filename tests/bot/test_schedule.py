"""The ticks: which there are, what happens when one fails, and what they leave behind."""

from __future__ import annotations

import threading
import urllib.error
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, NoReturn, Self

import pytest
import sqlalchemy as sa

from bot import agenda
from bot.schedule import COURIER, PLANNER, TAKEN_WITHIN, Schedule, last_beats, log_errors, record_heartbeat
from store import outbox, workspaces
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.db import Ledger
    from tests.bot.conftest import Log

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Ticked:
    """Stands for the courier and the planner, and counts the calls of each tick."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.courier = self
        self.now = NOW
        self.ticks = self.wakes = self.set_back = 0
        self.ticked, self.woken = threading.Event(), threading.Event()
        self.failure: Exception | None = None

    def clock(self) -> datetime:
        return self.now

    def served(self) -> None:
        """Every workspace."""

    def tick(self) -> None:
        self.ticks += 1
        self.ticked.set()
        if self.failure:
            raise self.failure

    def wake(self) -> None:
        self.wakes += 1
        self.woken.set()

    def clock_set_back(self) -> None:
        self.set_back += 1
        if self.failure:
            raise self.failure

    def sync_people(self) -> None:
        """Nothing to do here."""

    def read_people(self) -> None:
        """Nothing to do here."""


@pytest.fixture
def ticked(ledger: Ledger) -> Ticked:
    return Ticked(ledger)


@pytest.fixture
def schedule(ticked: Ticked) -> Iterator[Schedule]:
    found = Schedule(ticked, work=True)
    yield found
    found.stop()


def test_a_worker_plans_wakes_and_syncs(schedule: Schedule) -> None:
    """A worker runs these four jobs, and none per commitment or person."""
    assert set(schedule.jobs()) == {"plan", "wake_courier", "sync_people", "read_people"}


def test_a_web_process_only_looks_after_slack(ticked: Ticked) -> None:
    """A web process only checks Slack; a worker in another process does the rest."""
    assert Schedule(ticked, work=False, link=lambda: None).jobs() == ["slack_link"]


def test_a_late_tick_is_done_once(schedule: Schedule) -> None:
    """However late it is, and however many were missed; never twice at the same time."""
    schedule.start()
    for job in schedule._scheduler.get_jobs():
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)


def test_the_first_round_is_at_once(schedule: Schedule, ticked: Ticked) -> None:
    """And the courier is woken every second from then on."""
    schedule.start()
    assert ticked.ticked.wait(30)
    assert ticked.woken.wait(30)


def test_nothing_ticks_after_the_stop(schedule: Schedule, ticked: Ticked) -> None:
    """Stopping twice is as good as once."""
    schedule.start()
    assert ticked.ticked.wait(30)
    schedule.stop()
    assert not schedule._scheduler.running
    schedule.stop()


def test_the_stop_waits_for_a_round_that_is_on(ledger: Ledger) -> None:
    """So long as it is told to, and says whether it ended."""

    class Held(Ticked):
        def __init__(self) -> None:
            super().__init__(ledger)
            self.go = threading.Event()

        def tick(self) -> None:
            super().tick()
            assert self.go.wait(30)

    held = Held()
    schedule = Schedule(held, work=True)
    schedule.start()
    assert held.ticked.wait(30)
    assert schedule.stop(within=0) is False
    held.go.set()
    assert schedule.stop(within=10) is True


def test_a_round_leaves_heartbeats(schedule: Schedule, ticked: Ticked) -> None:
    """The planner's, and the courier's where nothing has been waiting for long."""
    schedule.plan()
    assert last_beats(ticked.ledger) == {PLANNER: NOW, COURIER: NOW}
    ticked.now += timedelta(seconds=10)
    schedule.plan()
    assert last_beats(ticked.ledger) == {PLANNER: ticked.now, COURIER: ticked.now}


def test_a_courier_that_takes_nothing_has_no_heartbeat(schedule: Schedule, ticked: Ticked) -> None:
    """Threads that are alive prove nothing; what is due must be taken."""
    with ticked.ledger.begin() as tx:
        workspace = workspaces.ensure(tx, team_id="T1", name="T", now=NOW)
        outbox.enqueue(tx, workspace_id=workspace.id, key="k", kind=OutboxKind.BRIEF, now=NOW)
    ticked.now = NOW + TAKEN_WITHIN - timedelta(seconds=1)
    schedule.plan()
    taken = last_beats(ticked.ledger)[COURIER]
    ticked.now = NOW + TAKEN_WITHIN
    schedule.plan()
    assert last_beats(ticked.ledger) == {PLANNER: ticked.now, COURIER: taken}


def test_a_round_that_fails_leaves_no_heartbeat(schedule: Schedule, ticked: Ticked) -> None:
    """/readyz must see it."""
    ticked.failure = sa.exc.OperationalError("x", {}, Exception("gone"))
    log_errors(schedule.plan, "plan")()
    assert last_beats(ticked.ledger) == {}


def test_a_beat_replaces_the_one_before(ledger: Ledger) -> None:
    """A new heartbeat replaces the old one: one row for each part, on both databases."""
    record_heartbeat(ledger, PLANNER, NOW)
    record_heartbeat(ledger, PLANNER, NOW + timedelta(seconds=10))
    assert last_beats(ledger) == {PLANNER: NOW + timedelta(seconds=10)}


@pytest.mark.parametrize(
    "failure",
    [
        sa.exc.OperationalError("SELECT", {"action": "lunch"}, Exception("server closed")),
        urllib.error.URLError("no route"),
        TimeoutError("timed out"),
    ],
)
def test_what_a_network_does_is_told_without_a_trace(log: Log, failure: Exception) -> None:
    """A network error is logged in one line without a traceback, and the next tick comes."""

    def fail() -> None:
        raise failure

    log_errors(fail, "plan")()
    (event,) = log.events("job_failed")
    assert (event["job"], event["error"]) == ("plan", type(failure).__name__)
    assert "exception" not in event
    assert "lunch" not in log.text


def test_a_bug_is_told_with_its_trace(log: Log) -> None:
    """A bug is logged with its traceback, and the next tick still comes."""

    def fail() -> None:
        raise AssertionError("never so")

    log_errors(fail, "plan")()
    (event,) = log.events("job_failed")
    assert "never so" in event["exception"]


def test_an_entry_that_fails_does_not_hold_up_the_others(
    ledger: Ledger, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entries behind it plan, the tick fails with the first error, and the log has the others."""
    errors, batches, planned = iter(("first", "second")), iter((["brief:1"], None)), list[list[str]]()

    def fail(*_: object, **__: object) -> NoReturn:
        raise AssertionError(next(errors))

    monkeypatch.setattr(agenda, "AGENDA", (fail, lambda *_, **__: next(batches), fail))
    with pytest.raises(AssertionError, match="first"):
        planned.extend(agenda.in_batches(ledger, NOW))
    assert planned == [["brief:1"]]
    (event,) = log.events("job_failed")
    assert "second" in event["exception"]


class Clock(datetime):
    """The wall clock that APScheduler reads; it shows `shows`."""

    shows = NOW

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(cls.shows.timestamp(), tz)


@pytest.mark.parametrize("wrong", [datetime(1970, 1, 1, tzinfo=UTC), NOW - timedelta(days=365)])
def test_however_far_the_clock_jumps_a_job_has_one_time(
    ticked: Ticked, monkeypatch: pytest.MonkeyPatch, wrong: datetime
) -> None:
    """Set right after years it is due once, now, and then in its own time; nothing lists what was missed."""
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Clock)
    Clock.shows = wrong
    schedule = Schedule(ticked, work=True, wall=lambda: Clock.shows)
    schedule._scheduler.start(paused=True)
    Clock.shows = NOW
    for job in schedule._scheduler.get_jobs():
        assert len(job._get_run_times(NOW)) == 1
    schedule._scheduler.resume()
    assert ticked.ticked.wait(30)
    assert ticked.woken.wait(30)
    assert schedule.stop(within=10) is True
    assert ticked.ticks == 1


def test_a_clock_set_back_delays_nothing(ticked: Ticked) -> None:
    """All jobs are due at once then, not when the clock has caught up."""
    wall = NOW
    schedule = Schedule(ticked, work=True, wall=lambda: wall)
    schedule._scheduler.start(paused=True)
    wall = NOW + timedelta(seconds=5)
    assert schedule.detect_clock_change() is False
    wall = NOW - timedelta(hours=1)
    assert schedule.detect_clock_change() is True
    assert {job.next_run_time for job in schedule._scheduler.get_jobs()} == {wall}
    assert ticked.set_back == 1
    assert schedule.detect_clock_change() is False
    assert ticked.set_back == 1
    # An error of the outbox does not end the process.
    ticked.failure, wall = OSError("no"), NOW - timedelta(hours=2)
    assert schedule.detect_clock_change() is True
    assert ticked.set_back == 2
    schedule.stop()
