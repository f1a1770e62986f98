"""The connection to the workspace: made once, looked after, and told in words when it is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack_connection import ConnectionMonitor, in_words
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.bot.conftest import Log


def refused(error: str) -> SlackApiError:
    return SlackApiError("refused", {"ok": False, "error": error})  # type: ignore[no-untyped-call]


class Bot:
    """The connected bot; `failure` is the error that Slack's next answer raises."""

    def __init__(self) -> None:
        self.installations = self
        self.failure: Exception | None = None
        self.now = self.slacks_time = NOW
        self.connects = self.asks = 0

    def connect(self) -> None:
        self.connects += 1
        self._answer()

    def check(self) -> Any:
        self.asks += 1
        self._answer()
        return SimpleNamespace(headers={"Date": format_datetime(self.slacks_time, usegmt=True)})

    def clock(self) -> datetime:
        return self.now

    def _answer(self) -> None:
        if self.failure:
            raise self.failure


@pytest.fixture
def bot() -> Bot:
    return Bot()


def test_nothing_is_known_before_the_first_word(bot: Bot) -> None:
    """A process that has not asked Slack yet is not ready."""
    assert ConnectionMonitor(bot).problem is not None  # type: ignore[arg-type]


def test_a_final_refusal_is_raised(bot: Bot) -> None:
    """After a final refusal the process ends, with words."""
    bot.failure = refused("invalid_auth")
    with pytest.raises(SlackApiError):
        ConnectionMonitor(bot).connect()  # type: ignore[arg-type]


@pytest.mark.parametrize("failure", [URLError("no route"), refused("ratelimited"), TimeoutError("timed out")])
def test_anything_else_is_tried_again(bot: Bot, failure: Exception) -> None:
    """After any other error the process goes on, and connects when it can."""
    link = ConnectionMonitor(bot)  # type: ignore[arg-type]
    bot.failure = failure
    link.connect()
    assert link.problem
    link.look()
    assert bot.connects == 2
    bot.failure = None
    link.look()
    assert bot.connects == 3
    assert link.problem is None


def test_slack_is_asked_once_a_minute(bot: Bot) -> None:
    """While all is well; at every look while it is not."""
    now = 0.0
    link = ConnectionMonitor(bot, seconds=lambda: now)  # type: ignore[arg-type]
    link.connect()
    for later in (10.0, 59.0, 60.0, 70.0, 119.0, 120.0):
        now = later
        link.look()
    assert bot.asks == 2
    bot.failure = refused("token_revoked")
    now = 180.0
    link.look()
    assert "token was revoked" in (link.problem or "")
    bot.failure = None
    now = 181.0
    link.look()
    assert bot.asks == 4
    assert link.problem is None


@pytest.mark.parametrize("jump", [timedelta(minutes=6), timedelta(days=-365), timedelta(days=365 * 30)])
def test_a_clock_that_jumps_is_noticed(bot: Bot, log: Log, jump: timedelta) -> None:
    """At once, by what Slack said before; the log tells it once, and it is well again when the clock is."""
    seconds = 0.0
    link = ConnectionMonitor(bot, seconds=lambda: seconds)  # type: ignore[arg-type]
    link.connect()
    link.look()
    assert link.clock_problem is None
    bot.now += jump
    assert "This machine's clock is" in (link.clock_problem or "")
    for seconds in (10.0, 20.0):
        bot.now, bot.slacks_time = NOW + jump + timedelta(seconds=seconds), NOW + timedelta(seconds=seconds)
        link.look()
    assert len(log.events("clock_wrong")) == 1
    bot.now -= jump
    assert link.clock_problem is None
    assert link.problem is None


def test_a_machine_that_slept_is_no_wrong_clock(bot: Bot) -> None:
    """Its steady clock stood still meanwhile: Slack is asked again, and tells that the time is right."""
    link = ConnectionMonitor(bot, seconds=lambda: 0.0)  # type: ignore[arg-type]
    link.connect()
    link.look()
    bot.now = bot.slacks_time = NOW + timedelta(hours=8)
    link.look()
    assert link.clock_problem is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refused("invalid_auth"), "copy it anew"),
        (refused("ratelimited"), "Slack answered ratelimited"),
        (SlackApiError("x", ""), "not Slack's"),  # type: ignore[no-untyped-call]
        (URLError("no route"), "no route"),
        (ConnectionResetError("reset by peer"), "reset by peer"),
    ],
)
def test_every_failure_has_words(error: Exception, words: str) -> None:
    """Every failure has words, also one of an unexpected form."""
    assert words in in_words(error)
