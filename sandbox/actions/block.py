"""Pressing buttons and choosing from menus: on a message, an ephemeral, a modal or the Home tab."""

from sandbox.actions.form_values import Filled, FormValues
from sandbox.actions.interactions import Interactions
from sandbox.actions.targets import Target, element_of, target_of
from sandbox.core import Core
from sandbox.elements import VALUES
from sandbox.models import Json, Message, Outcome, State, User, View


class BlockActions:
    """Sends block_actions."""

    def __init__(self, core: Core, interactions: Interactions, form_values: FormValues) -> None:
        self._core = core
        self._interactions = interactions
        self._form_values = form_values

    def press(
        self,
        user: str,
        *,
        action_id: str,
        block_id: str | None = None,
        value: object = None,
        channel: str | None = None,
        ts: str | None = None,
        view_id: str | None = None,
        home: bool = False,
        ephemeral_id: str | None = None,
        state: Filled | None = None,
    ) -> Outcome:
        """Press or choose. Say where: `channel` (and `ts` or `ephemeral_id`; without them the newest
        message that has the element), `view_id`, or `home`; with none of these the modal on top.
        `value` picks among elements of the same action_id, or is the option, date or user chosen;
        `state` is filled in first. Raises SandboxError when the person does not see such an element.
        """
        person = self._core.person(user)
        with self._core.world.lock:
            target = target_of(
                self._core, user, action_id, channel=channel, ts=ts or ephemeral_id, view_id=view_id, home=home
            )
            block, element = element_of(user, target, action_id, block_id=block_id, value=value)
            values = self._form_values.fill(user, target, state or {})
            action = self._action(block, element, value, values, target.view_id)
            self._form_values.keep(user, target, values)
            payload = self._payload(person, target, values) | {"actions": [action]}
        sends = block["type"] != "input" or bool(block.get("dispatch_action"))
        return self._interactions.send(user, payload) if sends else Outcome(ok=True)

    def _action(self, block: Json, element: Json, value: object, values: State, view_id: str) -> Json:
        action: Json = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._interactions.moment(),
        }
        if element["type"] in VALUES:
            choice = self._form_values.chosen(element, value, view_id)
            values.setdefault(block["block_id"], {})[element["action_id"]] = choice
            return action | choice
        if element["type"] == "overflow":
            return action | {"selected_option": next(o for o in element["options"] if o["value"] == value)}
        return action | {part: element[part] for part in ("text", "value", "style", "url") if part in element}

    def _payload(self, person: User, target: Target, values: State) -> Json:
        if target.view is not None:
            return self._on_view(person, target.view)
        assert target.message is not None  # noqa: S101 - a target has one of the two
        return self._on_message(person, target.message, values)

    def _on_view(self, person: User, view: View) -> Json:
        view = self._core.surfaces.find(view_id=view.id) or view
        return self._interactions.payload("block_actions", person, view=view.id, channel=view.conversation) | {
            "container": {"type": "view", "view_id": view.id},
            "view": self._core.objects.view(view),
        }

    def _on_message(self, person: User, message: Message, values: State) -> Json:
        place = self._core.world.channels[message.channel]
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": place.id,
            "is_ephemeral": message.ephemeral_for is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = self._interactions.payload("block_actions", person, channel=place.id) | {
            "container": container,
            "channel": self._core.objects.channel_reference(place),
            "state": {"values": values},
            "response_url": self._core.response_url(person.id, place.id, message.ts),
        }
        if message.ephemeral_for is None:  # Slack stores no copy of an ephemeral message
            payload["message"] = self._core.objects.message(message)
        return payload
