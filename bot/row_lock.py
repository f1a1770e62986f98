"""Nobody else sends a row while we do, however long we are frozen in the middle of it.

A lease alone does not hold that: a worker frozen past its lease wakes up and sends what another has taken.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.db import Ledger


class RowLock:
    """`hold(row id)` gives whether the row is ours alone.

    PostgreSQL: a session advisory lock on a connection of the thread's own, freed by the server when the
    process dies (it needs a direct connection, not a pooler in transaction mode). SQLite: a set in the
    process, which is the only one that writes.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._held: set[int] = set()
        self._lock = threading.Lock()
        self._own = threading.local()
        self._connections: list[sa.Connection] = []

    @property
    def held(self) -> tuple[int, ...]:
        """The rows that this process is sending."""
        with self._lock:
            return tuple(self._held)

    @contextmanager
    def locked(self, row_id: int) -> Iterator[bool]:
        with self._lock:
            if row_id in self._held:
                taken = False
            else:
                self._held.add(row_id)
                taken = True
        if not taken:
            yield False
            return
        try:
            if self._ledger.is_sqlite:
                yield True
            else:
                with self._advisory_lock(row_id) as alone:
                    yield alone
        finally:
            with self._lock:
                self._held.discard(row_id)

    def close(self) -> None:
        """Give the threads' connections back. Called when no thread sends any more."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    @contextmanager
    def _advisory_lock(self, row_id: int) -> Iterator[bool]:
        connection, alone = self._locked(row_id)
        try:
            yield alone
        finally:
            if alone:
                try:
                    connection.scalar(sa.select(sa.func.pg_advisory_unlock(row_id)))
                except sa.exc.DBAPIError:
                    # The session is gone and its locks with it.
                    self._forget(connection)

    def _locked(self, row_id: int) -> tuple[sa.Connection, bool]:
        """The thread's connection, and whether the lock is ours.

        A connection that died while it waited for work is replaced: nothing was posted yet, so asking again is safe.
        """
        lock = sa.select(sa.func.pg_try_advisory_lock(row_id))
        connection = self._connection()
        try:
            return connection, bool(connection.scalar(lock))
        except sa.exc.DBAPIError:
            self._forget(connection)
        connection = self._connection()
        return connection, bool(connection.scalar(lock))

    def _connection(self) -> sa.Connection:
        connection: sa.Connection | None = getattr(self._own, "connection", None)
        if connection is None or connection.closed:
            # Each statement by itself: the lock outlives transactions.
            connection = self._ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._own.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    def _forget(self, connection: sa.Connection) -> None:
        self._own.connection = None
        with self._lock:
            self._connections.remove(connection)
        connection.invalidate()
        connection.close()
