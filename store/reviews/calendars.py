"""The last step of a review: its actions and the next review go to the calendars of their people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import calendar_feeds, outbox, people
from store.reviews.changing import check_right
from store.reviews.questions import current, get, people_of
from store.scope import seen_by
from store.tables import Commitment, Outbox, OutboxKind, OutboxState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Person, Review


class Reach(StrEnum):
    """How a person's calendar learns of the actions: by their feed, by a file that was sent, or not yet."""

    FEED = "feed"
    FILE = "file"
    NOTHING = "nothing"


@dataclass(frozen=True)
class InCalendar:
    """A colleague who owes something after the review or takes part in it, and the reach of their calendar."""

    person: Person
    reach: Reach


def in_calendars(tx: Session, viewer: Person, review: Review) -> list[InCalendar]:
    """The owners of the account's open commitments and the colleagues who take part, by name. A file that was sent
    before the review was closed does not count: it lacks the next review.
    """
    owners = sa.select(Commitment).where(
        seen_by(Commitment, viewer), Commitment.account_id == review.account_id, Commitment.ended_at.is_(None)
    )
    found = {one.owner_id: one.owner for one in tx.scalars(owners.options(joinedload(Commitment.owner)))}
    found |= {one.person.id: one.person for one in people_of(tx, review) if one.person}
    there = {id_: one for id_, one in found.items() if people.is_here(one)}
    follow, sent = calendar_feeds.followed_by(tx, there), _sent(tx, review)
    return [
        InCalendar(one, Reach.FEED if one.id in follow else Reach.FILE if one.id in sent else Reach.NOTHING)
        for one in sorted(there.values(), key=lambda each: (each.name, each.id))
    ]


def _sent(tx: Session, review: Review) -> set[int]:
    which = [
        Outbox.workspace_id == review.workspace_id, Outbox.review_id == review.id, Outbox.kind == OutboxKind.CALENDAR,
        Outbox.state.not_in([OutboxState.DEAD, OutboxState.SKIPPED]),
    ]  # fmt: skip
    if review.closed_at is not None:
        which.append(Outbox.created_at >= review.closed_at)
    rows = tx.scalars(sa.select(Outbox).where(*which))
    return {
        row.person_id for row in rows
        if row.person_id and row.details.get("after_review") and not row.details.get("no_file")
    }  # fmt: skip


def send_to_calendars(tx: Session, viewer: Person, review_id: int, *, origin_key: str, now: datetime) -> Review:
    """Send their actions and the next review, as a file, to all whose calendars have not got them."""
    review = get(tx, viewer, review_id)
    check_right(tx, viewer, review.account, now, review)
    for one in in_calendars(tx, viewer, review):
        if one.reach == Reach.NOTHING:
            outbox.enqueue(
                tx, workspace_id=review.workspace_id, kind=OutboxKind.CALENDAR, now=now, person=one.person,
                key=f"{OutboxKind.CALENDAR}:{origin_key}:{one.person.id}", review_id=review.id, actor_id=viewer.id,
                details={"after_review": True},
            )  # fmt: skip
    outbox.request_updates_for(tx, review, (), now)
    return review


def after_review(tx: Session, reader: Person, review: Review) -> tuple[Sequence[Commitment], Review | None]:
    """Of the review's account: the reader's open commitments, the earliest due first, and the next review with a
    time.
    """
    mine = sa.select(Commitment).where(
        seen_by(Commitment, reader), Commitment.account_id == review.account_id, Commitment.ended_at.is_(None),
        Commitment.owner_id == reader.id,
    )  # fmt: skip
    own = tx.scalars(mine.options(joinedload(Commitment.account)).order_by(Commitment.due_on, Commitment.id)).all()
    following = current(tx, reader, review.account)
    return own, following if following is not None and following.starts_at is not None else None
