"""The bot in front of a sandbox, over Socket Mode; a file whose tests need both transports says
`either = sockets.either`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import compose
from bot.manifest import for_socket_mode
from bot.service import Parts, Service
from handlers import ids
from sandbox import Clock, Sandbox
from tests.journeys import invariants
from tests.journeys.conftest import MONDAY, TOKEN, BotInWorkspace, given_for, open_town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bot.conftest import Log

APP_TOKEN = "xapp-journeys-0123456789"


@contextmanager
def open_socket_town(database_url: str) -> Iterator[BotInWorkspace]:
    """Like `open_town`, for a bot with SLACK_APP_TOKEN and without a signing secret."""
    clock = Clock()
    clock.move_to(MONDAY)
    manifest = for_socket_mode(ids.FEATURES)
    with Sandbox(manifest, app_url=None, bot_token=TOKEN, app_token=APP_TOKEN, clock=clock) as box:
        given = given_for(box, database_url, slack_app_token=APP_TOKEN)
        makegood = compose(given, clock=box.clock.now)
        service = Service(makegood, Parts(web=True, work=False))
        service.start()
        try:
            assert box.sockets.wait_connected()
            yield BotInWorkspace(box, makegood, service)
        finally:
            makegood.courier.stop()
            assert service.stop()


WAYS: dict[str, Callable[[str], Any]] = {"http": open_town, "socket": open_socket_town}


@pytest.fixture(params=WAYS)
def either(request: pytest.FixtureRequest, database_url: str, log: Log) -> Iterator[BotInWorkspace]:
    """A town over each transport, with an item to press on."""
    with WAYS[request.param](database_url) as town:
        town.receipt("U0ADA", "@ana send it by Friday")
        yield town
        assert invariants.tracebacks(log) == []
