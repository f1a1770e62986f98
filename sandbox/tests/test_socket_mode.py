"""Socket Mode with the real handler: commands, presses, modals, reconnects, several connections."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sandbox import Sandbox


@pytest.fixture
def box(an_app: Callable[..., dict[str, Any]]) -> Iterator[Sandbox]:
    """A workspace whose app connects by itself."""
    with Sandbox(an_app(socket_mode_enabled=True), app_url=None) as running:
        yield running


def connected(box: Sandbox, app: App) -> SocketModeHandler:
    handler = SocketModeHandler(app, box.app_token, web_client=WebClient(base_url=box.api_url), ping_interval=0.2)
    handler.connect()  # type: ignore[no-untyped-call]  # not annotated by Bolt
    return handler


@pytest.fixture
def app(box: Sandbox) -> Iterator[App]:
    """A Bolt app on one Socket Mode connection."""
    library = logging.getLogger("slack_sdk")
    level = library.level
    library.setLevel(logging.CRITICAL)  # the tests cut connections on purpose
    client = WebClient(token=box.bot_token, base_url=box.api_url, retry_handlers=[])
    bolt = App(client=client, signing_secret="unused")
    handler = connected(box, bolt)
    assert box.sockets.wait_connected()
    yield bolt
    handler.close()  # type: ignore[no-untyped-call]  # not annotated by Bolt
    library.setLevel(level)


def test_a_command_and_its_receipt(box: Sandbox, app: App) -> None:
    """The ack's payload comes back through the socket."""
    app.command("/commit")(lambda ack, command: ack(f"Noted: {command['text']}"))
    outcome = box.command("U0EVA", "C0ACME", "/commit", "@ana sends it")
    assert outcome.ok
    assert outcome.status == 200
    assert [message.text for message in outcome.messages] == ["Noted: <@U0ANA|ana> sends it"]


def test_a_modal_from_opening_to_submitting(box: Sandbox, app: App) -> None:
    """Triggers, errors and closing work as over HTTP."""
    element = {"type": "plain_text_input", "action_id": "what"}
    block = {"type": "input", "block_id": "what", "label": {"type": "plain_text", "text": "What"}, "element": element}
    view = {
        "type": "modal",
        "callback_id": "c",
        "title": {"type": "plain_text", "text": "T"},
        "submit": {"type": "plain_text", "text": "S"},
        "blocks": [block],
    }

    @app.global_shortcut("record")
    def opens(ack: Ack, shortcut: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=shortcut["trigger_id"], view=view)
        ack()

    @app.view("c")
    def submits(ack: Ack, view: dict[str, Any]) -> None:
        if view["state"]["values"]["what"]["what"]["value"] == "wrong":
            ack(response_action="errors", errors={"what": "No"})
        else:
            ack()

    opened = box.global_shortcut("U0EVA", "record").view
    assert opened is not None
    assert box.submit("U0EVA", opened.id, {"what": {"what": "wrong"}}).errors == {"what": "No"}
    assert box.submit("U0EVA", opened.id, {"what": {"what": "right"}}).ok
    assert box.modals("U0EVA") == []


def test_events_carry_their_retry(box: Sandbox, app: App, gate: threading.Event) -> None:
    """An envelope that is not acked comes again with retry_attempt and reason."""
    heard: list[tuple[str, str | None]] = []

    @app.middleware
    def hold(body: dict[str, Any], req: Any, next_: Callable[[], None]) -> None:
        heard.append((body["event_id"], req.headers.get("x-slack-retry-num", [None])[0]))
        if len(heard) == 1:
            gate.wait()
        next_()

    app.event("user_change")(lambda ack: ack())
    box.core.ack_seconds = 0.3
    box.change_user("U0ANA", title="Lead")
    gate.set()
    assert [number for _, number in heard] == ["0", "1"]
    assert heard[0][0] == heard[1][0]


def test_an_unhandled_request_is_not_acked(box: Sandbox, app: App) -> None:
    """Bolt acks nothing but 200: the person waits the whole time."""
    box.core.ack_seconds = 0.3
    outcome = box.command("U0EVA", "C0ACME", "/commit", "")
    assert outcome.timed_out
    assert app.client is not None


def test_a_cut_connection_is_opened_again(box: Sandbox, app: App) -> None:
    """After drop_connections the client asks for a new address by itself, and commands work again."""
    app.command("/commit")(lambda ack: ack("Here"))
    assert box.command("U0EVA", "C0ACME", "/commit", "").ok
    before = box.sockets.served
    assert box.drop_connections() == 1
    assert box.sockets.wait_served(before + 1)
    assert box.sockets.wait_connected()
    assert box.command("U0EVA", "C0ACME", "/commit", "").body == {"text": "Here"}
    opened = [call for call in box.calls if call.method == "apps.connections.open"]
    assert len(opened) >= 2


def test_being_asked_to_leave(box: Sandbox, app: App) -> None:
    """A disconnect message makes the client change to a new connection."""
    app.command("/commit")(lambda ack: ack("Here"))
    before = box.sockets.served
    box.sockets.disconnect()
    assert box.sockets.wait_served(before + 1)
    assert box.sockets.wait_connected()
    assert box.command("U0EVA", "C0ACME", "/commit", "").ok


def test_each_envelope_goes_to_one_connection(box: Sandbox, app: App) -> None:
    """Two connections take turns; nothing is delivered twice."""
    heard: list[str] = []

    def listen(name: str) -> Callable[[Ack], None]:
        def acking(ack: Ack) -> None:
            heard.append(name)
            ack()

        return acking

    app.command("/commit")(listen("first"))
    second = App(
        client=WebClient(token=box.bot_token, base_url=box.api_url, retry_handlers=[]), signing_secret="unused"
    )
    second.command("/commit")(listen("second"))
    handler = connected(box, second)
    assert box.sockets.wait_connected(2)
    for _ in range(6):
        assert box.command("U0EVA", "C0ACME", "/commit", "").ok
    handler.close()  # type: ignore[no-untyped-call]  # not annotated by Bolt
    assert sorted(heard) == ["first"] * 3 + ["second"] * 3


def test_without_a_connection(box: Sandbox) -> None:
    """Without a connection a command fails at once."""
    outcome = box.command("U0EVA", "C0ACME", "/commit", "")
    assert (outcome.ok, outcome.timed_out) == (False, False)
    assert outcome.problem == '/commit failed with the error "dispatch_failed"'


def test_an_address_admits_once(box: Sandbox) -> None:
    """Only the app-level token gets an address, and each is good for one connection."""
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        WebClient(token=box.bot_token, base_url=box.api_url).apps_connections_open(app_token=box.bot_token)
    url = WebClient(base_url=box.api_url).apps_connections_open(app_token=box.app_token)["url"]
    with connect(url) as socket:
        assert '"hello"' in str(socket.recv())
        with pytest.raises(InvalidStatus):
            connect(url)
        socket.send("no JSON")
        socket.send("[]")
        socket.send('{"envelope_id": "unknown"}')
        assert box.sockets.wait_connected(1)
