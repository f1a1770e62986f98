"""Bolt's app with the listeners of handlers/, and the settings that differ from Bolt's own."""

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
    """The Bolt app with all listeners. `prepare` puts the parts that listeners need into the context of each request.

    bot/server.py verifies signatures, without writing a wrong one into the log. Socket Mode has none.
    """
    app = App(
        # Bolt would search the calling files for one.
        name="makegood",
        authorize=lambda **_: who(),  # type: ignore[arg-type]  # Bolt takes None, which its annotation leaves out
        client=client,
        # The answer leaves when the listener has finished: nothing is confirmed that is not stored, and
        # an event whose listener failed is sent again by Slack.
        process_before_response=True,
        request_verification_enabled=False,
        # handlers/slack/errors.py answers a request that no listener knows in words, as any other error.
        raise_error_for_unhandled_request=True,
    )

    @app.middleware
    def prepared(req: BoltRequest, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002  Bolt's name
        prepare(req)
        return next()

    handlers.register(app)
    return app
