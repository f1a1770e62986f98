"""Pressing buttons and choosing from menus: on a message, an ephemeral, a modal or the Home tab."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.blocks import carry_over, initial_state, interactive
from sandbox.delivery import Parcel
from sandbox.elements import OPTION_GROUPS, OPTIONS, VALUES, flat_options
from sandbox.input_values import chosen
from sandbox.models import GoneError, Json, Message, Outcome, SandboxError, State, User, View
from sandbox.user_actions import UserActions

Filled = Mapping[str, Mapping[str, object]]
"""Values that a person fills in: block id → action id → plain value."""

MIN_QUERY = 3
"""Characters before an external select asks the app, unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Target:
    """The message or view that an action is on."""

    blocks: tuple[Json, ...]
    message: Message | None = None
    view: View | None = None


class BlockActions(UserActions):
    """block_actions and block_suggestion."""

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
        person = self.person(user)
        with self.world.lock:
            target = self._target(user, action_id, channel=channel, ts=ts or ephemeral_id, view_id=view_id, home=home)
            element = self._element(user, target, action_id, block_id, value)
            values = self._fill(user, target, state or {})
            payload, sends = self._pressed(person, target, element, value, values)
        return self.interact(user, payload) if sends else Outcome(ok=True)

    # -- finding ------------------------------------------------------------------------------------------

    def _target(
        self,
        user: str,
        action_id: str,
        *,
        channel: str | None,
        ts: str | None,
        view_id: str | None,
        home: bool,
    ) -> Target:
        if home:
            view = self.surfaces.home(user)
            if view is None:
                raise SandboxError(f"{user} has no Home tab yet")
            return Target(view.blocks, view=view)
        if channel is not None:
            message = self._message(user, channel, ts, action_id)
            return Target(message.blocks, message=message)
        view = self.shown_view(user, view_id)
        return Target(view.blocks, view=view)

    def shown_view(self, user: str, view_id: str | None) -> View:
        """The top modal, or the Home tab if `view_id` is its id. A person cannot use a modal below the top."""
        stack = self.surfaces.stack(user)
        home = self.surfaces.home(user)
        if view_id is not None and home is not None and home.id == view_id:
            return home
        if not stack:
            raise SandboxError(f"{user} has no modal open")
        if view_id is not None and stack[-1].id != view_id:
            hidden = any(view.id == view_id for view in stack)
            raise SandboxError(f"{user} {'has another modal on top of' if hidden else 'has not opened'} {view_id}")
        return stack[-1]

    def _message(self, user: str, channel: str, ts: str | None, action_id: str) -> Message:
        place = self.place(user, channel)
        shown = [message for message in self.world.visible(place, user) if ts in (None, message.ts)]
        for message in reversed(shown):
            if ts is not None or any(e["action_id"] == action_id for _, e in interactive(message.blocks)):
                return message
        what = f"message {ts}" if ts else f"message with an element {action_id!r}"
        raise SandboxError(f"{user} sees no {what} in {channel}")

    @staticmethod
    def _element(user: str, target: Target, action_id: str, block_id: str | None, value: object) -> tuple[Json, Json]:
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

    # -- filling in -----------------------------------------------------------------------------------------

    def _fill(self, user: str, target: Target, filled: Filled) -> State:
        if target.view is not None:
            values = self.filled_in(target.view, filled)
        else:
            values = initial_state(target.blocks)
            if target.message is not None:
                key = (user, target.message.channel, target.message.ts)
                values = carry_over(target.blocks, self.on_messages.get(key, {}))
            self._apply(values, target.blocks, filled, "")
        return values

    def filled_in(self, view: View, filled: Filled) -> State:
        """A view's values with what a person has filled in since."""
        values: State = {block: dict(actions) for block, actions in view.state.items()}
        self._apply(values, view.blocks, filled, view.id)
        return values

    def _apply(self, values: State, blocks: Iterable[Json], filled: Filled, view_id: str) -> None:
        known = {(b["block_id"], e["action_id"]): e for b, e in interactive(blocks)}
        for block_id, actions in filled.items():
            for action_id, value in actions.items():
                element = known.get((block_id, action_id))
                if element is None or element["type"] not in VALUES:
                    raise SandboxError(f"there is nothing to fill in at {block_id}/{action_id}, only {sorted(known)}")
                offered = self.offered.get((view_id, action_id), ())
                values[block_id][action_id] = chosen(element, value, offered)

    # -- sending --------------------------------------------------------------------------------------------

    def _pressed(
        self, person: User, target: Target, found: tuple[Json, Json], value: object, values: State
    ) -> tuple[Json, bool]:
        block, element = found
        action: Json = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self.moment(),
        }
        if element["type"] in VALUES:
            offered = self.offered.get((target.view.id if target.view else "", element["action_id"]), ())
            choice = chosen(element, value, offered)
            values.setdefault(block["block_id"], {})[element["action_id"]] = choice
            action |= choice
        elif element["type"] == "overflow":
            action["selected_option"] = next(o for o in element["options"] if o["value"] == value)
        else:
            action |= {part: element[part] for part in ("text", "value", "style", "url") if part in element}
        self._remember(person, target, values)
        sends = block["type"] != "input" or bool(block.get("dispatch_action"))
        return self._block_actions(person, target, action, values), sends

    def _remember(self, person: User, target: Target, values: State) -> None:
        if target.view is not None:
            self.surfaces.fill(target.view, values, target.view.errors)
        elif target.message is not None:
            self.on_messages[person.id, target.message.channel, target.message.ts] = values

    def _block_actions(self, person: User, target: Target, action: Json, values: State) -> Json:
        if target.view is not None:
            view = self.surfaces.find(view_id=target.view.id) or target.view
            payload = self.interaction("block_actions", person, view=view.id, channel=view.conversation)
            container: Json = {"type": "view", "view_id": view.id}
            return payload | {"container": container, "view": self.objects.view(view), "actions": [action]}
        message = target.message
        if message is None:
            raise SandboxError("there is neither a message nor a view")
        place = self.world.channels[message.channel]
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": place.id,
            "is_ephemeral": message.ephemeral_for is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = self.interaction("block_actions", person, channel=place.id) | {
            "container": container,
            "channel": self.objects.channel_reference(place),
            "state": {"values": values},
            "response_url": self.response_url(person.id, place.id, message.ts),
            "actions": [action],
        }
        if message.ephemeral_for is None:  # Slack stores no copy of an ephemeral message
            payload["message"] = self.objects.message(message)
        return payload

    # -- external selects -----------------------------------------------------------------------------------

    def suggestions(self, user: str, *, view_id: str, action_id: str, text: str) -> list[Json]:
        """Options of an external select for the typed text, including those in groups.
        Empty when the text is too short, or when the app's answer is late or invalid.
        """
        person = self.person(user)
        with self.world.lock:
            view = self.shown_view(user, view_id)
            block, element = self._element(user, Target(view.blocks, view=view), action_id, None, None)
            if "external" not in element["type"]:
                raise SandboxError(f"{action_id!r} is a {element['type']}: it has fixed options")
            if len(text) < element.get("min_query_length", MIN_QUERY):
                return []
            payload = self.interaction("block_suggestion", person, view=view.id) | {
                "container": {"type": "view", "view_id": view.id},
                "view": self.objects.view(view),
                "action_id": action_id,
                "block_id": block["block_id"],
                "value": text,
            }
            del payload["trigger_id"]
        ack = self.send(Parcel("interactive", payload))
        options = _valid_options(ack.body) if ack.ok else []
        self.offered.setdefault((view.id, action_id), []).extend(options)
        return options


def _takes(element: Json, value: object) -> bool:
    if element["type"] == "overflow" or element["type"] in {"static_select", "radio_buttons"}:
        return value is None or any(option["value"] == value for option in flat_options(element))
    if element["type"] in VALUES or value is None:
        return True
    return bool(element.get("value") == value)


def _valid_options(body: object) -> list[Json]:
    if not isinstance(body, dict):
        return []
    problems: list[str] = []
    if "option_groups" in body:
        OPTION_GROUPS(body["option_groups"], "/option_groups", problems)
    else:
        OPTIONS(body.get("options"), "/options", problems)
    return [] if problems else flat_options(body)
