"""The database cannot be reached, or its disk is full: people are told, nothing is lost, and it recovers by itself."""

from __future__ import annotations

import resource
import shutil
import subprocess
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from store.db import Ledger, normal_url
from store.tables import Commitment
from tests.journeys.conftest import BotInWorkspace, read
from tests.journeys.processes import (
    Process,
    commit,
    down,
    let_the_lease_pass,
    recorded,
    refused,
    states,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox import Sandbox

pytestmark = pytest.mark.both_databases

POST = "chat.postMessage"


@contextmanager
def full(process: Process) -> Iterator[None]:
    """No file of the process may grow: a write beyond its present size fails, as on a full disk."""
    limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (512, limits[1]))
    try:
        yield
    finally:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_disk_is_full(box: Sandbox, database_url: str) -> None:
    """The disk fills up during a post: people who act, /readyz and the log tell it; later each message goes once."""
    with Process(box, database_url) as process:
        until(process, 200)
        box.faults.fail(POST, "delay", seconds=2, count=1)
        assert recorded(commit(box))
        box.wait_for(lambda box: box.faults.waiting)
        with full(process):
            box.wait_for(lambda box: len(box.dm("U0ANA")) == 1)
            assert refused(commit(box))
            # Slack has the message, but its outcome could not be stored.
            process.wait_for("courier_database_unavailable")
            assert "cannot be written" in until(process, 503)["database"]["words"]
            for event in process.events("database_unavailable") + process.events("courier_database_unavailable"):
                assert "disk" in event["why"]
        until(process, 200)
        let_the_lease_pass(database_url)
        assert recorded(commit(box, "@ben call them by tomorrow"))
        box.wait_for(lambda box: len(box.dm("U0BEN")) == 1)
        process.wait_for("delivery_found")
        process.terminate()
        assert process.ended() == 0
        assert [event for event in process.events() if "exception" in event] == []
    assert sum(call.method == POST for call in box.calls) == 2
    assert states(database_url) == ["sent", "sent"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "before", [pytest.param(0, marks=pytest.mark.slow, id="at once"), pytest.param(5, id="after some writes")]
)
def test_the_disk_is_really_full(box: Sandbox, small_disk: Path, database_url: str, before: int) -> None:
    """The disk is full right after the start or later: /readyz says so, and confirmed changes survive a kill -9."""
    path = shutil.copy(str(normal_url(database_url).database), small_disk / "makegood.db")
    database_url = f"sqlite:///{path}"
    with Process(box, database_url) as process:
        confirmed = sum(recorded(commit(box)) for _ in range(before))
        assert confirmed == before
        with (small_disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(bytes(4096)):
                pass
        assert "full" in until(process, 503)["database"]["words"]
        confirmed += sum(recorded(commit(box)) for _ in range(10))
        process.kill()
    (small_disk / "filler").unlink()
    with Process(box, database_url) as process:
        until(process, 200)
        assert recorded(commit(box))
        process.terminate()
        assert process.ended() == 0
    ledger = Ledger(database_url)
    with ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(Commitment)) == confirmed + 1
    ledger.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_says_that_it_is_full(bare_town: BotInWorkspace) -> None:
    """SQLITE_FULL during a recording: it is refused in words and nothing of it is stored; then the next one works."""
    town = bare_town
    ledger = town.makegood.ledger
    with ledger.read() as tx:
        most = tx.scalar(sa.text("PRAGMA page_count"))

    @sa.event.listens_for(ledger.engine, "checkout")
    def _limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most}")

    before, told = 0, None
    for number in range(200):
        outcome = town.commit("U0EVA", f"@ana send part {number} by today")
        if "Recorded as #" not in read(outcome.messages[-1]):
            told = outcome
            break
        before += 1
        # The limit on recordings per minute must not stop this test.
        town.box.clock.move_to(town.box.clock.now() + timedelta(seconds=3))
    assert told is not None
    assert refused(told)
    assert town.rows()["commitment"] == len(town.outbox("assigned")) == before
    most = 1_000_000
    town.receipt("U0EVA", "@ana send the rest by today")
    while town.makegood.courier.deliver_one():
        town.box.clock.move_to(town.box.clock.now() + town.makegood.courier.delivery.pace * 10)
    town.settled()
    assert len(town.box.dm("U0ANA")) == before + 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_waits_for_another_writer_is_answered_in_time(bare_town: BotInWorkspace) -> None:
    """SQLite has one writer: a person who waits for it is answered before Slack gives up, and nothing is recorded."""
    with bare_town.makegood.ledger.begin():
        assert refused(bare_town.commit("U0EVA", "send the sheet by Friday"))
        database = next(part for part in bare_town.service.readiness.look() if part.name == "database")
        assert "cannot be written" in database.words
    assert "Recorded as #1" in read(bare_town.receipt("U0EVA", "send the sheet by Friday"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_is_held_by_another_program(bare_town: BotInWorkspace) -> None:
    """Another program holds SQLite's write lock: four people who wait are each told so within Slack's three seconds."""
    town = bare_town
    with town.post.caught() as parcels:
        for number in range(4):
            town.box.command("U0EVA", "C0ACME", "/commit", f"send part {number} by Friday 4 Dec")
    with down(town.makegood.ledger.url.render_as_string()):
        acks = town.at_once(*parcels)
    assert [ack.failure for ack in acks] == [None] * 4
    assert all("can't be reached right now" in str(ack.body) for ack in acks)
    assert town.rows()["commitment"] == 0
    assert all("Recorded as #" in str(ack.body) for ack in town.at_once(*parcels))
    assert town.rows()["commitment"] == 4


@pytest.mark.slow
def test_the_database_is_gone_while_messages_wait(box: Sandbox, database_url: str) -> None:
    """The database goes away during a post, while the owner's next message waits behind it: log and /readyz say so;
    later each arrives once.
    """
    with Process(box, database_url) as process:
        until(process, 200)
        box.faults.fail(POST, "delay", seconds=1.5, count=1)
        assert recorded(commit(box))
        assert recorded(commit(box))
        box.wait_for(lambda box: box.faults.waiting)
        with down(database_url):
            process.wait_for("courier_database_unavailable")
            assert until(process, 503)["database"]["ok"] is False
            box.wait_for(lambda box: box.dm("U0ANA"))
        until(process, 200)
        # Nothing is on its way now: the second message waits until the first is decided.
        let_the_lease_pass(database_url)
        box.wait_for(lambda box: len(box.dm("U0ANA")) == 2)
        process.terminate()
        assert process.ended() == 0
    assert sum(call.method == POST for call in box.calls) == 2


def test_a_lost_connection_to_the_database_is_no_trouble(bare_town: BotInWorkspace) -> None:
    """All pooled connections are dead: reading the ledger works again, at the second try at the latest."""
    town = bare_town
    town.receipt("U0EVA", "@ana send it by Friday 4 Dec")
    url = town.makegood.ledger.url.render_as_string(hide_password=False)
    with down(url), pytest.raises(sa.exc.SQLAlchemyError):
        town.makegood.courier.deliver_one()
    town.settled()
    assert len(town.box.dm("U0ANA")) == 1
