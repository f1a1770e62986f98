"""The buttons that put a commitment, a review or the actions of a review into calendars."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.calendars.files import follow
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.refs import Ref, outdated
from store import commitments, outbox, reviews
from store.errors import BadInputError
from store.tables import OutboxKind, Subject

if TYPE_CHECKING:
    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.tables import Person

Ack = Callable[..., Any]
Body = dict[str, Any]


def add(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Add to calendar”: the file comes in the person's messages."""
    press = payloads.press(body)
    ref = Ref.decode(press.value)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        outbox.enqueue(
            tx, workspace_id=person.workspace_id, key=f"{OutboxKind.CALENDAR}:{press.origin_key}",
            kind=OutboxKind.CALENDAR, now=context["now"], person=person, actor_id=person.id,
            **_subject(tx, person, ref),
        )  # fmt: skip
        said: list[Block] = [b.section("The file comes in your messages with me."), *follow(person)]
    surfaces.open_view(context["slack"], press, b.modal("Add to calendar", said, callback_id=ids.RECEIPT))
    ack()


def _subject(tx: Session, person: Person, ref: Ref) -> dict[str, Any]:
    if ref.kind == Subject.COMMITMENT:
        return {"commitment_id": commitments.get(tx, person, ref.id).id}
    if ref.kind != Subject.REVIEW:
        raise outdated()
    review = reviews.get(tx, person, ref.id)
    if review.starts_at is None:
        raise BadInputError("This review waits for its occasion. It has no day yet.")
    return {"review_id": review.id}


def send(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Send to calendars”: a file to each person whose calendar has not got the actions of a review."""
    press = payloads.press(body)
    ref = listeners.subject_of(press, Subject.REVIEW)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        reviews.send_to_calendars(tx, person, ref.id, origin_key=press.origin_key, now=context["now"])
        # A message in a channel is everybody's, and is brought up to date by the courier.
        drawn = None if press.surface == "message" else surfaces.draw(tx, person, ref, context["now"])
    surfaces.refresh_after_action(context["slack"], press, drawn)
    ack()
