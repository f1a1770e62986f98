"""Modals: opening by trigger, filling in, submitting, errors, updates, pushes, closing."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Sandbox, SandboxError
from sandbox.actions.input_values import REQUIRED


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def field(name: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An input block whose block_id and action_id are both `name`."""
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name),
        "element": {"action_id": name, **element},
        **more,
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "commit",
        "title": plain("Record"),
        "submit": plain("Save"),
        "blocks": list(blocks),
        **more,
    }


OPTIONS = [{"text": plain(name.upper()), "value": name} for name in ("a", "b", "c")]
ACTION = field("what", {"type": "plain_text_input", "max_length": 20})
DUE = field("due", {"type": "datepicker", "initial_date": "2026-12-04"})
NOTE = field("note", {"type": "plain_text_input"}, optional=True)


@pytest.fixture
def opened(box: Sandbox, app: App) -> Callable[..., str]:
    """Opens a modal for Eva through /commit and returns its id."""
    wanted: list[dict[str, Any]] = []

    @app.command("/commit")
    def listen(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=wanted[-1])
        ack()

    def open_(*blocks: dict[str, Any], **more: Any) -> str:
        wanted.append(modal(*blocks, **more))
        outcome = box.command("U0EVA", "C0ACME", "/commit", "")
        assert outcome.view is not None, outcome
        return outcome.view.id

    return open_


def test_a_trigger_opens_a_modal_for_the_person(box: Sandbox, opened: Callable[..., str]) -> None:
    """The outcome of the command has the view, the person has it on the screen, other people do not."""
    view_id = opened(ACTION, private_metadata="C0ACME")
    [view] = box.modals("U0EVA")
    assert (view.id, view.type, view.title, view.callback_id) == (view_id, "modal", "Record", "commit")
    assert (view.private_metadata, view.root_view_id, view.previous_view_id) == ("C0ACME", view_id, None)
    assert view.state["what"]["what"] == {"type": "plain_text_input", "value": None}
    assert box.modals("U0BEN") == []


def test_submitting_sends_values_and_closes(box: Sandbox, app: App, opened: Callable[..., str]) -> None:
    """An untouched element keeps its initial value, an empty one is null, and an empty ack closes the modal."""
    heard: list[dict[str, Any]] = []

    @app.view("commit")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    view_id = opened(ACTION, DUE, NOTE)
    outcome = box.submit("U0EVA", view_id, {"what": {"what": "Send the sheet"}})
    assert outcome.ok
    assert box.modals("U0EVA") == []
    [body] = heard
    assert (body["type"], body["user"]["id"], body["response_urls"]) == ("view_submission", "U0EVA", [])
    assert body["trigger_id"]
    assert body["view"]["id"] == view_id
    assert body["view"]["state"]["values"] == {
        "what": {"what": {"type": "plain_text_input", "value": "Send the sheet"}},
        "due": {"due": {"type": "datepicker", "selected_date": "2026-12-04"}},
        "note": {"note": {"type": "plain_text_input", "value": None}},
    }


def test_field_errors_then_success(box: Sandbox, app: App, opened: Callable[..., str]) -> None:
    """response_action errors keeps the modal open with the words at the field; the next try may pass."""

    @app.view("commit")
    def listen(ack: Ack, view: dict[str, Any]) -> None:
        if view["state"]["values"]["due"]["due"]["selected_date"] < "2026-12-01":
            ack(response_action="errors", errors={"due": "That day has passed"})
        else:
            ack()

    view_id = opened(ACTION, DUE)
    refused = box.submit("U0EVA", view_id, {"what": {"what": "x"}, "due": {"due": "2026-11-01"}})
    assert not refused.ok
    assert refused.errors == {"due": "That day has passed"}
    [view] = box.modals("U0EVA")
    assert view.errors == {"due": "That day has passed"}
    assert view.state["what"]["what"]["value"] == "x"
    accepted = box.submit("U0EVA", view_id, {"due": {"due": "2026-12-24"}})
    assert accepted.ok
    assert accepted.errors == {}
    assert box.modals("U0EVA") == []


@pytest.mark.parametrize(
    ("block", "value", "words"),
    [
        (ACTION, None, REQUIRED),
        (ACTION, "", REQUIRED),
        (ACTION, "x" * 21, "Please enter no more than 20 characters."),
        (field("f", {"type": "plain_text_input", "min_length": 3}), "ab", "at least 3 characters"),
        (field("f", {"type": "email_text_input"}), "eva at home", "valid email"),
        (field("f", {"type": "url_text_input"}), "home", "valid URL"),
        (field("f", {"type": "number_input", "is_decimal_allowed": False}), "1.5", "whole number"),
        (field("f", {"type": "number_input", "is_decimal_allowed": True}), "much", "valid number"),
        (
            field("f", {"type": "number_input", "is_decimal_allowed": True, "max_value": "5"}),
            "6",
            "a number between",
        ),
        (field("f", {"type": "datepicker"}), "2026-02-31", "valid date"),
        (field("f", {"type": "static_select", "options": OPTIONS}), None, REQUIRED),
        (
            field("f", {"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 1}),
            ["a", "b"],
            "no more than 1 items",
        ),
    ],
)
def test_slacks_client_refuses_before_anything_is_sent(
    box: Sandbox, opened: Callable[..., str], block: dict[str, Any], value: Any, words: str
) -> None:
    """Required, length and format are checked in the client: no request, no status."""
    view_id = opened(block)
    name = block["block_id"]
    outcome = box.submit("U0EVA", view_id, {name: {name: value}})
    assert not outcome.ok
    assert outcome.status is None
    assert words in outcome.errors[name]
    assert words in box.modals("U0EVA")[0].errors[name]


@pytest.mark.parametrize(
    ("element", "value", "part", "sent"),
    [
        ({"type": "static_select", "options": OPTIONS}, "b", "selected_option", OPTIONS[1]),
        ({"type": "radio_buttons", "options": OPTIONS}, "a", "selected_option", OPTIONS[0]),
        ({"type": "checkboxes", "options": OPTIONS}, ["a", "c"], "selected_options", [OPTIONS[0], OPTIONS[2]]),
        ({"type": "users_select"}, "U0ANA", "selected_user", "U0ANA"),
        ({"type": "multi_users_select"}, ["U0ANA", "U0BEN"], "selected_users", ["U0ANA", "U0BEN"]),
        ({"type": "conversations_select"}, "C0ACME", "selected_conversation", "C0ACME"),
        ({"type": "channels_select"}, "C0ACME", "selected_channel", "C0ACME"),
        ({"type": "timepicker"}, "09:30", "selected_time", "09:30"),
        ({"type": "datetimepicker"}, 1764838800, "selected_date_time", 1764838800),
    ],
)
def test_every_kind_of_element_has_its_own_value_object(
    box: Sandbox,
    app: App,
    opened: Callable[..., str],
    element: dict[str, Any],
    value: Any,
    part: str,
    sent: Any,
) -> None:
    """The parts of view.state.values are named as Slack names them."""
    heard: list[dict[str, Any]] = []

    @app.view("commit")
    def listen(ack: Ack, view: dict[str, Any]) -> None:
        heard.append(view["state"]["values"]["f"]["f"])
        ack()

    assert box.submit("U0EVA", opened(field("f", element)), {"f": {"f": value}}).ok
    assert heard == [{"type": element["type"], part: sent}]


def test_an_option_that_is_not_offered_cannot_be_chosen(box: Sandbox, opened: Callable[..., str]) -> None:
    """An option that the field does not offer is refused, and so are values for a missing field."""
    view_id = opened(field("f", {"type": "static_select", "options": OPTIONS}))
    with pytest.raises(SandboxError, match="offers"):
        box.submit("U0EVA", view_id, {"f": {"f": "z"}})
    with pytest.raises(SandboxError, match="nothing to fill in at g/g"):
        box.submit("U0EVA", view_id, {"g": {"g": "z"}})


def test_update_push_and_clear(box: Sandbox, app: App, opened: Callable[..., str]) -> None:
    """The three other response actions: same view anew, one on top, all gone."""
    answers = iter(
        [
            {"response_action": "update", "view": modal(ACTION, DUE, title=plain("Again"))},
            {"response_action": "push", "view": modal(NOTE, title=plain("On top"))},
            {"response_action": "clear"},
        ]
    )
    app.view("commit")(lambda ack: ack(next(answers)))
    view_id = opened(ACTION)
    first_hash = box.modals("U0EVA")[0].hash
    updated = box.submit("U0EVA", view_id, {"what": {"what": "kept"}}).view
    assert updated is not None
    assert (updated.id, updated.title) == (view_id, "Again")
    assert updated.hash != first_hash
    assert updated.state["what"]["what"]["value"] == "kept"
    pushed = box.submit("U0EVA", view_id, {}).view
    assert pushed is not None
    assert (pushed.title, pushed.previous_view_id, pushed.root_view_id) == ("On top", view_id, view_id)
    with pytest.raises(SandboxError, match="another modal on top"):
        box.submit("U0EVA", view_id, {})
    assert box.submit("U0EVA", pushed.id, {}).ok
    assert box.modals("U0EVA") == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "no such block"}},
        {"response_action": "update", "view": modal(ACTION, title=plain("x" * 25))},
        {"response_action": "dance"},
    ],
)
def test_an_answer_that_slack_refuses_leaves_the_modal_open(
    box: Sandbox, app: App, opened: Callable[..., str], answer: dict[str, Any]
) -> None:
    """The person reads that there was some trouble, and may try again."""
    app.view("commit")(lambda ack: ack(answer))
    view_id = opened(ACTION)
    outcome = box.submit("U0EVA", view_id, {"what": {"what": "x"}})
    assert not outcome.ok
    assert outcome.problem == "We had some trouble connecting. Try again?"
    assert [view.id for view in box.modals("U0EVA")] == [view_id]


def test_a_late_ack_leaves_the_modal_open(
    box: Sandbox, app: App, opened: Callable[..., str], gate: threading.Event
) -> None:
    """A second submission after a timeout has the same view id."""
    seen: list[str] = []

    @app.view("commit")
    def listen(ack: Ack, view: dict[str, Any]) -> None:
        seen.append(view["id"])
        if len(seen) == 1:
            gate.wait()
        ack()

    view_id = opened(ACTION)
    assert box.submit("U0EVA", view_id, {"what": {"what": "x"}}).timed_out
    gate.set()
    assert box.submit("U0EVA", view_id, {}).ok
    assert seen == [view_id, view_id]


def test_closing_tells_the_app_if_it_asked(box: Sandbox, app: App, opened: Callable[..., str]) -> None:
    """view_closed goes out for notify_on_close only."""
    heard: list[dict[str, Any]] = []

    @app.view_closed("commit")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    silent = opened(ACTION)
    assert box.close("U0EVA", silent).status is None
    loud = opened(ACTION, notify_on_close=True)
    assert box.close("U0EVA", loud).status == 200
    assert [(body["view"]["id"], body["is_cleared"]) for body in heard] == [(loud, False)]
    assert box.modals("U0EVA") == []
    with pytest.raises(SandboxError, match="no modal open"):
        box.close("U0EVA", loud)


def test_clear_on_close_takes_the_whole_stack(
    box: Sandbox, app: App, client: WebClient, opened: Callable[..., str]
) -> None:
    """Each closed view that asked for it is reported, the one on top first, as cleared."""
    heard: list[dict[str, Any]] = []

    @app.view_closed("commit")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    below = opened(ACTION, notify_on_close=True)
    client.views_push(
        trigger_id=box.triggers.issue("U0EVA"), view=modal(NOTE, clear_on_close=True, notify_on_close=True)
    )
    on_top = box.modals("U0EVA")[-1].id
    assert box.close("U0EVA", on_top).ok
    assert [(body["view"]["id"], body["is_cleared"]) for body in heard] == [(on_top, True), (below, True)]
    assert box.modals("U0EVA") == []


def test_a_trigger_opens_one_view(box: Sandbox, app: App, client: WebClient) -> None:
    """A second use is exchanged_trigger_id, an invented one invalid_trigger_id, a spoiled view does not count."""
    triggers: list[str] = []

    @app.command("/commit")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        triggers.append(body["trigger_id"])
        ack()

    box.command("U0EVA", "C0ACME", "/commit", "")
    [trigger] = triggers
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.views_open(trigger_id=trigger, view={"type": "modal"})
    client.views_open(trigger_id=trigger, view=modal(ACTION))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        client.views_open(trigger_id=trigger, view=modal(ACTION))
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        client.views_open(trigger_id="1.2.abc", view=modal(ACTION))


def test_a_trigger_lives_three_seconds(box: Sandbox, client: WebClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """expired_trigger_id, by real time and not by the workspace's clock."""
    now = [100.0]
    monkeypatch.setattr("sandbox.triggers.time.monotonic", lambda: now[0])
    trigger = box.triggers.issue("U0EVA")
    now[0] += 3.01
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        client.views_open(trigger_id=trigger, view=modal(ACTION))
    client.views_open(trigger_id=box.triggers.issue("U0EVA"), view=modal(ACTION))


def test_three_views_at_most(box: Sandbox, client: WebClient) -> None:
    """push_limit_reached, and a push needs something to lie on."""
    with pytest.raises(SlackApiError, match="not_found"):
        client.views_push(trigger_id=box.triggers.issue("U0EVA"), view=modal(ACTION))
    client.views_open(trigger_id=box.triggers.issue("U0EVA"), view=modal(ACTION))
    client.views_push(trigger_id=box.triggers.issue("U0EVA"), view=modal(ACTION))
    client.views_push(trigger_id=box.triggers.issue("U0EVA"), view=modal(ACTION))
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        client.views_push(trigger_id=box.triggers.issue("U0EVA"), view=modal(ACTION))
    assert len(box.modals("U0EVA")) == 3


def test_update_by_hash_and_by_external_id(box: Sandbox, client: WebClient) -> None:
    """hash_conflict after any other update; external ids are unique among open views."""
    view = client.views_open(trigger_id=box.triggers.issue("U0EVA"), view=modal(ACTION, external_id="one"))["view"]
    updated = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(DUE, external_id="one"))["view"]
    assert updated["id"] == view["id"]
    assert updated["hash"] != view["hash"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_update(view_id=view["id"], hash=view["hash"], view=modal(DUE))
    client.views_update(external_id="one", view=modal(NOTE, external_id="one"))
    with pytest.raises(SlackApiError, match="not_found"):
        client.views_update(view_id="V0NOWHERE", view=modal(DUE))
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        client.views_open(trigger_id=box.triggers.issue("U0BEN"), view=modal(DUE, external_id="one"))


def test_publishing_a_home_tab(box: Sandbox, client: WebClient, section: Callable[[str], dict[str, Any]]) -> None:
    """One view per person, replaced as a whole, guarded by its hash; only where the manifest has a Home tab."""
    assert box.home("U0EVA") is None
    home = {"type": "home", "blocks": [section("*Yours*")], "private_metadata": "m"}
    first = client.views_publish(user_id="U0EVA", view=home)["view"]
    second = client.views_publish(user_id="U0EVA", view=home, hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_publish(user_id="U0EVA", view=home, hash=first["hash"])
    view = box.home("U0EVA")
    assert view is not None
    assert (view.hash, view.private_metadata) == (second["hash"], "m")
    assert box.home("U0BEN") is None
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.views_publish(user_id="U0NOBODY", view=home)
    box.manifest.home_tab = False
    with pytest.raises(SlackApiError, match="not_enabled"):
        client.views_publish(user_id="U0EVA", view=home)


def test_opening_the_home_tab_is_an_event(box: Sandbox, app: App, section: Callable[[str], dict[str, Any]]) -> None:
    """The app hears app_home_opened and publishes; the second time the event brings the view."""
    heard: list[dict[str, Any]] = []

    @app.event("app_home_opened")
    def listen(event: dict[str, Any], client: WebClient) -> None:
        heard.append(event)
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("*Yours*")]})

    assert box.open_home("U0EVA").status == 200
    view = box.wait_for(lambda it: it.home("U0EVA"))
    assert view.blocks[0]["text"]["text"] == "*Yours*"
    box.open_home("U0EVA")
    box.wait_for(lambda _: len(heard) > 1)
    assert [event["tab"] for event in heard] == ["home", "home"]
    assert "view" not in heard[0]
    assert heard[1]["view"]["id"] == view.id


def test_a_modal_that_offers_a_conversation_brings_a_response_url(
    box: Sandbox, app: App, opened: Callable[..., str]
) -> None:
    """response_url_enabled: the app may answer into the chosen conversation."""
    heard: list[dict[str, Any]] = []

    @app.view("commit")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        heard.extend(body["response_urls"])
        ack()

    view_id = opened(field("where", {"type": "conversations_select", "response_url_enabled": True}))
    box.submit("U0EVA", view_id, {"where": {"where": "C0ACME"}})
    [url] = heard
    assert (url["channel_id"], url["block_id"], url["action_id"]) == ("C0ACME", "where", "where")
    assert url["response_url"].startswith(f"{box.url}/response/")
