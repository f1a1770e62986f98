"""Migrations: bring the database to the revision that this version of the program expects, under a lock."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from store.db import Ledger

# The key of the advisory lock.
_LOCK = -6253


def upgrade(ledger: Ledger) -> tuple[str | None, str]:
    """Apply the missing migrations and return (revision before, revision after).

    Several processes may call it at once: they queue on a lock, and the later ones have nothing to do. All migrations
    run in one transaction on both databases, so a failure changes nothing.
    """
    with ledger.for_writing.connect() as connection:
        if ledger.is_sqlite:
            # BEGIN IMMEDIATE is the lock; the first statement sends it. A migration takes longer than a request waits.
            connection.connection.cursor().execute("PRAGMA busy_timeout = 60000").close()
        else:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        before = MigrationContext.configure(connection).get_current_revision()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        connection.detach()
    return before, head()


def head() -> str:
    """The newest revision of the database that this program knows."""
    return _known()[0]


def misfit(found: str | None, newest: str | None = None) -> str | None:
    """The problem and what to do, in words, if this version does not fit a database at revision `found`; else None."""
    newest = newest or head()
    if found == newest:
        return None
    if found is not None and found not in _known():
        return f"The database is at revision {found}, which a newer version made: run that version, not this one."
    return f"The database is at revision {found or 'none'}, this version expects {newest}: run `makegood migrate`."


def current(ledger: Ledger) -> str | None:
    """The revision of the database; None for an empty one."""
    with ledger.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@functools.cache
def _known() -> tuple[str, ...]:
    """The revisions of the database that this program knows, the newest first."""
    revisions = tuple(each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions())
    if not revisions:
        raise RuntimeError("the program was packaged without its migrations")
    return revisions


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
