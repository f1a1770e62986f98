"""The bot's token: this file alone reads it, and gives the clients that act with it.

One process serves the one workspace of its token. The rest of the program asks by workspace all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slack_bolt.authorization import AuthorizeResult

from bot.slack import ANSWER_TIMEOUT, POST_TIMEOUT, AnsweringClient, posting_client

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

    from bot.settings import Settings


@dataclass(frozen=True)
class Identity:
    """The bot in its workspace, as auth.test describes it. `url`: the workspace's address, with a slash at its end."""

    team_id: str
    team: str
    bot_id: str
    bot_user_id: str
    url: str = ""


class Installations:
    """The clients: `posting` posts and waits long, `answering` answers a request of Slack's in time, `checking` gives
    up soon. None of them repeats a call. `post_timeout`: seconds until a post is given up.

    `identity` is None until `connect` has asked Slack.
    """

    def __init__(self, settings: Settings, *, post_timeout: int = POST_TIMEOUT) -> None:
        self._token = settings.slack_bot_token.get_secret_value()
        url = settings.slack_api_url
        self.posting = posting_client(self._token, url, timeout=post_timeout)
        self.answering = AnsweringClient(self._token, url)
        self.checking = posting_client(self._token, url, timeout=ANSWER_TIMEOUT)
        self.identity: Identity | None = None

    def connect(self) -> Identity:
        """Ask Slack who the bot is.

        Raises SlackApiError where Slack refuses the token and OSError where Slack cannot be reached.
        """
        answer = self.posting.auth_test()
        self.identity = Identity(
            answer["team_id"], answer["team"], str(answer.get("bot_id", "")), answer["user_id"],
            str(answer.get("url") or ""),
        )  # fmt: skip
        return self.identity

    def check(self) -> SlackResponse:
        """Ask Slack whether it still takes the token; raises as `connect` does, after ANSWER_TIMEOUT at the latest."""
        return self.checking.auth_test()

    def client_of(self, workspace_id: int) -> WebClient:
        """The client that posts to this workspace."""
        del workspace_id
        return self.posting

    def authorize(self) -> AuthorizeResult | None:
        """The bot, for Bolt; None before Slack was asked."""
        if self.identity is None:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=self.identity.team_id,
            bot_token=self._token,
            bot_id=self.identity.bot_id,
            bot_user_id=self.identity.bot_user_id,
        )
