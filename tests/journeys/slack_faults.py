"""Faults of Slack's calls, as a test orders them, and a second bot on the same database."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.app import compose
from sandbox import Reply
from store.outbox import GRACE
from tests.journeys.conftest import BotInWorkspace, given_for, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.app import Makegood
    from store.tables import Outbox

Step = Callable[[Callable[[], Reply]], Reply]

POST = "chat.postMessage"


class Faults:
    """Faults of the next calls: `on(method, step, …)`. Each step gets the function that would carry the call out.

    `seen` holds the calls in order, but for auth.test: the bot checks its connection by a clock of its own.
    """

    def __init__(self, town: BotInWorkspace) -> None:
        self._steps: dict[str, list[Step]] = {}
        self.seen: list[str] = []
        town.box.api.intercept = self

    def on(self, method: str, *steps: Step) -> None:
        self._steps.setdefault(method, []).extend(steps)

    def __call__(self, method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        del args
        if method != "auth.test":
            self.seen.append(method)
        waiting = self._steps.get(method)
        return waiting.pop(0)(carry_out) if waiting else carry_out()

    def stop(self) -> None:
        """Ends all faults."""
        self._steps.clear()

    @property
    def left(self) -> int:
        return sum(len(steps) for steps in self._steps.values())


def says(error: str, status: int = 200, *, first: bool = False, **headers: str) -> Step:
    """Slack answers with an error; with `first` it has carried out the call before."""

    def step(carry_out: Callable[[], Reply]) -> Reply:
        if first:
            carry_out()
        return Reply({"ok": False, "error": error}, status, {k.replace("_", "-"): v for k, v in headers.items()})

    return step


def drops(*, first: bool = False) -> Step:
    """The connection breaks off; with `first` after Slack has carried out the call."""

    def step(carry_out: Callable[[], Reply]) -> Reply:
        if first:
            carry_out()
        return Reply({"ok": True}, broken=True)

    return step


def answers(page: str, status: int = 200, *, first: bool = False) -> Step:
    """A proxy answers in Slack's place; with `first` after Slack has carried out the call."""

    def step(carry_out: Callable[[], Reply]) -> Reply:
        if first:
            carry_out()
        return Reply({}, status, page=page)

    return step


def later(town: BotInWorkspace, by: timedelta = GRACE) -> None:
    """Let `by` and one second more pass; then deliver."""
    town.box.clock.move_to(town.box.clock.now() + by + timedelta(seconds=1))
    town.settled()


def notices(town: BotInWorkspace, user: str = "U0ANA") -> list[int]:
    """The numbers of the commitments in this person's notices, in the order of the messages."""
    return [int(re.findall(r"#(\d+)", read(message))[0]) for message in town.box.dm(user)]


def row(town: BotInWorkspace, number: int = -1) -> Outbox:
    """The newest row of the outbox."""
    return town.outbox()[number]


@contextmanager
def replica(town: BotInWorkspace) -> Iterator[Makegood]:
    """A second process of the same installation, as the database and Slack see it."""
    url = town.makegood.ledger.url.render_as_string(hide_password=False)
    other = compose(given_for(town.box, url), clock=town.box.clock.now)
    try:
        other.connect()
        yield other
    finally:
        other.courier.stop()
        other.close()


def at_once(replicas: list[Makegood], act: Callable[[Makegood], Any]) -> None:
    """Runs every replica at the same moment; raises the errors that they raise."""
    together = threading.Barrier(len(replicas))

    def one(makegood: Makegood) -> None:
        together.wait()
        act(makegood)

    with ThreadPoolExecutor(len(replicas)) as threads:
        list(threads.map(one, replicas))
