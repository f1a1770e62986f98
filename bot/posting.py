"""Calls to Slack for a row of the outbox: post or update its message, and look an earlier attempt up in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.slack import (
    DeliveryError,
    Fault,
    NotTakenError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    outcomes,
)
from handlers.ids import METADATA_EVENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient

    from handlers.messages import Message
    from store.db import Ledger
    from store.tables import Outbox, Person

# How far before the first attempt the history is read. Slack stamps its messages by its own clock. The attempt was
# stamped by ours, which may have been wrong then by an hour or a day, and set right since.
LOOK_BACK = timedelta(hours=26)


class StaleConversationError(RefusedError):
    """Slack refuses the conversation, `channel`, that was kept for a person."""

    def __init__(self, channel: str, error: RefusedError) -> None:
        super().__init__(str(error), error.fault)
        self.channel = channel


class TooLateError(DeliveryError):
    """The lease ends before Slack could answer: another attempt may have the row by then. Nothing was posted."""


class UnreadableError(RefusedError):
    """An earlier attempt may have arrived, and Slack does not let us read the history."""

    def __init__(self, error: RefusedError) -> None:
        super().__init__(f"outcome unknown, and the history may not be read: {error}", error.fault)


@dataclass(frozen=True)
class Sent:
    """The message stands in Slack. Both are empty for a Home tab, and for a message that only its reader sees.

    `found`: an earlier attempt has posted it. Of a canvas, `content` is a mark of the content that stands now, and
    `withheld` says that it shows no plan because of its readers.
    """

    channel: str
    ts: str
    found: bool = False
    content: str = ""
    withheld: bool = False


def post(
    ledger: Ledger, client: WebClient, row: Outbox, message: Message, in_time: Callable[[], bool]
) -> Sent:  # fmt: skip
    """Publish the Home tab, update the message, or post it for the first time.

    `in_time` is asked immediately before a first post, which must not be repeated: a worker may have been frozen since
    it read the ledger. Raises TooLateError if it is False.
    """
    if message.home is not None and row.person is not None:
        with outcomes():
            client.views_publish(user_id=row.person.slack_id, view=message.home)
        return Sent("", "")
    content: dict[str, Any] = {"text": message.text, "blocks": message.blocks}
    if message.aside and row.person is not None and _shown_to_one(client, message, row.person, content):
        return Sent("", "")
    if row.ts and row.posted_channel:
        with outcomes():
            client.chat_update(channel=row.posted_channel, ts=row.ts, **content)
        return Sent(row.posted_channel, row.ts)
    kept = row.person.dm_channel if row.person and not row.channel else None
    channel = row.channel or kept or _opened(ledger, client, row)
    metadata = {"event_type": METADATA_EVENT, "event_payload": {"key": row.message_key}}
    if not in_time():
        raise TooLateError("it took too long to begin")
    try:
        with outcomes():
            answer = client.chat_postMessage(
                channel=channel,
                metadata=metadata,
                # The link of a file of ours shares it.
                unfurl_links=message.file is not None,
                unfurl_media=message.file is not None,
                thread_ts=row.details.get("replies_to"),
                **content,
            )
            # As text: with a field missing the answer is not Slack's.
            return Sent("" + answer["channel"], "" + answer["ts"])
    except TypeError as error:
        raise OutcomeUnknownError("the answer was not Slack's") from error
    except RefusedError as error:
        if kept and error.fault is Fault.CONVERSATION:
            raise StaleConversationError(kept, error) from error
        raise


def look_up(ledger: Ledger, client: WebClient, row: Outbox, first_try_at: datetime) -> Sent | None:
    """The message of an earlier attempt; None if none arrived. Raises OutcomeUnknownError when Slack cannot be asked,
    and UnreadableError when it does not let us read.
    """
    kept = row.channel or (row.person.dm_channel if row.person else None)
    if kept is None:
        return None
    oldest = (first_try_at - LOOK_BACK).astimezone(UTC).timestamp()
    try:
        channel, ts = kept, _in_history(client, kept, oldest, row.message_key, row.details.get("replies_to"))
    except UnreadableError as error:
        if row.channel or error.fault is not Fault.CONVERSATION:
            raise
        # The conversation with a person may be another one by now.
        channel = _opened(ledger, client, row)
        if channel == kept:
            raise
        ts = _in_history(client, channel, oldest, row.message_key)
    return None if ts is None else Sent(channel, ts, found=True)


def _in_history(client: WebClient, channel: str, oldest: float, key: str, thread: str | None = None) -> str | None:
    """The timestamp of the message with that key, in the channel or in a `thread` of it, which Slack lists apart."""
    given: dict[str, Any] = {"channel": channel, "oldest": f"{oldest:.6f}", "limit": 200, "include_all_metadata": True}
    cursor = None
    while True:
        try:
            with outcomes():
                if thread:
                    page = client.conversations_replies(ts=thread, cursor=cursor, **given)
                else:
                    page = client.conversations_history(cursor=cursor, **given)
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


def _opened(ledger: Ledger, client: WebClient, row: Outbox) -> str:
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
    with ledger.begin() as tx:
        tx.execute(sa.update(type(person)).where(type(person).id == person.id).values(dm_channel=channel))
    return channel


def _shown_to_one(client: WebClient, message: Message, person: Person, content: dict[str, Any]) -> bool:
    """Show it in its channel to this person alone; False where Slack refuses that."""
    try:
        with outcomes():
            client.chat_postEphemeral(
                channel=str(message.aside), thread_ts=message.thread_ts, user=person.slack_id, **content
            )
    except RefusedError:
        return False
    return True
