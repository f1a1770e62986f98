"""The settings: complete or refused in words, all of it at once, and never with a secret."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from slack_bolt import App

from bot import logs, settings
from bot.settings import SettingsError
from store.db import normal_url, shown_url

if TYPE_CHECKING:
    from tests.bot.conftest import Log

ROOT = Path(__file__).parents[2]
GOOD = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef"}


def _set(environment: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        environment.setenv(name, value)


def _problems(environment: pytest.MonkeyPatch, **values: str) -> list[str]:
    _set(environment, **values)
    with pytest.raises(SettingsError) as raised:
        settings.load()
    return raised.value.problems


def test_token_and_secret_are_enough(environment: pytest.MonkeyPatch) -> None:
    """Token and secret are enough: all other settings have defaults. Only this machine reaches the server."""
    _set(environment, **GOOD)
    found = settings.load()
    assert found.slack_bot_token.get_secret_value() == "xoxb-1-abc"
    assert (found.host, found.port, found.web_threads, found.courier_threads) == ("127.0.0.1", 3000, 16, 4)
    assert found.database_url.get_secret_value() == "sqlite:///makegood.db"
    assert not found.socket_mode


def test_all_problems_are_told_at_once(environment: pytest.MonkeyPatch) -> None:
    """One run lists all wrong settings, so that an administrator corrects them together."""
    problems = _problems(
        environment, DATABASE_URL="mysql://localhost/x", PORT="http", WEB_THREADS="0", LOG_LEVEL="loud"
    )
    assert [problem.split()[0] for problem in problems] == [
        "DATABASE_URL",
        "LOG_LEVEL",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "PORT",
        "WEB_THREADS",
    ]


def test_a_missing_token_is_explained(environment: pytest.MonkeyPatch) -> None:
    """The words say what is wrong and where the right value is."""
    problems = _problems(environment, SLACK_SIGNING_SECRET="x")
    assert problems == [
        "SLACK_BOT_TOKEN is missing: it starts with xoxb- and is under OAuth & Permissions of your Slack app"
    ]


@pytest.mark.parametrize(
    ("name", "is_named"),
    [("SLACK_TOKEN", True), ("SLACK_BOTTOKEN", True), ("BOT_TOKEN", True), ("SLACK_APP_TOKEN", False), ("TERM", False)],
)
def test_a_variable_with_nearly_the_name_is_pointed_out(
    environment: pytest.MonkeyPatch, name: str, is_named: bool
) -> None:  # fmt: skip
    """A missing setting beside a variable of nearly its name: the name is said, and never the value."""
    problems = _problems(environment, SLACK_SIGNING_SECRET="x", **{name: "xapp-hush"})
    assert [f"({name} is set" in problem for problem in problems if "SLACK_BOT_TOKEN" in problem] == [is_named]
    assert "hush" not in str(problems)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "", "is missing"),
        ("SLACK_BOT_TOKEN", "   ", "is not a bot token"),
        ("SLACK_BOT_TOKEN", "xoxp-1-abc", "is not a bot token"),
        ("SLACK_BOT_TOKEN", "xoxb-", "is not a bot token"),
        ("SLACK_BOT_TOKEN", "xoxb-your token", "is not a bot token"),
        ("SLACK_BOT_TOKEN", "xapp-1-abc", "belongs into SLACK_APP_TOKEN"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-abc", "switch token rotation off"),
        ("SLACK_SIGNING_SECRET", "", "is missing"),
        ("SLACK_SIGNING_SECRET", "xoxb-1-abc", "holds a token"),
        ("SLACK_APP_TOKEN", "xoxb-1-abc", "is not an app-level token"),
        ("SLACK_API_URL", "slack.com", "is no web address"),
        ("SLACK_API_URL", "http://[", "is no web address"),
        ("DATABASE_URL", "nonsense", "is not a database address"),
        ("DATABASE_URL", "mysql://u:p@h/d", "mysql is not supported"),
        ("DATABASE_URL", "sqlite://", "name a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "name a file"),
        ("DATABASE_URL", "sqlite:///file:makegood.db", "name a file"),
        ("DATABASE_URL", "sqlite:////srv/what?.db", "sqlite:/// and the path of a file, without a ?"),
        ("DATABASE_URL", "sqlite://makegood.db", "sqlite:/// and the path of a file, without a ?"),
        ("PORT", "65536", "must be at most 65535"),
        ("PORT", "-1", "must be at least 0"),
        ("PORT", "3000.5", "must be a whole number"),
        ("COURIER_THREADS", "none", "must be a whole number"),
        ("LOG_FORMAT", "xml", "must be 'console' or 'json'"),
    ],
)
def test_a_wrong_value_is_refused_in_words(environment: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    """A wrong value gets one sentence that names the variable."""
    _set(environment, **GOOD)
    (problem,) = _problems(environment, **{name: value})
    assert problem.startswith(f"{name} ")
    assert words in problem


def test_no_problem_tells_a_secret(environment: pytest.MonkeyPatch) -> None:
    """A wrong secret is still one: it may belong to something else."""
    problems = _problems(
        environment,
        SLACK_BOT_TOKEN="xoxp-hush-1",
        SLACK_APP_TOKEN="hush-2",
        SLACK_SIGNING_SECRET="xoxb-hush-3",
        DATABASE_URL="mysql://me:hush-4@host/db",
    )
    assert len(problems) == 4
    assert "hush" not in "\n".join(problems)


def test_the_settings_do_not_show_their_secrets(environment: pytest.MonkeyPatch) -> None:
    """Neither in a log nor in a traceback."""
    _set(environment, **GOOD, DATABASE_URL="postgresql://me:hush@host/db")
    found = settings.load()
    assert "hush" not in repr(found)
    assert "xoxb-1-abc" not in repr(found)
    assert set(found.secrets) == {*GOOD.values(), "hush"}


PASSWORDS = {
    "plain": "postgresql://me:hush-hush@host/db",
    "escaped": "postgresql://me:hush%40hush@host/db",
    "a colon": "postgresql://me:hush:hush@host/db",
    "a slash": "postgresql://me:hush/hush@host/db",
    "in the query": "postgresql://me@host/db?password=hush-hush&sslmode=prefer",
    "of the key": "postgresql://me@host/db?sslpassword=hush-hush",
}
UNREADABLE = {
    "an @": "postgresql://me:pw@hush-hush@host/db",
    "an @ and a slash": "postgresql://me:pw@hush/hush@host/db",
    "an @ and a colon": "postgresql://me:pw@hush:hush@host/db",
    "a port": "postgresql://me:pw@host:hush/db",
}


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("url", PASSWORDS.values(), ids=PASSWORDS)
def test_a_password_of_the_database_is_never_shown(environment: pytest.MonkeyPatch, url: str) -> None:
    """However it is written: it is no part of what is shown, and the log takes it out of every line."""
    _set(environment, **GOOD, DATABASE_URL=url)
    assert "hush" not in shown_url(normal_url(url))
    for found in (settings.load(), settings.load_basic()):
        stream = io.StringIO()
        logs.configure(style="json", secrets=found.secrets, stream=stream)
        for said in (url, *found.secrets, str(normal_url(url).password)):
            structlog.get_logger("bot").info("seen", what=said)
        assert "seen" in stream.getvalue()
        assert "hush" not in stream.getvalue()


@pytest.mark.parametrize("url", UNREADABLE.values(), ids=UNREADABLE)
def test_a_password_that_cuts_the_address_is_explained(environment: pytest.MonkeyPatch, url: str) -> None:
    """Half of it would be taken for the host, and shown: it is refused, with the remedy and without a part of it."""
    _set(environment, **GOOD)
    (problem,) = _problems(environment, DATABASE_URL=url)
    assert "write @ as %40" in problem
    assert "hush" not in problem


def test_the_app_token_chooses_socket_mode(environment: pytest.MonkeyPatch) -> None:
    """And then no signing secret is needed."""
    _set(environment, SLACK_BOT_TOKEN="xoxb-1-abc", SLACK_APP_TOKEN="xapp-1-abc")
    assert settings.load().socket_mode


def test_a_wrong_app_token_does_not_ask_for_a_signing_secret(environment: pytest.MonkeyPatch) -> None:
    """Socket Mode was meant; asking for the other mode's secret would mislead."""
    (problem,) = _problems(environment, SLACK_BOT_TOKEN="xoxb-1-abc", SLACK_APP_TOKEN="1-abc")
    assert problem.startswith("SLACK_APP_TOKEN")


def test_the_file_is_read_and_the_environment_wins(environment: pytest.MonkeyPatch) -> None:
    """A .env in the working folder, as .env.example says."""
    Path(".env").write_text(
        "SLACK_BOT_TOKEN=xoxb-file\nSLACK_SIGNING_SECRET='s'\nPORT=4000\nOTHER=1\n", encoding="utf-8"
    )
    _set(environment, PORT="5000")
    found = settings.load()
    assert (found.slack_bot_token.get_secret_value(), found.port) == ("xoxb-file", 5000)


def test_an_unreadable_file_is_told(environment: pytest.MonkeyPatch) -> None:
    """Not UTF-8: words, not a traceback."""
    _set(environment, **GOOD)
    Path(".env").write_bytes(b"PORT=\xff\n")
    with pytest.raises(SettingsError, match="could not be read: it is not UTF-8"):
        settings.load()


def test_the_api_url_ends_with_a_slash(environment: pytest.MonkeyPatch) -> None:
    """The SDK glues the method's name to it."""
    _set(environment, **GOOD, SLACK_API_URL="http://127.0.0.1:1/api")
    assert settings.load().slack_api_url == "http://127.0.0.1:1/api/"


def test_bolt_cannot_switch_itself_to_oauth(environment: pytest.MonkeyPatch, log: Log) -> None:
    """Client id and secret in the environment would do that; they are dropped, and it is said."""
    _set(environment, **GOOD, SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="hush")
    settings.load()
    app = App(token="xoxb-1-abc", signing_secret="x", token_verification_enabled=False)
    assert app.oauth_flow is None
    (event,) = log.events("settings_ignored")
    assert event["variables"] == ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"]
    assert "hush" not in log.text


def test_given_settings_ignore_the_environment(environment: pytest.MonkeyPatch) -> None:
    """The demo must not speak to a real workspace because a token is lying about."""
    _set(environment, SLACK_APP_TOKEN="xapp-real", DATABASE_URL="postgresql://real/db", PORT="1")
    Path(".env").write_text("HOST=example.com\n", encoding="utf-8")
    found = settings.given(slack_bot_token="xoxb-x", slack_signing_secret="s")
    assert not found.socket_mode
    assert (found.port, found.host) == (3000, "127.0.0.1")
    assert found.database_url.get_secret_value() == "sqlite:///makegood.db"


def test_basic_settings_need_no_slack(environment: pytest.MonkeyPatch) -> None:
    """`makegood migrate` runs before there is a token."""
    _set(environment, DATABASE_URL="sqlite:///other.db")
    assert settings.load_basic().database_url.get_secret_value() == "sqlite:///other.db"


def test_the_example_file_names_every_variable_with_its_default() -> None:
    """.env.example and the settings cannot drift apart."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = [line.removeprefix("# ").split("=", 1) for line in lines if re.match(r"(# )?[A-Z_]+=", line)]
    found = {pair[0]: pair[1] for pair in given}
    assert found == {variable.name: variable.default or "" for variable in settings.documented()}


def test_the_example_file_is_good_settings_once_filled_in(environment: pytest.MonkeyPatch) -> None:
    """Copied as it stands it asks for what only its reader has, and for nothing else."""
    Path(".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    problems = _problems(environment)
    assert [problem.split()[0] for problem in problems] == ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]


def test_every_variable_is_described() -> None:
    """In a sentence, for README's table and the example file."""
    for variable in settings.documented():
        assert variable.description.endswith("."), variable.name
        assert "|" not in variable.description, variable.name


def test_the_readme_describes_every_variable() -> None:
    """Its table says of each variable what the settings say."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for variable in settings.documented():
        default = f"`{variable.default}`" if variable.default else "–"
        assert f"| `{variable.name}` | {default} | {variable.description} |" in text


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://plans.example.com", "https://plans.example.com"),
        ("https://Plans.Example.com:8443/", "https://plans.example.com:8443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://localhost", "http://localhost"),
        ("https://plans.example.com:443", "https://plans.example.com"),
    ],
)
def test_a_public_address(environment: pytest.MonkeyPatch, given: str, found: str) -> None:
    """The public address is kept as a browser says the origin of a page."""
    _set(environment, **GOOD, PUBLIC_URL=given)
    assert settings.load().public_url == found


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("plans.example.com", "no web address"),
        ("https://", "no web address"),
        ("https://a:b@example.com", "no web address"),
        ("https://example.com:port", "no web address"),
        ("http://plans.example.com", "must begin with https://"),
        ("https://example.com/makegood", "has a path"),
        ("https://example.com/?a=b", "has a path"),
    ],
)
def test_no_public_address(environment: pytest.MonkeyPatch, given: str, words: str) -> None:
    """An address that no page could have is refused, and one without TLS unless it is this machine's."""
    (problem,) = _problems(environment, **GOOD, PUBLIC_URL=given)
    assert problem.startswith("PUBLIC_URL ")
    assert words in problem
