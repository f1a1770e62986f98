"""Interaction payloads, and the outcome of sending one to the app."""

import itertools

from sandbox.core import Core
from sandbox.delivery import Ack, Parcel
from sandbox.models import Json, Message, Outcome, User, View

NOT_INTERACTIVE = "This app is not configured to handle interactive responses."


class Interactions:
    """Sends interactions to the app. An outcome holds the app's ack and the view that came of it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._numbers = itertools.count(1)

    def payload(self, kind: str, user: User, *, view: str | None = None, channel: str | None = None) -> Json:
        """The fields that every interaction payload has, with a fresh trigger_id."""
        seed = self._core.seed
        return {
            "type": kind,
            "team": {"id": seed.team_id, "domain": seed.team_domain},
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": user.team_id,
            },
            "api_app_id": seed.app_id,
            "token": "sandbox-verification-token",
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self._core.triggers.issue(user.id, view=view, conversation=channel),
        }

    def moment(self) -> str:
        """A new action_ts, unique in this sandbox."""
        seconds = self._core.clock.now().timestamp()
        return f"{int(seconds)}.{next(self._numbers) % 1_000_000:06d}"

    def send(self, user: str, payload: Json) -> Outcome:
        """Send an interaction and wait for its ack."""
        if not self._core.manifest.interactivity:
            return Outcome(ok=False, problem=NOT_INTERACTIVE)
        before = self.seen(user)
        ack = self._core.send(Parcel("interactive", payload))
        return self.outcome(user, ack, before, problem=None if ack.ok else trouble(ack))

    def seen(self, user: str) -> dict[str, str]:
        """The open views of a person with their hashes. A later call tells which views are new."""
        surfaces = self._core.surfaces
        with self._core.world.lock:
            home = surfaces.home(user)
            views = [*surfaces.stack(user), *([home] if home else [])]
            return {view.id: view.hash for view in views}

    def outcome(
        self,
        user: str,
        ack: Ack,
        before: dict[str, str],
        *,
        messages: tuple[Message, ...] = (),
        errors: dict[str, str] | None = None,
        problem: str | None = None,
    ) -> Outcome:
        """The outcome of a request: `before` is what `seen` returned before it was sent."""
        return Outcome(
            ok=ack.ok and not errors and problem is None,
            status=ack.status,
            ack_ms=ack.ms,
            timed_out=ack.timed_out,
            view=self._new_view(user, before),
            messages=messages,
            errors=errors or {},
            body=ack.body,
            problem=problem,
        )

    def _new_view(self, user: str, before: dict[str, str]) -> View | None:
        surfaces = self._core.surfaces
        with self._core.world.lock:
            for view in reversed(surfaces.stack(user)):
                if before.get(view.id) != view.hash:
                    return view
            home = surfaces.home(user)
            return home if home and before.get(home.id) != home.hash else None


def trouble(ack: Ack) -> str:
    """The text that Slack's client shows for an interaction without an ack."""
    if ack.timed_out:
        return "Operation timed out. Apps need to respond within 3 seconds."
    if ack.status is None:
        return "This app is not reachable."
    return f"This app responded with Status Code {ack.status}."
