"""Submitting and closing modals."""

from collections.abc import Mapping
from typing import Any

from sandbox.block_actions import BlockActions, Filled
from sandbox.delivery import Ack, Parcel
from sandbox.errors import SlackError
from sandbox.input_values import complaint
from sandbox.models import Json, Outcome, SandboxError, State, User, View
from sandbox.user_actions import NOT_INTERACTIVE, trouble

TROUBLE = "We had some trouble connecting. Try again?"
"""The text for a submission without an ack, or with an ack that Slack refuses."""


class ViewSubmissions(BlockActions):
    """view_submission with its response_action, and view_closed."""

    def submit(self, user: str, view_id: str, state: Filled) -> Outcome:
        """Fill in `state` (plain values; the rest keeps what it has) and press the modal's submit button.
        `errors` holds the complaints of Slack's client; then nothing is sent (`status` is None).
        """
        person = self.person(user)
        with self.world.lock:
            view = self._modal(user, view_id)
            values = self.filled_in(view, state)
            complaints = _complaints(view, values)
            if complaints:
                self._show(view, values, complaints)
                return Outcome(ok=False, errors=complaints)
            view = self._show(view, values, {})
            payload = self.interaction("view_submission", person, view=view.id, channel=view.conversation)
            payload |= {
                "view": self.objects.view(view),
                "response_urls": self._response_urls(person, view, values),
            }
        if not self.manifest.interactivity:
            return Outcome(ok=False, problem=NOT_INTERACTIVE)
        before = self.seen(user)
        ack = self.send(Parcel("interactive", payload))
        if not ack.ok:
            return self.outcome(user, ack, before, problem=TROUBLE if ack.timed_out else trouble(ack))
        return self._obey(user, view, ack, before)

    def _modal(self, user: str, view_id: str) -> View:
        view = self.shown_view(user, view_id)
        if view.type != "modal" or view.submit_disabled:
            raise SandboxError(f"{view_id} cannot be submitted")
        return view

    def _show(self, view: View, values: State, errors: Mapping[str, str]) -> View:
        return self.surfaces.fill(view, values, errors)

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
                        "response_url": self.response_url(person.id, channel),
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
            return self.outcome(user, ack, before, problem=TROUBLE)
        return self.outcome(user, ack, before, errors=errors)

    def _act(self, user: str, view: View, body: Mapping[str, Any]) -> dict[str, str]:
        match body.get("response_action"):
            case None:
                self.surfaces.drop(view)
            case "clear":
                self.surfaces.drop(view, whole_stack=True)
            case "update":
                self.surfaces.update(view, body.get("view"))
            case "push":
                self.surfaces.push(user, body.get("view"))
            case "errors":
                return self._put_errors(view, body.get("errors"))
            case other:
                raise SlackError("invalid_response_action", messages=[f"unknown: {other}"])
        return {}

    def _put_errors(self, view: View, errors: object) -> dict[str, str]:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not (isinstance(errors, dict) and errors and set(errors) <= inputs):
            raise SlackError("invalid_errors")
        with self.world.lock:
            current = self.surfaces.find(view_id=view.id)
            if current is not None:
                self.surfaces.fill(current, current.state, errors)
        return {str(block): str(words) for block, words in errors.items()}

    # -- closing --------------------------------------------------------------------------------------------

    def close(self, user: str, view_id: str) -> Outcome:
        """Press Cancel or the cross. Views with notify_on_close send view_closed."""
        person = self.person(user)
        with self.world.lock:
            view = self.shown_view(user, view_id)
            if view.type != "modal":
                raise SandboxError("a Home tab cannot be closed")
            closed = self.surfaces.drop(view, whole_stack=view.clear_on_close)
            payloads = [
                self._closed(person, each, is_cleared=view.clear_on_close) for each in closed if each.notify_on_close
            ]
        outcome = Outcome(ok=True)
        for payload in payloads:
            outcome = self.interact(user, payload)
        return outcome

    def _closed(self, person: User, view: View, *, is_cleared: bool) -> Json:
        payload = self.interaction("view_closed", person)
        del payload["trigger_id"]
        return payload | {"view": self.objects.view(view), "is_cleared": is_cleared}


def _complaints(view: View, values: State) -> dict[str, str]:
    found: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] == "input":
            words = complaint(block, values[block["block_id"]][block["element"]["action_id"]])
            if words:
                found[block["block_id"]] = words
    return found
