"""The HTTP server: what is not Slack's is refused before anything is touched, and health is told honestly."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import inspect
import json
import re
import socket
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from bot import http_server
from bot.health.readiness import Check, Readiness
from bot.http_server import WebServer
from bot.schedule import COURIER, PLANNER, record_heartbeat
from bot.server import HEADERS, LARGEST_BODY, build
from bot.slack_connection import ConnectionMonitor
from handlers.web import pages
from store import migrate
from store.db import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.bot.conftest import Log

SECRET = "0123456789abcdef0123456789abcdef"
# The wall clock of these tests, seconds since 1970.
NOW = 1_795_000_000
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
COMMAND = {"command": "/commit", "text": "hello", "team_id": "T1", "user_id": "U1", "trigger_id": "1.2"}


class Calm:
    """A readiness that finds everything well."""

    def look(self) -> list[Check]:
        return [Check("process", ok=True, words="It runs.")]


class Office:
    """A Bolt app that notes what reaches it, behind the server under test."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.bolt = App(
            signing_secret=SECRET,
            authorize=lambda **_: AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1"),
            process_before_response=True,
            request_verification_enabled=False,
        )
        self.bolt.command("/commit")(self._commit)
        app = build(self.bolt, Calm(), signing_secret=SECRET, seconds=lambda: NOW)  # type: ignore[arg-type]
        self.client: FlaskClient = app.test_client()

    def _commit(self, ack: Any, command: dict[str, Any]) -> None:
        self.heard.append(command)
        ack("noted")

    def post(
        self, body: bytes | str, *, kind: str = FORM, at: object = NOW, signature: str | None = None
    ) -> TestResponse:
        raw = body.encode() if isinstance(body, str) else body
        headers = {
            "X-Slack-Request-Timestamp": str(at),
            "X-Slack-Signature": sign(raw, at) if signature is None else signature,
        }
        return self.client.post("/slack/events", data=raw, headers=headers, content_type=kind)


def sign(raw: bytes, at: object = NOW) -> str:
    digest = hmac.new(SECRET.encode(), f"v0:{at}:".encode() + raw, hashlib.sha256).hexdigest()
    return f"v0={digest}"


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_signed_command_reaches_bolt(office: Office) -> None:
    """And Bolt's answer reaches Slack."""
    answer = office.post(urlencode(COMMAND))
    assert (answer.status_code, answer.text) == (200, "noted")
    assert office.heard[0]["text"] == "hello"


def test_a_command_that_speaks_of_a_payload_is_a_command(office: Office) -> None:
    """Bolt's own parser loses it."""
    office.post(urlencode(COMMAND | {"text": "send the payload spec"}))
    assert [command["text"] for command in office.heard] == ["send the payload spec"]


@pytest.mark.parametrize("at", ["", "soon", "1e9", "-5", "12345678901234567890", "١٢"])
def test_a_timestamp_that_is_no_number_is_refused(office: Office, at: str) -> None:
    """Bolt would answer 500."""
    raw = urlencode(COMMAND).encode()
    headers = {"X-Slack-Signature": "v0=x"} | ({"X-Slack-Request-Timestamp": at} if at.isascii() else {})
    answer = office.client.post("/slack/events", data=raw, headers=headers)
    assert answer.status_code == 401
    assert office.heard == []


@pytest.mark.parametrize("signature", ["", "v0=", "v0=0123", "v1=x", "é"])
def test_a_wrong_signature_is_refused(office: Office, signature: str) -> None:
    """A wrong signature of any form is refused."""
    assert office.post(urlencode(COMMAND), signature=signature).status_code == 401
    assert office.heard == []


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-300, 200), (0, 200), (300, 200), (301, 401)])
def test_a_stale_request_is_refused(office: Office, seconds: int, status: int) -> None:
    """More than five minutes from now, on either side: somebody may have recorded it."""
    assert office.post(urlencode(COMMAND), at=NOW + seconds).status_code == status


def test_nothing_that_people_wrote_is_in_the_log(office: Office, log: Log) -> None:
    """Neither of what is answered nor of what is refused; kinds and ids are."""
    office.post(urlencode(COMMAND | {"text": "lunch with Dana"}))
    office.post(urlencode(COMMAND | {"text": "lunch with Dana"}), signature="v0=0")
    office.post(urlencode({"payload": json.dumps({"type": "kind_of_tomorrow", "value": "lunch with Dana"})}))
    assert "Dana" not in log.text
    assert "lunch" not in log.text
    (answered, _) = log.events("slack_request")
    assert (answered["kind"], answered["user"], answered["status"]) == ("/commit", "U1", 200)
    (refused,) = log.events("slack_request_refused")
    assert refused["status"] == 401


MALFORMED = {
    "nothing": b"",
    "no UTF-8": b"command=/commit&text=\xff",
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"payload=3",
    "null": b"payload=null",
    "broken payload": b"payload=%7B",
    "an empty payload": b"payload=%7B%7D",
    "a tower": b'{"a":' + b"[" * 100_000,
    "an event of no shape": b'{"type":"event_callback","event":5}',
    "a view of no shape": urlencode({"payload": '{"type":"view_submission","view":"x"}'}).encode(),
    "no view": urlencode({"payload": '{"type":"view_submission","view":null}'}).encode(),
    "no actions": urlencode({"payload": '{"type":"block_actions"}'}).encode(),
    "empty actions": urlencode({"payload": '{"type":"block_actions","actions":[]}'}).encode(),
    "odd actions": urlencode({"payload": '{"type":"block_actions","actions":"x"}'}).encode(),
    "no form of ours": b"a=1",
    "an odd team": urlencode({"payload": '{"type":"shortcut","team":5}'}).encode(),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_signed_body_without_sense_is_refused(office: Office, log: Log, name: str) -> None:
    """With 400, no traceback, and nothing touched; Slack is told not to send it again."""
    raw = MALFORMED[name]
    answer = office.post(raw, kind=JSON if raw[:1] in b"{[" else FORM)
    assert answer.status_code == 400
    assert answer.headers["X-Slack-No-Retry"] == "1"
    assert office.heard == []
    assert "exception" not in log.text


def test_a_body_beyond_the_limit_is_refused(office: Office) -> None:
    """413, and one byte less is read."""
    assert office.post(b"a=" + b"x" * (LARGEST_BODY - 1)).status_code == 413
    assert office.post(b"a=" + b"x" * (LARGEST_BODY - 2)).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/slack/events", 405),
        ("POST", "/slack/events", 401),
    ],
)
def test_every_answer_is_secured(office: Office, method: str, path: str, status: int) -> None:
    """Also those that refuse."""
    answer = office.client.open(path, method=method)
    assert answer.status_code == status
    wanted = HEADERS | ({"Content-Security-Policy": pages.CONTENT_SECURITY_POLICY} if path == "/" else {})
    assert {name: answer.headers[name] for name in wanted} == wanted


def test_health_says_ok(office: Office) -> None:
    """The process answers, and that is all it says."""
    assert office.client.get("/healthz").text.strip() == "ok"


def test_the_page_says_what_this_is(office: Office) -> None:
    """A person who opens the address in a browser reads about `/commit help`."""
    assert "/commit help" in office.client.get("/").text


def test_a_page_runs_no_script(office: Office) -> None:
    """A page may have a stylesheet of its own and forms, nothing else; what is no page may have nothing."""
    page, style = office.client.get("/"), office.client.get("/style.css")
    assert 'href="/style.css"' in page.text
    assert (style.status_code, style.mimetype) == (200, "text/css")
    assert page.headers.getlist("Content-Security-Policy") == [pages.CONTENT_SECURITY_POLICY]
    assert "script" not in pages.CONTENT_SECURITY_POLICY
    assert office.client.get("/healthz").headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_a_page_escapes_what_people_wrote() -> None:
    """A value of a page is shown as text, markup in it included."""
    assert pages.environment().from_string("{{ name }}").render(name="<b>&") == "&lt;b&gt;&amp;"


def test_socket_mode_has_no_endpoint() -> None:
    """Without a signing secret nothing could be verified."""
    app = build(Office().bolt, Calm(), signing_secret=None)  # type: ignore[arg-type]
    assert app.test_client().post("/slack/events", data=b"x").status_code == 404


def test_a_bug_is_answered_and_logged(log: Log) -> None:
    """A bug is answered with 500 in words; the traceback is in the log only."""

    class Broken:
        def look(self) -> list[Check]:
            raise RuntimeError("boom")

    answer = build(Office().bolt, Broken(), signing_secret=None).test_client().get("/readyz")  # type: ignore[arg-type]
    assert answer.status_code == 500
    assert "boom" not in answer.text
    assert "boom" in log.events("request_failed")[0]["exception"]


# -- readiness ------------------------------------------------------------------------------------------------


class Surroundings:
    """A migrated ledger, a link to Slack that is well, and a clock at NOW."""

    def __init__(self, path: Path) -> None:
        self.now = datetime(2026, 11, 23, 10, tzinfo=UTC)
        self.ledger = Ledger(f"sqlite:///{path / 'ready.db'}")
        migrate.upgrade(self.ledger)
        for name in (PLANNER, COURIER):
            record_heartbeat(self.ledger, name, self.now)
        self.link = ConnectionMonitor(self)  # type: ignore[arg-type]
        self.link.connect()
        self.newest = migrate.head()
        self.readiness = Readiness(self.ledger, lambda: self.now, self.link, newest_revision=lambda: self.newest)
        self.failure: Exception | None = None

    def connect(self) -> None:
        """As bot.app.Makegood does."""

    def clock(self) -> datetime:
        return self.now

    def ask(self) -> tuple[int, dict[str, Any]]:
        app = build(Office().bolt, self.readiness, signing_secret=None)
        answer = app.test_client().get("/readyz")
        return answer.status_code, json.loads(answer.text)["parts"]


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    found = Surroundings(tmp_path)
    yield found
    found.ledger.close()


def test_ready_when_everything_is_well(surroundings: Surroundings) -> None:
    """When all is well each check says so in words."""
    status, parts = surroundings.ask()
    assert status == 200
    assert list(parts) == ["process", "database", "migrations", "scheduler", "slack", "clock"]
    assert all(part["ok"] and part["words"] for part in parts.values())


def test_not_ready_while_the_scheduler_is_silent(surroundings: Surroundings) -> None:
    """The process is not ready after a minute without a round of the planner."""
    surroundings.now += timedelta(seconds=60)
    assert surroundings.ask()[0] == 200
    surroundings.now += timedelta(seconds=1)
    status, parts = surroundings.ask()
    assert status == 503
    assert not parts["scheduler"]["ok"]
    assert "2026-11-23 10:00:00 UTC" in parts["scheduler"]["words"]


def test_not_ready_before_the_migrations(surroundings: Surroundings) -> None:
    """And it says which command brings them."""
    surroundings.newest = "9999"
    status, parts = surroundings.ask()
    assert status == 503
    assert "makegood migrate" in parts["migrations"]["words"]


def test_not_ready_without_a_database(surroundings: Surroundings, tmp_path: Path) -> None:
    """Without a database, checks that need the database report no guess."""
    gone = Ledger(f"sqlite:///{tmp_path / 'missing' / 'x.db'}")
    surroundings.readiness = Readiness(gone, lambda: surroundings.now, surroundings.link, newest_revision=str)
    status, parts = surroundings.ask()
    gone.close()
    assert status == 503
    assert not parts["database"]["ok"]
    assert "scheduler" not in parts


def test_not_ready_while_slack_does_not_know_us(surroundings: Surroundings) -> None:
    """The words name the reason."""

    class Unreached:
        def connect(self) -> None:
            raise ConnectionRefusedError("nobody there")

    link = ConnectionMonitor(Unreached())  # type: ignore[arg-type]
    surroundings.readiness = Readiness(
        surroundings.ledger, lambda: surroundings.now, link, newest_revision=migrate.head
    )
    assert surroundings.ask()[0] == 503
    link.connect()
    status, parts = surroundings.ask()
    assert status == 503
    assert "nobody there" in parts["slack"]["words"]


def test_not_ready_while_the_socket_is_deaf(surroundings: Surroundings) -> None:
    """Slack may know the bot and still not reach it."""

    class Deaf:
        def alive(self) -> bool:
            return False

    surroundings.readiness = Readiness(
        surroundings.ledger,
        lambda: surroundings.now,
        surroundings.link,
        newest_revision=migrate.head,
        sockets=Deaf(),  # type: ignore[arg-type]
    )
    status, parts = surroundings.ask()
    assert (status, parts["slack"]["ok"]) == (503, False)


def test_not_ready_while_stopping(surroundings: Surroundings) -> None:
    """A balancer sends its requests elsewhere from the first moment."""
    surroundings.readiness.stop()
    status, parts = surroundings.ask()
    assert (status, parts["process"]["ok"]) == (503, False)


# -- the server under it ------------------------------------------------------------------------------------


class Slow:
    """A WSGI app whose answer waits until it is let go."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self.go = threading.Event()

    def __call__(self, _environ: Any, start_response: Any) -> list[bytes]:
        self.arrived.set()
        assert self.go.wait(30)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        return [b"done"]


def test_stopping_finishes_what_is_in_flight_and_takes_nothing_new() -> None:
    """The answer arrives whole although the server stopped accepting while it was made."""
    app = Slow()
    server = WebServer(app, host="127.0.0.1", port=0, threads=2)  # type: ignore[arg-type]
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/")
    assert app.arrived.wait(30)
    server.stop_accepting()
    stopping = threading.Thread(target=lambda: finished.append(server.stop(10)))
    finished: list[bool] = []
    stopping.start()
    _wait_until_refused(server.port)
    app.go.set()
    assert connection.getresponse().read() == b"done"
    stopping.join(10)
    connection.close()
    assert finished == [True]


def test_stopping_does_not_wait_for_ever() -> None:
    """A request that does not end is given up, and it is told that it was."""
    app = Slow()
    server = WebServer(app, host="127.0.0.1", port=0, threads=1)  # type: ignore[arg-type]
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/")
    assert app.arrived.wait(30)
    server.stop_accepting()
    started = time.monotonic()
    assert server.stop(0.3) is False
    assert time.monotonic() - started < 3
    app.go.set()
    connection.close()


def test_an_idle_server_stops_at_once() -> None:
    """Also with a connection that is kept open and says nothing."""
    server = WebServer(Slow(), host="127.0.0.1", port=0, threads=1)  # type: ignore[arg-type]
    server.start()
    idle = socket.create_connection(("127.0.0.1", server.port))
    started = time.monotonic()
    server.stop_accepting()
    assert server.stop(10) is True
    assert time.monotonic() - started < 5
    idle.close()


def test_a_server_that_was_never_started_gives_its_port_back() -> None:
    """The start may fail between taking the port and serving."""
    server = WebServer(Slow(), host="127.0.0.1", port=0, threads=1)  # type: ignore[arg-type]
    server.stop_accepting()
    assert server.stop(5) is True
    _wait_until_refused(server.port)


def _server(monkeypatch: pytest.MonkeyPatch, **limits: float) -> WebServer:
    """A server with other limits than usual, begun."""
    for name, value in limits.items():
        monkeypatch.setattr(f"bot.http_server.{name}", value)
    app = build(Office().bolt, Calm(), signing_secret=SECRET)  # type: ignore[arg-type]
    server = WebServer(app, host="127.0.0.1", port=0, threads=1)
    server.start()
    return server


UNFINISHED = [
    b"GET / HTTP/1.1\r\nHost: x\r\n",
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na=",
    b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na",
]


@pytest.mark.parametrize("said", UNFINISHED, ids=["headers", "body", "chunks"])
def test_a_request_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    """However slowly its bytes still come; an idle connection is kept open meanwhile."""
    server = _server(monkeypatch, TRANSFER_WITHIN=0.5)
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=30) as slow, socket.create_connection(address, timeout=30) as idle:
        slow.sendall(said)
        slow.settimeout(0.05)
        with suppress(BrokenPipeError, ConnectionResetError):
            while _still_open(slow):
                slow.sendall(b"a")
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in idle.recv(1000)
    server.stop_accepting()
    assert server.stop(10) is True


def _still_open(wire: socket.socket) -> bool:
    try:
        return wire.recv(1000) != b""
    except TimeoutError:
        return True


def test_an_idle_connection_is_closed_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the answer of its last request, and where it never said anything."""
    server = _server(monkeypatch, KEPT_OPEN_FOR=0.3)
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=30) as used, socket.create_connection(address, timeout=30) as new:
        used.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in b"".join(iter(lambda: used.recv(1000), b""))
        assert new.recv(1000) == b""
    server.stop_accepting()
    assert server.stop(10) is True


def test_the_fullest_address_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """With too many connections, the one that has waited longest there is closed; other addresses keep theirs."""
    server = _server(monkeypatch, MOST_CONNECTIONS=4)

    def connected(source: str) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30, source_address=(source, 0))
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b"ok\n"
        # The client may have the answer before the thread of health is done with the connection, which waits from then.
        server._apart["/healthz"].submit(int).result(30)
        return connection

    other = connected("127.0.0.2")
    crowd = [connected("127.0.0.3") for _ in range(6)]
    for connection in [other, *crowd[3:]]:
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b"ok\n"
    for connection in crowd[:3]:
        assert connection.sock.recv(1) == b""
    for connection in [other, *crowd]:
        connection.close()
    server.stop_accepting()
    assert server.stop(10) is True


def test_a_slow_answer_is_no_slow_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """We may take longer for an answer than a client for its request: the answer arrives whole."""
    monkeypatch.setattr("bot.http_server.TRANSFER_WITHIN", 0.1)
    monkeypatch.setattr("bot.http_server.KEPT_OPEN_FOR", 0.1)
    app = Slow()
    server = WebServer(app, host="127.0.0.1", port=0, threads=1)  # type: ignore[arg-type]
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/")
    assert app.arrived.wait(30)
    # Another one is given up for its slowness meanwhile.
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow:
        slow.sendall(b"GET")
        assert slow.recv(1) == b""
    app.go.set()
    assert connection.getresponse().read() == b"done"
    connection.close()
    server.stop_accepting()
    assert server.stop(10) is True


@pytest.mark.parametrize("path", [b"/healthz", b"/readyz", b"/"])
def test_requests_that_come_at_once_are_answered_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    """Also where the last of them is no HTTP: it is told so, and the server serves others."""
    server = _server(monkeypatch)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as hasty:
        hasty.sendall(3 * (b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n") + b"no HTTP\r\n\r\n")
        answers = b"".join(iter(lambda: hasty.recv(1000), b""))
    assert re.findall(rb"HTTP/1.. ([0-9]+)", answers) == [b"200", b"200", b"200", b"400"]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as other:
        other.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in other.recv(1000)
    server.stop_accepting()
    assert server.stop(10) is True


def test_a_busy_port_is_known_on_construction() -> None:
    """A busy port is found before anything else starts."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        WebServer(Slow(), host="127.0.0.1", port=taken.getsockname()[1], threads=1)  # type: ignore[arg-type]


def _wait_until_refused(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
    raise AssertionError("the port is still open")


def test_the_undocumented_parts_of_waitress_are_listed() -> None:
    """The first lines of the HTTP server name each part of waitress that it uses, for the next version of waitress."""
    code = inspect.getsource(http_server).partition('"""\n\n')[2]
    used = set(re.findall(r"(?:wasyncore|_server|task_dispatcher|connection|each|slowest)\.([a-z_]+)", code))
    assert used >= {"loop", "add_task", "requests", "handle_close"}
    assert {part for part in used if not re.search(rf"\b{part}\b", http_server.__doc__ or "")} == set()
