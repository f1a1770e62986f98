"""The scheduled messages and series, the sweep of what is over, and one planning pass over all of them.

Planning writes rows into the ledger and the outbox, and sends nothing. It may run in any number of processes at once:
an entry locks the rows that are due, and the key of a row is unique for ever.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Protocol

from bot import briefs, canvases, digests, reviews, series, signals, sweep
from bot.logs import log_failure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.db import Ledger


class PlanBatch(Protocol):
    """One kind of scheduled message: claims the next people who are due at `now`, writes a row for each of them who
    gets one, and sets their next time. Returns the keys of the rows; None if nobody is due.

    `workspaces`: the ids of the workspaces to look at; None: all of them.
    """

    def __call__(self, tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None: ...


# New signals stand in the briefs that are planned after them.
AGENDA: tuple[PlanBatch, ...] = (
    series.plan_batch, reviews.plan_batch, digests.plan_batch, signals.plan_batch, briefs.plan_batch,
    canvases.plan_batch, sweep.plan_batch,
)  # fmt: skip


def plan(ledger: Ledger, now: datetime, *, workspaces: Collection[int] | None = None) -> list[str]:
    """One planning pass as of `now` (aware). Returns the keys of the rows that it wrote."""
    return list(chain.from_iterable(in_batches(ledger, now, workspaces=workspaces)))


def in_batches(ledger: Ledger, now: datetime, *, workspaces: Collection[int] | None = None) -> Iterator[list[str]]:
    """The same, one transaction at a time: however many people are due, only one batch is in memory.

    An entry that fails does not hold up the others. After the last entry the first error is raised; errors of further
    entries are logged.
    """
    failed: Exception | None = None
    for plan_batch in AGENDA:
        try:
            yield from _batches_of(plan_batch, ledger, now, workspaces)
        except Exception as error:  # noqa: BLE001  it is raised or logged
            if failed is not None:
                log_failure("plan", error)
            failed = failed or error
    if failed is not None:
        raise failed


def _batches_of(
    plan_batch: PlanBatch, ledger: Ledger, now: datetime, workspaces: Collection[int] | None
) -> Iterator[list[str]]:
    while True:
        with ledger.begin() as tx:
            batch = plan_batch(tx, now, workspaces=workspaces)
        if batch is None:
            return
        yield batch


def plan_within(tx: Session, now: datetime) -> None:
    """One planning pass over all workspaces in the caller's transaction."""
    for plan_batch in AGENDA:
        while plan_batch(tx, now, workspaces=None) is not None:
            pass
