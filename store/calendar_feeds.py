"""The contents of calendars, and calendar feeds: a secret address for each person, which a calendar program reads
without a login.

A token has 256 random bits, and only its SHA-256 is stored. A new address ends the old one on every replica.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import people
from store.commitments.questions import SHOWN
from store.errors import GoneError
from store.scope import seen_by
from store.tables import Account, CalendarFeed, Commitment, Entry, Person, Review, ReviewPerson, ReviewState, Subject
from store.web_access import UnknownLinkError, hash_of, new_token

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

# Entries that ended longer ago leave the feed.
_KEPT = timedelta(days=90)
# Nobody owns as many; a calendar program that reads more would be slow.
_MOST = 2_000
# A review's entry in a calendar shows these; its state, because it is cancelled if the review is not held.
_SHOWN_OF_A_REVIEW = {"starts_at", "zone", "account_id"}


@dataclass(frozen=True)
class Dated:
    """A review in a calendar: how often its entry there has changed, and when it was changed last."""

    review: Review
    changes: int
    changed_at: datetime


def make(tx: Session, viewer: Person, now: datetime) -> str:
    """Make a new address for the viewer's feed, and end the earlier one. Returns its token."""
    end(tx, viewer, now)
    token = new_token()
    tx.add(
        CalendarFeed(workspace_id=viewer.workspace_id, person_id=viewer.id, token_hash=hash_of(token), created_at=now)
    )  # fmt: skip
    return token


def end(tx: Session, viewer: Person, now: datetime) -> bool:
    """End the viewer's feed; whether there was one."""
    live = CalendarFeed.person_id == viewer.id, CalendarFeed.ended_at.is_(None)
    ended = tx.scalars(sa.update(CalendarFeed).where(*live).values(ended_at=now).returning(CalendarFeed.id)).all()
    return bool(ended)


def followed_by(tx: Session, people_ids: Collection[int]) -> set[int]:
    """Those of these people who have a feed."""
    live = CalendarFeed.person_id.in_(list(people_ids)), CalendarFeed.ended_at.is_(None)
    return set(tx.scalars(sa.select(CalendarFeed.person_id).where(*live)))


def reader_of(tx: Session, token: str) -> Person:
    """The person of a feed's token, with their workspace. UnknownLinkError if there is none; GoneError, in words, if
    the address was ended or the person has left.
    """
    feed = tx.scalar(sa.select(CalendarFeed).where(CalendarFeed.token_hash == hash_of(token)))
    if feed is None:
        raise UnknownLinkError("This address is not in the ledger. Type /commit calendar in Slack for yours.")
    reader = tx.scalars(
        sa.select(Person).where(Person.id == feed.person_id).options(joinedload(Person.workspace))
    ).one()
    if feed.ended_at is not None or not people.is_here(reader):
        raise GoneError("This address was ended. Type /commit calendar in Slack for a new one.")
    return reader


def commitments_of(tx: Session, reader: Person, now: datetime) -> Sequence[Commitment]:
    """The commitments that the reader owns, and those that ended lately, the earliest due first."""
    lately = sa.or_(Commitment.ended_at.is_(None), Commitment.ended_at > now - _KEPT)
    owned = sa.select(Commitment).where(seen_by(Commitment, reader), Commitment.owner_id == reader.id, lately)
    return tx.scalars(owned.options(*SHOWN).order_by(Commitment.due_on, Commitment.id).limit(_MOST)).all()


def reviews_of(tx: Session, reader: Person, now: datetime) -> list[Dated]:
    """The reviews with a time in which the reader takes part, and those that ended lately."""
    lately = sa.or_(Review.closed_at.is_(None), Review.closed_at > now - _KEPT)
    mine = sa.select(ReviewPerson.review_id).where(ReviewPerson.person_id == reader.id)
    joined = sa.select(Review).join(Review.account).where(seen_by(Review, reader), seen_by(Account, reader))
    which = Review.id.in_(mine), Review.starts_at.is_not(None), lately
    found = tx.scalars(joined.where(*which).options(joinedload(Review.account)).order_by(Review.starts_at)).all()
    return dated(tx, found)


def dated(tx: Session, reviews: Sequence[Review]) -> list[Dated]:
    """The reviews, each with the changes of its entry in a calendar: a verdict or an answer changes nothing there."""
    changes: dict[int, list[datetime]] = defaultdict(list)
    of_reviews = Entry.subject_kind == Subject.REVIEW, Entry.subject_id.in_([row.id for row in reviews])
    for entry in tx.scalars(sa.select(Entry).where(*of_reviews).order_by(Entry.id)):
        state = entry.changes.get("state", [None, None])[1]
        if _SHOWN_OF_A_REVIEW & entry.changes.keys() or state == ReviewState.NOT_HELD:
            changes[entry.subject_id].append(entry.at)
    return [
        Dated(row, len(changes[row.id]), max([row.created_at, *changes[row.id]])) for row in reviews
    ]  # fmt: skip
