"""The digest of a coach before a quarter ends: how their accounts stand, and what became of decisions and promises. The
first brief of each week has the same in a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import commitments, outbox, people
from store.accounts.questions import LIVE, WITH_PEOPLE
from store.commitments.facts import hearing
from store.plan.health import by_category, facts_of
from store.plan.signals import first_mornings
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import DAY
from store.rules.kept import Kept, quarter_after, quarter_of
from store.rules.reviews import ON_EVENT, begins_at, working_days_before
from store.rules.signals import Colour, health_of
from store.scope import seen_by
from store.tables import (
    Account,
    Commitment,
    Outbox,
    OutboxKind,
    OutboxState,
    Person,
    RaisedSignal,
    Review,
    ReviewItem,
    ReviewState,
    Side,
    Workspace,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.rules import energy
    from store.rules.signals import Health

# Working days before the end of a quarter.
_BEFORE, _MIDNIGHT = 5, time()
# The conditions on an account under which its coach has something to read.
_IS_NOT_GREEN = sa.exists().where(
    RaisedSignal.account_id == Account.id, RaisedSignal.ended_on.is_(None),
    RaisedSignal.weight.in_((Colour.AMBER, Colour.RED)),
)  # fmt: skip
_HAS_DECISIONS = sa.exists().where(
    Review.account_id == Account.id, Review.state == ReviewState.HELD, ReviewItem.review_id == Review.id,
    Commitment.id == ReviewItem.commitment_id, Commitment.ended_at.is_(None),
)  # fmt: skip
_IS_UNBOOKED = sa.and_(
    by_category("review_months") > ON_EVENT,
    ~sa.exists().where(Review.account_id == Account.id, Review.closed_at.is_(None)),
)


@dataclass(frozen=True)
class Quarter:
    """The accounts of a coach by name: each with its health, and whether a review of it was held in the quarter. Of
    `unbooked` the category has a rhythm, and no review is booked. `quarters`: this one and the last four, the oldest
    first, by side; only what was `kept` is known of each. `decisions_open` counts the open commitments of reviews that
    were held. Of the `executives` on the maps, those with one of ours and a live relationship are `covered`.
    """

    first: date
    last: date
    accounts: Sequence[Account]
    health: Mapping[int, Health]
    reviewed: frozenset[int]
    unbooked: Sequence[Account]
    quarters: Mapping[Side, Sequence[energy.Quarter]]
    decisions_open: int
    decisions_settled: int
    executives: int
    covered: int

    @property
    def kept(self) -> dict[Side, Kept]:
        """The promises of this quarter that were kept on time, by side."""
        return {side: quarters[-1].kept for side, quarters in self.quarters.items()}

    def of(self, colour: Colour) -> list[Account]:
        return [one for one in self.accounts if self.health[one.id].colour == colour]


def quarter_at(person: Person, day: date) -> tuple[date, date]:
    """The first and the last day of the quarter of that day, in the fiscal year of the person's workspace."""
    first = quarter_of(day, person.workspace.fiscal_year_start)
    return first, quarter_after(first) - DAY


def write_due(tx: Session, readers: Sequence[Person], days: Mapping[int, date], now: datetime) -> None:
    """Write the digest of each of the `readers` (with their workspaces) who coach an account, on their local day
    `days[id]`, if their quarter ends within five working days. The key is the person and the quarter.
    """
    near = [one for one in readers if _is_near(one, days[one.id])]
    if not near:
        return
    which = Account.coach_id.in_([one.id for one in near]), LIVE
    coaches = set(tx.scalars(sa.select(Account.coach_id).where(*which).distinct()))
    there = hearing(tx, [one for one in near if one.id in coaches], days)
    for person in near:
        if person.id in there:
            first, _ = quarter_at(person, days[person.id])
            outbox.enqueue(
                tx, workspace_id=person.workspace_id, kind=OutboxKind.LEADERS_DIGEST, now=now, person=person,
                key=f"{OutboxKind.LEADERS_DIGEST}:{person.id}:{first.isoformat()}", day=days[person.id],
            )  # fmt: skip


def _is_near(person: Person, day: date) -> bool:
    _, last = quarter_at(person, day)
    return day >= working_days_before(last + DAY, _BEFORE, people.working_days(person))


def worth_a_brief(tx: Session, readers: Sequence[Person], days: Mapping[int, date]) -> set[int]:
    """Ids of the `readers` (with their workspaces) who get a brief on their local day `days[id]` for the sums of the
    accounts that they coach: on the first working morning of their week, if an account has a signal that reminders and
    escalations do not tell, decisions of reviews that are open, or no booked review where its category has a rhythm. In
    the last days of a quarter the digest says it.
    """
    those = {one.id: one for one in readers if not _is_near(one, days[one.id])}
    if not those:
        return set()
    coaches = tx.scalars(
        sa.select(Account.coach_id)
        .join(Workspace, Workspace.id == Account.workspace_id)
        .where(Account.coach_id.in_(those), LIVE, sa.or_(_IS_NOT_GREEN, _HAS_DECISIONS, _IS_UNBOOKED))
        .distinct()
    )
    found = [those[one] for one in coaches if one is not None]
    begins = first_mornings(tx, found, days)
    return hearing(tx, [one for one in found if one.id in begins], days)


def begins_week(tx: Session, row: Outbox, coach: Person, day: date) -> bool:
    """Whether this brief for their local `day` is the first one of the week to a person who coaches an account."""
    which = seen_by(Account, coach), Account.coach_id == coach.id, LIVE
    earlier = (
        Outbox.person_id == coach.id, Outbox.kind == OutboxKind.BRIEF, Outbox.state == OutboxState.SENT,
        Outbox.day >= people.working_days(coach).first_day_of_week(day), Outbox.day < day, Outbox.id != row.id,
    )  # fmt: skip
    has_one = sa.select(sa.exists().where(*which), sa.exists().where(*earlier))
    coaches, was_told = tx.execute(has_one).one()
    return bool(coaches and not was_told)


def quarter_of_coach(tx: Session, coach: Person, day: date, now: datetime) -> Quarter:
    """The digest's facts in the quarter of that day. The number of statements is always the same."""
    first, last = quarter_at(coach, day)
    which = seen_by(Account, coach), Account.coach_id == coach.id, LIVE
    found = tx.scalars(sa.select(Account).where(*which).options(*WITH_PEOPLE).order_by(Account.name)).all()
    ids = [one.id for one in found]
    begins = begins_at(first, _MIDNIGHT, coach.zone)
    reviews = tx.execute(
        sa.select(Review.account_id, Review.state).where(
            seen_by(Review, coach), Review.account_id.in_(ids),
            sa.or_(Review.closed_at.is_(None), sa.and_(Review.state == ReviewState.HELD, Review.closed_at >= begins)),
        )
    ).all()  # fmt: skip
    booked = {row.account_id for row in reviews if row.state != ReviewState.HELD}
    still_open, settled = tx.execute(
        sa.select(
            sa.func.count(sa.distinct(sa.case((Commitment.ended_at.is_(None), Commitment.id)))),
            sa.func.count(sa.distinct(sa.case((Commitment.ended_at >= begins, Commitment.id)))),
        )
        .join(ReviewItem, ReviewItem.commitment_id == Commitment.id)
        .join(Review, Review.id == ReviewItem.review_id)
        .where(seen_by(Commitment, coach), Review.account_id.in_(ids), Review.state == ReviewState.HELD)
    ).one()
    facts = list(facts_of(tx, ids, now, seen_by(Account, coach)))
    executives = [(one, each.today) for each in facts for one in each.here if one.is_executive]
    return Quarter(
        first, last, found, {one.id: health_of(one) for one in facts},
        reviewed=frozenset(row.account_id for row in reviews if row.state == ReviewState.HELD),
        unbooked=[one for one in found if coach.workspace.review_months(one.category) and one.id not in booked],
        quarters=commitments.kept_by_quarter(tx, coach, ids, min(local_day(now, coach.zone), last)),
        decisions_open=still_open, decisions_settled=settled,
        executives=len(executives), covered=sum(bool(one.colleague) and one.is_alive(on) for one, on in executives),
    )  # fmt: skip
