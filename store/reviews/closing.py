"""The end of a review: nothing is left without a verdict, the next one is booked, and the minutes are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store import agreements, history
from store.errors import BadInputError, LedgerError
from store.reviews import value
from store.reviews.booking import book
from store.reviews.changing import begin, save
from store.reviews.questions import answers_of, decisions, get, items, last_held, minutes_of, people_of, scores_of
from store.reviews.schedule import write_minutes
from store.rules.calendar.brief_times import local_day
from store.rules.text import NOTE_LIMIT, required
from store.tables import Habit, Minutes, ReviewState, Verb

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.reviews.questions import Decision
    from store.tables import Person, Review

# Numbers of undecided items that a refusal names.
_NAMED = 10


class NotReadyError(LedgerError):
    """A review that cannot be closed yet: each thing that is missing, in words, in `missing`."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__("Not yet: " + " ".join(missing))
        self.missing = missing


@dataclass(frozen=True)
class Next:
    """The time (an aware instant) or the occasion of the next review."""

    starts_at: datetime | None = None
    occasion: str | None = None


def missing(tx: Session, viewer: Person, review: Review) -> list[str]:
    """The things without which the review cannot be closed, as sentences. The next review comes with the closing."""
    open_items = [one.commitment.number for one in items(tx, viewer, review) if one.verdict is None]
    if not open_items:
        return []
    named = ", ".join(f"#{number}" for number in open_items[:_NAMED])
    more = f" and {len(open_items) - _NAMED} more" if len(open_items) > _NAMED else ""
    return [f"{named}{more} {'has' if len(open_items) == 1 else 'have'} no verdict."]


def close(
    tx: Session, viewer: Person, review_id: int, following: Next | None, *, no_next: str | None = None,
    origin_key: str, now: datetime,
) -> Review:  # fmt: skip
    """Close the review: write its minutes and book the next one. `no_next`: why there will be none.

    NotReadyError, with everything that is missing, until each item has a verdict and the next review a day.
    """
    review = begin(tx, viewer, review_id, ReviewState.OPEN, origin_key=origin_key, now=now)
    if review is None:
        return get(tx, viewer, review_id)
    lacks = missing(tx, viewer, review)
    if following is None and not (no_next or "").strip():
        lacks.append("The next review has no day.")
    if lacks:
        raise NotReadyError(lacks)
    _write(tx, viewer, review, _snapshot(tx, viewer, review, now), 1, now)
    changes = history.set_fields(review, {"state": ReviewState.HELD, "closed_at": now})
    save(tx, viewer, review, Verb.CLOSE, changes, origin_key=origin_key, now=now, reason=no_next)
    write_minutes(tx, review, 1, now)
    tx.flush()
    if following is not None:
        book(
            tx, viewer, review.account, following.starts_at, occasion=following.occasion,
            origin_key=f"{origin_key}:next", now=now,
        )  # fmt: skip
    return get(tx, viewer, review_id)


def correct(
    tx: Session, viewer: Person, review_id: int, remark: str | None, *, version: int, origin_key: str, now: datetime
) -> Review:
    """Add a correction to the minutes: a new version with the remark. The older versions stay.

    BadInputError if another person has corrected version `version` meanwhile.
    """
    text = required(remark, field="remark", what="The correction", limit=NOTE_LIMIT, lines=True)
    review = begin(tx, viewer, review_id, ReviewState.HELD, origin_key=origin_key, now=now)
    if review is None:
        return get(tx, viewer, review_id)
    newest = minutes_of(tx, viewer, review)[0]
    if newest.version != version:
        raise BadInputError(
            f"{newest.person.name} has corrected them meanwhile. Read version {newest.version} first.", field="remark"
        )
    content = newest.content | {"remarks": [*newest.content["remarks"], {"by": viewer.name, "text": text}]}
    _write(tx, viewer, review, content, version + 1, now)
    save(tx, viewer, review, Verb.CORRECT, {}, origin_key=origin_key, now=now, reason=text)
    write_minutes(tx, review, version + 1, now)
    return review


def _write(
    tx: Session, viewer: Person, review: Review, content: dict[str, Any], version: int, now: datetime
) -> None:  # fmt: skip
    tx.add(
        Minutes(
            workspace_id=review.workspace_id, review_id=review.id, version=version, content=content,
            person_id=viewer.id, written_at=now,
        )
    )  # fmt: skip
    tx.flush()


def _snapshot(tx: Session, viewer: Person, review: Review, now: datetime) -> dict[str, Any]:
    """The review as it is now, fit for JSON: what the minutes hold for ever."""
    people, scores = people_of(tx, review), scores_of(tx, review)
    points = sum(scores.values()) if len(scores) == len(Habit) else None
    last = last_held(tx, viewer, review.account)
    return {
        "ours": [one.person.name for one in people if one.person],
        "theirs": [one.stakeholder.name for one in people if one.stakeholder],
        "items": [_line(one, local_day(now, viewer.zone)) for one in decisions(tx, viewer, review)],
        "answers": {row.question: row.text for row in answers_of(tx, review)},
        "scores": dict(scores),
        "value": value.snapshot(tx, viewer, review, last, points, now),
        "remarks": [],
    }


def _line(decision: Decision, today: date) -> dict[str, Any]:
    commitment = decision.commitment
    by = agreements.agreed_by(commitment)
    return {
        "number": commitment.number, "verdict": decision.verdict, "action": commitment.action,
        "side": commitment.side, "owner": commitment.owner.name, "due_on": commitment.due_on.isoformat(),
        "first_due_on": commitment.first_due_on.isoformat(), "first_action": commitment.first_action,
        "slips": commitment.slips, "state": commitment.state,
        "stands": agreements.mark(commitment, today), "agreed_by": by.name if by else None,
    }  # fmt: skip
