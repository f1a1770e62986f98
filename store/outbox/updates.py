"""Messages and Home tabs that are due for an update, because a subject in them has changed."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from store.db import insert_once
from store.outbox.queue import note_due, recipient
from store.tables import OF_ACCOUNTS, Commitment, Details, Lane, Mention, Outbox, OutboxKind, OutboxState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from store.tables import Account, HasHistory, Person
    from store.tables.outbox import Details

# A message older than this is history and is left as it was.
KEPT_TRUE_FOR = timedelta(days=14)
# Of one round: the briefs that it plans are due at its instant, and what is due first goes first.
_AFTER_THE_BRIEFS = timedelta(milliseconds=1)


def request_updates_for(
    tx: Session, subject: HasHistory, people: Iterable[int], now: datetime, *, however_old: bool = False
) -> None:
    """The subject changed: every recent message that shows it (with `however_old` every one), and the Home tabs of
    `people`, are due for an update. However many changes come before the update is made, it is one update.
    """
    homes = [f"{OutboxKind.HOME}:{person_id}" for person_id in sorted(set(people))]
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
        sa.and_(Outbox.kind == OutboxKind.HOME, at_home),
        sa.and_(Outbox.created_at > now - KEPT_TRUE_FOR, Outbox.id.in_(shows_one)),
    )
    _request_updates(tx, account.workspace_id, which, now)


def request_update(tx: Session, workspace_id: int, key: str, now: datetime) -> None:
    """The subject of the notice of that key has changed: the notice, or the brief that tells it, is due for an update
    if it stands in Slack.
    """
    notice = aliased(Outbox)
    told_in = sa.select(notice.brief_id).where(notice.workspace_id == workspace_id, notice.dedupe_key == key)
    _request_updates(tx, workspace_id, sa.or_(Outbox.dedupe_key == key, Outbox.id == told_in.scalar_subquery()), now)


def show_instead(tx: Session, workspace_id: int, key: str, details: Details, now: datetime) -> None:
    """The message of that key shows something else from now on, if it stands in Slack."""
    tx.execute(
        sa.update(Outbox)
        .where(Outbox.workspace_id == workspace_id, Outbox.dedupe_key == key, Outbox.state == OutboxState.SENT)
        .values(details=details)
        .execution_options(synchronize_session=False)
    )
    request_update(tx, workspace_id, key, now)


def _request_updates(tx: Session, workspace_id: int, which: sa.ColumnElement[bool], now: datetime) -> None:
    # Rows still being sent are touched too: the lock on them orders this change against `mark_sent`.
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(Outbox.workspace_id == workspace_id, Outbox.state.in_((OutboxState.SENT, OutboxState.SENDING)), which)
        .values(not_before=sa.case((Outbox.state == OutboxState.SENT, now), else_=Outbox.not_before))
        .execution_options(synchronize_session=False)
    )
    note_due(tx, changed.rowcount)


def mark_homes(tx: Session, workspace_id: int, people: Iterable[int], now: datetime) -> None:
    """Marks the Home tabs of these people as due for an update: they show something that no message shows yet."""
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(
            Outbox.workspace_id == workspace_id,
            Outbox.dedupe_key.in_([f"{OutboxKind.HOME}:{person_id}" for person_id in sorted(set(people))]),
            Outbox.state == OutboxState.SENT,
        )
        .values(not_before=now)
        .execution_options(synchronize_session=False)
    )
    note_due(tx, changed.rowcount)


def home_of(tx: Session, person: Person) -> Details:
    """The place and the view that `track_home` keeps; {} if the person has not opened their Home tab yet."""
    its = sa.and_(
        Outbox.workspace_id == person.workspace_id, Outbox.dedupe_key == f"{OutboxKind.HOME}:{person.id}"
    )  # fmt: skip
    return tx.scalar(sa.select(Outbox.details).where(its)) or {}


def track_home(tx: Session, person: Person, *, start: int = 0, view: str = "", now: datetime) -> None:
    """The person looks at this view of their Home tab from item `start`: from now on it is kept true there."""
    details: Details = {"start": start, "view": view}
    values = {
        "workspace_id": person.workspace_id, "dedupe_key": f"{OutboxKind.HOME}:{person.id}", "kind": OutboxKind.HOME,
        "recipient": recipient(person.id), "lane": Lane.HOME, "message_key": uuid.uuid4().hex, "person_id": person.id,
        "details": details, "state": OutboxState.SENT, "created_at": now, "settled_at": now,
    }  # fmt: skip
    same = sa.and_(Outbox.workspace_id == person.workspace_id, Outbox.dedupe_key == values["dedupe_key"])
    again = sa.update(Outbox).where(same).values(details=details, settled_at=now)
    changed: Any = tx.execute(again)
    if not changed.rowcount and insert_once(tx, Outbox, values, keys=("workspace_id", "dedupe_key")) is None:
        # Another request was first.
        tx.execute(again)


def was_written(tx: Session, workspace_id: int, key: str) -> bool:
    """Whether a message of that key was ever written."""
    same = sa.and_(Outbox.workspace_id == workspace_id, Outbox.dedupe_key == key)
    return bool(tx.scalar(sa.select(sa.exists().where(same))))


def refresh_homes(tx: Session, people: Iterable[int], now: datetime) -> None:
    """A morning has come for these people, and what is due today or overdue on their Home tabs is so since then: they
    are due for an update, those that were opened within KEPT_TRUE_FOR.
    """
    tx.execute(
        sa.update(Outbox)
        .where(
            Outbox.person_id.in_(list(people)),
            Outbox.settled_at > now - KEPT_TRUE_FOR,
            Outbox.kind == OutboxKind.HOME,
            Outbox.state == OutboxState.SENT,
        )
        .values(not_before=now + _AFTER_THE_BRIEFS)
        .execution_options(synchronize_session=False)
    )
