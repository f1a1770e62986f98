"""Several commitments of one gesture: recorded together or not at all, and taken back together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import history
from store.commitments.changing import UNDO_WITHIN, may_undo
from store.commitments.questions import get
from store.commitments.recording import check_pace
from store.commitments.verbs import record, undo
from store.errors import BadInputError, BadInputsError, NotAllowedError
from store.rules.transitions import PAST
from store.tables import Commitment, Entry, Subject, Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.commitments.verbs import Draft
    from store.tables import Person

# As many of the newest entries of the ledger are looked at for a person's last step; more are not written within the
# ten minutes in which it can be undone.
_NEWEST = 5_000


def record_several(
    tx: Session, viewer: Person, drafts: Mapping[str, Draft], *, refused: Mapping[str, str], origin_key: str,
    now: datetime,
) -> list[Commitment]:  # fmt: skip
    """Record all drafts, in their order. The same gesture delivered twice gives the commitments it recorded first.

    Their numbers follow each other: the first takes the workspace's counter until the transaction ends. BadInputsError
    at "name.field" for each draft, named by its key, that cannot be recorded, and for those `refused` already;
    TooFastError as in `check_pace`.
    """
    recorded, refused = [], dict(refused)
    for name, draft in drafts.items():
        try:
            recorded.append(record(tx, viewer, draft, origin_key=f"{origin_key}:{name}", now=now))
        except BadInputError as error:
            refused[f"{name}.{error.field}"] = error.words
    if refused:
        raise BadInputsError(refused)
    check_pace(tx, viewer, recorded[-1], now)
    return recorded


def undo_several(
    tx: Session, viewer: Person, numbers: Sequence[int], *, origin_key: str, now: datetime
) -> list[Commitment]:
    """Take back those that may still be taken back; NotAllowedError if none may."""
    found = [get(tx, viewer, number, to_change=True) for number in sorted(numbers)]
    again = any(history.is_repeat(tx, viewer, one, origin_key) for one in found)
    fresh = [one for one in found if may_undo(tx, viewer, one, now)]
    if not fresh and not again:
        raise NotAllowedError(
            "They can't be undone any more: only their creator can, within ten minutes and before anything happened to"
            " them. “Cancel” ends each with a reason."
        )
    return [undo(tx, viewer, one.number, origin_key=origin_key, now=now) for one in fresh]


def undo_last(tx: Session, viewer: Person, *, origin_key: str, now: datetime) -> list[Commitment]:
    """Take back what the viewer's last gesture recorded; NotAllowedError if it recorded nothing, or it is too late."""
    last = tx.execute(_own_entries(viewer).order_by(Entry.id.desc()).limit(1)).first()
    if last is None or now - last.at > UNDO_WITHIN:
        raise NotAllowedError(
            "There is nothing to undo: you have recorded nothing in the last ten minutes. /commit cancel 17 ends a"
            " commitment with a reason."
        )
    if last.verb != Verb.RECORD and last.origin_key != origin_key:
        raise NotAllowedError(
            f"Your last step can't be undone: you {PAST[last.verb]} (#{last.number}). Only a recording can, within ten"
            f" minutes. /commit {last.number} shows it, with its buttons."
        )
    gesture = str(last.origin_key).partition(":row.")[0]
    rows = tx.execute(_own_entries(viewer).where(Entry.origin_key.startswith(gesture, autoescape=True)))
    numbers = {row.number for row in rows if row.origin_key.partition(":row.")[0] == gesture}
    if len(numbers) == 1:
        return [undo(tx, viewer, numbers.pop(), origin_key=origin_key, now=now)]
    undo_several(tx, viewer, sorted(numbers), origin_key=origin_key, now=now)
    return [get(tx, viewer, number) for number in sorted(numbers)]


def _own_entries(viewer: Person) -> sa.Select[datetime, Verb, str | None, int]:
    """The viewer's entries about commitments, among the newest of the ledger."""
    newest = sa.select(sa.func.max(Entry.id)).scalar_subquery()
    return (
        sa.select(Entry.at, Entry.verb, Entry.origin_key, Commitment.number)
        .join(Commitment, Commitment.id == Entry.subject_id)
        .where(
            Entry.id > newest - _NEWEST,
            Entry.workspace_id == viewer.workspace_id,
            Entry.actor_id == viewer.id,
            Entry.client_id.is_(None),
            Entry.subject_kind == Subject.COMMITMENT,
            Entry.verb != Verb.REPEAT,
        )
    )
