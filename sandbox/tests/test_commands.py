"""Slash commands and shortcuts: from a person's typing to the app and back."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from sandbox import ChannelSeed, Sandbox, SandboxError


def test_an_ack_with_text_becomes_an_ephemeral_for_the_person_alone(box: Sandbox, app: App) -> None:
    """Only the person who typed a command sees its receipt."""
    app.command("/commit")(lambda ack, command: ack(f"Noted: {command['text']}"))
    outcome = box.command("U0EVA", "C0ACME", "/commit", "send the pricing sheet by Friday")
    assert outcome.ok
    assert outcome.status == 200
    assert [message.text for message in outcome.messages] == ["Noted: send the pricing sheet by Friday"]
    receipt = box.messages("C0ACME", viewer="U0EVA")[-1]
    assert receipt.ephemeral_for == "U0EVA"
    assert receipt not in box.messages("C0ACME", viewer="U0BEN")
    assert receipt not in box.messages("C0ACME")


def test_a_command_carries_all_of_slacks_fields(box: Sandbox, app: App) -> None:
    """Field names and forms are those of Slack's documentation."""
    heard: list[dict[str, Any]] = []

    @app.command("/commit")
    def listen(ack: Ack, body: dict[str, Any]) -> None:
        heard.append(body)
        ack()

    assert box.command("U0BEN", "C0ACME", "/commit", " hello ").ok
    [body] = heard
    assert body["command"] == "/commit"
    assert body["text"] == "hello"
    assert (body["team_id"], body["team_domain"]) == ("T0NORTHWIND", "northwind")
    assert (body["channel_id"], body["channel_name"]) == ("C0ACME", "acme")
    assert (body["user_id"], body["user_name"]) == ("U0BEN", "ben")
    assert body["api_app_id"] == "A0MAKEGOOD"
    assert body["response_url"].startswith(f"{box.url}/response/")
    assert body["trigger_id"].count(".") == 2


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@ana send it", "<@U0ANA|ana> send it"),
        ("ask @ana, then @ben.", "ask <@U0ANA|ana>, then <@U0BEN|ben>."),
        ("for #acme & co", "for <#C0ACME|acme> &amp; co"),
        ("@nobody in #nowhere", "@nobody in #nowhere"),
        ("see https://example.com/a?b=1.", "see <https://example.com/a?b=1>."),
        ("<!channel> 1 < 2", "&lt;!channel&gt; 1 &lt; 2"),
        ("mail eva@ana.example", "mail eva@ana.example"),
    ],
)
def test_names_are_escaped_where_the_manifest_asks_for_it(box: Sandbox, app: App, typed: str, sent: str) -> None:
    """should_escape turns names, channels and links into references, and control characters into entities."""
    app.command("/commit")(lambda ack, command: ack(command["text"]))
    app.command("/plain")(lambda ack, command: ack(command["text"]))
    assert box.command("U0EVA", "C0ACME", "/commit", typed).body == sent
    assert box.command("U0EVA", "C0ACME", "/plain", typed).body == typed


def test_a_private_channel_is_no_reference_for_who_does_not_see_it(box: Sandbox, app: App) -> None:
    """Escaping reveals no channel that the person is not in."""
    app.command("/commit")(lambda ack, command: ack(command["text"]))
    assert box.command("U0ANA", "C0ACME", "/commit", "#deal-desk").body == "#deal-desk"
    assert box.command("U0EVA", "C0ACME", "/commit", "#deal-desk").body == "<#G0DEALS|deal-desk>"


def test_only_the_name_tells_what_kind_of_place_it_is(box: Sandbox, app: App) -> None:
    """A direct message and a private channel have one name for all of them; a group of people is named after them."""
    app.command("/commit")(lambda ack, command: ack(command["channel_name"]))
    box.add_channel(ChannelSeed("C0GROUP", "mpdm-eva--ana--ben-1", ("U0EVA", "U0ANA", "U0BEN"), app=False, mpim=True))
    places = {
        "C0ACME": "acme", "G0DEALS": "privategroup", "C0GROUP": "mpdm-eva--ana--ben-1",
        box.world.im("U0EVA").id: "directmessage",
    }  # fmt: skip
    assert {place: box.command("U0EVA", place, "/commit", "").body for place in places} == places
    with pytest.raises(SandboxError, match="U0ADA does not see C0GROUP"):
        box.command("U0ADA", "C0GROUP", "/commit", "")


def test_in_channel_answers_are_for_the_channel(
    box: Sandbox, app: App, section: Callable[[str], dict[str, Any]]
) -> None:
    """response_type in_channel posts as the app, blocks included."""
    app.command("/commit")(lambda ack: ack("Done", blocks=[section("*Done*")], response_type="in_channel"))
    box.command("U0EVA", "C0ACME", "/commit", "")
    posted = box.messages("C0ACME")[-1]
    assert (posted.user, posted.bot_id, posted.ephemeral_for) == ("U0MAKEGOOD", "B0MAKEGOOD", None)
    assert posted.blocks[0]["text"]["text"] == "*Done*"


def test_an_ack_with_invalid_blocks_is_refused_as_slack_does(
    box: Sandbox, app: App, section: Callable[[str], dict[str, Any]]
) -> None:
    """The person reads invalid_command_response instead of half a message."""
    app.command("/commit")(lambda ack: ack("Done", blocks=[section("x" * 3001)]))
    outcome = box.command("U0EVA", "C0ACME", "/commit", "")
    assert not outcome.ok
    assert outcome.problem == '/commit failed with the error "invalid_command_response"'
    shown = box.messages("C0ACME", viewer="U0EVA")[-1]
    assert (shown.user, shown.text) == ("USLACKBOT", outcome.problem)


def test_an_empty_ack_shows_nothing(box: Sandbox, app: App) -> None:
    """ack() without a text is only an ack."""
    app.command("/commit")(lambda ack: ack())
    before = box.messages("C0ACME", viewer="U0EVA")
    assert box.command("U0EVA", "C0ACME", "/commit", "").messages == ()
    assert box.messages("C0ACME", viewer="U0EVA") == before


def test_no_ack_within_the_time_is_a_timeout(box: Sandbox, app: App, gate: threading.Event) -> None:
    """After three real seconds Slackbot reports the timeout, also if the app answers later."""

    @app.command("/commit")
    def slow(ack: Ack) -> None:
        gate.wait()
        ack("too late")

    outcome = box.command("U0EVA", "C0ACME", "/commit", "")
    gate.set()
    assert outcome.timed_out
    assert not outcome.ok
    assert outcome.status is None
    assert outcome.ack_ms >= 3000
    assert outcome.problem == '/commit failed with the error "operation_timeout"'
    assert box.messages("C0ACME", viewer="U0EVA")[-1].text == outcome.problem


def test_an_error_answer_is_dispatch_failed(box: Sandbox, app: App) -> None:
    """An answer with a status other than 200 is no ack."""
    outcome = box.command("U0EVA", "C0ACME", "/commit", "nobody listens")
    assert (outcome.ok, outcome.status, outcome.timed_out) == (False, 404, False)
    assert outcome.problem == '/commit failed with the error "dispatch_failed"'
    assert app.client is not None


def test_a_forged_signature_is_refused_by_the_app(box: Sandbox, app: App) -> None:
    """The secret matters: with another one, Bolt's verification answers 401."""
    app.command("/commit")(lambda ack: ack("Done"))
    box.core.http._secret = "another secret"
    assert box.command("U0EVA", "C0ACME", "/commit", "").status == 401


def test_commands_need_an_app_a_known_command_and_a_visible_channel(box: Sandbox) -> None:
    """An impossible action raises SandboxError; a refusal by Slack is the outcome's `problem`."""
    assert box.command("U0EVA", "C0ACME", "/other", "").problem == "/other is not a valid command."
    unreachable = box.command("U0EVA", "C0ACME", "/commit", "")
    assert unreachable.problem == '/commit failed with the error "dispatch_failed"'
    with pytest.raises(SandboxError, match="U0ANA does not see G0DEALS"):
        box.command("U0ANA", "G0DEALS", "/commit", "")
    with pytest.raises(SandboxError, match="no user U0ZED"):
        box.command("U0ZED", "C0ACME", "/commit", "")
    box.change_user("U0ANA", deleted=True)
    with pytest.raises(SandboxError, match="deactivated"):
        box.command("U0ANA", "C0ACME", "/commit", "")


def test_a_global_shortcut_has_a_trigger_and_no_channel(box: Sandbox, app: App) -> None:
    """A shortcut from the search bar belongs to no conversation."""
    heard: list[dict[str, Any]] = []

    @app.global_shortcut("record")
    def listen(ack: Ack, shortcut: dict[str, Any]) -> None:
        heard.append(shortcut)
        ack()

    assert box.global_shortcut("U0EVA", "record").ok
    [shortcut] = heard
    assert shortcut["type"] == "shortcut"
    assert shortcut["user"]["id"] == "U0EVA"
    assert shortcut["trigger_id"]
    assert "channel" not in shortcut
    with pytest.raises(SandboxError, match="no global shortcut 'capture'"):
        box.global_shortcut("U0EVA", "capture")


def test_a_message_shortcut_brings_the_message(box: Sandbox, app: App, client: WebClient) -> None:
    """The payload has the message, its channel and timestamp, and a response_url."""
    heard: list[dict[str, Any]] = []

    @app.message_shortcut("capture")
    def listen(ack: Ack, shortcut: dict[str, Any]) -> None:
        heard.append(shortcut)
        ack()

    promise = next(said for said in box.messages("C0ACME") if "pricing sheet" in said.text)
    assert box.message_shortcut("U0BEN", "capture", "C0ACME", promise.ts).ok
    [shortcut] = heard
    assert shortcut["type"] == "message_action"
    assert shortcut["message"]["text"] == promise.text
    assert shortcut["message"]["user"] == "U0EVA"
    assert shortcut["message_ts"] == promise.ts
    assert shortcut["channel"] == {"id": "C0ACME", "name": "acme"}
    assert shortcut["response_url"]
    whisper = client.chat_postEphemeral(channel="C0ACME", user="U0BEN", text="psst")["message_ts"]
    with pytest.raises(SandboxError, match="no message"):
        box.message_shortcut("U0BEN", "capture", "C0ACME", whisper)


def test_what_the_manifest_switches_off(box: Sandbox, app: App) -> None:
    """No commands scope: no command. No interactivity: no shortcut. No Home tab: none to open."""
    app.command("/commit")(lambda ack: ack())
    box.manifest.scopes = ()
    assert box.command("U0EVA", "C0ACME", "/commit", "").problem == "/commit is not a valid command."
    box.manifest.interactivity = False
    assert box.global_shortcut("U0EVA", "record").problem == (
        "This app is not configured to handle interactive responses."
    )
    box.manifest.home_tab = False
    with pytest.raises(SandboxError, match="no Home tab"):
        box.open_home("U0EVA")
