"""trigger_ids: proof of a person's recent action. Each opens one view, within three seconds."""

import secrets
import threading
import time
from dataclasses import dataclass

from sandbox.errors import SlackError

LIFETIME = 3.0
"""Real seconds, as Slack documents for views.open."""
REMEMBERED = 10_000
"""Triggers that are still known as used or expired; older ones are unknown."""


@dataclass(slots=True)
class Trigger:
    """The person, the time (monotonic seconds), the conversation and the view of one action."""

    user: str
    issued: float
    view: str | None
    conversation: str | None
    used: bool = False


class Triggers:
    """Issues and redeems trigger_ids."""

    def __init__(self) -> None:
        # A test of what is answered, and not of how fast, gives more on a busy machine.
        self.lifetime = LIFETIME
        self._lock = threading.Lock()
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, *, view: str | None = None, conversation: str | None = None) -> str:
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        with self._lock:
            if len(self._issued) >= REMEMBERED:
                del self._issued[next(iter(self._issued))]
            self._issued[trigger_id] = Trigger(user, time.monotonic(), view, conversation)
        return trigger_id

    def look(self, trigger_id: str) -> Trigger:
        """The live trigger of that name; raises SlackError when it is unknown, used or too old."""
        with self._lock:
            trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() - trigger.issued > self.lifetime:
            raise SlackError("expired_trigger_id")
        return trigger

    def spend(self, trigger: Trigger) -> None:
        """Mark a trigger as used. Of two callers at once, the second gets `exchanged_trigger_id`."""
        with self._lock:
            if trigger.used:
                raise SlackError("exchanged_trigger_id")
            trigger.used = True
