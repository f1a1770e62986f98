"""The error handler for requests from Slack: it turns an error into words for the person."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog
from slack_bolt import BoltContext, BoltResponse
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk.errors import SlackApiError, SlackClientError

from handlers import ids
from handlers.slack import blocks as b
from handlers.slack.calls import error_name, failure_of, in_log, respond
from handlers.slack.payloads import as_typed, asker, field_of
from handlers.slack.refs import outdated
from handlers.slack.words import escape, shortened
from store.errors import BadInputsError, LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_sdk import WebClient

log = structlog.get_logger(__name__)

# No text says that nothing was changed: an error may come after the change is stored, and after a connection that is
# lost during a commit nobody knows.
_SURE = "If you are not sure that it was stored, look at /commit mine first."
DATABASE_DOWN = f"The ledger can't be reached right now. Please try again in a minute. {_SURE}"
SLACK_DOWN = f"Slack did not take my answer. Please try again in a minute. {_SURE}"
UNEXPECTED = f"Something went wrong here. Please try again in a minute. {_SURE}"
TOO_LATE = "That took too long. Please press again."
TOO_LATE_TO_ASK = "That took too long. Please send it again."

# Characters of an error text. Slack's fields take little more, and nobody reads more.
_LONGEST = 1_000
# A trigger opens one view, within three seconds.
_TOO_LATE = {
    "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id",
    "trigger_expired", "trigger_exchanged", "invalid_trigger",
}  # fmt: skip
_DATABASE = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, sa.exc.InternalError)
# The events of people who wait for an answer.
_TALK = {ids.EVENT_MESSAGE, ids.EVENT_MENTION}
_SLACK = (SlackClientError, OSError, http.client.HTTPException)


def tell(error: Exception, body: dict[str, Any], context: BoltContext) -> BoltResponse:
    """Answer the request with the error in words, at its form field if it has one. The typed values stay."""
    kind = "command" if "command" in body else body.get("type")
    _note(error, kind)
    if kind == "event_callback":
        return _after_event(error, body, context)
    if kind == "block_suggestion":
        return _json({"options": []})
    if kind == "view_closed":
        return BoltResponse(status=200)
    words, field = _words(error, kind)
    if kind == "command":
        return _ephemeral(words, body)
    if kind == "view_submission":
        fields: Mapping[str | None, str] = {field: words}
        if isinstance(error, BadInputsError):
            fields = dict(error.fields.items())
        return _at_fields(fields, body)
    _aside(words, body, context, triggered=error_name(error) not in _TOO_LATE)
    return BoltResponse(status=200)


def _after_event(error: Exception, body: dict[str, Any], context: BoltContext) -> BoltResponse:
    if isinstance(error, _DATABASE):
        # Slack repeats an event that is not acknowledged. That helps while the database does not answer.
        return BoltResponse(status=500)
    event = body["event"]
    if isinstance(error, LedgerError) and event["type"] in _TALK and event.get("user"):
        _beside(f":warning: {escape(shortened(error.words, _LONGEST))}", event, context["slack"])
    return BoltResponse(status=200)


def _beside(text: str, event: dict[str, Any], client: WebClient) -> None:
    """Answer a message to the person alone who wrote it: in its channel, or in their conversation with the bot."""
    who, channel = event["user"], event["channel"]
    if channel.startswith("D"):
        failure = failure_of(lambda: client.chat_postMessage(channel=channel, text=text))
    else:
        thread_ts = event.get("thread_ts")
        failure = failure_of(
            lambda: client.chat_postEphemeral(channel=channel, user=who, text=text, thread_ts=thread_ts)
        )
    if failure is not None:
        log.warning("answer_not_taken", **in_log(failure))


def _note(error: Exception, kind: str | None) -> None:
    if isinstance(error, BoltUnhandledRequestError):
        log.warning("request_unknown", kind=kind)
    elif not isinstance(error, LedgerError):
        expected = isinstance(error, (*_DATABASE, *_SLACK))
        log.error("request_failed", kind=kind, exc_info=not expected, **in_log(error))


def _words(error: Exception, kind: str | None) -> tuple[str, str | None]:
    if isinstance(error, LedgerError):
        return shortened(error.words, _LONGEST), error.field
    if isinstance(error, BoltUnhandledRequestError):
        return outdated().words, None
    if isinstance(error, _DATABASE):
        return DATABASE_DOWN, None
    name = error_name(error)
    if name in _TOO_LATE:
        return (TOO_LATE_TO_ASK if kind == "command" else TOO_LATE), None
    if name == "missing_scope" and isinstance(error, SlackApiError):
        needed = str(error.response.get("needed") or "that it asks for")
        return (
            f"Slack does not let me do that: I lack the permission {shortened(needed, 100)}. An admin can add it on the"
            " app's page at Slack, and install the app again."
        ), None
    return (SLACK_DOWN if isinstance(error, _SLACK) else UNEXPECTED), None


def _ephemeral(words: str, body: dict[str, Any]) -> BoltResponse:
    said = as_typed((body.get("text") or "").strip())
    # Slack clears a line that was sent; the answer repeats it, so that the person can send it again.
    again = f"\nYou wrote: {escape(shortened(said, 1000))}" if said else ""
    return _json({"response_type": "ephemeral", "text": f":warning: {escape(words)}{again}"})


def _at_fields(told: Mapping[str | None, str], body: dict[str, Any]) -> BoltResponse:
    """Show the words at their fields; at the first field where there is no such field."""
    inputs = [block["block_id"] for block in body["view"].get("blocks", ()) if block.get("type") == "input"]
    if not inputs:
        return _json({"response_action": "update", "view": _modal(next(iter(told.values())))})
    errors: dict[str, str] = {}
    for field, words in told.items():
        at = _input_for(field or "", inputs)
        errors[at] = f"{errors[at]} {words}" if at in errors else words
    return _json({"response_action": "errors", "errors": errors})


def _input_for(field: str, inputs: list[str]) -> str:
    """The input of that name, or else the first one of the same row, or of the form."""
    row = field.rpartition(".")[0]
    own = (one for one in inputs if field_of(one) == field)
    return next(own, next((one for one in inputs if row and one.startswith(f"{row}.")), inputs[0]))


def _aside(words: str, body: dict[str, Any], context: BoltContext, *, triggered: bool) -> None:
    """Show the error to the person alone, beside the view in which they pressed. That view stays as it is.

    If Slack refuses one way, the next is tried. If Slack does not answer, no other way is tried. `triggered`: a view
    can still be opened for this press.
    """
    client: WebClient = context["slack"]
    text, who = f":warning: {escape(words)}", asker(body).user_id
    in_modal = (body.get("view") or {}).get("type") == "modal"
    opener = client.views_push if in_modal else client.views_open
    ways: list[Callable[[], object]] = []
    if address := body.get("response_url"):
        ways.append(lambda: respond(address, text=text, response_type="ephemeral", replace_original=False))
    elif triggered and (trigger := body.get("trigger_id")):
        ways.append(lambda: opener(trigger_id=trigger, view=_modal(words)))
    if who:
        ways.append(lambda: client.chat_postMessage(channel=who, text=text))
    for way in ways:
        failure = failure_of(way)
        if failure is None:
            return
        log.warning("answer_not_taken", **in_log(failure))
        if isinstance(failure, OSError):
            return


def _modal(words: str) -> b.Json:
    return b.modal("That did not work", [b.section(f":warning: {escape(words)}")], callback_id=ids.RECEIPT)


def _json(answer: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": ["application/json"]})
