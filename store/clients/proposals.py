"""Proposals of the client's people: they propose on their page, and a colleague confirms or answers in Slack.

Nothing else changes before that. Agreeing is theirs to say, and is no proposal.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import commitments, history, outbox, people
from store.agreements import Agreement
from store.commitments.changing import check_right
from store.db import insert_once
from store.errors import ChangedMeanwhileError, LedgerError, NotFoundError
from store.plan import expectations, section
from store.plan.people import SECTION
from store.rules.calendar.brief_times import local_day
from store.rules.text import REASON_LIMIT, clean, required
from store.scope import people_of, seen_by
from store.tables import (
    Account,
    Commitment,
    OutboxKind,
    Person,
    Proposal,
    ProposalKind,
    ProposalState,
    Side,
    Stakeholder,
    Verb,
    Way,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import ClientLink


class Refusal(StrEnum):
    """The reasons why a form from a page is refused. handlers/clients/words.py says them in the person's language."""

    EMPTY, LONG, DAY, PASSED, FAR, OVER = "empty", "long", "day", "passed", "far", "over"


class RefusedError(LedgerError):
    """A form from a page that cannot be stored."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(f"This form is refused: {why}.")
        self.why = why


# The farthest date that a person may propose.
_FARTHEST = 731
# Of these a person has one at most that waits: another press changes nothing, and another date takes its place.
_ONE_AT_A_TIME = {ProposalKind.DONE, ProposalKind.DATE, ProposalKind.LINK}
_WITH_TEXT = {ProposalKind.DATE, ProposalKind.QUESTION, ProposalKind.COMMITMENT}
_WITH_DAY = {ProposalKind.DATE, ProposalKind.COMMITMENT}


# ---- by the person of theirs ---------------------------------------------------------------------------


def propose(
    tx: Session, link: ClientLink, kind: ProposalKind, *, number: int | None = None, text: str = "",
    due_on: date | None = None, side: Side | None = None, gesture: str, now: datetime,
) -> None:  # fmt: skip
    """Propose from the page of that link, which is locked, and tell the owner here. The same gesture proposes once.

    RefusedError for a form that cannot be stored, and for a commitment that is over or not shared any more.
    """
    person = link.stakeholder
    commitment = shared_item(tx, link, number) if number is not None else None
    if commitment is not None and not commitment.is_open and kind in {ProposalKind.DONE, ProposalKind.DATE}:
        raise RefusedError(Refusal.OVER)
    words = _text(text) if kind in _WITH_TEXT else None
    day = _day(due_on, local_day(now, link.creator.zone)) if kind in _WITH_DAY else None
    known = _waiting(tx, link, kind, commitment)
    if known is not None:
        if (known.text, known.due_on) != (words, day):
            known.text, known.due_on, known.version = words, day, known.version + 1
            tx.flush()
            outbox.request_updates_for(tx, known, (), now)
        return
    values = {
        "workspace_id": link.workspace_id, "account_id": person.account_id, "stakeholder_id": person.id, "kind": kind,
        "commitment_id": commitment.id if commitment else None, "side": side, "text": words, "due_on": day,
        "state": ProposalState.OPEN, "origin_key": f"client:{link.id}:{gesture}", "created_at": now, "version": 1,
    }  # fmt: skip
    _tell(tx, link, commitment, values, now)


def _tell(tx: Session, link: ClientLink, commitment: Commitment | None, values: dict[str, Any], now: datetime) -> None:
    """Keep the proposal with these values, once, and tell the colleague who hears of it."""
    new_id = insert_once(tx, Proposal, values, keys=("workspace_id", "origin_key"))
    to = owner_here(tx, link, commitment) if new_id is not None else None
    if to is not None:
        outbox.enqueue(
            tx, workspace_id=link.workspace_id, key=f"{OutboxKind.PROPOSED}:{new_id}", kind=OutboxKind.PROPOSED,
            now=now, person=to, details={"proposal": new_id or 0},
        )  # fmt: skip


def agree(tx: Session, link: ClientLink, number: int, *, version: int, gesture: str, now: datetime) -> None:
    """Agree from the page of that link, which is locked, to the wording and date that it showed.

    RefusedError if the commitment has changed since, is over, or is not shared any more.
    """
    item, person = shared_item(tx, link, number), link.stakeholder
    viewer = _eyes(tx, link, item)
    try:
        commitments.agree_on_page(
            tx, person, viewer, number, version=version, origin_key=f"client:{link.id}:{gesture}", now=now
        )
    except ChangedMeanwhileError:
        raise RefusedError(Refusal.OVER) from None


def agree_to_expected(
    tx: Session, link: ClientLink, row_id: int, *, version: int, gesture: str, now: datetime
) -> None:  # fmt: skip
    """Agree from the page of that link to the wording of an expectation that it showed. RefusedError as in `agree`."""
    viewer, person, key = _eyes(tx, link, None), link.stakeholder, f"client:{link.id}:{gesture}"
    try:
        row = expectations.agree_on_page(tx, person, viewer, row_id, version=version, origin_key=key, now=now)
    except (ChangedMeanwhileError, NotFoundError):
        raise RefusedError(Refusal.OVER) from None
    if row is not None:
        values = {
            "workspace_id": link.workspace_id, "account_id": person.account_id, "stakeholder_id": person.id,
            "kind": ProposalKind.AGREED, "side": row.side, "text": row.name, "state": ProposalState.CONFIRMED,
            "answered_at": now, "origin_key": key, "created_at": now, "version": 1,
        }  # fmt: skip
        _tell(tx, link, None, values, now)


def _eyes(tx: Session, link: ClientLink, commitment: Commitment | None) -> Person:
    """The colleague who gave them the page; one who has left, or does not see the account, is replaced."""
    creator, account = link.creator, link.stakeholder.account
    is_blind = account.restricted and creator.id not in people_of(tx, [account.id])[account.id]
    if people.is_here(creator) and not is_blind:
        return creator
    return owner_here(tx, link, commitment) or creator


def shared_item(tx: Session, link: ClientLink, number: int) -> Commitment:
    """A commitment on the page of that link. RefusedError if it does not stand there any more."""
    person = link.stakeholder
    found = tx.scalar(
        sa.select(Commitment)
        .where(
            Commitment.workspace_id == person.workspace_id, Commitment.account_id == person.account_id,
            Commitment.number == number, Commitment.internal.is_(False),
        )
        .options(joinedload(Commitment.owner))
    )  # fmt: skip
    if found is None:
        raise RefusedError(Refusal.OVER)
    return found


def owner_here(tx: Session, link: ClientLink, commitment: Commitment | None) -> Person | None:
    """The colleague who hears of it: the owner of the commitment, the one of ours who looks after the person, the
    account's lead, its coach, or the one who made the page; the first of these who is here and sees the account.
    """
    person = link.stakeholder
    account = person.account
    those = [commitment.owner if commitment else None, person.owner, account.owner, account.coach, link.creator]
    team = people_of(tx, [account.id])[account.id] if account.restricted else None
    here = (one for one in those if one is not None and people.is_here(one) and (team is None or one.id in team))
    return next(here, None) or people.first_admin(tx, link.workspace_id, but=link.creator)


def _waiting(tx: Session, link: ClientLink, kind: ProposalKind, commitment: Commitment | None) -> Proposal | None:
    if kind not in _ONE_AT_A_TIME:
        return None
    its = Proposal.commitment_id == commitment.id if commitment else Proposal.commitment_id.is_(None)
    return tx.scalar(
        sa.select(Proposal).where(
            Proposal.workspace_id == link.workspace_id, Proposal.stakeholder_id == link.stakeholder_id,
            Proposal.kind == kind, Proposal.state == ProposalState.OPEN, its,
        )
    )  # fmt: skip


def _text(text: str) -> str:
    words = clean(text, lines=True)
    if not words:
        raise RefusedError(Refusal.EMPTY)
    if len(words) > REASON_LIMIT:
        raise RefusedError(Refusal.LONG)
    return words


def _day(day: date | None, today: date) -> date:
    if day is None:
        raise RefusedError(Refusal.DAY)
    if day < today:
        raise RefusedError(Refusal.PASSED)
    if (day - today).days > _FARTHEST:
        raise RefusedError(Refusal.FAR)
    return day


# ---- by colleagues -------------------------------------------------------------------------------------


def by_ids(tx: Session, viewer: Person, ids: Collection[int]) -> Mapping[int, Proposal]:
    """The proposals of those ids that the viewer sees, by id."""
    if not ids:
        return {}
    found = tx.scalars(_with_people(viewer).where(Proposal.id.in_(list(ids))))
    return {one.id: one for one in found}


def waiting_of(tx: Session, viewer: Person, person: Stakeholder) -> Sequence[Proposal]:
    """The proposals of this person that nobody has answered yet, oldest first."""
    which = Proposal.stakeholder_id == person.id, Proposal.state == ProposalState.OPEN
    return tx.scalars(_with_people(viewer).where(*which).order_by(Proposal.id)).all()


def get(tx: Session, viewer: Person, proposal_id: int, *, to_change: bool = False) -> Proposal:
    """The proposal with its people; with `to_change` locked for this transaction and read anew."""
    query = _with_people(viewer).where(Proposal.id == proposal_id)
    found = next(iter(history.lock(tx, Proposal, query)), None) if to_change else tx.scalar(query)
    if found is None:
        raise NotFoundError("That is not in the ledger any more.")
    return found


def confirm(
    tx: Session, viewer: Person, proposal_id: int, *, version: int, origin_key: str, now: datetime
) -> Proposal:  # fmt: skip
    """Do what the person proposes: it is done, it moves, or it is recorded as a commitment that they see. A date and a
    commitment of their own proposal are agreed.
    """
    found = _begin(tx, viewer, proposal_id, version, origin_key, now)
    if found is None:
        return get(tx, viewer, proposal_id)
    item = found.commitment
    if found.kind == ProposalKind.DONE and item is not None:
        if item.is_open:
            commitments.finish(tx, viewer, item.number, origin_key=origin_key, now=now)
    elif found.kind == ProposalKind.DATE and item is not None and found.due_on is not None:
        if item.due_on != found.due_on:
            why = f"Proposed on the client’s page: {found.text}"[:REASON_LIMIT]
            commitments.move(tx, viewer, item.number, found.due_on, why, version=item.version, origin_key=origin_key,
                             now=now, agreed=_agreement(tx, viewer, found, now))  # fmt: skip
    elif found.kind == ProposalKind.COMMITMENT and found.due_on is not None:
        draft = commitments.Draft(
            " ".join((found.text or "").split()), viewer, found.due_on, found.account, found.stakeholder,
            found.side or Side.OURS, internal=False, agreed=_agreement(tx, viewer, found, now),
        )  # fmt: skip
        made = commitments.record(tx, viewer, draft, origin_key=origin_key, now=now)
        found.commitment_id = made.id
    else:
        raise ChangedMeanwhileError("This needs an answer in words: press “Answer”.")
    return _finish(tx, viewer, found, ProposalState.CONFIRMED, None, origin_key, now)


def _agreement(tx: Session, viewer: Person, found: Proposal, now: datetime) -> Agreement | None:
    """The person agrees to what they propose; None if they have left, or if the words have changed since: those they
    have not proposed.
    """
    today = local_day(now, viewer.zone)
    item = found.commitment
    later = [one for one in history.entries(tx, viewer, item) if one.at >= found.created_at] if item else []
    if found.stakeholder.has_left(today) or any({"action", "side"} & set(one.changes) for one in later):
        return None
    return Agreement(found.stakeholder, today, Way.PAGE)


def answer(
    tx: Session, viewer: Person, proposal_id: int, text: str, *, version: int, origin_key: str, now: datetime
) -> Proposal:  # fmt: skip
    """Answer in words, which the person reads on their page. Nothing else changes."""
    words = required(text, field="reason", what="The answer", limit=REASON_LIMIT, lines=True)
    found = _begin(tx, viewer, proposal_id, version, origin_key, now)
    if found is None:
        return get(tx, viewer, proposal_id)
    return _finish(tx, viewer, found, ProposalState.ANSWERED, words, origin_key, now)


def settle_links(tx: Session, viewer: Person, person: Stakeholder, *, origin_key: str, now: datetime) -> None:
    """A new link was made: that answers the person who asked for one."""
    for one in waiting_of(tx, viewer, person):
        if one.kind == ProposalKind.LINK:
            _finish(tx, viewer, one, ProposalState.CONFIRMED, None, f"{origin_key}:link", now)


def check_right_to(tx: Session, viewer: Person, found: Proposal, now: datetime) -> None:
    """NotAllowedError, naming who can, unless the viewer may change what the proposal is about."""
    if found.commitment is not None:
        check_right(tx, viewer, commitments.get(tx, viewer, found.commitment.number), Verb.EDIT, now)
    else:
        section.check_change(viewer, SECTION, found.account, now, found.stakeholder)


def _begin(
    tx: Session, viewer: Person, proposal_id: int, version: int, origin_key: str, now: datetime
) -> Proposal | None:
    """The proposal, locked and checked; None if this very gesture answered it."""
    found = get(tx, viewer, proposal_id, to_change=True)
    if history.is_repeat(tx, viewer, found, origin_key):
        return None
    check_right_to(tx, viewer, found, now)
    if found.state != ProposalState.OPEN:
        who = found.answerer.name if found.answerer else "A colleague"
        raise ChangedMeanwhileError(f"{who} has answered that meanwhile. Nothing was done twice.")
    if found.version != version:
        raise ChangedMeanwhileError(f"{found.stakeholder.name} has proposed another date meanwhile. Look again.")
    return found


def _finish(
    tx: Session, viewer: Person, found: Proposal, state: ProposalState, words: str | None, origin_key: str,
    now: datetime,
) -> Proposal:  # fmt: skip
    values: dict[str, Any] = {"state": state, "answer": words}
    changes = history.set_fields(found, values)
    found.answered_at, found.answerer_id, found.version = now, viewer.id, found.version + 1
    tx.flush()
    history.save(tx, viewer, found, Verb.ANSWER, changes, people=(), now=now, origin_key=origin_key)
    return get(tx, viewer, found.id, to_change=True)


def _with_people(viewer: Person) -> sa.Select[Proposal]:
    """The proposals that the viewer sees. A commitment that is hidden from them by now is left out of these."""
    return (
        sa.select(Proposal)
        .where(seen_by(Proposal, viewer))
        .options(
            joinedload(Proposal.account).options(joinedload(Account.owner), joinedload(Account.coach)),
            joinedload(Proposal.stakeholder).joinedload(Stakeholder.owner),
            joinedload(Proposal.commitment.and_(seen_by(Commitment, viewer))),
            joinedload(Proposal.answerer),
        )
    )
