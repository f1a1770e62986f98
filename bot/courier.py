"""Outbox rows → Slack, once. Claim, close the transaction, post, settle in a new one.

docs/decisions/0005-delivery.md has the protocol, and what no client can promise.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog

from bot.slack import (
    POST_TIMEOUT,
    Fault,
    NotTakenError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    outcomes,
)
from handlers.ids import METADATA_EVENT
from handlers.messages import ONLY_COLLEAGUES, Later, Message, Nothing, render
from handlers.slack import channels
from store import notices, outbox, people, workspaces
from store.outbox import claiming
from store.rules.calendar.brief_times import local_day, next_morning
from store.rules.nudging.readers import TAKEN_WITHIN
from store.tables import OutboxKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from slack_sdk import WebClient
    from sqlalchemy.orm import Session

    from store.db import Ledger
    from store.outbox.claiming import Claimed
    from store.tables import Outbox, Person

    Verb = Callable[[Session], bool]

log = structlog.get_logger(__name__)

# How far before the first attempt the history is read. What stands in it is stamped by Slack's clock and the
# attempt by ours, which may have been wrong then by an hour, or a day, and set right since.
LOOK_BACK = timedelta(hours=26)
# An idle courier looks this often, in case another process wrote something.
IDLE = 1.0
_LONGEST_WAIT = claiming.LONGEST_HOLD
# After so many attempts, about an hour, a message that cannot be put into words is given up: it holds up all later ones
# to the same person.
_GIVE_UP_AFTER = 20
# While Slack refuses our token it is asked this often, with one message.
_TOKEN_REFUSED = timedelta(minutes=1)
# A conversation that Slack refuses for longer is not tried every few minutes any more: a notice goes with the next
# morning, anything else is given up.
_PATIENCE = timedelta(days=1)
# A message that stands where Slack refuses us is brought up to date this often.
_UPDATED_AGAIN = timedelta(hours=1)


class SpeechlessError(Exception):
    """A bug of ours: the words of a message could not be made. Nothing was posted."""


class StaleConversationError(RefusedError):
    """Slack refuses the conversation, `channel`, that was kept for a person: it is opened anew."""

    def __init__(self, channel: str, error: RefusedError) -> None:
        super().__init__(str(error), error.fault)
        self.channel = channel


class UnreadableError(RefusedError):
    """An earlier attempt may have arrived, and Slack does not let us look."""

    def __init__(self, error: RefusedError) -> None:
        super().__init__(f"outcome unknown, and the history may not be read: {error}", error.fault)


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


class Courier:
    """Delivers the outbox of the workspaces that `served` gives, by id; None: of every one. `client_of(workspace id)`
    gives the client to post with.
    """

    def __init__(
        self,
        ledger: Ledger,
        client_of: Callable[[int], WebClient],
        clock: Callable[[], datetime],
        *,
        served: Callable[[], Collection[int] | None] = lambda: None,
        pace: timedelta = claiming.PACE,
        times: Times = Times(),
    ) -> None:
        self._ledger = ledger
        self._client_of = client_of
        self._clock = clock
        self._served = served
        self._pace = pace
        self._times = times
        # Of all threads one looks for work; the others wait here, and the next one looks when it has found some.
        self._turn = threading.Lock()
        self._news = threading.Condition()
        self._woken = 0
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, threads: int = 4) -> None:
        """Deliver in the background. A thread is busy with one post at a time."""
        self._stopping.clear()
        for n in range(threads):
            thread = threading.Thread(target=self._run, name=f"courier-{n}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """Something was written to the outbox: look now rather than in a second."""
        with self._news:
            self._woken += 1
            self._news.notify()

    def stop(self, timeout: float = 10) -> bool:
        """Claim nothing more and let posts in flight finish, for at most `timeout` seconds altogether; whether they
        did.
        """
        deadline = time.monotonic() + timeout
        self._stopping.set()
        with self._news:
            self._woken += 1
            self._news.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        finished = not any(thread.is_alive() for thread in self._threads)
        self._threads.clear()
        return finished

    def clock_set_back(self) -> None:
        """What was put off by the clock as it was need not wait until it has caught up."""
        with self._ledger.begin() as tx:
            outbox.clock_set_back(tx, self._clock(), lease=self._times.lease, most=_LONGEST_WAIT)
            people.clock_set_back(tx, self._clock())
        self.wake()

    def deliver_due(self, *, patience: timedelta = timedelta(seconds=5)) -> set[int]:
        """Deliver in this thread until nothing becomes due within `patience`; ids of the rows that it took."""
        taken: set[int] = set()
        while not self._stopping.is_set():
            row = self.deliver_one()
            if row is not None:
                taken.add(row)
                continue
            wait = self._until_next()
            if wait is None or wait > patience:
                break
            self._stopping.wait(max(0.005, wait.total_seconds()))
        return taken

    def deliver_one(self) -> int | None:
        """Claim and deliver one row; its id, or None if none may be taken now."""
        claimed = self._claim()
        if claimed is None:
            return None
        self._handle(claimed)
        return claimed.id

    def _claim(self) -> Claimed | None:
        served = self._served()
        with self._ledger.begin() as tx:
            return claiming.claim(
                tx, self._clock(), workspaces=served, pace=self._pace, lease=self._times.lease
            )  # fmt: skip

    def _handle(self, claimed: Claimed) -> None:
        self._deliver(claimed)
        # Whoever waits for work knows nothing yet of what waited for this one: the next message to the same person.
        self.wake()

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._turn:
                claimed = self._logging_errors(self._look)
            if claimed is not None:
                self._logging_errors(partial(self._handle, claimed))

    def _look(self) -> Claimed | None:
        """Claim the next row, or wait until there may be one."""
        seen = self._woken
        # A claim needs the writer's turn, or locks; a look is a read.
        wait = self._until_next()
        if wait is not None and wait <= timedelta(0) and not self._stopping.is_set():
            claimed = self._claim()
            if claimed is not None:
                return claimed
            wait = self._until_next()
        pause = IDLE if wait is None else min(IDLE, max(0.005, wait.total_seconds()))
        with self._news:
            self._news.wait_for(lambda: self._woken != seen or self._stopping.is_set(), timeout=pause)
        return None

    def _logging_errors(self, step: Callable[[], Claimed | None]) -> Claimed | None:
        """What the step gives; None, after a pause, where it went wrong."""
        try:
            return step()
        except sa.exc.SQLAlchemyError as error:
            why = str(error).partition("\n")[0]
            log.error("courier_database_unavailable", error=type(error).__name__, why=why)  # noqa: TRY400  words, no trace
        except Exception:
            # One row must not end the thread that serves all others; its lease brings it back.
            log.exception("courier_failed")
        self._stopping.wait(IDLE)
        return None

    def _until_next(self) -> timedelta | None:
        served, now = self._served(), self._clock()
        with self._ledger.read() as tx:
            at = claiming.next_chance(tx, now, workspaces=served)
        return None if at is None else at - now

    def _deliver(self, claimed: Claimed) -> None:
        try:
            if claimed.unknown_since and self._found(claimed):
                return
            self._send(claimed)
        except RateLimitedError as limit:
            delay = min(limit.retry_after, claiming.LONGEST_HOLD)
            self._postpone(claimed, delay, limit, whole_workspace=limit.whole_workspace)
        except NotTakenError as error:
            self._postpone(claimed, _backoff(claimed.attempt), error)
        except RefusedError as error:
            self._refused(claimed, error)
        except SpeechlessError as error:
            log.exception("courier_failed", outbox=claimed.id, kind=claimed.kind)
            if claimed.attempt >= _GIVE_UP_AFTER:
                self._give_up(claimed, error)
            else:
                self._postpone(claimed, _backoff(claimed.attempt), error)
        except OutcomeUnknownError as error:
            log.warning("delivery_outcome_unknown", outbox=claimed.id, kind=claimed.kind, error=str(error))
            if error.by_slack and self._has_lasted(self._row(claimed)):
                self._give_up(claimed, error)
            else:
                self._leave_unknown(claimed, str(error))

    def _refused(self, claimed: Claimed, error: RefusedError) -> None:
        """Only a fault of the message is final. Everything else waits, and is told once Slack takes it again."""
        fault = {"fault": error.fault.value} | ({"where": error.where} if error.where else {})
        log.warning("delivery_refused", outbox=claimed.id, kind=claimed.kind, error=str(error), **fault)
        row = self._row(claimed)
        if isinstance(error, UnreadableError):
            self._unreadable(claimed, row, error)
        elif isinstance(error, StaleConversationError):
            self._open_anew(claimed, error)
        elif error.fault is Fault.MESSAGE or (error.fault is Fault.PERMISSION and _is_gesture(claimed)):
            self._give_up(claimed, error)
        elif error.fault is Fault.AUTHENTICATION:
            self._postpone(claimed, _TOKEN_REFUSED, error, whole_workspace=True)
        elif error.fault is Fault.CONVERSATION:
            self._conversation_refused(claimed, row, error)
        else:
            self._postpone(claimed, _backoff(claimed.attempt), error)

    def _conversation_refused(self, claimed: Claimed, row: Outbox, error: RefusedError) -> None:
        """Tried again as long as somebody waits for it. They who share something in a channel see at once that it is
        not there, and share it elsewhere.
        """
        has_lasted = self._has_lasted(row)
        is_notice = row.kind in notices.KINDS and not claimed.posted and not claimed.unknown_since
        is_old = self._clock() - row.created_at > outbox.KEPT_TRUE_FOR
        if claimed.posted and not is_old:
            self._postpone(claimed, _UPDATED_AGAIN, error)
        elif row.channel or is_old or (has_lasted and not is_notice):
            self._give_up(claimed, error)
        elif has_lasted:
            self._wait_for_morning(claimed, row, error)
        else:
            self._postpone(claimed, _backoff(claimed.attempt), error)

    def _unreadable(self, claimed: Claimed, row: Outbox, error: UnreadableError) -> None:
        if error.fault is Fault.CONVERSATION and (row.channel or self._has_lasted(row)):
            self._give_up(claimed, error)
        else:
            self._leave_unknown(claimed, str(error))

    def _has_lasted(self, row: Outbox) -> bool:
        """Whether Slack has refused it for as long as anybody tries every few minutes."""
        return row.first_try_at is not None and self._clock() - row.first_try_at > _PATIENCE

    def _wait_for_morning(self, claimed: Claimed, row: Outbox, error: RefusedError) -> None:
        """The brief of their next morning tells it, or it goes by itself a little later."""
        with self._ledger.begin() as tx:
            person = outbox.load(tx, claimed.id).person
            if person is not None:
                until = next_morning(self._clock(), people.work_schedule(person)) + TAKEN_WITHIN
                notices.put_off(tx, claimed, row, until, str(error), tried=True)

    def _open_anew(self, claimed: Claimed, error: StaleConversationError) -> None:
        """The row goes back, due at once; its next attempt opens the conversation by the person's id."""
        with self._ledger.begin() as tx:
            person = outbox.load(tx, claimed.id).person
            if person is not None:
                people.forget_conversation(tx, person, error.channel)
        self._postpone(claimed, timedelta(), f"{outbox.OPENED_ANEW}: {error}")

    def _row(self, claimed: Claimed) -> Outbox:
        with self._ledger.read() as tx:
            return outbox.load(tx, claimed.id)

    def _send(self, claimed: Claimed) -> None:
        others = self._others_read(claimed) if claimed.kind == OutboxKind.SHARED else None
        with self._ledger.begin() as tx:
            row = outbox.load(tx, claimed.id)
            if claimed.kind == OutboxKind.SHARED:
                row.ids = {**row.ids, "external": others}
            message = self._render(tx, row)
            if isinstance(message, Later) and message.joins and claimed.unknown_since:
                # Until it is decided it holds up all that comes later.
                message = message.joins
            if isinstance(message, Later):
                # The workspace before the row: in the order of everybody who locks both.
                self._give_back_pace(tx, row)
                joins = message.joins is not None
                notices.put_off(tx, claimed, row, message.until, message.reason, joins=joins)
                return
            if isinstance(message, Nothing):
                self._give_back_pace(tx, row)
                if outbox.mark_skipped(tx, claimed, reason=message.reason, now=self._clock()) and not row.ts:
                    self._not_told(tx, row, message)
                if message.reason == ONLY_COLLEAGUES:
                    outbox.tell_sharer(tx, row.id, message.reason, self._clock())
                return
            if row.attempts != claimed.attempt or not self._in_time(tx, row, claimed):
                return
            if claimed.kind in notices.KINDS and self._bundled(tx, row, claimed):
                return
            outbox.save_contents(tx, row, message.shown)
            if not row.ts:
                notices.settle(tx, row, message.told, message.waits)
        client = self._client_of(row.workspace_id)
        channel, ts = self._post(client, row, message)
        self._mark_posted(claimed, channel, ts)
        log.info("delivered", outbox=row.id, kind=row.kind, update=claimed.posted)

    def _not_told(self, tx: Session, row: Outbox, why: Nothing) -> None:
        """The message is not sent. What it had taken is told by others, or pointless by now."""
        if why.gives_back:
            notices.release(tx, row, self._clock())
        else:
            notices.settle(tx, row, (), {})

    def _bundled(self, tx: Session, row: Outbox, claimed: Claimed) -> bool:
        """Whether the notice is told by a bundle that was written for it just now, with what else waits."""
        now = self._clock()
        if row.person is None or claimed.posted or claimed.unknown_since:
            return False
        # Locked until the commit, so that nobody else may take the row meanwhile.
        if not outbox.extend_lease(tx, claimed, now + self._times.lease):
            return True
        return notices.bundle(tx, row, local_day(now, row.person.zone), now) is not None

    def _give_back_pace(self, tx: Session, row: Outbox) -> None:
        claiming.give_back_pace(tx, row.workspace_id, pace=self._pace, now=self._clock())

    def _others_read(self, claimed: Claimed) -> bool | None:
        """Whether others than colleagues read by now where an item was shared: asked before each post and update. None:
        nobody knows yet.
        """
        with self._ledger.read() as tx:
            row = outbox.load(tx, claimed.id)
            team_id = workspaces.team_of(tx, row.workspace_id)
        channel, client = row.posted_channel or row.channel or "", self._client_of(row.workspace_id)
        try:
            with outcomes():
                readers = channels.readers_of(self._ledger, client, team_id, channel, self._clock())
        except RateLimitedError as limit:
            # This question is limited, not what else we post.
            raise RateLimitedError(str(limit), limit.retry_after, whole_workspace=False) from limit
        except (OutcomeUnknownError, AttributeError, TypeError) as error:
            # Not Slack's answer, or none. Asking twice is the same as once.
            raise NotTakenError(str(error)) from error
        return readers.others

    def _render(self, tx: Session, row: Outbox) -> Message | Nothing | Later:
        try:
            return render(tx, row, self._clock())
        except sa.exc.SQLAlchemyError:
            raise
        except Exception as error:
            raise SpeechlessError(f"it could not be put into words ({type(error).__name__})") from error

    def _in_time(self, tx: Session, row: Outbox, claimed: Claimed) -> bool:
        """Whether the row stays ours for as long as a post may take, and the grace after it; the lease is renewed
        where so much is not left of it. False: another attempt has taken it.
        """
        now = self._clock()
        needed = now + self._times.grace + timedelta(seconds=self._times.post)
        if row.not_before is not None and row.not_before >= needed:
            return True
        return outbox.extend_lease(tx, claimed, now + self._times.lease)

    def _post(self, client: WebClient, row: Outbox, message: Message) -> tuple[str, str]:
        if message.home is not None and row.person is not None:
            with outcomes():
                client.views_publish(user_id=row.person.slack_id, view=message.home)
            return "", ""
        content: dict[str, Any] = {"text": message.text, "blocks": message.blocks}
        if message.aside and row.person is not None and _said_aside(client, message.aside, row.person, content):
            return "", ""
        if row.ts and row.posted_channel:
            with outcomes():
                client.chat_update(channel=row.posted_channel, ts=row.ts, **content)
            return row.posted_channel, row.ts
        kept = row.person.dm_channel if row.person and not row.channel else None
        channel = row.channel or kept or self._opened(client, row)
        metadata = {"event_type": METADATA_EVENT, "event_payload": {"key": row.message_key}}
        try:
            with outcomes():
                answer = client.chat_postMessage(
                    channel=channel, metadata=metadata, unfurl_links=False, unfurl_media=False, **content
                )
                # As text: with a field missing the answer is not Slack's.
                return "" + answer["channel"], "" + answer["ts"]
        except TypeError as error:
            raise OutcomeUnknownError("the answer was not Slack's") from error
        except RefusedError as error:
            if kept and error.fault is Fault.CONVERSATION:
                raise StaleConversationError(kept, error) from error
            raise

    def _opened(self, client: WebClient, row: Outbox) -> str:
        """The recipient's DM, opened and kept before anything is posted: a lost answer needs a place to look."""
        person = row.person
        if person is None:
            raise RefusedError("it has no recipient", Fault.MESSAGE)
        try:
            with outcomes():
                channel = str(client.conversations_open(users=person.slack_id)["channel"]["id"])
        except (OutcomeUnknownError, TypeError) as error:
            # Opening twice is the same as once.
            raise NotTakenError(str(error)) from error
        with self._ledger.begin() as tx:
            tx.execute(sa.update(type(person)).where(type(person).id == person.id).values(dm_channel=channel))
        return channel

    def _found(self, claimed: Claimed) -> bool:
        """Look whether the earlier attempt arrived. Raises OutcomeUnknownError when Slack cannot be asked."""
        with self._ledger.read() as tx:
            row = outbox.load(tx, claimed.id)
        kept = row.channel or (row.person.dm_channel if row.person else None)
        if kept is None or claimed.unknown_since is None:
            return False
        oldest = (claimed.unknown_since - LOOK_BACK).astimezone(UTC).timestamp()
        client = self._client_of(row.workspace_id)
        try:
            channel, ts = kept, self._in_history(client, kept, oldest, row.message_key)
        except UnreadableError as error:
            if row.channel or error.fault is not Fault.CONVERSATION:
                raise
            # The conversation with a person may be another one by now.
            channel = self._opened(client, row)
            if channel == kept:
                raise
            ts = self._in_history(client, channel, oldest, row.message_key)
        if ts is None:
            return False
        log.info("delivery_found", outbox=claimed.id, kind=claimed.kind)
        self._mark_posted(claimed, channel, ts)
        return True

    @staticmethod
    def _in_history(client: WebClient, channel: str, oldest: float, key: str) -> str | None:
        cursor = None
        while True:
            try:
                with outcomes():
                    page = client.conversations_history(
                        channel=channel,
                        oldest=f"{oldest:.6f}",
                        limit=200,
                        include_all_metadata=True,
                        cursor=cursor,
                    )
            except (NotTakenError, RateLimitedError) as error:
                raise OutcomeUnknownError(f"the history could not be read: {error}") from error
            except RefusedError as error:
                raise UnreadableError(error) from error
            if not isinstance(page.get("messages"), list):
                raise OutcomeUnknownError("the history could not be read: the answer was not Slack's")
            for message in page["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None

    def _mark_posted(self, claimed: Claimed, channel: str, ts: str) -> None:
        sent: dict[str, Any] = {"claimed": claimed, "channel": channel, "ts": ts, "now": self._clock()}
        self._settle(
            claimed,
            partial(outbox.mark_sent, **sent, apart=self._times.apart),
            late=partial(outbox.record_late_success, **sent),
        )

    def _leave_unknown(self, claimed: Claimed, error: str) -> None:
        now, grace = self._clock(), self._times.grace
        self._settle(
            claimed,
            partial(outbox.leave_unknown, claimed=claimed, error=error, now=now, grace=grace),
            late=partial(outbox.delay_lookup, claimed=claimed, until=now + grace),
        )

    def _postpone(
        self, claimed: Claimed, delay: timedelta, error: Exception | str, *, whole_workspace: bool = False
    ) -> None:
        until = self._clock() + delay
        self._settle(
            claimed,
            partial(outbox.postpone, claimed=claimed, until=until, error=str(error), whole_workspace=whole_workspace),
        )

    def _give_up(self, claimed: Claimed, error: Exception) -> None:
        self._settle(claimed, partial(_mark_failed, claimed=claimed, error=str(error), now=self._clock()))

    def _settle(self, claimed: Claimed, verb: Verb, *, late: Verb | None = None) -> None:
        """Write down how the attempt ended. `late`: what it knows of Slack is true also where the row is another
        attempt's by now; it is told before the row's lock is given up, so that whoever comes next finds it.
        """
        with self._ledger.begin() as tx:
            if verb(tx):
                return
            told = late is not None and not claimed.posted and late(tx)
        log.warning("delivery_taken_over", outbox=claimed.id, attempt=claimed.attempt, told=told)


def _is_gesture(claimed: Claimed) -> bool:
    """Whether somebody has just shared an item: they are told at once, and share it again when it can be posted."""
    return claimed.kind == OutboxKind.SHARED and not claimed.posted


def _said_aside(client: WebClient, channel: str, person: Person, content: dict[str, Any]) -> bool:
    """Show it in the channel to this person alone; False where Slack refuses that."""
    try:
        with outcomes():
            client.chat_postEphemeral(channel=channel, user=person.slack_id, **content)
    except RefusedError:
        return False
    return True


def _mark_failed(tx: Session, claimed: Claimed, *, error: str, now: datetime) -> bool:
    if not outbox.mark_failed(tx, claimed, error=error, now=now):
        return False
    if _is_gesture(claimed):
        outbox.tell_sharer(tx, claimed.id, error, now)
    elif not claimed.posted:
        # Perhaps only the brief was at fault, not what it had taken.
        notices.release(tx, outbox.load(tx, claimed.id), now)
    return True


def _backoff(attempt: int) -> timedelta:
    return min(_LONGEST_WAIT, timedelta(seconds=2 ** min(attempt, 10)))
