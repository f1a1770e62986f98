"""Bolt, set up for us: what it would do itself and what it need not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_bolt.authorization.authorize import Authorize
from slack_bolt.middleware import Middleware

import handlers

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt.authorization import AuthorizeResult
    from slack_sdk import WebClient


def build(client: WebClient, who: Callable[[], AuthorizeResult | None], prepare: Callable[[BoltRequest], None]) -> App:
    """The Bolt app with every listener of ours. `prepare` gives each request what listeners need.

    Signatures are not verified here but at the door (server.py), where a wrong one is not written into the log;
    Socket Mode has none.
    """
    app = App(
        authorize=_Known(who),  # type: ignore[arg-type]  # its annotation knows only functions
        client=client,
        # The answer leaves when the listener has finished: nothing is confirmed that is not stored, and
        # an event whose listener failed is sent again by Slack.
        process_before_response=True,
        # The sandbox and Slack both probe with ssl_check; it needs no verification token.
        ssl_check_enabled=True,
        request_verification_enabled=False,
        # What no listener knows is answered in words, by handlers/errors.py as any other error.
        raise_error_for_unhandled_request=True,
    )
    app.use(_Prepared(prepare))
    handlers.register(app)
    return app


# Both are classes of Bolt's rather than functions: for a function Bolt gathers every argument that it might ask
# for, several times a request.
class _Known(Authorize):
    """Who we are, without a call to Slack and without a session of Bolt's."""

    def __init__(self, who: Callable[[], AuthorizeResult | None]) -> None:
        self._who = who

    def __call__(
        self,
        *,
        context: BoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult | None:
        del context, enterprise_id, team_id, user_id, actor_enterprise_id, actor_team_id, actor_user_id
        return self._who()


class _Prepared(Middleware):
    def __init__(self, prepare: Callable[[BoltRequest], None]) -> None:
        self._prepare = prepare

    def process(
        self, *, req: BoltRequest, resp: BoltResponse, next: Callable[[], BoltResponse]  # noqa: A002  Bolt's name
    ) -> BoltResponse:  # fmt: skip
        del resp
        self._prepare(req)
        return next()
