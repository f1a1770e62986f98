"""The app's manifest: what an admin pastes into Slack. Made from handlers/ids.py, so that it cannot lag behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from handlers import ids

if TYPE_CHECKING:
    from collections.abc import Iterable

REVIEW_USAGE = "account   or   account on 12 Jan 10:00 with @colleague · account last · help"
PLAN_USAGE = "account   or   account risks · account add risk · help"

EVENTS_PATH = "/slack/events"

NAME = "Makegood"
DESCRIPTION = "Keeps account plans alive: every commitment has an owner, a date and somebody who asks again."
LONG_DESCRIPTION = (
    "Makegood records what is promised in an account's conversations, by us and by the client, with an owner"
    " and a date. It asks the owner at the right moment, in one message on a working morning, and keeps a"
    " history that cannot be rewritten: the first wording and the first date stay beside today's.\n\n"
    "Type /commit help to begin."
)
COLOUR = "#1f4d3a"
USAGE = "@owner what by when for account   or   mine · overdue · account name · number · away · settings · help"


def for_socket_mode(features: Iterable[str] = ()) -> dict[str, Any]:
    """The manifest of an app that connects to Slack by itself and needs no address. `features`: of ids.FEATURES."""
    return _manifest(None, features)


def for_address(url: str, features: Iterable[str] = ()) -> dict[str, Any]:
    """The same for an app that Slack reaches at `url`; ValueError, in words, for one it cannot reach."""
    return _manifest(endpoint(url), features)


def endpoint(url: str) -> str:
    """Where Slack sends everything, given the address that the bot has in the world."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme != "https":
        raise ValueError("Slack takes addresses that start with https:// only")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("give the bare address of the bot, such as https://makegood.example.com")
    path = parts.path.rstrip("/").removesuffix(EVENTS_PATH)
    return f"https://{parts.netloc}{path}{EVENTS_PATH}"


def _manifest(url: str | None, names: Iterable[str]) -> dict[str, Any]:
    wanted = set(names)
    features = [feature for name, feature in ids.FEATURES.items() if name in wanted]
    scopes = [*ids.SCOPES, *(scope for feature in features for scope in feature.scopes)]
    events = [*ids.BOT_EVENTS, *(feature.event for feature in features if feature.event)]
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION,
            "background_color": COLOUR,
        },
        "features": _features(url, answers="messages" in wanted),
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {
            "event_subscriptions": _with(url, "request_url") | {"bot_events": events},
            "interactivity": {"is_enabled": True} | _with(url, "request_url") | _with(url, "message_menu_options_url"),
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def _features(url: str | None, *, answers: bool) -> dict[str, Any]:
    """`answers`: the bot answers what people write in its Messages tab. If not, nobody can write there."""
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": not answers,
        },
        "bot_user": {"display_name": NAME, "always_online": True},
        "shortcuts": [
            {
                "name": "New commitment",
                "type": "global",
                "callback_id": ids.SHORTCUT_NEW,
                "description": "Record who does what by when",
            },
            {
                "name": "Make it a commitment",
                "type": "message",
                "callback_id": ids.SHORTCUT_FROM_MESSAGE,
                "description": "Record what this message promises",
            },
        ],
        "slash_commands": [
            {
                "command": ids.COMMAND,
                "description": "Record a commitment, or see how commitments stand",
                "usage_hint": USAGE,
                # Without it Slack sends @names and #channels as mere text, which may mean anybody.
                "should_escape": True,
            }
            | _with(url, "url"),
            {
                "command": ids.COMMAND_PLAN,
                "description": "Open the plan of an account",
                "usage_hint": PLAN_USAGE,
                "should_escape": True,
            }
            | _with(url, "url"),
            {
                "command": ids.COMMAND_REVIEW,
                "description": "See, book or hold the review of an account",
                "usage_hint": REVIEW_USAGE,
                "should_escape": True,
            }
            | _with(url, "url"),
        ],
    }


def _with(url: str | None, name: str) -> dict[str, str]:
    return {} if url is None else {name: url}
