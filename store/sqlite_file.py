"""The file of a SQLite ledger: only its owner can read it, and nothing is written into a file that is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

# The suffixes of SQLite's files. Those beside the database get its permissions.
_BESIDE = ("", "-wal", "-shm", "-journal")
_OWNER_ONLY = 0o600
# Bytes of free disk. A recorded commitment needs about 20,000.
_ROOM = 256 * 1024
# Seconds that a check of the file waits for another program that has locked it.
_PATIENCE = 2.0


class SqliteFile:
    """The file that a process has opened. SQLite itself does not notice that an open file was deleted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: tuple[int, int] | None = None
        self._log = _beside(path, "-wal")
        self._log_was_there = False

    def before_connecting(self) -> None:
        """Make a new file with the right permissions; raise sqlite3.OperationalError if the open file is gone."""
        if self._opened is not None:
            self.check()
            return
        # If the file cannot be made, SQLite gives the reason.
        with contextlib.suppress(OSError):
            os.close(os.open(_beside(self.path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))

    def connected(self) -> None:
        """Remember the identity of the open file."""
        if self._opened is None:
            found = self.path.stat()
            self._opened = (found.st_dev, found.st_ino)

    def before_writing(self) -> None:
        """Do `check`, and check that the write-ahead log is there if it was there before."""
        self.check()
        is_there = self._log.exists()
        if self._log_was_there and not is_there:
            raise sqlite3.OperationalError(f"the file {self._log} was deleted: restart Makegood")
        self._log_was_there = is_there

    def check(self) -> None:
        """Raise sqlite3.OperationalError if the open file is gone, replaced or empty."""
        try:
            found = self.path.stat()
        except OSError:
            raise sqlite3.OperationalError(f"the file {self.path} is gone: put it back, or restore a backup") from None
        if (found.st_dev, found.st_ino) != self._opened:
            raise sqlite3.OperationalError(f"the file {self.path} was replaced: restart Makegood to open it anew")
        if found.st_size == 0:
            raise sqlite3.OperationalError(f"the file {self.path} is empty: stop Makegood and restore a backup")


def file_of(url: sa.URL) -> Path | None:
    """The file of a ledger; None for PostgreSQL."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def files_of(url: sa.URL) -> Iterator[Path]:
    """The ledger's files that exist: the database, and SQLite's files beside it."""
    path = file_of(url)
    if path is not None:
        yield from (each for suffix in _BESIDE if (each := _beside(path, suffix)).exists())


def _beside(path: Path, suffix: str = "") -> Path:
    """The database file, or the file with that suffix beside it. A link is followed, as SQLite does."""
    real = path.resolve() if path.is_symlink() else path
    return real.with_name(real.name + suffix)


def missing_folder(url: sa.URL) -> str | None:
    """The problem and what to do, in words, if the folder of the ledger's file does not exist; else None."""
    path = file_of(url)
    if path is None or path.absolute().parent.is_dir():
        return None
    return f"The folder of the database, {path.parent}, does not exist: make it, or set another DATABASE_URL."


def damage(url: sa.URL) -> str | None:
    """The problem in words if the ledger's file is damaged; None if it is whole, is no file, or cannot be read now.

    Reads the whole file from the disk, in about a second for a few hundred megabytes.
    """
    path = file_of(url)
    if path is None or not path.exists():
        return None
    try:
        # Read-only: a check must not make or change a file.
        address = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return _damaged(path, str(error)) if is_damage(error) else None
    return None if found == "ok" else _damaged(path, str(found))


def full_disk(url: sa.URL) -> str | None:
    """The problem in words if the ledger's disk is full, else None. Writes into free pages of the log still succeed."""
    path = file_of(url)
    if path is None:
        return None
    try:
        free = shutil.disk_usage(path.absolute().parent).free
    except OSError:
        return None
    return f"The disk of {path} is full: make room." if free < _ROOM else None


def is_damage(error: BaseException | None) -> bool:
    """Whether the error is SQLite's, and says that the file is damaged or no database."""
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, sqlite3.DatabaseError) and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _damaged(path: Path, reason: str) -> str:
    reason = " ".join(reason.split())
    if "not a database" in reason:
        return f"The file {path} is no ledger ({reason}): see DATABASE_URL, or restore a backup."
    return f"The file {path} is damaged ({reason}): stop Makegood and restore a backup, as docs/operations.md says."
