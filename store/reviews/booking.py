"""Reviews before they begin: booked, moved, with their people, or called off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import absences, accounts, history, people
from store.accounts.changing import locked
from store.db import insert_once
from store.errors import BadInputError
from store.reviews.changing import begin, check_right, save
from store.reviews.questions import current, get, has_decisions, last_held
from store.reviews.schedule import plan_next
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import working_days_of
from store.rules.reviews import Attendee, next_review, proposed_day
from store.rules.text import NAME_LIMIT, REASON_LIMIT, optional, required
from store.tables import Review, ReviewPerson, ReviewState, Stakeholder, Verb

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Account, Person, Sharing

# The next review but one of the longest rhythm is in four years. A later date is a slip of the pen.
_FARTHEST = timedelta(days=4 * 366)


def due_day(
    tx: Session, viewer: Person, account: Account, now: datetime, *, in_session: bool = False
) -> date | None:  # fmt: skip
    """The day of the account's next review by the rhythm of its category, moved off holidays and off the absences of
    lead and coach; None without a rhythm. `in_session`: a review is held now, so that its period needs no other.
    """
    months, first_month = viewer.workspace.review_months(account.category), viewer.workspace.fiscal_year_start
    if not months:
        return None
    today = local_day(now, viewer.zone)
    there = [one for one in (account.owner, account.coach) if one is not None and people.is_here(one)]
    away = absences.of_people(tx, [one.id for one in there], from_day=today)
    attendees = [
        Attendee(people.working_days(one, viewer.workspace),
                 tuple((each.first_day, each.last_day) for each in away if each.person_id == one.id))
        for one in there
    ]  # fmt: skip
    works = working_days_of(viewer.workspace.working_week, viewer.workspace.holidays_region)
    held = None if in_session else last_held(tx, viewer, account)
    last = local_day(held.closed_at, viewer.zone) if held and held.closed_at else today if in_session else None
    return next_review(today, last, months, first_month, lambda period: proposed_day(period, attendees, works))


def book(
    tx: Session, viewer: Person, account: Account, starts_at: datetime | None, *, occasion: str | None = None,
    origin_key: str, now: datetime,
) -> Review:  # fmt: skip
    """Book the account's review at that instant (aware), or for an occasion without a date; a review that is planned
    already is moved. The viewer's zone is the one in which its time was agreed on.

    BadInputError at `day` for a time that has passed or is more than four years away, at `account` for an account that
    is not in use; ChangedMeanwhileError while the review is open.
    """
    # Locked, so that two requests at once do not both book one.
    account = locked(tx, viewer, [accounts.get(tx, viewer, account.id).id]).popitem()[1]
    if not account.is_live:
        raise BadInputError(f"{account.name} is archived. Restore it first.", field="account")
    occasion = optional(occasion, field="occasion", what="The occasion", limit=NAME_LIMIT)
    wanted = {"starts_at": _check_time(starts_at, occasion, now), "occasion": occasion, "zone": viewer.zone}
    found = current(tx, viewer, account)
    if found is not None and found.origin_key != origin_key:
        return _move(tx, viewer, found.id, wanted, origin_key, now)
    check_right(tx, viewer, account, now)
    values = wanted | {
        "workspace_id": account.workspace_id, "account_id": account.id, "state": ReviewState.PLANNED,
        "creator_id": viewer.id, "origin_key": origin_key, "created_at": now,
    }  # fmt: skip
    new_id = insert_once(tx, Review, values, keys=("workspace_id", "origin_key"))
    if new_id is None:
        which = Review.workspace_id == account.workspace_id, Review.origin_key == origin_key
        return get(tx, viewer, tx.scalars(sa.select(Review.id).where(*which)).one())
    review = get(tx, viewer, new_id)
    for one in {each.id: each for each in (account.owner, account.coach) if each and people.is_here(each)}:
        tx.add(ReviewPerson(workspace_id=review.workspace_id, review_id=review.id, person_id=one))
    history.append(tx, viewer, review, Verb.ADD, now=now, origin_key=origin_key)
    plan_next(tx, review, now)
    tx.flush()
    return review


def _check_time(starts_at: datetime | None, occasion: str | None, now: datetime) -> datetime | None:
    if starts_at is None:
        if occasion is None:
            raise BadInputError("Choose a day, or say on what occasion it is held.", field="day")
        return None
    if starts_at <= now:
        raise BadInputError("That time has already passed. Choose a later one.", field="day")
    if starts_at > now + _FARTHEST:
        raise BadInputError("That is more than four years away. Choose an earlier day.", field="day")
    return starts_at


def _move(
    tx: Session, viewer: Person, review_id: int, wanted: dict[str, Any], origin_key: str, now: datetime
) -> Review:  # fmt: skip
    review = begin(tx, viewer, review_id, ReviewState.PLANNED, origin_key=origin_key, now=now)
    if review is None:
        return get(tx, viewer, review_id)
    if changes := history.set_fields(review, wanted):
        plan_next(tx, review, now)
        save(tx, viewer, review, Verb.EDIT, changes, origin_key=origin_key, now=now)
    return review


def change_people(
    tx: Session, viewer: Person, review_id: int, colleagues: Collection[Person], theirs: Collection[Stakeholder],
    sharing: Sharing | None = None, *, origin_key: str, now: datetime,
) -> Review:  # fmt: skip
    """Say who takes part, of ours and of theirs, and who sees it; None leaves that as it is.

    BadInputError at `people` for another account's person.
    """
    review = begin(
        tx, viewer, review_id, ReviewState.PLANNED, ReviewState.OPEN, origin_key=origin_key, now=now
    )  # fmt: skip
    if review is None:
        return get(tx, viewer, review_id)
    strangers = [one.name for one in theirs if one.account_id != review.account_id]
    if strangers:
        raise BadInputError(f"{', '.join(strangers)} belongs to another account.", field="people")
    accounts.check_team(tx, review.account, colleagues, field="people")
    wanted = {("person_id", one.id) for one in colleagues} | {("stakeholder_id", one.id) for one in theirs}
    rows = {
        ("person_id", row.person_id) if row.person_id else ("stakeholder_id", row.stakeholder_id): row
        for row in tx.scalars(sa.select(ReviewPerson).where(ReviewPerson.review_id == review.id))
    }
    changes: dict[str, list[Any]] = history.set_fields(review, {"sharing": sharing} if sharing else {})
    for column in ("person_id", "stakeholder_id"):
        before = sorted(id_ or 0 for name, id_ in rows if name == column)
        after = sorted(id_ for name, id_ in wanted if name == column)
        if before != after:
            changes[column] = [before, after]
    for key in rows.keys() - wanted:
        tx.delete(rows[key])
    for name, id_ in sorted(wanted - rows.keys()):
        tx.add(ReviewPerson(workspace_id=review.workspace_id, review_id=review.id, **{name: id_}))
    if changes:
        save(tx, viewer, review, Verb.EDIT, changes, origin_key=origin_key, now=now)
    tx.flush()
    return review


def call_off(
    tx: Session, viewer: Person, review_id: int, reason: str | None, *, origin_key: str, now: datetime
) -> Review:
    """Note that the review is not held, with the reason. Another one can be booked."""
    why = required(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    review = begin(
        tx, viewer, review_id, ReviewState.PLANNED, ReviewState.OPEN, origin_key=origin_key, now=now
    )  # fmt: skip
    if review is None:
        return get(tx, viewer, review_id)
    if has_decisions(tx, review):
        raise BadInputError("Items of it are decided already. Close it, so that nothing of them is lost.")
    changes = history.set_fields(review, {"state": ReviewState.NOT_HELD, "closed_at": now, "reason": why})
    plan_next(tx, review, now)
    save(tx, viewer, review, Verb.CALL_OFF, changes, origin_key=origin_key, now=now, reason=why)
    return review
