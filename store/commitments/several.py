"""Several commitments of one gesture: recorded together or not at all, and taken back together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import history
from store.commitments.changing import may_undo
from store.commitments.questions import get
from store.commitments.recording import check_pace
from store.commitments.verbs import record, undo
from store.errors import BadInputError, BadInputsError, NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.commitments.verbs import Draft
    from store.tables import Commitment, Person


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
