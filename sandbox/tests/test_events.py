"""The Events API: what the app is told, and told again when it does not listen."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from slack_bolt import App
from slack_sdk.signature import SignatureVerifier

from sandbox import ChannelSeed, Sandbox, SandboxError, User
from sandbox.delivery import Ack, Parcel
from sandbox.server import Server


class Listener:
    """An app that keeps what it gets and answers with the statuses it was given, then with 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Response] = []

    def receive(self) -> Response:
        self.requests.append(({k.lower(): v for k, v in request.headers.items()}, request.get_data()))
        return self.answers.pop(0) if self.answers else Response("")

    @property
    def retries(self) -> list[tuple[str | None, str | None]]:
        names = ("x-slack-retry-num", "x-slack-retry-reason")
        return [(headers.get(names[0]), headers.get(names[1])) for headers, _ in self.requests]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
def listener(box: Sandbox) -> Iterator[Listener]:
    """A bare HTTP app in front of the workspace."""
    kept = Listener()
    flask = Flask("listener")
    flask.add_url_rule("/", view_func=kept.receive, methods=["POST"])
    server = Server(flask, "127.0.0.1", 0)
    box.app_url = f"http://127.0.0.1:{server.port}/"
    yield kept
    server.stop()


def test_an_event_is_a_signed_envelope(box: Sandbox, listener: Listener) -> None:
    """JSON with event_id, event_time and authorizations; the signature verifies with Slack's own verifier."""
    box.change_user("U0ANA", tz="Asia/Tokyo", status_text="Out until Monday")
    [(headers, body)] = listener.requests
    assert SignatureVerifier("sandbox-signing-secret").is_valid_request(body, headers)
    assert headers["content-type"] == "application/json"
    assert "x-slack-retry-num" not in headers
    [event] = listener.events
    assert (event["type"], event["team_id"], event["api_app_id"]) == (
        "event_callback",
        "T0NORTHWIND",
        "A0MAKEGOOD",
    )
    assert event["event_id"].startswith("Ev")
    assert event["authorizations"][0]["user_id"] == "U0MAKEGOOD"
    user = event["event"]["user"]
    assert event["event"]["type"] == "user_change"
    assert (user["tz"], user["profile"]["status_text"], user["locale"]) == (
        "Asia/Tokyo",
        "Out until Monday",
        "en-US",
    )


def test_what_happens_is_told_if_subscribed(box: Sandbox, listener: Listener) -> None:
    """People who come, change and go; the app being invited; messages to it; its end. Nothing else."""
    box.add_user(User(id="U0NEW", name="new", real_name="New Person"))
    box.change_user("U0NEW", deleted=True)
    box.invite_app("G0DEALS", by="U0BEN")
    box.join("U0ADA", "C0ACME")
    box.say("U0EVA", "C0ACME", "not for the app")
    box.open_home("U0EVA", tab="messages")
    box.say("U0EVA", "D0EVA", "hello")
    box.say("U0EVA", "C0ACME", "hey @makegood")
    box.uninstall()
    told = [event["event"] for event in listener.events]
    assert [event["type"] for event in told] == [
        "team_join",
        "user_change",
        "member_joined_channel",
        "member_joined_channel",
        "app_home_opened",
        "message",
        "app_mention",
        "app_uninstalled",
    ]
    assert told[1]["user"]["deleted"] is True
    assert (told[2]["user"], told[2]["channel"], told[2]["inviter"]) == ("U0MAKEGOOD", "G0DEALS", "U0BEN")
    assert (told[5]["channel_type"], told[5]["channel"], told[5]["text"]) == ("im", "D0EVA", "hello")
    assert told[6]["text"] == "hey <@U0MAKEGOOD>"
    assert len({event["event_id"] for event in listener.events}) == len(told)


def test_shared_channels_are_marked(box: Sandbox, listener: Listener) -> None:
    """is_ext_shared_channel is true for events from a channel shared with another company."""
    box.add_channel(ChannelSeed("C0PARTNER", "partner", ("U0EVA",), app=False, ext_shared=True))
    box.invite_app("C0PARTNER")
    box.invite_app("G0DEALS")
    assert [event["is_ext_shared_channel"] for event in listener.events] == [True, False]


def test_retries(box: Sandbox, listener: Listener) -> None:
    """The first retry comes at once, two later ones when their time has come, each with number and reason."""
    listener.answers = [Response(status=500) for _ in range(3)]
    box.change_user("U0ANA", title="Lead")
    assert listener.retries == [(None, None), ("1", "http_error")]
    assert box.events.owed == 1
    [ack] = box.retry_events()
    assert not ack.ok
    [ack] = box.retry_events()
    assert ack.ok
    assert listener.retries[2:] == [("2", "http_error"), ("3", "http_error")]
    assert len({event["event_id"] for event in listener.events}) == 1
    assert box.retry_events() == []


def test_three_retries_and_no_more(box: Sandbox, listener: Listener) -> None:
    """An event that fails four times is lost."""
    listener.answers = [Response(status=503) for _ in range(9)]
    box.change_user("U0ANA", title="Lead")
    box.retry_events()
    box.retry_events()
    assert box.retry_events() == []
    assert len(listener.requests) == 4


def test_an_app_may_decline_retries(box: Sandbox, listener: Listener) -> None:
    """X-Slack-No-Retry: 1 with the error, and the event does not come again."""
    listener.answers = [Response(status=500, headers={"X-Slack-No-Retry": "1"})]
    box.change_user("U0ANA", title="Lead")
    assert len(listener.requests) == 1
    assert box.events.owed == 0


def test_a_slow_app_gets_the_event_again(box: Sandbox, app: App, gate: threading.Event) -> None:
    """No ack within the time counts as http_timeout; the same event_id comes a second time."""
    heard: list[tuple[str, str | None]] = []

    @app.middleware
    def hold(body: dict[str, Any], req: Any, next_: Callable[[], None]) -> None:
        heard.append((body["event_id"], req.headers.get("x-slack-retry-reason", [None])[0]))
        if len(heard) == 1:
            gate.wait()
        next_()

    app.event("user_change")(lambda ack: ack())
    box.core.ack_seconds = 0.3
    box.change_user("U0ANA", title="Lead")
    gate.set()
    assert [reason for _, reason in heard] == [None, "http_timeout"]
    assert heard[0][0] == heard[1][0]
    assert box.events.owed == 0


def test_an_unreachable_app(box: Sandbox) -> None:
    """connection_failed is a reason too, and interactions simply fail."""
    box.app_url = "http://127.0.0.1:9/"
    box.change_user("U0ANA", title="Lead")
    assert box.events.owed == 1
    assert box.command("U0EVA", "C0ACME", "/commit", "").problem is not None


def test_impossible_actions(box: Sandbox) -> None:
    """Unknown people and channels are errors of the test."""
    with pytest.raises(SandboxError, match="no user"):
        box.change_user("U0ZED", title="x")
    with pytest.raises(SandboxError, match="no channel"):
        box.invite_app("C0ZED")
    with pytest.raises(SandboxError, match="not a member"):
        box.say("U0ADA", "C0ACME", "x")
    with pytest.raises(SandboxError, match="no message"):
        box.say("U0EVA", "C0ACME", "x", thread_ts="1.000000")
    box.archive("C0ACME")
    with pytest.raises(SandboxError, match="archived"):
        box.say("U0EVA", "C0ACME", "x")


def test_an_event_needs_its_scope(box: Sandbox, listener: Listener) -> None:
    """Without users:read the app gets no event about people, even with a subscription."""
    box.manifest.scopes = tuple(scope for scope in box.manifest.scopes if scope != "users:read")
    box.change_user("U0ANA", title="Lead")
    box.invite_app("G0DEALS")
    assert [event["event"]["type"] for event in listener.events] == ["member_joined_channel"]


def test_the_urls_handshake(box: Sandbox, app: App) -> None:
    """Bolt sends the challenge back; a URL without a server does not."""
    assert box.verify_url()
    box.app_url = "http://127.0.0.1:9/"
    assert not box.verify_url()
    assert app.client is not None


REACTING = {
    "oauth_config": {"scopes": {"bot": ["reactions:read", "channels:history"]}},
    "settings": {"event_subscriptions": {"bot_events": ["reaction_added", "reaction_removed"]}},
}


class Recorder:
    """A way to an app that keeps the events and acknowledges them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def send(self, parcel: Parcel, seconds: float) -> Ack:
        del seconds
        self.events.append(parcel.payload["event"])
        return Ack(200)

    def stop(self) -> None:
        """It has no connection."""


def test_an_emoji_is_an_event_and_part_of_the_message() -> None:
    """reaction_added names the person, the emoji, the message and its author; a second click takes it away."""
    with Sandbox(REACTING, app_url=None) as box:
        box.core.transport = app = Recorder()
        box.invite_app("C0ACME")
        said = box.say("U0EVA", "C0ACME", "Shall we?")
        box.react("U0BEN", "C0ACME", said.ts, "handshake")
        [event] = app.events
        item = {"type": "message", "channel": "C0ACME", "ts": said.ts}
        assert event == event | {
            "type": "reaction_added", "user": "U0BEN", "reaction": "handshake", "item": item, "item_user": "U0EVA",
        }  # fmt: skip
        shown = box.objects.message(box.messages("C0ACME")[-1])
        assert shown["reactions"] == [{"name": "handshake", "users": ["U0BEN"], "count": 1}]
        box.react("U0BEN", "C0ACME", said.ts, "handshake")
        assert app.events[-1]["type"] == "reaction_removed"
        assert "reactions" not in box.objects.message(box.messages("C0ACME")[-1])


def test_an_emoji_where_the_app_is_not_a_member_is_no_event() -> None:
    """The app hears of emoji only in conversations that it is in; nobody adds one to a message that is not there."""
    with Sandbox(REACTING, app_url=None) as box:
        box.core.transport = app = Recorder()
        said = box.say("U0EVA", "G0DEALS", "Shall we?")
        box.react("U0EVA", "G0DEALS", said.ts, "handshake")
        assert app.events == []
        with pytest.raises(SandboxError, match="takes an emoji"):
            box.react("U0EVA", "G0DEALS", "1.0", "handshake")
