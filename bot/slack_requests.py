"""Slack's payloads, checked in one place for both transports.

Each kind of payload is a model of the parts that listeners and Bolt read, with their types. All other parts are removed
before Bolt sees the payload: Bolt looks for its own features in every payload, takes their types for granted and raises
if they differ. A listener that needs one more part must name it here.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from slack_bolt import BoltRequest

from handlers import ids


def _fit(text: object) -> object:
    """A text without NUL and halves of surrogate pairs, which no database stores."""
    return text.encode(errors="replace").decode().replace("\0", "") if isinstance(text, str) else text


def _plain(part: object) -> object:
    """An object of Slack's without what is null, which means the same as absent. An empty one may be written []."""
    if isinstance(part, dict):
        return {name: value for name, value in part.items() if value is not None}
    return {} if part == [] else part


# An id of Slack's, or nothing; what people wrote.
Id = Annotated[str, StringConstraints(max_length=255, pattern=r"^[\x21-\x7e]*$")]
Trigger = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]*$")]
Ts = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9]{1,20}\.[0-9]{1,10}$")]
Name = Annotated[str, StringConstraints(max_length=255)]
Url = Annotated[str, StringConstraints(max_length=3000, pattern=r"^(https?://[\x21-\x7e]+)?$")]
Text = Annotated[str, BeforeValidator(_fit)]


class _Part(BaseModel):
    """A part of a payload; fields that are not named here are left out."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    _without_null = model_validator(mode="before")(_plain)


class _Named(_Part):
    """A user, team, channel or organisation."""

    id: Id
    team_id: Id | None = None


class _Channel(_Named):
    # A conversation of several people bears all their names here, however many (payloads.sharing_channel).
    name: Text | None = None


class _Option(_Part):
    value: Text


class _Input(_Part):
    """The content of one field of a form."""

    value: Text | None = None
    selected_date: Name | None = None
    selected_time: Name | None = None
    selected_user: Id | None = None
    selected_conversation: Id | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None
    selected_users: list[Id] | None = None


class _State(_Part):
    values: Annotated[dict[str, Annotated[dict[str, _Input], BeforeValidator(_plain)]], BeforeValidator(_plain)] = {}


class _Block(_Part):
    type: Name
    block_id: Name


class _View(_Part):
    id: Id | None = None
    type: Name
    callback_id: Name = ""
    private_metadata: Text | None = None
    app_installed_team_id: Id | None = None
    blocks: list[_Block] = []
    state: _State | None = None


class _Submitted(_View):
    id: Id


class _WholeBlock(BaseModel):
    """A block of an open form, whole: the form is sent back to Slack with another choice in it."""

    model_config = ConfigDict(strict=True, extra="allow", hide_input_in_errors=True)

    type: Name
    block_id: Name
    element: Annotated[dict[str, Any] | None, BeforeValidator(_plain)] = None


class _OpenView(_View):
    hash: Name | None = None
    title: Annotated[dict[str, Any] | None, BeforeValidator(_plain)] = None
    submit: Annotated[dict[str, Any] | None, BeforeValidator(_plain)] = None
    close: Annotated[dict[str, Any] | None, BeforeValidator(_plain)] = None
    blocks: list[_WholeBlock] = []  # type: ignore[assignment]  # more of each block than in another view


class _Action(_Part):
    action_id: Name
    block_id: Name = ""
    value: Text | None = None
    selected_option: _Option | None = None


class _Container(_Part):
    is_ephemeral: bool = False
    channel_id: Id | None = None
    message_ts: Id | None = None


class _Message(_Part):
    """A message that a shortcut was chosen on. Its blocks can be of any kind: handlers/slack/message_words.py reads
    them.
    """

    ts: Id | None = None
    thread_ts: Id | None = None
    user: Id | None = None
    bot_id: Id | None = None
    text: Text | None = None
    blocks: list[Any] | None = None
    attachments: list[Any] | None = None
    files: list[Any] | None = None


class _UserObject(BaseModel):
    """A user as users.info gives it, whole: handlers/people.py reads it."""

    model_config = ConfigDict(strict=True, extra="allow", hide_input_in_errors=True)

    id: Id
    profile: Annotated[dict[str, Any] | None, BeforeValidator(_plain)] = None


class _Event(_Part):
    """An event without a listener."""

    type: Name


class _SeenView(_Part):
    hash: Name | None = None


class _HomeOpened(_Event):
    user: Id
    tab: Name | None = None
    view: _SeenView | None = None


class _AboutUser(_Event):
    user: _UserObject


class _Written(_Event):
    """A message in a conversation of the bot's, or one that mentions it."""

    user: Id | None = None
    bot_id: Id | None = None
    subtype: Name | None = None
    text: Text | None = None
    channel: Id
    ts: Ts
    thread_ts: Ts | None = None


class _ReactedTo(_Part):
    type: Name
    channel: Id | None = None
    ts: Ts | None = None


class _ReactionAdded(_Event):
    user: Id
    reaction: Name
    item: _ReactedTo
    item_user: Id | None = None


class _FromWorkspace(_Part):
    """The origin: the workspace, or in an organisation the place where the app is installed."""

    team_id: Id | None = None
    enterprise_id: Id | None = None
    is_enterprise_install: bool | Name | None = None


class _ByPerson(_Part):
    type: Name
    team: _Named | None = None
    enterprise: _Named | None = None
    user: _Named
    is_enterprise_install: bool | Name | None = None


class _Command(_FromWorkspace):
    command: Name
    text: Text = ""
    user_id: Id
    channel_id: Id = ""
    channel_name: Text = ""
    trigger_id: Trigger
    response_url: Url = ""


class _SslCheck(_Part):
    ssl_check: Name


class _UrlVerification(_Part):
    type: Name
    challenge: Name


class _EventCallback(_FromWorkspace):
    type: Name
    team_id: Id
    event_id: Id | None = None
    # The installation that the event is for. Where workspaces share a channel or belong to one organisation the event
    # itself may come from another workspace.
    authorizations: list[_FromWorkspace] = []
    event: _Event


class _HomeOpenedCallback(_EventCallback):
    event: _HomeOpened


class _AboutUserCallback(_EventCallback):
    event: _AboutUser


class _WrittenCallback(_EventCallback):
    event: _Written


class _ReactionCallback(_EventCallback):
    event: _ReactionAdded


class _BlockActions(_ByPerson):
    trigger_id: Trigger
    response_url: Url | None = None
    actions: Annotated[list[_Action], Field(min_length=1)]
    container: _Container | None = None
    channel: _Channel | None = None
    view: _OpenView | None = None


class _ViewSubmission(_ByPerson):
    view: _Submitted


class _Shortcut(_ByPerson):
    callback_id: Name
    trigger_id: Trigger


class _MessageAction(_Shortcut):
    response_url: Url | None = None
    channel: _Channel | None = None
    message_ts: Id | None = None
    message: _Message | None = None


class _BlockSuggestion(_ByPerson):
    action_id: Name
    value: Text | None = None
    view: _View | None = None


class _Unknown(_Part):
    """A kind that Slack has added since, or has given up: enough to answer the person in words."""

    type: Name
    team: _Named | None = None
    user: _Named | None = None
    trigger_id: Trigger | None = None
    response_url: Url | None = None


_KINDS: dict[str, type[BaseModel]] = {
    "url_verification": _UrlVerification,
    "block_actions": _BlockActions,
    "view_submission": _ViewSubmission,
    "view_closed": _ViewSubmission,
    "shortcut": _Shortcut,
    "message_action": _MessageAction,
    "block_suggestion": _BlockSuggestion,
}


_EVENTS: dict[str, type[BaseModel]] = {
    ids.EVENT_HOME_OPENED: _HomeOpenedCallback,
    ids.EVENT_USER_CHANGED: _AboutUserCallback,
    ids.EVENT_USER_JOINED: _AboutUserCallback,
    ids.EVENT_MESSAGE: _WrittenCallback,
    ids.EVENT_MENTION: _WrittenCallback,
    ids.EVENT_REACTION: _ReactionCallback,
}


class RefusedError(Exception):
    """A request that is not Slack's, or that cannot be read. Nothing was changed."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def bolt_request(text: str, headers: dict[str, str], *, is_json: bool) -> BoltRequest:
    """The request as Bolt takes it; RefusedError where its body is no payload of Slack's."""
    if not text:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The body is empty.")
    try:
        payload = _payload(text, is_json=is_json)
    except (ValueError, RecursionError):
        raise _no_payload() from None
    # In Socket Mode Bolt takes a parsed body. Of text it takes any form with the word "payload" in it for an
    # interaction, and loses a command such as `/commit send the payload spec`.
    return BoltRequest(body=checked(payload), headers=dict(headers), mode="socket_mode")


def checked(payload: object) -> dict[str, Any]:
    """The known parts of the payload. RefusedError if one is missing or of another type."""
    if not isinstance(payload, dict):
        raise _no_payload()
    try:
        return _kind(payload).model_validate(payload).model_dump(exclude_unset=True)
    except (ValidationError, RecursionError):
        raise _no_payload() from None


def _kind(payload: dict[str, Any]) -> type[BaseModel]:
    if "command" in payload:
        return _Command
    if "ssl_check" in payload:
        return _SslCheck
    kind, event = payload.get("type"), payload.get("event")
    if kind == "event_callback":
        return _EVENTS.get(str(event.get("type")), _EventCallback) if isinstance(event, dict) else _EventCallback
    return _KINDS.get(kind, _Unknown) if isinstance(kind, str) else _Unknown


def _payload(text: str, *, is_json: bool) -> object:
    if is_json or text.startswith("{"):
        return json.loads(text)
    form = dict(parse_qsl(text, keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form


def _no_payload() -> RefusedError:
    return RefusedError(HTTPStatus.BAD_REQUEST, "The body is not a payload of Slack's.")
