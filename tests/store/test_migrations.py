"""Migrations: models and database agree, and several processes may start at once."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from store import migrate
from store.db import Ledger, normal_url
from store.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_models_and_migrations_agree(ledger: Ledger) -> None:
    """A migrated database has exactly the tables, columns and indexes that the models declare."""
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"target_metadata": Base.metadata, "compare_type": True, "compare_server_default": False}
        )
        found = compare_metadata(context, Base.metadata)
    assert [each for each in found if each[0] not in {"add_fk", "remove_fk"}] == []


def test_foreign_keys_are_in_the_database(ledger: Ledger) -> None:
    """Every foreign key of the models exists, with its rule for deletion, and no other. SQLAlchemy does not see the
    rule of a column that was added on SQLite, so the comparison above leaves them out.
    """
    inspector = sa.inspect(ledger.engine)
    found = set()
    for table in Base.metadata.tables:
        if ledger.is_sqlite:
            with ledger.engine.connect() as connection:
                rows = connection.exec_driver_sql(f"PRAGMA foreign_key_list({table})").mappings().all()
            found |= {(table, row["from"], f"{row['table']}.{row['to']}", row["on_delete"]) for row in rows}
        else:
            found |= {
                (table, key["constrained_columns"][0], f"{key['referred_table']}.{key['referred_columns'][0]}",
                 key["options"].get("ondelete", "NO ACTION"))
                for key in inspector.get_foreign_keys(table)
            }  # fmt: skip
    assert found == {
        (table.name, key.parent.name, key.target_fullname, key.ondelete or "NO ACTION")
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
    }


def test_check_constraints_are_in_the_database(ledger: Ledger) -> None:
    """Every check constraint of the models exists under its name; the comparison above leaves them out."""
    wanted = {
        (table.name, str(constraint.name))
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }
    inspector = sa.inspect(ledger.engine)
    found = {
        (table, str(constraint["name"]))
        for table in inspector.get_table_names()
        for constraint in inspector.get_check_constraints(table)
    }
    assert wanted
    assert wanted <= found


def test_migrating_twice_changes_nothing(ledger: Ledger) -> None:
    """A database that is up to date stays as it is."""
    assert migrate.upgrade(ledger) == (migrate.head(), migrate.head())
    assert migrate.current(ledger) == migrate.head()


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_the_options_of_an_address_hold(empty_url: str) -> None:
    """A search_path chooses the schema; our own limits hold beside it."""
    plain, chosen = normal_url(empty_url), normal_url(empty_url).update_query_dict({"options": "-csearch_path=mine"})
    engine = sa.create_engine(plain, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE SCHEMA mine"))
    ledger = Ledger(chosen)
    migrate.upgrade(ledger)
    with ledger.read() as tx:
        assert tx.scalar(sa.text("SHOW statement_timeout")) == "2s"
    ledger.close()
    assert sa.inspect(engine).get_table_names("public") == []
    assert "commitment" in sa.inspect(engine).get_table_names("mine")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: sa.URL = request.getfixturevalue("postgresql")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"makegood_{uuid.uuid4().hex[:12]}"
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    """Four that start together queue on the lock, for longer than a request would: one migrates, the others find it
    done.
    """
    start, results, failures = threading.Barrier(4), [], []

    def upgrade() -> None:
        ledger = Ledger(empty_url)
        if ledger.is_sqlite:
            # A request's busy timeout is far shorter than a migration on a busy machine, so this test makes it 1 ms.
            sa.event.listen(ledger.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=1"))
        start.wait()
        try:
            results.append(migrate.upgrade(ledger)[0])
        except Exception as error:  # noqa: BLE001  any error must fail the test
            failures.append(error)
        finally:
            ledger.close()

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(map(str, results)) == [migrate.head()] * 3 + ["None"]


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///makegood.db", "sqlite"),
        ("postgres://u:p@h/db", "postgresql+psycopg"),
        ("postgresql://u:p@h/db", "postgresql+psycopg"),
        ("postgresql+psycopg2://u:p@h/db", "postgresql+psycopg"),
    ],
)
def test_addresses_as_people_write_them(given: str, driver: str) -> None:
    """Both spellings of PostgreSQL mean the same driver."""
    assert normal_url(given).drivername == driver


@pytest.mark.parametrize("given", ["mysql://h/db", "makegood.db", ""])
def test_other_databases_are_refused_in_words(given: str) -> None:
    """Other databases than SQLite and PostgreSQL are refused with a sentence that says what to use."""
    with pytest.raises(ValueError, match="sqlite:///"):
        normal_url(given)
