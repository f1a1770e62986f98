"""The page of one of the client's people: milliseconds, queries, requests a second, and what `/commit` feels of them.

Goals, on an idle machine: a page with 500 items in 50 ms and at most 8 queries; one process answers 100 pages a second
while the 99th percentile of `/commit` stays under 300 ms.

Method: two accounts, one with ITEMS commitments that the client sees and one with USUAL, each with as many that are for
our team, an expectation for each 25 of them and a proposal of the person for each ten.

First in this process: each page is answered as the server answers a GET, from the token to the HTML. The reference
reads the commitments of the large one as objects. Median and 95th percentile of ROUNDS runs after one that is not
counted.

Then over HTTP, from the bot in a process of its own, each for SECONDS: as many pages as it answers to IN_FLIGHT
browsers; COMMITS lines of `/commit` a second alone; and the same lines beside PAGES usual pages a second. A line and a
page are sent when their time has come, or as soon as a connection is free, and their time counts from the former.

    python bench/client_page.py [sqlite|postgresql …]
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial
from itertools import count
from socket import create_connection
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from commit_throughput import IN_FLIGHT, SECRET, TOKEN, Served, database_of, exchange, signed
from plan_page import counted, measured, p95, said
from planner_tick import insert, run_alone
from slack_sdk.signature import SignatureVerifier

from bot import logs
from bot.manifest import for_address
from handlers.clients import pages
from handlers.web.requests import Request
from sandbox import Sandbox
from sandbox.clock import wall_clock
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ITEMS, USUAL = 500, 20
SECONDS, PAGES, COMMITS = 20, 100, 10
TEAM, SITE = "T0NORTHWIND", "https://bench.example"
# The bot in a process of its own lives on the clock of the machine.
NOW = wall_clock()
TODAY = date(NOW.year, NOW.month, NOW.day)


def main(databases: list[str]) -> None:
    logs.configure(level="error", style="json")
    os.environ["PUBLIC_URL"] = SITE
    for kind in databases:
        with ExitStack() as stack:
            url = stack.enter_context(database_of(kind))
            ledger = Ledger(url)
            stack.callback(ledger.close)
            large, usual = filled(ledger)
            print(f"{kind}, in this process: {in_process(ledger, large, usual)}", flush=True)
            box = stack.enter_context(Sandbox(for_address(SITE), app_url=None, signing_secret=SECRET, bot_token=TOKEN))
            port = stack.enter_context(Served("makegood", url, box.api_url)).port
            print(f"{kind}, over HTTP: {over_http(port, large, usual)}", flush=True)


def in_process(ledger: Ledger, large: str, usual: str) -> str:
    reference = measured(partial(read_alone, ledger))
    pages_ = {items: partial(look, ledger, token) for items, token in ((ITEMS, large), (USUAL, usual))}
    times = {items: measured(page) for items, page in pages_.items()}
    parts = [f"page with {items} items {said(times[items])}, {counted(ledger, page)} queries"
             for items, page in pages_.items()]  # fmt: skip
    parts.append(f"{len(answer(ledger, large)):,} bytes; the rows of {ITEMS} alone {said(reference)}")
    return "; ".join([*parts, f"ratio of the 95th percentiles {p95(times[ITEMS]) / p95(reference):.1f}"])


def over_http(port: int, large: str, usual: str) -> str:
    numbers, verifier = count(), SignatureVerifier(SECRET)

    def line() -> bytes:
        return signed(verifier, next(numbers))

    wanted = {items: visit(token) for items, token in ((ITEMS, large), (USUAL, usual))}
    rates = {items: flood(port, request) for items, request in wanted.items()}
    alone = Paced(port, line, COMMITS)
    alone.run()
    commits, visits = Paced(port, line, COMMITS), Paced(port, lambda: wanted[USUAL], PAGES)
    beside = threading.Thread(target=visits.run)
    beside.start()
    commits.run()
    beside.join()
    parts = [f"{rate:.0f} pages with {items} items a second" for items, rate in rates.items()]
    return "; ".join([
        *parts,
        f"/commit alone, {alone}",
        f"/commit beside {PAGES} pages a second, {commits}; those pages, {visits}, {visits.rate:.0f} a second",
    ])  # fmt: skip


def visit(token: str) -> bytes:
    """A second visit of a day, which counts no open: no browser says that a person looks."""
    return f"GET /client/{token} HTTP/1.1\r\nHost: bench.example\r\nAccept: */*\r\n\r\n".encode()


def flood(port: int, request: bytes) -> float:
    """The pages a second of IN_FLIGHT browsers that ask again at once."""
    done, ends = count(), time.perf_counter() + SECONDS

    def browse() -> None:
        with create_connection(("127.0.0.1", port), timeout=30) as wire:
            while time.perf_counter() < ends:
                head, _ = exchange(wire, request)
                assert head.startswith(b"HTTP/1.1 200"), head
                next(done)

    together(browse, IN_FLIGHT)
    return next(done) / SECONDS


def together(work: Callable[[], None], times: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Paced:
    """Requests that are sent at their times, `a_second` of them, over IN_FLIGHT connections."""

    def __init__(self, port: int, request: Callable[[], bytes], a_second: int) -> None:
        self._port, self._request, self._a_second = port, request, a_second
        self._lock = threading.Lock()
        self._due: Iterator[float] = iter(())
        self.milliseconds: list[float] = []
        self.rate = 0.0

    def run(self) -> None:
        started = time.perf_counter()
        self._due = iter([started + place / self._a_second for place in range(SECONDS * self._a_second)])
        together(self._work, IN_FLIGHT)
        self.rate = len(self.milliseconds) / (time.perf_counter() - started)

    def _work(self) -> None:
        with create_connection(("127.0.0.1", self._port), timeout=30) as wire:
            while True:
                with self._lock:
                    due = next(self._due, None)
                    request = self._request()
                if due is None:
                    return
                time.sleep(max(0, due - time.perf_counter()))
                head, text = exchange(wire, request)
                assert head.startswith(b"HTTP/1.1 200"), (head, text)
                assert b":warning:" not in text, text
                with self._lock:
                    self.milliseconds.append((time.perf_counter() - due) * 1000)

    def __str__(self) -> str:
        p99 = statistics.quantiles(self.milliseconds, n=100)[98]
        return f"p50 {statistics.median(self.milliseconds):.0f} ms, p99 {p99:.0f} ms"


def filled(ledger: Ledger) -> tuple[str, str]:
    """The tokens of the large page and of the usual one."""
    migrate.upgrade(ledger)
    with ledger.begin() as tx:
        workspace = workspaces.ensure(tx, team_id=TEAM, name="Bench", now=NOW)
        people.sync(tx, workspace, [Profile("U0EVA", "Eva"), Profile("U0ANA", "Ana")], now=NOW)
    with ledger.begin() as tx:
        eva = people.viewer(tx, TEAM, "U0EVA")
        assert eva is not None
        tokens = []
        for name in ("Acme", "Globex"):
            account = accounts.create(tx, eva, name, now=NOW)
            dana = stakeholders.create(tx, eva, "Dana Whitfield", account=account, now=NOW)
            tokens.append(links.make(tx, eva, section.get(tx, eva, SECTION, dana.id), NOW))
    first = 1
    for account_id, items in ((1, ITEMS), (2, USUAL)):
        insert(ledger, Commitment, (_commitment(first + place, account_id, place, items) for place in range(2 * items)))
        insert(ledger, Expectation, ({**_row(account_id, place), "stakeholder_id": account_id, "side": Side.THEIRS,
                                      "name": f"Report {place}", "sharing": Sharing.SHAREABLE}
                                     for place in range(items // 25 or 1)))  # fmt: skip
        insert(ledger, Proposal, ({**_row(account_id, place), "stakeholder_id": account_id, "text": "With VAT?",
                                   "kind": ProposalKind.QUESTION, "state": ProposalState.OPEN,
                                   "commitment_id": first + place % items}
                                  for place in range(items // 10 or 1)))  # fmt: skip
        first += 2 * items
    with ledger.begin() as tx:
        workspaces.ensure(tx, team_id=TEAM, name="Bench", now=NOW).next_number = first
    if not ledger.is_sqlite:
        run_alone(ledger.url, "VACUUM ANALYZE")
    return tokens[0], tokens[1]


def _row(account_id: int, place: int) -> dict[str, Any]:
    return {"workspace_id": 1, "account_id": account_id, "origin_key": f"r{account_id}:{place}", "created_at": NOW}


def _commitment(number: int, account_id: int, place: int, items: int) -> dict[str, Any]:
    is_done = place % 10 == 0
    return {
        **_row(account_id, place), "number": number, "side": Side.THEIRS if place % 4 == 0 else Side.OURS,
        "state": State.DONE if is_done else State.OPEN, "owner_id": 1 + place % 2, "creator_id": 1,
        "action": f"Send document {number}", "first_action": f"Send document {number}", "first_due_on": TODAY,
        "due_on": TODAY + timedelta(days=place % 60 - 30), "internal": place >= items,
        "ended_at": NOW if is_done else None,
    }  # fmt: skip


def answer(ledger: Ledger, token: str) -> str:
    """The HTML of a GET of the page, as a person's browser sends it on its second visit of a day."""
    return pages.show(Request(ledger, NOW, SITE, {"token": token}, address="192.0.2.1")).html


def look(ledger: Ledger, token: str) -> None:
    answer(ledger, token)


def read_alone(ledger: Ledger) -> None:
    with ledger.read() as tx:
        tx.scalars(sa.select(Commitment).where(Commitment.account_id == 1, Commitment.internal.is_(False))).all()


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
