"""The session of a review: each item gets a verdict, questions get answers, and commitments are made on the spot.

Several people work in it at once. Each verdict is a change of the commitment itself, in one transaction with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import commitments
from store.commitments.changing import lock_for_change, save_change
from store.db import insert_or_update, read_anew
from store.errors import BadInputError, ChangedMeanwhileError, LedgerError
from store.history import set_fields
from store.reviews.changing import begin, save
from store.reviews.questions import get
from store.reviews.schedule import plan_next
from store.rules.calendar.brief_times import local_day
from store.rules.text import NOTE_LIMIT, REASON_LIMIT, optional, required
from store.tables import (
    Commitment,
    Habit,
    Question,
    ReviewAnswer,
    ReviewItem,
    ReviewScore,
    ReviewState,
    Verb,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.commitments import Draft
    from store.tables import Person, Review

# The highest score of a question of the self-check.
ALWAYS = 4
_WORDS = {
    Verdict.DONE: "done", Verdict.KEEP: "keep", Verdict.REVAMP: "revamp", Verdict.SPLIT: "split",
    Verdict.TERMINATE: "terminate",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A verdict about the commitment of `number`, whose `version` the viewer saw.

    KEEP may have a day `not_before` which its owner does not hear of it. REVAMP has a new `action`, `due_on` or both,
    and SPLIT the `parts` that take its place. A new date and TERMINATE need a `reason`. `seen`: the verdict that the
    viewer saw.
    """

    number: int
    version: int
    verdict: Verdict
    reason: str | None = None
    not_before: date | None = None
    action: str | None = None
    due_on: date | None = None
    parts: Sequence[Draft] = ()
    seen: Verdict | None = None


def start(tx: Session, viewer: Person, review_id: int, *, origin_key: str, now: datetime) -> Review:
    """Begin the session. A session that has begun goes on."""
    review = begin(tx, viewer, review_id, ReviewState.PLANNED, ReviewState.OPEN, origin_key=origin_key, now=now)
    if review is None or review.state == ReviewState.OPEN:
        return review or get(tx, viewer, review_id)
    changes = set_fields(review, {"state": ReviewState.OPEN, "opened_at": now})
    plan_next(tx, review, now)
    save(tx, viewer, review, Verb.START, changes, origin_key=origin_key, now=now)
    return review


def decide(tx: Session, viewer: Person, review_id: int, choice: Choice, *, origin_key: str, now: datetime) -> Review:
    """Decide about one item, and change the commitment accordingly.

    ChangedMeanwhileError if another person decided otherwise than the viewer saw, or changed the commitment.
    """
    return decide_several(tx, viewer, review_id, [choice], origin_key=origin_key, now=now)


def decide_several(
    tx: Session, viewer: Person, review_id: int, choices: Sequence[Choice], *, origin_key: str, now: datetime
) -> Review:
    """Decide about several items: all of them, or none if one is refused. The refusal names its item."""
    review = begin(tx, viewer, review_id, ReviewState.OPEN, origin_key=origin_key, now=now)
    if review is None:
        return get(tx, viewer, review_id)
    commitments.lock_in_order(tx, viewer, [choice.number for choice in choices])
    changes = {}
    for choice in choices:
        try:
            before = _decide(tx, viewer, review, choice, origin_key, now)
        except LedgerError as error:
            if len(choices) > 1:
                error.words = f"#{choice.number}: {error.words}"
            raise
        changes[f"#{choice.number}"] = [before, choice.verdict]
    save(tx, viewer, review, Verb.DECIDE, changes, origin_key=origin_key, now=now)
    return review


def _decide(
    tx: Session, viewer: Person, review: Review, choice: Choice, origin_key: str, now: datetime
) -> Verdict | None:
    """Decide about one item; the verdict that it had before."""
    commitment = commitments.get(tx, viewer, choice.number)
    if commitment.account_id != review.account_id:
        raise BadInputError(f"#{choice.number} belongs to another account now.")
    before = tx.scalar(
        sa.select(ReviewItem).where(ReviewItem.review_id == review.id, ReviewItem.commitment_id == commitment.id)
    )
    if before is not None and before.verdict is None:
        raise BadInputError(f"#{choice.number} was made in this review. It needs no verdict.")
    valid = before if before and before.commitment_version == commitment.version else None
    if valid is not None and valid.verdict is not None and valid.verdict not in {choice.seen, choice.verdict}:
        raise ChangedMeanwhileError(
            f"#{choice.number} got “{_WORDS[valid.verdict]}” meanwhile. Look at it again, and press once more to"
            " change that."
        )
    if not commitment.is_open and not (choice.verdict == Verdict.DONE and valid is not None):
        raise ChangedMeanwhileError(f"#{choice.number} is ended already. Reopen it first if that was wrong.")
    next_before = commitment.next_number
    after = _apply(tx, viewer, review, commitment, choice, f"{origin_key}:{choice.number}", now)
    if after.next_number is not None and next_before is None:
        # The next of its series has only just begun: nobody can say yet what should become of it.
        take_in(tx, viewer, review, [commitments.get(tx, viewer, after.next_number)], now=now)
    _write(tx, viewer, review, after, choice, now)
    return before.verdict if before else None


def _apply(
    tx: Session, viewer: Person, review: Review, commitment: Commitment, choice: Choice, key: str, now: datetime
) -> Commitment:
    """Change the commitment as the verdict says; the commitment after that."""
    number, version = commitment.number, choice.version
    match choice.verdict:
        case Verdict.DONE if not commitment.is_open:
            return commitment
        case Verdict.DONE:
            return commitments.finish(tx, viewer, number, version=version, origin_key=key, now=now)
        case Verdict.TERMINATE:
            why = required(choice.reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
            return commitments.cancel(tx, viewer, number, why, version=version, origin_key=key, now=now)
        case Verdict.KEEP:
            return _keep(tx, viewer, commitment, choice, key, now)
        case Verdict.REVAMP:
            return _revamp(tx, viewer, commitment, choice, key, now)
        case Verdict.SPLIT:
            return _split(tx, viewer, review, commitment, choice, key, now)


def _keep(tx: Session, viewer: Person, commitment: Commitment, choice: Choice, key: str, now: datetime) -> Commitment:
    """Leave it as it is. With `not_before` its owner does not hear of it until that day; the due date stays. A due date
    before that day would pass unsaid, so it is refused.
    """
    found = lock_for_change(tx, viewer, commitment.number, Verb.EDIT, version=choice.version, origin_key=key, now=now)
    if found is None or choice.not_before is None:
        return found or commitments.get(tx, viewer, commitment.number)
    today = local_day(now, viewer.zone)
    if choice.not_before <= today:
        raise BadInputError("Choose a day after today.", field="not_before")
    if today <= found.due_on < choice.not_before:
        raise BadInputError("It is due before that. Choose “Revamp” to give it a new date.", field="not_before")
    changes = set_fields(found, {"quiet_until": choice.not_before})
    return save_change(tx, viewer, found, Verb.SNOOZE, changes, now, key, progress=False)


def _revamp(tx: Session, viewer: Person, commitment: Commitment, choice: Choice, key: str, now: datetime) -> Commitment:
    """Give it new words, a new date, or both. Its first words and first date stay. New words are for our team only,
    until a colleague shares them.
    """
    new_words = choice.action is not None and choice.action.strip() != commitment.action
    new_day = choice.due_on is not None and choice.due_on != commitment.due_on
    if not (new_words or new_day):
        raise BadInputError("Write new words or choose a new date, or press “Keep”.", field="action")
    if new_words:
        draft = replace(_draft_of(tx, viewer, commitment), action=choice.action or "")
        commitment = commitments.edit(
            tx, viewer, commitment.number, draft, version=choice.version, origin_key=f"{key}:words", now=now
        )
    if new_day and choice.due_on is not None:
        why = required(choice.reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
        commitment = commitments.move(
            tx, viewer, commitment.number, choice.due_on, why, origin_key=f"{key}:date", now=now,
            version=commitment.version if new_words else choice.version,
        )  # fmt: skip
    return commitment


def _split(
    tx: Session, viewer: Person, review: Review, commitment: Commitment, choice: Choice, key: str, now: datetime
) -> Commitment:
    """End it, and record several in its place, each of which names it."""
    if len(choice.parts) < 2:  # noqa: PLR2004  one part is a revamp
        raise BadInputError("Write at least two actions, one in each line.", field="parts")
    parts = [
        commitments.record(tx, viewer, part, origin_key=f"{key}:part:{place}", now=now)
        for place, part in enumerate(choice.parts)
    ]
    numbers = ", ".join(f"#{part.number}" for part in parts)
    ended = commitments.cancel(
        tx, viewer, commitment.number, f"Split into {numbers}", version=choice.version, origin_key=key, now=now
    )
    take_in(tx, viewer, review, parts, split_from=commitment, now=now)
    return ended


def take_in(
    tx: Session, viewer: Person, review: Review, made: Iterable[Commitment], *, split_from: Commitment | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Note that the review has made these commitments."""
    for one in made:
        values = {
            "workspace_id": review.workspace_id, "review_id": review.id, "commitment_id": one.id,
            "commitment_version": one.version, "split_from_id": split_from.id if split_from else None,
            "decided_by_id": viewer.id, "decided_at": now,
        }  # fmt: skip
        insert_or_update(tx, ReviewItem, values, keys=("review_id", "commitment_id"))


def _draft_of(tx: Session, viewer: Person, commitment: Commitment) -> Draft:
    return commitments.Draft(
        commitment.action, commitment.owner, commitment.due_on, commitment.account, commitment.stakeholder,
        commitment.side, note=commitment.note, permalink=commitment.permalink, rhythm=commitments.rhythm_of(commitment),
        serves=commitments.row_of(tx, viewer, commitment),
    )  # fmt: skip


def _write(tx: Session, viewer: Person, review: Review, after: Commitment, choice: Choice, now: datetime) -> None:
    values = {
        "workspace_id": review.workspace_id, "review_id": review.id, "commitment_id": after.id,
        "verdict": choice.verdict, "commitment_version": after.version,
        "reason": optional(choice.reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True),
        "not_before": choice.not_before, "decided_by_id": viewer.id, "decided_at": now,
    }  # fmt: skip
    insert_or_update(tx, ReviewItem, values, keys=("review_id", "commitment_id"))
    read_anew(tx, ReviewItem)


def answer(
    tx: Session, viewer: Person, review_id: int, answers: dict[Question, str], *, seen: dict[Question, str],
    origin_key: str, now: datetime,
) -> Review:  # fmt: skip
    """Answer questions; an empty answer takes one away. `seen`: the answers that the viewer's form began with.

    ChangedMeanwhileError at a question that another person has answered otherwise since.
    """
    review = begin(tx, viewer, review_id, ReviewState.OPEN, origin_key=origin_key, now=now)
    if review is None:
        return get(tx, viewer, review_id)
    there = {
        row.question: row for row in tx.scalars(sa.select(ReviewAnswer).where(ReviewAnswer.review_id == review.id))
    }
    changes = {}
    for question, given in answers.items():
        text = optional(given, field=question, what="The answer", limit=NOTE_LIMIT, lines=True) or ""
        row = there.get(question)
        before = row.text if row else ""
        if text == seen.get(question, "") or text == before:
            continue
        if before != seen.get(question, ""):
            raise ChangedMeanwhileError(
                f"This was answered meanwhile: “{before}”. Put both together, then save again.", field=question
            )
        changes[str(question)] = [before or None, text or None]
        if row is not None and not text:
            tx.delete(row)
        else:
            values = {
                "workspace_id": review.workspace_id, "review_id": review.id, "question": question, "text": text,
                "person_id": viewer.id, "answered_at": now,
            }  # fmt: skip
            insert_or_update(tx, ReviewAnswer, values, keys=("review_id", "question"))
    if changes:
        save(tx, viewer, review, Verb.ANSWER, changes, origin_key=origin_key, now=now)
    return review


def score(
    tx: Session, viewer: Person, review_id: int, scores: dict[Habit, int], *, origin_key: str, now: datetime
) -> Review:
    """Score questions of the self-check, each from 0 to 4; the last one who scores a question decides."""
    review = begin(tx, viewer, review_id, ReviewState.OPEN, origin_key=origin_key, now=now)
    if review is None:
        return get(tx, viewer, review_id)
    changes = {}
    for habit, points in scores.items():
        if not 0 <= points <= ALWAYS:
            raise BadInputError("Choose a score from 0 (never) to 4 (always).", field=habit)
        which = ReviewScore.review_id == review.id, ReviewScore.habit == habit
        before = tx.scalar(sa.select(ReviewScore.score).where(*which))
        if before != points:
            changes[str(habit)] = [before, points]
            values = {"workspace_id": review.workspace_id, "review_id": review.id, "habit": habit, "score": points}
            insert_or_update(tx, ReviewScore, values, keys=("review_id", "habit"))
    if changes:
        save(tx, viewer, review, Verb.ANSWER, changes, origin_key=origin_key, now=now)
    return review
