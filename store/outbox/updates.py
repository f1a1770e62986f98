"""Messages and Home tabs that are due for an update, because a subject in them has changed."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from store.db import insert_once
from store.outbox.queue import note_due, recipient
from store.tables import (
    HIDDEN_WITH_ACCOUNT,
    Account,
    Commitment,
    Details,
    Lane,
    Mention,
    Outbox,
    OutboxKind,
    OutboxState,
    Subject,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from store.tables import HasHistory, Person
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
    shown_in = sa.select(Mention.outbox_id).where(
        Mention.subject_kind == subject.subject_kind, Mention.subject_id == subject.id
    )
    shows_it: sa.ColumnElement[bool] = Outbox.id.in_(shown_in)
    if not however_old:
        shows_it = sa.and_(shows_it, Outbox.created_at > now - KEPT_TRUE_FOR)
    account_id = subject.id if isinstance(subject, Account) else getattr(subject, "account_id", None)
    which = sa.or_(_homes(people, account_id, now), shows_it)
    _request_updates(tx, subject.workspace_id, which, now)


def keep_account_true(tx: Session, account: Account, now: datetime, *, for_all: bool = False) -> None:
    """The account changed, and so did what is said of it: recent messages that show it or a subject of it, and the
    Home tabs of the owners and creators of its commitments, are due for an update.

    `for_all`: other people see it now than before, so every such message and every Home tab of the workspace is due.
    """
    its = Commitment.account_id == account.id
    shows_one = sa.select(Mention.outbox_id).where(
        sa.or_(
            *(
                sa.and_(
                    Mention.subject_kind == table.subject_kind,
                    Mention.subject_id == account.id
                    if table is Account
                    else Mention.subject_id.in_(sa.select(table.id).where(table.account_id == account.id)),
                )
                for table in HIDDEN_WITH_ACCOUNT
            )
        )
    )
    is_open = sa.and_(its, Commitment.ended_at.is_(None))
    at_home = Outbox.person_id.in_(
        sa.union(*(sa.select(one).where(is_open) for one in (Commitment.owner_id, Commitment.creator_id)))
    )
    shows_it: sa.ColumnElement[bool] = Outbox.id.in_(shows_one)
    if not for_all:
        shows_it = sa.and_(Outbox.created_at > now - KEPT_TRUE_FOR, shows_it)
    which = sa.or_(sa.and_(Outbox.kind == OutboxKind.HOME, sa.true() if for_all else at_home), shows_it)
    _request_updates(tx, account.workspace_id, which, now)


def request_update(tx: Session, workspace_id: int, key: str, now: datetime, *, details: Details | None = None) -> None:
    """The subject of the notice of that key has changed: the notice, or the brief that tells it, is due for an update
    if it stands in Slack. With `details`, the notice has these from now on.
    """
    if details is not None:
        _keep_details(tx, workspace_id, key, details)
    notice = aliased(Outbox)
    told_in = sa.select(notice.brief_id).where(notice.workspace_id == workspace_id, notice.dedupe_key == key)
    _request_updates(tx, workspace_id, sa.or_(Outbox.dedupe_key == key, Outbox.id == told_in.scalar_subquery()), now)


def show_instead(tx: Session, workspace_id: int, key: str, details: Details, now: datetime) -> None:
    """The message of that key shows something else from now on, if it stands in Slack."""
    _keep_details(tx, workspace_id, key, details, Outbox.state == OutboxState.SENT)
    request_update(tx, workspace_id, key, now)


def _keep_details(
    tx: Session, workspace_id: int, key: str, details: Details, *which: sa.ColumnElement[bool]
) -> None:  # fmt: skip
    its = Outbox.workspace_id == workspace_id, Outbox.dedupe_key == key
    keep = sa.update(Outbox).where(*its, *which).values(details=details)
    tx.execute(keep.execution_options(synchronize_session=False))


def turn_answer(tx: Session, person: Person, channel: str, ts: str, view: str, now: datetime) -> None:
    """The answer to this person that stands at that place shows another view from now on, such as the next page."""
    at = Outbox.posted_channel == channel, Outbox.ts == ts, Outbox.person_id == person.id
    row = tx.scalar(sa.select(Outbox).where(*at, Outbox.kind == OutboxKind.ANSWER).with_for_update())
    if row is not None and row.dedupe_key is not None:
        row.details = {**row.details, "view": view}
        tx.flush()
        request_update(tx, row.workspace_id, row.dedupe_key, now)


def _request_updates(tx: Session, workspace_id: int, which: sa.ColumnElement[bool], now: datetime) -> None:
    # Rows still being sent are touched too: the lock on them orders this change against `mark_sent`.
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(Outbox.workspace_id == workspace_id, Outbox.state.in_((OutboxState.SENT, OutboxState.SENDING)), which)
        .values(not_before=sa.case((Outbox.state == OutboxState.SENT, now), else_=Outbox.not_before))
        .execution_options(synchronize_session=False)
    )
    note_due(tx, changed.rowcount)


def mark_homes(
    tx: Session, workspace_id: int, people: Iterable[int], now: datetime, *, account_id: int | None = None
) -> None:
    """Marks the Home tabs of these people, and those on which the account stands open, as due for an update: they show
    something that no message shows yet.
    """
    changed: Any = tx.execute(
        sa.update(Outbox)
        .where(
            Outbox.workspace_id == workspace_id,
            _homes(people, account_id, now),
            Outbox.state == OutboxState.SENT,
        )
        .values(not_before=now)
        .execution_options(synchronize_session=False)
    )
    note_due(tx, changed.rowcount)


def _homes(people: Iterable[int], account_id: int | None, now: datetime) -> sa.ColumnElement[bool]:
    """The Home tabs of these people, and those on which that account stands open since KEPT_TRUE_FOR."""
    theirs = Outbox.dedupe_key.in_([f"{OutboxKind.HOME}:{person_id}" for person_id in sorted(set(people))])
    if account_id is None:
        return theirs
    shows_account = sa.select(Mention.outbox_id).where(
        Mention.subject_kind == Subject.ACCOUNT, Mention.subject_id == account_id
    )
    lately = sa.and_(Outbox.kind == OutboxKind.HOME, Outbox.settled_at > now - KEPT_TRUE_FOR)
    return sa.or_(theirs, sa.and_(lately, Outbox.id.in_(shows_account)))


def home_of(tx: Session, person: Person) -> Details:
    """The place and the view that `track_home` keeps; {} if the person has not opened their Home tab yet."""
    its = sa.and_(
        Outbox.workspace_id == person.workspace_id, Outbox.dedupe_key == f"{OutboxKind.HOME}:{person.id}"
    )  # fmt: skip
    return tx.scalar(sa.select(Outbox.details).where(its)) or {}


def track_home(
    tx: Session, person: Person, *, start: int = 0, view: str = "", account: Account | None = None, now: datetime
) -> None:
    """The person looks at this view of their Home tab from item `start`, on which the account stands open: from now on
    it is kept true there.
    """
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
    if account is not None:
        # The next update of the Home tab forgets an account that it does not show any more.
        row_id = sa.select(Outbox.id).where(same).scalar_subquery()
        tx.execute(sa.delete(Mention).where(Mention.outbox_id == row_id).execution_options(synchronize_session=False))
        tx.execute(
            sa.insert(Mention).values(
                outbox_id=row_id, subject_kind=Subject.ACCOUNT, subject_id=account.id, position=0,
                workspace_id=person.workspace_id, person_id=person.id, version=account.version,
            )
        )  # fmt: skip


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
