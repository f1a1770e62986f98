"""Typing into external selects: their options come from the app."""

from dataclasses import replace

from sandbox.actions.form_values import FormValues
from sandbox.actions.interactions import Interactions
from sandbox.actions.targets import Target, element_of
from sandbox.block_reading import initial_state
from sandbox.core import Core
from sandbox.delivery import Parcel
from sandbox.elements import OPTION_GROUPS, OPTIONS, flat_options
from sandbox.models import Json, SandboxError

MIN_QUERY = 3
"""Characters before an external select asks the app, unless it says otherwise."""


class Suggestions:
    """Sends block_suggestion."""

    def __init__(self, core: Core, interactions: Interactions, form_values: FormValues) -> None:
        self._core = core
        self._interactions = interactions
        self._form_values = form_values

    def suggestions(
        self, user: str, *, view_id: str, action_id: str, text: str, block_id: str | None = None
    ) -> list[Json]:
        """Options of an external select for the typed text, including those in groups. `block_id` says which select,
        if several have the action id.
        Empty when the text is too short, or when the app's answer is late or invalid.

        As at Slack, the view in the request does not hold what the person has chosen in it since the app drew it
        (github.com/slackapi/bolt-js/issues/1146).
        """
        person = self._core.person(user)
        with self._core.world.lock:
            view = self._core.surfaces.shown(user, view_id)
            block, element = element_of(user, Target(view.blocks, view=view), action_id, block_id=block_id)
            if "external" not in element["type"]:
                raise SandboxError(f"{action_id!r} is a {element['type']}: it has fixed options")
            if len(text) < element.get("min_query_length", MIN_QUERY):
                return []
            payload = self._interactions.payload("block_suggestion", person, view=view.id) | {
                "container": {"type": "view", "view_id": view.id},
                "view": self._core.objects.view(replace(view, state=initial_state(view.blocks))),
                "action_id": action_id,
                "block_id": block["block_id"],
                "value": text,
            }
            del payload["trigger_id"]
        ack = self._core.send(Parcel("interactive", payload))
        options = _valid_options(ack.body) if ack.ok else []
        self._form_values.offer(view.id, action_id, options)
        return options


def _valid_options(body: object) -> list[Json]:
    if not isinstance(body, dict):
        return []
    problems: list[str] = []
    if "option_groups" in body:
        OPTION_GROUPS(body["option_groups"], "/option_groups", problems)
    else:
        OPTIONS(body.get("options"), "/options", problems)
    return [] if problems else flat_options(body)
