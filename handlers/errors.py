"""LedgerError → words for a person. The one place at the Slack edge where errors are caught."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog
from slack_bolt import BoltContext, BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from handlers import ids
from handlers.payloads import as_typed
from handlers.views import blocks as b
from handlers.views.words import escape, shortened
from store.errors import LedgerError

if TYPE_CHECKING:
    from slack_sdk import WebClient

log = structlog.get_logger(__name__)

DATABASE_DOWN = "The ledger can't be reached right now, so nothing was changed. Please try again in a minute."
UNEXPECTED = "Something went wrong here, and nothing was changed. Please try again in a minute."
# A response_url is answered within a request; Slack waits three seconds for that.
_WITHIN = 2


def tell(error: Exception, body: dict[str, Any], context: BoltContext) -> BoltResponse:
    """Answer the request with the error in words, at the field it belongs to, and keep what was typed."""
    words, field = _words(error)
    kind = "command" if "command" in body else body.get("type")
    if not isinstance(error, LedgerError):
        log.error("request_failed", kind=kind, error=type(error).__name__, exc_info=not _is_database(error))
    if kind == "command":
        return _ephemeral(words, body)
    if kind == "view_submission":
        return _at_field(words, field, body)
    if kind in {"block_actions", "message_action", "shortcut"}:
        _aside(words, body, context)
    elif kind == "block_suggestion":
        return _json({"options": []})
    elif kind == "event_callback":
        # Not acknowledged: Slack sends the event again.
        return BoltResponse(status=500)
    return BoltResponse(status=200)


def _words(error: Exception) -> tuple[str, str | None]:
    if isinstance(error, LedgerError):
        return error.words, error.field
    return (DATABASE_DOWN if _is_database(error) else UNEXPECTED), None


def _is_database(error: Exception) -> bool:
    return isinstance(
        error, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, sa.exc.InternalError)
    )


def _ephemeral(words: str, body: dict[str, Any]) -> BoltResponse:
    said = as_typed((body.get("text") or "").strip())
    # Slack clears the line once it is sent; it is given back so that it can be sent again.
    again = f"\nYou wrote: {escape(shortened(said, 1000))}" if said else ""
    return _json({"response_type": "ephemeral", "text": f":warning: {escape(words)}{again}"})


def _at_field(words: str, field: str | None, body: dict[str, Any]) -> BoltResponse:
    inputs = [block["block_id"] for block in body["view"]["blocks"] if block.get("type") == "input"]
    if not inputs:
        return BoltResponse(status=200)
    return _json({"response_action": "errors", "errors": {field if field in inputs else inputs[0]: words}})


def _aside(words: str, body: dict[str, Any], context: BoltContext) -> None:
    """Tell the person beside what they pressed: only they see it, and what they pressed stays as it is."""
    if body.get("response_url"):
        answer = WebhookClient(body["response_url"], timeout=_WITHIN).send(
            text=f":warning: {escape(words)}", response_type="ephemeral", replace_original=False
        )
        if answer.status_code != 200:  # noqa: PLR2004  HTTP
            log.warning("answer_not_taken", status=answer.status_code)
        return
    client: WebClient = context["slack"]
    view = b.modal("That did not work", [b.section(f":warning: {escape(words)}")], callback_id=ids.RECEIPT)
    in_modal = (body.get("view") or {}).get("type") == "modal"
    try:
        (client.views_push if in_modal else client.views_open)(trigger_id=body["trigger_id"], view=view)
    except (SlackApiError, OSError) as failure:
        log.warning("answer_not_taken", error=type(failure).__name__)


def _json(answer: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": ["application/json"]})
