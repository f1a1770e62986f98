"""The page of one of the client's people with many items: queries and milliseconds, beside the same rows read alone.

Method: an account with ITEMS commitments that the client sees and as many that are for our team, 20 expectations and
fifty proposals of the person. The page is answered as the server answers a GET, from the token to the HTML. The
reference reads the same commitments as objects, in the same process and run. Median and 95th percentile of ROUNDS runs
after one that is not counted.

    python bench/client_page.py [sqlite|postgresql …]
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from commit_throughput import database_of
from plan_page import counted, measured, p95, said
from planner_tick import insert, run_alone

from bot import logs
from handlers.clients import pages
from handlers.web.requests import Request
from store import accounts, migrate, people, stakeholders, workspaces
from store.clients import links
from store.db import Ledger
from store.people import Profile
from store.plan import section
from store.plan.people import SECTION
from store.tables import (
    Commitment,
    Expectation,
    Proposal,
    ProposalKind,
    ProposalState,
    Sharing,
    Side,
    State,
)

ITEMS, EXPECTED, PROPOSED = 500, 20, 50
NOW, TODAY = datetime(2026, 11, 24, 8, 45, tzinfo=UTC), date(2026, 11, 24)


def main(databases: list[str]) -> None:
    logs.configure(level="error", style="json")
    for kind in databases:
        with ExitStack() as stack:
            url = stack.enter_context(database_of(kind))
            ledger = Ledger(url)
            stack.callback(ledger.close)
            token = filled(ledger)
            page, alone = partial(look, ledger, token), partial(read_alone, ledger)
            reference, times = measured(alone), measured(page)
            print(
                f"{kind}: page with {ITEMS} items {said(times)}, {counted(ledger, page)} queries,"
                f" {len(answer(ledger, token)):,} bytes; the rows alone {said(reference)};"
                f" ratio of the 95th percentiles {p95(times) / p95(reference):.1f}",
                flush=True,
            )


def filled(ledger: Ledger) -> str:
    migrate.upgrade(ledger)
    with ledger.begin() as tx:
        workspace = workspaces.ensure(tx, team_id="T1", name="Bench", now=NOW)
        people.sync(tx, workspace, [Profile("U0EVA", "Eva"), Profile("U0ANA", "Ana")], now=NOW)
    with ledger.begin() as tx:
        eva = people.viewer(tx, "T1", "U0EVA")
        assert eva is not None
        acme = accounts.create(tx, eva, "Acme", now=NOW)
        dana = stakeholders.create(tx, eva, "Dana Whitfield", account=acme, now=NOW)
        token = links.make(tx, eva, section.get(tx, eva, SECTION, dana.id), NOW)
    insert(ledger, Commitment, (_commitment(number) for number in range(2 * ITEMS)))
    insert(ledger, Expectation, ({**_row(number), "stakeholder_id": 1, "side": Side.THEIRS, "name": f"Report {number}",
                                  "sharing": Sharing.SHAREABLE} for number in range(EXPECTED)))  # fmt: skip
    insert(ledger, Proposal, ({**_row(number), "stakeholder_id": 1, "kind": ProposalKind.QUESTION, "text": "With VAT?",
                               "state": ProposalState.OPEN, "commitment_id": number + 1}
                              for number in range(PROPOSED)))  # fmt: skip
    if not ledger.is_sqlite:
        run_alone(ledger.url, "VACUUM ANALYZE")
    return token


def _row(number: int) -> dict[str, Any]:
    return {"workspace_id": 1, "account_id": 1, "origin_key": f"r{number}", "created_at": NOW}


def _commitment(number: int) -> dict[str, Any]:
    is_done = number % 10 == 0
    return {
        **_row(number), "number": number + 1, "side": Side.THEIRS if number % 4 == 0 else Side.OURS,
        "state": State.DONE if is_done else State.OPEN, "owner_id": 1 + number % 2, "creator_id": 1,
        "action": f"Send document {number}", "first_action": f"Send document {number}", "first_due_on": TODAY,
        "due_on": TODAY + timedelta(days=number % 60 - 30), "internal": number >= ITEMS,
        "ended_at": NOW if is_done else None,
    }  # fmt: skip


def answer(ledger: Ledger, token: str) -> str:
    """The HTML of a GET of the page, as a person's browser sends it on its second visit of a day."""
    return pages.show(Request(ledger, NOW, "https://bench.example", {"token": token}, address="192.0.2.1")).html


def look(ledger: Ledger, token: str) -> None:
    answer(ledger, token)


def read_alone(ledger: Ledger) -> None:
    with ledger.read() as tx:
        tx.scalars(sa.select(Commitment).where(Commitment.internal.is_(False))).all()


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
