"""Socket Mode: the watchdog's arithmetic with an invented clock, and the whole of it against the sandbox."""

from __future__ import annotations

import socket
import struct
import threading
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import pytest
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import socket_mode
from bot.manifest import for_socket_mode
from bot.socket_mode import DEAF_AFTER, SILENT_AFTER, Rhythm, SocketMode
from sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox import Outcome
    from tests.bot.conftest import Log


def refused(error: str) -> SlackApiError:
    return SlackApiError("refused", {"ok": False, "error": error})  # type: ignore[no-untyped-call]


class Session:
    """A connection as the SDK has it: the wall time of its last pong."""

    def __init__(self, name: str) -> None:
        self.session_id = name
        self.last_ping_pong_time: float | None = None


class Client:
    """The SDK's client as far as the watchdog looks at it."""

    def __init__(self) -> None:
        self.current_session = Session("first")
        self.on_message_listeners: list[Callable[[str], None]] = []
        self.connected = True
        self.attempts = 0
        self.failure: Exception | None = None
        self.hang: threading.Event | None = None

    def is_connected(self) -> bool:
        return self.connected

    def connect_to_new_endpoint(self, *, force: bool) -> None:
        assert force
        self.attempts += 1
        if self.hang:
            self.hang.wait(30)
        if self.failure:
            raise self.failure


class Handler:
    """Stands for Bolt's handler."""

    def __init__(self, *_: object, **__: object) -> None:
        self.client = Client()


class Watch:
    """A watchdog that nothing runs, with a clock in the test's hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.deaf: list[str] = []
        self.socket = SocketMode(None, "xapp-1", on_deaf=self.deaf.append, seconds=lambda: self.now)  # type: ignore[arg-type]
        self.client: Any = self.socket._handler.client

    def after(self, seconds: float) -> None:
        """Time passes, then the watchdog looks; an attempt that it begins comes to its end."""
        self.now += seconds
        self.socket.look()
        if self.socket._attempt and not self.client.hang:
            self.socket._attempt.join(10)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    monkeypatch.setattr(socket_mode, "_Handler", Handler)
    return Watch()


def test_alive_is_connected_and_heard_of(watch: Watch) -> None:
    """Both: an open connection may be deaf."""
    assert watch.socket.alive()
    watch.client.connected = False
    assert not watch.socket.alive()
    watch.client.connected = True
    watch.now += SILENT_AFTER
    assert not watch.socket.alive()


def test_a_cut_wire_is_seen_at_once(watch: Watch) -> None:
    """The client may hold it for open for most of a minute."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as ours:
        theirs, _ = server.accept()
        watch.client.current_session.sock = ours
        assert watch.socket.alive()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        theirs.close()
        _until(lambda: not watch.socket.alive())


def test_a_new_pong_is_a_sign_of_life(watch: Watch) -> None:
    """The same one seen again is not."""
    watch.client.current_session.last_ping_pong_time = 5.0
    watch.after(SILENT_AFTER - 1)
    assert watch.client.attempts == 0
    watch.after(SILENT_AFTER - 1)
    assert watch.socket.alive()
    watch.after(1)
    assert not watch.socket.alive()
    assert watch.client.attempts == 1


def test_a_message_is_a_sign_of_life(watch: Watch) -> None:
    """A message with any content counts as a sign of life."""
    watch.now += SILENT_AFTER
    (listener,) = watch.client.on_message_listeners
    listener("anything")
    assert watch.socket.alive()


def test_a_silent_connection_is_made_anew_with_backoff(watch: Watch) -> None:
    """At once, then after 1, 2, 4, 8, 16 seconds and from then on every 20: a minute later all is well within 30."""
    watch.client.connected = False
    made = []
    for second in range(80):
        before = watch.client.attempts
        watch.after(1)
        if watch.client.attempts > before:
            made.append(second)
    assert made == [0, 1, 3, 7, 15, 31, 51, 71]
    assert watch.deaf == []


def test_the_backoff_begins_anew_after_a_recovery(watch: Watch) -> None:
    """The next trouble is another one."""
    watch.client.connected = False
    for _ in range(10):
        watch.after(1)
    watch.client.connected = True
    watch.after(1)
    watch.client.connected = False
    before = watch.client.attempts
    watch.after(1)
    assert watch.client.attempts == before + 1


@pytest.mark.parametrize(
    "failure",
    [URLError("no route"), refused("ratelimited"), RuntimeError("odd")],
)
def test_attempts_that_fail_are_told_and_repeated(watch: Watch, log: Log, failure: Exception) -> None:
    """Also one that nobody expected: the watchdog goes on."""
    watch.client.connected, watch.client.failure = False, failure
    watch.after(1)
    watch.after(1)
    assert watch.client.attempts == 2
    assert len(log.events("socket_not_connected")) == 2


def test_deaf_for_long_it_gives_up_once(watch: Watch) -> None:
    """In words, in spite of its attempts; somebody else ends the process."""
    watch.client.connected = False
    for _ in range(int(DEAF_AFTER)):
        watch.after(1)
    assert watch.deaf == []
    for _ in range(5):
        watch.after(1)
    (words,) = watch.deaf
    assert "91 seconds" in words
    assert "attempts" in words


def test_an_attempt_that_hangs_does_not_stop_the_count(watch: Watch) -> None:
    """One attempt at a time, and the deafness is found all the same."""
    watch.client.connected, watch.client.hang = False, threading.Event()
    for _ in range(int(DEAF_AFTER) + 1):
        watch.after(1)
    assert watch.client.attempts == 1
    assert len(watch.deaf) == 1
    watch.client.hang.set()


# -- against the sandbox --------------------------------------------------------------------------------------


class Office:
    """A box in Socket Mode, a Bolt app that waits when it is told to, and the connection between them."""

    def __init__(self, rhythm: Rhythm = Rhythm()) -> None:  # noqa: B008  frozen
        self.box = Sandbox(for_socket_mode(), app_url=None).start()
        self.go = threading.Event()
        self.go.set()
        self.arrived = threading.Event()
        self.bolt = App(
            client=WebClient(base_url=self.box.api_url),
            authorize=lambda **_: AuthorizeResult(enterprise_id=None, team_id="T", bot_token="xoxb-sandbox"),
            process_before_response=True,
        )
        self.bolt.command("/commit")(self._commit)
        self.deaf: list[str] = []
        self.socket = SocketMode(self.bolt, "xapp-sandbox", on_deaf=self.deaf.append, rhythm=rhythm)

    def _commit(self, ack: Any, command: dict[str, Any]) -> None:
        self.arrived.set()
        assert self.go.wait(30)
        ack(f"noted: {command['text']}")

    def ask(self, text: str) -> Outcome:
        return self.box.command("U0EVA", "C0ACME", "/commit", text)


@pytest.fixture
def hurried() -> Iterator[Office]:
    """An office whose watchdog takes a second and a half for a quarter of a minute."""
    yield from _opened(Office(Rhythm(ping_every=0.3, silent_after=1.5, look_every=0.1)))


@pytest.fixture
def office() -> Iterator[Office]:
    yield from _opened(Office())


def _opened(found: Office) -> Iterator[Office]:
    found.socket.start()
    _until(lambda: found.box.sockets.connections > 0)
    yield found
    found.go.set()
    found.socket.stop(5)
    found.box.stop()


def test_a_command_is_answered(office: Office) -> None:
    """By the same Bolt app that HTTP would reach."""
    outcome = office.ask("hello")
    assert outcome.ok
    assert [message.text for message in outcome.messages] == ["noted: hello"]
    assert office.socket.alive()


def test_a_cut_connection_is_made_anew(office: Office) -> None:
    """A broken network says nothing; the next command is answered all the same."""
    assert office.ask("before").ok
    assert office.box.drop_connections() == 1
    _until(lambda: office.box.sockets.served > 1 and office.box.sockets.connections == 1)
    assert office.ask("after").ok


def test_a_connection_that_is_deaf_is_made_anew(hurried: Office) -> None:
    """Open on both sides, and nothing goes through any more: silence is noticed, the next command is answered."""
    office = hurried
    assert office.ask("before").ok
    assert office.box.sockets.go_silent() == 1
    assert office.ask("into the void").ok is False
    _until(lambda: office.box.sockets.served > 1 and office.box.sockets.connections == 1)
    assert office.ask("after").ok
    assert office.deaf == []


# The SDK's client forgets to close the socket of a handshake that was refused.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
def test_refused_for_a_while(hurried: Office, log: Log) -> None:
    """Slack lets nobody in, first at the door, then already where the address is asked for: it goes on trying, and
    answers as soon as it is let in.
    """
    office = hurried
    sockets, faults = office.box.sockets, office.box.faults
    sockets.refusing = True
    sockets.drop()
    _until(lambda: len(log.events("socket_silent")) >= 2)
    faults.fail("apps.connections.open", "server_error")
    _until(lambda: faults.met["apps.connections.open", "server_error"] >= 2)
    assert sockets.connections == 0
    sockets.refusing = False
    faults.stop()
    _until(lambda: sockets.connections == 1)
    assert office.ask("after").ok
    assert office.deaf == []


def test_what_is_in_flight_is_answered_before_the_end(office: Office) -> None:
    """The ack travels through the very connection that is about to be closed."""
    office.go.clear()
    outcomes: list[Outcome] = []
    asking = threading.Thread(target=lambda: outcomes.append(office.ask("last")))
    asking.start()
    assert office.arrived.wait(30)
    finished: list[bool] = []
    stopping = threading.Thread(target=lambda: finished.append(office.socket.stop(10)))
    stopping.start()
    assert office.socket._stopping.wait(30)
    office.go.set()
    for thread in (asking, stopping):
        thread.join(10)
    assert outcomes[0].ok
    assert finished == [True]


def test_after_the_stop_nothing_is_taken_up(office: Office) -> None:
    """Slack sends it to another connection."""
    office.socket.stop_accepting()
    office.box.core.ack_seconds = 0.2
    assert office.ask("too late").ok is False
    assert not office.arrived.is_set()


def test_an_envelope_without_sense_is_refused(office: Office, log: Log) -> None:
    """A malformed envelope is refused in words, and the next one is answered."""
    handler = office.socket._handler

    class Envelope:
        type, payload, envelope_id = "interactive", {"type": "block_actions", "actions": []}, "1"

    handler.handle(handler.client, Envelope())  # type: ignore[arg-type]
    assert log.events("slack_request_refused")
    assert "exception" not in log.text
    assert office.ask("hello").ok


def test_a_refused_app_token_is_raised() -> None:
    """Waiting heals nothing; the command tells it in words."""
    box = Sandbox(for_socket_mode(), app_url=None).start()
    bolt = App(client=WebClient(base_url=box.api_url), authorize=lambda **_: None)  # type: ignore[arg-type]
    socket = SocketMode(bolt, "xapp-wrong", on_deaf=print)
    with pytest.raises(SlackApiError, match="invalid_auth"):
        socket.start()
    socket.stop(1)
    box.stop()


def _until(holds: Callable[[], bool]) -> None:
    """Wait for what a thread of the SDK brings about; it tells nobody."""
    waiting, pause = 30.0, threading.Event()
    while not holds():
        assert waiting > 0, "it never came about"
        pause.wait(0.02)
        waiting -= 0.02
