"""The choice of the row that is sent next: pace, fairness between workspaces and order for each recipient.

The protocol and its reasons: docs/decisions/0005-delivery.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from store.db import UtcDateTime
from store.tables import Outbox, OutboxKind, OutboxState, Workspace, core

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

# How long a claim excludes others: longer than any attempt (HTTP timeout 10 s) can take.
LEASE = timedelta(seconds=120)
# 240 posts a minute and workspace: what Slack tolerates of an app for long ("several hundred").
PACE = timedelta(seconds=0.25)
# The longest time for which a workspace is held up at once. A longer Retry-After of Slack's is asked for again.
LONGEST_HOLD = timedelta(minutes=5)
# A workspace that is held up further ahead than this was served by a clock that was wrong.
_CLOCK_WAS_AHEAD = 2 * LONGEST_HOLD

_ROWS, _WORKSPACES = core(Outbox), core(Workspace)
# The row that has waited longest. Of rows that became due at the same instant, as all briefs of a morning do, the first
# one.
_LONGEST = _ROWS.c.not_before, _ROWS.c.id


@dataclass(frozen=True)
class Claimed:
    """A row taken by this worker. `attempt` fences its writes; `unknown_since` says that an earlier attempt
    may have reached Slack, which must be looked up before posting; `posted` that it is an update.
    """

    id: int
    attempt: int
    kind: OutboxKind
    unknown_since: datetime | None
    posted: bool


def claim(
    tx: Session,
    now: datetime,
    *,
    workspaces: Collection[int] | None = None,
    pace: timedelta = PACE,
    lease: timedelta = LEASE,
) -> Claimed | None:
    """Take the next row that is due, from the workspace that has waited longest; None if nothing is due.

    Pacing (`pace` between two posts to a workspace), fairness and order are decided here: nobody gets a message while
    an earlier one to them is on its way or undecided. Nobody else takes the row within the `lease`. `workspaces` are
    those that the caller has a token for, by id; None: every one.
    """
    given = {
        "now": now, "every": workspaces is None, "served": list(workspaces or ()),
        "ahead": now + _CLOCK_WAS_AHEAD,
    }  # fmt: skip
    # Locked first, so that no other claim looks for a row of this workspace until ours is committed.
    free = tx.execute(_FREE, given).first()
    oldest = tx.execute(_OLDEST, given | {"of": free.id}).first() if free else None
    if free is None or oldest is None:
        return None
    # A look that came a moment late does not slow down the whole row of posts.
    began = free.next_post_at if timedelta() <= now - free.next_post_at < pace else now
    tx.execute(_PACED, {"of": free.id, "at": began + pace})
    tx.execute(_TAKEN, {"row": oldest.id, "at": now, "until": now + lease})
    is_undecided, is_posted = oldest.state == OutboxState.SENDING, oldest.state == OutboxState.SENT
    unknown_since = oldest.first_try_at if is_undecided else None
    return Claimed(oldest.id, oldest.attempts + 1, oldest.kind, unknown_since, posted=is_posted)


def next_chance(tx: Session, now: datetime, *, workspaces: Collection[int] | None = None) -> datetime | None:
    """When `claim` may find something there at the earliest, as of `now`; None while nothing waits."""
    firsts = [
        at if free_at > now + _CLOCK_WAS_AHEAD else max(at, free_at)
        for workspace_id, free_at, at in tx.execute(_FIRST_OF_EACH)
        if workspaces is None or workspace_id in workspaces
    ]
    return min(firsts, default=None)


def untaken_since(tx: Session, now: datetime, *, workspaces: Collection[int] | None = None) -> datetime | None:
    """Since when a courier could have taken the row that is due longest there, and none did; None if none is due.

    It grows old only while nobody delivers: a workspace that is served moves its own pace on, and one that Slack has
    told to wait is not due.
    """
    at = next_chance(tx, now, workspaces=workspaces)
    return at if at is not None and at <= now else None


def give_back_pace(tx: Session, workspace_id: int, *, pace: timedelta, now: datetime) -> None:
    """A claim came to no post: the next one need not wait for it. A pause that Slack has asked for stays."""
    own = _WORKSPACES.c.id == workspace_id
    free_at = tx.scalar(sa.select(_WORKSPACES.c.next_post_at).where(own).with_for_update(key_share=True))
    if free_at is not None and free_at <= now + pace:
        tx.execute(sa.update(_WORKSPACES).where(own).values(next_post_at=free_at - pace))


def _overtakes() -> sa.ColumnElement[bool]:
    """Whether an earlier message to the same recipient, in the same lane, is on its way or undecided."""
    earlier = _ROWS.alias()
    return sa.exists().where(
        earlier.c.recipient == _ROWS.c.recipient,
        earlier.c.lane == _ROWS.c.lane,
        earlier.c.id < _ROWS.c.id,
        earlier.c.not_before.is_not(None),
        sa.or_(earlier.c.state == OutboxState.PENDING, earlier.c.state == OutboxState.SENDING),
    )


# Each of these ends at the first row that its index gives: its cost does not grow with what waits.
_NOW, _AHEAD = (sa.bindparam(name, type_=UtcDateTime) for name in ("now", "ahead"))
_EVERY = sa.bindparam("every", type_=sa.Boolean)


_DUE = sa.and_(
    _ROWS.c.not_before <= _NOW,
    ~_overtakes(),
)
# Not "exists": PostgreSQL makes a join with everything that waits out of that.
_ANY_DUE = (
    sa.select(_ROWS.c.id)
    .where(_ROWS.c.workspace_id == _WORKSPACES.c.id, _DUE)
    .order_by(*_LONGEST)
    .limit(1)
    .correlate(_WORKSPACES)
    .scalar_subquery()
)
# The workspace among those served that may be posted to and has waited longest.
_FREE = (
    sa.select(_WORKSPACES.c.id, _WORKSPACES.c.next_post_at)
    .where(
        sa.or_(_WORKSPACES.c.next_post_at <= _NOW, _WORKSPACES.c.next_post_at > _AHEAD),
        sa.or_(_EVERY, _WORKSPACES.c.id.in_(sa.bindparam("served", expanding=True, type_=sa.BigInteger))),
        _ANY_DUE.is_not(None),
    )
    .order_by(_WORKSPACES.c.next_post_at, _WORKSPACES.c.id)
    .limit(1)
    # Without the key: rows that refer to the workspace may be written meanwhile.
    .with_for_update(of=_WORKSPACES, skip_locked=True, key_share=True)
)
# The row that has waited longest there. A locked row is skipped: its holder may wait for the workspace.
_OLDEST = (
    sa.select(_ROWS.c.id, _ROWS.c.kind, _ROWS.c.state, _ROWS.c.attempts, _ROWS.c.first_try_at)
    .where(_ROWS.c.workspace_id == sa.bindparam("of", type_=sa.BigInteger), _DUE)
    .order_by(*_LONGEST)
    .limit(1)
    .with_for_update(of=_ROWS, skip_locked=True)
)
_PACED = (
    sa.update(_WORKSPACES)
    .where(_WORKSPACES.c.id == sa.bindparam("of", type_=sa.BigInteger))
    .values(next_post_at=sa.bindparam("at", type_=UtcDateTime))
)
_STANDS = _ROWS.c.state == OutboxState.SENT
# The message is being sent from now on. One that stands already, and is updated, stays sent.
_TAKEN = (
    sa.update(_ROWS)
    .where(_ROWS.c.id == sa.bindparam("row", type_=sa.BigInteger))
    .values(
        attempts=_ROWS.c.attempts + 1,
        not_before=sa.bindparam("until", type_=UtcDateTime),
        state=sa.case((_STANDS, OutboxState.SENT), else_=OutboxState.SENDING),
        first_try_at=sa.case(
            (_STANDS, _ROWS.c.first_try_at),
            else_=sa.func.coalesce(_ROWS.c.first_try_at, sa.bindparam("at", type_=UtcDateTime)),
        ),
    )
)

_FIRST = (
    sa.select(_ROWS.c.not_before)
    .where(_ROWS.c.workspace_id == _WORKSPACES.c.id, _ROWS.c.not_before.is_not(None), ~_overtakes())
    .order_by(_ROWS.c.not_before)
    .limit(1)
    .correlate(_WORKSPACES)
    .scalar_subquery()
)
_FIRSTS = sa.select(_WORKSPACES.c.id, _WORKSPACES.c.next_post_at, _FIRST.label("at")).subquery()
_FIRST_OF_EACH = sa.select(_FIRSTS).where(_FIRSTS.c.at.is_not(None))
