"""The manifest: Slack takes it, and it asks for exactly what handlers/ids.py lists."""

from __future__ import annotations

from typing import Any

import pytest

from bot import manifest
from handlers import ids

ADDRESS = "https://makegood.example.com"


@pytest.fixture(params=["socket", "http"])
def made(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The manifest of each mode."""
    return manifest.for_socket_mode() if request.param == "socket" else manifest.for_address(ADDRESS)


def test_it_asks_for_what_the_ids_list(made: dict[str, Any]) -> None:
    """Commands, shortcuts, scopes and events come from one page."""
    features, settings = made["features"], made["settings"]
    assert [command["command"] for command in features["slash_commands"]] == [
        ids.COMMAND, ids.COMMAND_PLAN, ids.COMMAND_REVIEW,
    ]  # fmt: skip
    assert {shortcut["callback_id"]: shortcut["type"] for shortcut in features["shortcuts"]} == {
        ids.SHORTCUT_NEW: "global",
        ids.SHORTCUT_FROM_MESSAGE: "message",
    }
    assert made["oauth_config"]["scopes"]["bot"] == list(ids.SCOPES)
    assert settings["event_subscriptions"]["bot_events"] == list(ids.BOT_EVENTS)


def test_commands_escape_names(made: dict[str, Any]) -> None:
    """Slack sends @ana as an id then, which cannot mean somebody else."""
    command, *_ = made["features"]["slash_commands"]
    assert command["should_escape"] is True
    assert command["usage_hint"]


def test_home_and_messages_are_open(made: dict[str, Any]) -> None:
    """Nobody can write in the Messages tab unless the bot answers there."""
    assert made["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }
    answering = manifest.for_socket_mode(["messages"])["features"]["app_home"]
    assert answering["messages_tab_read_only_enabled"] is False
    assert made["features"]["bot_user"]["always_online"] is True


@pytest.mark.parametrize("name", ids.FEATURES)
def test_a_feature_asks_for_its_own_scopes_only(name: str) -> None:
    """Each feature adds its event, if it has one, and its scopes, and nothing of the others."""
    made, feature = manifest.for_address(ADDRESS, [name]), ids.FEATURES[name]
    assert made["oauth_config"]["scopes"]["bot"] == [*ids.SCOPES, *feature.scopes]
    assert made["settings"]["event_subscriptions"]["bot_events"] == [*ids.BOT_EVENTS, *filter(None, [feature.event])]


def test_it_keeps_slacks_limits(made: dict[str, Any]) -> None:
    """Names, descriptions and scopes as Slack's schema for manifests bounds them."""
    display = made["display_information"]
    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert 174 <= len(display["long_description"]) <= 4000
    assert len(made["features"]["bot_user"]["display_name"]) <= 80
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    assert len(made["features"]["slash_commands"][0]["description"]) <= 2000
    assert len(set(made["oauth_config"]["scopes"]["bot"])) == len(ids.SCOPES) <= 255


def test_it_is_for_one_workspace_with_a_lasting_token(made: dict[str, Any]) -> None:
    """Slack features that Makegood does not use are switched off."""
    assert made["settings"]["org_deploy_enabled"] is False
    assert made["settings"]["token_rotation_enabled"] is False


def test_http_gives_every_address() -> None:
    """Commands, events, interaction and menus all arrive at one place."""
    made = manifest.for_address(ADDRESS)
    where = f"{ADDRESS}/slack/events"
    settings = made["settings"]
    assert settings["socket_mode_enabled"] is False
    assert made["features"]["slash_commands"][0]["url"] == where
    assert settings["event_subscriptions"]["request_url"] == where
    assert settings["interactivity"] == {
        "is_enabled": True,
        "request_url": where,
        "message_menu_options_url": where,
    }


def test_socket_mode_gives_no_address() -> None:
    """There is none to give."""
    made = manifest.for_socket_mode()
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["settings"]["interactivity"] == {"is_enabled": True}
    assert "https://" not in str(made)


@pytest.mark.parametrize(
    "url",
    [ADDRESS, f"{ADDRESS}/", f"{ADDRESS}/slack/events", f" {ADDRESS}/slack/events/ "],
)
def test_an_address_is_taken_as_people_give_it(url: str) -> None:
    """With or without the path."""
    assert manifest.endpoint(url) == f"{ADDRESS}/slack/events"


def test_an_address_may_have_a_path_and_a_port() -> None:
    """Behind a proxy that serves several things."""
    assert manifest.endpoint("https://example.com:8443/bots/a") == "https://example.com:8443/bots/a/slack/events"


@pytest.mark.parametrize(
    "url", ["", "makegood.example.com", "http://example.com", "https://", "https://[", "https://a/?b=c", "https://u@a/"]
)
def test_an_address_that_slack_cannot_reach_is_refused(url: str) -> None:
    """In words."""
    with pytest.raises(ValueError, match=r"https://"):
        manifest.for_address(url)
