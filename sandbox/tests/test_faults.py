"""The fault switch: each fault as Slack would make it, met by the calls that were meant and by no other."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.clock import Clock
from sandbox.faults import EVERY, KINDS, Faults
from sandbox.reply import Reply

if TYPE_CHECKING:
    from sandbox import Sandbox

POST = "chat.postMessage"
_MINUTE = timedelta(minutes=1)


@pytest.fixture
def once(box: Sandbox) -> WebClient:
    """A client that repeats nothing."""
    return WebClient(token=box.bot_token, base_url=box.api_url, retry_handlers=[])


def post(client: WebClient, text: str = "hello") -> str:
    """The result for the app: "ok", Slack's error with its status, or the way the connection ended."""
    try:
        client.chat_postMessage(channel="C0ACME", text=text)
    except SlackApiError as error:
        return f"{error.response['error']} {error.response.status_code}"
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    return "ok"


def stands(box: Sandbox, text: str = "hello") -> int:
    return sum(message.text == text for message in box.messages("C0ACME"))


@pytest.mark.parametrize(
    ("kind", "seen", "acted"),
    [
        ("server_error", "internal_error 500", 0),
        ("server_error_after", "internal_error 500", 1),
        ("fatal_error", "fatal_error 200", 0),
        ("fatal_error_after", "fatal_error 200", 1),
        ("drop", "IncompleteRead", 0),
        ("drop_after", "IncompleteRead", 1),
        ("ratelimited", "ratelimited 429", 0),
        ("hang", "IncompleteRead", 0),
        ("delay", "ok", 1),
        ("late", "IncompleteRead", 1),
    ],
)
def test_each_fault_is_seen_and_acts_as_it_says(
    box: Sandbox, once: WebClient, kind: str, seen: str, acted: int
) -> None:
    """The result for the app, and whether the message is posted; the next call succeeds."""
    box.faults.fail(POST, kind, seconds=0.05, count=1)
    assert (post(once), stands(box)) == (seen, acted)
    assert box.faults.active == []
    box.faults.stop()
    assert post(once, "next") == "ok"
    assert box.faults.met == {(POST, kind): 1}


def test_every_kind_is_told_in_words() -> None:
    """The page shows them; one that does not exist is refused, as is a senseless rate or count."""
    faults = Faults(Clock())
    assert all(words and seconds >= 0 for words, seconds in KINDS.values())
    with pytest.raises(ValueError, match="there is no fault earthquake"):
        faults.fail(POST, "earthquake")
    for rate in (0, 1.1):
        with pytest.raises(ValueError, match="rate"):
            faults.fail(POST, "drop", rate=rate)
    with pytest.raises(ValueError, match="count"):
        faults.fail(POST, "drop", count=0)


def test_a_client_gives_up_and_slack_acts_afterwards(box: Sandbox) -> None:
    """Late: nothing stands when the app stops waiting, and one message does in the end."""
    impatient = WebClient(token=box.bot_token, base_url=box.api_url, retry_handlers=[], timeout=1)
    box.faults.fail(POST, "late", seconds=1.5)
    assert post(impatient) == "TimeoutError"
    assert stands(box) == 0
    assert box.wait_for(stands)
    assert stands(box) == 1


def test_stop_ends_a_hanging_call(box: Sandbox, once: WebClient) -> None:
    """Failing no more ends what hangs at once."""
    box.faults.fail(POST, "hang", seconds=600)
    seen: list[str] = []
    caller = threading.Thread(target=lambda: seen.append(post(once)))
    caller.start()
    while not box.faults.waiting:
        box.faults._stopped.wait(0.01)
    box.faults.stop()
    caller.join(10)
    assert seen == ["IncompleteRead"]
    assert stands(box) == 0


def test_only_the_method_that_was_meant(box: Sandbox, once: WebClient) -> None:
    """Others are well; EVERY means all; stopping one method leaves the others failing."""
    box.faults.fail(POST, "drop")
    once.auth_test()
    assert post(once) == "IncompleteRead"
    box.faults.stop("auth.test")
    assert post(once) == "IncompleteRead"
    box.faults.stop(POST)
    assert post(once) == "ok"
    box.faults.fail(EVERY, "fatal_error")
    with pytest.raises(SlackApiError, match="fatal_error"):
        once.auth_test()


def test_told_to_wait_a_method_waits() -> None:
    """As Slack does: until Retry-After has passed the method is refused again, with what is left; others pass."""
    now = 100.0
    faults = Faults(Clock(), monotonic=lambda: now)
    faults.fail(POST, "ratelimited", seconds=40, count=1)

    def call(method: str = POST) -> tuple[int, str | None]:
        reply = faults.meet(method, lambda: Reply({"ok": True}))
        return reply.status, reply.headers.get("Retry-After")

    assert call() == (429, "40")
    now = 110.0
    assert call() == (429, "30")
    assert call("chat.update") == (200, None)
    now = 140.0
    assert call() == (200, None)


def test_rates_share_the_calls_and_the_seed_decides() -> None:
    """A tenth and a fifth leave seven of ten; the same seed gives the same course, another one another."""

    def course(seed: int) -> list[str]:
        faults = Faults(Clock())
        faults.seed(seed)
        faults.fail(POST, "fatal_error", rate=0.1)
        faults.fail(EVERY, "server_error", rate=0.2)
        return [faults.meet(POST, lambda: Reply({"ok": True, "error": ""})).body["error"] for _ in range(2000)]

    first = course(1)
    assert first == course(1)
    assert first != course(2)
    shares = Counter(first)
    assert 150 < shares["fatal_error"] < 250
    assert 330 < shares["internal_error"] < 470


def test_the_history_lags(box: Sandbox, once: WebClient) -> None:
    """A lagging history lacks new messages and has older ones. Posting is not affected."""
    once.chat_postMessage(channel="C0ACME", text="older")
    box.clock.move_to(box.clock.now() + _MINUTE)
    box.faults.fail(EVERY, "lag", seconds=30)
    assert post(once, "newer") == "ok"
    told = [each["text"] for each in once.conversations_history(channel="C0ACME")["messages"]]
    assert "older" in told
    assert "newer" not in told
    box.clock.move_to(box.clock.now() + _MINUTE)
    told = [each["text"] for each in once.conversations_history(channel="C0ACME")["messages"]]
    assert "newer" in told


def test_faults_lie_below_a_tests_own(box: Sandbox, once: WebClient) -> None:
    """The `intercept` hook sees the fault as Slack's answer."""
    seen: list[object] = []

    def look(method: str, args: object, carry_out: object) -> Reply:
        reply: Reply = carry_out()  # type: ignore[operator]
        seen.append((method, reply.body.get("error")))
        return reply

    box.api.intercept = look
    box.faults.fail(POST, "fatal_error", count=1)
    assert post(once) == "fatal_error 200"
    assert seen == [(POST, "fatal_error")]
