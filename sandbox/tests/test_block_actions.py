"""Buttons, menus and pickers on messages, ephemerals, modals and the Home tab."""

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from sandbox import Sandbox, SandboxError


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(action_id: str, value: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), "value": value, **more}


def actions(*elements: dict[str, Any], block_id: str = "row") -> dict[str, Any]:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


@pytest.fixture
def heard(app: App) -> list[dict[str, Any]]:
    """The bodies of all block_actions with the action_id "go", each acked."""
    bodies: list[dict[str, Any]] = []

    @app.action("go")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        bodies.append(body)
        ack()

    return bodies


def test_a_button_on_a_message(box: Sandbox, client: WebClient, heard: list[dict[str, Any]]) -> None:
    """The payload has Slack's parts: container, channel, message, the action, state, a response_url."""
    ts = client.chat_postMessage(channel="C0ACME", text="Done?", blocks=[actions(button("go", "7"))])["ts"]
    assert box.press("U0BEN", action_id="go", channel="C0ACME", ts=ts).ok
    [body] = heard
    assert body["type"] == "block_actions"
    assert body["team"] == {"id": "T0NORTHWIND", "domain": "northwind"}
    assert body["user"] == {"id": "U0BEN", "username": "ben", "name": "ben", "team_id": "T0NORTHWIND"}
    assert body["api_app_id"] == "A0MAKEGOOD"
    assert body["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0ACME",
        "is_ephemeral": False,
    }
    assert body["channel"] == {"id": "C0ACME", "name": "acme"}
    assert (body["message"]["ts"], body["message"]["text"]) == (ts, "Done?")
    assert body["state"] == {"values": {}}
    [action] = body["actions"]
    assert float(action.pop("action_ts")) > 0
    assert action == {
        "type": "button",
        "action_id": "go",
        "block_id": "row",
        "text": plain("Go"),
        "value": "7",
    }
    assert body["response_url"].startswith(box.url)
    assert body["trigger_id"]


def test_value_or_block_chooses_among_equal_buttons(
    box: Sandbox, client: WebClient, heard: list[dict[str, Any]]
) -> None:
    """Two rows with the same action_id: the person has to say which."""
    client.chat_postMessage(
        channel="U0EVA",
        text="Two",
        blocks=[actions(button("go", "1"), block_id="one"), actions(button("go", "2"), block_id="two")],
    )
    with pytest.raises(SandboxError, match="2 elements 'go' here"):
        box.press("U0EVA", action_id="go", channel="D0EVA")
    box.press("U0EVA", action_id="go", channel="D0EVA", value="2")
    box.press("U0EVA", action_id="go", channel="D0EVA", block_id="one")
    assert [body["actions"][0]["value"] for body in heard] == ["2", "1"]
    assert heard[0]["channel"] == {"id": "D0EVA", "name": "directmessage"}
    with pytest.raises(SandboxError, match="takes the value '3'"):
        box.press("U0EVA", action_id="go", channel="D0EVA", value="3")


def test_a_person_presses_only_visible_elements(box: Sandbox, client: WebClient) -> None:
    """Another's direct message, another's ephemeral, a private channel, a button for others, no button at all."""
    client.chat_postMessage(channel="U0EVA", text="Yours", blocks=[actions(button("go", "1"))])
    with pytest.raises(SandboxError, match="does not see D0EVA"):
        box.press("U0BEN", action_id="go", channel="D0EVA")
    whisper = client.chat_postEphemeral(
        channel="C0ACME", user="U0EVA", text="psst", blocks=[actions(button("go", "1"))]
    )["message_ts"]
    with pytest.raises(SandboxError, match="sees no message"):
        box.press("U0BEN", action_id="go", channel="C0ACME", ephemeral_id=whisper)
    ts = client.chat_postMessage(
        channel="C0ACME", text="Eva's", blocks=[actions(button("go", "1", visible_to_user_ids=["U0EVA"]))]
    )["ts"]
    with pytest.raises(SandboxError, match="sees no element 'go' here"):
        box.press("U0BEN", action_id="go", channel="C0ACME", ts=ts)
    with pytest.raises(SandboxError, match="no Home tab"):
        box.press("U0BEN", action_id="go", home=True)
    with pytest.raises(SandboxError, match="no modal open"):
        box.press("U0BEN", action_id="go")
    assert not any(call.method == "views.open" for call in box.calls)


def test_an_ephemeral_has_no_message_in_the_payload(
    box: Sandbox, client: WebClient, heard: list[dict[str, Any]]
) -> None:
    """Slack keeps no copy of an ephemeral: only its container and a response_url come along."""
    whisper = client.chat_postEphemeral(
        channel="C0ACME", user="U0EVA", text="psst", blocks=[actions(button("go", "1"))]
    )["message_ts"]
    assert box.press("U0EVA", action_id="go", channel="C0ACME", ephemeral_id=whisper).ok
    [body] = heard
    assert body["container"]["is_ephemeral"] is True
    assert body["container"]["message_ts"] == whisper
    assert "message" not in body


OPTIONS = [{"text": plain(name), "value": name} for name in ("a", "b")]


@pytest.mark.parametrize(
    ("element", "value", "part", "sent"),
    [
        ({"type": "static_select", "options": OPTIONS}, "b", "selected_option", OPTIONS[1]),
        ({"type": "overflow", "options": OPTIONS}, "a", "selected_option", OPTIONS[0]),
        ({"type": "datepicker"}, "2026-12-04", "selected_date", "2026-12-04"),
        ({"type": "users_select"}, "U0ANA", "selected_user", "U0ANA"),
        ({"type": "checkboxes", "options": OPTIONS}, ["a"], "selected_options", [OPTIONS[0]]),
    ],
)
def test_choosing_sends_the_choice_and_remembers_it(
    box: Sandbox,
    client: WebClient,
    heard: list[dict[str, Any]],
    element: dict[str, Any],
    value: Any,
    part: str,
    sent: Any,
) -> None:
    """A menu's action has the choice; the next press on that message finds it in state.values."""
    client.chat_postMessage(
        channel="U0EVA", text="Pick", blocks=[actions({**element, "action_id": "go"}, button("other", "1"))]
    )
    assert box.press("U0EVA", action_id="go", channel="D0EVA", value=value).ok
    assert heard[0]["actions"][0][part] == sent
    remembered = heard[0]["state"]["values"]
    kept = {} if element["type"] == "overflow" else {"row": {"go": {"type": element["type"], part: sent}}}
    assert remembered == kept


def test_an_option_that_a_menu_does_not_have(box: Sandbox, client: WebClient) -> None:
    """The error names the element and the refused value."""
    menu = {"type": "overflow", "options": OPTIONS, "action_id": "go"}
    client.chat_postMessage(channel="U0EVA", text="Pick", blocks=[actions(menu)])
    with pytest.raises(SandboxError, match="no element 'go' here takes the value 'z'"):
        box.press("U0EVA", action_id="go", channel="D0EVA", value="z")


def test_a_button_in_a_modal_brings_the_view_and_what_is_filled_in(
    box: Sandbox, client: WebClient, heard: list[dict[str, Any]]
) -> None:
    """view.state.values has what was typed before the press; the modal keeps it."""
    text = {
        "type": "input",
        "block_id": "what",
        "label": plain("What"),
        "element": {"type": "plain_text_input", "action_id": "what"},
    }
    view = {
        "type": "modal",
        "callback_id": "c",
        "private_metadata": "meta",
        "title": plain("T"),
        "submit": plain("S"),
        "blocks": [text, actions(button("go", "1"))],
    }
    view_id = client.views_open(trigger_id=box.triggers.issue("U0EVA"), view=view)["view"]["id"]
    assert box.press("U0EVA", action_id="go", view_id=view_id, state={"what": {"what": "typed"}}).ok
    [body] = heard
    assert body["container"] == {"type": "view", "view_id": view_id}
    assert (body["view"]["id"], body["view"]["private_metadata"], body["view"]["callback_id"]) == (
        view_id,
        "meta",
        "c",
    )
    assert body["view"]["hash"] == box.modals("U0EVA")[0].hash
    assert body["view"]["state"]["values"]["what"]["what"]["value"] == "typed"
    assert "message" not in body
    assert "response_url" not in body
    assert box.modals("U0EVA")[0].state["what"]["what"]["value"] == "typed"


def test_an_input_speaks_up_only_with_dispatch_action(
    box: Sandbox, client: WebClient, heard: list[dict[str, Any]]
) -> None:
    """Filling in an ordinary input sends nothing; with dispatch_action it is a block action."""
    element = {"type": "static_select", "options": OPTIONS, "action_id": "go"}
    for dispatch, times in ((False, 0), (True, 1)):
        block = {"type": "input", "block_id": "f", "label": plain("F"), "element": element, "dispatch_action": dispatch}
        view = {"type": "modal", "title": plain("T"), "submit": plain("S"), "blocks": [block]}
        view_id = client.views_open(trigger_id=box.triggers.issue("U0EVA"), view=view)["view"]["id"]
        box.press("U0EVA", action_id="go", view_id=view_id, value="b")
        assert len(heard) == times
        assert box.modals("U0EVA")[0].state["f"]["go"]["selected_option"] == OPTIONS[1]


def test_a_press_may_open_push_or_update(box: Sandbox, app: App, client: WebClient) -> None:
    """The outcome has the view that came of it: opened from a message, pushed or updated from a modal."""

    def view(title: str) -> dict[str, Any]:
        return {"type": "modal", "title": plain(title), "blocks": [actions(button("push", "1"), button("update", "2"))]}

    @app.action("open")
    def opens(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=view("Opened"))
        ack()

    @app.action("push")
    def pushes(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_push(trigger_id=body["trigger_id"], view=view("Pushed"))
        ack()

    @app.action("update")
    def updates(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view("Updated"))
        ack()

    client.chat_postMessage(channel="U0EVA", text="Open", blocks=[actions(button("open", "1"))])
    titles = []
    for step in ("open", "push", "update"):
        outcome = box.press("U0EVA", action_id=step, channel="D0EVA" if step == "open" else None)
        assert outcome.view is not None
        titles.append(outcome.view.title)
    assert titles == ["Opened", "Pushed", "Updated"]
    assert [modal.title for modal in box.modals("U0EVA")] == ["Opened", "Updated"]


def test_the_home_tab(box: Sandbox, client: WebClient, heard: list[dict[str, Any]]) -> None:
    """A button there brings the home view and belongs to no channel."""
    home = {"type": "home", "blocks": [actions(button("go", "1"))]}
    view_id = client.views_publish(user_id="U0EVA", view=home)["view"]["id"]
    assert box.press("U0EVA", action_id="go", home=True).ok
    assert box.press("U0EVA", action_id="go", view_id=view_id).ok
    assert [(body["view"]["id"], body["view"]["type"]) for body in heard] == [(view_id, "home")] * 2
    assert "channel" not in heard[0]


def test_what_an_external_select_offers(box: Sandbox, app: App, client: WebClient) -> None:
    """Asked from the third character on (or earlier if it says so); only what was offered can be chosen."""
    asked: list[dict[str, Any]] = []

    @app.options("account")
    def listen(ack: Ack, payload: dict[str, Any]) -> None:
        asked.append(payload)
        ack(options=[{"text": plain("Acme Corporation"), "value": "acme"}])

    submitted: list[Any] = []

    @app.view("c")
    def submit(ack: Ack, view: dict[str, Any]) -> None:
        submitted.append(view["state"]["values"]["f"]["account"])
        ack()

    block = {
        "type": "input",
        "block_id": "f",
        "label": plain("Account"),
        "element": {"type": "external_select", "action_id": "account"},
    }
    view = {"type": "modal", "callback_id": "c", "title": plain("T"), "submit": plain("S"), "blocks": [block]}
    view_id = client.views_open(trigger_id=box.triggers.issue("U0EVA"), view=view)["view"]["id"]
    assert box.suggestions("U0EVA", view_id=view_id, action_id="account", text="ac") == []
    assert asked == []
    with pytest.raises(SandboxError, match="offers"):
        box.submit("U0EVA", view_id, {"f": {"account": "acme"}})
    found = box.suggestions("U0EVA", view_id=view_id, action_id="account", text="acm")
    assert [option["value"] for option in found] == ["acme"]
    [payload] = asked
    assert (payload["type"], payload["value"], payload["block_id"]) == ("block_suggestion", "acm", "f")
    assert payload["view"]["id"] == view_id
    assert box.submit("U0EVA", view_id, {"f": {"account": "acme"}}).ok
    assert submitted == [{"type": "external_select", "selected_option": found[0]}]


def test_a_press_that_is_not_acked(box: Sandbox, app: App, client: WebClient, gate: threading.Event) -> None:
    """The person reads that it timed out; interactions are not sent again."""
    pressed: list[str] = []

    @app.action("go")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        pressed.append(body["trigger_id"])
        gate.wait()
        ack()

    client.chat_postMessage(channel="U0EVA", text="Go", blocks=[actions(button("go", "1"))])
    outcome = box.press("U0EVA", action_id="go", channel="D0EVA")
    gate.set()
    assert outcome.timed_out
    assert outcome.problem == "Operation timed out. Apps need to respond within 3 seconds."
    assert len(pressed) == 1


# -- response_url --------------------------------------------------------------------------------------


@pytest.fixture
def whispered(box: Sandbox, client: WebClient, heard: list[dict[str, Any]]) -> Callable[..., httpx.Response]:
    """Answers through the response_url of a button on Eva's ephemeral."""
    whisper = client.chat_postEphemeral(
        channel="C0ACME", user="U0EVA", text="psst", blocks=[actions(button("go", "1"))]
    )["message_ts"]
    box.press("U0EVA", action_id="go", channel="C0ACME", ephemeral_id=whisper)
    url = heard[0]["response_url"]
    return lambda **payload: httpx.post(url, json=payload, trust_env=False)


def test_an_ephemeral_changes_only_through_its_response_url(
    box: Sandbox, client: WebClient, whispered: Callable[..., httpx.Response]
) -> None:
    """replace_original puts new words in its place, delete_original takes it away; other people see neither."""
    before = len(box.messages("C0ACME", viewer="U0EVA"))
    assert whispered(replace_original=True, text="hush").status_code == 200
    replaced = box.messages("C0ACME", viewer="U0EVA")
    assert len(replaced) == before
    assert (replaced[-1].text, replaced[-1].blocks, replaced[-1].ephemeral_for) == ("hush", (), "U0EVA")
    assert whispered(text="and another").status_code == 200
    assert box.messages("C0ACME", viewer="U0EVA")[-1].text == "and another"
    assert whispered(delete_original="true").status_code == 200
    assert "hush" not in [message.text for message in box.messages("C0ACME", viewer="U0EVA")]
    assert not [message for message in box.messages("C0ACME", viewer="U0BEN") if message.bot_id]


def test_a_response_url_takes_five_answers(whispered: Callable[..., httpx.Response]) -> None:
    """The sixth is 404 used_url."""
    assert [whispered(text=str(number)).status_code for number in range(5)] == [200] * 5
    sixth = whispered(text="6")
    assert (sixth.status_code, sixth.json()["error"]) == (404, "used_url")


def test_a_response_url_lives_thirty_minutes(box: Sandbox, whispered: Callable[..., httpx.Response]) -> None:
    """By the workspace's clock."""
    from datetime import timedelta

    box.move_clock(box.clock.now() + timedelta(minutes=29))
    assert whispered(text="in time").status_code == 200
    box.move_clock(box.clock.now() + timedelta(minutes=2))
    late = whispered(text="late")
    assert (late.status_code, late.json()["error"]) == (404, "expired_url")


def test_a_response_url_checks_what_it_is_given(box: Sandbox, whispered: Callable[..., httpx.Response]) -> None:
    """Invalid blocks and empty messages are 400, an unknown address 404."""
    assert whispered(blocks=[{"type": "section"}]).json()["error"] == "invalid_blocks"
    empty = whispered(text="")
    assert (empty.status_code, empty.json()["error"]) == (400, "no_text")
    lost = httpx.post(f"{box.url}/response/T0/1/x", json={"text": "x"}, trust_env=False)
    assert lost.status_code == 404


def test_a_public_answer_to_a_button(box: Sandbox, whispered: Callable[..., httpx.Response]) -> None:
    """response_type in_channel is for the whole channel, and only that can notify people."""
    whispered(text="psst <!channel>")
    whispered(response_type="in_channel", text="All: <!channel>")
    mine = box.messages("C0ACME", viewer="U0EVA")[-2:]
    assert [(message.ephemeral_for, message.notified) for message in mine] == [
        ("U0EVA", ()),
        (None, ("!channel",)),
    ]
