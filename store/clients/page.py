"""The contents of the page of one of the client's people: what was shared with the client, and nothing else.

Each query names the columns that it reads. Notes, reasons, blockers, comments, stances and figures are not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from store.agreements import stands_on
from store.rules.transitions import LIVE
from store.tables import (
    Commitment,
    Expectation,
    Held,
    Meeting,
    MeetingPerson,
    Proposal,
    ProposalKind,
    ProposalState,
    Review,
    ReviewState,
    Sharing,
    Side,
    Stakeholder,
    State,
    erased_key,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

# Deliveries and answers stand there for so long.
LATELY = timedelta(days=92)
# Items of each kind; nobody reads as many.
MOST = 1_000


@dataclass(frozen=True)
class Item:
    """A commitment. `agreed_on`, `agreed_by`: the day and the person of an agreement that stands; no name for one who
    was erased. `waits`: the kinds of proposals about it that nobody has answered yet.
    """

    number: int
    version: int
    action: str
    side: Side
    due_on: date
    is_done: bool
    agreed_on: date | None = None
    agreed_by: str = ""
    waits: frozenset[ProposalKind] = frozenset()


@dataclass(frozen=True)
class Expected:
    """An expectation of one side, with the day of the agreement."""

    id: int
    version: int
    text: str
    side: Side
    agreed_on: date | None


@dataclass(frozen=True)
class Said:
    """A proposal of the person, and the answer. `number` and `action`: the commitment that it is about. `side`: the one
    that would owe a new commitment.
    """

    kind: ProposalKind
    state: ProposalState
    text: str
    due_on: date | None
    side: Side | None
    answer: str
    number: int | None
    action: str


@dataclass(frozen=True)
class Contents:
    """All that stands on a page."""

    items: Sequence[Item]
    expected: Sequence[Expected]
    said: Sequence[Said]
    meeting: tuple[date, str] | None
    review: Review | None

    def of(self, side: Side) -> list[Item]:
        """The open commitments of that side."""
        return [one for one in self.items if one.side == side and not one.is_done]

    @property
    def done(self) -> list[Item]:
        return [one for one in self.items if one.is_done]


def read(tx: Session, person: Stakeholder, today: date, now: datetime) -> Contents:
    """The contents for this person (with their account) on that local day."""
    said = _said(tx, person, now)
    return Contents(
        _items(tx, person, said, today, now), _expected(tx, person, today), said, _meeting(tx, person, today),
        _review(tx, person),
    )  # fmt: skip


def _items(tx: Session, person: Stakeholder, said: Sequence[Said], today: date, now: datetime) -> list[Item]:
    """The commitments of the account that the client sees: open ones, and those that were done lately."""
    who = aliased(Stakeholder)
    waits: dict[int, set[ProposalKind]] = {}
    for one in said:
        if one.state == ProposalState.OPEN and one.number is not None:
            waits.setdefault(one.number, set()).add(one.kind)
    lately = sa.and_(Commitment.state == State.DONE, Commitment.ended_at > now - LATELY)
    # More columns than the types of `select` have room for.
    columns: object = sa.select(
        Commitment.number, Commitment.version, Commitment.action, Commitment.side, Commitment.due_on, Commitment.state,
        Commitment.agreed_on, Commitment.agreed_until, who.id.label("agreed_by_id"), who.name.label("agreed_by"),
        who.origin_key, who.left_on,
    )  # fmt: skip
    rows = tx.execute(
        columns.outerjoin(who, who.id == Commitment.agreed_by_id)  # type: ignore[attr-defined]
        .where(
            *_shared(Commitment, person), Commitment.internal.is_(False), Commitment.taken_back.is_(False),
            sa.or_(Commitment.state.in_(sorted(LIVE)), lately),
        )
        .order_by(Commitment.due_on, Commitment.number)
        .limit(MOST)
    )  # fmt: skip
    found = []
    for row in rows:
        agreed = row.agreed_on is not None and stands_on(today, row.agreed_until, row.left_on)
        is_known = row.agreed_by_id is not None and row.origin_key != erased_key(row.agreed_by_id)
        found.append(
            Item(
                row.number, row.version, row.action, row.side, row.due_on, row.state == State.DONE,
                row.agreed_on if agreed else None,
                row.agreed_by if agreed and is_known else "",
                frozenset(waits.get(row.number, ())),
            )
        )  # fmt: skip
    return found


def _expected(tx: Session, person: Stakeholder, today: date) -> list[Expected]:
    """The expectations in the relationship plan of this person that they see. The person is here; a colleague of theirs
    who agreed may have left.
    """
    who = aliased(Stakeholder)
    rows = tx.execute(
        sa.select(
            Expectation.id, Expectation.version, Expectation.name, Expectation.side, Expectation.agreed_on,
            Expectation.agreed_until, who.left_on,
        )
        .outerjoin(who, who.id == Expectation.agreed_by_id)
        .where(
            *_shared(Expectation, person), Expectation.stakeholder_id == person.id,
            Expectation.sharing == Sharing.SHAREABLE, Expectation.archived_at.is_(None),
        )
        .order_by(Expectation.id)
        .limit(MOST)
    )  # fmt: skip
    return [
        Expected(id_, version, name or "", side, on if on is not None and stands_on(today, until, left) else None)
        for id_, version, name, side, on, until, left in rows
    ]


def _said(tx: Session, person: Stakeholder, now: datetime) -> list[Said]:
    """The proposals of the person of late, the newest first."""
    rows = tx.execute(
        sa.select(
            Proposal.kind, Proposal.state, Proposal.text, Proposal.due_on, Proposal.side, Proposal.answer,
            Commitment.number, Commitment.action,
        )
        # The words of a commitment that is for our team by now, or of another account, do not stand there.
        .outerjoin(
            Commitment,
            sa.and_(
                Commitment.id == Proposal.commitment_id, Commitment.internal.is_(False), *_shared(Commitment, person)
            ),
        )
        .where(
            *_shared(Proposal, person), Proposal.stakeholder_id == person.id,
            Proposal.kind.not_in([ProposalKind.LINK, ProposalKind.AGREED]),
            sa.or_(Proposal.state == ProposalState.OPEN, Proposal.answered_at > now - LATELY),
        )
        .order_by(Proposal.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return [
        Said(kind, state, text or "", due_on, side, answer or "", number, action or "")
        for kind, state, text, due_on, side, answer, number, action in rows
    ]


def _meeting(tx: Session, person: Stakeholder, today: date) -> tuple[date, str] | None:
    """The day of the next meeting with this person that they see, and what it is about."""
    found = tx.execute(
        sa.select(Meeting.day, Meeting.name)
        .join(MeetingPerson, MeetingPerson.meeting_id == Meeting.id)
        .where(
            *_shared(Meeting, person), MeetingPerson.stakeholder_id == person.id, Meeting.state == Held.PLANNED,
            Meeting.day >= today, Meeting.sharing == Sharing.SHAREABLE, Meeting.archived_at.is_(None),
        )
        .order_by(Meeting.day, Meeting.id)
    ).first()  # fmt: skip
    return (found.day, found.name or "") if found else None


def _review(tx: Session, person: Stakeholder) -> Review | None:
    """The coming review of the account, if the client sees it."""
    which = Review.state.in_([ReviewState.PLANNED, ReviewState.OPEN]), Review.sharing == Sharing.SHAREABLE
    return tx.scalar(sa.select(Review).where(*_shared(Review, person), *which))


def _shared(table: type[Commitment | Expectation | Meeting | Proposal | Review], person: Stakeholder) -> tuple[
    sa.ColumnElement[bool], ...
]:  # fmt: skip
    """The rows of the person's own account."""
    return table.workspace_id == person.workspace_id, table.account_id == person.account_id
