"""The ledger becomes unusable while the bot runs: found within a round, reported, and nothing confirmed is lost.

Each test runs with the bot in the process of the tests, and once more with a real process.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from store.db import Ledger, normal_url
from tests.journeys import inside
from tests.journeys.processes import PATIENCE, Process, commit, readyz, recorded, refused, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox
    from tests.journeys.inside import Inside

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


process = inside.process


def file(database_url: str) -> Path:
    return Path(normal_url(database_url).database or "")


def damage(path: Path) -> None:
    """Overwrite twenty kilobytes in the middle of the file with noise."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(random.Random(1).randbytes(20 * 1024))


def everything_in_the_file(path: Path) -> None:
    """Write the write-ahead log back into the file."""
    connection = sqlite3.connect(path, timeout=PATIENCE)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@contextmanager
def newer_schema(database_url: str) -> Iterator[None]:
    """A newer version has migrated the database."""
    # It waits for SQLite's writer as long as it takes: what is tested is the process.
    patient = {"timeout": PATIENCE} if database_url.startswith("sqlite") else {}
    engine = sa.create_engine(normal_url(database_url), connect_args=patient, poolclass=sa.NullPool)
    shape = sa.table("alembic_version", sa.column("version_num"))
    with engine.begin() as tx:
        before = tx.scalar(sa.select(shape.c.version_num))
        tx.execute(sa.update(shape).values(version_num="9999"))
    try:
        yield
    finally:
        with engine.begin() as tx:
            tx.execute(sa.update(shape).values(version_num=before))


@only_sqlite
def test_the_file_is_damaged(process: Inside | Process, box: Sandbox, database_url: str) -> None:
    """A damaged file: /readyz and the log say so without a request, people who act are told."""
    path = file(database_url)
    assert recorded(commit(box))
    everything_in_the_file(path)
    damage(path)
    assert "damaged" in process.wait_for("ledger_closed")["why"]
    status, parts = readyz(process)
    assert (status, parts["database"]["ok"]) == (503, False)
    assert refused(commit(box))
    process.terminate()
    assert process.ended() == 0


def test_a_start_on_a_damaged_file_is_refused(box: Sandbox, database_url: str) -> None:
    """A start on a damaged file says it, with the remedy, and ends."""
    everything_in_the_file(file(database_url))
    damage(file(database_url))
    with Process(box, database_url, until=None) as process:
        assert process.ended(within=PATIENCE) == 1
        assert "restore a backup" in str(process.events())


@only_sqlite
@pytest.mark.parametrize("what", ["deleted", "emptied", "replaced", "without its log"])
def test_the_file_is_gone(process: Inside | Process, box: Sandbox, database_url: str, what: str) -> None:
    """A missing file: the next person who acts is told, nothing is confirmed, and /readyz and the log say why."""
    path = file(database_url)
    assert recorded(commit(box))
    process.wait_for("delivered")
    if what == "emptied":
        path.write_bytes(b"")
    elif what == "without its log":
        path.with_name(f"{path.name}-wal").unlink()
    else:
        path.rename(path.with_name("away.db"))
        if what == "replaced":
            path.write_bytes(path.with_name("away.db").read_bytes())
    assert refused(commit(box))
    words = until(process, 503)["database"]["words"]
    said = {
        "deleted": ("is gone",),
        "emptied": ("is empty", "is damaged"),
        "replaced": ("was replaced",),
        # A request that reads one of its pages before the watch looks at the files finds the ledger damaged.
        "without its log": ("was deleted", "is damaged"),
    }
    assert any(each in words for each in said[what])
    process.wait_for("database_unavailable")
    if what == "deleted":
        path.with_name("away.db").rename(path)
        until(process, 200)
        assert recorded(commit(box))
    process.terminate()
    assert process.ended() == 0


def test_a_newer_version_has_migrated(process: Inside | Process, box: Sandbox, database_url: str) -> None:
    """After a newer version has migrated, the older one stops writing within a round; /readyz and the log name the
    version.
    """
    assert recorded(commit(box))
    with newer_schema(database_url):
        assert "newer version" in process.wait_for("ledger_closed")["why"]
        status, parts = readyz(process)
        assert (status, parts["migrations"]["ok"]) == (503, False)
        assert "newer version" in parts["migrations"]["words"]
        assert refused(commit(box))
    process.wait_for("ledger_open")
    assert recorded(commit(box))
    process.terminate()
    assert process.ended() == 0
    assert [event for event in process.events() if "exception" in event] == []


@contextmanager
def read_only(database_url: str) -> Iterator[None]:
    """The server is read-only, as after a fail-over to a copy."""
    url = normal_url(database_url)
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    throw_out = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with engine.connect() as server:
        for value in ("on", "off"):
            server.execute(sa.text(f'ALTER DATABASE "{url.database}" SET default_transaction_read_only = {value}'))
            server.execute(throw_out, {"name": url.database})
            if value == "on":
                yield


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_database_is_a_copy(process: Inside | Process, box: Sandbox, database_url: str) -> None:
    """A read-only copy: people who act are told, /readyz says why, and the process ends when asked to."""
    assert recorded(commit(box))
    with read_only(database_url):
        assert "read-only" in until(process, 503)["database"]["words"]
        assert refused(commit(box))
    until(process, 200)
    assert recorded(commit(box))
    process.terminate()
    assert process.ended() == 0
    assert [event for event in process.events() if "exception" in event] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_tables_are_gone(process: Inside | Process, box: Sandbox, database_url: str) -> None:
    """An empty database has replaced the ledger: within a round it is not used any more."""
    ledger = Ledger(database_url)
    assert recorded(commit(box))
    with ledger.begin() as tx:
        tx.execute(sa.text("ALTER SCHEMA public RENAME TO away"))
        tx.execute(sa.text("CREATE SCHEMA public"))
    try:
        assert "revision none" in process.wait_for("ledger_closed")["why"]
        assert readyz(process)[0] == 503
        assert refused(commit(box))
    finally:
        with ledger.engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public"))
            connection.execute(sa.text("ALTER SCHEMA away RENAME TO public"))
        ledger.close()
    process.wait_for("ledger_open")
    process.terminate()
    assert process.ended() == 0
