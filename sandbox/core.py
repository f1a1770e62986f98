"""State that every part of the sandbox shares, and the transport to the app."""

import itertools
from collections.abc import Mapping
from typing import Any

from sandbox.clock import Clock
from sandbox.delivery import ACK_SECONDS, Ack, HttpTransport, Parcel, Transport
from sandbox.events import Events
from sandbox.manifest import Manifest
from sandbox.models import Json, SandboxError, State, User
from sandbox.objects import Objects
from sandbox.response_urls import ResponseUrls
from sandbox.seed import NORTHWIND, Seed
from sandbox.surfaces import Surfaces
from sandbox.triggers import Triggers
from sandbox.world import Channel, World


class Core:
    """The workspace and its one installed app, without a network."""

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
        self.events = Events(self.seed, self.manifest, self.clock, self.send)
        # State of a person's client: options that an external select has shown (by view and action),
        # and values filled in on a message (by person, channel and timestamp).
        self.offered: dict[tuple[str, str], list[Json]] = {}
        self.on_messages: dict[tuple[str, str, str], State] = {}
        self._numbers = itertools.count(1)

    @property
    def app_url(self) -> str | None:
        """Where the app listens; may be set at any time. None in Socket Mode."""
        return self.http.url

    @app_url.setter
    def app_url(self, url: str | None) -> None:
        self.http.url = url

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

    def place(self, user: str, channel: str) -> Channel:
        """A conversation that this person sees."""
        found = self.world.channels.get(channel)
        if found is None:
            raise SandboxError(f"there is no channel {channel} in this workspace")
        if not self.world.sees(user, found):
            raise SandboxError(f"{user} does not see {channel}")
        return found

    def response_url(self, user: str, channel: str, message: str | None = None) -> str:
        return f"{self.url}/response/{self.answers.issue(user, channel, message)}"

    def interaction(self, kind: str, user: User, *, view: str | None = None, channel: str | None = None) -> Json:
        """The fields that every interaction payload has, with a fresh trigger_id."""
        return {
            "type": kind,
            "team": {"id": self.seed.team_id, "domain": self.seed.team_domain},
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": user.team_id,
            },
            "api_app_id": self.seed.app_id,
            "token": "sandbox-verification-token",
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self.triggers.issue(user.id, view=view, conversation=channel),
        }

    def moment(self) -> str:
        """A timestamp like an action_ts or event_ts, unique in this sandbox."""
        seconds = self.clock.now().timestamp()
        return f"{int(seconds)}.{next(self._numbers) % 1_000_000:06d}"
