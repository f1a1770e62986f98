"""Delivery against what Slack's limits alone allow, and two workers against one.

Method: 20 workspaces, each a sandbox that answers 100 ms late and holds Slack's limits (one message a second and
channel, 240 a minute and workspace), all in a process of their own. The planner writes a brief for everybody, each
of two commitments; then a worker, in a process of its own, is told to go: the courier as it is, with a client for
each workspace and 20 threads, at our pace of 240 messages a minute and workspace.

1. 1,000 briefs, 50 in each workspace. The limits allow the first at once, then one every quarter of a second, and
   the last one arrives after the latency. Slack tolerates bursts beyond that without promising to keep what is
   sent in them, so none is counted on. The ratio is that time over the time from "go" until the last message was
   there. No call may have been refused, and nobody may have got two. In the same run a bare loop posts as many bytes
   with as many threads and no database: what boxes and client can do at all.
2. Limits off, pace 0, the same latency: 600 briefs by one worker of four threads, then by two of them on the same
   PostgreSQL, in turns (A B B A); the ratio is that of the medians.

    python bench/delivery.py [sqlite|postgresql …]      1 on each, 2 where PostgreSQL is among them
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from commit_throughput import database_of
from planner_tick import insert
from sandbox_processes import PROCESSES, TOKEN, Boxes, dm_of, slack_id

from bot import agenda, logs
from bot.courier import Courier
from bot.slack import posting_client
from store import migrate, workspaces
from store.db import Ledger
from store.outbox import claiming
from store.tables import Commitment, Mention, Outbox, Person, Side, State, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

WORKSPACES, LATENCY, PATIENCE = 20, 0.1, 300
BRIEFS, THREADS, TARGET = 1_000, 20, 0.95
FEW_BRIEFS, FEW_THREADS, TWO_TARGET = 600, 4, 1.8
ITEMS = 2
# A Tuesday, a quarter to ten in Berlin: everybody's morning has come.
NOW = datetime(2026, 11, 24, 8, 45, tzinfo=UTC)
TODAY, MORNING = date(2026, 11, 24), NOW - timedelta(minutes=10)


def main(databases: list[str]) -> None:
    with Boxes(WORKSPACES, BRIEFS // WORKSPACES) as boxes:
        for kind in databases:
            with ExitStack() as stack:
                stage = stack.enter_context(Stage(stack.enter_context(database_of(kind)), boxes, BRIEFS))
                report_limits(kind, stage)
        if "postgresql" in databases:
            with ExitStack() as stack:
                stage = stack.enter_context(Stage(stack.enter_context(database_of("postgresql")), boxes, FEW_BRIEFS))
                report_workers(stage)


def report_limits(kind: str, stage: Stage) -> None:
    pace = claiming.PACE.total_seconds()
    allowed = (BRIEFS // WORKSPACES - 1) * pace + LATENCY
    taken = stage.deliver(workers=1, threads=THREADS, pace=claiming.PACE, limits=True)
    bare = stage.bare(BRIEFS)
    print(
        f"{kind}: {BRIEFS:,} briefs to {WORKSPACES} workspaces in {taken:.1f} s, {BRIEFS / taken:.1f}/s; the limits"
        f" alone allow it in {allowed:.1f} s, ratio {allowed / taken:.3f} (target ≥ {TARGET}); a bare loop posts"
        f" {bare:.0f}/s",
        flush=True,
    )


def report_workers(stage: Stage) -> None:
    taken: dict[int, list[float]] = {1: [], 2: []}
    for workers in (1, 2, 2, 1):
        taken[workers].append(
            stage.deliver(workers=workers, threads=FEW_THREADS, pace=timedelta(0), limits=False)
        )  # fmt: skip
    one, two = (statistics.median(seconds) for seconds in taken.values())
    print(
        f"postgresql: {FEW_BRIEFS:,} briefs without limits by one worker {FEW_BRIEFS / one:.0f}/s, by two"
        f" {FEW_BRIEFS / two:.0f}/s, ratio {one / two:.2f} (target ≥ {TWO_TARGET})",
        flush=True,
    )


class Stage:
    """A ledger with people in as many workspaces as there are boxes, who have something due today."""

    def __init__(self, url: str, boxes: Boxes, people: int) -> None:
        self._url, self._boxes, self._people = url, boxes, people
        # Persons of one workspace stand together, as in the boxes, which may be larger.
        self._room = BRIEFS // WORKSPACES

    def __enter__(self) -> Self:
        self._ledger = Ledger(self._url)
        migrate.upgrade(self._ledger)
        with self._ledger.begin() as tx:
            for number in range(WORKSPACES):
                workspaces.ensure(tx, team_id=f"T{number:08}", name=f"Workspace {number}", now=MORNING)
        insert(self._ledger, Person, (self._person(number) for number in range(self._people)))
        insert(self._ledger, Commitment, (self._commitment(number) for number in range(ITEMS * self._people)))
        return self

    def __exit__(self, *_: object) -> None:
        self._ledger.close()

    def deliver(self, *, workers: int, threads: int, pace: timedelta, limits: bool) -> float:
        """Seconds from "go" until the last brief was there."""
        self._plan()
        self._boxes.behave(latency=LATENCY, limits=limits)
        job = Job(self._url, tuple(self._boxes.urls), threads, pace, time.monotonic())
        with ExitStack() as stack:
            ready = [stack.enter_context(Worker(job)) for _ in range(workers)]
            started = time.monotonic()
            for worker in ready:
                worker.go()
            while self._boxes.taken() < self._people:
                assert time.monotonic() - started < PATIENCE, f"{self._boxes.taken()} of {self._people} came"
                time.sleep(0.2)
        posts = self._boxes.posts()
        assert (len(posts.at), posts.refused, posts.doubled) == (self._people, 0, 0), posts
        return posts.at[-1] - started

    def bare(self, posts: int) -> float:
        """Posts a second of a loop with no bot around it."""
        self._boxes.behave(latency=LATENCY, limits=False)
        process = PROCESSES.Process(target=_post, args=(self._boxes.urls, posts, self._room))
        process.start()
        process.join(PATIENCE)
        at = self._boxes.posts().at
        assert len(at) == posts, len(at)
        return (len(at) - 1) / (at[-1] - at[0])

    def _plan(self) -> None:
        with self._ledger.begin() as tx:
            for table in (Mention, Outbox):
                tx.execute(sa.delete(table))
            tx.execute(sa.update(Person).values(next_brief_at=MORNING, briefed_on=None))
            # Each round's clock begins at NOW: where the last one got to would hold up this one.
            tx.execute(sa.update(Workspace).values(next_post_at=MORNING))
        assert len(agenda.plan(self._ledger, NOW)) == self._people

    def _person(self, number: int) -> dict[str, Any]:
        workspace, place = divmod(number, self._people // WORKSPACES)
        slack = workspace * self._room + place
        return {
            "workspace_id": workspace + 1, "slack_id": slack_id(slack), "name": f"Person {slack}",
            "zone": "Europe/Berlin", "next_brief_at": MORNING, "dm_channel": dm_of(slack),
        }  # fmt: skip

    def _commitment(self, number: int) -> dict[str, Any]:
        person, turn = divmod(number, ITEMS)
        workspace, place = divmod(person, self._people // WORKSPACES)
        due_on, action = TODAY - timedelta(days=turn), f"Send document {number} to the client's purchasing department"
        return {
            "workspace_id": workspace + 1, "number": place * ITEMS + turn + 1, "side": Side.OURS, "state": State.OPEN,
            "owner_id": person + 1, "creator_id": person + 1, "action": action, "first_action": action,
            "due_on": due_on, "first_due_on": due_on, "origin_key": f"command:{number}",
            "created_at": NOW - timedelta(days=9), "accepted_at": NOW - timedelta(days=9),
        }  # fmt: skip


@dataclass(frozen=True)
class Job:
    """The task of a worker. `since` is the moment (time.monotonic) at which its clock shows NOW."""

    url: str
    api_urls: tuple[str, ...]
    threads: int
    pace: timedelta
    since: float

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - self.since)


class Worker:
    """A courier in a process of its own, composed and waiting."""

    def __init__(self, job: Job) -> None:
        self._pipe, theirs = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=_work, args=(theirs, job), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        assert self._pipe.recv() == "ready"
        return self

    def go(self) -> None:
        self._pipe.send("go")

    def __exit__(self, *_: object) -> None:
        self._pipe.send("stop")
        self._process.join(30)
        assert self._process.exitcode == 0


def _work(pipe: Connection, job: Job) -> None:
    logs.configure(level="warning", style="plain", secrets=[TOKEN])
    ledger = Ledger(job.url, pool_size=2 * job.threads + 4)
    clients = {number + 1: posting_client(TOKEN, url) for number, url in enumerate(job.api_urls)}
    courier = Courier(ledger, clients.__getitem__, job.clock, pace=job.pace)
    ledger.on_outbox_change = courier.wake
    pipe.send("ready")
    pipe.recv()
    courier.start(job.threads)
    pipe.recv()
    courier.stop()
    ledger.close()


def _post(urls: list[str], posts: int, room: int) -> None:
    """Post as many messages, as large as a brief, with as many threads, and nothing else."""
    clients = [posting_client(TOKEN, url) for url in urls]
    lock = threading.Lock()
    waiting: Iterator[int] = iter(range(posts))
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 1_500}}] * 2

    def work() -> None:
        while True:
            with lock:
                number = next(waiting, None)
            if number is None:
                return
            place, workspace = divmod(number, len(urls))
            channel = dm_of(workspace * room + place)
            clients[workspace].chat_postMessage(channel=channel, text="A brief", blocks=blocks)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
