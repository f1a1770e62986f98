"""The account plan between two reviews: what has moved in it, and what is missing before the next one.

Objectives, opportunities, figures and the white space count: these are what a review opens.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.db import UtcDateTime
from store.plan.opportunities import ENDED
from store.rules.calendar.brief_times import local_day
from store.tables import (
    Cell,
    Entry,
    Figure,
    Objective,
    Offering,
    Opportunity,
    Review,
    ReviewState,
    SectionRow,
    Subject,
    Verb,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session


# The columns whose change is worth a line, the most telling first.
_COLUMNS: dict[Subject, tuple[str, ...]] = {
    Subject.OBJECTIVE: ("today", "target", "due_on"),
    Subject.OPPORTUNITY: ("stage", "value", "expected_on"),
    Subject.FIGURE: ("value",),
    Subject.CELL: ("state", "value"),
}


@dataclass(frozen=True)
class Row:
    """A row of the plan. `state`: the stage of an opportunity, the quarter of a figure, the state of a cell. `day`: the
    day of an objective's figure, or the day on which an opportunity is expected.
    """

    kind: Subject
    id: int
    name: str
    owner_id: int | None
    state: str | None
    day: date | None
    is_archived: bool


@dataclass(frozen=True)
class Change:
    """A row that moved. It is new, or ended, or `column` went from `before` to `after`, as entries keep values."""

    row: Row
    is_new: bool = False
    column: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Missing:
    """A gap before a review: the row that lacks it and its owner's id; None: the account's lead."""

    row: Row
    owner_id: int | None


def rows_of(tx: Session, account_ids: Collection[int]) -> defaultdict[int, list[Row]]:
    """The rows of these accounts, which their reader sees, by account; archived ones too."""
    none: Any = sa.null()
    text: Any = sa.Text()
    parts: list[Any] = [
        _part(Objective, account_ids, Objective.name, sa.cast(none, text), Objective.today_on),
        _part(Opportunity, account_ids, Opportunity.name, sa.cast(Opportunity.stage, text),
              Opportunity.expected_on),
        _part(Figure, account_ids, Figure.name, Figure.quarter, sa.cast(none, sa.Date())),
        _part(Cell, account_ids, Offering.name + sa.func.coalesce(", " + Cell.unit, ""),
              sa.cast(Cell.state, text), sa.cast(none, sa.Date())).join(Offering, Offering.id == Cell.offering_id),
    ]  # fmt: skip
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for account_id, kind, *row in tx.execute(sa.union_all(*parts)) if account_ids else ():
        found[account_id].append(Row(Subject(kind), *row))
    return found


def _part(
    table: type[SectionRow], account_ids: Collection[int], name: Any, state: Any, day: Any  # noqa: ANN401  columns
) -> sa.Select[Any]:  # fmt: skip
    more: list[Any] = [sa.type_coerce(day, sa.Date()), table.archived_at.is_not(None)]
    return sa.select(
        table.account_id, sa.literal(table.subject_kind.value), table.id, name, table.owner_id, state, *more
    ).where(table.account_id.in_(list(account_ids)))  # fmt: skip


def changes(tx: Session, rows: Sequence[Row], begins: datetime) -> list[Change]:
    """The rows that moved since that instant, one change each: the first value and the last one count."""
    known = {(row.kind, row.id): row for row in rows}
    by_kind: defaultdict[Subject, list[int]] = defaultdict(list)
    for kind, id_ in known:
        by_kind[kind].append(id_)
    if not by_kind:
        return []
    which = [sa.and_(Entry.subject_kind == kind, Entry.subject_id.in_(ids)) for kind, ids in by_kind.items()]
    entries = tx.execute(
        sa.select(Entry.subject_kind, Entry.subject_id, Entry.verb, Entry.changes)
        .where(sa.or_(*which), Entry.at > begins)
        .order_by(Entry.id)
    ).all()
    told: defaultdict[tuple[Subject, int], list[Any]] = defaultdict(list)
    for entry in entries:
        told[entry.subject_kind, entry.subject_id].append(entry)
    return [change for key, those in told.items() if (change := _change(known[key], those)) is not None]


def _change(row: Row, entries: Sequence[Any]) -> Change | None:
    is_new = any(entry.verb == Verb.ADD for entry in entries)
    if is_new:
        return None if row.is_archived else Change(row, is_new=True)
    if row.is_archived:
        return Change(row, column="archived")
    for column in _COLUMNS[row.kind]:
        steps = [entry.changes[column] for entry in entries if column in entry.changes]
        if steps and steps[0][0] != steps[-1][1]:
            return Change(row, column=column, before=steps[0][0], after=steps[-1][1])
    return None


def missing(rows: Iterable[Row], last: date | None, today: date) -> list[Missing]:
    """The gaps of the plan before a review: a figure of an objective that is newer than the last review, on `last`, and
    a day on which an open opportunity is still expected.
    """
    found = []
    for row in rows:
        lacks = {
            Subject.OBJECTIVE: row.day is None or (last is not None and row.day <= last),
            Subject.OPPORTUNITY: row.state not in ENDED and (row.day is None or row.day < today),
        }.get(row.kind, False)
        if lacks and not row.is_archived:
            found.append(Missing(row, row.owner_id))
    return found


def asked(tx: Session, reviews: Sequence[Review], now: datetime) -> dict[tuple[int, int], list[Row]]:
    """The rows that lack something before each of these reviews (with their accounts), by the ids of the review and of
    the person who is asked: the owner of the row, else the account's lead.
    """
    ids = {one.account_id for one in reviews}
    rows, found = rows_of(tx, ids), dict[tuple[int, int], list[Row]]()
    newest = sa.func.max(Review.closed_at, type_=UtcDateTime())
    held = sa.select(Review.account_id, newest).where(Review.account_id.in_(ids), Review.state == ReviewState.HELD)
    last = {row[0]: row[1] for row in tx.execute(held.group_by(Review.account_id))} if ids else {}
    for review in reviews:
        at = last.get(review.account_id)
        for one in missing(
            rows[review.account_id], local_day(at, review.zone) if at else None, local_day(now, review.zone)
        ):
            person_id = one.owner_id or review.account.owner_id
            if person_id is not None:
                found.setdefault((review.id, person_id), []).append(one.row)
    return found
