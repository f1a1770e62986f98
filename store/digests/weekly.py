"""The weekly digest of an account in its channel: when it comes, the facts since the last one, and its rhythm.

A digest row of an account has one instant at which it is due. The key of a message is its account and day, so it is
written once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import accounts, outbox, people
from store.commitments.promises import IS_PROMISE
from store.commitments.questions import SHOWN
from store.db import UtcDateTime, insert_once
from store.errors import BadInputError, ChangedMeanwhileError, NotAllowedError
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import WEEK, WorkingDays, working_days_of
from store.rules.reviews import begins_at
from store.rules.weekly import next_time
from store.scope import people_of, seen_by
from store.settings import HOURS
from store.tables import (
    Account,
    Category,
    Commitment,
    Entry,
    Outbox,
    OutboxKind,
    OutboxState,
    Person,
    State,
    Subject,
    WeeklyDigest,
    Workspace,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

# Accounts looked at in one transaction, and commitments of each kind that a digest shows, and its thread.
BATCH, SHOWN_OF_EACH, _IN_THREAD = 100, 5, 12
# The categories whose accounts have one unless people choose otherwise.
_USUAL_HOUR, _USUAL = 9, (Category.A, Category.B)
_WITH_PEOPLE = joinedload(WeeklyDigest.account).options(
    joinedload(Account.owner).joinedload(Person.workspace), joinedload(Account.coach).joinedload(Person.workspace)
)


@dataclass(frozen=True)
class Week:
    """The facts of a digest by kind, each at most SHOWN_OF_EACH commitments, and the number of all. `moves`: how often
    each commitment that was moved later slipped since the last digest, by id.
    """

    done: Sequence[Commitment]
    moved: Sequence[Commitment]
    overdue: Sequence[Commitment]
    due: Sequence[Commitment]
    counts: Mapping[str, int]
    moves: Mapping[int, int]

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())

    @property
    def shown(self) -> list[Commitment]:
        return list({one.id: one for rows in (self.done, self.moved, self.overdue, self.due) for one in rows}.values())


# ---- planning ------------------------------------------------------------------------------------------


def plan_due(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None:
    """Write the digests that are due; the keys of their messages. None if no account is due."""
    fresh = _begin(tx, now, workspaces)
    due = sa.select(WeeklyDigest).where(WeeklyDigest.next_at <= now)
    if workspaces is not None:
        due = due.where(WeeklyDigest.workspace_id.in_(list(workspaces)))
    rows = tx.scalars(
        due.options(_WITH_PEOPLE)
        .order_by(WeeklyDigest.next_at, WeeklyDigest.id)
        .limit(BATCH)
        .with_for_update(of=WeeklyDigest, skip_locked=True)
    ).all()
    if not rows and not fresh:
        return None
    written = [_write(tx, row, now) for row in rows]
    tx.flush()
    return [key for key in written if key is not None]


def _begin(tx: Session, now: datetime, workspaces: Collection[int] | None) -> int:
    """Give the accounts with a new channel their rhythm; returns how many."""
    has_one = sa.exists().where(WeeklyDigest.account_id == Account.id)
    new = sa.select(Account).where(Account.channel.is_not(None), Account.archived_at.is_(None),
                                   Account.merged_into_id.is_(None), ~has_one)  # fmt: skip
    if workspaces is not None:
        new = new.where(Account.workspace_id.in_(list(workspaces)))
    with_people = (joinedload(Account.owner), joinedload(Account.coach))
    found = tx.scalars(new.options(*with_people).order_by(Account.id).limit(BATCH)).all()
    for account in found:
        first = _next_time(tx, account, 0, _USUAL_HOUR, now)
        values = {"workspace_id": account.workspace_id, "account_id": account.id, "next_at": first}
        insert_once(tx, WeeklyDigest, values, keys=("account_id",))
    return len(found)


def _write(tx: Session, row: WeeklyDigest, now: datetime) -> str | None:
    """Write the message that is due, and set the time of the next one. After a standstill of weeks one comes; on a day
    off it waits for the next working day, and if that is in another week the digest of that week tells it.
    """
    account = row.account
    works, zone = works_of(tx, account), zone_of_account(account)
    day = local_day(_last_time(row, works, zone, now), zone)
    following = _next_time(tx, account, row.weekday, row.hour, now)
    if not works.works_on(local_day(now, zone)):
        tomorrow = works.next_after(local_day(now, zone))
        row.next_at = min(following, begins_at(tomorrow, time(row.hour), zone))
        return None
    row.next_at = following
    actor = actor_of(account)
    if not is_wanted(row) or not account.is_live or account.restricted or not account.channel or actor is None:
        return None
    key = f"{OutboxKind.WEEKLY_DIGEST}:{account.id}:{day.isoformat()}"
    written = outbox.enqueue(
        tx, workspace_id=row.workspace_id, key=key, kind=OutboxKind.WEEKLY_DIGEST, now=now, account_id=account.id,
        actor_id=actor.id, channel=account.channel, day=day,
    )  # fmt: skip
    return key if written is not None else None


def _last_time(row: WeeklyDigest, works: WorkingDays, zone: str, now: datetime) -> datetime:
    """The last instant until now on which it was due."""
    at = row.next_at or now
    while (later := next_time(at, row.weekday, row.hour, zone, works)) <= now:
        at = later
    return at


def is_wanted(row: WeeklyDigest) -> bool:
    """Whether the account has a digest: as people chose, else by its category."""
    return row.account.category in _USUAL if row.is_on is None else row.is_on


def actor_of(account: Account) -> Person | None:
    """The colleague for whom it is written: the lead, else the coach; None if neither is here."""
    return people.first_here(account.owner, account.coach)


def zone_of_account(account: Account) -> str:
    actor = actor_of(account)
    return actor.zone if actor else "UTC"


def works_of(tx: Session, account: Account) -> WorkingDays:
    """The working days of the channel's workspace."""
    workspace = tx.scalars(sa.select(Workspace).where(Workspace.id == account.workspace_id)).one()
    return working_days_of(workspace.working_week, workspace.holidays_region)


def _next_time(tx: Session, account: Account, weekday: int, hour: int, now: datetime) -> datetime:
    return next_time(now, weekday, hour, zone_of_account(account), works_of(tx, account))


# ---- its facts -----------------------------------------------------------------------------------------


def since(tx: Session, row: Outbox) -> datetime:
    """The instant of the last digest that was sent before this one, else a week before it."""
    newest = sa.func.max(Outbox.created_at, type_=UtcDateTime())
    last = tx.scalar(
        sa.select(newest).where(
            Outbox.account_id == row.account_id, Outbox.kind == OutboxKind.WEEKLY_DIGEST, Outbox.id < row.id,
            Outbox.state == OutboxState.SENT,
        )
    )  # fmt: skip
    return last or row.created_at - timedelta(days=7)


def is_for_client(tx: Session, account: Account) -> bool:
    """Whether the account's digest comes where its client reads, too."""
    chosen = sa.select(WeeklyDigest.for_client).where(WeeklyDigest.account_id == account.id)
    return tx.scalar(chosen) is True


def week_of(
    tx: Session, viewer: Person, account: Account, begins: datetime, now: datetime, *, skip: int = 0,
    others: bool = False,
) -> Week:  # fmt: skip
    """The commitments that were done and moved later since `begins`, those that are overdue, and those
    that fall due within a week, as far as the viewer
    sees them; wishes are left out. `skip`: so many commitments of each kind are left out. Where `others` read, these
    are the commitments that the client may see, and nothing says that one was moved.
    """
    today = local_day(now, zone_of_account(account))
    its = [seen_by(Commitment, viewer), Commitment.account_id == account.id, IS_PROMISE]
    its += [Commitment.internal.is_(False)] if others else []
    is_open = Commitment.ended_at.is_(None)
    moves = {} if others else _moves(tx, its, begins)
    kinds: dict[str, list[Any]] = {
        "done": [Commitment.state == State.DONE, Commitment.ended_at > begins],
        "moved": [is_open, Commitment.id.in_(list(moves))],
        "overdue": [is_open, Commitment.due_on < today],
        "due": [is_open, Commitment.due_on >= today, Commitment.due_on < today + WEEK],
    }
    counts = tx.execute(
        sa.select(*(sa.func.sum(sa.case((sa.and_(*which), 1), else_=0)) for which in kinds.values())).where(*its)
    ).one()
    rows: dict[str, Sequence[Commitment]] = {}
    for name, which in kinds.items():
        query = sa.select(Commitment).where(*its, *which).order_by(Commitment.due_on, Commitment.id).options(*SHOWN)
        size = SHOWN_OF_EACH if not skip else _IN_THREAD
        rows[name] = tx.scalars(query.offset(skip).limit(size)).all()
    return Week(**rows, counts=dict(zip(kinds, map(int, (one or 0 for one in counts)), strict=True)), moves=moves)


def _moves(tx: Session, its: Sequence[sa.ColumnElement[bool]], begins: datetime) -> dict[int, int]:
    """How often each open commitment was moved later since then, by id."""
    those = sa.select(Commitment.id).where(*its, Commitment.ended_at.is_(None), Commitment.slips > 0)
    which = Entry.subject_kind == Subject.COMMITMENT, Entry.subject_id.in_(those), Entry.at > begins
    found: dict[int, int] = {}
    for row in tx.execute(sa.select(Entry.subject_id, Entry.changes).where(*which)):
        if "slips" in row.changes:
            found[row.subject_id] = found.get(row.subject_id, 0) + 1
    return found


# ---- its rhythm ----------------------------------------------------------------------------------------


def get(tx: Session, viewer: Person, account_id: int, now: datetime, *, to_change: bool = False) -> WeeklyDigest:
    """The rhythm of an account that the viewer sees. BadInputError if the account has no channel."""
    account = accounts.get(tx, viewer, account_id)
    if not account.channel or not account.is_live:
        raise BadInputError(f"{account.name} has no channel. Choose one with “Edit” on its page first.")
    first = _next_time(tx, account, 0, _USUAL_HOUR, now)
    if to_change:
        values = {"workspace_id": account.workspace_id, "account_id": account.id, "next_at": first}
        insert_once(tx, WeeklyDigest, values, keys=("account_id",))
    query = sa.select(WeeklyDigest).where(WeeklyDigest.account_id == account.id).options(_WITH_PEOPLE)
    if to_change:
        query = query.with_for_update(of=WeeklyDigest).execution_options(populate_existing=True)
    found = tx.scalar(query)
    return found or WeeklyDigest(
        workspace_id=account.workspace_id, account_id=account.id, account=account, weekday=0, hour=_USUAL_HOUR,
        version=1, is_on=None, next_at=first, for_client=False,
    )  # fmt: skip


def is_its_own(tx: Session, viewer: Person, account: Account) -> bool:
    """Whether the viewer may change when the digest comes, also outside of its channel: the people of the account may,
    and admins.
    """
    return viewer.is_admin or viewer.id in people_of(tx, [account.id])[account.id]


def check_right(tx: Session, viewer: Person, account: Account, *, in_channel: bool) -> None:
    """NotAllowedError if the viewer may not change when the digest comes: the members of its channel may, too."""
    if in_channel or is_its_own(tx, viewer, account):
        return
    raise NotAllowedError(
        f"Only the plan team of {account.name} and the members of its channel can change its weekly digest. Join the"
        " channel, and press again."
    )


def change(
    tx: Session, viewer: Person, account_id: int, *, is_on: bool, weekday: int, hour: int, version: int,
    in_channel: bool, now: datetime, for_client: bool = False,
) -> WeeklyDigest:  # fmt: skip
    """Say when the digest comes and whether the client reads one, or stop it. ChangedMeanwhileError if another person
    has changed it since `version`.
    """
    row = get(tx, viewer, account_id, now, to_change=True)
    check_right(tx, viewer, row.account, in_channel=in_channel)
    if weekday not in range(7) or hour not in HOURS:
        raise BadInputError(f"Choose a weekday, and an hour from {HOURS[0]} to {HOURS[-1]}.", field="hour")
    if (row.is_on, row.weekday, row.hour, row.for_client) == (is_on, weekday, hour, for_client):
        return row
    if row.version != version:
        raise ChangedMeanwhileError(
            f"Somebody has changed the weekly digest of {row.account.name} meanwhile. Open the form again."
        )
    row.is_on, row.weekday, row.hour, row.version = is_on, weekday, hour, row.version + 1
    row.for_client = for_client
    row.next_at = _next_time(tx, row.account, weekday, hour, now)
    tx.flush()
    return row


def tell_lead(tx: Session, row: Outbox, why: str, now: datetime) -> None:
    """The lead hears once that the digest cannot be posted in this channel, and `why`."""
    account = tx.scalars(
        sa.select(Account).where(Account.id == row.account_id)
        .options(joinedload(Account.owner), joinedload(Account.coach))
    ).one()  # fmt: skip
    reader = actor_of(account)
    if reader is not None and row.channel:
        outbox.enqueue(
            tx, workspace_id=row.workspace_id, kind=OutboxKind.WEEKLY_NOT_POSTED, now=now, person=reader,
            key=f"{OutboxKind.WEEKLY_NOT_POSTED}:{account.id}:{row.channel}:{why}", account_id=account.id,
            actor_id=reader.id, details={"channel": row.channel, "why": why},
        )  # fmt: skip
