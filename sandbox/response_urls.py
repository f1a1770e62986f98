"""Messages as answers: in the ack of a command, or through a response_url."""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sandbox.drafts import Draft, draft
from sandbox.errors import SlackError
from sandbox.models import Message
from sandbox.world import World

USES = 5
LIFETIME = timedelta(minutes=30)
"""A response_url takes five answers within thirty minutes of the workspace's clock."""
REMEMBERED = 10_000
"""The number of addresses that are kept. A new one replaces the oldest."""


@dataclass(frozen=True, slots=True)
class Address:
    """The person and channel of a response_url, and the message of the pressed button, if any."""

    user: str
    channel: str
    message: str | None
    expires: datetime
    uses: int = 0


class ResponseUrls:
    """Issues response_urls and turns answers into messages."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._addresses: dict[str, Address] = {}

    def issue(self, user: str, channel: str, message: str | None = None) -> str:
        """The path of a new response_url."""
        path = f"{self._world.seed.team_id}/{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        with self._lock:
            if len(self._addresses) >= REMEMBERED:
                del self._addresses[next(iter(self._addresses))]
            expires = self._world.clock.now() + LIFETIME
            self._addresses[path] = Address(user, channel, message, expires)
        return path

    def receive(self, path: str, payload: object) -> Message | None:
        """Use a response_url once. Raises SlackError with the HTTP status that Slack would answer."""
        if not isinstance(payload, Mapping):
            raise SlackError("invalid_payload", status=400)
        address = self._spend(path)
        try:
            return self._deliver(address, payload)
        except SlackError as error:
            error.status = 400
            raise

    def _spend(self, path: str) -> Address:
        with self._lock:
            address = self._addresses.get(path)
            if address is None:
                raise SlackError("no_active_hooks", status=404)
            if self._world.clock.now() > address.expires:
                raise SlackError("expired_url", status=404)
            if address.uses >= USES:
                raise SlackError("used_url", status=404)
            self._addresses[path] = replace(address, uses=address.uses + 1)
            return address

    def _deliver(self, address: Address, payload: Mapping[str, Any]) -> Message | None:
        with self._world.lock:
            original = self._world.find(address.channel, address.message) if address.message else None
            if original and _said_yes(payload.get("delete_original")):
                self._world.remove(original)
                return None
            if original and _said_yes(payload.get("replace_original")):
                return self._world.replace(
                    original, **_shown(self._checked(payload)), edited=None, metadata=original.metadata
                )
            return self.say(address.user, address.channel, payload)

    def _checked(self, payload: Mapping[str, Any]) -> Draft:
        return draft(payload, available=self._world.available)

    def say(self, user: str, channel: str, payload: Mapping[str, Any]) -> Message:
        """A new message by the app: for `user` alone unless `response_type` is in_channel."""
        public = payload.get("response_type") == "in_channel"
        wanted = self._checked(payload)
        parts = _shown(wanted)
        return self._world.post(
            channel,
            self._world.bot,
            parts.pop("text"),
            **parts,
            metadata=wanted.metadata,
            bot_id=self._world.seed.bot_id,
            notified=wanted.notified if public else (),
            ephemeral_for=None if public else user,
            thread_ts=payload.get("thread_ts"),
        )


def _shown(wanted: Draft) -> dict[str, Any]:
    return {"text": wanted.text, "blocks": wanted.blocks, "attachments": wanted.attachments}


def _said_yes(value: object) -> bool:
    return value in (True, 1, "true", "1")
