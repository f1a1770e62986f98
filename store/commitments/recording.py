"""How a new commitment gets its number and its row, and the limit to how many a person records.

All recordings of a workspace wait for one counter row, so it is locked last: what follows the lock is few statements
and the commit.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.db import insert_once
from store.errors import TooFastError
from store.tables import Commitment, Person, Workspace, core

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_COMMITMENTS = core(Commitment)
# The unique key that lets a gesture record once.
_GESTURE = ("workspace_id", "origin_key")

# Nobody writes more within a minute by hand. It keeps a script or a stuck key from filling colleagues' mornings.
AT_MOST, WITHIN = 30, timedelta(minutes=1)
# As many of the newest commitments of the workspace are looked at; it takes five a second to go unnoticed among them.
_NEWEST = 300


def check_pace(tx: Session, viewer: Person, recorded: Commitment, now: datetime) -> None:
    """Called in the transaction that has just recorded it. TooFastError, which leaves nothing of it, if the viewer has
    recorded more than AT_MOST within a minute.
    """
    of_workspace = _COMMITMENTS.c.workspace_id == viewer.workspace_id
    before = of_workspace, _COMMITMENTS.c.number == recorded.number - AT_MOST
    since, earlier = now - WITHIN, tx.scalar(sa.select(_COMMITMENTS.c.created_at).where(*before))
    if earlier is None or earlier <= since:
        # In the whole workspace there were not so many.
        return
    count = tx.scalar(
        sa.select(sa.func.count()).where(
            of_workspace,
            _COMMITMENTS.c.number > recorded.number - _NEWEST,
            _COMMITMENTS.c.creator_id == viewer.id,
            _COMMITMENTS.c.created_at > since,
        )
    )
    if count is not None and count > AT_MOST:
        raise TooFastError(
            f"You have recorded {AT_MOST} commitments within a minute. Wait a minute, then record this one."
        )


def write_down(tx: Session, values: dict[str, Any]) -> dict[str, int] | None:
    """Writes the row of a commitment. Returns what the database has added, `id` and `number`; None if this gesture has
    recorded before.
    """
    own = Workspace.id == values["workspace_id"]
    # Locks the counter. A gesture that was recorded before takes no number.
    number = sa.select(Workspace.next_number).where(own).with_for_update(key_share=True).scalar_subquery()
    commitment_id = insert_once(tx, Commitment, {**values, "number": number}, keys=_GESTURE)
    if commitment_id is None:
        return None
    count = sa.update(Workspace).where(own).values(next_number=Workspace.next_number + 1)
    following: int = tx.execute(
        count.returning(Workspace.next_number).execution_options(synchronize_session=False)
    ).scalar_one()
    return {"id": commitment_id, "number": following - 1}
