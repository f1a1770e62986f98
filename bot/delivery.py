"""Deliver one claimed row of the outbox: look it up, read the ledger, post, settle in a new transaction.

docs/decisions/0005-delivery.md has the protocol, and what no client can promise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog

from bot import canvases, pictures, posting
from bot.pictures import UnreadError
from bot.posting import Sent, StaleConversationError, TooLateError, UnreadableError
from bot.settling import CanvasRefused, Failed, Postponed, Skipped, ToReopen, Unknown, Waits, settle
from bot.slack import (
    DeliveryError,
    Fault,
    NotTakenError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    outcomes,
)
from handlers.calendars import files as calendar_files
from handlers.messages import Later, Message, Nothing, render
from handlers.slack import blocks as b
from handlers.slack import channels
from store import notices, outbox, people, reviews, workspaces
from store.outbox import claiming
from store.rules.calendar.brief_times import local_day, next_morning
from store.rules.nudging.readers import TAKEN_WITHIN
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient
    from sqlalchemy.orm import Session

    from bot.settling import Outcome, Times
    from handlers.calendars.files import File
    from handlers.pictures.drawing import Picture
    from store.db import Ledger
    from store.outbox.claiming import Claimed
    from store.tables import Outbox

log = structlog.get_logger(__name__)

# After so many attempts, about an hour, a message that cannot be put into words is given up: it holds up all later ones
# to the same person.
_GIVE_UP_AFTER = 20
# While Slack refuses our token it is asked this often, with one message.
_TOKEN_REFUSED = timedelta(minutes=1)
# A conversation that Slack refuses for longer is not tried every few minutes any more: a notice goes with the next
# morning, anything else is given up.
_PATIENCE = timedelta(days=1)
# A message that stands where Slack refuses us is updated this often.
_UPDATED_AGAIN = timedelta(hours=1)
# So often, and in this distance, Slack is asked whether it has read a picture. Then the message goes without it.
_LOOKS_AT_A_PICTURE, _LOOK_AT_A_PICTURE = 8, timedelta(seconds=1)
# A canvas that is edited just now is tried again after this time, and later ever more rarely.
_CANVAS_AGAIN = timedelta(seconds=10)


# Messages in channels: who reads there is asked before each post and update. One that is refused is not tried again.
IN_CHANNELS = (OutboxKind.SHARED, OutboxKind.RECORDED, OutboxKind.WEEKLY_DIGEST, *reviews.IN_CHANNELS)


class SpeechlessError(Exception):
    """A bug of ours: the words of a message could not be made. Nothing was posted."""


class Delivery:
    """Delivers claimed rows. `client_of(workspace id)` gives the client to post with; `pace` is the time between two
    posts to a workspace.
    """

    def __init__(
        self,
        ledger: Ledger,
        client_of: Callable[[int], WebClient],
        clock: Callable[[], datetime],
        *,
        pace: timedelta,
        times: Times,
    ) -> None:
        self._ledger = ledger
        self._client_of = client_of
        self.clock = clock
        self.pace = pace
        self.times = times

    def deliver(self, claimed: Claimed) -> None:
        """Make one attempt and write its outcome down."""
        try:
            outcome = self._attempt(claimed)
        except TooLateError:
            # The lease brings the row back.
            log.warning("delivery_too_late", outbox=claimed.id, attempt=claimed.attempt)
            return
        except (DeliveryError, SpeechlessError) as error:
            outcome = self._outcome_of(claimed, error)
        if outcome is None:
            return
        with self._ledger.begin() as tx:
            self._settle(tx, claimed, outcome)
        if isinstance(outcome, Sent) and outcome.found:
            log.info("delivery_found", outbox=claimed.id, kind=claimed.kind)
        elif isinstance(outcome, Sent):
            log.info("delivered", outbox=claimed.id, kind=claimed.kind, update=claimed.posted)

    def _attempt(self, claimed: Claimed) -> Outcome | None:
        """None if nothing is left to settle: the transaction that read the ledger did it, or another attempt has the
        row.
        """
        if claimed.unknown_since is not None:
            row = self._row(claimed)
            client = self._client_of(row.workspace_id)
            if claimed.kind == OutboxKind.CANVAS:
                found = canvases.find(client, row)
            else:
                found = posting.look_up(self._ledger, client, row, claimed.unknown_since)
            if found is not None:
                return found
        asks = claimed.kind in IN_CHANNELS or claimed.kind == OutboxKind.CANVAS
        others = self._others_read(claimed) if asks else None
        # A post that begins by then ends within the lease: see `_in_time`.
        begins_by = self.clock() + self.times.grace
        with self._ledger.begin() as tx:
            row = outbox.load(tx, claimed.id)
            if asks:
                row.details = {**row.details, "external": others}
            if claimed.kind == OutboxKind.CANVAS:
                outbox.begin_canvas(tx, row, self.clock())
            made = self._prepare(tx, row, claimed)
            if isinstance(made, Skipped | Waits):
                # In the transaction that read the ledger, so that nothing changes between. The workspace before the
                # row: everything that locks both takes them in this order.
                claiming.give_back_pace(tx, row.workspace_id, pace=self.pace, now=self.clock())
                self._settle(tx, claimed, made)
        if not isinstance(made, Message):
            return None
        return self._post(claimed, row, made, begins_by)

    def _post(self, claimed: Claimed, row: Outbox, made: Message, begins_by: datetime) -> Outcome:
        client = self._client_of(row.workspace_id)
        if made.canvas is not None:
            return canvases.write(client, row, made.canvas)
        if made.picture is not None:
            try:
                made = self._with_picture(row, made, made.picture)
            except UnreadError:
                if claimed.attempt < _LOOKS_AT_A_PICTURE:
                    return Postponed(_LOOK_AT_A_PICTURE, "Slack has not read its picture yet")
        if made.file is not None:
            made = self._with_file(row, made, made.file)
        return posting.post(self._ledger, client, row, made, lambda: self.clock() <= begins_by)

    def _with_file(self, row: Outbox, made: Message, file: File) -> Message:
        """The message with the link of its file, or with the words for a Slack that takes no file."""
        link = pictures.link_to(self._client_of(row.workspace_id), file)
        if link is None:
            with self._ledger.begin() as tx:
                outbox.note_no_file(tx, row.id)
        return replace(made, blocks=b.named([*made.blocks, *calendar_files.link_blocks(file, link)]))

    def _with_picture(self, row: Outbox, made: Message, picture: Picture) -> Message:
        """The message with its picture below the first block, if Slack takes the picture."""
        client = self._client_of(row.workspace_id)
        file = pictures.uploaded(self._ledger, client, row.workspace_id, picture, self.clock())
        if file is None:
            return made
        first, *others = made.blocks
        image = {"type": "image", "slack_file": {"id": file}, "alt_text": picture.title}
        return replace(made, blocks=b.named([first, image, *others]))

    def _settle(self, tx: Session, claimed: Claimed, outcome: Outcome) -> None:
        settle(tx, claimed, outcome, now=self.clock(), times=self.times)

    def _prepare(self, tx: Session, row: Outbox, claimed: Claimed) -> Message | Skipped | Waits | None:
        """The message that is posted next, with its contents saved. None if another attempt has the row, or if a bundle
        tells it.
        """
        made = self._render(tx, row)
        if isinstance(made, Later) and made.joins and claimed.unknown_since:
            # Until it is decided it holds up all that comes later.
            made = made.joins
        if isinstance(made, Later):
            return Waits(made.until, made.reason, joins=made.joins is not None)
        if isinstance(made, Nothing):
            return Skipped(made)
        if row.attempts != claimed.attempt or not self._in_time(tx, row, claimed):
            return None
        if claimed.kind in notices.KINDS and self._bundled(tx, row, claimed):
            return None
        outbox.save_contents(tx, row, made.shown)
        if not row.ts:
            notices.settle(tx, row, made.told, made.waits)
            if made.more != row.details.get("more", 0):
                row.details = {**row.details, "more": made.more}
            if made.has_rest:
                row.details = {**row.details, "has_rest": True}
        return made

    def _render(self, tx: Session, row: Outbox) -> Message | Nothing | Later:
        try:
            return render(tx, row, self.clock())
        except sa.exc.SQLAlchemyError:
            raise
        except Exception as error:
            raise SpeechlessError(f"it could not be put into words ({type(error).__name__})") from error

    def _in_time(self, tx: Session, row: Outbox, claimed: Claimed) -> bool:
        """Whether the row stays ours for as long as a post may take, and the grace after it; the lease is renewed
        where less than that is left. False: another attempt has taken it.
        """
        now = self.clock()
        needed = now + self.times.grace + timedelta(seconds=self.times.post)
        if row.not_before is not None and row.not_before >= needed:
            return True
        return outbox.extend_lease(tx, claimed, now + self.times.lease)

    def _bundled(self, tx: Session, row: Outbox, claimed: Claimed) -> bool:
        """Whether the notice is told by a bundle that was written for it just now, with the others that wait."""
        now = self.clock()
        if row.person is None or claimed.posted or claimed.unknown_since:
            return False
        # Locked until the commit, so that no other attempt takes the row meanwhile.
        if not outbox.extend_lease(tx, claimed, now + self.times.lease):
            return True
        return notices.bundle(tx, row, local_day(now, row.person.zone), now)

    def _others_read(self, claimed: Claimed) -> bool | None:
        """Whether guests or people of another company read where an item was shared: asked before each post and update.
        None if that is not known yet.
        """
        with self._ledger.read() as tx:
            row = outbox.load(tx, claimed.id)
            team_id, actor = workspaces.team_of(tx, row.workspace_id), outbox.actor_of(tx, row)
        channel, client = row.posted_channel or row.channel or "", self._client_of(row.workspace_id)
        if not row.channel:
            # A message about a review of an account without a channel: to the lead alone.
            return False
        try:
            with outcomes():
                readers = channels.readers_of(self._ledger, client, team_id, channel, self.clock())
        except RateLimitedError as limit:
            # This question is limited, not what else we post.
            raise RateLimitedError(str(limit), limit.retry_after, whole_workspace=False) from limit
        except (OutcomeUnknownError, AttributeError, TypeError) as error:
            # Not Slack's answer, or none. Asking twice is the same as once.
            raise NotTakenError(str(error)) from error
        if row.kind == OutboxKind.CANVAS:
            return self._others_read_canvas(row, readers)
        if row.kind == OutboxKind.RECORDED and actor.slack_id not in readers.members:
            # The form says in which channel the message is, and a form is not trusted.
            return True
        return readers.others

    def _others_read_canvas(self, row: Outbox, readers: channels.Readers) -> bool | None:
        """The same for the canvas of an account, whose channel the bot must be in."""
        if readers.is_archived or not readers.is_member:
            raise RefusedError("is_archived" if readers.is_archived else "not_in_channel", Fault.CONVERSATION)
        if readers.others and not row.ts:
            raise RefusedError("read_by_others", Fault.CONVERSATION)
        return readers.others

    # ---- what an error means -----------------------------------------------------------------------------------

    def _outcome_of(self, claimed: Claimed, error: DeliveryError | SpeechlessError) -> Outcome:
        again = Postponed(_backoff(claimed.attempt), str(error))
        if isinstance(error, RateLimitedError):
            delay = min(error.retry_after, claiming.LONGEST_HOLD)
            return Postponed(delay, str(error), whole_workspace=error.whole_workspace)
        if claimed.kind == OutboxKind.CANVAS and isinstance(error, RefusedError | NotTakenError):
            return self._canvas_refused(claimed, error)
        if isinstance(error, RefusedError):
            return self._refused(claimed, error)
        if isinstance(error, OutcomeUnknownError):
            log.warning("delivery_outcome_unknown", outbox=claimed.id, kind=claimed.kind, error=str(error))
            gives_up = error.by_slack and self._has_lasted(self._row(claimed))
            return Failed(str(error)) if gives_up else Unknown(str(error))
        if isinstance(error, SpeechlessError):
            log.error("courier_failed", outbox=claimed.id, kind=claimed.kind, exc_info=error)
            return Failed(str(error)) if claimed.attempt >= _GIVE_UP_AFTER else again
        return again

    def _canvas_refused(self, claimed: Claimed, error: RefusedError | NotTakenError) -> Outcome:
        """A person has to mend what Slack refuses plainly. A canvas that somebody edits just now is tried again, after
        as long as it was refused so far.
        """
        log.warning("canvas_refused", outbox=claimed.id, error=str(error))
        if isinstance(error, RefusedError):
            if error.fault is Fault.AUTHENTICATION:
                return Postponed(_TOKEN_REFUSED, str(error), whole_workspace=True)
            return CanvasRefused(_UPDATED_AGAIN, str(error), at_once=True)
        since = self._row(claimed).details.get("refused_since")
        so_far = self.clock() - datetime.fromisoformat(since) if since else timedelta()
        return CanvasRefused(min(_UPDATED_AGAIN, max(_CANVAS_AGAIN, so_far)), str(error), at_once=False)

    def _refused(self, claimed: Claimed, error: RefusedError) -> Outcome:
        """Only a fault of the message is final. Everything else waits, and is told once Slack takes it again."""
        fault = {"fault": error.fault.value} | ({"where": error.where} if error.where else {})
        log.warning("delivery_refused", outbox=claimed.id, kind=claimed.kind, error=str(error), **fault)
        why = str(error)
        if isinstance(error, UnreadableError):
            return self._unreadable(self._row(claimed), error)
        if isinstance(error, StaleConversationError):
            return ToReopen(error.channel, why)
        at_once = claimed.kind in IN_CHANNELS and not claimed.posted
        if error.fault is Fault.MESSAGE or (error.fault is Fault.PERMISSION and at_once):
            return Failed(why)
        if error.fault is Fault.AUTHENTICATION:
            return Postponed(_TOKEN_REFUSED, why, whole_workspace=True)
        if error.fault is Fault.CONVERSATION:
            return self._conversation_refused(claimed, self._row(claimed), why)
        return Postponed(_backoff(claimed.attempt), why)

    def _unreadable(self, row: Outbox, error: UnreadableError) -> Outcome:
        gives_up = error.fault is Fault.CONVERSATION and (row.channel or self._has_lasted(row))
        return Failed(str(error), in_doubt=True) if gives_up else Unknown(str(error))

    def _conversation_refused(self, claimed: Claimed, row: Outbox, why: str) -> Outcome:
        """A message to a person is tried again for as long as they may wait for it. People who share an item in a
        channel see at once that it is not there, and share it elsewhere.
        """
        has_lasted = self._has_lasted(row)
        is_notice = row.kind in notices.KINDS and not claimed.posted and not claimed.unknown_since
        is_old = self.clock() - row.created_at > outbox.KEPT_TRUE_FOR
        if claimed.posted and not is_old:
            return Postponed(_UPDATED_AGAIN, why)
        if row.channel or is_old or (has_lasted and not is_notice):
            return Failed(why)
        if has_lasted and row.person is not None:
            # The brief of their next morning tells it, or it goes by itself a little later.
            until = next_morning(self.clock(), people.work_schedule(row.person)) + TAKEN_WITHIN
            return Waits(until, why, tried=True)
        return Postponed(_backoff(claimed.attempt), why)

    def _has_lasted(self, row: Outbox) -> bool:
        """Whether Slack has refused the row for longer than it is tried every few minutes."""
        return row.first_try_at is not None and self.clock() - row.first_try_at > _PATIENCE

    def _row(self, claimed: Claimed) -> Outbox:
        with self._ledger.read() as tx:
            return outbox.load(tx, claimed.id)


def _backoff(attempt: int) -> timedelta:
    return min(claiming.LONGEST_HOLD, timedelta(seconds=2 ** min(attempt, 10)))
