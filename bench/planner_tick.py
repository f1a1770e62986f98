"""One planner tick over a ledger of 1,000,000 open commitments, against one of 10,000. Target: at most 1.3 times.

Method: two ledgers of the same kind of database, bulk-filled. In both the same 100 people are due this morning, with
the same 20 open commitments each, most of which deserve a mention; everything else belongs to people whose morning
is tomorrow. Commitments are written as they come about, one person after the other in turn, so that those of one
person lie scattered over the whole table; each was mentioned once before, in a brief of last week. PostgreSQL gets
the VACUUM and ANALYZE that its autovacuum would get round to; SQLite gets nothing, as in production.

A tick is `bot.agenda.plan`, the whole of it: claim who is due, read what they own, write a hundred briefs to the
outbox, move their mornings on, commit, look again. Between two ticks the planned rows are deleted and the mornings
are put back. The two ledgers take turns (A B A B …); the ratio is that of the medians. Every tick must have planned
all hundred.

    python bench/planner_tick.py [sqlite|postgresql …]
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from commit_throughput import database_of

from bot import agenda
from store import migrate, notices, outbox, workspaces
from store.db import Ledger
from store.rules.nudging.occasions import Occasion, OccasionKind
from store.tables import Base, Commitment, Mention, Outbox, OutboxKind, OutboxState, Person, Side, State, Subject, core

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FEW, MANY, TARGET = 10_000, 1_000_000, 1.3
PEOPLE_DUE, EACH = 100, 20
ROUNDS, WARM_UP = 21, 3
# A Tuesday, a quarter to ten in Berlin: the morning of all who are due has come.
NOW = datetime(2026, 11, 24, 8, 45, tzinfo=UTC)
TODAY = date(2026, 11, 24)
THIS_MORNING, TOMORROW = NOW - timedelta(minutes=10), NOW + timedelta(days=1)
LAST_WEEK = NOW - timedelta(days=7)
EARLIER = Occasion(OccasionKind.SOON)
CHUNK = 5_000


def main(databases: list[str]) -> None:
    for kind in databases:
        with ExitStack() as stack:
            url = sa.make_url(stack.enter_context(database_of(kind)))
            few = stack.enter_context(Stage(url, "few", FEW))
            many = stack.enter_context(Stage(url, "many", MANY))
            few_seconds, many_seconds = measure(few, many)
        ratio = many_seconds / few_seconds
        print(
            f"{kind}: one tick for {PEOPLE_DUE} people due: {MANY:,} open commitments {many_seconds * 1000:.0f} ms,"
            f" {FEW:,} {few_seconds * 1000:.0f} ms, ratio {ratio:.2f} (target ≤ {TARGET})",
            flush=True,
        )


def measure(*stages: Stage) -> list[float]:
    """The median seconds of a tick on each."""
    taken: dict[Stage, list[float]] = {stage: [] for stage in stages}
    for number in range(WARM_UP + ROUNDS):
        for stage in stages:
            seconds = stage.tick()
            if number >= WARM_UP:
                taken[stage].append(seconds)
    return [statistics.median(seconds) for seconds in taken.values()]


class Stage:
    """A ledger of that many open commitments, with a hundred people due."""

    def __init__(self, url: sa.URL, name: str, commitments: int) -> None:
        self._people = commitments // EACH
        self._commitments = commitments
        if url.get_backend_name() == "sqlite":
            self._url = url.set(database=f"{url.database}.{name}")
        else:
            self._url = url.set(drivername="postgresql+psycopg", database=name)
            run_alone(url.set(drivername="postgresql+psycopg"), f"CREATE DATABASE {name}")
        self._due = range(1, self._people + 1, self._people // PEOPLE_DUE)
        assert len(self._due) == PEOPLE_DUE

    def __enter__(self) -> Self:
        ledger = Ledger(self._url)
        migrate.upgrade(ledger)
        self._fill(ledger)
        ledger.close()
        if self._url.get_backend_name() == "postgresql":
            run_alone(self._url, "VACUUM ANALYZE")
        # A fresh one: nothing that filling has warmed up or set stays.
        self._ledger = Ledger(self._url)
        return self

    def __exit__(self, *_: object) -> None:
        self._ledger.close()

    def tick(self) -> float:
        """The seconds of one tick; afterwards everything is as it was."""
        started = time.perf_counter()
        planned = agenda.plan(self._ledger, NOW)
        seconds = time.perf_counter() - started
        assert set(planned) == {notices.brief_of(number, NOW.date()) for number in self._due}
        with self._ledger.begin() as tx:
            tx.execute(sa.delete(Outbox).where(Outbox.created_at == NOW))
            due = sa.update(Person).where(Person.id.in_(self._due))
            tx.execute(due.values(next_brief_at=THIS_MORNING).execution_options(synchronize_session=False))
        return seconds

    # -- filling ------------------------------------------------------------------------------------------

    def _fill(self, ledger: Ledger) -> None:
        with ledger.begin() as tx:
            if ledger.is_sqlite:
                tx.execute(sa.text("PRAGMA cache_size = -1000000"))
            workspace = workspaces.ensure(tx, team_id="T0BENCH", name="Bench", now=NOW).id
        insert(ledger, Person, (self._person(workspace, number) for number in range(1, self._people + 1)))
        insert(ledger, Commitment, (self._commitment(workspace, number) for number in range(self._commitments)))
        insert(ledger, Outbox, (self._brief(workspace, number) for number in range(1, self._people + 1)))
        insert(ledger, Mention, (self._mention(workspace, number) for number in range(self._commitments)))

    def _person(self, workspace: int, number: int) -> dict[str, Any]:
        at = THIS_MORNING if number in self._due else TOMORROW
        return {
            "workspace_id": workspace, "slack_id": f"U{number:08}", "name": f"Person {number}",
            "zone": "Europe/Berlin", "next_brief_at": at,
        }  # fmt: skip

    def _commitment(self, workspace: int, number: int) -> dict[str, Any]:
        turn, owner = divmod(number, self._people)
        due_on = TODAY + timedelta(days=5 * turn - 45)
        action = f"Send document {number} to the client's purchasing department"
        # Slack's trigger ids come in no order.
        key = f"command:{number * 2_654_435_761 % 2**32:08x}"
        return {
            "workspace_id": workspace, "number": number + 1, "side": Side.OURS, "state": State.OPEN,
            "owner_id": owner + 1,
            "creator_id": owner + 1, "action": action, "first_action": action, "due_on": due_on,
            "first_due_on": due_on, "origin_key": key, "created_at": LAST_WEEK, "accepted_at": LAST_WEEK,
        }  # fmt: skip

    def _brief(self, workspace: int, person: int) -> dict[str, Any]:
        return {
            "workspace_id": workspace, "dedupe_key": f"brief:{person}:2026-11-17", "message_key": f"{person:032x}",
            "kind": OutboxKind.BRIEF, "person_id": person, "recipient": outbox.recipient(person),
            "day": date(2026, 11, 17),
            "state": OutboxState.SENT, "ts": "1.0", "created_at": LAST_WEEK, "settled_at": LAST_WEEK,
        }  # fmt: skip

    def _mention(self, workspace: int, number: int) -> dict[str, Any]:
        turn, owner = divmod(number, self._people)
        return {
            "outbox_id": owner + 1, "subject_kind": Subject.COMMITMENT, "subject_id": number + 1,
            "workspace_id": workspace, "person_id": owner + 1,
            "position": turn, "occasion": EARLIER, "due_on": TODAY + timedelta(days=5 * turn - 45), "version": 1,
        }  # fmt: skip


def insert(ledger: Ledger, table: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    """Bulk-insert; the database numbers the rows in order, which the others count on."""
    with ledger.begin() as tx:
        for chunk in chunks(rows):
            tx.connection().execute(sa.insert(core(table)), chunk)


def chunks(rows: Iterator[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def run_alone(url: sa.URL, statement: str) -> None:
    """Run what must not stand in a transaction, however long it takes."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
