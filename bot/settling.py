"""The outcome of an attempt to deliver a row of the outbox, and how it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from bot.posting import Sent
from bot.slack import POST_TIMEOUT
from store import accounts, notices, outbox, people, reviews
from store.digests import weekly
from store.outbox import claiming
from store.tables import OutboxKind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from handlers.messages import Nothing
    from store.outbox.claiming import Claimed

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Times:
    """How long things take. Tests that kill and freeze have shorter ones; `lease` > `grace` + twice `post`.

    `lease`: a claim excludes others; `grace`: Slack shows in the history what it took; `post`: seconds until a call
    is given up; `apart`: between two messages to one recipient.
    """

    lease: timedelta = claiming.LEASE
    grace: timedelta = outbox.GRACE
    post: int = POST_TIMEOUT
    apart: timedelta = timedelta()


USUAL = Times()


@dataclass(frozen=True)
class Skipped:
    """There was nothing to say."""

    why: Nothing


@dataclass(frozen=True)
class Waits:
    """The notice waits for its reader. `joins`: for the end of their hour. `tried`: Slack has refused it before."""

    until: datetime
    reason: str
    joins: bool = False
    tried: bool = False


@dataclass(frozen=True)
class Postponed:
    """Slack certainly did not take it, and it is tried again after `delay`; with `whole_workspace` all posts wait."""

    delay: timedelta
    error: str
    whole_workspace: bool = False


@dataclass(frozen=True)
class CanvasRefused:
    """Slack refuses a canvas for now, and it is tried again after `delay`. The account's lead is told once: `at_once`,
    or after three days.
    """

    delay: timedelta
    error: str
    at_once: bool


@dataclass(frozen=True)
class ToReopen:
    """Slack refused the conversation, `channel`, that was kept for the person; the next attempt opens it anew."""

    channel: str
    error: str


@dataclass(frozen=True)
class Failed:
    """Slack refused it for good. `in_doubt`: an earlier attempt may have arrived, and we may not look."""

    error: str
    in_doubt: bool = False


@dataclass(frozen=True)
class Unknown:
    """Slack may have taken it. It is looked up before it is posted again."""

    error: str


Outcome = Sent | Skipped | Waits | Postponed | CanvasRefused | ToReopen | Failed | Unknown


def settle(tx: Session, claimed: Claimed, outcome: Outcome, *, now: datetime, times: Times) -> None:
    """Write the outcome down. Where another attempt has the row by now, only what this one knows of Slack counts."""
    if _written(tx, claimed, outcome, now, times):
        return
    told = not claimed.posted and _written_late(tx, claimed, outcome, now, times)
    log.warning("delivery_taken_over", outbox=claimed.id, attempt=claimed.attempt, told=told)


def _written(tx: Session, claimed: Claimed, outcome: Outcome, now: datetime, times: Times) -> bool:
    """False: another attempt has the row."""
    match outcome:
        case Sent():
            kept = _sent(tx, claimed, outcome, now, times)
        case Skipped(why):
            kept = _skipped(tx, claimed, why, now)
        case Waits(until, reason, joins, tried):
            row = outbox.load(tx, claimed.id)
            kept = notices.put_off(tx, claimed, row, until, reason, tried=tried, joins=joins)
        case Postponed(delay, error, whole):
            kept = outbox.postpone(tx, claimed, until=now + delay, error=error, whole_workspace=whole)
        case CanvasRefused(delay, error, at_once):
            kept = outbox.postpone(tx, claimed, until=now + delay, error=error, whole_workspace=False)
            _tell_lead(tx, claimed, error, now, at_once=at_once)
        case ToReopen(channel, error):
            kept = _to_reopen(tx, claimed, channel, error, now)
        case Failed():
            kept = _failed(tx, claimed, outcome, now)
        case Unknown(error):
            kept = outbox.leave_unknown(tx, claimed, error=error, now=now, grace=times.grace)
    return kept


def _written_late(tx: Session, claimed: Claimed, outcome: Outcome, now: datetime, times: Times) -> bool:
    match outcome:
        case Sent(channel, ts):
            return outbox.record_late_success(tx, claimed, channel=channel, ts=ts, now=now)
        case Unknown():
            return outbox.delay_lookup(tx, claimed, until=now + times.grace)
        case _:
            return False


def _skipped(tx: Session, claimed: Claimed, why: Nothing, now: datetime) -> bool:
    """Others tell the notices that the message had taken, or they are pointless by now."""
    if not outbox.mark_skipped(tx, claimed, reason=why.reason, now=now):
        return False
    row = outbox.load(tx, claimed.id)
    if why.gives_back and not row.ts:
        notices.release(tx, row, now)
    elif not row.ts:
        notices.settle(tx, row, (), {})
    if why.tells_sharer:
        outbox.tell_sharer(tx, row.id, why.reason, now)
    if why.tells_lead:
        tell_lead = weekly.tell_lead if row.kind == OutboxKind.WEEKLY_DIGEST else reviews.tell_lead
        tell_lead(tx, row, why.reason, now)
    return True


def _sent(tx: Session, claimed: Claimed, sent: Sent, now: datetime, times: Times) -> bool:
    if not outbox.mark_sent(tx, claimed, channel=sent.channel, ts=sent.ts, now=now, apart=times.apart):
        return False
    if claimed.kind == OutboxKind.CANVAS:
        outbox.canvas_written(tx, claimed.id, sent.content, now, withheld=sent.withheld)
    outbox.continue_in_thread(tx, claimed.id, now)
    if sent.withheld:
        _tell_lead(tx, claimed, "read_by_others", now, at_once=True)
    return True


def _tell_lead(tx: Session, claimed: Claimed, why: str, now: datetime, *, at_once: bool) -> None:
    row = outbox.load(tx, claimed.id)
    lead = accounts.lead_of(tx, row.account_id) if row.account_id else None
    outbox.canvas_refused(tx, row, why, now, at_once=at_once, lead=lead)


def _to_reopen(tx: Session, claimed: Claimed, channel: str, error: str, now: datetime) -> bool:
    """The row is due at once; its next attempt opens the conversation by the person's id."""
    person = outbox.load(tx, claimed.id).person
    if person is not None:
        people.forget_conversation(tx, person, channel)
    return outbox.reopen(tx, claimed, error=error, now=now)


def _failed(tx: Session, claimed: Claimed, outcome: Failed, now: datetime) -> bool:
    if not outbox.mark_failed(tx, claimed, error=outcome.error, now=now):
        return False
    if claimed.kind == OutboxKind.SHARED and not claimed.posted:
        # A person has just shared it: they are told at once, and share it again when it can be posted.
        outbox.tell_sharer(tx, claimed.id, outcome.error, now, in_doubt=outcome.in_doubt)
    elif claimed.kind in reviews.IN_CHANNELS and not claimed.posted:
        reviews.tell_lead(tx, outbox.load(tx, claimed.id), outcome.error, now)
    elif claimed.kind == OutboxKind.WEEKLY_DIGEST and not claimed.posted:
        weekly.tell_lead(tx, outbox.load(tx, claimed.id), outcome.error, now)
    elif not claimed.posted:
        # Perhaps only the brief was at fault, not the notices in it.
        notices.release(tx, outbox.load(tx, claimed.id), now)
    return True
