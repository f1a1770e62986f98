"""SQLite's file: damage is found by a query or by a read of the whole file, and nothing is written afterwards."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from store.db import Ledger
from store.sqlite_file import damage

if TYPE_CHECKING:
    from tests.conftest import SmallTeam

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def damaged(office: SmallTeam, tmp_path: Path) -> Ledger:
    """A ledger in whose file the rows of people are noise."""
    whole = Path(office.ledger.url.database or "")
    with office.ledger.read() as tx:
        page = tx.scalar(sa.text("SELECT rootpage FROM sqlite_master WHERE name = 'person'"))
        size = tx.scalar(sa.text("PRAGMA page_size"))
    with closing(sqlite3.connect(whole)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = tmp_path / "damaged.db"
    shutil.copy(whole, path)
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)
    return Ledger(f"sqlite:///{path}")


def test_damage_that_is_met_closes_the_ledger(damaged: Ledger) -> None:
    """Damage counts as a database that is down, and from then on nothing is written, also to undamaged pages."""
    with damaged.begin() as tx:
        tx.execute(sa.text("SELECT count(*) FROM heartbeat"))
    with damaged.read() as tx, pytest.raises(sa.exc.OperationalError, match="malformed"):
        tx.execute(sa.text("SELECT * FROM person")).all()
    assert "damaged" in str(damaged.problem)
    with pytest.raises(sa.exc.OperationalError, match="damaged"), damaged.with_timeout(2).begin():
        pass
    damaged.close()


def test_damage_is_found_by_looking(office: SmallTeam, damaged: Ledger) -> None:
    """Without meeting it; a whole file is told from it, and to look makes no file."""
    assert "is damaged" in str(damage(damaged.url))
    damaged.close()
    assert damage(office.ledger.url) is None
    missing = damaged.url.set(database=f"{damaged.url.database}.not")
    assert damage(missing) is None
    assert not Path(str(missing.database)).exists()
