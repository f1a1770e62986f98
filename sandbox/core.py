"""State that every part of the sandbox shares, and the transport to the app."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.clock import Clock
from sandbox.delivery import ACK_SECONDS, Ack, HttpTransport, Parcel, Transport
from sandbox.events import Events
from sandbox.manifest import Manifest
from sandbox.models import SandboxError, User
from sandbox.objects import Objects
from sandbox.response_urls import ResponseUrls
from sandbox.seed import NORTHWIND, Seed
from sandbox.surfaces import Surfaces
from sandbox.triggers import Triggers
from sandbox.world import Channel, World


class Core:
    """The workspace and its one installed app, without a network. `url` is set while the ports are open."""

    url = ""

    def __init__(
        self,
        manifest: Mapping[str, Any],
        *,
        app_url: str | None,
        signing_secret: str,
        seed: Seed | None,
        clock: Clock | None,
    ) -> None:
        self.manifest = Manifest(manifest)
        self.seed = seed or NORTHWIND
        self.clock = clock or Clock()
        self.ack_seconds = ACK_SECONDS
        bot = User(
            id=self.seed.bot_user_id,
            name=self.manifest.bot_name.lower().replace(" ", ""),
            real_name=self.manifest.bot_name,
            display_name=self.manifest.bot_name,
            tz="America/Los_Angeles",
            is_bot=True,
        )
        self.world = World(self.seed, bot, self.clock)
        self.surfaces = Surfaces(self.world)
        self.triggers = Triggers()
        self.answers = ResponseUrls(self.world)
        self.objects = Objects(self.world, self.manifest)
        self.http = HttpTransport(signing_secret, app_url)
        self.transport: Transport = self.http
        self.installed = True
        # The first instant before the given one at which the clock stops on its way forward; None: it does not.
        self.stop_before: Callable[[datetime], datetime | None] = lambda _instant: None
        self.events = Events(self.seed, self.manifest, self.clock, self.send)

    def send(self, parcel: Parcel) -> Ack:
        """Sends to the app and returns its ack. The caller must not hold the lock."""
        return self.transport.send(parcel, self.ack_seconds)

    def person(self, user: str) -> User:
        """A person who can act: known, not deactivated, not a bot."""
        found = self.world.users.get(user)
        if found is None:
            raise SandboxError(f"there is no user {user} in this workspace")
        if found.deleted:
            raise SandboxError(f"@{found.name} ({user}) is deactivated")
        return found

    def channel(self, channel: str) -> Channel:
        """The conversation of that id."""
        found = self.world.channels.get(channel)
        if found is None:
            raise SandboxError(f"there is no channel {channel} in this workspace")
        return found

    def place(self, user: str, channel: str) -> Channel:
        """A conversation that this person sees."""
        found = self.channel(channel)
        if not self.world.sees(user, found):
            raise SandboxError(f"{user} does not see {channel}")
        return found

    def response_url(self, user: str, channel: str, message: str | None = None) -> str:
        """A new response_url, for an action on `message` if one is given."""
        return f"{self.url}/response/{self.answers.issue(user, channel, message)}"

    def move_clock(self, instant: datetime) -> None:
        """Move the workspace's time; each listener of the clock is called.

        On the way to `instant` the clock stops wherever `stop_before` says, so that what happens then is not skipped.
        """
        while (stop := self.stop_before(instant)) is not None:
            self.clock.move_to(stop)
        self.clock.move_to(instant)
        self.world.changed()
