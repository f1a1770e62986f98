"""Answers, as rows of the outbox: each is given once, and what it shows is kept true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.slack.payloads import Place
from handlers.slack.refs import Ref, ViewName
from store import outbox
from store.tables import OutboxKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Submission
    from store.tables import Person
    from store.tables.outbox import Details


@dataclass(frozen=True)
class Beside:
    """A channel, and perhaps a thread in it, in which one person alone sees the answer."""

    channel: str
    thread_ts: str = ""


def key(channel: str, ts: str) -> str:
    """The key of the answer to the message at that place."""
    return f"{OutboxKind.ANSWER}:{channel}:{ts}"


def give(
    tx: Session, person: Person, key: str, ref: Ref, now: datetime, beside: Beside | None = None, *, named: str = ""
) -> bool:  # fmt: skip
    """Show the view to the person: in their conversation with the bot, or `beside` a message. False if the answer of
    that key was given before. `named`: an account that the ledger does not know, for a receipt.
    """
    details: Details = {"view": ref.encode()}
    if named:
        details["named"] = named
    if beside:
        details |= {"beside": beside.channel, "thread": beside.thread_ts}
    new_id = outbox.enqueue(
        tx, workspace_id=person.workspace_id, key=key, kind=OutboxKind.ANSWER, now=now, person=person, details=details
    )
    return new_id is not None


def show_receipt(tx: Session, person: Person, form: Submission, number: int, now: datetime) -> None:
    """The form was opened from the question about a message in the Messages tab: the receipt takes its place."""
    ref = form.context.ref
    if ref.view != ViewName.ASKS or form.context.channel or person.dm_channel is None:
        return
    details: Details = {"view": Ref(id=number, view=ViewName.NOTED).encode()}
    outbox.show_instead(tx, person.workspace_id, key(person.dm_channel, Place.decode(ref.extra).ts), details, now)
