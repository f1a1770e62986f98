"""The objects of a workspace. They are frozen, so callers get snapshots without copying."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypedDict
from zoneinfo import ZoneInfo

Json: TypeAlias = dict[str, Any]
State: TypeAlias = dict[str, dict[str, Json]]
"""`state.values` of a view or message: block id → action id → value object."""


class SandboxError(ValueError):
    """An action that the person cannot do. The text names the missing or hidden thing."""


class GoneError(SandboxError):
    """The element is not there, because the message or view has changed."""


@dataclass(frozen=True, slots=True)
class User:
    """A member of the workspace, or a guest of another one (`team_id`)."""

    id: str
    name: str
    real_name: str
    team_id: str = ""
    display_name: str = ""
    title: str = ""
    email: str = ""
    tz: str = "Europe/Berlin"
    locale: str = "en-US"
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    enterprise_teams: tuple[str, ...] = ()
    """In an Enterprise Grid organisation: the workspaces that they are a member of."""
    deleted: bool = False
    status_text: str = ""
    status_emoji: str = ""
    status_expiration: int = 0
    updated: int = 0

    def tz_offset(self, at: datetime) -> int:
        """Seconds east of UTC at that instant."""
        offset = at.astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message in its current state. `notified` holds its mentions: user ids, and "!channel", "!here",
    "!everyone".
    """

    ts: str
    channel: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    deleted: bool = False
    ephemeral_for: str | None = None
    notified: tuple[str, ...] = ()
    bot_id: str | None = None
    attachments: tuple[Json, ...] = ()
    broadcast: bool = False
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Emoji → the people who have added it, in order."""


class MessageParts(TypedDict, total=False):
    """Fields of a message beside its text and author."""

    blocks: tuple[Json, ...]
    thread_ts: str | None
    metadata: Json | None
    edited: Json | None
    deleted: bool
    ephemeral_for: str | None
    notified: tuple[str, ...]
    bot_id: str | None
    attachments: tuple[Json, ...]
    broadcast: bool


class MessageChanges(MessageParts, total=False):
    """Fields of a message that can change."""

    text: str
    reactions: Mapping[str, tuple[str, ...]]


class UserParts(TypedDict, total=False):
    """Fields of a user that can change."""

    name: str
    real_name: str
    display_name: str
    title: str
    email: str
    tz: str
    locale: str
    is_admin: bool
    is_owner: bool
    is_restricted: bool
    is_ultra_restricted: bool
    is_stranger: bool
    is_bot: bool
    enterprise_teams: tuple[str, ...]
    deleted: bool
    status_text: str
    status_emoji: str
    status_expiration: int


@dataclass(frozen=True, slots=True)
class View:
    """A modal or a Home tab as its one viewer (`user`) has it. `state` are the values filled in so far
    (block id → action id → value object as in `view.state.values`), `errors` what the app found wrong.
    """

    id: str
    type: str
    user: str
    hash: str
    blocks: tuple[Json, ...]
    title: str = ""
    submit: str | None = None
    close: str | None = None
    callback_id: str = ""
    private_metadata: str = ""
    external_id: str = ""
    clear_on_close: bool = False
    notify_on_close: bool = False
    submit_disabled: bool = False
    root_view_id: str = ""
    previous_view_id: str | None = None
    conversation: str | None = None
    state: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Available:
    """The blocks that Slack takes here: none of the `unknown` kinds, and of uploaded files these `pictures`."""

    unknown: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Web API. `at` is the sandbox's time, `duration` real seconds."""

    method: str
    args: Json
    ok: bool
    error: str | None
    at: datetime
    duration: float
    token: str | None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one action, up to the ack. `problem` is the text that Slack shows when the app
    gives no valid answer.
    """

    ok: bool
    status: int | None = None
    ack_ms: float = 0.0
    timed_out: bool = False
    view: View | None = None
    messages: tuple[Message, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    problem: str | None = None
