"""Payloads in each shape that Slack is known to send: the bot accepts all, and no needed part is lost."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from sandbox.seed import ChannelSeed
from tests.journeys import payloads, sockets
from tests.journeys.conftest import words_of

if TYPE_CHECKING:
    from sandbox.models import Json
    from tests.bot.conftest import Log
    from tests.journeys.conftest import BotInWorkspace

either = sockets.either


def in_a_grid(payload: Json) -> None:
    """The workspace belongs to an organisation: ids are long, and the person's are the organisation's."""
    if "command" in payload:
        payload |= {"enterprise_id": "E0123456789", "enterprise_name": "Nord & Süd"}
    elif "team" in payload:
        payload["team"] |= {"enterprise_id": "E0123456789", "enterprise_name": "Nord & Süd"}
        payload |= {"enterprise": {"id": "E0123456789", "name": "Nord & Süd"}, "is_enterprise_install": "false"}
    else:
        payload |= {"enterprise_id": "E0123456789", "context_enterprise_id": "E0123456789"}


def with_every_input(payload: Json) -> None:
    """A form holds a value of each kind of input, and an empty value of each."""
    state = payload.get("view", {}).get("state")
    if state:
        state["values"] |= {
            f"other-{number}": {f"🎉 {number}": value}
            for number, value in enumerate(
                (
                    {"type": "rich_text_input", "rich_text_value": payloads.PICTURE},
                    {"type": "rich_text_input"},
                    {"type": "datetimepicker", "selected_date_time": 1795874400},
                    {"type": "timepicker", "selected_time": "09:30", "timezone": "Europe/Berlin"},
                    {"type": "timepicker", "selected_time": None},
                    {"type": "datepicker", "selected_date": None},
                    {"type": "checkboxes", "selected_options": []},
                    {"type": "radio_buttons", "selected_option": None},
                    {"type": "static_select", "selected_option": None},
                    {"type": "multi_users_select", "selected_users": ["U0ANA"]},
                    {"type": "multi_conversations_select", "selected_conversations": []},
                    {"type": "conversations_select", "selected_conversation": "C0ACME"},
                    {"type": "channels_select", "selected_channel": None},
                    {"type": "users_select", "selected_user": None},
                    {"type": "number_input", "value": "3"},
                    {"type": "email_text_input", "value": None},
                    {"type": "plain_text_input", "value": None},
                    {"type": "file_input", "files": [{"id": "F1", "size": 12}]},
                )
            )
        }
        payload["response_urls"] = [
            {"block_id": "b", "action_id": "a", "channel_id": "C0ACME", "response_url": "https://hooks.slack.com/x"}
        ]


def empty_as_a_list(payload: Json) -> None:
    """Slack has written [] for an empty object."""
    for part in (payload, payload.get("view", {}), payload.get("event", {})):
        for name in ("state", "message", "profile"):
            if name in part and part[name] is not None:
                part[name] = []
    if payload["type"] in {"block_actions", "block_suggestion"} and "view" in payload:
        payload["view"]["state"] = {"values": []}


OPTIONAL = {
    "view": ("callback_id", "private_metadata", "app_installed_team_id", "blocks", "state", "team_id", "title"),
    "container": ("channel_id", "is_ephemeral"), "channel": ("name",), "event": ("tab",), "user": ("team_id", "name"),
    "message": ("text", "blocks", "attachments", "files"),
    "": ("response_url", "channel", "container", "message", "enterprise", "is_enterprise_install", "response_urls",
         "value", "authorizations", "event_id", "message_ts", "state"),
}  # fmt: skip


def null_for_absent(payload: Json) -> None:
    """All optional parts are present, and null."""
    for within, names in OPTIONAL.items():
        part = payload.get(within) if within else payload
        if isinstance(part, dict):
            part |= dict.fromkeys(set(names) & set(part))
    for action in payload.get("actions", ()):
        action["selected_option"] = None


SHAPES = {shape.__name__: shape for shape in (in_a_grid, with_every_input, empty_as_a_list, null_for_absent)}
# A URL-encoded form holds texts only.
OF_JSON = {"empty_as_a_list", "null_for_absent"}


@pytest.mark.parametrize("either", ["http", pytest.param("socket", marks=pytest.mark.slow)], indirect=True)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_kind_is_taken_in_every_shape(either: BotInWorkspace, log: Log, shape: str) -> None:
    """No request of Slack is refused for its shape."""
    for parcel in payloads.of_each_kind(either):
        if shape in OF_JSON and (parcel.kind == "slash_commands" or parcel.payload["type"] == "url_verification"):
            continue
        payload = copy.deepcopy(parcel.payload)
        SHAPES[shape](payload)
        assert either.box.send(replace(parcel, payload=payload)).status == 200, payload
    assert log.events("slack_request_refused") == []


def test_a_press_in_a_view_without_values_acts(town: BotInWorkspace) -> None:
    """Slack has sent an empty list as the state of a Home tab without inputs: its buttons still work."""
    town.receipt("U0ANA", "send it by Friday")
    town.settled()
    town.box.open_home("U0ANA")
    with town.post.caught() as parcels:
        town.box.press("U0ANA", action_id=ids.OPEN_FORM, home=True)
    (parcel,) = parcels
    parcel.payload["view"]["state"] = {"values": []}
    assert town.again(parcel).status == 200
    assert town.box.modals("U0ANA")[-1].callback_id == ids.FORM_NEW


def test_a_group_of_people_is_known_by_its_name(town: BotInWorkspace) -> None:
    """The id of a conversation of several people looks like a channel's: no "Share here", neither after a line nor in
    the form, nor from a message.
    """
    name = "mpdm-" + "--".join(f"a.very.long.handle.of.somebody.{number}" for number in range(9)) + "-1"
    town.box.add_channel(ChannelSeed("C0GROUP", name, ("U0EVA", "U0ANA", "U0BEN"), app=False, mpim=True))
    said = town.box.say("U0ANA", "C0GROUP", "I will send it")
    assert ids.SHARE in str(town.receipt("U0EVA", "send it by Friday").blocks)
    assert ids.SHARE not in str(town.receipt("U0EVA", "send them by Friday", "C0GROUP").blocks)
    for opens in (
        partial(town.box.message_shortcut, "U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0GROUP", said.ts),
        partial(town.box.command, "U0EVA", "C0GROUP", "/commit", ""),
    ):
        form = opens().view
        assert form is not None
        receipt = town.submit("U0EVA", form, action="call them", due="2026-11-30").view
        assert receipt is not None
        assert "Recorded as #" in words_of(receipt)
        assert ids.SHARE not in str(receipt.blocks)
        town.box.close("U0EVA", receipt.id)


# Slack's form of typed or spoken text, and the text that people read then.
MARKED = {
    "<@U0ANA> and <@U0ANA|ana>": "@Ana Souza and @Ana Souza",
    "<#C0ACME|acmé-🎉>": "#acmé-🎉",
    "<#C0ACME|> and <#C0ACME>": "a channel and a channel",
    "<!subteam^S012|@team-a> and <!subteam^S012>": "@team-a and a group",
    "<!here>, <!channel>, <!everyone|everyone>": "@here, @channel, @everyone",
    "<mailto:dana@acme.example|dana@acme.example>": "dana@acme.example",
    "<tel:+49301234|+49 30 1234> or <tel:030123456|030 123456>": "+49 30 1234 or 030 123456",
    "<http://acme.example/a?b=1&amp;c|acme.example/a?b=1&amp;c>": "acme.example/a?b=1&c",
    "<https://a.example/x?a=1&amp;b=2|a.example>": "https://a.example/x?a=1&b=2",
    "<slack://open>": "slack://open",
    "<!date^1392734382^{date_short}|18 Feb>": "18 Feb",
    ":tada: &lt;!here&gt; R&amp;D": ":tada: <!here> R&D",
}


@pytest.mark.parametrize("sent", MARKED)
def test_what_slack_marks_up_is_read_as_it_was_written(town: BotInWorkspace, sent: str) -> None:
    """Slack's markup in a line and in a message is read as the person wrote it."""
    said = town.box.say("U0BEN", "C0ACME", "hello")
    with town.post.caught() as parcels:
        town.box.command("U0EVA", "C0ACME", "/commit", "")
        town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", said.ts)
    command, shortcut = parcels
    assert town.again(replace(command, payload=command.payload | {"text": f"tell {sent} all by Friday"})).status == 200
    assert town.commitment(1).action == f"tell {MARKED[sent]} all"
    shortcut.payload["message"]["text"] = f"tell {sent}"
    assert town.again(shortcut).status == 200
    element = next(block["element"] for block in town.box.modals("U0EVA")[-1].blocks if block["block_id"] == ids.ACTION)
    assert element["initial_value"] == f"tell {MARKED[sent]}"


def test_a_refused_line_is_given_back_without_marks(town: BotInWorkspace) -> None:
    """A refused line is given back as it was typed, so that it can be sent again."""
    with town.post.caught() as parcels:
        town.box.command("U0EVA", "C0ACME", "/commit", "")
    (command,) = parcels
    line = "account <!subteam^S012|@team-a> <mailto:dana@acme.example|dana@acme.example> <!here>"
    refused = town.again(replace(command, payload=command.payload | {"text": line})).body["text"]
    given_back = re.sub("[\u200a\u200b\u2060\u2068\u2069]", "", refused.partition("You wrote:")[2])
    assert given_back.strip() == "account @team-a dana@acme.example @here"


def test_an_event_is_for_the_installation_that_it_names(town: BotInWorkspace) -> None:
    """In an organisation and in shared channels an event bears the workspace that it came from; whom it is for stands
    in its authorizations.
    """
    with town.post.caught() as parcels:
        town.box.change_user("U0ANA", display_name="ana.maria")
    (parcel,) = parcels
    parcel.payload["team_id"] = "T0SOUTHWIND"
    assert town.again(parcel).status == 200
    with town.makegood.ledger.read() as tx:
        assert town.person(tx, "U0ANA").name == "ana.maria"
    parcel.payload["event"]["user"]["profile"]["display_name"] = "mallory"
    parcel.payload["authorizations"][0]["team_id"] = "T0SOUTHWIND"
    parcel.payload["team_id"] = "T0NORTHWIND"
    assert town.again(parcel).status == 200
    with town.makegood.ledger.read() as tx:
        assert town.person(tx, "U0ANA").name == "ana.maria"


def test_slack_says_that_events_are_limited(town: BotInWorkspace, log: Log) -> None:
    """Slack's event about rate limits concerns no person: it is accepted and logged."""
    limited = {"token": "x", "type": "app_rate_limited", "team_id": "T0NORTHWIND", "minute_rate_limited": 1518467820}
    parcel = payloads.of_each_kind(town)[-2]
    assert town.box.send(replace(parcel, payload=limited | {"api_app_id": "A0"})).status == 200
    assert [event["kind"] for event in log.events("request_unknown")] == ["app_rate_limited"]


def test_a_shortcut_on_the_longest_message(town: BotInWorkspace) -> None:
    """A message of 40,000 characters, each eight bytes in the request, comes twice: in the text and in the blocks."""
    said = town.box.say("U0ANA", "C0ACME", "I will send it")
    with town.post.caught() as parcels:
        town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", said.ts)
    (parcel,) = parcels
    text = "約" * 40_000
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    parcel.payload["message"] |= {"text": text, "blocks": [{"type": "rich_text", "elements": [rich]}]}
    assert town.again(parcel).status == 200
    assert "約約約" in str(town.box.modals("U0EVA")[-1].blocks)
