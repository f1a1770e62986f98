"""Actions of a workspace admin, and the events that the app gets for them."""

import secrets
from dataclasses import replace
from typing import Unpack

from sandbox.core import Core
from sandbox.delivery import Ack, Parcel
from sandbox.models import Json, Message, SandboxError, User, UserParts
from sandbox.seed import ChannelSeed
from sandbox.world import Channel

_CHANNEL_EVENT = {"im": "message.im", "mpim": "message.mpim", "group": "message.groups", "channel": "message.channels"}


class AdminActions(Core):
    """Changes people and channels, and sends the events."""

    # -- an admin's actions -----------------------------------------------------------------------

    def change_user(self, user: str, **changes: Unpack[UserParts]) -> User:
        """Edit a profile, deactivate, set a status, move zone; tells the app (user_change)."""
        with self.world.lock:
            current = self.world.users.get(user)
            if current is None:
                raise SandboxError(f"there is no user {user} in this workspace")
            changed = self.world.put_user(replace(current, **changes))
        self._person_event("user_change", changed)
        return changed

    def add_user(self, user: User) -> User:
        """A person joins the workspace (team_join)."""
        added = self.world.put_user(user)
        self._person_event("team_join", added)
        return added

    def _person_event(self, kind: str, user: User) -> None:
        stamp = int(self.clock.now().timestamp())
        person = self.objects.user(user, locale=True)
        self.events.emit(kind, {"user": person, "cache_ts": stamp})

    def add_channel(self, seed: ChannelSeed) -> Channel:
        """Adds a channel. The app gets an event only when it is invited."""
        return self.world.add_channel(seed)

    def archive(self, channel: str, *, archived: bool = True) -> None:
        with self.world.lock:
            self._known(channel).is_archived = archived
            self.world.changed()

    def join(self, user: str, channel: str) -> None:
        """A person becomes a member of a channel (member_joined_channel)."""
        self._enter(user, channel, inviter=None)

    def leave(self, user: str, channel: str) -> None:
        """A person, or the app's bot user, is no longer a member."""
        with self.world.lock:
            self._known(channel).members.pop(user, None)
            self.world.changed()

    def invite_app(self, channel: str, *, by: str | None = None) -> None:
        """The app becomes a member of a channel (member_joined_channel)."""
        self._enter(self.world.bot, channel, inviter=by)

    def _enter(self, user: str, channel: str, inviter: str | None) -> None:
        with self.world.lock:
            known = self._known(channel)
            known.members.setdefault(user)
            self.world.changed()
        event: Json = {
            "user": user,
            "channel": channel,
            "channel_type": "G" if known.is_private else "C",
            "team": self.seed.team_id,
        }
        if self.world.bot in known.members:
            self.events.emit("member_joined_channel", event | ({"inviter": inviter} if inviter else {}), known)

    def _known(self, channel: str) -> Channel:
        try:
            return self.world.channels[channel]
        except KeyError:
            raise SandboxError(f"there is no channel {channel} in this workspace") from None

    def uninstall(self) -> None:
        """The app is removed from the workspace: its token becomes invalid (app_uninstalled)."""
        self.installed = False
        self.world.changed()
        self.events.emit("app_uninstalled", {})

    # -- events ---------------------------------------------------------------------------------------

    def say_event(self, message: Message, channel: Channel) -> None:
        """Sends the event for a person's message to an app in the conversation."""
        if self.world.bot not in channel.members:
            return
        kind = "group" if channel.is_private else "channel"
        if channel.is_im or channel.is_mpim:
            kind = "im" if channel.is_im else "mpim"
        event: Json = {
            "user": message.user,
            "text": message.text,
            "ts": message.ts,
            "channel": channel.id,
            "team": self.seed.team_id,
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        }
        typed = event | {"channel_type": kind}
        self.events.emit("message", typed, channel, subscription=_CHANNEL_EVENT[kind])
        if f"<@{self.world.bot}>" in message.text and not channel.is_im:
            self.events.emit("app_mention", event, channel)

    def retry_events(self) -> list[Ack]:
        """Send each event without an ack again, before its retry time."""
        return self.events.retry()

    def verify_url(self) -> bool:
        """Slack's handshake when an app's URL is entered: it has to send the challenge back."""
        challenge = secrets.token_hex(20)
        payload: Json = {
            "token": "sandbox-verification-token",
            "type": "url_verification",
            "challenge": challenge,
        }
        ack = self.send(Parcel("events_api", payload))
        echoed = ack.body.get("challenge") if isinstance(ack.body, dict) else ack.body
        return ack.ok and echoed == challenge
