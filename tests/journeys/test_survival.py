"""The real process: killed, cut off from its database, asked to end. What was confirmed stays, what was not is said."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.manifest import for_address
from sandbox import Reply, Sandbox
from store.db import Ledger, normal_url
from store.tables import Commitment, Outbox
from tests.journeys.conftest import SECRET, TOKEN, read
from tests.journeys.processes import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox import Outcome

LINE = "@ana send the pricing sheet by tomorrow"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A workspace whose clock shows the time on the wall, as the process's does."""
    manifest = for_address("https://bot.makegood.example")
    with Sandbox(manifest, app_url=None, signing_secret=SECRET, bot_token=TOKEN) as box:
        yield box


def commit(box: Sandbox, text: str = LINE) -> Outcome:
    return box.command("U0EVA", "C0ACME", "/commit", text)


def recorded(outcome: Outcome) -> bool:
    return outcome.ok and "Recorded as #" in read(outcome.messages[-1])


class Holding:
    """Stops the first chat.postMessage on its way: before Slack acts, or with `first` after it has."""

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
        self.released.wait(30)
        return Reply({"ok": False, "error": "nobody listens any more"}, broken=True)


def let_the_lease_pass(database_url: str) -> None:
    """What is claimed may be taken again now rather than in two minutes."""
    ledger = Ledger(database_url)
    with ledger.begin() as tx:
        claimed = sa.update(Outbox).where(Outbox.state == "sending")
        tx.execute(claimed.values(not_before=Outbox.first_try_at))
    ledger.close()


@pytest.mark.parametrize("first", [False, True], ids=["before Slack acts", "after Slack acted"])
def test_killed_while_telling(box: Sandbox, database_url: str, *, first: bool) -> None:
    """SIGKILL with the receipt on the screen and the owner's message on its way: nothing is lost, nothing doubled."""
    holding = Holding(box, first=first)
    with Process(box, database_url) as process:
        assert recorded(commit(box))
        assert holding.arrived.wait(10)
        process.kill()
    holding.released.set()
    assert len(box.dm("U0ANA")) == first
    let_the_lease_pass(database_url)
    with Process(box, database_url) as process:
        process.wait_for("delivery_found" if first else "delivered")
        assert "send the pricing sheet" in read(commit(box, "1").messages[-1])
        assert recorded(commit(box, "call them by tomorrow"))
        process.terminate()
        assert process.ended(within=10) == 0
    assert (len(box.dm("U0ANA")), holding.posts) == (1, 2 - first)
    assert states(database_url) == ["sent"]


def states(database_url: str) -> list[str]:
    """The states of the outbox, oldest first."""
    ledger = Ledger(database_url)
    with ledger.read() as tx:
        found = list(tx.scalars(sa.select(Outbox.state).order_by(Outbox.id)))
    ledger.close()
    return found


@contextmanager
def _down(database_url: str) -> Iterator[None]:
    """The database cannot be used: another program has locked the file, or the server lets nobody in."""
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


def test_the_database_is_down(box: Sandbox, database_url: str) -> None:
    """Whoever acts is told within three seconds to try again, with their line; afterwards all is well by itself."""
    with Process(box, database_url) as process:
        assert recorded(commit(box))
        process.wait_for("delivered")
        form = commit(box, "").view
        assert form is not None
        with _down(database_url):
            for _ in range(2):
                refused = commit(box)
                assert not refused.timed_out, refused
                assert "can't be reached right now" in read(refused.messages[-1])
                assert LINE in read(refused.messages[-1]).partition("You wrote:")[2]
            fields = {"action": "call them", "owner": "U0EVA", "due": "2099-01-01"}
            late = box.submit("U0EVA", form.id, {field: {field: value} for field, value in fields.items()})
            assert not late.timed_out
            assert "can't be reached right now" in " ".join(late.errors.values())
        _works_again(box)
        assert [event for event in process.events() if "exception" in event] == []
    ledger = Ledger(database_url)
    with ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Commitment)) == 2
    ledger.close()


def _works_again(box: Sandbox) -> None:
    """At the second try at the latest: connections that died are noticed by using one."""
    again = commit(box)
    if not recorded(again):
        assert "can't be reached right now" in read(again.messages[-1])
        assert recorded(commit(box))
    box.wait_for(lambda box: len(box.dm("U0ANA")) == 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_database_was_restarted(box: Sandbox, database_url: str) -> None:
    """Every connection is cut while nobody does anything: the next one who types notices nothing."""
    with Process(box, database_url) as process:
        assert recorded(commit(box))
        process.wait_for("delivered")
        with _down(database_url):
            pass
        assert recorded(commit(box))
        box.wait_for(lambda box: len(box.dm("U0ANA")) == 2)


def test_asked_to_end(box: Sandbox, database_url: str) -> None:
    """SIGTERM: the post in flight is finished and written down, and the process ends with status 0."""
    holding = Holding(box, first=False)
    with Process(box, database_url) as process:
        assert recorded(commit(box))
        assert holding.arrived.wait(10)
        box.api.intercept = None
        process.terminate()
        holding.released.set()
        assert process.ended(within=10) == 0
        assert process.events("stopped")[0]["finished"] is True


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_asked_to_end_while_slack_hangs(box: Sandbox, database_url: str) -> None:
    """Slack does not answer: the process ends in time all the same, and the message is not forgotten."""
    holding = Holding(box, first=False)
    with Process(box, database_url) as process:
        assert recorded(commit(box))
        assert holding.arrived.wait(10)
        process.terminate()
        assert process.ended(within=10) == 0
    holding.released.set()
    assert states(database_url) == ["sending"]
