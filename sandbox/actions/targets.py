"""The message or view that a person acts on, and the element there."""

from dataclasses import dataclass

from sandbox.block_reading import interactive
from sandbox.core import Core
from sandbox.elements import VALUES, flat_options
from sandbox.models import GoneError, Json, Message, SandboxError, View


@dataclass(frozen=True, slots=True)
class Target:
    """The message or view that an action is on."""

    blocks: tuple[Json, ...]
    message: Message | None = None
    view: View | None = None

    @property
    def view_id(self) -> str:
        """Empty on a message."""
        return self.view.id if self.view else ""


def target_of(
    core: Core,
    user: str,
    action_id: str,
    *,
    channel: str | None,
    ts: str | None,
    view_id: str | None,
    home: bool,
) -> Target:
    """The Home tab, a message (without `ts` the newest that has the element), or the modal on top."""
    if home:
        view = core.surfaces.home(user)
        if view is None:
            raise SandboxError(f"{user} has no Home tab yet")
        return Target(view.blocks, view=view)
    if channel is not None:
        message = _message(core, user, channel, ts, action_id)
        return Target(message.blocks, message=message)
    view = core.surfaces.shown(user, view_id)
    return Target(view.blocks, view=view)


def _message(core: Core, user: str, channel: str, ts: str | None, action_id: str) -> Message:
    place = core.place(user, channel)
    shown = [message for message in core.world.visible(place, user) if ts in (None, message.ts)]
    for message in reversed(shown):
        if ts is not None or any(e["action_id"] == action_id for _, e in interactive(message.blocks)):
            return message
    what = f"message {ts}" if ts else f"message with an element {action_id!r}"
    raise SandboxError(f"{user} sees no {what} in {channel}")


def element_of(
    user: str, target: Target, action_id: str, *, block_id: str | None = None, value: object = None
) -> tuple[Json, Json]:
    """The one element that the person means, after its block. GoneError when the target has no such element."""
    everything = [
        (block, element)
        for block, element in interactive(target.blocks)
        if user in element.get("visible_to_user_ids", (user,))
    ]
    named = [
        (block, element)
        for block, element in everything
        if element["action_id"] == action_id and block_id in (None, block["block_id"])
    ]
    matching = [pair for pair in named if _takes(pair[1], value)]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise SandboxError(f"{len(matching)} elements {action_id!r} here: say which by block_id or value")
    if named:
        raise GoneError(f"no element {action_id!r} here takes the value {value!r}")
    there = [element["action_id"] for _, element in everything]
    raise GoneError(f"{user} sees no element {action_id!r} here, only {there}")


def _takes(element: Json, value: object) -> bool:
    if element["type"] == "overflow" or element["type"] in {"static_select", "radio_buttons"}:
        return value is None or any(option["value"] == value for option in flat_options(element))
    if element["type"] in VALUES or value is None:
        return True
    return bool(element.get("value") == value)
