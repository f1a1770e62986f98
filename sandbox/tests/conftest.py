"""Fixtures of the sandbox's tests: a running sandbox, a real Bolt app and the real Web API client."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from flask import Flask, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk import WebClient

from sandbox import Sandbox
from sandbox.server import Server
from sandbox.tests import network

pytest.register_assert_rewrite("sandbox.tests.browsing", "sandbox.tests.page")

# A time limit for each example fails on a busy machine.
hypothesis.settings.register_profile("sandbox", deadline=None)
hypothesis.settings.load_profile("sandbox")

SCOPES = [
    "app_mentions:read",
    "canvases:read",
    "canvases:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "metadata.message:read",
    "team:read",
    "users:read",
]


def manifest(**settings: Any) -> dict[str, Any]:
    """An app with a command of each kind, both shortcuts, a Home tab and events."""
    return {
        "display_information": {"name": "Makegood"},
        "features": {
            "bot_user": {"display_name": "Makegood", "always_online": True},
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "slash_commands": [
                {"command": "/commit", "description": "Record", "should_escape": True},
                {"command": "/plain", "description": "Record", "should_escape": False},
            ],
            "shortcuts": [
                {"type": "global", "callback_id": "record", "name": "Record", "description": "-"},
                {"type": "message", "callback_id": "capture", "name": "Capture", "description": "-"},
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {
                "bot_events": [
                    "app_home_opened",
                    "app_mention",
                    "app_uninstalled",
                    "member_joined_channel",
                    "message.im",
                    "team_join",
                    "user_change",
                ]
            },
            "interactivity": {"is_enabled": True},
            **settings,
        },
    }


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test connects to another machine."""
    network.only_this_machine(monkeypatch)


@pytest.fixture
def an_app() -> Callable[..., dict[str, Any]]:
    """Builds manifests, for a test that needs another app."""
    return manifest


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A running workspace without an app."""
    with Sandbox(manifest(), app_url=None) as running:
        yield running


@pytest.fixture
def client(box: Sandbox) -> WebClient:
    """The app's Web API client; it never repeats a call by itself."""
    return WebClient(token=box.bot_token, base_url=box.api_url, retry_handlers=[])


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """An event that a slow handler waits for; set at the end of the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def section() -> Callable[[str], dict[str, Any]]:
    """A block with words in it."""
    return lambda text: {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.fixture
def app(box: Sandbox) -> Iterator[App]:
    """A real Bolt app over HTTP, with signatures verified. Tests register their listeners on it."""
    bolt = App(
        client=WebClient(token=box.bot_token, base_url=box.api_url, retry_handlers=[]),
        signing_secret="sandbox-signing-secret",
    )
    flask = Flask("bolt")
    handler = SlackRequestHandler(bolt)
    flask.add_url_rule("/slack/events", view_func=lambda: handler.handle(request), methods=["POST"])
    server = Server(flask, "127.0.0.1", 0)
    box.app_url = f"http://127.0.0.1:{server.port}/slack/events"
    yield bolt
    box.app_url = None
    server.stop()
