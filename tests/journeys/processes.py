"""The bot in a process of its own, `python -m bot …`, in front of a sandbox in this process."""

from __future__ import annotations

import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import sqlalchemy as sa

from bot.manifest import EVENTS_PATH
from sandbox import Reply
from store import workspaces
from store.db import Ledger, normal_url
from store.tables import Outbox
from tests.journeys.conftest import SECRET, TOKEN, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox import Outcome, Sandbox

ROOT = Path(__file__).parents[2]
# Seconds in which a process must start on a busy machine.
PATIENCE = 60
LINE = "@ana send the pricing sheet"
_PARTS = count(1)
NOT_OURS = re.compile("proxy|slack|database", re.IGNORECASE)


def environment(box: Sandbox, database_url: str) -> dict[str, str]:
    """The environment of a bot for this sandbox, without this machine's proxies and settings."""
    kept = {name: value for name, value in os.environ.items() if not NOT_OURS.search(name)}
    return kept | {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": box.api_url,
        "DATABASE_URL": database_url,
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LOG_FORMAT": "json",
        "POSTS_PER_MINUTE": "60000",
        "PYTHONWARNINGS": "error::ResourceWarning",
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bot", *arguments]


def awake(box: Sandbox, database_url: str) -> None:
    """Puts every person of the sandbox at ten in the morning of a working day: sandbox and process use the machine's
    clock, and the bot sends nothing at night. Does nothing if the database is missing or not ready.
    """
    now = box.clock.now()
    # Ten in the morning, within the zones that exist: from twelve hours behind to fourteen ahead.
    ahead = 10 - now.hour if now.hour < 22 else 34 - now.hour
    for user in box.world.users.values():
        box.world.put_user(replace(user, tz=f"Etc/GMT{-ahead:+}"))
    ledger = Ledger(database_url)
    with suppress(sa.exc.SQLAlchemyError), ledger.begin() as tx:
        workspaces.ensure(tx, team_id=box.seed.team_id, name="Every day", now=now).working_week = "0123456"
    ledger.close()


class Serving(Protocol):
    """A bot that listens."""

    port: int


class Process:
    """`python -m bot run`, from when it listens until it ends. The sandbox sends its requests.

    `more` are further environment variables. With `until` the block begins at that log event, before the process has
    started; with None it begins at once.
    """

    def __init__(self, box: Sandbox, database_url: str, *, until: str | None = "started", **more: str) -> None:
        awake(box, database_url)
        self.port = 0
        self._events: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            command("run"), cwd=ROOT, env=environment(box, database_url) | more, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if until != "started":
            if until is not None:
                self.wait_for(until)
            return
        self.port = int(self.wait_for("started")["port"])
        box.app_url = f"http://127.0.0.1:{self.port}{EVENTS_PATH}"

    def wait_for(self, event: str) -> dict[str, Any]:
        """The first log event of that name. Raises AssertionError with the whole log if it does not come in time."""
        with self._news:
            found = self._news.wait_for(lambda: self.events(event), PATIENCE)
        assert found, self.events()
        return found[0]

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        return [event for event in self._events if name in {None, event["event"]}]

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: no handler of the process runs."""
        self._process.kill()
        self._end()

    def terminate(self) -> None:
        """SIGTERM: asks the process to end."""
        self._process.terminate()

    def ended(self, within: float = PATIENCE) -> int:
        """The exit status. Raises TimeoutExpired if the process does not end by itself in time."""
        status = self._process.wait(within)
        self._end()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.kill()

    def _end(self) -> None:
        self._process.wait()
        self._reader.join()
        if self._process.stderr:
            self._process.stderr.close()

    def _read(self) -> None:
        for line in self._process.stderr or ():
            event = json.loads(line) if line.startswith("{") else {"event": line}
            with self._news:
                self._events.append(event)
                self._news.notify_all()


def commit(box: Sandbox, text: str | None = None) -> Outcome:
    """Type the text after /commit; None: a line that begins with LINE, and is another promise each time."""
    line = f"{LINE}, part {next(_PARTS)}, by today" if text is None else text
    return box.command("U0EVA", "C0ACME", "/commit", line)


def recorded(outcome: Outcome) -> bool:
    return outcome.ok and "Recorded as #" in read(outcome.messages[-1])


class Holding:
    """Holds the first chat.postMessage: before Slack acts or, with `first`, after Slack has acted."""

    def __init__(self, box: Sandbox, *, first: bool) -> None:
        self.arrived, self.released = threading.Event(), threading.Event()
        self.posts = 0
        self._first = first
        box.api.intercept = self

    def __call__(self, method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        del args
        if method != "chat.postMessage":
            return carry_out()
        self.posts += 1
        if self.posts > 1:
            return carry_out()
        if self._first:
            carry_out()
        self.arrived.set()
        self.released.wait(60)
        return Reply({"ok": False, "error": "nobody listens any more"}, broken=True)


def let_the_lease_pass(database_url: str) -> None:
    """Ends the lease of all claimed rows now, instead of after two minutes."""
    ledger = Ledger(database_url)
    with ledger.begin() as tx:
        claimed = sa.update(Outbox).where(Outbox.state == "sending")
        tx.execute(claimed.values(not_before=Outbox.first_try_at))
    ledger.close()


def states(database_url: str) -> list[str]:
    """The states of the outbox, oldest first."""
    ledger = Ledger(database_url)
    with ledger.read() as tx:
        found: list[str] = list(tx.scalars(sa.select(Outbox.state).order_by(Outbox.id)))
    ledger.close()
    return found


@contextmanager
def down(database_url: str) -> Iterator[None]:
    """Blocks the database: another program has locked the file, or the server refuses connections."""
    url = normal_url(database_url)
    if url.get_backend_name() == "sqlite":
        other = sqlite3.connect(url.database or "", isolation_level=None, timeout=10)
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as server:
        server.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'))
        _throw_out(server, url.database)
        try:
            yield
        finally:
            server.execute(sa.text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'))


def _throw_out(server: sa.Connection, database: str | None) -> None:
    everybody = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
    server.execute(sa.text(everybody), {"name": database})


def answer(process: Serving, path: str) -> tuple[int, str]:
    """Status and body of a GET, over a new connection."""
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answered = connection.getresponse()
        return answered.status, answered.read().decode()
    finally:
        connection.close()


def readyz(process: Serving) -> tuple[int, dict[str, Any]]:
    """The status of /readyz, and its checks."""
    status, body = answer(process, "/readyz")
    return status, json.loads(body)["parts"]


def until(process: Serving, status: int) -> dict[str, Any]:
    """Asks /readyz until it answers with `status`, since nothing announces a change. Returns its checks."""
    pause = threading.Event()
    for _ in range(10 * PATIENCE):
        found, parts = readyz(process)
        if found == status:
            return parts
        pause.wait(0.1)
    raise AssertionError(readyz(process))


def refused(outcome: Outcome) -> bool:
    return outcome.ok and "can't be reached right now" in read(outcome.messages[-1])
