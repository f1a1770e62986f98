"""The parts of each verb of a review: rights, lock, entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import accounts, history, people
from store.errors import ChangedMeanwhileError, NotAllowedError
from store.reviews.questions import get
from store.tables import Review, ReviewPerson, ReviewState, Verb

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Account, Person

_PAST = {
    Verb.ADD: "booked it", Verb.EDIT: "changed it", Verb.START: "started it", Verb.DECIDE: "decided an item",
    Verb.ANSWER: "answered a question", Verb.CLOSE: "closed it", Verb.CALL_OFF: "noted that it was not held",
    Verb.CORRECT: "corrected the minutes", Verb.MERGE: "merged its account into another",
    Verb.SEND: "sent the letter about it",
}  # fmt: skip


def check_right(tx: Session, viewer: Person, account: Account, now: datetime, review: Review | None = None) -> None:
    """NotAllowedError, naming who can, if the viewer may not change the account's reviews: its lead, its coach, the
    colleagues who take part in the review, and admins may.
    """
    if accounts.is_party(viewer, account) or (review is not None and _takes_part(tx, viewer, review)):
        return
    if people.acts_as_admin(viewer, now):
        return
    parts = ((account.owner, "its lead"), (account.coach, "its coach"))
    named = people.here_with_parts(parts)
    raise NotAllowedError(
        f"Only {', '.join(named)}, who takes part or a workspace admin can change the review of {account.name}."
        " You can ask them."
    )


def may_change(tx: Session, viewer: Person, account: Account, review: Review | None) -> bool:
    """Whether the viewer may change the account's review."""
    is_party = viewer.is_admin or accounts.is_party(viewer, account)
    return is_party or (review is not None and _takes_part(tx, viewer, review))


def _takes_part(tx: Session, viewer: Person, review: Review) -> bool:
    row = ReviewPerson.review_id == review.id, ReviewPerson.person_id == viewer.id
    return tx.scalar(sa.select(sa.exists().where(*row))) is True


def begin(
    tx: Session, viewer: Person, review_id: int, *states: ReviewState, origin_key: str, now: datetime
) -> Review | None:  # fmt: skip
    """The review, locked and checked; None if this very gesture has changed it. ChangedMeanwhileError, with the last
    change, if it is in none of the `states`.
    """
    review = get(tx, viewer, review_id, to_change=True)
    if history.is_repeat(tx, viewer, review, origin_key):
        return None
    check_right(tx, viewer, review.account, now, review)
    if review.state not in states:
        raise changed_meanwhile(tx, viewer, review)
    return review


def changed_meanwhile(tx: Session, viewer: Person, review: Review) -> ChangedMeanwhileError:
    last = history.last_change(tx, viewer, review, _PAST)
    return ChangedMeanwhileError(
        f"The review of {review.account.name} has changed meanwhile: {last}. Nothing was done twice."
    )


def save(
    tx: Session, viewer: Person, review: Review, verb: Verb, changes: dict[str, Any], *, origin_key: str,
    now: datetime, reason: str | None = None,
) -> None:  # fmt: skip
    """Append the entry of a change; messages that show the review are updated."""
    review.version += 1
    history.save(tx, viewer, review, verb, changes, people=(), now=now, origin_key=origin_key, reason=reason)
