"""Logs: one line per event, ids and no words of people, and never a secret."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
import structlog

from bot import logs
from bot.logs import HIDDEN, request_ids

if TYPE_CHECKING:
    from store.db import Ledger
    from tests.bot.conftest import Log

ours = structlog.get_logger("bot.test")

SECRETS = [
    "xoxb-123-456-abcDEF",
    "xoxp-123-456",
    "xoxe.xoxb-1-abc",
    "xapp-1-A0-123-abc",
    "https://hooks.slack.com/commands/T0/1/abc",
    "https://hooks.slack-gov.com/commands/T0/1/abc",
    "very-secret-indeed",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_wherever_it_stands(log: Log, secret: str) -> None:
    """In the event, in a value, deep in a value, in an exception, and in what a library says."""
    ours.info(f"said {secret}", value=secret, deep={"a": [secret]}, error=ValueError(secret))
    logging.getLogger("slack_sdk.web").error("failed with %s", secret)
    ours.error("broken", exc_info=RuntimeError(secret))
    assert secret not in log.text
    assert log.text.count(HIDDEN) >= 6


def test_the_password_in_an_address_is_hidden(log: Log) -> None:
    """The rest of the address helps to find the mistake."""
    ours.info("lost", url="postgresql://me:hush@db.example:5432/makegood")
    assert "hush" not in log.text
    assert "@db.example:5432/makegood" in log.text


def test_a_terminal_obeys_nothing_that_is_logged(log: Log) -> None:
    """Escapes and overrides in an exception's words do not reach the screen."""
    logs.configure(style="console", stream=log.stream)
    ours.warning("failed", error=ValueError("\x1b]0;gone\x07 \u202eright\x9b2J"), exc_info=ValueError("\x1b[2J"))
    assert "right" in log.text
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(log.text)


@pytest.mark.parametrize("secret", ["", "s", "event"])
def test_a_secret_that_is_none_hides_nothing(log: Log, secret: str) -> None:
    """A short test password must not hide other words of the log."""
    logs.configure(style="json", secrets=[secret], stream=log.stream)
    ours.info("settings_event", words="events pass")
    assert HIDDEN not in log.text


def test_values_of_a_failed_statement_are_hidden(log: Log) -> None:
    """They are what people wrote."""
    engine = sa.create_engine("sqlite://")
    values = {"action": "lunch with\n Dana]"}
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT :action FROM missing"), values)
    except sa.exc.OperationalError:
        ours.exception("broken")
    engine.dispose()
    assert "no such table" in log.text
    assert "Dana" not in log.text
    assert "lunch" not in log.text


def test_a_row_that_is_refused_is_hidden(log: Log, ledger: Ledger) -> None:
    """PostgreSQL shows the whole of it in its answer."""
    refused, values = sa.text("INSERT INTO account (name) VALUES (:name)"), {"name": "lunch\nwith Dana"}
    try:
        with ledger.begin() as tx:
            tx.execute(refused, values)
    except sa.exc.IntegrityError:
        ours.exception("broken")
    assert "account" in log.text
    assert "Dana" not in log.text
    assert "lunch" not in log.text


@pytest.mark.parametrize("name", ["slack_bolt.RequestVerification", "slack_sdk.web", "app.py", "waitress"])
def test_libraries_are_heard_from_warnings_on(log: Log, name: str) -> None:
    """Below, they write down whole requests; a level of their own does not change that."""
    library = logging.getLogger(name)
    library.setLevel(logging.DEBUG)
    library.info("body: lunch with Dana")
    library.warning("attention")
    library.setLevel(logging.NOTSET)
    (event,) = log.events()
    assert (event["event"], event["level"], event["logger"]) == ("attention", "warning", name)


def test_a_request_that_waits_for_a_thread_is_no_news(log: Log) -> None:
    """Waitress warns whenever one does; an open page of the demo would fill the log with it."""
    logging.getLogger("waitress.queue").warning("Task queue depth is 1")
    logging.getLogger("waitress").warning("Canceling 8 pending task(s)")
    assert log.events() == []


def test_an_unhandled_request_is_told_without_its_body(log: Log) -> None:
    """Bolt adds what was typed and a page of sample code."""
    logging.getLogger("slack_bolt.App").warning("Unhandled request ({'value': 'Dana'})\n---\n[Suggestion] ...")
    (event,) = log.events()
    assert event["event"] == "Unhandled request"


def test_an_event_is_one_line(log: Log) -> None:
    """With its level, its time in UTC, and whose it is."""
    ours.warning("planned", briefs=3, words="two\nlines")
    (line,) = log.text.splitlines()
    event = json.loads(line)
    assert event["timestamp"].endswith("Z")
    assert (event["level"], event["logger"], event["briefs"]) == ("warning", "bot.test", 3)


def test_the_level_is_kept(log: Log) -> None:
    """Ours too may be too much."""
    logs.configure(level="warning", style="json", stream=log.stream)
    ours.info("quiet")
    ours.warning("loud")
    assert [event["event"] for event in log.events()] == ["loud"]


def test_people_get_lines_for_people(log: Log) -> None:
    """And secrets are hidden there as well."""
    logs.configure(style="console", stream=log.stream)
    ours.info("planned", briefs=3, token=SECRETS[0])
    assert "planned" in log.text
    assert "briefs=3" in log.text
    assert SECRETS[0] not in log.text


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ({"command": "/commit", "text": "x", "user_id": "U1"}, {"kind": "/commit", "user": "U1"}),
        (
            {
                "type": "block_actions",
                "user": {"id": "U1", "name": "eva"},
                "actions": [{"action_id": "a", "value": "x"}],
            },
            {"kind": "block_actions", "what": "a", "user": "U1"},
        ),
        (
            {"type": "view_submission", "view": {"callback_id": "form.new", "state": {}}},
            {"kind": "view_submission", "what": "form.new"},
        ),
        (
            {"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_home_opened", "user": "U1"}},
            {"kind": "app_home_opened", "user": "U1", "event_id": "Ev1"},
        ),
        ({"type": "two words", "user": {"id": ["U1"]}, "actions": "x", "event": 3}, {}),
    ],
)
def test_a_request_is_told_by_kinds_and_ids(body: dict[str, object], ids: dict[str, str]) -> None:
    """A request of any shape is logged by kinds and ids, and never by its words."""
    assert request_ids(body) == ids
