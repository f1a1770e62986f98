"""The questions about commitments. Every question starts from the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from store import history, people, stakeholders
from store.commitments.promises import WAS_MOVED
from store.errors import NotFoundError
from store.rules.reviews import begins_at
from store.scope import asker, seen_by, seen_by_asker
from store.tables import Account, Commitment, Entry, Person, Side, Stakeholder, State, Subject, Verb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from store.tables import SectionRow

SHOWN = (
    joinedload(Commitment.owner),
    joinedload(Commitment.creator),
    joinedload(Commitment.account).options(joinedload(Account.owner), joinedload(Account.coach)),
    # A commitment shows the names of the client's people, and whether they are still there.
    joinedload(Commitment.stakeholder).load_only(
        Stakeholder.account_id, Stakeholder.name, Stakeholder.left_on, raiseload=True
    ),
    joinedload(Commitment.agreed_by).load_only(
        Stakeholder.account_id, Stakeholder.name, Stakeholder.left_on, raiseload=True
    ),
    joinedload(Commitment.blocker),
    joinedload(Commitment.commenter),
)
_IS_OPEN = Commitment.ended_at.is_(None)
# Put together once: that takes as long as asking.
_BY_IDS = (
    sa.select(Commitment)
    .where(seen_by_asker(Commitment), Commitment.id.in_(sa.bindparam("ids", expanding=True)))
    .options(*SHOWN)
)


@dataclass(frozen=True)
class Page:
    """One page of a longer list: `items` are those from `start`, `total` counts all of them."""

    items: Sequence[Commitment]
    start: int
    total: int


class When(StrEnum):
    """Which commitments a list holds: the open ones, all of them, by their date, or those that are blocked or have
    another date than before; those that are done or cancelled; or every one.
    """

    OPEN = ""
    OVERDUE, TODAY, WEEK = "overdue", "today", "week"
    TOMORROW, NEXT_WEEK = "tomorrow", "next_week"
    BLOCKED, MOVED, MOVED_THIS_WEEK = "blocked", "moved", "moved_this_week"
    DONE, ALL = "done", "all"


_TROUBLE = {When.OVERDUE, When.BLOCKED, When.MOVED, When.MOVED_THIS_WEEK}


@dataclass(frozen=True)
class Wanted:
    """The commitments of a list: of that owner, account and side, with `text` in the action or the note. `by_account`:
    those of one account follow each other.
    """

    owner_id: int | None = None
    account_id: int | None = None
    side: Side | None = None
    when: When = When.OPEN
    text: str = ""
    by_account: bool = False

    @property
    def is_of_account(self) -> bool:
        """Whether it shows all that both sides owe each other at one account."""
        return self == Wanted(account_id=self.account_id, when=self.when) and self.account_id is not None

    @property
    def is_trouble_of_all(self) -> bool:
        """Whether it shows of all people what is overdue, blocked or moved."""
        return self == Wanted(when=self.when) and self.when in _TROUBLE


def visible(viewer: Person) -> sa.Select[Commitment]:
    return sa.select(Commitment).where(seen_by(Commitment, viewer)).options(*SHOWN)


def get(tx: Session, viewer: Person, number: int, *, to_change: bool = False) -> Commitment:
    """The commitment of that number; NotFoundError, in words, if there is none for this viewer.

    With `to_change` its row is locked for this transaction and read anew.
    """
    query = visible(viewer).where(Commitment.number == number)
    found = None
    if number < 2**31:
        found = next(iter(history.lock(tx, Commitment, query)), None) if to_change else tx.scalar(query)
    if found is None:
        raise NotFoundError(f"There is no commitment #{number} here. Type /commit mine for yours.")
    return found


def by_ids(tx: Session, viewer: Person, ids: Iterable[int]) -> dict[int, Commitment]:
    """The commitments of those ids that the viewer sees, by id."""
    found = tx.scalars(_BY_IDS, asker(viewer) | {"ids": list(ids)})
    return {commitment.id: commitment for commitment in found}


def made_from(tx: Session, viewer: Person, links: Collection[str]) -> Sequence[Commitment]:
    """The commitments that were made from the message of these links and not taken back, oldest first."""
    query = visible(viewer).where(Commitment.permalink.in_(links), Commitment.state != State.CANCELLED)
    return tx.scalars(query.order_by(Commitment.id)).all()


def by_numbers(tx: Session, viewer: Person, numbers: Iterable[int]) -> Sequence[Commitment]:
    """The commitments of those numbers that the viewer sees."""
    return tx.scalars(visible(viewer).where(Commitment.number.in_(sorted(numbers)))).all()


def lock_in_order(tx: Session, viewer: Person, numbers: Iterable[int]) -> None:
    """Lock the rows of those numbers for this transaction, which will change several of them."""
    query = visible(viewer).where(Commitment.number.in_(sorted(numbers)))
    history.lock(tx, Commitment, query.order_by(Commitment.id))


def names_in(tx: Session, viewer: Person, entries: Iterable[Entry]) -> dict[int, str]:
    """Names of the people in the changes of these entries, by id."""
    ids = history.people_named(entries, ("owner_id", "blocker_id", "helper_id"))
    if not ids:
        return {}
    found = tx.execute(sa.select(Person.id, Person.name).where(seen_by(Person, viewer), Person.id.in_(ids)))
    return {row[0]: row[1] for row in found}


def clients_in(tx: Session, entries: Iterable[Entry]) -> dict[int, str]:
    """Names of the client's people who agreed by these entries, which the viewer sees, by id."""
    return stakeholders.names(tx, history.people_named(entries, ("agreed_by_id",)))


def listed(
    tx: Session, viewer: Person, wanted: Wanted, *, today: date, week_ends: date, start: int, size: int
) -> Page:  # fmt: skip
    """The commitments of a list: the open ones first, the most urgent first; then those that ended, the latest first.

    Today's and this week's hold what is overdue as well, tomorrow's and next week's nothing else: `today` and
    `week_ends` are days of the viewer. A list of one account shows our side first, and a list of all that is overdue,
    blocked or moved the viewer's own.
    """
    which = _when(viewer, wanted.when, today, week_ends)
    if wanted.owner_id is not None:
        which.append(Commitment.owner_id == wanted.owner_id)
    if wanted.account_id is not None:
        which.append(Commitment.account_id == wanted.account_id)
    if wanted.side:
        which.append(Commitment.side == wanted.side)
    if wanted.text:
        texts = (Commitment.action, Commitment.note)
        which.append(sa.or_(*(text.icontains(wanted.text, autoescape=True) for text in texts)))
    return _page(tx, viewer, which, start, size, *_order(viewer, wanted))


def _when(viewer: Person, when: When, today: date, week_ends: date) -> list[sa.ColumnElement[bool]]:
    """The conditions for the commitments of `when`."""
    if when == When.ALL:
        return []
    if when == When.DONE:
        return [Commitment.ended_at.is_not(None)]
    last_day = {When.OVERDUE: today - timedelta(days=1), When.TODAY: today, When.WEEK: week_ends}.get(when)
    which: list[sa.ColumnElement[bool]] = [_IS_OPEN]
    if last_day is not None:
        which.append(Commitment.due_on <= last_day)
    if when in {When.TOMORROW, When.NEXT_WEEK}:
        after, days = (today, 1) if when == When.TOMORROW else (week_ends, 7)
        which += [Commitment.due_on > after, Commitment.due_on <= after + timedelta(days=days)]
    if when == When.BLOCKED:
        which.append(Commitment.state == State.BLOCKED)
    elif when == When.MOVED:
        which.append(WAS_MOVED)
    elif when == When.MOVED_THIS_WEEK:
        which.append(
            _moved_since(begins_at(people.working_days(viewer).first_day_of_week(today), time.min, viewer.zone))
        )
    return which


def _moved_since(instant: datetime) -> sa.ColumnElement[bool]:
    its = Entry.subject_id == Commitment.id, Entry.subject_kind == Subject.COMMITMENT
    return sa.exists().where(*its, Entry.verb == Verb.MOVE, Entry.at >= instant)


def _order(viewer: Person, wanted: Wanted) -> list[Any]:
    """The columns that order a list before its dates do."""
    first: list[Any] = [Commitment.side] if wanted.is_of_account else []
    if wanted.is_trouble_of_all:
        first.append(sa.case((Commitment.owner_id == viewer.id, 0), else_=1))
    if wanted.when in {When.DONE, When.ALL}:
        first += [sa.case((_IS_OPEN, 0), else_=1), Commitment.ended_at.desc()]
    if not wanted.by_account:
        return first
    name = sa.select(sa.func.lower(Account.name)).where(Account.id == Commitment.account_id).scalar_subquery()
    return [sa.case((Commitment.account_id.is_(None), 1), else_=0), name, Commitment.account_id, *first]


def overdue_besides(tx: Session, viewer: Person, shown: Collection[int], today: date) -> int:
    """How many of the viewer's own commitments are overdue, without those of the ids `shown`."""
    its = seen_by(Commitment, viewer), Commitment.owner_id == viewer.id, _IS_OPEN, Commitment.due_on < today
    those = sa.select(sa.func.count()).select_from(Commitment).where(*its, Commitment.id.not_in(list(shown)))
    return tx.scalar(those) or 0


def account_page(
    tx: Session, viewer: Person, account: Account, *, start: int, size: int, side: Side | None = None
) -> Page:  # fmt: skip
    """The account's open commitments of both sides or of one, ours first, then by date."""
    its = [_IS_OPEN, Commitment.account_id == account.id, *([Commitment.side == side] if side else [])]
    return _page(tx, viewer, its, start, size, Commitment.side)


def serving_row(tx: Session, viewer: Person, row: SectionRow, *, size: int) -> Page:
    """The first commitments that serve a row of an account plan: the open ones first, then the latest that ended."""
    its = [Commitment.serves_id == row.id, Commitment.serves_kind == row.subject_kind]
    return _page(tx, viewer, its, 0, size, sa.case((_IS_OPEN, 0), else_=1), Commitment.ended_at.desc())


def with_stakeholder(tx: Session, viewer: Person, stakeholder: Stakeholder, *, size: int) -> Page:
    """The first commitments with one of the client's people: the open ones first, then the latest that ended."""
    its = [Commitment.stakeholder_id == stakeholder.id]
    return _page(tx, viewer, its, 0, size, sa.case((_IS_OPEN, 0), else_=1), Commitment.ended_at.desc())


def _page(
    tx: Session,
    viewer: Person,
    wanted: Sequence[sa.ColumnElement[bool]],
    start: int,
    size: int,
    *first: Any,  # noqa: ANN401  columns and expressions
) -> Page:
    which = [seen_by(Commitment, viewer), *wanted]
    total = tx.scalar(sa.select(sa.func.count()).select_from(Commitment).where(*which)) or 0
    # A list can shrink under somebody who turns its pages: the last page that exists is shown then.
    if start >= total:
        start = max(0, (total - 1) // size * size)
    query = sa.select(Commitment).where(*which).options(*SHOWN)
    items = tx.scalars(query.order_by(*first, Commitment.due_on, Commitment.id).offset(start).limit(size))
    return Page(items.all(), start, total)
