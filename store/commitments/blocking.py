"""Obstacles of a commitment: a blocker with a reason and the day until which they need, or the owner's snooze."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store import people
from store.commitments.changing import check_due, check_team, lock_for_change, save_change, tell
from store.commitments.questions import get
from store.errors import BadInputError
from store.history import set_fields
from store.rules.calendar.brief_times import local_day
from store.rules.text import REASON_LIMIT, optional, required
from store.tables import Commitment, Person, State, Verb

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

# The fields of a commitment that nothing blocks.
UNBLOCKED = {"state": State.OPEN, "blocked_by": None, "blocker_id": None, "blocked_until": None}


def block(
    tx: Session, viewer: Person, number: int, blocked_by: str, blocker: Person | None = None, *, version: int,
    origin_key: str, now: datetime,
) -> Commitment:  # fmt: skip
    """Mark the commitment as blocked, with the reason, and with the colleague who is in the way if there is one."""
    blocked_by = required(blocked_by, field="reason", what="What blocks it", limit=REASON_LIMIT, lines=True)
    commitment = lock_for_change(tx, viewer, number, Verb.BLOCK, version=version, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    if blocker is not None and blocker.id == commitment.owner_id:
        raise BadInputError(f"{blocker.name} owns it. Name whoever they wait for, or leave it empty.", field="blocker")
    if blocker is not None:
        check_team(tx, commitment, [blocker], field="blocker")
    wanted = {
        "state": State.BLOCKED, "blocked_by": blocked_by, "blocker_id": blocker.id if blocker else None,
        "blocked_until": None,
    }  # fmt: skip
    changes = set_fields(commitment, wanted)
    return save_change(tx, viewer, commitment, Verb.BLOCK, changes, now, origin_key, blocked_by)


def unblock(tx: Session, viewer: Person, number: int, *, origin_key: str, now: datetime) -> Commitment:
    """Mark the commitment as open again: by those who may change it, or by the colleague for whom it waits."""
    commitment = lock_for_change(tx, viewer, number, Verb.UNBLOCK, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    by_blocker = commitment.blocker_id == viewer.id
    changes = set_fields(commitment, UNBLOCKED)
    commitment = save_change(tx, viewer, commitment, Verb.UNBLOCK, changes, now, origin_key)
    if by_blocker and commitment.owner_id != viewer.id:
        tell(tx, commitment, commitment.owner, viewer, origin_key, now)
    return commitment


def need_until(
    tx: Session, viewer: Person, number: int, until: date, reason: str | None, *, origin_key: str, now: datetime
) -> Commitment:
    """The colleague for whom a blocked commitment waits says until when they need. The due date stays.

    BadInputError at `until` for a day that has passed.
    """
    reason = optional(reason, field="reason", what="The reason", limit=REASON_LIMIT, lines=True)
    commitment = lock_for_change(tx, viewer, number, Verb.NEED_UNTIL, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    until = check_due(until, viewer, now, field="until")
    changes = set_fields(commitment, {"blocked_until": until})
    # It is said as a comment is: no progress, and news for those who wait.
    set_fields(commitment, {"comment": reason, "commented_at": now, "commenter_id": viewer.id})
    save_change(tx, viewer, commitment, Verb.NEED_UNTIL, changes, now, origin_key, reason, progress=False)
    if commitment.owner_id != viewer.id:
        tell(tx, commitment, commitment.owner, viewer, origin_key, now)
    return commitment


def snooze(tx: Session, viewer: Person, number: int, until: date, *, origin_key: str, now: datetime) -> Commitment:
    """Mention the commitment to its owner from day `until` on, and not before. The due date stays.

    A snooze is no progress. BadInputError at `until` for a day after `latest_snooze`.
    """
    commitment = lock_for_change(tx, viewer, number, Verb.SNOOZE, version=None, origin_key=origin_key, now=now)
    if commitment is None:
        return get(tx, viewer, number)
    today = local_day(now, viewer.zone)
    if until <= today:
        raise BadInputError("Choose a day after today; until then you don't hear of it.", field="until")
    last = latest_snooze(commitment, viewer, today)
    if until > last:
        said = f"{last:%A} {last.day} {last:%B %Y}"
        raise BadInputError(
            f"It can rest until {said}, the day it is due. “New date” moves the due date itself."
            if last == commitment.due_on
            else f"It can rest for one working day, until {said}. “New date” moves the due date itself.",
            field="until",
        )
    changes = set_fields(commitment, {"quiet_until": until})
    if not changes:
        return commitment
    return save_change(tx, viewer, commitment, Verb.SNOOZE, changes, now, origin_key, progress=False)


def latest_snooze(commitment: Commitment, owner: Person, today: date) -> date:
    """The last day for a snooze: the due date; from then on the next working day."""
    return max(commitment.due_on, people.working_days(owner).next_after(today))
