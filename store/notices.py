"""Notices: rows of the outbox that tell one person what somebody did; and those of them that wait for a brief.

What comes outside somebody's hours waits for their next working morning. The brief of that morning takes it: in the
transaction that writes the brief's row the notice is settled as skipped, and each names the other (`ids["news"]` of the
brief, `ids["brief"]` of the notice). Only what is still pending is taken, so nothing is told twice; a brief that comes
to nothing gives back what it took, so nothing is lost.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from store import outbox
from store.db import NEWS, UtcDateTime
from store.tables import DEAD, PENDING, SENT, SKIPPED, Commitment, Outbox, Person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.claiming import Claimed

BRIEF = "brief"
ASSIGNED, HANDED_BACK, CANCELLED, DELEGATED = "assigned", "handed_back", "cancelled", "delegated"
KINDS = (ASSIGNED, HANDED_BACK, CANCELLED, DELEGATED)
TOLD, POINTLESS = "told in the brief", "it had settled itself before it could be told"
# The recipient of what goes in its order, and of what waits: that holds up nothing which comes later.
_GOES, _WAITS = "person:{}", "waiting:{}"
NO_BRIEF, NO_ROOM = "the brief that had taken it came to nothing", "there was no room for it in the brief"


def brief_of(person_id: int, day: date) -> str:
    """The key of somebody's brief for their local `day`: unique for ever, so that none comes twice."""
    return f"{BRIEF}:{person_id}:{day.isoformat()}"


def briefs_among(tx: Session, person: Person, keys: Collection[str]) -> int:
    """How many of the briefs of these keys this person got, or is about to get."""
    got = Outbox.workspace_id == person.workspace_id, Outbox.dedupe_key.in_(keys), Outbox.state.not_in((SKIPPED, DEAD))
    return tx.scalar(sa.select(sa.func.count()).select_from(Outbox).where(*got)) or 0


def heard_since(tx: Session, since: Mapping[int, datetime], *, before: datetime | None = None) -> dict[int, int]:
    """How many briefs and notices each of these people got since that instant, and `before` if given; nobody who got
    none.
    """
    first = sa.case(*((Outbox.person_id == one, sa.literal(at, UtcDateTime())) for one, at in since.items()))
    got = tx.execute(
        sa.select(Outbox.person_id, sa.func.count())
        .where(
            Outbox.person_id.in_(since),
            # Both, because an index can answer the first.
            Outbox.settled_at >= min(since.values()),
            Outbox.settled_at >= first,
            sa.true() if before is None else Outbox.settled_at < before,
            Outbox.state == SENT,
            Outbox.kind.in_((BRIEF, *KINDS)),
        )
        .group_by(Outbox.person_id)
    )
    return {person_id: count for person_id, count in got if person_id is not None}


def put_off(
    tx: Session, claimed: Claimed, row: Outbox, until: datetime, reason: str, *, tried: bool = False
) -> None:  # fmt: skip
    """Its reader is not at work: it waits until then, or for their brief. Meanwhile others may overtake it. `tried`: it
    was sent, and Slack refused it.
    """
    is_new = claimed.unknown_since is None
    if outbox.postpone(tx, claimed, until=until, error=reason, whole_workspace=False) and is_new and row.person_id:
        first_try = {} if tried else {"first_try_at": None}
        waits = sa.update(Outbox).where(Outbox.id == row.id).values(recipient=_WAITS.format(row.person_id), **first_try)
        tx.execute(waits)


def has_waited(row: Outbox) -> bool:
    """Whether it was put off before, or a brief gave it back."""
    return row.recipient == _WAITS.format(row.person_id)


def waiting(tx: Session, people: Iterable[int]) -> dict[int, list[Outbox]]:
    """What waits for each of these people, oldest first, locked for this transaction. What a courier holds, or has
    tried to send without knowing the outcome, is not among it.
    """
    found = tx.scalars(
        sa.select(Outbox)
        .where(
            Outbox.recipient.in_([name.format(person_id) for person_id in people for name in (_GOES, _WAITS)]),
            Outbox.not_before.is_not(None),
            Outbox.state == PENDING,
            Outbox.kind.in_(KINDS),
        )
        .order_by(Outbox.id)
        .with_for_update(skip_locked=True)
    )
    waits: defaultdict[int, list[Outbox]] = defaultdict(list)
    for row in found:
        if row.person_id is not None:
            waits[row.person_id].append(row)
    return dict(waits)


def waits_for(tx: Session, commitment: Commitment) -> bool:
    """Whether its owner has not been told yet that it was given to them."""
    found = tx.scalars(
        sa.select(Outbox.ids).where(
            Outbox.recipient.in_((_GOES.format(commitment.owner_id), _WAITS.format(commitment.owner_id))),
            Outbox.not_before.is_not(None),
            Outbox.state == PENDING,
            Outbox.kind.in_((ASSIGNED, HANDED_BACK)),
        )
    )
    return any(ids["commitment"] == commitment.id for ids in found)


def idle(tx: Session, rows: Iterable[Outbox]) -> set[int]:
    """Ids of those among these that ask nothing of whoever hears them: what was cancelled is somebody else's."""
    about = {row.id: (row.ids["commitment"], row.person_id) for row in rows if row.kind == CANCELLED}
    if not about:
        return set()
    asked = sa.select(Commitment.id, Commitment.owner_id).where(Commitment.id.in_({one for one, _ in about.values()}))
    owners = {one.id: one.owner_id for one in tx.execute(asked)}
    return {row for row, (commitment, person) in about.items() if owners.get(commitment) != person}


def take(tx: Session, rows: Iterable[Outbox], brief: str, now: datetime) -> None:
    """The brief of that key, which was written in this very transaction, tells these; `waiting` has locked them."""
    for row in rows:
        row.state, row.not_before, row.last_error, row.settled_at = SKIPPED, None, TOLD, now
        row.ids = {**row.ids, "brief": brief}
    tx.flush()


def taken(tx: Session, brief: Outbox) -> list[Outbox]:
    """What this brief has taken and not given back, oldest first."""
    ids = brief.ids.get("news")
    if not ids:
        return []
    found = tx.scalars(sa.select(Outbox).where(Outbox.id.in_(ids), Outbox.state == SKIPPED).order_by(Outbox.id))
    return [row for row in found if row.ids.get("brief") == brief.dedupe_key]


def settle(tx: Session, brief: Outbox, told: Collection[int], waits: Mapping[int, datetime]) -> None:
    """The brief is about to be posted. Of what it took it tells `told`, had no room for `waits` (until when), and the
    rest is pointless by now.
    """
    for row in taken(tx, brief):
        if row.id in waits:
            _give_back(row, waits[row.id], NO_ROOM)
        elif row.id not in told:
            row.last_error = POINTLESS
            row.ids = {name: value for name, value in row.ids.items() if name != "brief"}
    tx.flush()


def give_back(tx: Session, brief: Outbox, now: datetime) -> None:
    """The brief came to nothing: what it took wants to be told all the same, as soon as may be."""
    found = taken(tx, brief)
    for row in found:
        _give_back(row, now, NO_BRIEF)
    if found:
        tx.flush()
        tx.info[NEWS] = True


def renew(tx: Session, workspace_id: int, key: str, now: datetime) -> None:
    """What the notice of that key tells has changed: the message that shows it is due for an update, be it the
    notice or a brief that took it.
    """
    outbox.renew(tx, workspace_id, key, now)
    ids = tx.scalar(sa.select(Outbox.ids).where(Outbox.workspace_id == workspace_id, Outbox.dedupe_key == key))
    if ids and "brief" in ids:
        outbox.renew(tx, workspace_id, ids["brief"], now)


def hurry(tx: Session, person_id: int, now: datetime) -> None:
    """What waits for this person may go now, if it is not put off anew: they are back."""
    tx.execute(
        sa.update(Outbox)
        .where(
            Outbox.recipient == _WAITS.format(person_id), Outbox.state == PENDING, Outbox.not_before > now
        )
        .values(not_before=now, recipient=_GOES.format(person_id))
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    tx.info[NEWS] = True


def _give_back(row: Outbox, until: datetime, why: str) -> None:
    row.state, row.not_before, row.last_error, row.settled_at, row.first_try_at = PENDING, until, why, None, None
    row.recipient = _WAITS.format(row.person_id)
    row.ids = {name: value for name, value in row.ids.items() if name != "brief"}
