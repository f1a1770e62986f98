"""How soon `python -m bot run` is ready on SQLite, and what memory it holds after a thousand requests.

Start: from spawning the process to the first 200 of /readyz, asked every few milliseconds. Ready means: database
migrated and open, people synced with Slack, planner and courier on their rounds. Measured on an empty database (it is
created and migrated) and on one that is there; the slower one is held against the target. The first start of all,
which may compile modules, does not count. The processor time beside it tells what a busy machine adds.

Memory: the resident set of the process after a thousand requests of people in a sandbox workspace: of ten, four
commitments recorded (for oneself and for others), lists, one commitment's page, a button, the Home tab, while the
courier delivers what comes of them. Medians over several processes.

    python bench/start_and_memory.py
"""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil
from commit_throughput import ROOT, SECRET, TOKEN

from bot.manifest import EVENTS_PATH, for_address
from handlers import ids
from sandbox import NORTHWIND, ChannelSeed, Sandbox, Seed, User

if TYPE_CHECKING:
    from sandbox import Outcome

STARTS, PROCESSES, CYCLES = 7, 3, 100
START_TARGET, MEMORY_TARGET = 1.5, 110
PATIENCE = 60
EVA, CHANNEL, ACCOUNTS = "U0EVA", "C0GENERAL", ("Acme", "Globex")
# Nobody records more than thirty commitments a minute.
CROWD = tuple(User(f"U{n:04}", f"person{n}", f"Person {n}") for n in range(20))


def main() -> None:
    users = (*NORTHWIND.users, *CROWD)
    general = ChannelSeed(CHANNEL, "general", tuple(user.id for user in users), general=True)
    with (
        Sandbox(
            for_address("https://bench.example"),
            app_url=None,
            signing_secret=SECRET,
            bot_token=TOKEN,
            seed=Seed(users=users, channels=(general,)),
        ) as box,
        tempfile.TemporaryDirectory(prefix="makegood-bench-") as folder,
    ):
        with Running(box, Path(folder) / "first.db"):
            pass
        report_start(box, Path(folder))
        report_memory(box, Path(folder))


def report_start(box: Sandbox, folder: Path) -> None:
    taken: dict[str, list[float]] = {"empty": [], "existing": []}
    worked: list[float] = []
    for number in range(STARTS):
        for seconds in taken.values():
            # The second start finds what the first one has created.
            with Running(box, folder / f"start{number}.db") as bot:
                seconds.append(bot.ready_after)
                worked.append(bot.worked)
    empty, existing = (statistics.median(seconds) for seconds in taken.values())
    slower = max(empty, existing)
    print(
        f"start to ready: {empty:.2f} s on an empty database, {existing:.2f} s on an existing one"
        f" ({statistics.median(worked):.2f} s of processor time),"
        f" ratio to the target of {START_TARGET} s: {slower / START_TARGET:.2f}",
        flush=True,
    )


def report_memory(box: Sandbox, folder: Path) -> None:
    before, after = [], []
    for number in range(PROCESSES):
        with Running(box, folder / f"memory{number}.db") as bot:
            before.append(bot.megabytes)
            create_accounts(box)
            requests = sum(cycle(box, number) for number in range(CYCLES))
            after.append(bot.megabytes)
    held = statistics.median(after)
    print(
        f"resident memory: {statistics.median(before):.0f} MB when ready, {held:.0f} MB after {requests:,} requests,"
        f" ratio to the target of {MEMORY_TARGET} MB: {held / MEMORY_TARGET:.2f}",
        flush=True,
    )


def create_accounts(box: Sandbox) -> None:
    for name in ACCOUNTS:
        receipt = well(box.command(EVA, CHANNEL, "/commit", f"open the account tomorrow for {name}")).messages[-1]
        well(box.press(EVA, action_id=ids.CREATE_ACCOUNT, channel=CHANNEL, ephemeral_id=receipt.ts))


def cycle(box: Sandbox, number: int) -> int:
    """Ten requests of a day at work; their number."""
    who = CROWD[number % len(CROWD)].id
    # No line says the same as an earlier one: a line that does opens a form instead.
    lines = (
        f"send pricing sheet {number} tomorrow for Acme", f"@ana write the summary of call {number} in 3 days",
        f"theirs: send us signed order {number} in 2 weeks for Globex",
        f"@ben ask Marcus for the usage numbers of call {number} in 9 days",
        "mine", "overdue", "account Acme",
    )  # fmt: skip
    answers = [well(box.command(who, CHANNEL, "/commit", line)) for line in lines]
    item = well(box.command(who, CHANNEL, "/commit", str(3 + 4 * number)))
    shown = item.messages[-1]
    pressed = well(box.press(who, action_id=ids.DONE, channel=CHANNEL, ephemeral_id=shown.ts))
    home = well(box.open_home(who))
    return len([*answers, item, pressed, home])


def well(outcome: Outcome) -> Outcome:
    """The outcome; AssertionError where a person would have been told of a problem."""
    assert outcome.ok, outcome
    assert not any(":warning:" in message.text for message in outcome.messages), outcome
    return outcome


class Running:
    """`python -m bot run` on that database file, from its spawning until it has ended well."""

    def __init__(self, box: Sandbox, database: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        environment = os.environ | {
            "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": box.api_url,
            "DATABASE_URL": f"sqlite:///{database}", "HOST": "127.0.0.1", "PORT": str(self._port),
            "LOG_LEVEL": "warning", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        # An installation keeps its compiled modules; compiling them takes time and some 10 MB at each start.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        started = time.perf_counter()
        self._process = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=environment, cwd=database.parent)
        while not self._is_ready():
            assert self._process.poll() is None, "it has ended"
            assert time.perf_counter() - started < PATIENCE, "it does not become ready"
            time.sleep(0.005)
        self.ready_after = time.perf_counter() - started
        times = psutil.Process(self._process.pid).cpu_times()
        self.worked = float(times.user + times.system)
        box.app_url = f"http://127.0.0.1:{self._port}{EVENTS_PATH}"

    @property
    def megabytes(self) -> float:
        return float(psutil.Process(self._process.pid).memory_info().rss) / 2**20

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except ConnectionRefusedError:
            return False
        finally:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        assert self._process.wait(PATIENCE) == 0


if __name__ == "__main__":
    main()
