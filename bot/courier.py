"""Outbox rows → Slack, once. Claim, close the transaction, post, settle in a new one.

docs/decisions/0005-delivery.md has the protocol, and what no client can promise.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog

from bot.exclusion import Exclusion
from bot.slack import NotTakenError, OutcomeUnknownError, RateLimitedError, RefusedError, outcomes
from handlers.ids import METADATA_EVENT
from handlers.messages import Message, Nothing, render
from store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

    from store.db import Ledger
    from store.outbox import Claimed
    from store.tables import Outbox

log = structlog.get_logger(__name__)

# How far before the first attempt the history is read: the clocks of two machines are never equal.
LOOK_BACK = timedelta(seconds=60)
# An idle courier looks this often, in case another process wrote something.
IDLE = 1.0
_LONGEST_WAIT = timedelta(minutes=5)


class Courier:
    """Delivers the outbox of every workspace. `client_of(workspace id)` gives the client to post with."""

    def __init__(
        self,
        ledger: Ledger,
        client_of: Callable[[int], WebClient],
        clock: Callable[[], datetime],
        *,
        pace: timedelta = outbox.PACE,
    ) -> None:
        self._ledger = ledger
        self._client_of = client_of
        self._clock = clock
        self._pace = pace
        self._exclusion = Exclusion(ledger)
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

    def stop(self, timeout: float = 10) -> None:
        """Claim nothing more and let posts in flight finish, for at most `timeout` seconds altogether."""
        self._stopping.set()
        with self._news:
            self._woken += 1
            self._news.notify_all()
        for thread in self._threads:
            thread.join(timeout / max(1, len(self._threads)))
        if not any(thread.is_alive() for thread in self._threads):
            self._exclusion.close()
        self._threads.clear()

    def deliver_due(self, *, patience: timedelta = timedelta(seconds=5)) -> int:
        """Deliver in this thread until nothing becomes due within `patience`; how many were handled."""
        handled = 0
        while not self._stopping.is_set():
            if self.deliver_one():
                handled += 1
                continue
            wait = self._until_next()
            if wait is None or wait > patience:
                break
            self._stopping.wait(max(0.005, wait.total_seconds()))
        if not self._threads:
            self._exclusion.close()
        return handled

    def deliver_one(self) -> bool:
        """Claim and deliver one row; False if none may be taken now."""
        with self._ledger.begin() as tx:
            claimed = outbox.claim(tx, self._clock(), pace=self._pace, busy=self._exclusion.held)
        if claimed is None:
            return False
        # While this thread waits for Slack, another one looks for the next row.
        self.wake()
        with self._exclusion.hold(claimed.id) as alone:
            if alone:
                self._deliver(claimed)
            else:
                # A frozen worker still holds it. It wakes or dies; either way it is looked up later.
                self._settle(outbox.leave_unknown, claimed, error="another worker is still sending it")
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            seen = self._woken
            pause = self._round()
            if pause:
                with self._news:
                    self._news.wait_for(lambda seen=seen: self._woken != seen, timeout=pause)  # type: ignore[misc]

    def _round(self) -> float:
        """Deliver one row, or find that there is none; seconds to wait before the next look."""
        try:
            # A look costs a read; a claim would take the one writer's turn on SQLite.
            wait = self._until_next()
            if wait is None or wait > timedelta(0):
                return IDLE if wait is None else min(IDLE, max(0.005, wait.total_seconds()))
            return 0 if self.deliver_one() else 0.005
        except sa.exc.SQLAlchemyError as error:
            log.error("courier_database_unavailable", error=type(error).__name__)  # noqa: TRY400  words, no trace
        except Exception:
            # One row must not end the thread that serves all others; its lease brings it back.
            log.exception("courier_failed")
        return IDLE

    def _until_next(self) -> timedelta | None:
        with self._ledger.read() as tx:
            at = outbox.next_chance(tx)
        return None if at is None else at - self._clock()

    def _deliver(self, claimed: Claimed) -> None:
        try:
            if claimed.unknown_since and self._found(claimed):
                return
            self._send(claimed)
        except RateLimitedError as limit:
            until = self._clock() + limit.retry_after
            self._settle(outbox.postpone, claimed, until=until, error=str(limit), whole_workspace=True)
        except NotTakenError as error:
            until = self._clock() + _backoff(claimed.attempt)
            self._settle(outbox.postpone, claimed, until=until, error=str(error), whole_workspace=False)
        except RefusedError as error:
            log.warning("delivery_refused", outbox=claimed.id, kind=claimed.kind, error=str(error))
            self._settle(outbox.settle_dead, claimed, error=str(error), now=self._clock())
        except OutcomeUnknownError as error:
            log.warning("delivery_outcome_unknown", outbox=claimed.id, kind=claimed.kind, error=str(error))
            self._settle(outbox.leave_unknown, claimed, error=str(error), now=self._clock())

    def _send(self, claimed: Claimed) -> None:
        with self._ledger.begin() as tx:
            row = outbox.load(tx, claimed.id)
            message = render(tx, row, self._clock())
            if isinstance(message, Nothing):
                outbox.settle_skipped(tx, claimed, reason=message.reason, now=self._clock())
                return
            if row.attempts != claimed.attempt:
                return
            outbox.show(tx, row, message.shown)
        client = self._client_of(row.workspace_id)
        channel, ts = self._post(client, row, message)
        self._settle(outbox.settle_sent, claimed, channel=channel, ts=ts, now=self._clock())
        log.info("delivered", outbox=row.id, kind=row.kind, update=claimed.posted)

    def _post(self, client: WebClient, row: Outbox, message: Message) -> tuple[str, str]:
        if message.home is not None and row.person is not None:
            with outcomes():
                client.views_publish(user_id=row.person.slack_id, view=message.home)
            return "", ""
        content: dict[str, Any] = {"text": message.text, "blocks": message.blocks}
        if row.ts and row.posted_channel:
            with outcomes():
                client.chat_update(channel=row.posted_channel, ts=row.ts, **content)
            return row.posted_channel, row.ts
        channel = row.channel or self._direct_channel(client, row)
        metadata = {"event_type": METADATA_EVENT, "event_payload": {"key": row.message_key}}
        with outcomes():
            answer = client.chat_postMessage(
                channel=channel, metadata=metadata, unfurl_links=False, unfurl_media=False, **content
            )
        return str(answer["channel"]), str(answer["ts"])

    def _direct_channel(self, client: WebClient, row: Outbox) -> str:
        """The recipient's DM, opened and kept before anything is posted: a lost answer needs a place to look."""
        person = row.person
        if person is None:
            raise RefusedError("it has no recipient")
        if person.dm_channel:
            return person.dm_channel
        try:
            with outcomes():
                channel = str(client.conversations_open(users=person.slack_id)["channel"]["id"])
        except OutcomeUnknownError as error:
            # Opening twice is the same as once.
            raise NotTakenError(str(error)) from error
        with self._ledger.begin() as tx:
            tx.execute(sa.update(type(person)).where(type(person).id == person.id).values(dm_channel=channel))
        return channel

    def _found(self, claimed: Claimed) -> bool:
        """Look whether the earlier attempt arrived. Raises OutcomeUnknownError when Slack cannot be asked."""
        with self._ledger.read() as tx:
            row = outbox.load(tx, claimed.id)
        channel = row.channel or (row.person.dm_channel if row.person else None)
        if channel is None or claimed.unknown_since is None:
            return False
        oldest = (claimed.unknown_since - LOOK_BACK).astimezone(UTC).timestamp()
        ts = self._in_history(self._client_of(row.workspace_id), channel, oldest, row.message_key)
        if ts is None:
            return False
        log.info("delivery_found", outbox=claimed.id, kind=claimed.kind)
        self._settle(outbox.settle_sent, claimed, channel=channel, ts=ts, now=self._clock())
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
                raise RefusedError(f"outcome unknown, and the history may not be read: {error}") from error
            for message in page["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None

    def _settle(self, verb: Callable[..., bool], claimed: Claimed, **values: Any) -> None:  # noqa: ANN401
        if "now" not in values and verb is outbox.leave_unknown:
            values["now"] = self._clock()
        with self._ledger.begin() as tx:
            kept = verb(tx, claimed, **values)
        if not kept:
            log.warning("delivery_fenced", outbox=claimed.id, attempt=claimed.attempt)


def _backoff(attempt: int) -> timedelta:
    return min(_LONGEST_WAIT, timedelta(seconds=2 ** min(attempt, 10)))
