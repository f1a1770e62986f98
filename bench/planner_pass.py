"""One planning pass over 100,000 people whose morning has come: rows a second, and the memory that it holds.

Method: a ledger in which 100,000 people are due at once (the worst morning there is: all in one zone, after the
program was down), each with two open commitments, of which one deserves a mention for every second person. The pass is
`bot.agenda.in_batches`, as every tick makes it, in this process. A row is a person looked at. Resident memory is read
after each batch; its growth is that between the end of the first tenth of the batches and the end of the last, which a
pass that kept what it has seen would show. Afterwards the outbox holds exactly one brief for each of those who
should hear, and nobody's morning is left behind.

The same pass over a tenth of the people runs first, in a ledger of its own: the ratio says whether the cost of a
row grows with their number.

    python bench/planner_pass.py [sqlite|postgresql …]
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psutil
import sqlalchemy as sa
from commit_throughput import database_of
from planner_tick import insert, run_alone

from bot import agenda, logs
from store import migrate, workspaces
from store.db import Ledger
from store.tables import Commitment, Outbox, Person, Side, State

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE, FEW = 100_000, 10_000
EACH = 2
# Growth that allocators make of nothing; what 90,000 people would leave behind is more than ten times that.
ALLOWED_MB = 8
NOW = datetime(2026, 11, 24, 8, 45, tzinfo=UTC)
TODAY, MORNING = date(2026, 11, 24), NOW - timedelta(minutes=10)
LAST_WEEK = NOW - timedelta(days=7)


@dataclass(frozen=True)
class Pass:
    """Rows a second, and megabytes held after the first and the last tenth of the batches."""

    rate: float
    first_tenth: float
    last_tenth: float


def main(databases: list[str]) -> None:
    logs.configure(level="error", style="json")
    for kind in databases:
        few, many = (measure(kind, people) for people in (FEW, PEOPLE))
        grown = many.last_tenth - many.first_tenth
        print(
            f"{kind}: one pass over {PEOPLE:,} people due {many.rate:,.0f} rows/s, over {FEW:,} {few.rate:,.0f} rows/s,"
            f" ratio {many.rate / few.rate:.2f}; resident memory {many.first_tenth:.0f} MB after the first tenth,"
            f" {many.last_tenth:.0f} MB after the last: {grown:+.1f} MB (allowed {ALLOWED_MB})",
            flush=True,
        )


def measure(kind: str, people: int) -> Pass:
    with ExitStack() as stack:
        url = stack.enter_context(database_of(kind))
        fill(url, people)
        ledger = Ledger(url)
        stack.callback(ledger.close)
        held: list[float] = []
        planned, process = 0, psutil.Process()
        started = time.perf_counter()
        for batch in agenda.in_batches(ledger, NOW):
            planned += len(batch)
            held.append(process.memory_info().rss / 2**20)
        seconds = time.perf_counter() - started
        check(ledger, planned, people)
    return Pass(people / seconds, held[len(held) // 10], held[-1])


def check(ledger: Ledger, planned: int, people: int) -> None:
    with ledger.read() as tx:
        briefs = tx.scalar(sa.select(sa.func.count()).select_from(Outbox))
        late = tx.scalar(sa.select(sa.func.count()).select_from(Person).where(Person.next_brief_at <= NOW))
    assert (planned, briefs, late) == (people // 2, people // 2, 0), (planned, briefs, late)


def fill(url: str, people: int) -> None:
    ledger = Ledger(url)
    migrate.upgrade(ledger)
    with ledger.begin() as tx:
        workspaces.ensure(tx, team_id="T0BENCH", name="Bench", now=LAST_WEEK)
    insert(ledger, Person, (_person(number) for number in range(people)))
    insert(ledger, Commitment, _commitments(people))
    ledger.close()
    if not ledger.is_sqlite:
        run_alone(ledger.url, "VACUUM ANALYZE")


def _person(number: int) -> dict[str, Any]:
    return {
        "workspace_id": 1, "slack_id": f"U{number:08}", "name": f"Person {number}", "zone": "Europe/Berlin",
        "next_brief_at": MORNING,
    }  # fmt: skip


def _commitments(people: int) -> Iterator[dict[str, Any]]:
    # In turns, so that those of one person lie apart, as they come about.
    for number in range(EACH * people):
        turn, owner = divmod(number, people)
        due_on = TODAY if turn == 0 and owner % 2 == 0 else TODAY + timedelta(days=60)
        action = f"Send document {number} to the client's purchasing department"
        yield {
            "workspace_id": 1, "number": number + 1, "side": Side.OURS, "state": State.OPEN, "owner_id": owner + 1,
            "creator_id": owner + 1, "action": action, "first_action": action, "due_on": due_on,
            "first_due_on": due_on, "origin_key": f"command:{number}", "created_at": LAST_WEEK,
            "accepted_at": LAST_WEEK,
        }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
