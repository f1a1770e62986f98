"""A process asked to end at any moment finishes requests and posts, begins none, and ends in time with status 0."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from bot.manifest import for_address
from sandbox import Reply, Sandbox
from tests.journeys.conftest import SECRET, TOKEN, BotInWorkspace, open_town
from tests.journeys.processes import ROOT, Process, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.both_databases

POST = "chat.postMessage"
# The events that a process logs while it starts, in order.
MOMENTS = ("people_synced", "slack_connected", "started")


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A workspace that uses the machine's clock, as the process does."""
    manifest = for_address("https://bot.makegood.example")
    with Sandbox(manifest, app_url=None, signing_secret=SECRET, bot_token=TOKEN) as box:
        yield box


class Holding:
    """Holds every post until it is released."""

    def __init__(self, town: BotInWorkspace) -> None:
        self.released = threading.Event()
        self.arrived = threading.Semaphore(0)
        town.box.api.intercept = self

    def __call__(self, method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        del args
        if method == POST:
            self.arrived.release()
            self.released.wait(30)
        return carry_out()


def test_a_slow_post_is_waited_for(database_url: str) -> None:
    """One of four threads needs longer than its share of the time: the courier waits, and the message is marked."""
    with open_town(database_url, work=True) as town:
        town.box.faults.fail(POST, "delay", seconds=2.5)
        town.receipt("U0EVA", "@ana send it by Friday 4 Dec")
        town.box.wait_for(lambda box: box.faults.waiting)
        assert town.service.stop(within=8) is True
        assert len(town.box.dm("U0ANA")) == 1
        with open_town(database_url, connect=False) as after:
            assert [row.state for row in after.outbox("assigned")] == ["sent"]


def test_nothing_is_claimed_any_more(database_url: str) -> None:
    """Posts that were in progress at the request to stop arrive; no other row was tried."""
    with open_town(database_url, work=True) as town:
        holding = Holding(town)
        for person in ("ana", "ada"):
            for number in range(4):
                town.receipt("U0EVA", f"@{person} send part {number} by Friday 4 Dec")
        assert holding.arrived.acquire(timeout=30)
        assert holding.arrived.acquire(timeout=30)
        stopped: list[bool] = []
        stopping = threading.Thread(target=lambda: stopped.append(town.makegood.courier.stop(10)))
        stopping.start()
        assert town.makegood.courier._stopping.wait(30)
        holding.released.set()
        stopping.join(10)
        assert stopped == [True]
        tried = [(row.state, row.attempts) for row in town.outbox("assigned")]
        assert sorted(tried) == sorted([("sent", 1)] * 2 + [("pending", 0)] * 6)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_asked_to_end_while_it_starts(box: Sandbox, database_url: str, moment: str) -> None:
    """A process asked to end between any two steps of its start, twice each, logs no traceback and ends with 0."""
    for _ in range(2):
        with Process(box, database_url, until=moment) as process:
            process.terminate()
            assert process.ended(within=30) == 0, process.events()
            said = str(process.events())
            assert "Traceback" not in said
            assert "exception" not in said


def test_asked_twice(database_url: str) -> None:
    """A service that is asked twice ends once."""
    with open_town(database_url, work=True) as town:
        town.service.ask_to_stop()
        town.service.ask_to_stop()
        town.service.wait()
        assert town.service.stop() is True


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_process_asked_twice(box: Sandbox, database_url: str) -> None:
    """A supervisor that asks twice gets the same end."""
    with Process(box, database_url) as process:
        process.terminate()
        process.terminate()
        assert process.ended(within=30) == 0
        assert len(process.events("stopped")) == 1


# The program with a SIGTERM in the middle of the start of its scheduler, where a traceback was once seen.
IN_THE_MIDDLE = """
import signal, sys
from apscheduler.schedulers.base import BaseScheduler

start = BaseScheduler.start

def interrupted(*args, **kwargs):
    start(*args, **kwargs)
    signal.raise_signal(signal.SIGTERM)

BaseScheduler.start = interrupted
from bot.__main__ import main

sys.argv = ["makegood", "run"]
main()
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_asked_to_end_in_the_middle_of_a_step(box: Sandbox, database_url: str) -> None:
    """A step of the start is finished before the process ends: half a step cannot be undone."""
    ended = subprocess.run(
        [sys.executable, "-c", IN_THE_MIDDLE],
        cwd=ROOT, env=environment(box, database_url), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False), ended.stderr[-2000:]
    assert '"event": "stopped"' in ended.stderr
