"""Requests that are short are answered one after another, by one thread, although there are many.

Only one thread of Python's computes at a time. Where several have something to compute they take turns, and each turn
costs: with sixteen of them a recorded `/commit` on SQLite took a third more than with one alone. But a request may also
wait, for Slack or for a database that another program holds, and must not hold up the others then.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Protocol

from waitress.task import ThreadedTaskDispatcher

# Seconds. Whoever has not finished by then is waiting for something, and the next one begins.
SHORT = 0.02


class Task(Protocol):
    """What waitress hands over: a connection with a request to answer."""

    def service(self) -> None: ...
    def cancel(self) -> None: ...


class Turns(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress is not typed
    """waitress' threads, of which another one begins only where the last to begin has finished, or is not SHORT."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._held: deque[Task] = deque()
        # Who began last and has not finished, and when that was.
        self._last: _Turn | None = None
        self._began = 0.0
        # The watcher waits for no longer than SHORT: it need not be woken.
        self._looks = False
        self._over = False
        self._watcher = threading.Thread(target=self._watch, name="http-turns", daemon=True)
        self._watcher.start()
        self.set_thread_count(threads)

    def add_task(self, task: Task) -> None:
        """Begin with it, or keep it for whoever is at work. Called by the server's loop for each request."""
        with self._changed:
            if self._left() > 0:
                self._held.append(task)
                if not self._looks:
                    self._changed.notify()
                return
            turn = self._begin(task)
        super().add_task(turn)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:  # noqa: FBT001, FBT002  waitress' way
        """End the threads within `timeout` seconds. What has not begun is cancelled."""
        with self._changed:
            self._over = True
            held, self._held = self._held, deque()
            self._changed.notify()
        self._watcher.join()
        for task in held:
            task.cancel()
        return bool(super().shutdown(cancel_pending, timeout))

    def next_for(self, turn: _Turn) -> Task | None:
        """What this turn is to go on with; None where others are at work since, or nothing waits."""
        with self._changed:
            if self._last is not turn:
                return None
            if not self._held:
                self._last = None
                return None
            self._began = time.monotonic()
            return self._held.popleft()

    def _begin(self, task: Task) -> _Turn:
        self._last, self._began = _Turn(self, task), time.monotonic()
        return self._last

    def _left(self) -> float:
        """Seconds for which whoever began last may still be computing."""
        return 0.0 if self._last is None else self._began + SHORT - time.monotonic()

    def _watch(self) -> None:
        """Let the next one begin where the last does not finish."""
        while True:
            with self._changed:
                if self._over:
                    return
                left = self._left()
                if not self._held:
                    self._changed.wait()
                elif left > 0:
                    self._looks = True
                    self._changed.wait(left)
                    self._looks = False
                else:
                    super().add_task(self._begin(self._held.popleft()))


class _Turn:
    """One thread at work on one task after another, as waitress' threads take it."""

    def __init__(self, turns: Turns, task: Task) -> None:
        self._turns = turns
        self._task = task

    def service(self) -> None:
        task: Task | None = self._task
        while task is not None:
            try:
                task.service()
            except Exception:
                self._turns.logger.exception("Exception when servicing %r", task)
            task = self._turns.next_for(self)

    def cancel(self) -> None:
        self._task.cancel()
