"""Everything fails at once: real workers, killed and frozen, against a Slack that drops, hangs, lies and limits.

A short form of bench/torture.py with the same counting, which is done in the sandbox: nothing lost, nothing doubled.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from store import migrate
from store.db import Ledger
from tests.torture.server import own_server
from tests.torture.stage import Plan, Result, Stage, Times

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

# Shorter than the bench's, in the same proportions.
SHORT = Plan("short", sends=100, seed=1, people=50, kills=6, times=Times(lease=4.5, grace=2.0, post=1, late=1.4))


def run(plan: Plan, database_url: str) -> Result:
    with Stage(plan, database_url) as stage:
        return stage.run()


def holds(result: Result) -> None:
    """Nothing lost, doubled or out of order, no old words, Slack's limits kept, nobody failed; and it was torture."""
    assert result.well, (str(result), result.tracebacks[:3])
    assert result.kills >= 3, str(result)
    assert result.faults >= 20, str(result)
    assert result.changed >= 3, str(result)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("processes", [1, 3])
def test_killed_on_sqlite(database_url: str, processes: int) -> None:
    """One process, and three that were started by mistake."""
    holds(run(replace(SHORT, name=f"sqlite-{processes}", seed=processes, processes=processes), database_url))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_killed_and_frozen_replicas(database_url: str) -> None:
    """Four replicas; now and then one is frozen for longer than its lease, and then goes on where it was."""
    result = run(replace(SHORT, name="postgresql-4", seed=4, processes=4, freezes=True), database_url)
    holds(result)
    assert result.freezes >= 1


def test_the_database_crashes_under_replicas() -> None:
    """PostgreSQL is stopped at once and started again, twice, under three replicas that are being killed."""
    with own_server() as server:
        url = server.database("torture")
        ledger = Ledger(url)
        migrate.upgrade(ledger)
        ledger.close()
        plan = replace(SHORT, name="postgresql-3-crashes", seed=5, processes=3, crashes=2)
        with Stage(plan, url, crash=server.crash) as stage:
            result = stage.run()
    holds(result)
    assert result.crashes == 2


def test_the_counting_sees_what_it_should(database_url: str) -> None:
    """The count finds a message that was sent twice, too late or not at all, and one with old words."""
    with Stage(replace(SHORT, kills=0, changes=False, sends=30), database_url) as stage:
        assert stage.run().well
        first, second = (stage.box.dm(f"U{n:04}")[0] for n in range(2))
        stage.box.world.remove(first)
        stage.box.world.post(second.channel, second.user, second.text, blocks=second.blocks, metadata=second.metadata)
        stage._changed |= set(range(1, 31))
        stage._count()
        assert (stage.result.lost, stage.result.doubled) == (1, 1)
        assert stage.result.stale == 30
        assert not stage.result.well
