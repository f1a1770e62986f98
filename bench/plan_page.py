"""The page of a large account, and the menus of a large workspace: queries and milliseconds, beside a reference.

Method: a ledger with 5,000 accounts and 50,000 of the clients' people, one account of them with 200 people, 2,000
commitments and 300 cells of white space. The page is drawn as `/plan` draws it. A menu answers a text as its listener
does: the beginning of a name, a word in it, and a name that nobody has. The reference of both is a scan of the names of
all people for a text that none has, in the same process and run. Median and 95th percentile of ROUNDS runs after one
that is not counted; of the page also the processor time of this process, which other programs disturb less.

    python bench/plan_page.py [sqlite|postgresql …]
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from commit_throughput import database_of
from planner_tick import insert, run_alone

from bot import logs
from handlers.plan import pages
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName
from store import accounts, migrate, people, stakeholders, workspaces
from store.db import Ledger
from store.people import Profile
from store.tables import Account, Cell, CellState, Commitment, Entry, Offering, Side, Stakeholder, State, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNTS, PEOPLE, COMMITMENTS, CELLS, OFFERINGS, LARGE = 5_000, 50_000, 2_000, 300, 30, 200
ROUNDS = 40
NOW, TODAY = datetime(2026, 11, 24, 8, 45, tzinfo=UTC), date(2026, 11, 24)
_GIVEN = ("Dana", "Marcus", "Priya", "Ana", "Jürgen", "Chloé", "Íñigo", "Tomás", "Wei", "Olu")
_FAMILY = ("Whitfield", "Reed", "Nair", "Souza", "Groß", "Dubois", "Ruiz", "Novák", "Zhang", "Okafor")


def main(databases: list[str]) -> None:
    logs.configure(level="error", style="json")
    for kind in databases:
        with ExitStack() as stack:
            url = stack.enter_context(database_of(kind))
            ledger = filled(url)
            stack.callback(ledger.close)
            reference = measured(partial(scan, ledger))
            typed = ("acc", "account 49", "zzzz"), ("da", "whit", "dana whi", "zzzz")
            menus = [*(partial(account_menu, ledger, one) for one in typed[0]),
                     *(partial(people_menu, ledger, one) for one in typed[1])]  # fmt: skip
            worst = max((measured(one) for one in menus), key=p95)
            page, queries = measured(partial(draw, ledger)), counted(ledger, partial(draw, ledger))
            busy = statistics.median(measured(partial(draw, ledger), time.process_time))
            print(
                f"{kind}: page {said(page)}, {busy:.1f} ms of this process, {queries} queries; the slowest menu"
                f" {said(worst)}; scan of {PEOPLE:,}"
                f" names {said(reference)}; ratio of the 95th percentiles: menu {p95(worst) / p95(reference):.1f}, page"
                f" {p95(page) / p95(reference):.1f}",
                flush=True,
            )


def filled(url: str) -> Ledger:
    ledger = Ledger(url)
    migrate.upgrade(ledger)
    with ledger.begin() as tx:
        workspace = workspaces.ensure(tx, team_id="T1", name="Bench", now=NOW)
        people.sync(tx, workspace, [Profile("U0EVA", "Eva"), Profile("U0ANA", "Ana")], now=NOW)
    insert(ledger, Account, ({**_base(n), "name": f"Account {n}", "name_key": f"account {n}", "owner_id": 1,
                              "category": "A"} for n in range(ACCOUNTS)))  # fmt: skip
    insert(ledger, Stakeholder, _clients())
    insert(ledger, Offering, ({**_base(n), "name": f"Offering {n}", "name_key": f"offering {n}",
                               "origin_key": f"o{n}"} for n in range(OFFERINGS)))  # fmt: skip
    insert(ledger, Cell, ({**_row(n, 1), "offering_id": n % OFFERINGS + 1, "unit": f"Plant {n // OFFERINGS}",
                           "state": CellState.OPEN}
                          for n in range(CELLS)))  # fmt: skip
    insert(ledger, Entry, ({"workspace_id": 1, "subject_kind": Cell.subject_kind, "subject_id": n + 1, "at": NOW,
                            "actor_id": 1, "verb": Verb.ADD, "changes": {}} for n in range(CELLS)))  # fmt: skip
    insert(ledger, Commitment, (_commitment(n) for n in range(COMMITMENTS)))
    if not ledger.is_sqlite:
        run_alone(ledger.url, "VACUUM ANALYZE")
    return ledger


def _base(number: int) -> dict[str, Any]:
    return {"workspace_id": 1, "created_at": NOW - timedelta(minutes=number)}


def _row(number: int, account: int) -> dict[str, Any]:
    return {**_base(number), "account_id": account, "origin_key": f"r{number}"}


def _clients() -> Iterator[dict[str, Any]]:
    for number in range(PEOPLE):
        name = f"{_GIVEN[number % 10]} {_FAMILY[number // 10 % 10]} {number}"
        account = 1 if number < LARGE else number % (ACCOUNTS - 1) + 2
        yield {**_row(number, account), "name": name, "name_key": name.casefold(), "influence": number % 5 + 1}


def _commitment(number: int) -> dict[str, Any]:
    is_done = number % 3 == 0
    return {
        "workspace_id": 1, "number": number + 1, "side": Side.THEIRS if number % 4 == 0 else Side.OURS,
        "state": State.DONE if is_done else State.OPEN, "owner_id": 1 + number % 2, "creator_id": 1,
        "action": f"Send document {number}", "first_action": f"Send document {number}",
        "due_on": TODAY + timedelta(days=number % 60 - 30), "first_due_on": TODAY, "account_id": 1,
        "origin_key": f"c{number}", "created_at": NOW, "ended_at": NOW if is_done else None,
    }  # fmt: skip


def draw(ledger: Ledger) -> None:
    with ledger.read() as tx:
        eva = people.viewer(tx, "T1", "U0EVA")
        assert eva is not None
        b.home(pages.plan_of(tx, eva, Ref(view=ViewName.PLAN, extra="1"), NOW))


def account_menu(ledger: Ledger, typed: str) -> None:
    with ledger.read() as tx:
        eva = people.viewer(tx, "T1", "U0EVA")
        assert eva is not None
        if not accounts.matching(tx, eva, typed):
            accounts.propose(tx, eva, typed)


def people_menu(ledger: Ledger, typed: str) -> None:
    with ledger.read() as tx:
        eva = people.viewer(tx, "T1", "U0EVA")
        assert eva is not None
        stakeholders.matching(tx, eva, typed, limit=100)


def scan(ledger: Ledger) -> None:
    with ledger.read() as tx:
        tx.execute(sa.select(sa.func.count()).where(Stakeholder.name_key.contains("qqq"))).all()


def measured(act: Callable[[], None], clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each run by that clock."""
    act()
    found = []
    for _ in range(ROUNDS):
        started = clock()
        act()
        found.append((clock() - started) * 1000)
    return found


def counted(ledger: Ledger, act: Callable[[], None]) -> int:
    """The statements of one run."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:  # noqa: ANN401  SQLAlchemy's
        seen.append(statement)

    sa.event.listen(ledger.engine, "before_cursor_execute", note)
    act()
    sa.event.remove(ledger.engine, "before_cursor_execute", note)
    return len(seen)


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def said(times: list[float]) -> str:
    return f"{statistics.median(times):.1f} ms (95 %: {p95(times):.1f})"


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
