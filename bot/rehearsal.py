"""A tick in words: beforehand the messages that it would send, and afterwards the outcome of each message."""

from __future__ import annotations

import html
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.agenda import plan_within
from handlers.messages import Later, Message, Nothing, render
from store import notices, outbox, people
from store.rules.calendar.brief_times import local_day
from store.tables import OutboxKind, OutboxState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.db import Ledger
    from store.tables import Outbox

_INDENT = "    "


class _RehearsedError(Exception):
    """Leaves the transaction so that nothing of it stays."""


def rehearse(ledger: Ledger, now: datetime) -> list[str]:
    """Plan and put into words, as of `now` (aware), all that would be sent: a line for each message, and below it what
    it says. Nothing is kept.
    """
    said: list[str] = []
    with suppress(_RehearsedError), ledger.begin() as tx:
        plan_within(tx, now)
        is_quiet = True
        for row in outbox.due(tx, now):
            said += _rehearsed(tx, row, now)
            is_quiet = is_quiet and row.state != OutboxState.SENT
        said += _silence(tx, now) if is_quiet else []
        raise _RehearsedError
    return said


def became(
    tx: Session, *, taken: set[int], due: Sequence[int], planned: Sequence[str], now: datetime
) -> list[str]:  # fmt: skip
    """A line for each message that this process took, by id, and for those of the `due` and the `planned` ones that
    still wait: its outcome. Rows that another process has taken are not among them, also while it sends them.
    """
    rows = outbox.by_ids_or_keys(tx, [*taken, *due], planned)
    rows = [row for row in rows if row.id in taken or row.state == OutboxState.PENDING]
    is_quiet = all(row.state != OutboxState.SENT for row in rows)
    return [*(f"{_title(row)}{_end(row)}" for row in rows), *(_silence(tx, now) if is_quiet else ())]


def _silence(tx: Session, now: datetime) -> Iterator[str]:
    """The reasons why no message is due at that instant."""
    yield f"Nobody is due to hear anything at {_moment(now)}."
    at = people.next_look(tx, now)
    if at is not None:
        yield f"The next morning on which somebody may be briefed comes at {_moment(at)}."
    for reason, count, first in outbox.waiting_later(tx, now):
        what = "message waits" if count == 1 else "messages wait"
        yield f"{count} {what} until {_moment(first)} or later: {reason}."


def _rehearsed(tx: Session, row: Outbox, now: datetime) -> Iterator[str]:
    made = render(tx, row, now)
    if isinstance(made, Later):
        yield f"{_title(row)} – waits until {_moment(made.until)}: {made.reason}"
    elif isinstance(made, Nothing):
        row.state, row.not_before, row.settled_at = OutboxState.SKIPPED, None, now
        if made.gives_back:
            notices.release(tx, row, now)
        yield f"{_title(row)} – not sent: {made.reason}"
    elif (
        row.kind in notices.KINDS
        and row.person is not None
        and notices.bundle(tx, row, local_day(now, row.person.zone), now)
    ):
        yield f"{_title(row)} – not sent: {notices.BUNDLED}"
    else:
        # So that the next message does not tell it again.
        outbox.save_contents(tx, row, made.shown)
        notices.settle(tx, row, made.told, made.waits)
        row.state, row.not_before, row.settled_at = OutboxState.SENT, None, now
        yield _title(row)
        yield from (f"{_INDENT}{line}" for line in _words(made))
    tx.flush()


def _words(message: Message) -> Iterator[str]:
    """The words of the message, line by line, with Slack's markup; without the buttons."""
    for block in message.blocks:
        parts: list[Any] = [block.get("text"), *block.get("elements", ())] if block["type"] != "actions" else []
        for part in parts:
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                yield from html.unescape(part["text"]).splitlines()


def _title(row: Outbox) -> str:
    to = row.person.name if row.person is not None else f"channel {row.channel}"
    if row.kind == OutboxKind.BRIEF and row.day is not None:
        return f"{to}: brief for {row.day:%A} {row.day.day} {row.day:%B %Y}"
    if row.kind == OutboxKind.BUNDLE:
        return f"{to}: several notices in one message"
    return f"{to}: {_KINDS.get(row.kind, row.kind)}"


def _end(row: Outbox) -> str:
    if row.state == OutboxState.SENT:
        return ""
    if row.state in {OutboxState.SKIPPED, OutboxState.DEAD}:
        return f" – not sent: {row.last_error}"
    until = f" until {_moment(row.not_before)}" if row.not_before else ""
    return f" – waits{until}: {row.last_error or 'for its turn, as Slack limits how much is posted'}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


_KINDS = {
    OutboxKind.ASSIGNED: "notice of a commitment given to them",
    OutboxKind.HANDED_BACK: "notice of a commitment handed back",
    OutboxKind.CANCELLED: "notice of a commitment cancelled",
    OutboxKind.TOLD: "notice of a question, an answer or another step of a colleague",
    OutboxKind.DELEGATED: "notice that they stand in for a colleague",
    OutboxKind.SHARED: "a commitment shared there",
    OutboxKind.CALENDAR: "file for their calendar",
    OutboxKind.LETTER: "letter as a file that they asked for",
    OutboxKind.PICTURE: "picture of an account plan that they asked for",
    OutboxKind.CANVAS: "plan of an account in its channel",
    OutboxKind.CANVAS_REFUSED: "notice that Slack refuses the plan in a channel",
    OutboxKind.ANSWER: "answer to what they wrote",
    OutboxKind.REVIEW_DIGEST: "digest before a review",
    OutboxKind.REVIEW_PROMPT: "prompt of a review that begins",
    OutboxKind.MINUTES: "minutes of a review",
    OutboxKind.REVIEW_NOT_POSTED: "notice that a message about a review could not be posted",
    OutboxKind.RECORDED: "reply to a message from which a commitment was made",
}
