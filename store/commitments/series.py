"""Commitments that come again and again: the newest occurrence of a series records the next one, once.

The next one is recorded when the newest has ended or its day has come. Each occurrence stands for itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import agreements, history, outbox, people
from store.commitments.changing import FOLLOWING, UNDO_WITHIN, lock_for_change, save_change
from store.commitments.questions import get
from store.commitments.recording import write_down
from store.errors import BadInputError
from store.history import set_fields
from store.rules.calendar.brief_times import local_day, zone_of
from store.rules.rhythm import Rhythm, next_days
from store.tables import Around, Commitment, CommitmentPerson, Person, State, Verb, Way

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from typing import Any

    from sqlalchemy.orm import Session

    from store.tables import Workspace

# Occurrences in one transaction of `record_due`.
BATCH = 100


def beginning(rhythm: Rhythm | None, due_on: date, owner: Person, now: datetime) -> dict[str, Any]:
    """The columns of the first occurrence, or of a commitment that comes once."""
    if rhythm is None:
        return {"rhythm": None, "series_on": None, "repeat_at": None}
    return _columns(rhythm.begun_on(due_on), due_on, due_on, owner, now)


def rhythm_of(commitment: Commitment) -> Rhythm | None:
    """The rhythm of a series of which this is the newest, as the form offers it."""
    rhythm = Rhythm.read(commitment.rhythm or "") if commitment.repeat_at else None
    return replace(rhythm, day=0) if rhythm else None


def _columns(rhythm: Rhythm, day: date, due_on: date, owner: Person, now: datetime) -> dict[str, Any]:
    # Not while it can be undone: a series that was taken back has no second occurrence.
    starts = datetime.combine(due_on, time.min, zone_of(owner.zone)).astimezone(UTC)
    return {"rhythm": str(rhythm), "series_on": day, "repeat_at": max(starts, now + UNDO_WITHIN)}


def record_next(tx: Session, commitment: Commitment, workspace: Workspace, now: datetime) -> None:
    """Record the next occurrence after this one, whose row is locked, unless it has one or the series has ended.

    Owner, account, side, client's person, note, helpers and the row of the plan that it serves go on; an owner who has
    accepted has accepted the next one, and a client who has agreed to the series has agreed to it. Only our team sees
    it, until a colleague shares it.
    There is no notice of its own: the owner's brief mentions it when it is due.
    """
    rhythm = Rhythm.read(commitment.rhythm or "")
    if commitment.repeat_at is None or commitment.series_on is None or rhythm is None:
        return
    owner, works = commitment.owner, people.working_days(commitment.owner, workspace)
    day, due_on = next_days(rhythm, commitment.series_on, local_day(now, owner.zone), works)
    values = {
        "workspace_id": commitment.workspace_id, "side": commitment.side, "state": State.OPEN,
        "action": commitment.action, "first_action": commitment.action, "due_on": due_on, "first_due_on": due_on,
        "owner_id": owner.id, "creator_id": commitment.creator_id, "internal": True,
        "account_id": commitment.account_id, "stakeholder_id": commitment.stakeholder_id, "note": commitment.note,
        **{name: getattr(commitment, name) for name in agreements.COLUMNS},
        **(agreements.again(commitment, local_day(now, owner.zone)) if commitment.agreed_how == Way.PAGE else {}),
        "serves_kind": commitment.serves_kind, "serves_id": commitment.serves_id,
        "origin_key": f"{FOLLOWING}{commitment.id}", "created_at": now,
        "accepted_at": now if commitment.accepted_at else None, "slips": 0, "version": 1,
        **_columns(rhythm, day, due_on, owner, now),
    }  # fmt: skip
    added = write_down(tx, values)
    commitment.repeat_at = None
    if added is None:
        return
    commitment.next_number, commitment.next_on = added["number"], due_on
    following = Commitment(**values, **added)
    changes = {"follows": [None, commitment.number]}
    history.append(tx, commitment.creator, following, Verb.REPEAT, changes, now=now, origin_key=following.origin_key)
    _copy_helpers(tx, commitment, following)
    concerned = {commitment.creator_id, owner.id}
    outbox.mark_homes(tx, commitment.workspace_id, concerned, now, account_id=commitment.account_id)


def _copy_helpers(tx: Session, before: Commitment, after: Commitment) -> None:
    row = CommitmentPerson
    helpers = sa.select(row.workspace_id, sa.literal(after.id), row.person_id, row.part, row.waits).where(
        row.commitment_id == before.id, row.part == Around.HELPER
    )
    columns = ["workspace_id", "commitment_id", "person_id", "part", "waits"]
    tx.execute(sa.insert(row).from_select(columns, helpers))


def record_due(tx: Session, now: datetime, *, workspaces: Collection[int] | None = None) -> int | None:
    """Record the next occurrence after at most BATCH newest ones whose day has come. Returns how many; None if there is
    none. On PostgreSQL rows that another process has locked are skipped; on SQLite there is one writer.
    """
    due = list(
        tx.scalars(
            sa.select(Commitment)
            .where(
                Commitment.repeat_at <= now,
                sa.true() if workspaces is None else Commitment.workspace_id.in_(list(workspaces)),
            )
            .order_by(Commitment.repeat_at)
            .limit(BATCH)
            .options(joinedload(Commitment.owner), joinedload(Commitment.creator).joinedload(Person.workspace))
            .with_for_update(of=Commitment, skip_locked=True, key_share=True)
        )
    )
    # In one order everywhere: the counters of the workspaces are locked on the way.
    for one in sorted(due, key=lambda one: (one.workspace_id, one.id)):
        record_next(tx, one, one.creator.workspace, now)
    tx.flush()
    return len(due) or None


def end_series(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """Record no further occurrence of the series of `number`, which is any of its commitments. Returns the newest,
    which stays as it is.
    """
    newest, older = get(tx, viewer, number), []
    while newest.repeat_at is None and newest.next_number is not None:
        older.append(newest)
        newest = get(tx, viewer, newest.next_number)
    number = newest.number
    commitment = lock_for_change(tx, viewer, number, Verb.END_SERIES, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    if commitment.repeat_at is None:
        raise BadInputError(f"No series goes on from #{number}.")
    for one in older:
        # Its button would end nothing.
        one.rhythm = None
    changes = set_fields(commitment, {"rhythm": None, "repeat_at": None})
    return save_change(tx, viewer, commitment, Verb.END_SERIES, changes, now, origin_key, progress=False)
