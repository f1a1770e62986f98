"""Real workers under every fault there is, killed and frozen; what comes of it is counted in the sandbox.

The messages wait in the outbox before the workers start. A message is doubled if its key stands in Slack twice, or
its words twice with one person; it is lost if it stands nowhere when nothing waits any more.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from bot.app import compose
from bot.manifest import for_address
from bot.settings import given
from sandbox import NORTHWIND, ChannelSeed, Clock, Sandbox, Seed, User
from store import accounts, commitments, people, reviews
from store.commitments import Draft
from store.tables import Lane, Outbox, OutboxState, Review

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from sandbox import Message
    from store.tables import Person

ROOT = Path(__file__).parents[2]
TOKEN = "xoxb-torture-0123456789"
# A Monday, eleven in Berlin: nobody's morning comes while it runs.
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
_DIGEST, _MINUTES = "Review of ", "Minutes of "
_ABOUT_REVIEWS = (_DIGEST, "The review of ", _MINUTES)
POST, HISTORY, OPEN, UPDATE = "chat.postMessage", "conversations.history", "conversations.open", "chat.update"


@dataclass(frozen=True)
class Times:
    """The protocol's times, shortened, in seconds. Slack accepts `late` after the beginning of a call, which is after
    the client has given up (`post`) and before anybody looks (`grace`).
    """

    lease: float = 8.0
    grace: float = 4.0
    post: int = 1
    late: float = 1.6
    lag: float = 0.3


@dataclass(frozen=True)
class Plan:
    """One run of `processes` workers. One of them is killed and replaced every 0.8 to 2 seconds while there is work, at
    most `kills` times; every few seconds one is frozen for longer than its lease; the database crashes `crashes` times.
    The sandbox holds Slack's limits `speed` times as fast. Of the accounts with a review a third each has a digest, a
    prompt and minutes to post in its channel.
    """

    name: str
    sends: int
    seed: int
    processes: int = 1
    people: int = 60
    reviews: int = 12
    kills: int = 1_000_000
    freezes: bool = False
    crashes: int = 0
    changes: bool = True
    speed: float = 20.0
    times: Times = field(default_factory=Times)


@dataclass
class Result:
    """The observations. `stale`: messages that do not show that their item is done; `limited`: posts that Slack refused
    because they came too fast, other than by a fault.
    """

    plan: Plan
    kills: int = 0
    freezes: int = 0
    crashes: int = 0
    calls: int = 0
    faults: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    stale: int = 0
    limited: int = 0
    changed: int = 0
    undecided: int = 0
    tracebacks: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        share = 100 * self.faults / max(1, self.calls)
        return (
            f"{self.plan.name}: {self.plan.sends:,} sends and {self.plan.reviews} about reviews, {self.kills} kills,"
            f" {self.freezes} freezes, {self.crashes} database crashes, {self.faults:,} faults on {self.calls:,} calls"
            f" ({share:.0f} %),"
            f" lost {self.lost}, doubled {self.doubled}, out of order {self.disordered},"
            f" {self.changed} changed and {self.stale} stale, too fast for Slack {self.limited},"
            f" undecided {self.undecided}, seed {self.plan.seed}, {self.seconds:.0f} s"
        )

    @property
    def well(self) -> bool:
        bad = self.lost + self.doubled + self.disordered + self.stale + self.limited + self.undecided
        return bad == 0 and not self.tracebacks


class Workers:
    """Processes of worker.py. `start` waits until the new one delivers."""

    def __init__(self, settings: dict[str, Any], plan: Plan, ahead: float) -> None:
        import json

        times = plan.times
        wanted = {
            "settings": settings, "ahead": ahead,
            "times": {"lease": times.lease, "grace": times.grace, "post": times.post, "apart": 1 / plan.speed},
        }  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.worker", json.dumps(wanted)],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.alive: list[int] = []
        self.log: list[str] = []
        self._readers = [
            threading.Thread(target=self._read_said, daemon=True),
            threading.Thread(target=self._read_log, daemon=True),
        ]
        self._news = threading.Condition()
        for reader in self._readers:
            reader.start()

    def start(self, count: int) -> None:
        """Start so many more workers, without waiting for them."""
        assert self._process.stdin
        self._process.stdin.write("start\n" * count)
        self._process.stdin.flush()

    def wait(self, count: int, within: float = 60) -> None:
        """Wait until that many deliver."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.alive) >= count, within), self.log[-20:]

    def kill(self, pid: int) -> None:
        """SIGKILL: no handler of the worker runs."""
        with self._news:
            self.alive.remove(pid)
        os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill the remaining workers."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)
        for reader in self._readers:
            reader.join(10)
        for stream in (self._process.stdout, self._process.stderr):
            if stream:
                stream.close()

    def _read_said(self) -> None:
        for line in self._process.stdout or ():
            word, pid, *_ = line.split()
            if word == "ready":
                with self._news:
                    self.alive.append(int(pid))
                    self._news.notify_all()

    def _read_log(self) -> None:
        self.log.extend(self._process.stderr or ())


class Stage:
    """A box, a database with messages that wait, and workers that shall deliver them. `crash` stops and starts the
    database's server the hard way.
    """

    def __init__(self, plan: Plan, database_url: str, *, crash: Callable[[], None] | None = None) -> None:
        self.plan = plan
        self._random = random.Random(plan.seed)
        self._crash = crash
        clock = Clock()
        clock.move_to(MONDAY)
        users = tuple(User(f"U{n:04}", f"person{n}", f"Person {n}") for n in range(plan.people))
        # The channel of each account, and the words with which its one message begins.
        self._about_reviews = {f"C{n:04}": _ABOUT_REVIEWS[n % 3] for n in range(plan.reviews)}
        channels = tuple(ChannelSeed(one, one.lower(), ("U0EVA",)) for one in self._about_reviews)
        seed = Seed(users=(*NORTHWIND.users, *users), channels=(*NORTHWIND.channels, *channels))
        manifest = for_address("https://bot.makegood.example")
        self.box = Sandbox(manifest, app_url=None, bot_token=TOKEN, seed=seed, clock=clock).start()
        # Slack's limits by the minute, in the time of this run.
        self._settings = {
            "slack_bot_token": TOKEN, "slack_api_url": self.box.api_url, "database_url": database_url,
            "posts_per_minute": int(240 * plan.speed),
        }  # fmt: skip
        self._makegood = compose(given(slack_signing_secret="not needed", **self._settings), clock=clock.now)
        self._ahead = clock.ahead.total_seconds()
        self._expected: dict[str, list[int]] = {}
        self._changed: set[int] = set()
        self._workers: Workers | None = None
        self.result = Result(plan)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._workers:
            self._workers.close()
        self.box.stop()
        self._makegood.close()

    def run(self) -> Result:
        """The whole run; returns the observations."""
        self._makegood.connect()
        # Of a long list of people that reads the first page.
        self._makegood.read_people()
        self._write()
        began = time.monotonic()
        set_faults(self.box, self.plan)
        self.box.limits = True
        self.box.api.limiter.speed = self.plan.speed
        self._workers = Workers(self._settings, self.plan, self._ahead)
        self._workers.start(self.plan.processes)
        self._workers.wait(self.plan.processes)
        self._torture(self._workers)
        self._finish()
        self.result.seconds = time.monotonic() - began
        self._count()
        return self.result

    # -- before -------------------------------------------------------------------------------------------

    def _write(self) -> None:
        """Eva gives commitments to every person, so each owner must hear of each, in order."""
        # On their last day: such notices are sent at once, however many there are.
        now, due = self.box.clock.now(), MONDAY.date()
        everybody = [f"U{n:04}" for n in range(self.plan.people)]
        for start in range(0, self.plan.sends, 500):
            with self._makegood.ledger.begin() as tx:
                eva = people.viewer(tx, self.box.seed.team_id, "U0EVA")
                assert eva
                owners = {each: people.viewer(tx, self.box.seed.team_id, each) for each in everybody}
                for n in range(start, min(start + 500, self.plan.sends)):
                    user = everybody[n % len(everybody)]
                    owner = owners[user]
                    assert owner
                    draft = Draft(action=f"send part {n}", owner=owner, due_on=due)
                    made = commitments.record(tx, eva, draft, origin_key=f"torture:{n}", now=now)
                    self._expected.setdefault(user, []).append(made.number)

        self._write_reviews(now)

    def _write_reviews(self, now: datetime) -> None:
        """Eva leads accounts: the digest of a review is due at once, another review begins when the workers do, and one
        is closed.
        """
        for channel, words in self._about_reviews.items():
            with self._makegood.ledger.begin() as tx:
                eva = people.viewer(tx, self.box.seed.team_id, "U0EVA")
                assert eva
                account = accounts.create(tx, eva, f"Account {channel}", now=now, channel=channel)
                soon = now + timedelta(days=3 if words == _DIGEST else 0, seconds=1)
                review = reviews.book(tx, eva, account, soon, origin_key=f"book:{channel}", now=now)
                if words == _MINUTES:
                    self._hold(tx, eva, review.id, now)

    @staticmethod
    def _hold(tx: Session, eva: Person, review_id: int, now: datetime) -> None:
        reviews.start(tx, eva, review_id, origin_key=f"start:{review_id}", now=now)
        later = reviews.Next(now + timedelta(days=90))
        reviews.close(tx, eva, review_id, later, origin_key=f"close:{review_id}", now=now)

    # -- meanwhile ----------------------------------------------------------------------------------------

    def _torture(self, workers: Workers) -> None:
        """Kill, freeze, crash and change until no row waits."""
        plan, dice = self.plan, self._random
        steps: list[tuple[float, Callable[[], float]]] = []

        def every(least: float, most: float, act: Callable[[], object], *, first: float = 1.0) -> None:
            def step() -> float:
                act()
                return time.monotonic() + dice.uniform(least, most)

            steps.append((time.monotonic() + dice.uniform(0, first), step))

        thaws: list[tuple[float, int]] = []
        if plan.kills:
            every(0.8, 2.0, lambda: self._kill(workers))
        if plan.freezes:
            every(2.0, 4.0, lambda: self._freeze(workers, thaws))
        if plan.changes:
            every(0.3, 0.6, self._change)
        pause = threading.Event()
        while self._waits():
            pause.wait(0.1)
            now = time.monotonic()
            steps = [(step(), step) if at <= now else (at, step) for at, step in steps]
            self._thaw(thaws, now)
            self._crash_in_turn()
        self._thaw(thaws, float("inf"))

    def _kill(self, workers: Workers) -> None:
        if workers.alive and self.result.kills < self.plan.kills:
            workers.kill(self._random.choice(workers.alive))
            self.result.kills += 1
            workers.start(1)

    def _freeze(self, workers: Workers, thaws: list[tuple[float, int]]) -> None:
        frozen = {pid for _, pid in thaws}
        able = [pid for pid in workers.alive if pid not in frozen]
        # Somebody must be left to take what a frozen one holds.
        if len(able) > 1 or self.plan.processes == 1:
            pid = self._random.choice(able) if able else None
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
                    self.result.freezes += 1
                    thaws.append((time.monotonic() + self.plan.times.lease * 1.25, pid))

    @staticmethod
    def _thaw(thaws: list[tuple[float, int]], now: float) -> None:
        for at, pid in list(thaws):
            if at <= now:
                thaws.remove((at, pid))
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _crash_in_turn(self) -> None:
        """After equal parts of the work, so that there is work left after each, however fast it goes."""
        if self._crash and self.result.crashes < self.plan.crashes:
            with self.box.world.lock:
                stands = sum(1 for _ in self._messages())
            if stands * (self.plan.crashes + 1) > self.plan.sends * (self.result.crashes + 1):
                self._crash()
                self.result.crashes += 1

    def _change(self) -> None:
        """Eva finishes something whose message stands, or may stand: it must show that in the end."""
        with self.box.world.lock:
            standing = [number for message in self._messages() for number in numbers(message)]
        left = [number for number in standing if number not in self._changed]
        if not left or len(self._changed) > self.plan.sends // 10:
            return
        number = self._random.choice(left)
        # The database may be away, or locked by a frozen process.
        with suppress(sa.exc.SQLAlchemyError), self._makegood.ledger.begin() as tx:
            eva = people.viewer(tx, self.box.seed.team_id, "U0EVA")
            assert eva
            commitments.finish(tx, eva, number, origin_key=f"finish:{number}", now=self.box.clock.now())
            self._changed.add(number)

    def _waits(self) -> bool:
        try:
            with self._makegood.ledger.read() as tx:
                waiting = sa.or_(
                    Outbox.state.in_((OutboxState.PENDING, OutboxState.SENDING)), Outbox.not_before.is_not(None)
                )
                soon = self.box.clock.now() + timedelta(minutes=1)
                to_write = sa.exists().where(Review.next_at <= soon)
                return bool(tx.scalar(sa.select(sa.or_(sa.exists().where(waiting, _NOT_BY_HOUR), to_write))))
        except sa.exc.SQLAlchemyError:
            return True

    # -- afterwards ---------------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Waits for the posts that Slack accepts late, so that they are counted too."""
        self.result.faults = sum(self.box.faults.met.values())
        self.box.wait_for(lambda box: box.faults.waiting == 0, timeout=30)
        self.box.faults.stop()

    def _messages(self) -> Iterator[Message]:
        for channel in self.box.world.channels.values():
            if channel.id in self._about_reviews or (channel.is_im and channel.im_user in self._expected):
                yield from channel.messages.values()

    def _count(self) -> None:
        result, calls = self.result, self.box.calls
        bot = {POST, HISTORY, OPEN, UPDATE}
        result.calls = sum(call.method in bot for call in calls)
        told = self.box.faults.met[POST, "ratelimited"]
        result.limited = sum(call.method == POST and call.status == 429 for call in calls) - told
        keys: Counter[str] = Counter()
        words: Counter[tuple[str, str]] = Counter()
        for message in self._messages():
            keys[str(((message.metadata or {}).get("event_payload") or {}).get("key"))] += 1
            words[message.channel, message.text] += 1
        result.doubled = max(sum(n - 1 for n in keys.values()), sum(n - 1 for n in words.values()))
        for user, wanted in self._expected.items():
            got = [number for message in self.box.dm(user) for number in numbers(message)]
            result.lost += len(set(wanted) - set(got))
            firsts = list(dict.fromkeys(got))
            result.disordered += firsts != sorted(firsts)
        for channel, begins in self._about_reviews.items():
            result.lost += not any(message.text.startswith(begins) for message in self.box.messages(channel))
        result.changed = len(self._changed)
        result.stale = sum(
            ":white_check_mark:" not in str(message.blocks)
            for message in self._messages()
            if self._changed & set(numbers(message))
        )
        with self._makegood.ledger.read() as tx:
            open_rows = Outbox.state.in_((OutboxState.PENDING, OutboxState.SENDING)), _NOT_BY_HOUR
            result.undecided = tx.scalar(sa.select(sa.func.count()).where(*open_rows)) or 0
        assert self._workers
        result.tracebacks = [line for line in self._workers.log if '"exception"' in line or "Traceback" in line]


# An owner hears of what Eva has finished for them; what follows within an hour waits for its end.
_NOT_BY_HOUR = Outbox.lane != Lane.HOUR


def numbers(message: Message) -> list[int]:
    """The number of the commitment that a notice is about."""
    found = re.search(r"#(\d+)", str(message.blocks))
    return [int(found[1])] if found else []


def set_faults(box: Sandbox, plan: Plan) -> None:
    """Every way to fail there is, on fifteen to twenty of a hundred calls."""
    faults, times = box.faults, plan.times
    faults.seed(plan.seed)
    seconds = {"hang": times.post + 0.5, "late": times.late, "lag": times.lag, "delay": 0.3, "ratelimited": 1}
    shares: dict[str, dict[str, float]] = {
        POST: {
            "drop": 0.025, "drop_after": 0.03, "server_error": 0.02, "server_error_after": 0.02, "fatal_error": 0.01,
            "fatal_error_after": 0.015, "hang": 0.015, "late": 0.02, "delay": 0.01, "ratelimited": 0.004,
        },
        HISTORY: {"lag": 0.1, "server_error": 0.04, "drop": 0.02, "hang": 0.01, "ratelimited": 0.005},
        OPEN: {"drop": 0.05, "drop_after": 0.05, "server_error": 0.05, "ratelimited": 0.01},
        UPDATE: {"drop": 0.05, "drop_after": 0.05, "server_error_after": 0.04, "hang": 0.02, "ratelimited": 0.01},
    }  # fmt: skip
    for method, kinds in shares.items():
        for kind, rate in kinds.items():
            faults.fail(method, kind, rate=rate, seconds=seconds.get(kind))
