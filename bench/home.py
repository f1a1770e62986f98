"""How long the Home tab takes to draw, with a thousand open commitments and with ten, in the same run.

    .venv/bin/python -m bench.home

Prints the median and the 95th percentile of the processor's time that drawing the first tab takes, and of `SELECT 1`
for reference, in one process on SQLite.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from handlers.home.tab import home_for
from handlers.slack.refs import Ref, ViewName
from store import commitments, migrate, people, workspaces
from store.commitments import Draft
from store.db import Ledger
from store.people import Profile

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOME = Ref(view=ViewName.HOME)
ROUNDS = 50


def main() -> None:
    """Fill a ledger twice, and print what drawing takes."""
    for size in (10, 1_000):
        with tempfile.TemporaryDirectory(prefix="makegood-bench-") as folder:
            ledger = filled(Path(folder) / "home.db", size)
            home, asking = measured(partial(draw, ledger)), measured(partial(ask, ledger))
            print(f"{size:5} open: Home {said(home)} · SELECT 1 {said(asking)}")
            ledger.close()


def filled(path: Path, size: int) -> Ledger:
    """A ledger in which Eva owns half of `size` open commitments and waits for the other half."""
    ledger = Ledger(f"sqlite:///{path}")
    migrate.upgrade(ledger)
    with ledger.begin() as tx:
        workspace = workspaces.ensure(tx, team_id="T1", name="Bench", now=NOW)
        people.sync(tx, workspace, [Profile("U0EVA", "Eva"), Profile("U0ANA", "Ana")], now=NOW)
    with ledger.begin() as tx:
        eva, ana = people.viewer(tx, "T1", "U0EVA"), people.viewer(tx, "T1", "U0ANA")
        assert eva is not None
        assert ana is not None
        for number in range(size):
            due_on = (NOW + timedelta(days=number % 60)).date()
            draft = Draft(f"item {number}", ana if number % 2 else eva, due_on)
            commitments.record(tx, eva, draft, origin_key=str(number), now=NOW - timedelta(days=number % 9))
    return ledger


def draw(ledger: Ledger) -> None:
    with ledger.read() as tx:
        eva = people.viewer(tx, "T1", "U0EVA")
        assert eva is not None
        home_for(tx, eva, NOW, HOME)


def ask(ledger: Ledger) -> None:
    with ledger.read() as tx:
        tx.execute(sa.text("SELECT 1"))


def measured(act: Callable[[], None]) -> list[float]:
    """Milliseconds of the processor that each of ROUNDS runs takes, after one that is not counted."""
    act()
    found = []
    for _ in range(ROUNDS):
        started = time.process_time()
        act()
        found.append((time.process_time() - started) * 1000)
    return found


def said(times: list[float]) -> str:
    return f"{statistics.median(times):.1f} ms (95 %: {sorted(times)[int(len(times) * 0.95)]:.1f} ms)"


if __name__ == "__main__":
    main()
