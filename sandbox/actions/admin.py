"""Actions of a workspace admin, and the events that the app gets for them."""

import secrets
from dataclasses import replace
from typing import Unpack

from sandbox.core import Core
from sandbox.delivery import Parcel
from sandbox.models import Json, SandboxError, User, UserParts
from sandbox.seed import ChannelSeed
from sandbox.world import Channel


class AdminActions:
    """Changes people and channels, and sends the events."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._world = core.world

    def change_user(self, user: str, **changes: Unpack[UserParts]) -> User:
        """Edit a profile, deactivate, set a status, move zone; tells the app (user_change)."""
        with self._world.lock:
            current = self._world.users.get(user)
            if current is None:
                raise SandboxError(f"there is no user {user} in this workspace")
            changed = self._world.put_user(replace(current, **changes))
        self._person_event("user_change", changed)
        return changed

    def add_user(self, user: User) -> User:
        """A person joins the workspace (team_join)."""
        added = self._world.put_user(user)
        self._person_event("team_join", added)
        return added

    def _person_event(self, kind: str, user: User) -> None:
        stamp = int(self._core.clock.now().timestamp())
        person = self._core.objects.user(user, locale=True)
        self._core.events.emit(kind, {"user": person, "cache_ts": stamp})

    def add_channel(self, seed: ChannelSeed) -> Channel:
        """Adds a channel. The app gets an event only when it is invited."""
        return self._world.add_channel(seed)

    def archive(self, channel: str, *, archived: bool = True) -> None:
        with self._world.lock:
            self._core.channel(channel).is_archived = archived
            self._world.changed()

    def join(self, user: str, channel: str) -> None:
        """A person becomes a member of a channel (member_joined_channel)."""
        self._enter(user, channel, inviter=None)

    def leave(self, user: str, channel: str) -> None:
        """A person, or the app's bot user, is no longer a member."""
        with self._world.lock:
            self._core.channel(channel).members.pop(user, None)
            self._world.changed()

    def invite_app(self, channel: str, *, by: str | None = None) -> None:
        """The app becomes a member of a channel (member_joined_channel)."""
        self._enter(self._world.bot, channel, inviter=by)

    def _enter(self, user: str, channel: str, inviter: str | None) -> None:
        with self._world.lock:
            known = self._core.channel(channel)
            known.members.setdefault(user)
            self._world.changed()
        event: Json = {
            "user": user,
            "channel": channel,
            "channel_type": "G" if known.is_private else "C",
            "team": self._core.seed.team_id,
        }
        if self._world.bot in known.members:
            by = {"inviter": inviter} if inviter else {}
            self._core.events.emit("member_joined_channel", event | by, known)

    def uninstall(self) -> None:
        """The app is removed from the workspace: its token becomes invalid (app_uninstalled)."""
        self._core.installed = False
        self._world.changed()
        self._core.events.emit("app_uninstalled", {})

    def verify_url(self) -> bool:
        """Slack's handshake when an app's URL is entered: it has to send the challenge back."""
        challenge = secrets.token_hex(20)
        payload: Json = {
            "token": "sandbox-verification-token",
            "type": "url_verification",
            "challenge": challenge,
        }
        ack = self._core.send(Parcel("events_api", payload))
        echoed = ack.body.get("challenge") if isinstance(ack.body, dict) else ack.body
        return ack.ok and echoed == challenge
