"""The few ticks. APScheduler only ticks, in memory; the database decides who does what.

So any number of processes may tick at once, and a tick that is lost or late loses nothing.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.logs import log_failure
from store.db import insert_or_update
from store.outbox import claiming
from store.tables import Heartbeat

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from store.db import Ledger

log = structlog.get_logger(__name__)

PLAN_EVERY = 10
WAKE_EVERY = 1
SYNC_EVERY = 24 * 60 * 60
# The rest of a list of people that Slack's limits cut short.
READ_EVERY = 5
LINK_EVERY = 10
WATCH_EVERY = 10
# The wall clock was set back when it shows less than it did by more than this.
_HOP = timedelta(seconds=5)

# A courier that works takes what is due within seconds.
TAKEN_WITHIN = timedelta(seconds=30)

PLANNER, COURIER = "planner", "courier"


class Courier(Protocol):
    def wake(self) -> None: ...
    def clock_set_back(self) -> None: ...


class Ticking(Protocol):
    """The bot that the ticks drive: see bot/app.py."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def courier(self) -> Courier: ...
    def served(self) -> Collection[int] | None: ...
    def tick(self) -> None: ...
    def sync_people(self) -> None: ...
    def read_people(self) -> None: ...


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler is not typed
    """Fires so many seconds after the scheduler last looked, and not for the times in between.

    APScheduler's own interval lists every missed time before it runs the job once: a clock that was a year behind
    makes it list 31 million of them, with its lock held.
    """

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        del previous_fire_time
        return now + self._interval


class Schedule:
    """The ticks of one process. `work`: plan, wake the courier and sync people; `link`: look after Slack; `watch`: look
    after the ledger.

    A job that fails says so in the log and comes again; nothing that it does may end the others.
    """

    def __init__(
        self,
        makegood: Ticking,
        *,
        work: bool,
        link: Callable[[], None] | None = None,
        watch: Callable[[], None] | None = None,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._makegood = makegood
        self._work = work
        self._wall = wall
        self._seen = wall()
        self._ended = threading.Condition()
        self._running = 0
        self._stopped = False
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        if work:
            self._every(PLAN_EVERY, self.plan, "plan", at_once=True)
            self._every(WAKE_EVERY, self._wake, "wake_courier")
            self._every(SYNC_EVERY, makegood.sync_people, "sync_people")
            self._every(READ_EVERY, makegood.read_people, "read_people", at_once=True)
        if link is not None:
            self._every(LINK_EVERY, link, "slack_link")
        if watch is not None:
            self._every(WATCH_EVERY, watch, "watch_ledger", at_once=True)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self, within: float = 5.0) -> bool:
        """No further tick. One that is running has `within` seconds to end; whether it did."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        with self._ended:
            self._stopped = True
        return self.idle(within)

    def idle(self, within: float) -> bool:
        """Wait until no tick is running, at most `within` seconds; whether none is."""
        with self._ended:
            return self._ended.wait_for(lambda: self._running == 0, timeout=within)

    def jobs(self) -> list[str]:
        return [job.id for job in self._scheduler.get_jobs()]

    def detect_clock_change(self) -> bool:
        """Make all jobs and the rows of the outbox due now if the wall clock was set back. Call this every few seconds.
        Returns whether the clock was set back.
        """
        now = self._wall()
        hopped = now < self._seen - _HOP
        self._seen = now
        if hopped:
            log.warning("clock_set_back", now=now.isoformat())
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=now)
            if self._work:
                log_errors(self._makegood.courier.clock_set_back, "clock_set_back")()
        return hopped

    def plan(self) -> None:
        """Plan, wake the courier, and record the heartbeats of both."""
        put_clock_right(self._makegood)
        self._makegood.tick()
        ledger, now = self._makegood.ledger, self._makegood.clock()
        record_heartbeat(ledger, PLANNER, now)
        # A live thread proves nothing. The courier works if it has taken the rows that are due.
        with ledger.read() as tx:
            waiting_since = claiming.untaken_since(tx, now, workspaces=self._makegood.served())
        if waiting_since is None or now - waiting_since < TAKEN_WITHIN:
            record_heartbeat(ledger, COURIER, now)

    def _wake(self) -> None:
        self._makegood.courier.wake()

    def _every(self, seconds: int, job: Callable[[], None], name: str, *, at_once: bool = False) -> None:
        first = {"next_run_time": self._wall()} if at_once else {}
        step = self._counted(log_errors(job, name))
        self._scheduler.add_job(step, Every(seconds), id=name, name=name, **first)

    def _counted(self, job: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            with self._ended:
                if self._stopped:
                    return
                self._running += 1
            try:
                job()
            finally:
                with self._ended:
                    self._running -= 1
                    self._ended.notify_all()

        return run


def put_clock_right(makegood: Ticking) -> None:
    """Release the rows that a wrong clock has postponed. A heartbeat ahead of the clock shows that the clock was ahead
    and was set back, perhaps while no process ran.
    """
    now = makegood.clock()
    ahead = [at for at in last_beats(makegood.ledger).values() if at - now > claiming.LONGEST_HOLD]
    if ahead:
        log.warning("clock_was_ahead", now=now.isoformat(), seconds=round((max(ahead) - now).total_seconds()))
        makegood.courier.clock_set_back()


def log_errors(job: Callable[[], None], name: str) -> Callable[[], None]:
    """The job, with its errors logged instead of raised."""

    def run() -> None:
        started = time.monotonic()
        try:
            job()
        except Exception as error:  # noqa: BLE001  it is logged
            log_failure(name, error)
        took = time.monotonic() - started
        if took > PLAN_EVERY:
            log.warning("job_slow", job=name, seconds=round(took, 1))

    return run


def record_heartbeat(ledger: Ledger, name: str, at: datetime) -> None:
    """Record that this part of the program did its round at `at`."""
    with ledger.begin() as tx:
        insert_or_update(tx, Heartbeat, {"name": name, "at": at}, keys=("name",))


def last_beats(ledger: Ledger) -> dict[str, datetime]:
    """When each part last did its round."""
    with ledger.read() as tx:
        found = tx.scalars(sa.select(Heartbeat).where(Heartbeat.name.in_((PLANNER, COURIER))))
        return {row.name: row.at for row in found}
