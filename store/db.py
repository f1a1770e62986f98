"""The database behind the ledger: engine, transactions, and every difference between SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import copy
import functools
import re
import select
import sqlite3
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from store.sqlite_file import SqliteFile, file_of, is_damage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Dialect
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

# Set in a session's `info` by whoever leaves something in the outbox.
NEWS = "news"
# In a session's `info`: its connection, for what goes past the session (prepared.py, insert_once).
CONNECTION = "connection"
# Slack waits three seconds for an answer. A database that cannot serve within two leaves time to say so.
ANSWER_WITHIN = 2.0
# Of these, what is worth a word to SQLite when it was spent on waiting.
_NOTICED = 0.1
# Seconds of silence after which the machine of PostgreSQL is asked whether it is still there.
_ASKED_AGAIN_AFTER = 5


# The parts of an address's query that may be shown; any other may be a password.
_SHOWN = ("host", "port", "user", "sslmode")
_ESCAPES = "in its user and password write @ as %40, : as %3A and / as %2F"


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware instant, UTC in the database and UTC when read. A naive value is refused on the way in.

    SQLite keeps no zone, so what comes back from it gets UTC attached.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive instant {value!r}: the ledger takes aware instants only")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def normal_url(url: str) -> sa.URL:
    """Read a database address as people write it: `postgres://` and `postgresql://` both mean psycopg 3.

    Raises ValueError, in words, for anything that is neither SQLite nor PostgreSQL.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise ValueError("it is not a database address such as sqlite:///makegood.db") from None
    except ValueError:
        # SQLAlchemy's own words would show a part of the password.
        raise ValueError(f"its port is not a number; {_ESCAPES}") from None
    backend = parsed.drivername.partition("+")[0]
    if backend in {"postgres", "postgresql"}:
        if parsed.username is not None and "@" in f"{parsed.host}{parsed.database}":
            raise ValueError(f"it has more than one @; {_ESCAPES}")
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        if "?" in url or parsed.host:
            raise ValueError("for SQLite it is sqlite:/// and the path of a file, without a ?")
        if parsed.database in {None, "", ":memory:"} or f"{parsed.database}".startswith("file:"):
            raise ValueError("the ledger must outlive the process: name a file")
        return parsed.set(drivername="sqlite")
    raise ValueError(f"{backend} is not supported: use sqlite:///… or postgresql://…")


def shown_url(url: sa.URL) -> str:
    """The address for people to read, without any password."""
    query = {name: value for name, value in url.query.items() if name in _SHOWN}
    return url.set(query=query).render_as_string(hide_password=True)


def passwords(url: str) -> list[str]:
    """Every password in an address, as PostgreSQL reads it and as it is written there."""
    parsed = normal_url(url)
    written = re.search(r"://[^:/@]*:(.*)@", url)
    values = [parsed.password, written and written[1]]
    values += [value for name, value in parsed.query.items() if "pass" in name]
    return list(dict.fromkeys(str(value) for value in values if value))


class _Condition:
    """Whether a ledger may be written. One for all who share the ledger."""

    problem: str | None = None


class Ledger:
    """The one door to the database: `begin()` to change, `read()` to look. Whoever opens it closes it.

    Both give a Session that is committed (or merely ended) when the block leaves without an error and
    rolled back otherwise. Objects stay readable after the block; nothing is loaded behind anyone's back.
    """

    def __init__(self, url: str | sa.URL, *, pool_size: int = 20) -> None:
        self.url = normal_url(url) if isinstance(url, str) else url
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url, pool_size) if self.is_sqlite else _postgresql(self.url, pool_size)
        # The connections begin nothing by themselves (_begins_as_told). SQLAlchemy's AUTOCOMMIT would switch that each
        # time: at the cost of a question on PostgreSQL, and SQLite would plan every statement anew.
        self._for_writing = self.engine.execution_options(makegood_writes=True)
        self._for_reading = self.engine.execution_options(makegood_looks=True)
        self._condition = _Condition()
        sa.event.listen(self.engine, "handle_error", self._note_error)
        # Called after a transaction that left something in the outbox.
        self.on_news: Callable[[], None] = lambda: None
        self._writer = _Writer(self._for_writing)
        # Seconds that a transaction waits until it may write, None for as long as it takes: a courier that gave up
        # would leave its message to the lease.
        self.patience: float | None = None

    def answering(self) -> Ledger:
        """The same ledger for what Slack waits for: sa.exc.TimeoutError or OperationalError, and nothing written,
        where nobody may write for ANSWER_WITHIN seconds.
        """
        impatient = copy.copy(self)
        impatient.patience = ANSWER_WITHIN
        impatient.on_news = lambda: self.on_news()  # noqa: PLW0108  it may be set later
        return impatient

    @property
    def problem(self) -> str | None:
        """Words for the reason why nothing may be written now; None while all is well."""
        return self._condition.problem

    @problem.setter
    def problem(self, words: str | None) -> None:
        self._condition.problem = words

    @contextlib.contextmanager
    def begin(self, *, alone: bool = False) -> Iterator[Session]:
        """Open a transaction that may write. Never held while talking to Slack.

        sa.exc.OperationalError while the ledger has a `problem`: what would be written might be lost, or do harm.

        `alone`: the block writes with a single statement, or on SQLite with several. PostgreSQL then needs nothing
        around it, which saves two round trips, and locks are held for that statement only.
        """
        if self.problem is not None:
            raise sa.exc.OperationalError("BEGIN", {}, RuntimeError(self.problem))
        with (
            self._write(alone=alone) as connection,
            Session(connection, expire_on_commit=False, info={CONNECTION: connection}) as tx,
        ):
            yield tx
            if tx.in_transaction():
                # Flushes, and ends the session's part; the connection's own block commits.
                tx.commit()
        if tx.info.get(NEWS):
            self.on_news()

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that only looks. Each question is answered as of when it is asked.

        No transaction is begun: on PostgreSQL that saves two round trips, on SQLite nothing is locked.
        """
        with (
            self._for_reading.connect() as connection,
            Session(connection, expire_on_commit=False, info={CONNECTION: connection}) as tx,
        ):
            yield tx

    def connect(self) -> sa.Connection:
        """A connection on which every statement stands for itself, for locks that outlive them. Its taker closes it."""
        return self._for_reading.connect()

    def close(self) -> None:
        self._writer.close()
        self.engine.dispose()

    def _note_error(self, context: sa.engine.ExceptionContext) -> None:
        for error in (context.original_exception, context.sqlalchemy_exception):
            # From its second line on PostgreSQL shows the row that it refused: what people wrote.
            if error is not None and error.args:
                error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])
        if is_damage(context.original_exception):
            self.problem = f"The database is damaged ({context.original_exception})."
            # SQLite's class for it is above all others; for everybody else it is one more way to be out of reach.
            raise sa.exc.OperationalError(context.statement, {}, context.original_exception)

    @contextlib.contextmanager
    def _write(self, *, alone: bool) -> Iterator[sa.Connection]:
        if not self.is_sqlite:
            with self._for_reading.connect() if alone else self._for_writing.begin() as connection:
                yield connection
            return
        with self._writer.turn(self.patience) as connection:
            yield connection


class _Writer:
    """SQLite's one writer in this process, and its connection.

    Nobody else writes through that one: whatever another one writes would empty its page cache. Waiting on a lock
    here is fair and cheap; waiting inside SQLite is a sleep loop that wakes late. That is left for other processes.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: sa.Connection | None = None

    @contextlib.contextmanager
    def turn(self, patience: float | None) -> Iterator[sa.Connection]:
        """A transaction, once nobody else writes; with `patience` after at most so many seconds, or an error."""
        asked = time.monotonic()
        if not self._lock.acquire(timeout=-1 if patience is None else patience):
            raise sa.exc.TimeoutError(f"others have been writing for {patience} seconds")
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            waited = time.monotonic() - asked
            left = None if patience is None or waited <= _NOTICED else patience - waited
            with self._begun(self._connection, left):
                yield self._connection
        finally:
            self._lock.release()

    @staticmethod
    def _begun(connection: sa.Connection, within: float | None) -> sa.RootTransaction:
        """A transaction begun after at most so many seconds, by default ANSWER_WITHIN: others may be writing."""
        if within is None:
            return connection.begin()
        _wait_for_others(connection, within)
        try:
            return connection.begin()
        finally:
            _wait_for_others(connection, ANSWER_WITHIN)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _wait_for_others(connection: sa.Connection, seconds: float) -> None:
    on_driver(connection, f"PRAGMA busy_timeout = {max(0, int(seconds * 1000))}", {}).close()


def _sqlite(url: sa.URL, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=ANSWER_WITHIN,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        hide_parameters=True,
        # As psycopg takes them too, so that prepared.py hands both the same.
        paramstyle="named",
        connect_args={"check_same_thread": False, "timeout": ANSWER_WITHIN},
    )

    path = file_of(url)
    file = SqliteFile(path) if path else None

    @sa.event.listens_for(engine, "do_connect")
    def _open(*_: object) -> None:
        if file:
            file.before_connecting()

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself: it would begin deferred ones, which meet
        # SQLITE_BUSY when they turn to writing, whatever the timeout.
        connection.isolation_level = None
        cursor = connection.cursor()
        # secure_delete: what a redaction takes away is written over in the file, too.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        if file:
            file.connected()

    @sa.event.listens_for(engine, "begin")
    def _still_there(connection: sa.Connection) -> None:
        if file and connection.get_execution_options().get("makegood_writes"):
            try:
                file.before_writing()
            except sqlite3.OperationalError as error:
                raise sa.exc.OperationalError("BEGIN", {}, error) from None

    _begins_as_told(engine, writing="BEGIN IMMEDIATE")
    return engine


def _postgresql(url: sa.URL, pool_size: int) -> sa.Engine:
    milliseconds = int(ANSWER_WITHIN * 1000)
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=ANSWER_WITHIN,
        # What people wrote stays out of exceptions, and so out of logs.
        hide_parameters=True,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        connect_args={
            "autocommit": True,
            "connect_timeout": int(ANSWER_WITHIN),
            # A server whose machine is gone does not even close the connection: TCP alone would wait a quarter of an
            # hour for what was sent there, and for ever for an answer.
            "tcp_user_timeout": milliseconds,
            "keepalives_idle": _ASKED_AGAIN_AFTER,
            "keepalives_interval": 1,
            # The address may have options of its own: a search_path, say.
            "options": f"{_options_of(url)} -c lock_timeout={milliseconds} -c statement_timeout={milliseconds}"
            " -c idle_in_transaction_session_timeout=60000"
            " -c timezone=UTC -c synchronous_commit=on"
            # And the server: a worker whose machine is gone would hold the messages that it was sending for two hours.
            " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
        },
    )

    @sa.event.listens_for(engine, "checkout")
    def _alive(connection: Any, _entry: ConnectionPoolEntry, _proxy: Any) -> None:  # noqa: ANN401  the driver's own
        # A server that went away has closed its end, which shows without asking it: nothing else is ever
        # waiting to be read on an idle connection. All that are older go with this one.
        if select.select([connection.fileno()], [], [], 0)[0]:
            raise sa.exc.InvalidatePoolError("the server has closed the connection")

    _begins_as_told(engine, writing="BEGIN")
    return engine


def _options_of(url: sa.URL) -> str:
    found = url.query.get("options", "")
    return found if isinstance(found, str) else " ".join(found)


def _begins_as_told(engine: sa.Engine, *, writing: str) -> None:
    """Begin what a block writes in with `writing`, and for one that only looks nothing at all.

    So there is nothing to undo when a connection returns to the pool: a transaction ends with its block.
    """

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("makegood_looks"):
            on_driver(connection, writing if options.get("makegood_writes") else "BEGIN", {}).close()


def insert_once(tx: Session, table: type[Any], values: dict[str, Any], *, keys: tuple[str, ...]) -> int | None:
    """Insert a row unless one with the same unique `keys` is there; its id, or None if it was there.

    The unique constraint is the referee: of two transactions that race, one inserts and the other sees it.
    """
    new_id: int | None = core_of(tx).scalar(_insert_once(table.__table__, keys, tx.get_bind().dialect.name), values)
    return new_id


def on_driver(connection: sa.Connection, text: str, values: dict[str, Any]) -> Any:  # noqa: ANN401  the driver's cursor
    """Run a statement as it stands, past everything that SQLAlchemy would do around it."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        # Its own judgement: the error as everybody knows it, and a connection that is gone leaves the pool.
        connection._handle_dbapi_exception(error, text, None, cursor, None)  # noqa: SLF001  has no other name
    return cursor


def core_of(tx: Session) -> sa.Connection:
    """The connection of a session that the ledger has opened."""
    connection: sa.Connection = tx.info[CONNECTION]
    return connection


def is_sqlite(tx: Session) -> bool:
    """Whether SQLite is behind a session that the ledger has opened. For what only one of the two can."""
    return core_of(tx).dialect.name == "sqlite"


@functools.cache
def _insert_once(table: sa.Table, keys: tuple[str, ...], dialect: str) -> Any:  # noqa: ANN401  one type per database
    # Built once: putting a statement together costs more than running it.
    insert: Any = sqlite_insert if dialect == "sqlite" else postgresql_insert
    return insert(table).on_conflict_do_nothing(index_elements=list(keys)).returning(table.c.id)
