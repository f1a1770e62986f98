"""The mornings on which a brief mentions a review.

To each colleague who takes part, on the working day before it. To the owner of what is missing for it in the account
plan, on the morning of its digest or soon after. To the lead, if it has not begun, on the next working day and then
weekly; after two weeks to the coach too; and once if lead, coach or a colleague who takes part will be away on its day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import absences, outbox, people
from store.commitments.facts import hearing
from store.commitments.promises import IS_PROMISE
from store.reviews import plan_changes
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import DAY
from store.rules.nudging.occasions import Occasion, OccasionKind
from store.rules.reviews import BRIEF_BEFORE
from store.scope import seen_by, seen_by_reader
from store.tables import (
    Account,
    Commitment,
    Objective,
    Opportunity,
    Person,
    Review,
    ReviewPerson,
    ReviewState,
    Side,
    Subject,
    core,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.reviews.plan_changes import Row
    from store.rules.calendar.working_days import WorkingDays
    from store.tables import Absence

# Working days between two questions about a review that has not begun, and after which its coach hears too.
_ASKED_EVERY, _COACH_AFTER = 5, 10
_ROWS, _TAKES_PART = core(Review), core(ReviewPerson)
_WITH_PEOPLE = sa.select(Review).options(
    joinedload(Review.account).options(joinedload(Account.owner), joinedload(Account.coach))
)


def occasion_of_lead(starts_on: date, today: date, works: WorkingDays) -> Occasion | None:
    """The step that is reached on `today` for a review that has not begun: one working day after it, then weekly."""
    late = works.count_between(starts_on, today)
    if late < 1:
        return None
    # With its day: a review that was moved is asked about again after its new day.
    return Occasion(OccasionKind.OVERDUE, late - (late - 1) % _ASKED_EVERY, starts_on)


def occasion_before(starts_on: date, today: date, works: WorkingDays, days: int = BRIEF_BEFORE) -> Occasion | None:
    """The mention so many working days before the review, or on a later day before it. The review itself may be on a
    day off of its reader.
    """
    if today < starts_on and works.count_between(today, starts_on - DAY) < days:
        return Occasion(OccasionKind.DAYS_BEFORE, days, starts_on)
    return None


def worth_a_brief(tx: Session, readers: Sequence[Person], days: Mapping[int, date], now: datetime) -> set[int]:
    """Ids of the `readers` (with their workspaces) who hear of a review on their local day `days[id]`."""
    return {one.id for one, _, _ in _due(tx, readers, days, now, besides=None)}


def deserving(tx: Session, person: Person, day: date, now: datetime, *, besides: int) -> list[tuple[Review, Occasion]]:
    """The reviews in this person's brief on their local `day`; `besides` is the outbox row of the brief itself."""
    return [(row, found) for _, row, found in _due(tx, [person], {person.id: day}, now, besides=besides)]


def asked_of(tx: Session, reader: Person, rows: Sequence[Review], now: datetime) -> dict[int, list[Row]]:
    """The gaps that the reader is asked to fill before these reviews, by the review's id."""
    found = plan_changes.asked(tx, [one for one in rows if one.state == ReviewState.PLANNED], now)
    return {review_id: gaps for (review_id, person_id), gaps in found.items() if person_id == reader.id}


def owed_by(tx: Session, reader: Person, rows: Sequence[Review]) -> dict[int, list[tuple[int, date]]]:
    """The open promises of the reader to the accounts of these reviews, by the review's id: (number, due date), the
    earliest due first.
    """
    its = Commitment.account_id.in_([one.account_id for one in rows]), Commitment.ended_at.is_(None)
    ours = Commitment.side == Side.OURS, Commitment.owner_id == reader.id, IS_PROMISE
    query = sa.select(Commitment.account_id, Commitment.number, Commitment.due_on)
    by_account: dict[int | None, list[tuple[int, date]]] = {}
    for account_id, number, due_on in tx.execute(
        query.where(seen_by(Commitment, reader), *its, *ours).order_by(Commitment.due_on, Commitment.id)
    ):
        by_account.setdefault(account_id, []).append((number, due_on))
    return {one.id: by_account.get(one.account_id, []) for one in rows}


def by_ids(tx: Session, viewer: Person, ids: Collection[int]) -> dict[int, Review]:
    """The reviews of those ids, with their accounts, that the viewer sees, by id."""
    query = _WITH_PEOPLE.where(Review.id.in_(list(ids)), seen_by_reader(_ROWS.c.account_id, sa.literal(viewer.id)))
    return {row.id: row for row in tx.scalars(query)}


def _due(
    tx: Session, readers: Sequence[Person], days: Mapping[int, date], now: datetime, *, besides: int | None
) -> Iterator[tuple[Person, Review, Occasion]]:  # fmt: skip
    known = {one.id: one for one in readers}
    reach = _within_reach(tx, known)
    asked = plan_changes.asked(tx, _soon(reach, known, days), now)
    away = absences_on_the_day(tx, [row for _, row, _ in reach])
    found = [
        (known[person_id], row, mentions)
        for person_id, row, takes_part in reach
        if (
            mentions := _mentions(
                row, known[person_id], days[person_id],
                takes_part=takes_part, is_asked=(row.id, person_id) in asked, clashes=row.id in away,
            )
        )
    ]  # fmt: skip
    if not found:
        return
    ids = {row.id for _, row, _ in found}
    said = {
        (row_id, person_id, occasion)
        for row_id, person_id, occasion, _, _ in outbox.sent_about(tx, ids, known, besides=besides, kind=Subject.REVIEW)
    }
    new = [
        (who, row, mention)
        for who, row, mentions in found
        for mention in [one for one in mentions if (row.id, who.id, one) not in said][:1]
    ]
    hears = hearing(tx, [who for who, _, _ in new], days)
    yield from ((who, row, mention) for who, row, mention in new if who.id in hears)


def _soon(
    reach: Sequence[tuple[int, Review, bool]], known: Mapping[int, Person], days: Mapping[int, date]
) -> list[Review]:
    """The reviews before which one of these people may be asked for something on their day."""
    near = {
        row.id: row
        for person_id, row, _ in reach
        if row.starts_at is not None
        and days[person_id] < local_day(row.starts_at, row.zone)
        and _asks(row, known[person_id], days[person_id])
    }
    return list(near.values())


def _asks(row: Review, reader: Person, today: date) -> Occasion | None:
    """The question for what is missing, from the day of the digest on."""
    starts_on = local_day(row.starts_at, row.zone) if row.starts_at else today
    return occasion_before(starts_on, today, people.working_days(reader), reader.workspace.digest_before)


def _mentions(
    row: Review, reader: Person, today: date, *, takes_part: bool, is_asked: bool, clashes: bool
) -> list[Occasion]:
    """The reasons to mention the review today; the brief has the first of them that it has not had yet."""
    if row.starts_at is None:
        return []
    starts_on, works = local_day(row.starts_at, row.zone), people.working_days(reader)
    lead, is_coach = row.account.owner, reader.id == row.account.coach_id
    # In place of a lead who has left the coach hears.
    is_lead = reader.id == row.account.owner_id or (is_coach and (lead is None or not people.is_here(lead)))
    if today < starts_on:
        clash = Occasion(OccasionKind.AWAY, on=starts_on) if clashes and is_lead else None
        before = occasion_before(starts_on, today, works) if takes_part else None
        asks = _asks(row, reader, today) if is_asked else None
        return [one for one in (clash, before or asks) if one is not None]
    late = occasion_of_lead(starts_on, today, works)
    hears = is_lead or (is_coach and late is not None and late.days > _COACH_AFTER)
    return [late] if late is not None and hears else []


def absences_on_the_day(tx: Session, rows: Iterable[Review]) -> dict[int, list[Absence]]:
    """The absences of lead, coach and the colleagues who take part on the day of each of these reviews, by the review's
    id.
    """
    booked = [(row, local_day(row.starts_at, row.zone)) for row in rows if row.starts_at is not None]
    if not booked:
        return {}
    needed = {
        row.id: {one for one in (row.account.owner_id, row.account.coach_id) if one is not None} for row, _ in booked
    }
    of_reviews = sa.select(ReviewPerson.review_id, ReviewPerson.person_id).where(ReviewPerson.review_id.in_(needed))
    for review_id, person_id in tx.execute(of_reviews):
        if person_id is not None:
            needed[review_id].add(person_id)
    there = absences.of_people(tx, set[int]().union(*needed.values()), from_day=min(day for _, day in booked))
    found: dict[int, list[Absence]] = {}
    for row, day in booked:
        its = [one for one in there if one.person_id in needed[row.id] and one.first_day <= day <= one.last_day]
        if its:
            found[row.id] = its
    return found


def _within_reach(tx: Session, readers: Collection[int]) -> list[tuple[int, Review, bool]]:
    """The planned reviews that these people may hear of, as (person, review, whether the person takes part): those in
    which they do, those of accounts that they lead or coach, and those of accounts in whose plan they own something.
    """
    if not readers:
        return []
    roles = [
        sa.select(Review.id, role, sa.false()).join(Account, Account.id == Review.account_id).where(role.in_(readers))
        for role in (Account.owner_id, Account.coach_id)
    ]
    owns = [
        sa.select(Review.id, section.owner_id, sa.false())
        .join(section, section.account_id == Review.account_id)
        .where(section.owner_id.in_(readers), seen_by_reader(_ROWS.c.account_id, core(section).c.owner_id))
        for section in (Objective, Opportunity)
    ]
    take_part = (
        sa.select(ReviewPerson.review_id, ReviewPerson.person_id, sa.true())
        .join(Review, Review.id == ReviewPerson.review_id)
        .where(ReviewPerson.person_id.in_(readers), seen_by_reader(_ROWS.c.account_id, _TAKES_PART.c.person_id))
    )
    reach = tx.execute(sa.union_all(*roles, *owns, take_part)).all()
    if not reach:
        return []
    pairs = {(review_id, person_id) for review_id, person_id, _ in reach if person_id is not None}
    parts = {(review_id, person_id) for review_id, person_id, takes_part in reach if takes_part}
    query = _WITH_PEOPLE.where(
        Review.id.in_({review_id for review_id, _ in pairs}), Review.state == ReviewState.PLANNED,
        Review.starts_at.is_not(None),
    )  # fmt: skip
    rows = {row.id: row for row in tx.scalars(query) if row.account.is_live}
    return [
        (person_id, rows[review_id], (review_id, person_id) in parts)
        for review_id, person_id in sorted(pairs)
        if review_id in rows
    ]
