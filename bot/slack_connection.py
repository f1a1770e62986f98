"""The connection of the bot to Slack: made once, checked again and again, and described in words when it is lost."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Protocol

import structlog
from slack_sdk.errors import SlackApiError

from bot.slack import error_name, with_scope
from bot.slack_time import SlackTime

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slack_sdk.web import SlackResponse

log = structlog.get_logger(__name__)

# The errors that a call to Slack may raise without a bug in this program.
FAILURES = (SlackApiError, OSError, http.client.HTTPException)

# Slack's errors that no waiting heals, with what heals them.
REMEDIES = {
    "invalid_auth": "Slack does not know the bot token: copy it anew from OAuth & Permissions of your Slack app",
    "not_authed": "Slack does not know the bot token: copy it anew from OAuth & Permissions of your Slack app",
    "account_inactive": "the app was removed from the workspace: install it again and set the new SLACK_BOT_TOKEN",
    "token_revoked": "the bot token was revoked: install the app again and set the new SLACK_BOT_TOKEN",
    "token_expired": "the bot token has expired: switch token rotation off for your Slack app and install it again",
    "missing_scope": "a permission is missing: update the app with `makegood manifest` and install it again",
    "team_access_not_granted": "the workspace has not approved the app: ask an admin of it",
    "ekm_access_denied": "an admin of the workspace has suspended the app",
}
# Slack is asked anew this often (seconds) while all is well.
_ASK_EVERY = 60.0


class Asking(Protocol):
    """A way to ask Slack whether it still takes the token: see bot/installations.py."""

    def check(self) -> SlackResponse: ...


class Connecting(Protocol):
    """The bot that is connected: see bot/app.py."""

    clock: Callable[[], datetime]

    @property
    def installations(self) -> Asking: ...

    def connect(self) -> None: ...


def sentence(error: BaseException) -> str:
    """An error between Slack and the bot as a sentence: whether Slack refuses the bot, or was not reached."""
    words = in_words(error)
    return f"Slack does not accept the bot: {words}." if error_name(error) else f"{words[0].upper()}{words[1:]}."


def in_words(error: BaseException) -> str:
    """The reason for an error between Slack and the bot, and the remedy."""
    name = error_name(error)
    if name in REMEDIES:
        return f"{REMEDIES[name]} ({with_scope(error)})"
    if name:
        return f"Slack answered {name}"
    if isinstance(error, SlackApiError):
        status = getattr(error.response, "status_code", None)
        return f"the answer was not Slack's (status {status}): see whether a proxy or a firewall is in the way"
    reason = getattr(error, "reason", None) or error
    return f"Slack was not reached ({reason}): see the network, and SLACK_API_URL if it is set"


def is_final(error: BaseException) -> bool:
    """Whether the error stays until an admin changes something."""
    return error_name(error) in REMEDIES


class ConnectionMonitor:
    """The connection of this process to its workspace, made once and looked after from then on."""

    def __init__(self, makegood: Connecting, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._makegood = makegood
        self._seconds = seconds
        self._connected = False
        # When Slack was asked last whether it knows us. Connecting does not tell its time, so it is asked soon after.
        self._asked_at: float | None = None
        self._problem: str | None = "Slack has not been asked yet"
        self._time = SlackTime(lambda: makegood.clock(), seconds=seconds)  # noqa: PLW0108  it may be set later
        self._clock_is_wrong = False

    @property
    def problem(self) -> str | None:
        """In words, or None while all is well."""
        return self._problem

    @property
    def clock_problem(self) -> str | None:
        """Words where this machine's clock is too far from Slack's; None also before Slack was asked."""
        return self._time.problem

    def connect(self) -> None:
        """Connect now. A failure that no waiting heals is raised; any other is told, and tried again later."""
        try:
            self._makegood.connect()
        except FAILURES as error:
            self._problem = in_words(error)
            if is_final(error):
                raise
            log.warning("slack_not_connected", why=self._problem)
        else:
            self._well(connected=True)
            log.info("slack_connected")

    def look(self) -> None:
        """Connect if that has not succeeded; otherwise ask Slack now and then whether it still knows us.

        Its answer tells its time as well. While our clock seems to be wrong it is asked each time.
        """
        is_well = self._connected and self._problem is None and self.clock_problem is None
        if is_well and self._asked_at is not None and self._seconds() - self._asked_at < _ASK_EVERY:
            return
        before = self._problem
        try:
            if self._connected:
                self._time.heard(self._makegood.installations.check().headers)
                self._asked_at = self._seconds()
                self._tell_clock()
            else:
                self._makegood.connect()
        except FAILURES as error:
            self._problem = in_words(error)
            if self._problem != before:
                log.error("slack_lost", why=self._problem)  # noqa: TRY400  words, no trace, for what is expected
            return
        self._well(connected=True)
        if before is not None:
            log.info("slack_connected")

    def _well(self, *, connected: bool) -> None:
        self._connected = connected
        self._problem = None

    def _tell_clock(self) -> None:
        wrong = self.clock_problem
        if wrong and not self._clock_is_wrong:
            log.error("clock_wrong", why=f"{wrong}: set it (NTP)")
        self._clock_is_wrong = wrong is not None
