"""The database behind the ledger: engine, transactions, and every difference between SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import copy
import re
import sqlite3
import threading
from datetime import UTC, datetime
from decimal import Decimal
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

# The key in a session's `info` that says that the transaction has changed the outbox.
OUTBOX_CHANGED = "news"
# Seconds. Slack waits three for an answer: after two without the database there is time to say so.
ANSWER_WITHIN = 2.0
# SQLite's part of it: seconds of waiting for another program. The rest is for other writers of this process.
_BUSY_TIMEOUT = 1.0
# Seconds of silence after which TCP asks whether PostgreSQL's machine is still there.
_ASKED_AGAIN_AFTER = 5


# The parts of an address's query that may be shown; any other may be a password.
_SHOWN = ("host", "port", "user", "sslmode")
_ESCAPES = "in its user and password write @ as %40, : as %3A and / as %2F"


# Parts of one in which a number is stored.
_PARTS = 10_000


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware instant, UTC in the database and UTC when read. A naive value is refused on the way in.

    SQLite stores no zone, so a value read from it gets UTC.
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


class ExactNumber(sa.types.TypeDecorator[Decimal]):
    """A number with four digits after the point at most, stored as a whole number of ten-thousandths.

    SQLite has no type for exact fractions.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else int(value * _PARTS)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        del dialect
        return None if value is None else Decimal(value) / _PARTS


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
            raise ValueError("it must name a file: a ledger in memory is lost when the process ends")
        return parsed.set(drivername="sqlite")
    raise ValueError(f"{backend} is not supported: use sqlite:///… or postgresql://…")


def shown_url(url: sa.URL) -> str:
    """The address for people to read, without any password."""
    query = {name: value for name, value in url.query.items() if name in _SHOWN}
    return url.set(query=query).render_as_string(hide_password=True)


def passwords(url: str) -> list[str]:
    """Every password in an address of a database: as PostgreSQL reads it, and as it is written in the address."""
    parsed = normal_url(url)
    written = re.search(r"://[^:/@]*:(.*)@", url)
    values = [parsed.password, written and written[1]]
    values += [value for name, value in parsed.query.items() if "pass" in name]
    return list(dict.fromkeys(str(value) for value in values if value))


class _Condition:
    """The state of a ledger: whether it may be written. The ledger and its copies share one."""

    problem: str | None = None


class Ledger:
    """The one way to the database: `begin()` to change, `read()` to look. The code that opens a ledger closes it.

    Both give a Session. `begin()` commits when the block ends without an error, and rolls back otherwise. Objects stay
    readable after the block. A relationship is loaded only if the query asks for it.
    """

    def __init__(self, url: str | sa.URL, *, pool_size: int = 20) -> None:
        self.url = normal_url(url) if isinstance(url, str) else url
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url, pool_size) if self.is_sqlite else _postgresql(self.url, pool_size)
        self.for_writing = self.engine.execution_options(makegood_writes=True)
        self._condition = _Condition()
        sa.event.listen(self.engine, "handle_error", self._note_error)
        # Called after a transaction that has changed the outbox.
        self.on_outbox_change: Callable[[], None] = lambda: None
        # SQLite has one writer. Waiting here wakes at once; SQLite itself waits in a sleep loop.
        self._writer = threading.Lock()
        # Seconds that a transaction waits for the writer, None for as long as it takes: a courier that gave up would
        # leave its message to the lease.
        self.writer_timeout: float | None = None

    def with_timeout(self, seconds: float) -> Ledger:
        """The same ledger, whose transactions wait at most `seconds` for other writers.

        After that: sa.exc.TimeoutError or OperationalError, and nothing is written. On PostgreSQL the limit is
        ANSWER_WITHIN for every transaction.
        """
        limited = copy.copy(self)
        limited.writer_timeout = max(0.0, seconds - _BUSY_TIMEOUT)
        limited.on_outbox_change = lambda: self.on_outbox_change()  # noqa: PLW0108  it may be set later
        return limited

    @property
    def problem(self) -> str | None:
        """The reason, in words, why nothing may be written now; None if the ledger may be written."""
        return self._condition.problem

    @problem.setter
    def problem(self, words: str | None) -> None:
        self._condition.problem = words

    @contextlib.contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a transaction that may write. Never held while talking to Slack.

        sa.exc.OperationalError while the ledger has a `problem`: a write might be lost, or do harm.
        """
        if self.problem is not None:
            raise sa.exc.OperationalError("BEGIN", {}, RuntimeError(self.problem))
        with self._one_writer(), Session(self.for_writing, expire_on_commit=False) as tx:
            # Begin now, so that an error comes before the block's work.
            tx.connection()
            yield tx
            tx.commit()
        if tx.info.get(OUTBOX_CHANGED):
            self.on_outbox_change()

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that only looks, in a transaction that is rolled back.

        On SQLite the block sees one state. On PostgreSQL each statement sees the state as of its start.
        """
        with Session(self.engine, expire_on_commit=False) as tx:
            yield tx

    def close(self) -> None:
        self.engine.dispose()

    def _note_error(self, context: sa.engine.ExceptionContext) -> None:
        for error in (context.original_exception, context.sqlalchemy_exception):
            # From the second line on PostgreSQL's message shows the refused row, with text that people wrote.
            if error is not None and error.args:
                error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])
        if is_damage(context.original_exception):
            self.problem = f"The database is damaged ({context.original_exception})."
            # SQLite raises DatabaseError, a base class. Callers treat damage like an unreachable database.
            raise sa.exc.OperationalError(context.statement, {}, context.original_exception)

    @contextlib.contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        limit = self.writer_timeout
        if not self._writer.acquire(timeout=-1 if limit is None else limit):
            raise sa.exc.TimeoutError(f"others have been writing for {limit} seconds")
        try:
            yield
        finally:
            self._writer.release()


def _sqlite(url: sa.URL, pool_size: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=ANSWER_WITHIN,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT},
    )

    path = file_of(url)
    file = SqliteFile(path) if path else None

    @sa.event.listens_for(engine, "do_connect")
    def _open(*_: object) -> None:
        if file:
            file.before_connecting()

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions itself: it would begin deferred ones, and these fail with SQLITE_BUSY
        # at their first write, even within the timeout.
        connection.isolation_level = None
        cursor = connection.cursor()
        # secure_delete: SQLite overwrites the text that a redaction removes, also in the file.
        _use_wal(cursor)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        if file:
            file.connected()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get("makegood_writes"):
            connection.exec_driver_sql("BEGIN")
            return
        if file:
            try:
                file.before_writing()
            except sqlite3.OperationalError as error:
                raise sa.exc.OperationalError("BEGIN", {}, error) from None
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _use_wal(cursor: Any) -> None:  # noqa: ANN401  the driver's own
    """Switch the file to write-ahead logging.

    While another process switches or writes, SQLite refuses the switch at once, without the busy timeout. BEGIN
    IMMEDIATE does wait, so it is used for waiting.
    """
    waited = True
    while waited:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        try:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        except sqlite3.OperationalError:
            waited = False
    # The other process may have switched already, and still write. Then this statement changes nothing.
    cursor.execute("PRAGMA journal_mode=WAL")


def _postgresql(url: sa.URL, pool_size: int) -> sa.Engine:
    milliseconds = int(ANSWER_WITHIN * 1000)
    return sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=ANSWER_WITHIN,
        # Text that people wrote stays out of exceptions, and so out of logs.
        hide_parameters=True,
        pool_use_lifo=True,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": int(ANSWER_WITHIN),
            # A machine that is gone does not close the connection. TCP alone would wait 15 minutes for an
            # acknowledgement, and for ever for an answer.
            "tcp_user_timeout": milliseconds,
            "keepalives_idle": _ASKED_AGAIN_AFTER,
            "keepalives_interval": 1,
            # The address may have options of its own: a search_path, say.
            "options": f"{_options_of(url)} -c lock_timeout={milliseconds} -c statement_timeout={milliseconds}"
            " -c idle_in_transaction_session_timeout=60000"
            " -c timezone=UTC -c synchronous_commit=on"
            # The same for the server: it would keep the row locks of a machine that is gone for two hours.
            " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
        },
    )


def _options_of(url: sa.URL) -> str:
    found = url.query.get("options", "")
    return found if isinstance(found, str) else " ".join(found)


def read_anew(tx: Session, model: type[Any]) -> None:
    """The objects of this model that the transaction has read are read again where they are used next."""
    tx.flush()
    for known in [one for one in tx.identity_map.values() if isinstance(one, model)]:
        tx.expire(known)


def insert_once(
    tx: Session, table: type[Any], values: dict[str, Any], *, keys: tuple[str, ...] | None
) -> int | None:  # fmt: skip
    """Insert a row and return its id; None if a row with the same unique `keys` exists (None: with any unique keys).

    The unique constraint decides a race of two transactions: one inserts the row, the other finds it. `values` may be
    SQL expressions.
    """
    new_id: int | None = tx.scalar(
        _insert(tx, table, values).on_conflict_do_nothing(index_elements=keys).returning(table.id)
    )
    return new_id


def insert_or_update(tx: Session, table: type[Any], values: dict[str, Any], *, keys: tuple[str, ...]) -> None:
    """Insert a row, or update the row with the same unique `keys` to these values."""
    tx.execute(_insert(tx, table, values).on_conflict_do_update(index_elements=keys, set_=values))


def _insert(tx: Session, table: type[Any], values: dict[str, Any]) -> Any:  # noqa: ANN401  one type per database
    insert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
    return insert(table.__table__).values(values)
