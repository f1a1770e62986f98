"""The Events API: changes in the workspace, sent to the app if its manifest subscribes to them."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.delivery import Ack, Parcel
from sandbox.manifest import Manifest
from sandbox.models import Json
from sandbox.seed import Seed
from sandbox.world import Channel

RETRY_AFTER = (0.0, 60.0, 300.0)
"""Real seconds before each of the three retries of an event that was not acked."""


SCOPES: Mapping[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
}
"""An app needs one of these scopes to get the event. Other events need none."""


@dataclass(slots=True)
class _Owed:
    """An event without an ack, and the time of its next retry (monotonic seconds)."""

    payload: Json
    attempt: int = 0
    reason: str = ""
    due: float = 0.0


class Events:
    """Sends events, and retries events without an ack."""

    def __init__(self, seed: Seed, manifest: Manifest, clock: Clock, send: Callable[[Parcel], Ack]) -> None:
        self._seed = seed
        self._manifest = manifest
        self._clock = clock
        self._send = send
        self._owed: list[_Owed] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._over = False

    def emit(
        self, kind: str, event: Json, channel: Channel | None = None, *, subscription: str | None = None
    ) -> Ack | None:
        """Send an event and, when it is not acked, its first retry. None when the app has not subscribed
        to it, or has no scope for it.
        """
        if not self._is_for_app(subscription or kind):
            return None
        now = self._clock.now().timestamp()
        payload: Json = {
            "token": "sandbox-verification-token",
            "team_id": self._seed.team_id,
            "context_team_id": self._seed.team_id,
            "context_enterprise_id": None,
            "api_app_id": self._seed.app_id,
            "event": {"type": kind, **event, "event_ts": f"{now:.6f}"},
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(now),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self._seed.team_id,
                    "user_id": self._seed.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel.is_ext_shared if channel else False,
        }
        return self._attempt(_Owed(payload))

    def _is_for_app(self, subscription: str) -> bool:
        needed = SCOPES.get(subscription, ())
        granted = not needed or bool(set(needed) & set(self._manifest.scopes))
        return granted and subscription in self._manifest.events

    def retry(self) -> list[Ack]:
        """Send each event without an ack again, before its retry time."""
        with self._wake:
            due, self._owed = self._owed, []
        return [self._attempt(owed) for owed in due]

    @property
    def owed(self) -> int:
        """Events that wait for a retry."""
        with self._wake:
            return len(self._owed)

    def stop(self) -> None:
        """Forget what is owed."""
        with self._wake:
            self._over = True
            self._owed.clear()
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _attempt(self, owed: _Owed) -> Ack:
        ack = self._send(Parcel("events_api", owed.payload, owed.attempt, owed.reason))
        if ack.ok or ack.no_retry or owed.attempt >= len(RETRY_AFTER):
            return ack
        delay = RETRY_AFTER[owed.attempt]
        reason = ack.failure or "unknown_error"
        again = _Owed(owed.payload, owed.attempt + 1, reason, time.monotonic() + delay)
        if not delay:
            return self._attempt(again)
        self._later(again)
        return ack

    def _later(self, owed: _Owed) -> None:
        with self._wake:
            if self._over:
                return
            self._owed.append(owed)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sandbox-retries", daemon=True)
                self._thread.start()
            self._wake.notify_all()

    def _run(self) -> None:
        while (owed := self._next_due()) is not None:
            self._attempt(owed)

    def _next_due(self) -> _Owed | None:
        with self._wake:
            while not self._over:
                first = min(self._owed, key=lambda owed: owed.due, default=None)
                if first is not None and first.due <= time.monotonic():
                    self._owed.remove(first)
                    return first
                self._wake.wait(first.due - time.monotonic() if first else None)
            return None
