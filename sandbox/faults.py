"""Faults of the Web API on request: Slack fails as it does during an incident.

A fault is set for a method (or all of them), for a share of its calls or a number of them. Which calls it meets
is drawn from a seed. Seconds are real ones, as those of the rate limits are.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from sandbox.clock import Clock
from sandbox.reply import Reply

EVERY = "*"
"""Stands for every method."""
RESPONSE_URL = "response_url"
"""Stands for a message that is sent to a response_url."""

UPLOAD = "upload"
"""Stands for the bytes of a file."""

KINDS: Final[Mapping[str, tuple[str, float]]] = {
    "delay": ("answers late", 2),
    "ratelimited": ("answers 429 with Retry-After", 5),
    "server_error": ("answers 500 and has not acted", 0),
    "server_error_after": ("acts and answers 500", 0),
    "fatal_error": ("answers fatal_error and has not acted", 0),
    "fatal_error_after": ("acts and answers fatal_error", 0),
    "drop": ("breaks the connection off before it acts", 0),
    "drop_after": ("breaks the connection off after it acted", 0),
    "hang": ("never answers and never acts", 30),
    "late": ("acts after the app has timed out", 12),
    "canvas_editing_locked": ("says that somebody edits the canvas just now", 0),
    "canvas_editing_failed": ("says that the change of the canvas failed", 0),
    "lag": ("shows the history as it was some seconds ago", 3),
}
"""Kind → what Slack does, and the seconds that belong to it unless others are given."""

_HISTORIES: Final = ("conversations.history", "conversations.replies")


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule. `rate`: the share of calls that it meets; `count`: how many more at most, None for no end;
    `seconds`: of the delay, of Retry-After, until it gives up hanging, until it acts, or of the lag.
    """

    method: str
    kind: str
    seconds: float
    rate: float = 1.0
    count: int | None = None


class Faults:
    """The faults that are set. Without any, each call passes unchanged."""

    def __init__(
        self,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called when something was set or stopped, and when a call begins to be held up."""
        self._clock = clock
        self._changed = changed
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._random = random.Random(0)  # noqa: S311 - it picks calls, not secrets
        self._active: list[Fault] = []
        self._held_until: dict[str, float] = {}
        self._stopped = threading.Event()
        self._waiting = 0
        self.met: Counter[tuple[str, str]] = Counter()

    def seed(self, number: int) -> None:
        """From here on the same calls in the same order meet the same faults."""
        with self._lock:
            self._random.seed(number)

    def fail(
        self, method: str, kind: str, *, seconds: float | None = None, rate: float = 1.0, count: int | None = None
    ) -> None:
        """Set a fault for a share of the method's calls (EVERY: of all calls), at most `count` times.

        Several faults of one method share its calls: rates of 0.1 and 0.1 let four of five pass.
        """
        if kind not in KINDS:
            raise ValueError(f"there is no fault {kind}: one of {', '.join(KINDS)}")
        if not 0 < rate <= 1:
            raise ValueError("the rate is a share of the calls, above 0 and at most 1")
        if count is not None and count < 1:
            raise ValueError("the count is at least 1")
        fault = Fault(method, kind, KINDS[kind][1] if seconds is None else seconds, rate, count)
        with self._lock:
            self._active.append(fault)
        self._changed()

    def stop(self, method: str | None = None) -> None:
        """Stop the faults of one method, or of all. Calls that wait continue at once."""
        with self._lock:
            self._active = [fault for fault in self._active if method not in {None, fault.method}]
            self._held_until = {name: at for name, at in self._held_until.items() if method not in {None, name, EVERY}}
            stopped, self._stopped = self._stopped, threading.Event()
        stopped.set()
        self._changed()

    @property
    def active(self) -> list[Fault]:
        """The faults that are set, oldest first."""
        with self._lock:
            return list(self._active)

    @property
    def waiting(self) -> int:
        """How many calls are being held up just now."""
        with self._lock:
            return self._waiting

    def met_by(self, fault: Fault) -> int:
        """How many calls have met a fault like this one."""
        with self._lock:
            return sum(
                n for (method, kind), n in self.met.items() if kind == fault.kind and fault.method in {method, EVERY}
            )

    def meet(self, method: str, carry_out: Callable[[], Reply]) -> Reply:
        """Carries out one call, with the fault that is set for it."""
        if not self._active and not self._held_until:
            return carry_out()
        with self._lock:
            fault, stopped = self._drawn(method), self._stopped
            if fault is not None:
                self.met[method, fault.kind] += 1
        if fault is None:
            return carry_out()
        return self._happen(fault, carry_out, partial(self._hold, stopped, fault.seconds))

    def _happen(self, fault: Fault, carry_out: Callable[[], Reply], wait: Callable[[], bool]) -> Reply:
        match fault.kind:
            case "delay":
                wait()
                return carry_out()
            case "ratelimited":
                return Reply(
                    {"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(max(1, round(fault.seconds)))}
                )
            case "hang":
                wait()
                return _BROKEN
            case "late":
                let_go = wait()
                # `stop` ends the wait early, and the app still waits for the answer. Otherwise the app has timed out.
                reply = carry_out()
                return reply if let_go else replace(reply, broken=True)
            case "lag":
                return self._lagging(carry_out(), fault.seconds)
            case kind:
                if kind.endswith("_after"):
                    carry_out()
                return _ANSWERS[kind.removesuffix("_after")]

    def _hold(self, stopped: threading.Event, seconds: float) -> bool:
        """Waits. Returns whether `stop` ended the wait early."""
        with self._lock:
            self._waiting += 1
        self._changed()
        try:
            return stopped.wait(seconds)
        finally:
            with self._lock:
                self._waiting -= 1

    def _drawn(self, method: str) -> Fault | None:
        """The fault for this call. A rate-limited method stays limited until its time is over."""
        now = self._monotonic()
        held = self._held_until.get(method, now)
        if held > now:
            return Fault(method, "ratelimited", held - now + 0.5)
        self._held_until.pop(method, None)
        # One draw for all of them: their rates add up.
        drawn = self._random.random()
        for place, fault in enumerate(self._active):
            if fault.method not in {method, EVERY} or (fault.kind == "lag" and method not in _HISTORIES):
                continue
            if drawn >= fault.rate:
                drawn -= fault.rate
                continue
            self._count_down(place, fault)
            if fault.kind == "ratelimited":
                self._held_until[method] = now + fault.seconds
            return fault
        return None

    def _count_down(self, place: int, fault: Fault) -> None:
        if fault.count is None:
            return
        if fault.count > 1:
            self._active[place] = replace(fault, count=fault.count - 1)
        else:
            del self._active[place]

    def _lagging(self, reply: Reply, seconds: float) -> Reply:
        """The reply without messages younger than `seconds`."""
        newest = self._clock.now().timestamp() - seconds
        messages: list[dict[str, Any]] = reply.body.get("messages", [])
        shown = [each for each in messages if float(each["ts"]) <= newest]
        return replace(reply, body=reply.body | {"messages": shown}) if reply.body.get("ok") else reply


_BROKEN: Final = Reply({"ok": False, "error": "the connection broke off"}, broken=True)
_ANSWERS: Final = {
    "canvas_editing_failed": Reply({"ok": False, "error": "canvas_editing_failed"}),
    "canvas_editing_locked": Reply({"ok": False, "error": "canvas_editing_locked"}),
    "drop": _BROKEN,
    "fatal_error": Reply({"ok": False, "error": "fatal_error"}),
    "server_error": Reply({"ok": False, "error": "internal_error"}, 500),
}
