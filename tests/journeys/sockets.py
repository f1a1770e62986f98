"""The bot in front of a workspace in a box, over Socket Mode."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot import settings
from bot.app import compose
from bot.manifest import for_socket_mode
from bot.service import Parts, Service
from sandbox import Clock, Sandbox
from tests.journeys.conftest import MONDAY, TOKEN, Town

if TYPE_CHECKING:
    from collections.abc import Iterator

APP_TOKEN = "xapp-journeys-0123456789"


@contextmanager
def open_socket_town(database_url: str) -> Iterator[Town]:
    """Like `open_town`, for a bot that was given SLACK_APP_TOKEN and no signing secret."""
    clock = Clock()
    clock.move_to(MONDAY)
    with Sandbox(for_socket_mode(), app_url=None, bot_token=TOKEN, app_token=APP_TOKEN, clock=clock) as box:
        given = settings.given(
            slack_bot_token=TOKEN,
            slack_app_token=APP_TOKEN,
            slack_api_url=box.api_url,
            database_url=database_url,
            host="127.0.0.1",
            port=0,
            posts_per_minute=60_000,
        )
        makegood = compose(given, clock=box.clock.now)
        service = Service(makegood, Parts(web=True, work=False))
        service.start()
        try:
            assert box.sockets.wait_connected()
            yield Town(box, makegood, service)
        finally:
            makegood.courier.stop()
            assert service.stop()
