"""Requests in turns: the short ones one after another, and nobody waits for somebody who waits."""

from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot import turns
from bot.server import WebServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

PATIENCE = 20


class App:
    """A WSGI app that does `work` for each request and keeps count of how many do so at once."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._inside = 0
        self.most = 0

    def __call__(self, _environ: Any, start_response: Any) -> list[bytes]:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        try:
            self._work()
        finally:
            with self._lock:
                self._inside -= 1
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        return [b"done"]


@contextmanager
def served(app: App, threads: int) -> Iterator[WebServer]:
    server = WebServer(app, host="127.0.0.1", port=0, threads=threads, in_turns=True)  # type: ignore[arg-type]
    server.start()
    yield server
    assert server.stop(PATIENCE)
    assert not any(thread.name == "http-turns" for thread in threading.enumerate())


def asked(port: int, times: int = 1) -> list[int]:
    """The statuses of so many requests over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    found = []
    for _ in range(times):
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
    connection.close()
    return found


def test_short_ones_go_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight people ask ten times each: each is answered, and never are two at work."""
    monkeypatch.setattr(turns, "SHORT", PATIENCE)
    app = App(lambda: sum(range(1000)))
    with served(app, threads=8) as server, ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda _: asked(server.port, 10), range(8)))
    assert answers == [[200] * 10] * 8
    assert app.most == 1


def test_who_waits_holds_up_nobody() -> None:
    """Each of twelve requests waits until four of them do: all come to that, four at a time."""
    together = threading.Barrier(4)
    app = App(lambda: together.wait(PATIENCE))
    with served(app, threads=4) as server, ThreadPoolExecutor(12) as people:
        answers = list(people.map(lambda _: asked(server.port), range(12)))
    assert answers == [[200]] * 12
    assert app.most == 4


def test_one_that_fails_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that raises gives its turn on as any other."""
    monkeypatch.setattr(turns, "SHORT", PATIENCE)
    app = App(lambda: 1 / 0)
    with served(app, threads=2) as server, ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda _: asked(server.port), range(4)))
    assert answers == [[500]] * 4


def test_what_has_not_begun_is_given_up_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """One request does not end and three wait for their turn: stopping takes no longer than it may."""
    monkeypatch.setattr(turns, "SHORT", PATIENCE)
    arrived, go = threading.Event(), threading.Event()

    def work() -> None:
        arrived.set()
        go.wait(PATIENCE)

    app = App(work)
    server = WebServer(app, host="127.0.0.1", port=0, threads=2, in_turns=True)  # type: ignore[arg-type]
    server.start()
    waiting = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE) for _ in range(4)]
    for one in waiting:
        one.request("GET", "/")
    assert arrived.wait(PATIENCE)
    server.stop_accepting()
    assert server.stop(0.3) is False
    go.set()
    for one in waiting:
        one.close()
    assert app.most == 1
