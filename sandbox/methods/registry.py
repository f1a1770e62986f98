"""The type of a Web API method, and its arguments."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from sandbox.core import Core
from sandbox.errors import SlackError
from sandbox.limiter import Limiter
from sandbox.models import Json, User
from sandbox.world import Channel

T = TypeVar("T")

PAGE = 1000
"""The most that any list gives at once."""


class Args:
    """The arguments of one call, from JSON or from a form (where everything is a string)."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw

    def text(self, name: str) -> str:
        """A text argument; empty when the call has none."""
        value = self.raw.get(name)
        return "" if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", messages=[f"missing required field: {name}"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.raw.get(name)
        if value is None or value == "":
            return default
        return value in (True, 1, "1", "true", "True")

    def limit(self, default: int, most: int) -> int:
        """`limit`, within what the method allows."""
        raw = self.raw.get("limit")
        if raw in (None, "", 0, "0"):
            return default
        try:
            wanted = int(str(raw))
        except ValueError:
            raise SlackError("invalid_limit") from None
        if wanted < 1:
            raise SlackError("invalid_limit")
        return min(wanted, most)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that methods read and change."""

    core: Core
    limiter: Limiter
    socket_url: Callable[[], str]

    def channel(self, args: Args, name: str = "channel") -> Channel:
        """The conversation of that id, if the app can know of it; otherwise `channel_not_found`."""
        wanted = args.required(name)
        channel = self.core.world.channels.get(wanted)
        if channel is None or not self.knows(channel):
            raise SlackError("channel_not_found")
        return channel

    def knows(self, channel: Channel) -> bool:
        """Whether the app sees the channel: it is public, or the app is a member."""
        return not channel.is_private or self.core.world.bot in channel.members

    def user(self, args: Args, name: str = "user") -> User:
        user = self.core.world.users.get(args.required(name))
        if user is None:
            raise SlackError("user_not_found")
        return user

    def need(self, family: str, channel: Channel) -> None:
        """The scope that goes with a conversation's kind: "read" or "history"."""
        kind = "groups" if channel.is_private else "channels"
        if channel.is_im or channel.is_mpim:
            kind = "im" if channel.is_im else "mpim"
        self.need_scope(f"{kind}:{family}")

    def need_scope(self, scope: str) -> None:
        if not self.core.objects.may(scope):
            raise SlackError("missing_scope", needed=scope)


Run: TypeAlias = Callable[[Workspace, Args], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its function, its scopes (any of them is enough), and its rate limit tier."""

    run: Run
    tier: int
    scopes: tuple[str, ...] = ()
    app_level: bool = False


def page(everything: Sequence[T], args: Args, default: int, most: int = PAGE) -> tuple[list[T], Json]:
    """A page of a list, and the `response_metadata` with the cursor of the next page."""
    size = args.limit(default, most)
    start = _position(args.text("cursor"))
    rest = start + size
    cursor = _cursor(rest) if rest < len(everything) else ""
    return list(everything[start:rest]), {"response_metadata": {"next_cursor": cursor}}


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"offset:{position}".encode()).decode()


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        kind, _, number = base64.urlsafe_b64decode(cursor).decode().partition(":")
        if kind != "offset":
            raise SlackError("invalid_cursor")
        return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise SlackError("invalid_cursor") from None
