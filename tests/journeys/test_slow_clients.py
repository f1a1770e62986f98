"""Slow clients and slow answers: the server still serves Slack, and /healthz does not wait."""

from __future__ import annotations

import resource
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys.processes import PATIENCE, Process, answer, commit, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox import Reply, Sandbox

HEADERS = b"POST /slack/events HTTP/1.1\r\nHost: x\r\n"
BODY = HEADERS + b"Content-Length: 1000\r\n\r\ncommand="
SILENCE = b""


@contextmanager
def many_files() -> Iterator[None]:
    """Raises this process' limit of open files to the system's maximum."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(HEADERS, id="headers"),
        pytest.param(BODY, id="body", marks=pytest.mark.slow),
        pytest.param(SILENCE, id="silence", marks=pytest.mark.slow),
    ],
)
def test_a_thousand_slow_connections(box: Sandbox, database_url: str, said: bytes) -> None:
    """Connections stop in any part of a request: Slack and /healthz get answers meanwhile; the server closes them."""
    with Process(box, database_url) as process, many_files(), ExitStack() as slow:
        for _ in range(1000):
            one = slow.enter_context(socket.create_connection(("127.0.0.1", process.port), timeout=PATIENCE))
            one.sendall(said)
        assert answer(process, "/healthz") == (200, "ok\n")
        assert recorded(commit(box))
        process.terminate()
        assert process.ended() == 0
        assert process.events("request_failed") == []


class Held:
    """Holds each call that opens a form until the test releases it."""

    def __init__(self, box: Sandbox) -> None:
        self.arrived, self.released = threading.Semaphore(0), threading.Event()
        box.api.intercept = self

    def __call__(self, method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        del args
        if method == "views.open":
            self.arrived.release()
            assert self.released.wait(PATIENCE)
        return carry_out()


def test_every_thread_waits_for_slack(box: Sandbox, database_url: str) -> None:
    """More forms are requested than there are threads: /healthz and /readyz do not wait for a free thread."""
    with Process(box, database_url, WEB_THREADS="2") as process, ThreadPoolExecutor(8) as people:
        held = Held(box)
        forms = [people.submit(commit, box, "") for _ in range(8)]
        for _ in range(2):
            assert held.arrived.acquire(timeout=PATIENCE)
        try:
            assert answer(process, "/healthz") == (200, "ok\n")
            assert answer(process, "/readyz")[0] in {200, 503}
            # Each thread waits two seconds for Slack.
            assert sum(form.done() for form in forms) < 4
        finally:
            held.released.set()
