"""The workspace as a person sees it, and a wait for a change."""

from collections.abc import Callable
from typing import Self, TypeVar

from sandbox.models import Message, SandboxError, View
from sandbox.view_submissions import ViewSubmissions
from sandbox.world import Channel, Deadline

T = TypeVar("T")

_SHOWN = 12
"""Messages of each channel in the picture that a failed wait draws."""


class Inspection(ViewSubmissions):
    """Reads the workspace as a person sees it."""

    def messages(self, channel: str, *, viewer: str | None = None) -> list[Message]:
        """In order, with replies and the viewer's ephemerals. Refused if they do not see the channel."""
        with self.world.lock:
            place = self.world.channels.get(channel)
            if place is None:
                raise SandboxError(f"there is no channel {channel} in this workspace")
            if viewer is not None:
                place = self.place(viewer, channel)
            return list(self.world.visible(place, viewer))

    def dm(self, user: str) -> list[Message]:
        """The direct messages between the app and this person, with the ephemerals in there."""
        with self.world.lock:
            if user not in self.world.users:
                raise SandboxError(f"there is no user {user} in this workspace")
            return list(self.world.visible(self.world.im(user), user))

    def home(self, user: str) -> View | None:
        """The Home tab as last published for this person."""
        return self.surfaces.home(user)

    def modals(self, user: str) -> list[View]:
        """The open modals, the one on top last."""
        return self.surfaces.stack(user)

    def wait_for(self, predicate: Callable[[Self], T | None], *, timeout: float = 10) -> T:
        """The first truthy answer of `predicate`, asked again after every change in the workspace (each
        call of the Web API is one). AssertionError with a picture of the workspace after `timeout` real
        seconds. The lock is not held while the predicate runs.
        """
        deadline = Deadline(timeout)
        while True:
            seen = self.world.revision
            found = predicate(self)
            if found:
                return found
            if deadline.left <= 0 or self.world.closed:
                raise AssertionError(f"not within {timeout} s. The workspace:\n{self.picture()}")
            self.world.wait(seen, deadline.left)

    def picture(self) -> str:
        """The workspace in words."""
        with self.world.lock:
            lines = [f"at {self.clock.now():%Y-%m-%d %H:%M:%S} UTC, revision {self.world.revision}"]
            for channel in self.world.channels.values():
                lines += self._channel_lines(channel)
            for user in self.world.users:
                for view in self.surfaces.stack(user):
                    lines.append(f"modal {view.id} of {user}: {view.title!r} ({view.callback_id}) {dict(view.errors)}")
                home = self.surfaces.home(user)
                if home:
                    lines.append(f"home of {user}: {len(home.blocks)} blocks")
            return "\n".join(lines)

    def _channel_lines(self, channel: Channel) -> list[str]:
        name = f"DM {channel.im_user}" if channel.is_im else f"#{channel.name}"
        lines = [f"{name} ({channel.id}), {len(channel.order)} messages"]
        for ts in channel.order[-_SHOWN:]:
            message = channel.messages[ts]
            only = f" [only {message.ephemeral_for}]" if message.ephemeral_for else ""
            lines.append(f"  {ts} {message.user}{only}: {message.text!r} ({len(message.blocks)} blocks)")
        return lines
