"""Slack's changes to typed text: names become references, control characters become entities."""

import re

from sandbox.world import World

_USER = re.compile(r"(?<![\w@./])@([a-z0-9][a-z0-9._-]*)")
_CHANNEL = re.compile(r"(?<![\w#&/])#([a-z0-9][a-z0-9_-]*)")
_URL = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)\]]")
_BROADCAST = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")


class Autolinks:
    """Reads text the way a Slack client does, for one viewer."""

    def __init__(self, world: World, viewer: str) -> None:
        self._world = world
        self._viewer = viewer

    def in_command(self, text: str) -> str:
        """The `text` of a slash command whose manifest says should_escape."""
        return self._escape(text, named=True)

    def in_message(self, text: str) -> str:
        """The text of a message, as events and history show it."""
        return _BROADCAST.sub(r"<!\1>", self._escape(text, named=False))

    def _escape(self, text: str, *, named: bool) -> str:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = _URL.sub(lambda match: f"<{match[0]}>", text)
        text = _USER.sub(lambda match: self._user(match, named=named), text)
        return _CHANNEL.sub(self._channel, text)

    def _user(self, match: re.Match[str], *, named: bool) -> str:
        typed = match[1]
        name = typed.rstrip("._-")
        for user in self._world.users.values():
            if not user.deleted:
                for known in (typed, name):
                    if user.name == known:
                        reference = f"<@{user.id}|{user.name}>" if named else f"<@{user.id}>"
                        return reference + typed[len(known) :]
        return match[0]

    def _channel(self, match: re.Match[str]) -> str:
        for channel in self._world.channels.values():
            if channel.name == match[1] and not channel.is_im and self._world.sees(self._viewer, channel):
                return f"<#{channel.id}|{channel.name}>"
        return match[0]
