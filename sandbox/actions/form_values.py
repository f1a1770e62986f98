"""Values that people have filled in, and options that external selects have shown: state of Slack's client."""

from collections.abc import Iterable, Mapping

from sandbox.actions.input_values import chosen
from sandbox.actions.targets import Target
from sandbox.block_reading import carry_over, interactive
from sandbox.elements import VALUES
from sandbox.models import Json, SandboxError, State, View
from sandbox.surfaces import Surfaces

Filled = Mapping[str, Mapping[str, object]]
"""Values that a person fills in: block id → action id → plain value."""


class FormValues:
    """Views keep their own values; those on messages are kept here, by person, channel and timestamp."""

    def __init__(self, surfaces: Surfaces) -> None:
        self._surfaces = surfaces
        self._on_messages: dict[tuple[str, str, str], State] = {}
        self._offered: dict[tuple[str, str], list[Json]] = {}

    def fill(self, user: str, target: Target, filled: Filled) -> State:
        """The values of a message or view, with those that the person fills in now."""
        if target.view is not None:
            return self.fill_view(target.view, filled)
        values = carry_over(target.blocks, self._on_messages.get(_key(user, target), {}))
        self._apply(values, target.blocks, filled, "")
        return values

    def fill_view(self, view: View, filled: Filled) -> State:
        """The same for a view."""
        values: State = {block: dict(actions) for block, actions in view.state.items()}
        self._apply(values, view.blocks, filled, view.id)
        return values

    def keep(self, user: str, target: Target, values: State) -> None:
        """Keep the values, as Slack's client does; the app is not told."""
        if target.view is not None:
            self._surfaces.fill(target.view, values, target.view.errors)
        else:
            self._on_messages[_key(user, target)] = values

    def chosen(self, element: Json, value: object, view_id: str) -> Json:
        """The value object for a plain value; an external select takes the options that it has shown."""
        return chosen(element, value, self._offered.get((view_id, element["action_id"]), ()))

    def offer(self, view_id: str, action_id: str, options: list[Json]) -> None:
        """An external select shows these options."""
        self._offered.setdefault((view_id, action_id), []).extend(options)

    def _apply(self, values: State, blocks: Iterable[Json], filled: Filled, view_id: str) -> None:
        known = {(b["block_id"], e["action_id"]): e for b, e in interactive(blocks)}
        for block_id, actions in filled.items():
            for action_id, value in actions.items():
                element = known.get((block_id, action_id))
                if element is None or element["type"] not in VALUES:
                    raise SandboxError(f"there is nothing to fill in at {block_id}/{action_id}, only {sorted(known)}")
                values[block_id][action_id] = self.chosen(element, value, view_id)


def _key(user: str, target: Target) -> tuple[str, str, str]:
    if target.message is None:
        raise SandboxError("there is neither a message nor a view")
    return user, target.message.channel, target.message.ts
