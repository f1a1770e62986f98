"""How a commitment comes into the ledger: its number, its row, its first entry, and the Home tabs that show it.

Everybody of a workspace waits here for one counter. Where the database takes several changes as one statement
(PostgreSQL) they are one: the counter stays locked for that statement and the commit, not for four more round
trips. On SQLite there is no wire to wait for, and they are made one by one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from store import outbox
from store.db import is_sqlite
from store.errors import TooFastError
from store.prepared import Prepared
from store.tables import Commitment, Entry, Person, Subject, Workspace, core

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_WORKSPACES, _COMMITMENTS, _ENTRIES = core(Workspace), core(Commitment), core(Entry)
# The unique key that lets a gesture record once.
_GESTURE = ("workspace_id", "origin_key")
# What is known of a new commitment before it has a number, and of an entry before its commitment has an id.
_OF_COMMITMENT = (
    "workspace_id", "side", "state", "action", "first_action", "due_on", "first_due_on", "owner_id", "creator_id",
    "internal", "account_id", "stakeholder_id", "note", "permalink", "origin_key", "created_at", "accepted_at",
    "slips", "version",
)  # fmt: skip
_OF_ENTRY = ("workspace_id", "subject_kind", "at", "actor_id", "verb", "changes", "reason", "origin_key")


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


def write_down(
    tx: Session, viewer: Person, owner: Person, values: dict[str, Any], now: datetime
) -> dict[str, Any] | None:
    """Write a commitment with these values (all of _OF_COMMITMENT) and its first entry.

    Gives back what the database has added, `id` and `number`; None if this gesture has recorded before. The Home
    tabs of the owner and the viewer are due for an update.
    """
    given = {
        **values,
        **_first_entry(viewer, now, values["origin_key"]),
        **outbox.homes_of(viewer.workspace_id, (viewer.id, owner.id), now),
    }
    written = (_one_by_one if is_sqlite(tx) else _at_once)(tx, given)
    return written and dict(zip(("id", "number"), written, strict=True))


def _first_entry(actor: Person, now: datetime, origin_key: str) -> dict[str, Any]:
    return {
        "workspace_id": actor.workspace_id, "subject_kind": Subject.COMMITMENT, "at": now, "actor_id": actor.id,
        "verb": "record", "changes": {}, "reason": None, "origin_key": origin_key,
    }  # fmt: skip


def _one_by_one(tx: Session, given: dict[str, Any]) -> tuple[int, int] | None:
    inserted = _INSERT.rows(tx, **given)
    if not inserted:
        return None
    commitment_id, number = inserted[0]
    _COUNT.count(tx, **given)
    _APPEND.count(tx, **given, subject_id=commitment_id)
    outbox.mark_homes(tx, given)
    return commitment_id, number


def _at_once(tx: Session, given: dict[str, Any]) -> tuple[int, int] | None:
    found = _ALL.rows(tx, **given)
    if not found:
        return None
    commitment_id, number, homes = found[0]
    outbox.marked(tx, homes)
    return commitment_id, number


def _parameters(table: sa.Table, columns: tuple[str, ...]) -> list[sa.BindParameter[Any]]:
    return [sa.bindparam(name, type_=table.c[name].type) for name in columns]


_OWN_WORKSPACE = _WORKSPACES.c.id == sa.bindparam("workspace_id")
# The next number goes with the row: a gesture that was recorded before takes none.
_INSERT = Prepared(
    sqlite_insert(_COMMITMENTS)
    .from_select(
        [*_OF_COMMITMENT, "number"],
        sa.select(*_parameters(_COMMITMENTS, _OF_COMMITMENT), _WORKSPACES.c.next_number).where(_OWN_WORKSPACE),
    )
    .on_conflict_do_nothing(index_elements=_GESTURE)
    .returning(_COMMITMENTS.c.id, _COMMITMENTS.c.number)
)
_ONE_ON = sa.update(_WORKSPACES).where(_OWN_WORKSPACE).values(next_number=_WORKSPACES.c.next_number + 1)
_COUNT = Prepared(_ONE_ON)
_APPEND = Prepared(sa.insert(_ENTRIES).inline(), columns=(*_OF_ENTRY, "subject_id"))


def _whole() -> sa.Select[Any]:
    """All of it as one statement. What is read from is done first, so the counter is locked before anything else
    is: in the order in which the courier locks, which takes a workspace and then a row of its outbox.
    """
    recorded = sa.exists().where(
        _COMMITMENTS.c.workspace_id == sa.bindparam("workspace_id"),
        _COMMITMENTS.c.origin_key == sa.bindparam("origin_key"),
    )
    number = _ONE_ON.where(~recorded).returning((_WORKSPACES.c.next_number - 1).label("number")).cte("number")
    commitment = (
        postgresql_insert(_COMMITMENTS)
        .from_select(
            [*_OF_COMMITMENT, "number"], sa.select(*_parameters(_COMMITMENTS, _OF_COMMITMENT), number.c.number)
        )
        .on_conflict_do_nothing(index_elements=_GESTURE)
        .returning(_COMMITMENTS.c.id, _COMMITMENTS.c.number)
        .cte("written")
    )
    entry = sa.insert(_ENTRIES).from_select(
        [*_OF_ENTRY, "subject_id"], sa.select(*_parameters(_ENTRIES, _OF_ENTRY), commitment.c.id)
    )
    homes = outbox.HOMES.statement.returning(sa.literal_column("1").label("one")).cte("homes")
    told = sa.select(sa.func.count()).select_from(homes).scalar_subquery()
    return sa.select(commitment.c.id, commitment.c.number, told).add_cte(entry.cte("entry"))


_ALL = Prepared(_whole())
