"""What Slack sends, read strictly: Bolt takes much for granted and raises deep inside where it is not so."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt import BoltRequest
from slack_bolt.request.internals import build_context

# What people do comes with a trigger, which is how a gesture is told from the next one.
_WITH_TRIGGER = {"block_actions", "shortcut", "message_action"}


class RefusedError(Exception):
    """A request that is not Slack's, or that makes no sense. Nothing has been touched."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def bolt_request(text: str, headers: dict[str, str], *, is_json: bool) -> BoltRequest:
    """The request as Bolt takes it; RefusedError where its body is no payload of Slack's."""
    if not text:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The body is empty.")
    try:
        body = check_shape(_payload(text, is_json=is_json))
        incoming = BoltRequest(body="", headers=dict(headers))
        # Bolt's own parser takes any form with the word "payload" in it for an interaction and loses
        # a command such as `/commit send the payload spec`.
        incoming.raw_body = text
        incoming.body = body
        incoming.context = build_context(incoming.context, body)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        raise _no_payload() from None
    return incoming


def check_shape(payload: object) -> dict[str, Any]:
    """The payload; RefusedError where a part that Bolt looks into is not what Bolt takes for granted."""
    if not isinstance(payload, dict) or not payload:
        raise _no_payload()
    if not all(isinstance(payload.get(part, {}), dict) for part in ("event", "view")):
        raise _no_payload()
    if payload.get("type") == "block_actions":
        actions = payload.get("actions")
        if not (isinstance(actions, list) and actions and isinstance(actions[0], dict)):
            raise _no_payload()
        if not isinstance(actions[0].get("action_id"), str):
            raise _no_payload()
    if (payload.get("type") in _WITH_TRIGGER or "command" in payload) and not isinstance(
        payload.get("trigger_id"), str
    ):
        raise _no_payload()
    return payload


def _payload(text: str, *, is_json: bool) -> object:
    if is_json or text.startswith("{"):
        return json.loads(text)
    form = dict(parse_qsl(text, keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form


def _no_payload() -> RefusedError:
    return RefusedError(HTTPStatus.BAD_REQUEST, "The body is not a payload of Slack's.")
