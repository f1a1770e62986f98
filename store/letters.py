"""Letters to the client's people: what they may hold, their words, and when a person has sent them.

The ledger keeps each letter as it was written. Sending happens outside: a person says that they have sent it, and the
history of its subject (a meeting, a review, or the reader) keeps when and which words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from store import commitments, history, people, reviews
from store.db import insert_once
from store.errors import ChangedMeanwhileError, NotAllowedError, NotFoundError
from store.plan import expectations, meetings, section
from store.plan import people as stakeholders
from store.reviews.session import ALWAYS
from store.rules.calendar.brief_times import zone_of
from store.rules.text import NAME_LIMIT, NOTE_LIMIT, keeping_isolates, one_line, required
from store.scope import seen_by
from store.tables import (
    About,
    Account,
    Commitment,
    Expectation,
    Held,
    Language,
    Letter,
    Meeting,
    MeetingPerson,
    Review,
    Sharing,
    Stakeholder,
    State,
    Verb,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

# Commitments that a letter may hold: more are no follow-up, but an archive.
_MOST = 40


@dataclass(frozen=True)
class Occasion:
    """The subject of a letter: the `row`, the day of a meeting or review, and the people of theirs who were there, or
    the one whom the letter is about.
    """

    kind: About
    row: Meeting | Review | Stakeholder
    day: date | None
    readers: Sequence[Stakeholder]

    @property
    def account(self) -> Account:
        return self.row.account


@dataclass(frozen=True)
class Agreed:
    """The commitments that a letter may hold, because the client may see them; `withheld` counts those of our team.
    `ended`: those that a review terminated. `expected`: the expectations of both sides in the plan with a person.
    """

    shareable: Sequence[Commitment]
    withheld: int
    ended: Sequence[Commitment] = ()
    expected: Sequence[Expectation] = ()


@dataclass(frozen=True)
class Written:
    """How many meetings of an account were `held`, and how many of them a sent letter `followed`."""

    held: int
    followed: int

    @property
    def score(self) -> int:
        """The answer to the self-check's question whether we follow up in writing: 0 (never) to 4 (always)."""
        return ALWAYS * self.followed // self.held if self.held else 0


# ---- questions -----------------------------------------------------------------------------------------


def occasion(tx: Session, viewer: Person, kind: str, row_id: int) -> Occasion:
    """The subject of that kind and id. NotFoundError if the viewer sees none, or if it is no subject of a letter."""
    if kind == About.MEETING:
        meeting = section.get(tx, viewer, meetings.SECTION, row_id)
        return Occasion(About.MEETING, meeting, meeting.day, _living(tx, viewer, meeting.stakeholder_ids))
    if kind == About.REVIEW:
        review = reviews.get(tx, viewer, row_id)
        there = [one.stakeholder_id for one in reviews.people_of(tx, review) if one.stakeholder_id is not None]
        at = review.closed_at or review.opened_at or review.starts_at
        day = at.astimezone(zone_of(review.zone)).date() if at is not None else None
        return Occasion(About.REVIEW, review, day, _living(tx, viewer, there))
    if kind == About.STAKEHOLDER:
        reader = section.get(tx, viewer, stakeholders.SECTION, row_id)
        return Occasion(About.STAKEHOLDER, reader, None, [reader])
    raise NotFoundError("A letter follows up a meeting, a review, or a person of the client.")


def _living(tx: Session, viewer: Person, ids: Sequence[int]) -> list[Stakeholder]:
    """The people of those ids who are in use, in that order."""
    found = section.by_ids(tx, viewer, stakeholders.SECTION, ids)
    return [found[one] for one in dict.fromkeys(ids) if one in found and found[one].archived_at is None]


def agreed(tx: Session, viewer: Person, about: Occasion) -> Agreed:
    """The commitments of the occasion that a letter may hold: those that serve the meeting, those of the review, or the
    open ones with the person, and their expectations. Those that were cancelled are left out, unless a review decided
    it.
    """
    ended: list[Commitment] = []
    expected: Sequence[Expectation] = ()
    if isinstance(about.row, Review):
        decisions = reviews.decisions(tx, viewer, about.row)
        found = [one.commitment for one in decisions]
        ended = [one.commitment for one in decisions if one.verdict == Verdict.TERMINATE]
    elif isinstance(about.row, Meeting):
        found = list(commitments.serving_row(tx, viewer, about.row, size=_MOST).items)
    else:
        page = commitments.with_stakeholder(tx, viewer, about.row, size=_MOST)
        found = [one for one in page.items if one.is_open]
        expected = _expected(tx, viewer, about.row)
    live = [one for one in found if one.state != State.CANCELLED]
    shareable = [one for one in live if not one.internal]
    ended = [one for one in ended if one.state == State.CANCELLED and not one.internal]
    ordered = sorted(shareable, key=lambda one: (one.due_on, one.id))
    return Agreed(ordered[:_MOST], len(live) - len(shareable), ended[:_MOST], expected)


def _expected(tx: Session, viewer: Person, reader: Stakeholder) -> Sequence[Expectation]:
    """The expectations in the relationship plan with the reader that they may see."""
    which = [
        seen_by(Expectation, viewer), Expectation.stakeholder_id == reader.id, Expectation.archived_at.is_(None),
        Expectation.sharing == Sharing.SHAREABLE,
    ]  # fmt: skip
    query = section.with_people(expectations.SECTION).where(*which).order_by(Expectation.id)
    return tx.scalars(query).all()


def get(tx: Session, viewer: Person, letter_id: int, *, to_change: bool = False) -> Letter:
    """The letter with its reader; NotFoundError if the viewer sees none of that id."""
    query = _visible(viewer).where(Letter.id == letter_id)
    found = tx.scalar(query.with_for_update(of=Letter) if to_change else query)
    if found is None:
        raise NotFoundError("That letter is not in the ledger. Please look at the account again.")
    return found


def sent_about(tx: Session, viewer: Person, kind: str, row_id: int, *, size: int) -> Sequence[Letter]:
    """The letters about a subject that were sent, the newest first; about a person also all that went to them."""
    about = sa.and_(Letter.about_kind == kind, Letter.about_id == row_id)
    which = sa.or_(about, Letter.stakeholder_id == row_id) if kind == About.STAKEHOLDER else about
    query = _visible(viewer).where(which, Letter.sent_at.is_not(None))
    return tx.scalars(query.order_by(Letter.sent_at.desc(), Letter.id.desc()).limit(size)).all()


def since_last_review(tx: Session, viewer: Person, account: Account) -> Written:
    """The meetings since the last review that was held, with that review; all of them, if none was."""
    last = reviews.last_held(tx, viewer, account)
    of_theirs = sa.exists().where(MeetingPerson.meeting_id == Meeting.id, MeetingPerson.stakeholder_id.is_not(None))
    met = [
        seen_by(Meeting, viewer), Meeting.account_id == account.id, Meeting.state == Held.HELD,
        Meeting.archived_at.is_(None), of_theirs,
    ]  # fmt: skip
    held, followed = 0, 0
    if last is not None and last.closed_at is not None:
        met.append(Meeting.day > last.closed_at.astimezone(zone_of(last.zone)).date())
        held, followed = 1, bool(sent_about(tx, viewer, About.REVIEW, last.id, size=1))
    sent = sa.exists().where(
        Letter.about_kind == About.MEETING, Letter.about_id == Meeting.id, Letter.sent_at.is_not(None)
    )  # fmt: skip
    counts = sa.select(sa.func.count(), sa.func.count().filter(sent)).select_from(Meeting).where(*met)
    all_of_them, with_letter = tx.execute(counts).one()
    return Written(held + all_of_them, followed + with_letter)


def _visible(viewer: Person) -> sa.Select[Letter]:
    """The letters to people whom the viewer sees."""
    return (
        sa.select(Letter)
        .join(Letter.stakeholder)
        .where(Letter.workspace_id == viewer.workspace_id, seen_by(Stakeholder, viewer))
        .options(
            contains_eager(Letter.stakeholder).options(
                joinedload(Stakeholder.account).options(joinedload(Account.owner), joinedload(Account.coach)),
                joinedload(Stakeholder.owner),
            ),
            joinedload(Letter.author),
            joinedload(Letter.sender),
        )
    )


# ---- rights --------------------------------------------------------------------------------------------


def check_right(viewer: Person, reader: Stakeholder, about: Occasion | None, now: datetime) -> None:
    """NotAllowedError, naming who can, if the viewer may not write to this person: the parties of the account, the one
    of ours responsible for the person, the owner of the meeting, and admins may.
    """
    row = about.row if about is not None and isinstance(about.row, Meeting) else reader
    if section.is_party(viewer, reader.account, row) or viewer.id == reader.owner_id:
        return
    if people.acts_as_admin(viewer, now):
        return
    account = reader.account
    parts = [(account.owner, f"who leads {account.name}"), (account.coach, "the coach"), (reader.owner, "responsible")]
    named = people.here_with_parts(parts)
    raise NotAllowedError(f"Only {', '.join(named)} or a workspace admin can write to {reader.name}. You can ask them.")


# ---- verbs ---------------------------------------------------------------------------------------------


def write(
    tx: Session, viewer: Person, about: Occasion, reader: Stakeholder, language: Language, *,
    subject: str, body: str, origin_key: str, now: datetime,
) -> Letter:  # fmt: skip
    """Keep a letter in these words. The same gesture writes one letter, however often it comes."""
    check_right(viewer, reader, about, now)
    values: dict[str, Any] = {
        "workspace_id": viewer.workspace_id, "stakeholder_id": reader.id, "about_kind": about.kind,
        "about_id": about.row.id, "language": language, "author_id": viewer.id, "created_at": now,
        "subject": one_line(required(subject, field="letter_subject", what="The subject", limit=2 * NAME_LIMIT)),
        "body": keeping_isolates(_cleaned_body, body),
        "origin_key": origin_key,
    }  # fmt: skip
    new_id = insert_once(tx, Letter, values, keys=("workspace_id", "origin_key"))
    if new_id is not None:
        return get(tx, viewer, new_id)
    return tx.scalars(_visible(viewer).where(Letter.origin_key == origin_key)).one()


def _cleaned_body(text: str) -> str:
    return required(text, field="letter_body", what="The letter", limit=NOTE_LIMIT, lines=True)


def mark_sent(tx: Session, viewer: Person, letter_id: int, *, origin_key: str, now: datetime) -> Letter:
    """Keep that the viewer has sent the letter in these words. ChangedMeanwhileError, with who was first, if another
    person has said so before.
    """
    # The subject is locked first: its history has the entry.
    found = get(tx, viewer, letter_id)
    subject = _locked(tx, viewer, found)
    found = get(tx, viewer, letter_id, to_change=True)
    if history.is_repeat(tx, viewer, subject, origin_key):
        return found
    check_right(viewer, found.stakeholder, None, now)
    tx.refresh(found, ["sent_at", "sender_id"])
    if found.sent_at is not None:
        who = people.get(tx, found.sender_id or 0).name
        raise ChangedMeanwhileError(f"{who} has marked this letter as sent already. Nothing was done twice.")
    found.sent_at, found.sender_id = now, viewer.id
    subject.version += 1
    tx.flush()
    history.save(
        tx, viewer, subject, Verb.SEND, {"letter": [None, found.id]}, people=(), now=now, origin_key=origin_key
    )  # fmt: skip
    tx.expire(found)
    return get(tx, viewer, letter_id)


def _locked(tx: Session, viewer: Person, letter: Letter) -> Meeting | Review | Stakeholder:
    """The subject of the letter, locked; its reader, if the subject was merged away."""
    if letter.about_kind == About.MEETING:
        return section.get(tx, viewer, meetings.SECTION, letter.about_id, to_change=True)
    if letter.about_kind == About.REVIEW:
        return reviews.get(tx, viewer, letter.about_id, to_change=True)
    return section.get(tx, viewer, stakeholders.SECTION, letter.stakeholder_id, to_change=True)
