"""The bot in the process of the tests, with the handles of a process (processes.py); a file whose tests run with both
says `process = inside.process`.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import pytest

from bot.app import compose
from bot.manifest import EVENTS_PATH
from bot.service import Parts, Service
from tests.journeys.conftest import given_for
from tests.journeys.processes import PATIENCE, Process, awake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox
    from tests.bot.conftest import Log

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Inside:
    """The service of `python -m bot run`. While a test waits for an event, the rounds of the ledger's watch are made at
    once instead of every ten seconds.
    """

    def __init__(self, box: Sandbox, database_url: str, log: Log) -> None:
        awake(box, database_url)
        self._log = log
        self._service = Service(compose(given_for(box, database_url), clock=box.clock.now), Parts(web=True, work=True))
        self._service.start()
        self._finished: bool | None = None
        self.port = self._service.port
        box.app_url = f"http://127.0.0.1:{self.port}{EVENTS_PATH}"

    def wait_for(self, event: str) -> dict[str, Any]:
        """The first log event of that name. Raises AssertionError with the whole log if it does not come in time."""
        pause = threading.Event()
        for _ in range(20 * PATIENCE):
            # By the scheduler, which never lets two rounds overlap: an older look must not have the last word.
            self._service.schedule._scheduler.get_job("watch_ledger").modify(next_run_time=LONG_AGO)
            if found := self.events(event):
                return found[0]
            pause.wait(0.05)
        raise AssertionError(self.events())

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        return self._log.events(name)

    def terminate(self) -> None:
        """Asks the service to end, and waits for its end."""
        self._finished = self._service.stop()

    def ended(self) -> int:
        """The exit status."""
        return 0 if self._finished else 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._finished is None:
            self._service.stop()


@pytest.fixture(params=["inside", pytest.param("process", marks=pytest.mark.slow)])
def process(request: pytest.FixtureRequest, box: Sandbox, database_url: str, log: Log) -> Iterator[Inside | Process]:
    """The bot in front of `box`: in the process of the tests, or in its own."""
    with Inside(box, database_url, log) if request.param == "inside" else Process(box, database_url) as running:
        yield running
