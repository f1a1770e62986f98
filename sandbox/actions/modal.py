"""Submitting and closing modals."""

from collections.abc import Mapping
from typing import Any

from sandbox.actions.form_values import Filled, FormValues
from sandbox.actions.input_values import complaint
from sandbox.actions.interactions import NOT_INTERACTIVE, Interactions, trouble
from sandbox.core import Core
from sandbox.delivery import Ack, Parcel
from sandbox.errors import SlackError
from sandbox.models import Json, Outcome, SandboxError, State, User, View

TROUBLE = "We had some trouble connecting. Try again?"
"""The text for a submission without an ack, or with an ack that Slack refuses."""


class ModalActions:
    """Sends view_submission, does what the answer's response_action says, and sends view_closed."""

    def __init__(self, core: Core, interactions: Interactions, form_values: FormValues) -> None:
        self._core = core
        self._surfaces = core.surfaces
        self._interactions = interactions
        self._form_values = form_values

    def submit(self, user: str, view_id: str, state: Filled) -> Outcome:
        """Fill in `state` (plain values; the rest keeps what it has) and press the modal's submit button.
        `errors` holds the complaints of Slack's client; then nothing is sent (`status` is None).
        """
        person = self._core.person(user)
        with self._core.world.lock:
            view = self._modal(user, view_id)
            values = self._form_values.fill_view(view, state)
            complaints = _complaints(view, values)
            if complaints:
                self._surfaces.fill(view, values, complaints)
                return Outcome(ok=False, errors=complaints)
            view = self._surfaces.fill(view, values)
            payload = self._interactions.payload("view_submission", person, view=view.id, channel=view.conversation)
            payload |= {
                "view": self._core.objects.view(view),
                "response_urls": self._response_urls(person, view, values),
            }
        if not self._core.manifest.interactivity:
            return Outcome(ok=False, problem=NOT_INTERACTIVE)
        before = self._interactions.seen(user)
        ack = self._core.send(Parcel("interactive", payload))
        if not ack.ok:
            return self._interactions.outcome(user, ack, before, problem=TROUBLE if ack.timed_out else trouble(ack))
        return self._obey(user, view, ack, before)

    def _modal(self, user: str, view_id: str) -> View:
        view = self._surfaces.shown(user, view_id)
        if view.type != "modal" or view.submit_disabled:
            raise SandboxError(f"{view_id} cannot be submitted")
        return view

    def _response_urls(self, person: User, view: View, values: State) -> list[Json]:
        urls: list[Json] = []
        for block in view.blocks:
            element = block.get("element", {})
            if not element.get("response_url_enabled"):
                continue
            value = values[block["block_id"]][element["action_id"]]
            channel = value.get("selected_conversation") or value.get("selected_channel")
            if channel:
                urls.append(
                    {
                        "response_url": self._core.response_url(person.id, channel),
                        "channel_id": channel,
                        "action_id": element["action_id"],
                        "block_id": block["block_id"],
                    }
                )
        return urls

    # -- the answer ---------------------------------------------------------------------------------------

    def _obey(self, user: str, view: View, ack: Ack, before: dict[str, str]) -> Outcome:
        body = ack.body if isinstance(ack.body, dict) else {}
        try:
            errors = self._act(user, view, body)
        except SlackError:
            return self._interactions.outcome(user, ack, before, problem=TROUBLE)
        return self._interactions.outcome(user, ack, before, errors=errors)

    def _act(self, user: str, view: View, body: Mapping[str, Any]) -> dict[str, str]:
        match body.get("response_action"):
            case None:
                self._surfaces.drop(view)
            case "clear":
                self._surfaces.drop(view, whole_stack=True)
            case "update":
                self._surfaces.update(view, body.get("view"))
            case "push":
                self._surfaces.push(user, body.get("view"))
            case "errors":
                return self._put_errors(view, body.get("errors"))
            case other:
                raise SlackError("invalid_response_action", messages=[f"unknown: {other}"])
        return {}

    def _put_errors(self, view: View, errors: object) -> dict[str, str]:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not (isinstance(errors, dict) and errors and set(errors) <= inputs):
            raise SlackError("invalid_errors")
        with self._core.world.lock:
            current = self._surfaces.find(view_id=view.id)
            if current is not None:
                self._surfaces.fill(current, current.state, errors)
        return {str(block): str(words) for block, words in errors.items()}

    # -- closing --------------------------------------------------------------------------------------------

    def close(self, user: str, view_id: str) -> Outcome:
        """Press Cancel or the cross. Views with notify_on_close send view_closed."""
        person = self._core.person(user)
        with self._core.world.lock:
            view = self._surfaces.shown(user, view_id)
            if view.type != "modal":
                raise SandboxError("a Home tab cannot be closed")
            closed = self._surfaces.drop(view, whole_stack=view.clear_on_close)
            payloads = [
                self._closed(person, each, is_cleared=view.clear_on_close) for each in closed if each.notify_on_close
            ]
        outcome = Outcome(ok=True)
        for payload in payloads:
            outcome = self._interactions.send(user, payload)
        return outcome

    def _closed(self, person: User, view: View, *, is_cleared: bool) -> Json:
        payload = self._interactions.payload("view_closed", person)
        del payload["trigger_id"]
        return payload | {"view": self._core.objects.view(view), "is_cleared": is_cleared}


def _complaints(view: View, values: State) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] == "input":
            words = complaint(block, values[block["block_id"]][block["element"]["action_id"]])
            if words:
                found[block["block_id"]] = words
    return found
