"""The account plan at size: the signals of 1,000 accounts in one pass, beside reading the same rows once.

Method: a ledger with 1,000 accounts, each with ten of the client's people, twenty commitments (a third of them ended),
three key dates, two objectives and two opportunities, all with their entries. The pass is `bot.signals.plan_batch`, as
every tick makes it, until no account is due; it finds what is wrong at each account and writes its signals. The
reference reads the rows of the same tables once, in the same process. Resident memory is read after each batch; its
growth is that between the first tenth of the batches and the last one. The same pass over a tenth of the accounts runs
first: the ratio says whether the cost of an account grows with their number.

    python bench/plan.py [sqlite|postgresql …]
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

from bot import logs, signals
from store import migrate, workspaces
from store.db import Ledger
from store.tables import (
    Account,
    Aim,
    Commitment,
    Entry,
    KeyDate,
    KeyDateKind,
    Measure,
    Objective,
    Opportunity,
    Person,
    RaisedSignal,
    Recurs,
    Role,
    SectionRow,
    Side,
    Stage,
    Stakeholder,
    State,
    Verb,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNTS, FEW = 1_000, 100
PEOPLE, COMMITMENTS, DATES, OBJECTIVES, OPPORTUNITIES = 10, 20, 3, 2, 2
# Growth that allocators make of nothing.
ALLOWED_MB = 8
ALLOWED_SECONDS = 5
NOW = datetime(2026, 11, 24, 8, 45, tzinfo=UTC)
TODAY, LONG_AGO = date(2026, 11, 24), NOW - timedelta(days=120)
_TABLES: tuple[type[Any], ...] = (Account, Stakeholder, Commitment, KeyDate, Objective, Opportunity, Entry)


@dataclass(frozen=True)
class Pass:
    """Seconds of the pass and of the reference; megabytes held after the first and the last tenth of the batches."""

    seconds: float
    reference: float
    first_tenth: float
    last_tenth: float


def main(databases: list[str]) -> None:
    logs.configure(level="error", style="json")
    for kind in databases:
        few, many = (measure(kind, number) for number in (FEW, ACCOUNTS))
        grown = many.last_tenth - many.first_tenth
        print(
            f"{kind}: signals of {ACCOUNTS:,} accounts {many.seconds:.2f} s (allowed {ALLOWED_SECONDS}),"
            f" reading the same rows once {many.reference:.2f} s, ratio {many.seconds / many.reference:.1f}; an account"
            f" costs {(many.seconds / ACCOUNTS) / (few.seconds / FEW):.2f} times what it costs among {FEW}; memory"
            f" {grown:+.1f} MB (allowed {ALLOWED_MB})",
            flush=True,
        )


def measure(kind: str, accounts: int) -> Pass:
    with ExitStack() as stack:
        url = stack.enter_context(database_of(kind))
        fill(url, accounts)
        ledger = Ledger(url)
        stack.callback(ledger.close)
        held: list[float] = []
        process = psutil.Process()

        def compare() -> None:
            while True:
                with ledger.begin() as tx:
                    if signals.plan_batch(tx, NOW, workspaces=None) is None:
                        return
                held.append(process.memory_info().rss / 2**20)

        reference, seconds = timed(lambda: read(ledger)), timed(compare)
        check(ledger, accounts)
    return Pass(seconds, reference, held[len(held) // 10], held[-1])


def timed(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def read(ledger: Ledger) -> None:
    """All rows of the tables from which signals come."""
    with ledger.read() as tx:
        for table in _TABLES:
            for _ in tx.execute(sa.select(table.__table__)):
                pass


def check(ledger: Ledger, accounts: int) -> None:
    """Each account has the signals of its roles, a key date, its goals, and a left executive."""
    with ledger.read() as tx:
        found = tx.execute(sa.select(RaisedSignal.kind, sa.func.count()).group_by(RaisedSignal.kind)).all()
    assert {row[0]: row[1] for row in found} == dict.fromkeys(
        ("left", "one relationship", "roles", "one way", "old plan"), accounts
    ), found


def fill(url: str, accounts: int) -> None:
    ledger = Ledger(url)
    migrate.upgrade(ledger)
    with ledger.begin() as tx:
        workspaces.ensure(tx, team_id="T0BENCH", name="Bench", now=LONG_AGO)
    insert(ledger, Person, ({"workspace_id": 1, "slack_id": f"U{n:08}", "name": f"Person {n}"} for n in range(100)))
    insert(ledger, Account, (_account(number) for number in range(accounts)))
    for table, rows in _rows(accounts).items():
        insert(ledger, table, rows)
    ledger.close()
    if not ledger.is_sqlite:
        run_alone(ledger.url, "VACUUM ANALYZE")


def _account(number: int) -> dict[str, Any]:
    return {
        "workspace_id": 1, "name": f"Account {number}", "name_key": f"account {number}", "category": "A",
        "owner_id": number % 100 + 1, "created_at": LONG_AGO, "next_check_at": NOW,
    }  # fmt: skip


def _rows(accounts: int) -> dict[type[Any], Iterator[dict[str, Any]]]:
    every = range(accounts)
    return {
        Stakeholder: (_person(one, n) for one in every for n in range(PEOPLE)),
        Commitment: (_commitment(one, n) for one in every for n in range(COMMITMENTS)),
        KeyDate: (
            _row(one, n, kind=KeyDateKind.RENEWAL, day=TODAY + timedelta(days=30 + n * 90), recurs=Recurs.YEARLY)
            for one in every for n in range(DATES)
        ),
        Objective: (_row(one, n, aim=Aim.HOLD, unit=Measure.NUMBER) for one in every for n in range(OBJECTIVES)),
        Opportunity: (_row(one, n, stage=Stage.LEAD) for one in every for n in range(OPPORTUNITIES)),
        Entry: _entries(accounts),
    }  # fmt: skip


def _row(account: int, number: int, **columns: object) -> dict[str, Any]:
    return {
        "workspace_id": 1, "account_id": account + 1, "name": f"Row {number}", "origin_key": f"{account}:{number}",
        "created_at": LONG_AGO, **columns,
    }  # fmt: skip


def _person(account: int, number: int) -> dict[str, Any]:
    roles = (Role.DECISION_MAKER,) if number == 0 else None
    return _row(
        account, number, name=f"Person {number}", name_key=f"person {number}", roles=roles, influence=number % 4 + 1,
        left_on=TODAY - timedelta(days=9) if number == 0 else None,
    )  # fmt: skip


def _commitment(account: int, number: int) -> dict[str, Any]:
    is_done = number % 3 == 0
    return {
        "workspace_id": 1, "number": account * COMMITMENTS + number + 1, "side": Side.OURS,
        "state": State.DONE if is_done else State.OPEN, "owner_id": account % 100 + 1, "creator_id": 1,
        "action": f"Send document {number}", "first_action": f"Send document {number}",
        "due_on": TODAY + timedelta(days=number - 5), "first_due_on": TODAY, "account_id": account + 1,
        "origin_key": f"command:{account}:{number}", "created_at": LONG_AGO, "ended_at": NOW if is_done else None,
    }  # fmt: skip


def _entries(accounts: int) -> Iterator[dict[str, Any]]:
    counts: dict[type[SectionRow], int] = {
        Stakeholder: PEOPLE, KeyDate: DATES, Objective: OBJECTIVES, Opportunity: OPPORTUNITIES,
    }  # fmt: skip
    for table, number in counts.items():
        for row in range(accounts * number):
            yield {
                "workspace_id": 1, "subject_kind": table.subject_kind, "subject_id": row + 1, "at": LONG_AGO,
                "actor_id": 1, "verb": Verb.ADD, "changes": {},
            }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
