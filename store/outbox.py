"""The outbox: what Slack must hear, once. The protocol and its reasons: docs/decisions/0005-delivery.md.

A row is written in the transaction that makes it necessary, claimed (store/claiming.py) and settled in transactions
of their own, and never held across the network. `not_before` is the one thing that makes a row eligible.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from store.claiming import LEASE, Claimed
from store.db import OUTBOX_CHANGED, UtcDateTime, insert_once
from store.tables import (
    DEAD,
    OF_ACCOUNTS,
    PENDING,
    SENDING,
    SENT,
    SKIPPED,
    SUBJECTS,
    Commitment,
    Mention,
    Outbox,
    Person,
    Subject,
    Workspace,
    core,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date

    from store.tables import Account, HasHistory

# After an attempt of unknown outcome Slack gets this long to show the message in the history.
GRACE = timedelta(seconds=60)
# A message older than this is history and is left as it was.
KEPT_TRUE_FOR = timedelta(days=14)
HOME = "home"
# Begins the remark on a message whose conversation Slack had refused at first.
OPENED_ANEW = "the conversation was opened anew"
# An item in a channel; and, to the person who shared it, that Slack refused it.
SHARED, NOT_SHARED = "shared", "not_shared"
# Of one round: the briefs that it plans are due at its instant, and what is due first goes first.
_AFTER_THE_BRIEFS = timedelta(milliseconds=1)


_ROWS, _SHOWN = core(Outbox), core(Mention)


# Put together once.
_NOW = sa.bindparam("now", type_=UtcDateTime)
_LOADED = (
    sa.select(Outbox)
    .where(Outbox.id == sa.bindparam("id"))
    .options(joinedload(Outbox.person).joinedload(Person.workspace))
)
_OUTDATED = sa.select(
    sa.or_(
        *(
            sa.exists().where(
                _SHOWN.c.outbox_id == sa.bindparam("of"),
                _SHOWN.c.subject_kind == kind,
                _SHOWN.c.subject_id == core(table).c.id,
                _SHOWN.c.version != core(table).c.version,
            )
            for kind, table in SUBJECTS.items()
        )
    )
)
_MINE = sa.and_(_ROWS.c.id == sa.bindparam("row"), _ROWS.c.attempts == sa.bindparam("attempt"))
_STANDS = (
    sa.update(_ROWS)
    .where(_MINE)
    .values({
        _ROWS.c.state: SENT, _ROWS.c.not_before: None,
        # How it came to be sent stays with it: nothing else does.
        _ROWS.c.last_error: sa.case((_ROWS.c.last_error.startswith(OPENED_ANEW), _ROWS.c.last_error), else_=None),
        _ROWS.c.posted_channel: sa.bindparam("in_channel"), _ROWS.c.ts: sa.bindparam("at_ts"),
        _ROWS.c.settled_at: sa.func.coalesce(_ROWS.c.settled_at, _NOW),
    })
)  # fmt: skip
_SPOKE_OF = sa.select(_SHOWN.c.subject_kind, _SHOWN.c.subject_id, _SHOWN.c.due_on).where(
    _SHOWN.c.outbox_id == sa.bindparam("of")
)
_TOLD = (
    sa.select(
        _SHOWN.c.subject_id,
        _SHOWN.c.person_id,
        _SHOWN.c.occasion,
        _SHOWN.c.due_on,
        # A notice may have waited until its reader was at work; a brief counts for the day for which it was planned.
        sa.case(
            (_SHOWN.c.occasion.is_(None), sa.func.coalesce(_ROWS.c.settled_at, _ROWS.c.created_at)),
            else_=_ROWS.c.created_at,
        ),
    )
    .join(_ROWS, _ROWS.c.id == _SHOWN.c.outbox_id)
    .where(
        _SHOWN.c.subject_kind == sa.bindparam("kind"),
        _SHOWN.c.subject_id.in_(sa.bindparam("subjects", expanding=True)),
        _SHOWN.c.person_id.in_(sa.bindparam("people", expanding=True)),
        _ROWS.c.state.in_((SENDING, SENT)),
        _SHOWN.c.outbox_id != sa.bindparam("besides"),
    )
    .order_by(_ROWS.c.id)
)
_FORGET = sa.delete(_SHOWN).where(_SHOWN.c.outbox_id == sa.bindparam("of"))
_MENTIONS = sa.insert(_SHOWN)


def enqueue(
    tx: Session,
    *,
    workspace_id: int,
    key: str,
    kind: str,
    now: datetime,
    person: Person | None = None,
    channel: str | None = None,
    ids: dict[str, Any] | None = None,
) -> bool:
    """Write down that Slack must hear something; False if that key was written before, ever."""
    values = {
        "workspace_id": workspace_id, "dedupe_key": key, "message_key": uuid.uuid4().hex, "kind": kind,
        "person_id": person.id if person else None, "channel": channel, "ids": ids or {},
        "recipient": f"person:{person.id}" if person else f"channel:{workspace_id}:{channel}",
        "state": PENDING, "not_before": now, "created_at": now,
    }  # fmt: skip
    is_new = insert_once(tx, Outbox, values, keys=("workspace_id", "dedupe_key")) is not None
    if is_new:
        tx.info[OUTBOX_CHANGED] = True
    return is_new


def tell_sharer(tx: Session, row_id: int, why: str, now: datetime) -> None:
    """The person who shared this item hears that it could not be posted, and `why`, in Slack's word for it."""
    row = load(tx, row_id)
    actor = tx.get_one(Person, row.ids["actor"])
    ids = {"commitment": row.ids["commitment"], "channel": row.channel, "why": why}
    key = f"{NOT_SHARED}:{row.id}:{row.attempts}"
    enqueue(tx, workspace_id=row.workspace_id, key=key, kind=NOT_SHARED, now=now, person=actor, ids=ids)


def try_again(tx: Session, workspace_id: int, key: str, ids: dict[str, Any], now: datetime) -> bool:
    """What came to nothing is wanted again, with these ids: due now. False: it stands, or is on its way."""
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(Outbox.workspace_id == workspace_id, Outbox.dedupe_key == key, Outbox.state.in_((DEAD, SKIPPED)))
        .values(
            state=PENDING, not_before=now, ids=ids, created_at=now, first_try_at=None, settled_at=None, last_error=None
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    marked(tx, changed.rowcount)
    return bool(changed.rowcount)


def load(tx: Session, row_id: int) -> Outbox:
    """The row with its recipient and their workspace, for rendering."""
    return tx.scalars(_LOADED, {"id": row_id}).one()


def _mine(claimed: Claimed) -> sa.Update:
    return sa.update(_ROWS).where(_ROWS.c.id == claimed.id, _ROWS.c.attempts == claimed.attempt)


def extend_lease(tx: Session, claimed: Claimed, until: datetime) -> bool:
    """The attempt took its time before it came to posting: it keeps the row until then. False: it has lost it."""
    return _changed_one(tx, _mine(claimed).values(not_before=until))


def mark_sent(
    tx: Session, claimed: Claimed, *, channel: str, ts: str, now: datetime, apart: timedelta = timedelta()
) -> bool:
    """The message stands in Slack. If what it shows changed meanwhile it is due for an update at once. What waits
    for the same recipient waits at least until `apart` from now: a conversation bears a message a second.

    False: another attempt owns the row by now and this one's word no longer counts.
    """
    stands = {"row": claimed.id, "attempt": claimed.attempt, "in_channel": channel, "at_ts": ts, "now": now}
    if not _changed_one(tx, _STANDS, stands):
        return False
    # Only after the row is locked: a change that commits later finds it sent and marks it itself.
    if tx.scalar(_OUTDATED, {"of": claimed.id}):
        _changed_one(tx, _mine(claimed).values(not_before=now))
    if apart and not claimed.posted:
        _put_off(tx, sa.and_(Outbox.recipient == _of(claimed, Outbox.recipient), Outbox.state == PENDING), now + apart)
    return True


def _of(claimed: Claimed, column: InstrumentedAttribute[Any]) -> sa.ScalarSelect[Any]:
    return sa.select(column).where(Outbox.id == claimed.id).scalar_subquery()


def _put_off(tx: Session, which: sa.ColumnElement[bool], until: datetime) -> None:
    """Those rows wait until then at least."""
    tx.execute(
        sa.update(Outbox)
        .where(which, Outbox.not_before < until)
        .values(not_before=until)
        .execution_options(synchronize_session=False)
    )


def record_late_success(tx: Session, claimed: Claimed, *, channel: str, ts: str, now: datetime) -> bool:
    """An attempt that has lost the row was told by Slack that its message stands: that is a fact, whoever owns
    the row. Whoever owned it undecided is fenced off. False: it was decided already.
    """
    undecided = sa.update(Outbox).where(Outbox.id == claimed.id, Outbox.state == SENDING)
    return _changed_one(
        tx,
        undecided.values(
            state=SENT, attempts=Outbox.attempts + 1, not_before=now, posted_channel=channel, ts=ts, settled_at=now,
            last_error=None,
        ),
    )  # fmt: skip


def delay_lookup(tx: Session, claimed: Claimed, *, until: datetime) -> bool:
    """An attempt that has lost the row may have reached Slack just now: nobody looks before then."""
    undecided = sa.update(Outbox).where(Outbox.id == claimed.id, Outbox.state == SENDING, Outbox.not_before < until)
    return _changed_one(tx, undecided.values(not_before=until))


def mark_skipped(tx: Session, claimed: Claimed, *, reason: str, now: datetime) -> bool:
    """Nothing was left to say when it came to saying it."""
    state = {} if claimed.posted else {"state": SKIPPED}
    statement = _mine(claimed).values(
        not_before=None, last_error=reason, settled_at=sa.func.coalesce(Outbox.settled_at, now), **state
    )
    return _changed_one(tx, statement)


def mark_failed(tx: Session, claimed: Claimed, *, error: str, now: datetime) -> bool:
    """Slack refused for good. It is not tried again; `doctor` shows the reason. A posted one stays sent."""
    state = {} if claimed.posted else {"state": DEAD}
    statement = _mine(claimed).values(
        not_before=None, last_error=error, settled_at=sa.func.coalesce(Outbox.settled_at, now), **state
    )
    return _changed_one(tx, statement)


def postpone(tx: Session, claimed: Claimed, *, until: datetime, error: str, whole_workspace: bool) -> bool:
    """Slack certainly did not take it, this time: it goes back. With `whole_workspace` (a rate limit) all posts to
    the workspace wait, or, where it was an update, all its updates: Slack limits each method by itself.

    A row of which an earlier attempt may have arrived stays undecided, and is looked up again.
    """
    state = {} if claimed.posted or claimed.unknown_since else {"state": PENDING}
    statement = _mine(claimed).values(not_before=until, last_error=error, **state)
    if not _changed_one(tx, statement):
        return False
    if not whole_workspace:
        return True
    workspace_id = _of(claimed, Outbox.workspace_id)
    if claimed.posted:
        _put_off(tx, sa.and_(Outbox.workspace_id == workspace_id, Outbox.state == SENT), until)
    else:
        tx.execute(
            sa.update(Workspace)
            .where(Workspace.id == workspace_id, Workspace.next_post_at < until)
            .values(next_post_at=until)
        )
    return True


def leave_unknown(tx: Session, claimed: Claimed, *, error: str, now: datetime, grace: timedelta = GRACE) -> bool:
    """Nobody knows whether Slack took it: it stays `sending` and is looked up after `grace`, counted from now."""
    return _changed_one(tx, _mine(claimed).values(not_before=now + grace, last_error=error))


def clock_set_back(tx: Session, now: datetime, *, lease: timedelta = LEASE, most: timedelta) -> int:
    """The clock went back: what was put off by the clock as it was would wait until it catches up. Leases end
    `lease` from now at the latest; whatever else was put off by more than `most` may go now. How many rows.
    """
    tx.execute(sa.update(Workspace).where(Workspace.next_post_at > now + most).values(next_post_at=now))
    undecided = sa.update(Outbox).where(Outbox.state == SENDING, Outbox.not_before > now + lease)
    waiting = sa.update(Outbox).where(Outbox.state.in_((PENDING, SENT)), Outbox.not_before > now + most)
    changed: list[Any] = [
        tx.execute(statement.values(not_before=at).execution_options(synchronize_session=False))
        for statement, at in ((undecided, now + lease), (waiting, now))
    ]
    return sum(result.rowcount for result in changed)


def save_contents(tx: Session, row: Outbox, shown: Sequence[tuple[HasHistory, str | None]]) -> None:
    """Save what the message is about to show, before it is posted: (subject, occasion) in order.

    An update may show a new due date; the date that the message showed first is kept.
    """
    spoke_of = {(kind, id_): due_on for kind, id_, due_on in tx.execute(_SPOKE_OF, {"of": row.id})} if row.ts else {}
    if row.attempts > 1:
        tx.execute(_FORGET, {"of": row.id})
    if shown:
        values = [
            {
                "outbox_id": row.id, "subject_kind": subject.subject_kind, "subject_id": subject.id,
                "workspace_id": row.workspace_id, "person_id": row.person_id, "position": position,
                "occasion": occasion, "version": subject.version,
                "due_on": spoke_of.get(
                    (subject.subject_kind, subject.id), subject.due_on if isinstance(subject, Commitment) else None
                ),
            }
            for position, (subject, occasion) in enumerate(shown)
        ]  # fmt: skip
        tx.execute(_MENTIONS, values)


def contents_of(tx: Session, row: Outbox, kind: Subject = Subject.COMMITMENT) -> list[tuple[int, str | None]]:
    """The subjects of that kind which the message shows: (id, occasion) in order."""
    found = tx.execute(
        sa.select(Mention.subject_id, Mention.occasion)
        .where(Mention.outbox_id == row.id, Mention.subject_kind == kind)
        .order_by(Mention.position)
    )
    return [(subject_id, occasion) for subject_id, occasion in found]


def sent_about(
    tx: Session,
    subject_ids: Iterable[int],
    person_ids: Iterable[int],
    *,
    besides: int | None = None,
    kind: Subject = Subject.COMMITMENT,
) -> list[tuple[int, int, str | None, date, datetime]]:
    """What these people were told of these subjects, by messages that were not dropped: (subject, person, occasion,
    due date, when), oldest first. A notice has no occasion; the due date is a commitment's, None for other kinds.

    `besides` leaves one message out: the one that is being made.
    """
    given = {"kind": kind, "subjects": list(subject_ids), "people": list(person_ids), "besides": besides or 0}
    return cast("list[tuple[int, int, str | None, date, datetime]]", tx.execute(_TOLD, given).all())


def request_updates_for(
    tx: Session, subject: HasHistory, people: Iterable[int], now: datetime, *, however_old: bool = False
) -> None:
    """The subject changed: every recent message that shows it (with `however_old` every one), and the Home tabs of
    `people`, are due for an update. However many changes come before the update is made, it is one update.
    """
    homes = [f"{HOME}:{person_id}" for person_id in sorted(set(people))]
    shown_in = sa.select(Mention.outbox_id).where(
        Mention.subject_kind == subject.subject_kind, Mention.subject_id == subject.id
    )
    shows_it: sa.ColumnElement[bool] = Outbox.id.in_(shown_in)
    if not however_old:
        shows_it = sa.and_(shows_it, Outbox.created_at > now - KEPT_TRUE_FOR)
    which = sa.or_(Outbox.dedupe_key.in_(homes), shows_it)
    _request_updates(tx, subject.workspace_id, which, now)


def keep_account_true(tx: Session, account: Account, now: datetime) -> None:
    """The account changed, and so did what is said of it: recent messages that show a subject of it, and the
    Home tabs of the owners and creators of its commitments, are due for an update.
    """
    its = Commitment.account_id == account.id
    shows_one = sa.select(Mention.outbox_id).where(
        sa.or_(
            *(
                sa.and_(
                    Mention.subject_kind == table.subject_kind,
                    Mention.subject_id.in_(sa.select(table.id).where(table.account_id == account.id)),
                )
                for table in OF_ACCOUNTS
            )
        )
    )
    is_open = sa.and_(its, Commitment.ended_at.is_(None))
    at_home = Outbox.person_id.in_(
        sa.union(*(sa.select(one).where(is_open) for one in (Commitment.owner_id, Commitment.creator_id)))
    )
    which = sa.or_(
        sa.and_(Outbox.kind == HOME, at_home),
        sa.and_(Outbox.created_at > now - KEPT_TRUE_FOR, Outbox.id.in_(shows_one)),
    )
    _request_updates(tx, account.workspace_id, which, now)


def request_update(tx: Session, workspace_id: int, key: str, now: datetime) -> None:
    """What the message of that key tells has changed: if it stands in Slack it is due for an update."""
    _request_updates(tx, workspace_id, Outbox.dedupe_key == key, now)


def _request_updates(tx: Session, workspace_id: int, which: sa.ColumnElement[bool], now: datetime) -> None:
    # Rows still being sent are touched too: the lock on them orders this change against `mark_sent`.
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(Outbox.workspace_id == workspace_id, Outbox.state.in_((SENT, SENDING)), which)
        .values(not_before=sa.case((Outbox.state == SENT, now), else_=Outbox.not_before))
        .execution_options(synchronize_session=False)
    )
    marked(tx, changed.rowcount)


def mark_homes(tx: Session, workspace_id: int, people: Iterable[int], now: datetime) -> None:
    """Marks the Home tabs of these people as due for an update: they show something that no message shows yet."""
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(
            Outbox.workspace_id == workspace_id,
            Outbox.dedupe_key.in_([f"{HOME}:{person_id}" for person_id in sorted(set(people))]),
            Outbox.state == SENT,
        )
        .values(not_before=now)
        .execution_options(synchronize_session=False)
    )
    marked(tx, changed.rowcount)


def marked(tx: Session, rows: int) -> None:
    """So many rows were marked as due: if any was, the courier hears of it after the commit."""
    if rows:
        tx.info[OUTBOX_CHANGED] = True


def track_home(tx: Session, person: Person, *, start: int = 0, now: datetime) -> None:
    """The person looks at their Home tab from item `start`: from now on it is kept true there."""
    values = {
        "workspace_id": person.workspace_id, "dedupe_key": f"{HOME}:{person.id}", "kind": HOME,
        "recipient": f"{HOME}:{person.id}", "message_key": uuid.uuid4().hex, "person_id": person.id,
        "ids": {"start": start}, "state": SENT, "created_at": now, "settled_at": now,
    }  # fmt: skip
    if insert_once(tx, Outbox, values, keys=("workspace_id", "dedupe_key")) is None:
        same = sa.and_(Outbox.workspace_id == person.workspace_id, Outbox.dedupe_key == values["dedupe_key"])
        tx.execute(sa.update(Outbox).where(same).values(ids={"start": start}, settled_at=now))


def refresh_homes(tx: Session, people: Iterable[int], now: datetime) -> None:
    """A morning has come for these people, and what is due today or overdue on their Home tabs is so since then: they
    are due for an update, those that were opened within KEPT_TRUE_FOR.
    """
    tx.execute(
        sa.update(Outbox)
        .where(
            Outbox.person_id.in_(list(people)),
            Outbox.settled_at > now - KEPT_TRUE_FOR,
            Outbox.kind == HOME,
            Outbox.state == SENT,
        )
        .values(not_before=now + _AFTER_THE_BRIEFS)
        .execution_options(synchronize_session=False)
    )


def waiting_besides(tx: Session, team_id: str) -> list[tuple[str, str, int]]:
    """(team, name, how many messages wait) of each workspace but that team's, for those who have no other token."""
    waits = sa.select(sa.func.count()).where(Outbox.workspace_id == Workspace.id, Outbox.not_before.is_not(None))
    others = sa.select(Workspace.team_id, Workspace.name, waits.correlate(Workspace).scalar_subquery())
    return [tuple(row) for row in tx.execute(others.where(Workspace.team_id != team_id).order_by(Workspace.id))]


def due(tx: Session, now: datetime) -> Iterator[Outbox]:
    """What is to be sent for the first time as of `now`, in the order in which it goes, each as it is when it is its
    turn. What is undecided is not among it.
    """
    waits = sa.and_(Outbox.state == PENDING, Outbox.not_before <= now)
    which = sa.select(Outbox.id).where(waits).order_by(Outbox.not_before, Outbox.id)
    seen: set[int] = set()
    # What is due may write more: a bundle.
    while fresh := [row_id for row_id in tx.scalars(which) if row_id not in seen]:
        seen.update(fresh)
        for row in (load(tx, row_id) for row_id in fresh):
            if row.state == PENDING:
                yield row


def _within(workspaces: Collection[int] | None) -> sa.ColumnElement[bool]:
    """Messages of these workspaces; of all for None."""
    return sa.true() if workspaces is None else Outbox.workspace_id.in_(workspaces)


def due_ids(tx: Session, now: datetime, workspaces: Collection[int]) -> list[int]:
    """Ids of these workspaces' messages that are due as of `now`, undecided ones too."""
    waits = sa.and_(Outbox.state.in_((PENDING, SENDING)), Outbox.not_before <= now)
    return list(tx.scalars(sa.select(Outbox.id).where(waits, _within(workspaces))))


def by_ids_or_keys(tx: Session, ids: Sequence[int], keys: Sequence[str]) -> list[Outbox]:
    """The messages with one of these ids or keys, oldest first, with their recipients; without Home tabs."""
    found: dict[int, Outbox] = {}
    for column, wanted in ((Outbox.id, ids), (Outbox.dedupe_key, keys)):
        # In portions that both databases take.
        for start in range(0, len(wanted), 500):
            which = sa.and_(column.in_(wanted[start : start + 500]), Outbox.kind != HOME)
            rows = tx.scalars(sa.select(Outbox).where(which).options(joinedload(Outbox.person)))
            found |= {row.id: row for row in rows}
    return [found[row_id] for row_id in sorted(found)]


def waiting_later(tx: Session, now: datetime) -> list[tuple[str, int, datetime]]:
    """What is put off to after `now`: (why, how many, the first instant)."""
    first = sa.func.min(Outbox.not_before, type_=UtcDateTime())
    found = tx.execute(
        sa.select(Outbox.last_error, sa.func.count(), first)
        .where(Outbox.state.in_((PENDING, SENDING)), Outbox.not_before > now)
        .group_by(Outbox.last_error)
        .order_by(first)
    )
    return [(why or "they are not due yet", number, at) for why, number, at in found if at is not None]


def counts(tx: Session, workspaces: Collection[int] | None = None) -> dict[str, int]:
    """How many rows are in each state, for doctor; of these workspaces, or of all."""
    by_state = sa.select(Outbox.state, sa.func.count()).where(_within(workspaces)).group_by(Outbox.state)
    found = tx.execute(by_state).all()
    return {row[0]: row[1] for row in found}


@dataclass(frozen=True)
class Undecided:
    """A message of which nobody knows whether Slack took it: since when, why, and when that is looked up."""

    key: str
    since: datetime | None
    attempts: int
    error: str | None
    looked_up_at: datetime | None


def undecided(
    tx: Session, now: datetime, *, lease: timedelta = LEASE, most: int, workspaces: Collection[int] | None = None
) -> list[Undecided]:
    """Messages whose outcome is unknown, oldest first: the answer was lost, or the worker was. One that is on its
    way just now is not among them.
    """
    found = tx.execute(
        sa.select(Outbox.dedupe_key, Outbox.first_try_at, Outbox.attempts, Outbox.last_error, Outbox.not_before)
        .where(
            _within(workspaces),
            Outbox.state == SENDING,
            # Through the partial index: few rows wait, however many there are.
            Outbox.not_before.is_not(None),
            sa.or_(Outbox.last_error.is_not(None), Outbox.attempts > 1, Outbox.first_try_at < now - lease),
        )
        .order_by(Outbox.id)
        .limit(most)
    )
    return [Undecided(*each) for each in found]


@dataclass(frozen=True)
class Troubles:
    """What Slack refuses: how many messages, by reason. `waits` are tried again, the oldest `since` then; `dead` are
    given up; for `opened_anew` the conversation with their reader was another one by then.
    """

    waits: dict[str, int]
    since: datetime | None
    dead: dict[str, int]
    opened_anew: dict[str, int]


def troubles(tx: Session, *, since: datetime, workspaces: Collection[int] | None = None) -> Troubles:
    """What waits because Slack has refused it, and what became dead, or was opened anew, since then."""
    reason, count = Outbox.last_error, sa.func.count()
    tried = sa.and_(Outbox.state == PENDING, Outbox.first_try_at.is_not(None))
    waiting = (
        Outbox.not_before.is_not(None), reason.is_not(None), ~reason.startswith(OPENED_ANEW),
        sa.or_(tried, Outbox.state == SENT),
    )  # fmt: skip
    oldest = tx.scalar(sa.select(sa.func.min(Outbox.first_try_at)).where(_within(workspaces), *waiting, tried))

    def by_reason(*which: sa.ColumnElement[bool]) -> dict[str, int]:
        found = tx.execute(
            sa.select(reason, count).where(_within(workspaces), *which).group_by(reason).order_by(count.desc())
        )
        return {why or "": number for why, number in found}

    return Troubles(
        by_reason(*waiting),
        oldest,
        by_reason(Outbox.state == DEAD, Outbox.settled_at >= since),
        by_reason(Outbox.state == SENT, Outbox.settled_at >= since, reason.startswith(OPENED_ANEW)),
    )


def refused(tx: Session, *, since: datetime, workspaces: Collection[int] | None = None) -> list[tuple[str, str]]:
    """(key, reason) of what Slack refused for good since then, newest first."""
    found = tx.execute(
        sa.select(Outbox.dedupe_key, Outbox.last_error)
        .where(_within(workspaces), Outbox.state == DEAD, Outbox.settled_at >= since)
        .order_by(Outbox.id.desc())
        .limit(20)
    )
    return [(key, error or "") for key, error in found]


def _changed_one(tx: Session, statement: sa.Update, given: dict[str, Any] | None = None) -> bool:
    tx.flush()
    result: Any = tx.execute(statement, given, execution_options={"synchronize_session": False})
    return bool(result.rowcount == 1)
