"""The sandbox as a whole: clock, waiting, limits, starting and stopping, and who may see what."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox import Clock, Sandbox, SandboxError
from sandbox.errors import SlackError
from sandbox.limiter import Limiter

# -- clock ------------------------------------------------------------------------------------------------


def test_the_clock_jumps_and_runs_on() -> None:
    """move_to sets the time, forward or back; it runs on from there, and listeners hear of each jump."""
    clock = Clock()
    heard: list[datetime] = []
    clock.on_move(heard.append)
    for target in (datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)):
        clock.move_to(target)
        assert target <= clock.now() < target + timedelta(seconds=5)
    assert [moment.year for moment in heard] == [2027, 2020]
    with pytest.raises(ValueError, match="naive"):
        clock.move_to(datetime(2027, 3, 1))


def test_messages_are_stamped_by_the_workspaces_clock(box: Sandbox, client: WebClient) -> None:
    """After a jump, ts and calls carry the new time, and a waiting person is woken."""
    target = datetime(2027, 3, 1, 9, tzinfo=UTC)
    revision = box.world.revision
    box.move_clock(target)
    assert box.world.revision > revision
    ts = client.chat_postMessage(channel="U0EVA", text="x")["ts"]
    assert target.timestamp() <= float(ts) < target.timestamp() + 5
    assert box.calls[-1].at >= target


# -- waiting ------------------------------------------------------------------------------------------------


def test_waiting_ends_with_the_change(box: Sandbox, client: WebClient) -> None:
    """wait_for is woken by what another thread does, and gives back what the predicate found."""
    started = threading.Event()

    def post() -> None:
        started.wait()
        client.chat_postMessage(channel="U0EVA", text="here")

    def arrived(it: Sandbox) -> str | None:
        started.set()
        return it.dm("U0EVA")[-1].text if it.dm("U0EVA") else None

    thread = threading.Thread(target=post)
    thread.start()
    assert box.wait_for(arrived) == "here"
    thread.join()


def test_waiting_in_vain_draws_a_picture(box: Sandbox) -> None:
    """The failure shows channels, messages and open views."""
    with pytest.raises(AssertionError, match="pricing sheet"):
        box.wait_for(lambda it: it.home("U0EVA"), timeout=0.05)


def test_a_predicate_may_wait_for_other_threads(box: Sandbox, client: WebClient) -> None:
    """The lock is not held while a predicate runs, so a call from elsewhere gets through meanwhile."""

    def asks(it: Sandbox) -> str:
        answers: list[str] = []
        thread = threading.Thread(target=lambda: answers.append(client.auth_test()["bot_id"]))
        thread.start()
        thread.join()
        return answers[0]

    assert box.wait_for(asks) == "B0MAKEGOOD"


# -- limits -------------------------------------------------------------------------------------------------


def test_posting_too_fast_is_ratelimited(box: Sandbox, client: WebClient) -> None:
    """429 with Retry-After once the burst is spent, per channel; off unless asked for."""
    for _ in range(10):
        client.chat_postMessage(channel="U0EVA", text="x")
    box.limits = True
    for _ in range(3):
        client.chat_postMessage(channel="U0EVA", text="x")
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="U0EVA", text="x")
    response = caught.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "1")
    assert client.chat_postMessage(channel="U0BEN", text="x")["ok"]
    assert box.calls[-2].status == 429
    assert len(box.dm("U0EVA")) == 13


def test_tiers_refill_by_the_minute() -> None:
    """Tier 3 takes 50 at once, then one each 1.2 s; methods do not share a bucket."""
    now = [0.0]
    limiter = Limiter(lambda: now[0])
    limiter.on = True
    for _ in range(50):
        limiter.take("chat.update", 3)
    with pytest.raises(SlackError) as caught:
        limiter.take("chat.update", 3)
    assert caught.value.retry_after == 2
    limiter.take("chat.delete", 3)
    now[0] += 1.2
    limiter.take("chat.update", 3)
    with pytest.raises(SlackError):
        limiter.take("chat.update", 3)


def test_a_workspace_takes_240_posts_a_minute() -> None:
    """However many channels there are; a refused post takes nothing from its channel's bucket."""
    limiter = Limiter(lambda: 0.0)
    limiter.on = True
    for number in range(240):
        limiter.take_post(f"C{number}")
    with pytest.raises(SlackError) as caught:
        limiter.take_post("C999")
    assert (caught.value.code, caught.value.status, caught.value.retry_after) == ("ratelimited", 429, 1)
    limiter.on = False
    limiter.take_post("C999")


# -- seeing -------------------------------------------------------------------------------------------------


def test_a_viewer_sees_their_own(box: Sandbox) -> None:
    """Private channels and direct messages are for those who are in them."""
    assert box.messages("G0DEALS", viewer="U0BEN")
    with pytest.raises(SandboxError, match="does not see"):
        box.messages("G0DEALS", viewer="U0ADA")
    with pytest.raises(SandboxError, match="no channel"):
        box.messages("C0ZED")
    with pytest.raises(SandboxError, match="no user"):
        box.dm("U0ZED")


def test_what_is_seen_is_a_snapshot(box: Sandbox, client: WebClient) -> None:
    """A message in a test's hand does not change under it."""
    ts = client.chat_postMessage(channel="U0EVA", text="before")["ts"]
    [seen] = box.dm("U0EVA")
    client.chat_update(channel="D0EVA", ts=ts, text="after")
    assert seen.text == "before"
    assert box.dm("U0EVA")[0].text == "after"
    with pytest.raises(AttributeError):
        seen.text = "forged"  # type: ignore[misc]


# -- life ---------------------------------------------------------------------------------------------------


def test_starting_is_quick_and_stopping_complete(an_app: Callable[..., dict[str, Any]]) -> None:
    """Well under half a second of computing, on a free port each; afterwards no thread of it is left."""
    before = set(threading.enumerate())
    with Sandbox(an_app(), app_url=None):
        pass
    boxes, seconds = [], []
    for _ in range(4):
        started = time.process_time()
        boxes.append(Sandbox(an_app(socket_mode_enabled=True), app_url=None).start())
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.5  # computing, as other processes share the machine
    assert len({box.url for box in boxes}) == 4
    with pytest.raises(RuntimeError, match="running already"):
        boxes[0].start()
    for box in boxes:
        box.stop()
        box.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before


def test_many_threads_at_once(box: Sandbox, app: App, client: WebClient) -> None:
    """Commands, posts and reads from several threads lose nothing and give no timestamp twice."""
    app.command("/commit")(lambda ack, command: ack(command["text"], response_type="in_channel"))

    def work(number: int) -> int:
        acked = 0
        for turn in range(5):
            acked += box.command("U0EVA", "C0ACME", "/commit", f"{number}.{turn}").ok
            client.chat_postMessage(channel="C0ACME", text=f"post {number}.{turn}")
            client.conversations_history(channel="C0ACME", limit=5)
        return acked

    before = len(box.messages("C0ACME"))
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == [5] * 6
    stamps = [message.ts for message in box.messages("C0ACME")]
    assert len(stamps) == before + 60
    assert stamps == sorted(set(stamps))


def test_a_process_of_its_own(an_app: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """`python -m sandbox` says where it is, answers, and ends on SIGTERM with status 0."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(an_app()))
    command = [sys.executable, "-m", "sandbox", "--manifest", str(manifest), "--bot-token", "xoxb-mine"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Workspace: http://127.0.0.1:")
        api_url = process.stdout.readline().removeprefix("Web API: ").strip()
        assert WebClient(token="xoxb-mine", base_url=api_url).auth_test()["team"] == "Northwind Software"
        process.terminate()
        assert process.wait(30) == 0
