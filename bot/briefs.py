"""The planning of briefs: people whose morning has come get one if anything deserves a mention.

A notice that came outside of a person's working hours joins the brief of their next morning. The key of a brief is its
person and local day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from store import commitments, notices, occasions, outbox, people
from store.digests import leaders
from store.rules.calendar.brief_times import local_day, morning_is_on, mornings_missed
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Outbox, Person

log = structlog.get_logger(__name__)

# People looked at in one transaction: large enough to be cheap, small enough to hold nobody up.
BATCH = 200
# A morning that is found this late was missed. The log says so.
LATE = timedelta(minutes=30)


def plan_batch(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None:
    """Plan for the next BATCH people of these workspaces (by id; None: all) whose morning has come. Returns the keys of
    the briefs; None if no morning has come.

    One indexed query finds the people, so the work grows with them and not with the ledger.
    """
    due = people.claim_due(tx, now, limit=BATCH, workspaces=workspaces)
    if not due:
        return None
    _log_missed(due, now)
    days = {one.id: local_day(now, one.zone) for one in due if _may_hear(one, now)}
    awake = [one for one in due if one.id in days]
    wanted = occasions.worth_a_brief(tx, awake, days, now)
    news = _news(tx, awake, days)
    planned = [
        notices.brief_of(one.id, days[one.id])
        for one in awake
        if (one.id in wanted or one.id in news) and _intend_brief(tx, one, days[one.id], news.get(one.id, []), now)
    ]
    leaders.write_due(tx, awake, days, now)
    outbox.refresh_homes(tx, days, now)
    for one in due:
        people.schedule_next_brief(one, now, looked_at=days.get(one.id))
    tx.flush()
    return planned


def _may_hear(person: Person, now: datetime) -> bool:
    return people.is_here(person) and morning_is_on(now, people.work_schedule(person))


def _news(tx: Session, awake: list[Person], days: dict[int, date]) -> dict[int, list[Outbox]]:
    """The notices that came outside of working hours, by person, for the people who are at work on that day."""
    waits = notices.waiting(tx, [one.id for one in awake])
    there = commitments.at_work(tx, [one for one in awake if one.id in waits], days)
    return {person_id: rows for person_id, rows in waits.items() if person_id in there}


def _intend_brief(tx: Session, person: Person, day: date, news: list[Outbox], now: datetime) -> bool:
    """Write the brief's row and attach the waiting notices to it; False if there was a brief on that day."""
    key = notices.brief_of(person.id, day)
    brief_id = outbox.enqueue(
        tx, workspace_id=person.workspace_id, key=key, kind=OutboxKind.BRIEF, now=now, person=person, day=day
    )
    if brief_id is not None and news:
        notices.attach_to_brief(tx, news, brief_id, now)
    return brief_id is not None


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
