"""Calls to Slack for the canvas of an account plan: write it whole, and find one whose answer was lost."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from bot.posting import Sent
from bot.slack import NotTakenError, OutcomeUnknownError, RateLimitedError, RefusedError, outcomes
from handlers.plan.canvas import TITLE, key_of
from store import outbox

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from slack_sdk import WebClient
    from sqlalchemy.orm import Session

    from handlers.messages import Canvas
    from store.tables import Outbox


def plan_batch(tx: Session, now: datetime, *, workspaces: Collection[int] | None) -> list[str] | None:
    """Once a day each canvas is compared with the ledger. It is no message of its own: no key is returned."""
    return outbox.compare_canvases(tx, now, workspaces=workspaces)


def write(client: WebClient, row: Outbox, canvas: Canvas) -> Sent:
    """Create the canvas, or replace all of it, unless it has this content. One that was deleted is created anew."""
    content = hashlib.blake2b(canvas.markdown.encode(), digest_size=16).hexdigest()
    channel = str(row.channel)
    if row.ts and row.details.get("content") == content:
        return Sent(channel, row.ts, content=content, withheld=canvas.withheld)
    document = {"type": "markdown", "markdown": canvas.markdown}
    if row.ts:
        try:
            with outcomes():
                client.canvases_edit(canvas_id=row.ts, changes=[{"operation": "replace", "document_content": document}])
            return Sent(channel, row.ts, content=content, withheld=canvas.withheld)
        except RefusedError as error:
            if str(error) != "canvas_not_found":
                raise
    try:
        with outcomes():
            made = client.canvases_create(title=TITLE, channel_id=channel, document_content=document)
            # As text: with the field missing the answer is not Slack's.
            return Sent(channel, "" + made["canvas_id"], content=content, withheld=canvas.withheld)
    except TypeError as error:
        raise OutcomeUnknownError("the answer was not Slack's") from error


def find(client: WebClient, row: Outbox) -> Sent | None:
    """The canvas of an earlier attempt: the tab of the channel that has a heading with the key of the row.

    Raises OutcomeUnknownError if Slack cannot be asked.
    """
    try:
        with outcomes():
            about: dict[str, Any] = client.conversations_info(channel=str(row.channel))["channel"]
            for canvas in _tabs(about):
                if _is_ours(client, canvas, row):
                    return Sent(str(row.channel), canvas, found=True)
    except (NotTakenError, RateLimitedError) as error:
        raise OutcomeUnknownError(f"the canvases could not be read: {error}") from error
    except RefusedError:
        # Without the permission to look, or in a channel that is gone: the next attempt says what is wrong.
        return None
    return None


def _tabs(about: dict[str, Any]) -> list[str]:
    """The ids of the canvases among the tabs of a channel."""
    tabs = (about.get("properties") or {}).get("tabs") or []
    return [str((tab.get("data") or {}).get("file_id") or tab.get("id")) for tab in tabs if tab.get("type") == "canvas"]


def _is_ours(client: WebClient, canvas: str, row: Outbox) -> bool:
    try:
        with outcomes():
            found = client.canvases_sections_lookup(
                canvas_id=canvas, criteria={"section_types": ["any_header"], "contains_text": key_of(row)}
            )
    except RefusedError:
        return False
    return bool(found.get("sections"))
