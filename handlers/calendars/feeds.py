"""The private calendar of a person: `/commit calendar`, and the address that a calendar program reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.calendars import events
from handlers.people import viewer
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.refs import Ref, ViewName
from handlers.slack.replies import Reply
from handlers.web.requests import Answer
from store import calendar_feeds, web_access
from store.errors import BadInputError

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Command
    from handlers.web.requests import Request
    from store.tables import Person

Ack = Callable[..., Any]
Body = dict[str, Any]


def give(command: Command, context: BoltContext) -> Reply:
    """`/commit calendar`: a new address of the person's calendar. An earlier one ends."""
    with context["ledger"].begin() as tx:
        person = viewer(tx, command.asker.team_id, command.asker.user_id)
        return Reply(_address(tx, person, context["now"]), Ref(view=ViewName.HELP))


def give_on_press(ack: Ack, body: Body, context: BoltContext) -> None:
    """“Get my calendar address”: the same, in a modal."""
    press = payloads.press(body)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        said = _address(tx, person, context["now"])
    surfaces.open_view(context["slack"], press, b.modal("Your calendar", said, callback_id=ids.RECEIPT))
    ack()


def _address(tx: Session, person: Person, now: datetime) -> list[Block]:
    public_url = person.workspace.public_url
    if public_url is None:
        raise BadInputError(
            "Calendars need an address of Makegood on the web, and it has none here. An admin can set PUBLIC_URL."
        )
    token = calendar_feeds.make(tx, person, now)
    text = (
        "*Your calendar*: your commitments and reviews, in any calendar program that subscribes to an address.\n"
        f"`{public_url}/calendar/{token}.ics`"
    )
    return [
        b.section(text),
        b.context(
            "The address is secret: everybody who has it reads your commitments. It is shown once, and a new one ends"
            " the old one. Google asks for it every 12 to 24 hours; reminders come in Slack all the same."
        ),
        b.actions(b.button("End it", ids.CALENDAR_END, "-", style="danger")),
    ]


def stop(ack: Ack, body: Body, context: BoltContext) -> None:
    """“End it”: the address does not work any more."""
    press = payloads.press(body)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        calendar_feeds.end(tx, person, context["now"])
    said = [b.section("Your calendar's address is ended. `/commit calendar` makes a new one.")]
    surfaces.refresh_after_action(context["slack"], press, surfaces.Rendered(list(said)))
    ack()


def show(request: Request) -> Answer:
    """The feed of the address's person, for a calendar program."""
    with request.ledger.read() as tx:
        web_access.check_guesses(tx, request.address, request.now)
        reader = calendar_feeds.reader_of(tx, request.parts["token"])
        commitments = calendar_feeds.commitments_of(tx, reader, request.now)
        reviews = calendar_feeds.reviews_of(tx, reader, request.now)
    return Answer(events.feed(reader, commitments, reviews).decode(), media_type=events.MEDIA_TYPE)
