"""The buttons under an answer that open the form for a message. The message is read from Slack, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from handlers import people as directory
from handlers.commitments import commands, recording
from handlers.conversation import cards
from handlers.slack import payloads, surfaces
from handlers.slack.payloads import Context, Place
from handlers.slack.refs import Ref
from store.errors import NotFoundError

if TYPE_CHECKING:
    from slack_bolt import BoltContext
    from slack_sdk import WebClient

Ack = Callable[..., Any]
Body = dict[str, Any]

# Slack's reasons for not showing a message to us.
_UNREADABLE = {"missing_scope", "not_in_channel", "channel_not_found", "thread_not_found", "message_not_found"}
_NOT_READ = (
    "I can't read that message from here. Open its menu “⋯” and choose “Make it a commitment”, or type the promise"
    " after /commit."
)


def open_line(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the form with what is understood of the person's own message."""
    press = payloads.press(body)
    directory.check(context, press.asker)
    ref = Ref.decode(press.value)
    message = _message(context["slack"], press.channel or "", Place.decode(ref.extra))
    said = payloads.line_of(message, str(context.bot_user_id))
    known = Context(ref, payloads.sharing_channel(body), press.way_back.response_url)
    view = commands.form_for(press.asker, said, known, context)
    surfaces.open_view(context["slack"], press, view)
    ack()


def open_message(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the form for another message, as the shortcut in its menu does."""
    press = payloads.press(body)
    directory.check(context, press.asker)
    message = _message(context["slack"], press.channel or "", Place.decode(Ref.decode(press.value).extra))
    recording.new_from_message(ack, {**body, "message": message, "message_ts": message["ts"]}, context)


def open_help(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the help page."""
    press = payloads.press(body)
    directory.check(context, press.asker)
    surfaces.open_view(context["slack"], press, surfaces.receipt_modal(cards.help_page(), Context()))
    ack()


def _message(slack: WebClient, channel: str, place: Place) -> Body:
    """The message at this place of the channel in which the person pressed, who therefore may read it."""
    here: dict[str, Any] = {"channel": channel, "oldest": place.ts, "latest": place.ts, "inclusive": True}
    try:
        if place.thread_ts:
            found = slack.conversations_replies(ts=place.thread_ts, **here)["messages"]
        else:
            found = slack.conversations_history(limit=1, **here)["messages"]
            # The history has no replies, and the event of an emoji does not name the thread.
            found = found or slack.conversations_replies(ts=place.ts, **here)["messages"]
    except SlackApiError as error:
        if error.response.get("error") not in _UNREADABLE:
            raise
        found = []
    message = next((each for each in found if each.get("ts") == place.ts), None)
    if message is None:
        raise NotFoundError(_NOT_READ)
    return dict(message)
