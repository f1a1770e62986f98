"""Who must hear something, now: people whose morning has come, and whether anything deserves a mention.

The planner writes intent only. It may run in any number of processes at once: rows are locked while they
are looked at, and the key of a brief (person and local day) is unique for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from store import commitments, outbox, people, workspaces
from store.rules.mornings import local_day, morning_is_on

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.db import Ledger
    from store.tables import Person

log = structlog.get_logger(__name__)

BRIEF = "brief"
# People looked at in one transaction: large enough to be cheap, small enough to hold nobody up.
BATCH = 200
# A morning found this late was missed, not merely busy; catching up is said in the log.
LATE = timedelta(minutes=30)


@dataclass(frozen=True)
class Planned:
    """A brief that will be sent: to whom, and for which local day."""

    person_id: int
    name: str
    day: date

    @property
    def words(self) -> str:
        return f"{self.name}: brief for {self.day:%A} {self.day.day} {self.day:%B %Y}"


class _DryRunError(Exception):
    """Leaves the transaction so that nothing of it stays."""


def _leave() -> None:
    raise _DryRunError


def plan(ledger: Ledger, now: datetime, *, dry_run: bool = False) -> list[Planned]:
    """One planning pass as of `now` (aware). With `dry_run` nothing is kept.

    The work grows with the people due, not with the ledger: one indexed query finds them.
    """
    planned: list[Planned] = []
    if dry_run:
        try:
            with ledger.begin() as tx:
                while (batch := plan_batch(tx, now)) is not None:
                    planned += batch
                _leave()
        except _DryRunError:
            return planned
    while True:
        with ledger.begin() as tx:
            batch = plan_batch(tx, now)
        if batch is None:
            return planned
        planned += batch


def plan_batch(tx: Session, now: datetime) -> list[Planned] | None:
    """Plan for the next BATCH people who are due; None when there are none."""
    due = people.claim_due(tx, now, limit=BATCH)
    if not due:
        return None
    _log_late(due, now)
    days = {person.id: local_day(now, person.zone) for person in due}
    awake = [person for person in due if _may_hear(person, now)]
    wanted = commitments.worth_a_brief(tx, awake, days) if awake else set()
    planned = [
        Planned(person.id, person.name, days[person.id])
        for person in awake
        if person.id in wanted and _intend_brief(tx, person, days[person.id], now)
    ]
    open_business = people.with_open_business(tx, days)
    for person in due:
        people.plan_next_brief(person, now, has_open_business=person.id in open_business)
    tx.flush()
    return planned


def _may_hear(person: Person, now: datetime) -> bool:
    workspace = person.workspace
    works = workspaces.working_days(workspace)
    return person.is_active and morning_is_on(now, person.zone, workspace.send_hour, works)


def _intend_brief(tx: Session, person: Person, day: date, now: datetime) -> bool:
    return outbox.intend(
        tx,
        workspace_id=person.workspace_id,
        key=f"{BRIEF}:{person.id}:{day.isoformat()}",
        kind=BRIEF,
        now=now,
        person=person,
        ids={"day": day.isoformat()},
    )


def _log_late(due: list[Person], now: datetime) -> None:
    late = [person.next_brief_at for person in due if person.next_brief_at and now - person.next_brief_at > LATE]
    if late:
        log.warning("mornings_caught_up", people=len(late), since=min(late).isoformat())
