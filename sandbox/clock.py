"""The workspace's wall clock: real time plus an offset that only moves on command."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def wall_clock() -> datetime:
    """The time of this machine, aware UTC. Sandbox, tests, benches and demo read it here and nowhere else."""
    return datetime.now(UTC)


class Clock:
    """Simulated time. It runs at the pace of real time and jumps, forward or back, when told to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._listeners: list[Callable[[datetime], None]] = []
        # Instants to which a person may move it, by their names; None while there is none.
        self.landmarks: dict[str, Callable[[], datetime | None]] = {}

    def now(self) -> datetime:
        """Aware UTC."""
        with self._lock:
            return wall_clock() + self._offset

    @property
    def ahead(self) -> timedelta:
        """The workspace's time minus the time of this machine."""
        with self._lock:
            return self._offset

    def move_to(self, instant: datetime) -> None:
        """Jump to an aware instant. Listeners are called afterwards, in the caller's thread."""
        if instant.tzinfo is None:
            raise ValueError("the clock is moved to an aware datetime, this one is naive")
        with self._lock:
            self._offset = instant.astimezone(UTC) - wall_clock()
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(self.now())

    def on_move(self, listener: Callable[[datetime], None]) -> None:
        """`listener` gets the new instant after each jump."""
        with self._lock:
            self._listeners.append(listener)
