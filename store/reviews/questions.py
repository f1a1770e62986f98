"""The questions asked of reviews. Every question starts from the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import history
from store.commitments.questions import SHOWN
from store.errors import NotFoundError
from store.rules.calendar.brief_times import local_day
from store.scope import seen_by
from store.tables import (
    Account,
    Commitment,
    Habit,
    Minutes,
    Person,
    Question,
    Review,
    ReviewAnswer,
    ReviewItem,
    ReviewPerson,
    ReviewScore,
    ReviewState,
    Stakeholder,
    Verb,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

# Self-checks of a trend.
_CHECKS = 8
# Gestures of a session that its message shows, and verdicts of each.
_GESTURES, _SHOWN = 3, 5
_WITH_ACCOUNT = joinedload(Review.account).options(joinedload(Account.owner), joinedload(Account.coach))


@dataclass(frozen=True)
class Item:
    """An open commitment in a review, or one that got its verdict there. `verdict` is None without a valid verdict;
    `lost`: the verdict that it had before it changed.
    """

    commitment: Commitment
    verdict: ReviewItem | None = None
    lost: ReviewItem | None = None


@dataclass(frozen=True)
class Decision:
    """A decision of an earlier review, and the commitment as it is now."""

    commitment: Commitment
    verdict: Verdict | None


def get(tx: Session, viewer: Person, review_id: int, *, to_change: bool = False) -> Review:
    """The review with its account; with `to_change` locked for this transaction and read anew. NotFoundError if the
    viewer sees none of that id.
    """
    query = _visible(viewer).where(Review.id == review_id)
    found = next(iter(history.lock(tx, Review, query)), None) if to_change else tx.scalar(query)
    if found is None:
        raise NotFoundError("That review is not in the ledger. Please look at the account again.")
    return found


def find(tx: Session, viewer: Person, review_id: int | None) -> Review | None:
    """The review of that id; None if the viewer sees none."""
    return None if review_id is None else tx.scalar(_visible(viewer).where(Review.id == review_id))


def last_decisions(tx: Session, viewer: Person, review: Review) -> list[tuple[str, list[str]]]:
    """The last gestures of the session that decided items: (name, “#17 keep” …), the newest last."""
    decided = [entry for entry in history.entries(tx, viewer, review) if entry.verb == Verb.DECIDE]
    return [
        (entry.actor.name, [f"{number} {after}" for number, (_, after) in entry.changes.items()][:_SHOWN])
        for entry in decided[-_GESTURES:]
    ]


def current(tx: Session, viewer: Person, account: Account) -> Review | None:
    """The account's review that is planned or open."""
    return tx.scalar(_visible(viewer).where(Review.account_id == account.id, Review.closed_at.is_(None)))


def last_held(tx: Session, viewer: Person, account: Account) -> Review | None:
    """The account's newest review that was held."""
    return next(iter(held(tx, viewer, account, limit=1)), None)


def held(tx: Session, viewer: Person, account: Account, *, limit: int) -> Sequence[Review]:
    """The account's newest reviews that were held, the newest first."""
    found = _visible(viewer).where(Review.account_id == account.id, Review.state == ReviewState.HELD)
    return tx.scalars(found.order_by(Review.closed_at.desc(), Review.id.desc()).limit(limit)).all()


def coming(tx: Session, viewer: Person) -> Sequence[Review]:
    """All reviews that are planned or open, the next one first; those that wait for an occasion come last."""
    query = _visible(viewer).where(Review.closed_at.is_(None), Account.archived_at.is_(None))
    return tx.scalars(query.order_by(Review.starts_at.is_(None), Review.starts_at, Review.id)).all()


def people_of(tx: Session, review: Review) -> Sequence[ReviewPerson]:
    """The people of a review: colleagues first, then the client's people, as they were added."""
    people = sa.select(ReviewPerson).where(ReviewPerson.review_id == review.id)
    with_names = people.options(joinedload(ReviewPerson.person), joinedload(ReviewPerson.stakeholder))
    return tx.scalars(with_names.order_by(ReviewPerson.person_id.is_(None), ReviewPerson.id)).all()


def names_of(tx: Session, rows: Sequence[Review]) -> dict[int, list[str]]:
    """The names of the people of these reviews, colleagues first, by the review's id."""
    found: dict[int, list[str]] = {}
    people = (
        sa.select(ReviewPerson.review_id, sa.func.coalesce(Person.name, Stakeholder.name))
        .join(Person, Person.id == ReviewPerson.person_id, isouter=True)
        .join(Stakeholder, Stakeholder.id == ReviewPerson.stakeholder_id, isouter=True)
        .where(ReviewPerson.review_id.in_([row.id for row in rows]))
        .order_by(ReviewPerson.person_id.is_(None), ReviewPerson.id)
    )
    for review_id, name in tx.execute(people):
        found.setdefault(review_id, []).append(name)
    return found


def answers_of(tx: Session, review: Review) -> Sequence[ReviewAnswer]:
    return tx.scalars(sa.select(ReviewAnswer).where(ReviewAnswer.review_id == review.id)).all()


def answers_as_of(tx: Session, viewer: Person, review: Review, version: int) -> dict[Question, str]:
    """The answers of the review in that version of it: those of today without the changes since."""
    there = {row.question: row.text for row in answers_of(tx, review)}
    for entry in reversed(history.entries(tx, viewer, review)[version:]):
        for name, (before, _) in entry.changes.items():
            if entry.verb == Verb.ANSWER and name in set(Question):
                there[Question(name)] = before or ""
    return there


def scores_of(tx: Session, review: Review) -> dict[Habit, int]:
    """The scores of the self-check, by question."""
    found = tx.execute(sa.select(ReviewScore.habit, ReviewScore.score).where(ReviewScore.review_id == review.id))
    return {row.habit: row.score for row in found}


def self_checks(tx: Session, viewer: Person, account: Account) -> list[tuple[date, int]]:
    """The local day and the points of the last self-checks of the account's reviews that were held, the oldest first.
    Of two on one day the later one counts.
    """
    held = seen_by(Review, viewer), Review.account_id == account.id, Review.state == ReviewState.HELD
    rows = tx.execute(
        sa.select(Review.closed_at, sa.func.sum(ReviewScore.score).label("points"))
        .join(ReviewScore, ReviewScore.review_id == Review.id)
        .where(*held)
        .group_by(Review.id, Review.closed_at)
        .order_by(Review.closed_at.desc(), Review.id.desc())
        .limit(_CHECKS)
    )
    by_day = {local_day(row.closed_at, viewer.zone): int(row.points) for row in reversed(rows.all()) if row.closed_at}
    return list(by_day.items())


def items(tx: Session, viewer: Person, review: Review) -> list[Item]:
    """The items of the review: the account's open commitments and those that were decided in the review, the earliest
    due first. A commitment that changed after its decision has no verdict.
    """
    rows = {row.commitment_id: row for row in _rows(tx, review) if row.verdict is not None}
    of_account = sa.and_(Commitment.account_id == review.account_id, Commitment.ended_at.is_(None))
    # A commitment that the review itself has made needs no verdict of it.
    made = sa.select(ReviewItem.commitment_id).where(ReviewItem.review_id == review.id, ReviewItem.verdict.is_(None))
    found = tx.scalars(
        sa.select(Commitment)
        .where(
            seen_by(Commitment, viewer),
            sa.or_(sa.and_(of_account, Commitment.id.not_in(made)), Commitment.id.in_(list(rows))),
        )
        .options(*SHOWN)
        .order_by(Commitment.due_on, Commitment.id)
    )
    return [_item(one, rows.get(one.id)) for one in found]


def _item(commitment: Commitment, row: ReviewItem | None) -> Item:
    if row is None:
        return Item(commitment)
    return Item(commitment, row) if row.commitment_version == commitment.version else Item(commitment, lost=row)


def decisions(tx: Session, viewer: Person, review: Review) -> list[Decision]:
    """The decisions of the review and the commitments that it made, each as it is now, the earliest due first."""
    found = tx.execute(
        sa.select(Commitment, ReviewItem)
        .join(ReviewItem, ReviewItem.commitment_id == Commitment.id)
        .where(seen_by(Commitment, viewer), ReviewItem.review_id == review.id)
        .options(*SHOWN)
        .order_by(Commitment.due_on, Commitment.id)
    )
    return [Decision(commitment, row.verdict) for commitment, row in found]


def has_decisions(tx: Session, review: Review) -> bool:
    """Whether an item of the review was decided, or one was made."""
    return tx.scalar(sa.select(sa.exists().where(ReviewItem.review_id == review.id))) is True


def minutes_of(tx: Session, viewer: Person, review: Review) -> Sequence[Minutes]:
    """The minutes of the review, the newest version first."""
    written = sa.select(Minutes).where(Minutes.review_id == review.id, Minutes.workspace_id == viewer.workspace_id)
    return tx.scalars(written.options(joinedload(Minutes.person)).order_by(Minutes.version.desc())).all()


def _visible(viewer: Person) -> sa.Select[Review]:
    """The reviews that the viewer sees: those of accounts that they see."""
    joined = sa.select(Review).join(Review.account).where(seen_by(Review, viewer), seen_by(Account, viewer))
    return joined.options(_WITH_ACCOUNT)


def _rows(tx: Session, review: Review) -> Sequence[ReviewItem]:
    of_review = sa.select(ReviewItem).where(ReviewItem.review_id == review.id)
    return tx.scalars(of_review.options(joinedload(ReviewItem.decided_by))).all()
