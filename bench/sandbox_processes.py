"""Sandbox workspaces in a process of their own, so that they and what is measured do not share an interpreter."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from bot.manifest import for_address
from sandbox import Sandbox, Seed, User

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from sandbox import Reply

TOKEN = "xoxb-bench-0123456789"
PROCESSES = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Posts:
    """The messages that the boxes have taken since they were last emptied."""

    # When each message was there (time.monotonic, the same in every process of a machine), in order.
    at: list[float]
    # How often a box said that it was asked too much.
    refused: int
    # People who have got more than one message.
    doubled: int


def slack_id(person: int) -> str:
    return f"U{person:08}"


def dm_of(person: int) -> str:
    """The conversation between the bot and that person, as a box names it."""
    return f"D{person:08}"


class Boxes:
    """`count` workspaces of `people` each. Person p of workspace w is number w * people + p."""

    def __init__(self, count: int, people: int) -> None:
        self._pipe, theirs = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=_serve, args=(theirs, count, people), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self.urls: list[str] = self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._process.join(30)

    def behave(self, *, latency: float, limits: bool) -> None:
        """From now on every call takes `latency` seconds longer, and Slack's limits hold or not. Empties the boxes."""
        self._ask("behave", latency, limits)

    def taken(self) -> int:
        """How many messages were posted."""
        return int(self._ask("taken"))

    def posts(self) -> Posts:
        found: Posts = self._ask("posts")
        return found

    def _ask(self, *question: Any) -> Any:  # noqa: ANN401  any answer
        self._pipe.send(question)
        return self._pipe.recv()


@dataclass
class _Rack:
    """The boxes, in their own process."""

    boxes: list[Sandbox]
    latency: float = 0.0
    at: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def behave(self, latency: float, limits: bool) -> None:  # noqa: FBT001  comes over a pipe
        self.latency = latency
        self.at.clear()
        self.refused.clear()
        for box in self.boxes:
            box.limits = limits
            with box.world.lock:
                for channel in box.world.channels.values():
                    channel.messages.clear()
                    channel.order.clear()

    def taken(self) -> int:
        return len(self.at)

    def posts(self) -> Posts:
        doubled = sum(len(channel.order) > 1 for box in self.boxes for channel in box.world.channels.values())
        return Posts(sorted(self.at), len(self.refused), doubled)

    def late(self, method: str, _args: dict[str, Any], act: Callable[[], Reply]) -> Reply:
        time.sleep(self.latency)
        reply = act()
        if reply.status == 429:
            self.refused.append(method)
        elif method == "chat.postMessage" and reply.body.get("ok"):
            self.at.append(time.monotonic())
        return reply


def _serve(pipe: Connection, count: int, people: int) -> None:
    with ExitStack() as stack:
        rack = _Rack([stack.enter_context(_box(number, people)) for number in range(count)])
        for box in rack.boxes:
            box.api.intercept = rack.late
        pipe.send([box.api_url for box in rack.boxes])
        while (question := pipe.recv()) is not None:
            name, *values = question
            pipe.send(getattr(rack, name)(*values))


def _box(number: int, people: int) -> Sandbox:
    numbers = range(number * people, (number + 1) * people)
    users = tuple(User(slack_id(n), f"person{n}", f"Person {n}") for n in numbers)
    seed = Seed(team_id=f"T{number:08}", users=users)
    box = Sandbox(for_address("https://bench.example"), app_url=None, bot_token=TOKEN, seed=seed)
    for user in users:
        # They have heard from the bot before, as on every morning but the first.
        box.world.im(user.id)
    return box
