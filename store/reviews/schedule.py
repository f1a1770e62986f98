"""The messages about a review that come by themselves: the digest some days before it, and the prompt when it begins.

A review has one instant at which its next message is due. The key of a digest is its review, and that of a prompt its
review and time, so each is written once.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import outbox, people
from store.db import UtcDateTime
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import working_days_of
from store.rules.reviews import begins_at, working_days_before
from store.tables import Account, Outbox, OutboxKind, Person, Review, ReviewState, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import InstrumentedAttribute, Session

# The messages that stand in the account's channel.
IN_CHANNELS = (OutboxKind.REVIEW_DIGEST, OutboxKind.REVIEW_PROMPT, OutboxKind.MINUTES)
# The local time of a digest: after the briefs of most people.
_MORNING = time(9)
# A prompt that could not be written for so long is not worth a message any more: the lead's brief asks.
_LATE = timedelta(days=1)


def plan_next(tx: Session, review: Review, now: datetime) -> None:
    """Set the time of the review's next message, after it was booked, moved, begun or ended."""
    if review.state != ReviewState.PLANNED or review.starts_at is None:
        review.next_at = None
        return
    if outbox.was_written(tx, review.workspace_id, _key(OutboxKind.REVIEW_DIGEST, review)):
        review.next_at = review.starts_at
        return
    workspace = tx.scalars(sa.select(Workspace).where(Workspace.id == review.workspace_id)).one()
    review.next_at = max(_digest_at(workspace, review, review.starts_at), now)


def plan_digests(tx: Session, workspace: Workspace, now: datetime) -> None:
    """Set the times of the digests that have not come yet, after the workspace chose other days."""
    written = sa.exists().where(Outbox.review_id == Review.id, Outbox.kind == OutboxKind.REVIEW_DIGEST)
    waits = Review.workspace_id == workspace.id, Review.next_at.is_not(None), Review.starts_at > now, ~written
    for review in tx.scalars(sa.select(Review).where(*waits).order_by(Review.id).with_for_update()):
        if review.starts_at is not None:
            review.next_at = max(_digest_at(workspace, review, review.starts_at), now)


def _digest_at(workspace: Workspace, review: Review, starts_at: datetime) -> datetime:
    """So many working days before the review as the workspace has chosen, in the morning of the zone in which its time
    was agreed on.
    """
    works = working_days_of(workspace.working_week, workspace.holidays_region)
    day = working_days_before(local_day(starts_at, review.zone), workspace.digest_before, works)
    return begins_at(day, _MORNING, review.zone)


def claim_due(tx: Session, now: datetime, *, limit: int, workspaces: Collection[int] | None) -> list[Review]:
    """The next reviews with a message that is due, locked for this transaction; rows that others have are left out."""
    due = sa.select(Review).where(Review.next_at <= now)
    if workspaces is not None:
        due = due.where(Review.workspace_id.in_(list(workspaces)))
    return list(
        tx.scalars(
            due.options(joinedload(Review.account).options(joinedload(Account.owner), joinedload(Account.coach)))
            .order_by(Review.next_at, Review.id)
            .limit(limit)
            .with_for_update(of=Review, skip_locked=True)
        )
    )


def next_start(tx: Session, now: datetime) -> datetime | None:
    """The beginning of the next review that is planned, of any account; None if none is."""
    return _earliest(tx, Review.starts_at, now, Review.state == ReviewState.PLANNED)


def next_message(tx: Session, now: datetime) -> datetime | None:
    """The time of the next message about a review, of any account; None if none is due."""
    return _earliest(tx, Review.next_at, now)


def _earliest(
    tx: Session, column: InstrumentedAttribute[datetime | None], now: datetime, *which: sa.ColumnElement[bool]
) -> datetime | None:
    first = sa.func.min(column, type_=UtcDateTime())
    found: datetime | None = tx.scalar(sa.select(first).where(*which, column > now))
    return found


def write_due(tx: Session, review: Review, now: datetime) -> str | None:
    """Write the message that is due, and set the time of the next one; the key of the message, None for none.

    After a standstill a digest whose review has begun is left out, and so is a prompt that is a day late. On a day off
    a digest waits for the next working day.
    """
    starts_at, account = review.starts_at, review.account
    if review.state != ReviewState.PLANNED or starts_at is None or not account.is_live:
        review.next_at = None
        return None
    if now < starts_at:
        workspace = tx.scalars(sa.select(Workspace).where(Workspace.id == review.workspace_id)).one()
        works = working_days_of(workspace.working_week, workspace.holidays_region)
        today = local_day(now, review.zone)
        if not works.works_on(today):
            review.next_at = min(begins_at(works.next_after(today), _MORNING, review.zone), starts_at)
            return None
        review.next_at = starts_at
        return _write(tx, review, OutboxKind.REVIEW_DIGEST, now)
    review.next_at = None
    return _write(tx, review, OutboxKind.REVIEW_PROMPT, now) if now - starts_at < _LATE else None


def write_minutes(tx: Session, review: Review, version: int, now: datetime) -> None:
    """The minutes of a review, or their correction, go to the account's channel."""
    _write(tx, review, OutboxKind.MINUTES, now, version=version)


def tell_lead(tx: Session, row: Outbox, why: str, now: datetime) -> None:
    """The lead hears once that messages about the reviews cannot be posted in the channel of this one, and `why`."""
    if row.channel is None or row.review_id is None:
        return
    with_people = joinedload(Review.account).options(joinedload(Account.owner), joinedload(Account.coach))
    review = tx.scalars(sa.select(Review).where(Review.id == row.review_id).options(with_people)).one()
    reader = actor_of(tx, review)
    if reader is not None:
        outbox.enqueue(
            tx, workspace_id=row.workspace_id, kind=OutboxKind.REVIEW_NOT_POSTED, now=now, person=reader,
            key=f"{OutboxKind.REVIEW_NOT_POSTED}:{review.account_id}:{row.channel}:{why}", review_id=review.id,
            actor_id=reader.id, details={"channel": row.channel, "why": why},
        )  # fmt: skip


def actor_of(tx: Session, review: Review) -> Person | None:
    """The colleague for whom a message about the review is written: the lead, else the coach, else the person who
    booked it; None if none of them is here.
    """
    creator = tx.scalars(sa.select(Person).where(Person.id == review.creator_id)).one()
    return people.first_here(review.account.owner, review.account.coach, creator)


def _write(tx: Session, review: Review, kind: OutboxKind, now: datetime, *, version: int = 1) -> str | None:
    # Nothing of a restricted account stands in a channel: its lead gets it.
    actor, channel = actor_of(tx, review), None if review.account.restricted else review.account.channel
    if actor is None:
        return None
    key = _key(kind, review) + (f":{version}" if version > 1 else "")
    if kind == OutboxKind.REVIEW_PROMPT and review.starts_at is not None:
        # A review that has not begun and is moved gets another one.
        key += f":{review.starts_at:%Y-%m-%dT%H:%M}"
    written = outbox.enqueue(
        tx, workspace_id=review.workspace_id, key=key, kind=kind, now=now, review_id=review.id, actor_id=actor.id,
        person=None if channel else actor, channel=channel, day=local_day(now, review.zone),
    )  # fmt: skip
    return key if written is not None else None


def _key(kind: OutboxKind, review: Review) -> str:
    return f"{kind}:{review.id}"
