"""The facts of a review's digest: what became of the last decisions, what happened since, and what is open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import commitments, people
from store.agreements import is_wish
from store.commitments.promises import IS_PROMISE
from store.commitments.questions import SHOWN
from store.reviews import plan_changes
from store.reviews.questions import decisions, last_held, people_of
from store.rules.calendar.brief_times import local_day
from store.scope import seen_by
from store.tables import Commitment, RaisedSignal, Side, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from store.reviews.plan_changes import Change, Missing
    from store.reviews.questions import Decision
    from store.rules.energy import Balance
    from store.tables import Person, Review, ReviewPerson

# Open commitments of each side that a digest shows, and those in its thread.
OPEN, IN_THREAD = 5, 15


@dataclass
class Since:
    """Counts of the promises of one side: those done, cancelled and new since the last review, and done `on_time` of
    these; the open ones that were moved, and how often altogether (`slips`).
    """

    done: int = 0
    cancelled: int = 0
    new: int = 0
    moved: int = 0
    slips: int = 0
    on_time: int = 0


@dataclass
class Burden:
    """How many open commitments a person has, and how many of them are overdue."""

    open: int = 0
    late: int = 0


@dataclass(frozen=True)
class Digest:
    """The facts of a digest. `since` is by side; `open_count` counts all promises that `open_items`
    begin, overdue first, and `wish_count` all open `wishes`, to which the client has not agreed. `owed`: by the id of
    the person, of ours; of theirs by the id of the client's person, None: of nobody by name.
    """

    last: Review | None
    decisions: Sequence[Decision]
    since: Mapping[Side, Since]
    open_items: Mapping[Side, Sequence[Commitment]]
    open_count: Mapping[Side, int]
    people: Sequence[ReviewPerson]
    owed: Mapping[Side, Mapping[int | None, Burden]]
    new_signals: Sequence[RaisedSignal]
    mended_signals: Sequence[RaisedSignal]
    changes: Sequence[Change]
    missing: Sequence[Missing]
    balance: Balance
    wishes: Sequence[Commitment]
    wish_count: int
    # The names of the people who are asked for what is missing, by id.
    asked: Mapping[int, str]


@dataclass
class _Counts:
    since: dict[Side, Since] = field(default_factory=lambda: {side: Since() for side in Side})
    open: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    wishes: int = 0
    owed: dict[Side, dict[int | None, Burden]] = field(
        default_factory=lambda: {side: defaultdict(Burden) for side in Side}
    )


def digest_of(tx: Session, viewer: Person, review: Review, now: datetime) -> Digest:
    """The digest of the review as of `now`, with what the viewer sees. The number of statements is always the same."""
    last = last_held(tx, viewer, review.account)
    held = last.closed_at if last is not None else None
    begins = held or datetime.fromtimestamp(0, now.tzinfo)
    today, last_day = local_day(now, review.zone), local_day(held, review.zone) if held else None
    its = seen_by(Commitment, viewer), Commitment.account_id == review.account_id
    counts = _counts(tx, its, begins, today)
    still_open, wishes = open_items(tx, its, OPEN)
    balance, on_time = commitments.balance_since(tx, viewer, review.account, begins, now)
    for side in Side:
        counts.since[side].on_time = on_time[side]
    raised = _signals(tx, review, last_day)
    rows = plan_changes.rows_of(tx, [review.account_id])[review.account_id]
    gaps = plan_changes.missing(rows, last_day, today)
    return Digest(
        last, decisions(tx, viewer, last) if last else (),
        since=counts.since, open_items=still_open, open_count=counts.open,
        people=people_of(tx, review), owed=counts.owed,
        new_signals=[one for one in raised if one.ended_on is None],
        mended_signals=[one for one in raised if one.ended_on is not None],
        changes=plan_changes.changes(tx, rows, begins) if held else (),
        missing=gaps,
        asked=people.names(tx, {id_ for one in gaps if (id_ := one.owner_id or review.account.owner_id)}),
        balance=balance, wishes=wishes, wish_count=counts.wishes,
    )  # fmt: skip


def more_of(tx: Session, viewer: Person, review: Review) -> Mapping[Side, Sequence[Commitment]]:
    """The open promises of the review's account that its digest has no room for, as many as its thread takes."""
    its = seen_by(Commitment, viewer), Commitment.account_id == review.account_id
    return {side: rows[OPEN:] for side, rows in open_items(tx, its, OPEN + IN_THREAD)[0].items()}


def open_items(
    tx: Session, its: Sequence[sa.ColumnElement[bool]], most: int
) -> tuple[dict[Side, list[Commitment]], list[Commitment]]:
    """At most so many open promises of each side, and wishes, the earliest due first."""
    group = Commitment.side, sa.case((IS_PROMISE, 1), else_=0)
    place = sa.func.row_number().over(partition_by=group, order_by=(Commitment.due_on, Commitment.id))
    ranked = sa.select(Commitment.id, place.label("place")).where(*its, Commitment.ended_at.is_(None)).subquery()
    query = sa.select(Commitment).join(ranked, ranked.c.id == Commitment.id).where(ranked.c.place <= most)
    found: dict[Side, list[Commitment]] = {side: [] for side in Side}
    wishes: list[Commitment] = []
    for one in tx.scalars(query.options(*SHOWN).order_by(Commitment.due_on, Commitment.id)):
        (wishes if is_wish(one) else found[one.side]).append(one)
    return found, wishes


def _counts(tx: Session, its: Sequence[sa.ColumnElement[bool]], begins: datetime, today: date) -> _Counts:
    """The counts since `begins`, and of the open commitments, by side and person."""

    def number(*which: sa.ColumnElement[bool], of: Any = 1) -> sa.ColumnElement[int]:  # noqa: ANN401  a column
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(*which), of), else_=0)), 0)

    is_open = Commitment.ended_at.is_(None)
    owes = sa.case((Commitment.side == Side.OURS, Commitment.owner_id), else_=Commitment.stakeholder_id)
    columns: list[Any] = [
        number(IS_PROMISE, Commitment.state == State.DONE, Commitment.ended_at > begins),
        number(IS_PROMISE, Commitment.state == State.CANCELLED, Commitment.ended_at > begins),
        number(IS_PROMISE, Commitment.created_at > begins),
        number(IS_PROMISE, is_open, Commitment.slips > 0),
        number(IS_PROMISE, is_open, of=Commitment.slips),
        number(IS_PROMISE, is_open),
        number(IS_PROMISE, is_open, Commitment.due_on < today),
        number(sa.not_(IS_PROMISE), is_open),
    ]
    found = _Counts()
    for side, person_id, *numbers in tx.execute(
        sa.select(Commitment.side, owes.label("owes"), *columns).where(*its).group_by(Commitment.side, owes)
    ):
        done, cancelled, new, moved, slips, still_open, late, wishes = map(int, numbers)
        since, burden = found.since[side], found.owed[side][person_id]
        since.done, since.cancelled, since.new = since.done + done, since.cancelled + cancelled, since.new + new
        since.moved, since.slips = since.moved + moved, since.slips + slips
        found.open[side] += still_open
        found.wishes += wishes
        burden.open, burden.late = burden.open + still_open, burden.late + late
    return found


def _signals(tx: Session, review: Review, last_day: date | None) -> Sequence[RaisedSignal]:
    """The signals that are new, or were mended, since the last review; the worst first."""
    which = [RaisedSignal.account_id == review.account_id]
    is_open = RaisedSignal.ended_on.is_(None)
    which.append(
        is_open if last_day is None else sa.or_(sa.and_(is_open, RaisedSignal.since > last_day),
                                                sa.and_(RaisedSignal.ended_on >= last_day,
                                                        RaisedSignal.since <= last_day))
    )  # fmt: skip
    return tx.scalars(sa.select(RaisedSignal).where(*which).order_by(RaisedSignal.weight.desc(), RaisedSignal.id)).all()
