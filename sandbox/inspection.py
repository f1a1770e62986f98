"""The workspace as a person sees it, and the picture of it that a failed wait shows."""

from sandbox.core import Core
from sandbox.models import Message, SandboxError
from sandbox.world import Channel

_SHOWN = 12
"""Messages of each channel in the picture."""


class Inspection:
    """Reads the workspace and changes nothing."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def messages(self, channel: str, *, viewer: str | None = None) -> list[Message]:
        """In order, with replies and the viewer's ephemerals. Refused if they do not see the channel."""
        with self._core.world.lock:
            place = self._core.channel(channel) if viewer is None else self._core.place(viewer, channel)
            return list(self._core.world.visible(place, viewer))

    def dm(self, user: str) -> list[Message]:
        """The direct messages between the app and this person, with the ephemerals in there."""
        world = self._core.world
        with world.lock:
            if user not in world.users:
                raise SandboxError(f"there is no user {user} in this workspace")
            return list(world.visible(world.im(user), user))

    def picture(self) -> str:
        """The workspace in words."""
        world, surfaces = self._core.world, self._core.surfaces
        with world.lock:
            lines = [f"at {world.clock.now():%Y-%m-%d %H:%M:%S} UTC, revision {world.revision}"]
            for channel in world.channels.values():
                lines += _channel_lines(channel)
            for user in world.users:
                for view in surfaces.stack(user):
                    lines.append(f"modal {view.id} of {user}: {view.title!r} ({view.callback_id}) {dict(view.errors)}")
                home = surfaces.home(user)
                if home:
                    lines.append(f"home of {user}: {len(home.blocks)} blocks")
            return "\n".join(lines)


def _channel_lines(channel: Channel) -> list[str]:
    name = f"DM {channel.im_user}" if channel.is_im else f"#{channel.name}"
    lines = [f"{name} ({channel.id}), {len(channel.order)} messages"]
    for ts in channel.order[-_SHOWN:]:
        message = channel.messages[ts]
        only = f" [only {message.ephemeral_for}]" if message.ephemeral_for else ""
        lines.append(f"  {ts} {message.user}{only}: {message.text!r} ({len(message.blocks)} blocks)")
    return lines
