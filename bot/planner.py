"""Who must hear something, now: people whose morning has come, and whether anything deserves a mention.

What came outside of somebody's hours is told in the brief of their next morning. The planner writes intent only. It
may run in any number of processes at once: rows are locked while they are looked at, and the key of a brief (person
and local day) is unique for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import structlog

from store import commitments, notices, occasions, outbox, people
from store.rules.calendar.brief_times import local_day, morning_is_on, mornings_missed
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy.orm import Session

    from store.db import Ledger
    from store.tables import Outbox, Person

log = structlog.get_logger(__name__)

# People looked at in one transaction: large enough to be cheap, small enough to hold nobody up.
BATCH = 200
# A morning found this late was missed, not merely busy; catching up is said in the log.
LATE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Planned:
    """A brief that will be sent: to whom, and for which local day."""

    person_id: int
    day: date

    @property
    def key(self) -> str:
        """The key of its row in the outbox."""
        return notices.brief_of(self.person_id, self.day)


def plan(ledger: Ledger, now: datetime, *, workspaces: Collection[int] | None = None) -> list[Planned]:
    """One planning pass as of `now` (aware) for these workspaces (by id; None: every one): everything that was
    planned.
    """
    return list(chain.from_iterable(in_batches(ledger, now, workspaces=workspaces)))


def in_batches(
    ledger: Ledger, now: datetime, *, workspaces: Collection[int] | None = None
) -> Iterator[list[Planned]]:  # fmt: skip
    """One planning pass, a transaction at a time: however many are due, no more of them are held than a batch.

    The work grows with the people due, not with the ledger: one indexed query finds them.
    """
    while True:
        with ledger.begin() as tx:
            batch = plan_batch(tx, now, workspaces=workspaces)
        if batch is None:
            return
        yield batch


def plan_batch(tx: Session, now: datetime, *, workspaces: Collection[int] | None = None) -> list[Planned] | None:
    """Plan for the next BATCH people of these workspaces who are due; None when there are none."""
    due = people.claim_due(tx, now, limit=BATCH, workspaces=workspaces)
    if not due:
        return None
    _log_missed(due, now)
    days = {one.id: local_day(now, one.zone) for one in due if _may_hear(one, now)}
    awake = [one for one in due if one.id in days]
    wanted = occasions.worth_a_brief(tx, awake, days)
    news = _news(tx, awake, days)
    planned = [
        Planned(one.id, days[one.id])
        for one in awake
        if (one.id in wanted or one.id in news) and _intend_brief(tx, one, days[one.id], news.get(one.id, []), now)
    ]
    outbox.refresh_homes(tx, days, now)
    for one in due:
        people.schedule_next_brief(one, now, looked_at=days.get(one.id))
    tx.flush()
    return planned


def _may_hear(person: Person, now: datetime) -> bool:
    return people.is_here(person) and morning_is_on(now, people.work_schedule(person))


def _news(tx: Session, awake: list[Person], days: dict[int, date]) -> dict[int, list[Outbox]]:
    """The notices that wait for those who are at work, by person: what came outside of their hours."""
    waits = notices.waiting(tx, [one.id for one in awake])
    there = commitments.at_work(tx, [one for one in awake if one.id in waits], days)
    return {person_id: rows for person_id, rows in waits.items() if person_id in there}


def _intend_brief(tx: Session, person: Person, day: date, news: list[Outbox], now: datetime) -> bool:
    """Write the brief's row, which takes what waited for it; False if there was a brief on that day."""
    key = notices.brief_of(person.id, day)
    ids: dict[str, Any] = {"day": day.isoformat()}
    if news:
        ids["news"] = [row.id for row in news]
    is_new = outbox.enqueue(
        tx, workspace_id=person.workspace_id, key=key, kind=OutboxKind.BRIEF, now=now, person=person, ids=ids
    )  # fmt: skip
    if is_new and news:
        notices.attach_to_brief(tx, news, key, now)
    return is_new


def _log_missed(due: list[Person], now: datetime) -> None:
    late = [(one, one.next_brief_at) for one in due if one.next_brief_at and now - one.next_brief_at > LATE]
    if late:
        missed = [mornings_missed(since, now, people.work_schedule(one)) for one, since in late]
        log.warning(
            "mornings_caught_up",
            people=len(late),
            since=min(since for _, since in late).isoformat(),
            mornings_skipped=sum(missed),
            people_skipped=sum(map(bool, missed)),
        )
