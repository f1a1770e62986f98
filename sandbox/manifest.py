"""The parts of an app manifest that Slack acts on."""

from collections.abc import Mapping
from typing import Any


class Manifest:
    """A manifest read once. Unknown parts are ignored, missing parts count as switched off."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        features = raw.get("features", {})
        settings = raw.get("settings", {})
        self.name: str = raw.get("display_information", {}).get("name", "App")
        bot_user = features.get("bot_user", {})
        self.bot_name: str = bot_user.get("display_name", self.name)
        self.commands: dict[str, Mapping[str, Any]] = {
            command["command"]: command for command in features.get("slash_commands", ())
        }
        self.shortcuts: dict[tuple[str, str], Mapping[str, Any]] = {
            (shortcut["type"], shortcut["callback_id"]): shortcut for shortcut in features.get("shortcuts", ())
        }
        home = features.get("app_home", {})
        self.home_tab: bool = home.get("home_tab_enabled", False)
        self.messages_tab: bool = home.get("messages_tab_enabled", True)
        self.messages_read_only: bool = home.get("messages_tab_read_only_enabled", False)
        self.scopes: tuple[str, ...] = tuple(raw.get("oauth_config", {}).get("scopes", {}).get("bot", ()))
        self.events: frozenset[str] = frozenset(settings.get("event_subscriptions", {}).get("bot_events", ()))
        self.interactivity: bool = settings.get("interactivity", {}).get("is_enabled", False)
        self.socket_mode: bool = settings.get("socket_mode_enabled", False)
