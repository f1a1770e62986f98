"""Signed payloads of every kind with mutations: an answer in words or a refusal, never a traceback."""

from __future__ import annotations

import itertools
import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.clock import wall_clock
from sandbox.delivery import sign
from tests.journeys import invariants, payloads, sockets
from tests.journeys.conftest import SECRET, BotInWorkspace
from tests.journeys.sockets import open_socket_town

if TYPE_CHECKING:
    from sandbox.delivery import Parcel
    from tests.bot.conftest import Log

# All examples of a property share one town: an example finds the data of earlier ones.
ONE_TOWN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

either = sockets.either


def holds(log: Log, read_until: list[int]) -> None:
    """Asserts that the log has no new traceback and no unforeseen error."""
    new = log.text[read_until[0] :]
    read_until[0] += len(new)
    assert '"exception"' not in new, new
    assert "Traceback" not in new, new


def test_a_payload_of_each_kind_is_understood(either: BotInWorkspace, log: Log) -> None:
    """Unmutated payloads are all answered with 200, which shows that the mutations below start from real payloads."""
    read_until = [0]
    for parcel in payloads.of_each_kind(either):
        assert either.box.send(parcel).status == 200, parcel
        holds(log, read_until)
    assert log.events("slack_request_refused") == []
    # No form of ours asks Slack for an event on closing.
    assert [event["kind"] for event in log.events("request_unknown")] == ["view_closed"]


def send(town: BotInWorkspace, log: Log, parcel: Parcel, number: int, read_until: list[int]) -> None:
    if parcel.payload.get("trigger_id") == "1.2.3":
        parcel.payload["trigger_id"] = f"1.2.{number}"
    # One person may record only thirty commitments in a minute.
    town.box.clock.move_to(town.box.clock.now() + timedelta(seconds=10))
    assert town.box.send(parcel).status in {200, 400}, parcel
    holds(log, read_until)


@pytest.mark.both_databases
def test_a_mutated_payload_never_breaks_us(bare_town: BotInWorkspace, log: Log) -> None:
    """Payloads with parts removed, of another type or of an invented value get 200 or 400, and no traceback."""
    bare_town.receipt("U0ADA", "@ana send it by Friday")
    parcels, read_until, count = payloads.of_each_kind(bare_town), [0], itertools.count()

    @ONE_TOWN
    @given(st.data())
    def check(data: st.DataObject) -> None:
        parcel = payloads.mutated(lambda options: data.draw(st.sampled_from(options)), parcels)
        send(bare_town, log, parcel, next(count), read_until)

    check()
    assert invariants.tracebacks(log) == []


def test_a_mutated_envelope_never_breaks_us(database_url: str, log: Log) -> None:
    """Mutated payloads over Socket Mode: each envelope is acknowledged, so that Slack repeats none."""
    # Not drawn by hypothesis: the threads use the global random numbers, which hypothesis forbids.
    chance, read_until = random.Random(0), [0]
    with open_socket_town(database_url) as town:
        town.receipt("U0ADA", "@ana send it by Friday")
        parcels = payloads.of_each_kind(town)
        for number in range(150):
            send(town, log, payloads.mutated(chance.choice, parcels), number, read_until)
    assert invariants.tracebacks(log) == []


def test_a_mutated_body_never_breaks_us(bare_town: BotInWorkspace, log: Log) -> None:
    """Signed bodies with changed, removed or doubled bytes, under each content type, get 200 or 400."""
    town, read_until = bare_town, [0]
    bodies = [_encoded(parcel) for parcel in payloads.of_each_kind(town)]
    assert town.box.app_url

    with httpx.Client(trust_env=False) as client:

        @ONE_TOWN
        @given(st.data())
        def check(data: st.DataObject) -> None:
            body = data.draw(st.sampled_from(bodies))
            at = data.draw(st.integers(0, len(body)))
            end = data.draw(st.integers(at, min(len(body), at + 40)))
            body = body[:at] + data.draw(st.binary(max_size=8) | st.just(body[at:end] * 2)) + body[end:]
            kind = data.draw(st.sampled_from(("application/json", "application/x-www-form-urlencoded", "text/plain")))
            now = str(int(wall_clock().timestamp()))
            headers = {
                "Content-Type": kind,
                "X-Slack-Request-Timestamp": now,
                "X-Slack-Signature": sign(SECRET, now, body),
            }
            assert client.post(str(town.box.app_url), content=body, headers=headers).status_code in {200, 400}, body
            holds(log, read_until)

        check()
    assert invariants.tracebacks(log) == []


def _encoded(parcel: Parcel) -> bytes:
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload).encode()
    fields = parcel.payload if parcel.kind == "slash_commands" else {"payload": json.dumps(parcel.payload)}
    return urlencode(fields).encode()
