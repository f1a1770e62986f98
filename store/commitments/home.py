"""A person's open business, as their Home tab shows it: counted at once, and read one page at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.commitments.questions import Page, visible
from store.scope import seen_by
from store.tables import Account, Commitment, Entry, Side, State, Subject, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

# The most commitments that were done lately.
_LATEST = 5


class Part(StrEnum):
    """The parts of a person's open business: what waits for them, and what they wait for."""

    MINE, WAITING = "mine", "waiting"


class Group(StrEnum):
    """The groups of commitments by date, in order. HELD_UP: blocked, and the person is in the way."""

    HELD_UP, OVERDUE, WEEK, LATER = "held_up", "overdue", "week", "later"


@dataclass(frozen=True)
class HomeView:
    """A view of the Home tab: a part of the person's business, grouped by date or `by_account`, perhaps of one account
    or side only.
    """

    part: Part = Part.MINE
    by_account: bool = False
    account_id: int | None = None
    side: Side | None = None


@dataclass(frozen=True)
class OpenItems:
    """One page of a part of a person's open business.

    `counts` has the number of commitments of each part, and `overdue` the number of their own that are late. `groups`
    has the number of each group in this view, by the group or by the account's id. `accounts`: (id, name) of the
    accounts of the part, by name.
    """

    page: Page
    counts: Mapping[Part, int]
    overdue: int
    groups: Mapping[Group | int | None, int]
    accounts: Sequence[tuple[int, str]]


def home(
    tx: Session, viewer: Person, wanted: HomeView, *, today: date, week_ends: date, start: int, size: int
) -> OpenItems:  # fmt: skip
    """The page of the viewer's open business that begins at `start`. `today` and `week_ends` are days of the viewer."""
    counts: Counter[Part] = Counter()
    groups: Counter[Group | int | None] = Counter()
    names: dict[int, str] = {}
    overdue = 0
    for part, group, side, account_id, name, number in tx.execute(_counted(viewer, today, week_ends)):
        counts[Part(part)] += number
        overdue += number if part == Part.MINE and group == Group.OVERDUE else 0
        if part != wanted.part:
            continue
        if account_id is not None:
            names[account_id] = name
        if wanted.account_id in {None, account_id} and wanted.side in {None, side}:
            groups[account_id if wanted.by_account and group != Group.HELD_UP else Group(group)] += number
    page = _page(tx, viewer, wanted, start=start, size=size, total=groups.total())
    by_name = sorted(names.items(), key=lambda one: (one[1].casefold(), one[0]))
    return OpenItems(page, counts, overdue, groups, by_name)


def done_since(tx: Session, viewer: Person, since: datetime) -> Sequence[Commitment]:
    """The viewer's commitments that the viewer has done since then, the latest first."""
    its = sa.or_(Commitment.owner_id == viewer.id, Commitment.creator_id == viewer.id)
    by_viewer = sa.exists().where(
        Entry.subject_id == Commitment.id, Entry.subject_kind == Subject.COMMITMENT, Entry.verb == Verb.FINISH,
        Entry.actor_id == viewer.id, Entry.at >= since,
    )  # fmt: skip
    done = visible(viewer).where(its, Commitment.state == State.DONE, Commitment.ended_at >= since, by_viewer)
    return tx.scalars(done.order_by(Commitment.ended_at.desc(), Commitment.id).limit(_LATEST)).all()


def _counted(viewer: Person, today: date, week_ends: date) -> sa.Select[Any]:
    """The number of the viewer's open commitments by part, group, side and account."""
    group = sa.case(
        (_is_held_up(viewer), Group.HELD_UP),
        (Commitment.due_on < today, Group.OVERDUE),
        (Commitment.due_on <= week_ends, Group.WEEK),
        else_=Group.LATER,
    )
    # In a subquery, because PostgreSQL compares the parameters of two expressions by their places.
    each = sa.select(
        sa.case((_is_mine(viewer), Part.MINE), else_=Part.WAITING).label("part"), group.label("group"),
        Commitment.side, Commitment.account_id,
    ).where(*_open(viewer)).subquery()  # fmt: skip
    keys = (each.c.part, each.c.group, each.c.side, each.c.account_id, Account.name)
    return (
        sa.select(*keys, sa.func.count()).outerjoin_from(each, Account, each.c.account_id == Account.id).group_by(*keys)
    )


def _page(tx: Session, viewer: Person, wanted: HomeView, *, start: int, size: int, total: int) -> Page:
    # The list may have become shorter since the person opened it: then its last page is shown.
    start = start if start < total else max(0, (total - 1) // size * size)
    is_mine = _is_mine(viewer)
    query = visible(viewer).where(*_open(viewer), is_mine if wanted.part == Part.MINE else sa.not_(is_mine))
    if wanted.account_id is not None:
        query = query.where(Commitment.account_id == wanted.account_id)
    if wanted.side is not None:
        query = query.where(Commitment.side == wanted.side)
    query = query.order_by(sa.case((_is_held_up(viewer), 0), else_=1))
    if wanted.by_account:
        query = query.outerjoin(Account, Commitment.account_id == Account.id)
        query = query.order_by(
            sa.case((Account.id.is_(None), 1), else_=0), sa.func.lower(Account.name), Account.id
        )  # fmt: skip
    found = tx.scalars(query.order_by(Commitment.due_on, Commitment.id).offset(start).limit(size))
    return Page(found.all() if total else [], start, total)


def _open(viewer: Person) -> tuple[sa.ColumnElement[bool], ...]:
    concerns = sa.or_(Commitment.owner_id == viewer.id, Commitment.creator_id == viewer.id, _is_held_up(viewer))
    return seen_by(Commitment, viewer), Commitment.ended_at.is_(None), concerns


def _is_mine(viewer: Person) -> sa.ColumnElement[bool]:
    """The commitments of ours that the viewer owns, and those blocked by them. The viewer waits for all others."""
    owns = sa.and_(Commitment.owner_id == viewer.id, Commitment.side != Side.THEIRS)
    return sa.or_(owns, _is_held_up(viewer))


def _is_held_up(viewer: Person) -> sa.ColumnElement[bool]:
    return sa.and_(
        Commitment.blocker_id == viewer.id, Commitment.owner_id != viewer.id, Commitment.state == State.BLOCKED
    )
