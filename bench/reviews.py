"""Reviews at size: the digest of an account with 10,000 commitments, and the session with 1,000 open ones.

Method: one ledger with two accounts for each question, a small one and a large one, both with a review that is planned
and one that was held. Of the digest's accounts (100 and 10,000 commitments) a twentieth is open, the others were due
in the three years before, and the last review has decided 20. The session's accounts have 10 and 1,000 open
commitments: opening it is the page that *Start review* shows, and its items the page after the next press. They take
turns (A B C D …). The statements after the row of the outbox, or the person, was read are counted, and each message and
modal is checked against Slack's limits, as the sandbox holds them.

SQLite works in this process, so its time is the processor's, which a busy machine does not change; of PostgreSQL it is
the time on the wall. The reference reads the same commitments once, as plain rows.

    python bench/reviews.py [sqlite|postgresql …]
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from commit_throughput import database_of  # noqa: E402  what is beside this folder is found from here on
from planner_tick import insert, run_alone  # noqa: E402  see above

from bot import logs  # noqa: E402  see above
from handlers import messages  # noqa: E402  see above
from handlers.slack import surfaces  # noqa: E402  see above
from handlers.slack.blocks import resolved  # noqa: E402  see above
from handlers.slack.refs import Ref, ViewName  # noqa: E402  see above
from sandbox.blocks import check_message, check_view  # noqa: E402  see above
from store import migrate, outbox, people, workspaces  # noqa: E402  see above
from store.db import Ledger  # noqa: E402  see above
from store.tables import (  # noqa: E402  see above
    Account,
    Commitment,
    Entry,
    Outbox,
    OutboxKind,
    Person,
    Review,
    ReviewItem,
    ReviewPerson,
    ReviewState,
    Side,
    State,
    Verb,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

# A Tuesday, a quarter to ten in Berlin.
NOW = datetime(2026, 11, 24, 8, 45, tzinfo=UTC)
TODAY, LONG_AGO, LAST = date(2026, 11, 24), NOW - timedelta(days=180), NOW - timedelta(days=90)
# Accounts 1 and 2 have a digest, 3 and 4 a session.
DIGESTS, SESSIONS = {1: 100, 2: 10_000}, {3: 10, 4: 1_000}
DECIDED, COLLEAGUES = 20, 50
ROUNDS, WARM_UP = 15, 3
ALLOWED_MS, ALLOWED_STATEMENTS = 150, 10


@dataclass
class Taken:
    """Milliseconds of each round, and the statements of the last one."""

    ms: list[float]
    statements: int = 0

    def __str__(self) -> str:
        return f"{statistics.median(self.ms):.1f} ms (worst {max(self.ms):.1f}), {self.statements} statements"


def main(databases: list[str]) -> None:
    logs.configure(level="error", style="json")
    for kind in databases:
        with ExitStack() as stack:
            url = stack.enter_context(database_of(kind))
            fill(url)
            ledger = Ledger(url)
            stack.callback(ledger.close)
            report(kind, measure(ledger))


def report(kind: str, taken: dict[str, Taken]) -> None:
    small, large = (f"digest of {size:,}" for size in DIGESTS.values())
    few, many = (f"session with {size:,} open" for size in SESSIONS.values())
    of = "processor" if kind == "sqlite" else "wall"
    for name, one in taken.items():
        print(f"{kind}: {name}: {one}", flush=True)
    ratio = {name: statistics.median(one.ms) for name, one in taken.items()}
    print(
        f"{kind}: {large} {ratio[large] / ratio[small]:.2f} times the small one, {many} {ratio[many] / ratio[few]:.1f}"
        f" times; allowed {ALLOWED_MS} ms ({of}) each, and {ALLOWED_STATEMENTS} statements of a digest; within Slack's"
        " limits",
        flush=True,
    )


def measure(ledger: Ledger) -> dict[str, Taken]:
    acts: dict[str, Callable[[Session, Began], None]] = {
        **{f"digest of {size:,}": partial(draw_digest, account=account) for account, size in DIGESTS.items()},
        **{f"session with {size:,} open": partial(open_session, account=one) for one, size in SESSIONS.items()},
        **{f"items of {size:,} open": partial(show_items, account=one) for one, size in SESSIONS.items()},
        "plain rows of 10,000": read_rows,
    }
    clock = time.process_time if ledger.is_sqlite else time.perf_counter
    taken = {name: Taken([]) for name in acts}
    for number in range(WARM_UP + ROUNDS):
        for name, act in acts.items():
            with ledger.read() as tx, counted(ledger) as statements:
                began = Began(clock, statements)
                act(tx, began)
                if number >= WARM_UP:
                    taken[name].ms.append((clock() - began.at) * 1000)
            taken[name].statements = len(statements)
    return taken


class Began:
    """When the measurement began, and the statements since."""

    def __init__(self, clock: Callable[[], float], statements: list[str]) -> None:
        self._clock, self._statements = clock, statements
        self.now()

    def now(self) -> None:
        """It begins now."""
        self._statements.clear()
        self.at = self._clock()


@contextmanager
def counted(ledger: Ledger) -> Iterator[list[str]]:
    """The statements that the database gets meanwhile."""
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    sa.event.listen(ledger.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(ledger.engine, "before_cursor_execute", note)


# ---- what is measured ----------------------------------------------------------------------------------


def draw_digest(tx: Session, began: Began, *, account: int) -> None:
    """As the courier renders it before the call to Slack, after it has claimed the row."""
    # The digests are the only rows, in the order of their accounts.
    row = outbox.load(tx, account)
    began.now()
    made = messages.render(tx, row, NOW)
    assert isinstance(made, messages.Message), made
    assert check_message(made.blocks) == []


def open_session(tx: Session, began: Began, *, account: int) -> None:
    _draw(tx, began, Ref(view=ViewName.REVIEW, extra=str(account)))


def show_items(tx: Session, began: Began, *, account: int) -> None:
    _draw(tx, began, Ref(view=ViewName.REVIEW_ITEMS, extra=str(planned_of(account))))


def _draw(tx: Session, began: Began, ref: Ref) -> None:
    viewer = people.viewer(tx, "T0BENCH", "U00000000")
    assert viewer is not None
    began.now()
    drawn = surfaces.draw(tx, viewer, ref, NOW)
    assert drawn is not None
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Review"}, "blocks": resolved(drawn.blocks)}
    assert check_view(view, "modal") == []


def read_rows(tx: Session, began: Began) -> None:
    began.now()
    for _ in tx.execute(sa.select(Commitment.__table__).where(Commitment.account_id == max(DIGESTS))):
        pass


# ---- filling -------------------------------------------------------------------------------------------


def planned_of(account: int) -> int:
    """The id of the account's review that is planned or open; the one that was held comes before it."""
    return account * 2


def fill(url: str) -> None:
    ledger = Ledger(url)
    migrate.upgrade(ledger)
    with ledger.begin() as tx:
        workspaces.ensure(tx, team_id="T0BENCH", name="Bench", now=LONG_AGO)
    insert(ledger, Person, (
        {"workspace_id": 1, "slack_id": f"U{n:08}", "name": f"Person {n}", "zone": "Europe/Berlin"}
        for n in range(COLLEAGUES)
    ))  # fmt: skip
    sizes = DIGESTS | SESSIONS
    insert(ledger, Account, (_account(number) for number in sizes))
    insert(ledger, Commitment, _commitments(sizes))
    insert(ledger, Entry, _entries(sum(sizes.values())))
    insert(ledger, Review, (_review(account, held=held) for account in sizes for held in (True, False)))
    insert(ledger, ReviewPerson, (
        {"workspace_id": 1, "review_id": planned_of(account), "person_id": person}
        for account in sizes for person in (1, 2, 3)
    ))  # fmt: skip
    insert(ledger, ReviewItem, _decisions(sizes))
    insert(ledger, Outbox, (_digest(account) for account in DIGESTS))
    ledger.close()
    if not ledger.is_sqlite:
        run_alone(ledger.url, "VACUUM ANALYZE")


def _account(number: int) -> dict[str, Any]:
    return {
        "workspace_id": 1, "name": f"Account {number}", "name_key": f"account {number}", "category": "A",
        "owner_id": 1, "coach_id": 2, "channel": f"C{number:08}", "created_at": LONG_AGO,
    }  # fmt: skip


def _commitments(sizes: dict[int, int]) -> Iterator[dict[str, Any]]:
    number = 0
    for account, size in sizes.items():
        for place in range(size):
            number += 1
            ended = account in DIGESTS and place % 20 != 0
            state = State.OPEN if not ended else State.CANCELLED if place % 5 == 1 else State.DONE
            due_on = TODAY - timedelta(days=place % 1_095) if ended else TODAY + timedelta(days=place % 90 - 45)
            action = f"Send document {place} to the client's purchasing department"
            yield {
                "workspace_id": 1, "number": number, "side": Side.THEIRS if place % 4 == 0 else Side.OURS,
                "state": state, "owner_id": place % COLLEAGUES + 1, "creator_id": 1, "action": action,
                "first_action": action, "due_on": due_on, "account_id": account,
                "first_due_on": due_on - timedelta(days=10 * (place % 6 == 0)), "slips": (place % 6 == 0) * 2,
                "origin_key": f"command:{number}", "created_at": NOW - timedelta(days=place % 1_095 + 30),
                "ended_at": NOW - timedelta(days=place % 1_095) if ended else None,
            }  # fmt: skip


def _entries(commitments: int) -> Iterator[dict[str, Any]]:
    for number in range(1, commitments + 1):
        yield {
            "workspace_id": 1, "subject_kind": Commitment.subject_kind, "subject_id": number, "at": LONG_AGO,
            "actor_id": 1, "verb": Verb.RECORD, "changes": {},
        }  # fmt: skip


def _review(account: int, *, held: bool) -> dict[str, Any]:
    starts_at = LAST if held else NOW + timedelta(days=7)
    return {
        "workspace_id": 1, "account_id": account, "state": ReviewState.HELD if held else ReviewState.PLANNED,
        "starts_at": starts_at, "zone": "Europe/Berlin", "creator_id": 1, "origin_key": f"review:{account}:{held}",
        "created_at": LONG_AGO, "opened_at": LAST if held else None, "closed_at": LAST if held else None,
    }  # fmt: skip


def _decisions(sizes: dict[int, int]) -> Iterator[dict[str, Any]]:
    """The verdicts of the last review on the first commitments of each account."""
    first = 1
    for account, size in sizes.items():
        for place in range(min(DECIDED, size)):
            yield {
                "workspace_id": 1, "review_id": planned_of(account) - 1, "commitment_id": first + place,
                "verdict": Verdict.KEEP, "commitment_version": 1, "decided_by_id": 1, "decided_at": LAST,
            }  # fmt: skip
        first += size


def _digest(account: int) -> dict[str, Any]:
    channel = f"C{account:08}"
    return {
        "workspace_id": 1, "dedupe_key": f"digest:{account}", "message_key": f"{account:032x}", "channel": channel,
        "kind": OutboxKind.REVIEW_DIGEST, "recipient": channel, "day": TODAY, "actor_id": 1,
        "review_id": planned_of(account), "created_at": NOW,
        # The courier has asked Slack who reads there.
        "details": {"external": False},
    }  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
