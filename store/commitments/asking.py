"""People around a commitment: they help with it, ask its owner how it stands, and follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import absences, people
from store.commitments.changing import check_team, check_verb, lock_for_change, save_change, tell
from store.commitments.questions import get
from store.commitments.relations import relations
from store.db import insert_once
from store.errors import BadInputError
from store.rules.calendar.brief_times import local_day
from store.rules.permissions import Relation
from store.tables import Around, CommitmentPerson, Person, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Commitment

_KEYS = ("commitment_id", "person_id", "part")


def ask(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """Ask the owner how it stands. The next thing that another person says or does about it is the answer.

    Once on a local day of the viewer: the row of the asker decides.
    """
    commitment = lock_for_change(tx, viewer, number, Verb.ASK, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    owner = commitment.owner
    if not people.is_here(owner):
        raise BadInputError(f"{owner.name} is no member here any more, so nobody answers for #{number}.")
    to = _who_answers(tx, viewer, owner, number, now)
    today = local_day(now, viewer.zone)
    asked = {"asked_on": today, "waits": True}
    if insert_once(tx, CommitmentPerson, _row(viewer, commitment, Around.ASKER, now) | asked, keys=_KEYS) is None:
        its = _is_row(viewer, commitment, Around.ASKER)
        tx.execute(sa.update(CommitmentPerson).where(*its).values(**asked))
    save_change(tx, viewer, commitment, Verb.ASK, {}, now, origin_key, progress=False)
    if to.id != viewer.id:
        tell(tx, commitment, to, viewer, origin_key, now)
    return commitment


def _who_answers(tx: Session, viewer: Person, owner: Person, number: int, now: datetime) -> Person:
    """The owner, or the stand-in of one who is away. BadInputError, with the day of the return, if nobody stands in."""
    today = local_day(now, owner.zone)
    away = absences.coming(tx, owner, today=today)
    if away is None or away.first_day > today:
        return owner
    stand_in = absences.delegate_on(tx, owner, today)
    if stand_in is None:
        back = people.working_days(owner, viewer.workspace).next_after(away.last_day)
        raise BadInputError(
            f"{owner.name} is away, and nobody stands in. They are back on {back:%A} {back.day} {back:%B}: ask them"
            f" then, or follow #{number}."
        )
    return stand_in


def follow(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """The viewer reads in their briefs what becomes of it."""
    del origin_key
    commitment = get(tx, viewer, number)
    if Relation.FOLLOWER not in relations(tx, viewer, [commitment], now)[commitment.id]:
        check_verb(tx, viewer, commitment, Verb.FOLLOW, now)
        insert_once(tx, CommitmentPerson, _row(viewer, commitment, Around.FOLLOWER, now), keys=_KEYS)
    return commitment


def unfollow(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """The end of `follow`."""
    del origin_key, now
    commitment = get(tx, viewer, number)
    tx.execute(sa.delete(CommitmentPerson).where(*_is_row(viewer, commitment, Around.FOLLOWER)))
    return commitment


def set_helpers(
    tx: Session, viewer: Person, number: int, helpers: Iterable[Person], *, origin_key: str, now: datetime
) -> Commitment:
    """Make these colleagues the helpers, beside its owner. New ones are told; none of them is chased."""
    commitment = lock_for_change(tx, viewer, number, Verb.HELP, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    before = {one.id: one for one in _of_part(tx, commitment, Around.HELPER)}
    after = {one.id: one for one in helpers if one.id != commitment.owner_id}
    check_team(tx, commitment, after.values(), field="helpers")
    for person in (one for one in after.values() if one.id not in before):
        insert_once(tx, CommitmentPerson, _row(person, commitment, Around.HELPER, now), keys=_KEYS)
        gesture = f"{origin_key}:{person.id}"
        save_change(tx, viewer, commitment, Verb.HELP, {"helper_id": [None, person.id]}, now, gesture, progress=False)
        if person.id != viewer.id:
            tell(tx, commitment, person, viewer, gesture, now)
    for person in (one for one in before.values() if one.id not in after):
        tx.execute(sa.delete(CommitmentPerson).where(*_is_row(person, commitment, Around.HELPER)))
        changes = {"helper_id": [person.id, None]}
        save_change(tx, viewer, commitment, Verb.HELP, changes, now, f"{origin_key}:{person.id}", progress=False)
    return commitment


def is_waiting(tx: Session, person: Person, commitment: Commitment) -> bool:
    """Whether the person has asked, and has no answer yet."""
    waits = *_is_row(person, commitment, Around.ASKER), CommitmentPerson.waits
    return tx.scalar(sa.select(sa.exists().where(*waits))) is True


def helpers_of(tx: Session, viewer: Person, commitment: Commitment) -> list[Person]:
    """The helpers who are here, by name."""
    if commitment.workspace_id != viewer.workspace_id:
        return []
    found = _of_part(tx, commitment, Around.HELPER)
    return sorted((one for one in found if people.is_here(one)), key=lambda one: (one.name, one.id))


def _of_part(tx: Session, commitment: Commitment, part: Around) -> Sequence[Person]:
    row = CommitmentPerson
    its = row.commitment_id == commitment.id, row.part == part, Person.id != commitment.owner_id
    return tx.scalars(sa.select(Person).join(row, row.person_id == Person.id).where(*its)).all()


def _row(person: Person, commitment: Commitment, part: Around, now: datetime) -> dict[str, object]:
    return {
        "workspace_id": commitment.workspace_id, "commitment_id": commitment.id, "person_id": person.id, "part": part,
        "since": now,
    }  # fmt: skip


def _is_row(viewer: Person, commitment: Commitment, part: Around) -> tuple[sa.ColumnElement[bool], ...]:
    row = CommitmentPerson
    return row.commitment_id == commitment.id, row.person_id == viewer.id, row.part == part
