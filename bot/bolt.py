"""Bolt, set up for us: what it would do itself and what it need not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_bolt import App

import handlers

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import BoltRequest, BoltResponse
    from slack_bolt.authorization import AuthorizeResult
    from slack_sdk import WebClient


def build(client: WebClient, who: Callable[[], AuthorizeResult | None], prepare: Callable[[BoltRequest], None]) -> App:
    """The Bolt app with every listener of ours. `prepare` gives each request what listeners need.

    Signatures are not verified here but at the door (server.py), where a wrong one is not written into the log;
    Socket Mode has none.
    """
    app = App(
        authorize=lambda **_: who(),  # type: ignore[arg-type]  # Bolt takes None, which its annotation leaves out
        client=client,
        # The answer leaves when the listener has finished: nothing is confirmed that is not stored, and
        # an event whose listener failed is sent again by Slack.
        process_before_response=True,
        request_verification_enabled=False,
        # What no listener knows is answered in words, by handlers/slack/errors.py as any other error.
        raise_error_for_unhandled_request=True,
    )

    @app.middleware
    def prepared(req: BoltRequest, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002  Bolt's name
        prepare(req)
        return next()

    handlers.register(app)
    return app
