"""The courier's threads: claim a row, deliver it (delivery.py), wait until the next one is due."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from bot.delivery import Delivery
from bot.settling import USUAL, Times
from store import outbox, people
from store.outbox import claiming

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from slack_sdk import WebClient

    from store.db import Ledger
    from store.outbox.claiming import Claimed

log = structlog.get_logger(__name__)

# An idle courier looks this often, in case another process wrote something.
IDLE = 1.0


class Courier:
    """Delivers the outbox of the workspaces that `served` gives, by id; None: of every one. `client_of(workspace id)`
    gives the client to post with.
    """

    def __init__(
        self,
        ledger: Ledger,
        client_of: Callable[[int], WebClient],
        clock: Callable[[], datetime],
        *,
        served: Callable[[], Collection[int] | None] = lambda: None,
        pace: timedelta = claiming.PACE,
        times: Times = USUAL,
    ) -> None:
        self.delivery = Delivery(ledger, client_of, clock, pace=pace, times=times)
        self._ledger = ledger
        self._served = served
        # One thread at a time looks for work. The others wait here, until it has found some.
        self._turn = threading.Lock()
        self._news = threading.Condition()
        self._woken = 0
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, threads: int = 4) -> None:
        """Deliver in the background. A thread is busy with one post at a time."""
        self._stopping.clear()
        for n in range(threads):
            thread = threading.Thread(target=self._run, name=f"courier-{n}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Something was written to the outbox: look now rather than in a second."""
        with self._news:
            self._woken += 1
            self._news.notify()

    def stop(self, timeout: float = 10) -> bool:
        """Claim nothing more and let posts in flight finish, for at most `timeout` seconds altogether; whether they
        did.
        """
        deadline = time.monotonic() + timeout
        self._stopping.set()
        with self._news:
            self._woken += 1
            self._news.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        finished = not any(thread.is_alive() for thread in self._threads)
        self._threads.clear()
        return finished

    def clock_set_back(self) -> None:
        """Let rows go that a wrong clock had put off, so that they do not wait until the clock has caught up."""
        with self._ledger.begin() as tx:
            outbox.clock_set_back(
                tx, self.delivery.clock(), lease=self.delivery.times.lease, most=claiming.LONGEST_HOLD
            )
            people.clock_set_back(tx, self.delivery.clock())
        self.wake()

    def deliver_due(self, *, patience: timedelta = timedelta(seconds=5)) -> set[int]:
        """Deliver in this thread until nothing becomes due within `patience`; ids of the rows that it took."""
        taken: set[int] = set()
        while not self._stopping.is_set():
            row = self.deliver_one()
            if row is not None:
                taken.add(row)
                continue
            wait = self._until_next()
            if wait is None or wait > patience:
                break
            self._stopping.wait(max(0.005, wait.total_seconds()))
        return taken

    def deliver_one(self) -> int | None:
        """Claim and deliver one row; its id, or None if none may be taken now."""
        claimed = self._claim()
        if claimed is None:
            return None
        self._handle(claimed)
        return claimed.id

    def _claim(self) -> Claimed | None:
        served = self._served()
        with self._ledger.begin() as tx:
            return claiming.claim(
                tx, self.delivery.clock(), workspaces=served, pace=self.delivery.pace, lease=self.delivery.times.lease
            )  # fmt: skip

    def _handle(self, claimed: Claimed) -> None:
        self.delivery.deliver(claimed)
        # The end of this row may unblock the next message to the same person, so wake a thread.
        self.wake()

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._turn:
                claimed = self._logging_errors(self._look)
            if claimed is not None:
                self._logging_errors(partial(self._handle, claimed))

    def _look(self) -> Claimed | None:
        """Claim the next row, or wait until there may be one."""
        seen = self._woken
        # A claim needs the writer's turn, or locks; a look is a read.
        wait = self._until_next()
        if wait is not None and wait <= timedelta(0) and not self._stopping.is_set():
            claimed = self._claim()
            if claimed is not None:
                return claimed
            wait = self._until_next()
        pause = IDLE if wait is None else min(IDLE, max(0.005, wait.total_seconds()))
        with self._news:
            self._news.wait_for(lambda: self._woken != seen or self._stopping.is_set(), timeout=pause)
        return None

    def _logging_errors(self, step: Callable[[], Claimed | None]) -> Claimed | None:
        """Do the step. After an error: log it, pause, and give None."""
        try:
            return step()
        except sa.exc.SQLAlchemyError as error:
            why = str(error).partition("\n")[0]
            log.error("courier_database_unavailable", error=type(error).__name__, why=why)  # noqa: TRY400  words, no trace
        except Exception:
            # One row must not end the thread that serves all others; its lease brings it back.
            log.exception("courier_failed")
        self._stopping.wait(IDLE)
        return None

    def _until_next(self) -> timedelta | None:
        served, now = self._served(), self.delivery.clock()
        with self._ledger.read() as tx:
            at = claiming.next_chance(tx, now, workspaces=served)
        return None if at is None else at - now
