"""Slack fails in every way: each message arrives once, late rather than twice, or is given up with a reason."""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from store import outbox
from store.db import Ledger
from store.outbox import claiming
from store.outbox.claiming import LEASE
from store.tables import Outbox, OutboxKind, Workspace
from tests.journeys.conftest import BotInWorkspace, open_town, read
from tests.journeys.slack_faults import POST, Faults, Step, answers, drops, later, notices, replica, row, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Reply

pytestmark = pytest.mark.both_databases


UNKNOWN: dict[str, Callable[..., Step]] = {
    "the connection drops": drops,
    "fatal_error": lambda **how: says("fatal_error", **how),
    "internal_error": lambda **how: says("internal_error", 500, **how),
    "request_timeout": lambda **how: says("request_timeout", 408, **how),
    "service_unavailable": lambda **how: says("service_unavailable", 503, **how),
    "an error without a name": lambda **how: says("", 502, **how),
    "an error that is new": lambda **how: says("something_new", **how),
    "a proxy's page": lambda **how: answers("<!DOCTYPE html><html><body>Sign in</body></html>", **how),
    "nothing": lambda **how: answers("", **how),
    "plain words": lambda **how: answers("upstream connect error", 503, **how),
    "a proxy that wants a password": lambda **how: answers("", 407, **how),
    "a firewall": lambda **how: answers("<h1>Forbidden</h1>", 403, **how),
    "JSON of another service": lambda **how: answers('{"error": "forbidden"}', **how),
    "JSON that is no object": lambda **how: answers('["ok"]', **how),
    "JSON that is nothing": lambda **how: answers("null", **how),
    "a success without a message": lambda **how: answers('{"ok": true}', **how),
}


def test_lost_before_slack_took_it(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A post that was lost before Slack took it is posted once, only after a look at the history."""
    town = bare_town
    for number, (name, fault) in enumerate(UNKNOWN.items(), start=1):
        faults.on(POST, fault())
        town.receipt("U0EVA", f"@ana send {name} by today")
        town.settled()
        assert (row(town).state, notices(town)) == ("sending", list(range(1, number))), name
        later(town, timedelta(seconds=30))
        assert len(notices(town)) == number - 1
        faults.seen.clear()
        later(town)
        assert faults.seen == ["conversations.history", POST], name
        assert (row(town).state, notices(town)) == ("sent", list(range(1, number + 1))), name
    assert faults.left == 0


def test_lost_after_slack_took_it(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A post whose answer was lost is found by its key in the history, not posted again, and can be updated."""
    town = bare_town
    for number, (name, fault) in enumerate(UNKNOWN.items(), start=1):
        faults.on(POST, fault(first=True))
        town.receipt("U0EVA", f"@ana send {name} by today")
        town.settled()
        assert (row(town).state, notices(town)[-1]) == ("sending", number), name
        faults.seen.clear()
        later(town)
        assert faults.seen == ["conversations.history"], name
        message = town.box.dm("U0ANA")[-1]
        assert (row(town).state, row(town).ts) == ("sent", message.ts), name
        town.press("U0ANA", message, ids.DONE)
        town.settled()
        assert ":white_check_mark:" in str(town.box.dm("U0ANA")[-1].blocks)
    assert notices(town) == list(range(1, len(UNKNOWN) + 1))


def test_it_has_changed_before_it_is_found(bare_town: BotInWorkspace, faults: Faults) -> None:
    """An item that was done while its message was lost: the message is found, and updated at once."""
    town = bare_town
    faults.on(POST, drops(first=True))
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    later(town)
    (message,) = town.box.dm("U0ANA")
    assert ":white_check_mark:" in str(message.blocks)


def test_no_answer_in_time(bare_town: BotInWorkspace, faults: Faults) -> None:
    """Slack takes the message after the client has given up: found later, not posted again."""
    town = bare_town
    town.makegood.installations.posting.timeout = 0.2  # type: ignore[assignment]
    given_up = threading.Event()

    def slow(carry_out: Callable[[], Reply]) -> Reply:
        given_up.wait(30)
        return carry_out()

    faults.on("conversations.open", lambda carry_out: carry_out())
    faults.on(POST, slow)
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    assert (row(town).state, notices(town)) == ("sending", [])
    given_up.set()
    town.box.wait_for(lambda box: box.dm("U0ANA"))
    town.makegood.installations.posting.timeout = 10
    later(town)
    assert (row(town).state, notices(town)) == ("sent", [1])
    assert faults.seen.count(POST) == 1


def test_the_history_cannot_be_read(bare_town: BotInWorkspace, faults: Faults) -> None:
    """While the history cannot be read, so that nobody knows whether Slack took the message, nothing is posted."""
    town = bare_town
    faults.on(POST, drops(first=True))
    faults.on("conversations.history", says("internal_error", 500), drops(), says("ratelimited", 429, Retry_After="5"))
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    for _ in range(3):
        later(town)
        assert row(town).state == "sending"
    later(town)
    assert (row(town).state, notices(town)) == ("sent", [1])
    assert faults.seen.count(POST) == 1


def test_the_worker_dies_after_posting(bare_town: BotInWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker dies before it stores the outcome: after the lease the message is found, also by another worker."""
    town = bare_town

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as death:
        death.setattr(town.makegood.courier.delivery, "_settle", dies)
        town.receipt("U0EVA", "@ana send it by Friday")
        with pytest.raises(KeyboardInterrupt):
            town.settled()
    assert (row(town).state, notices(town)) == ("sending", [1])
    town.box.clock.move_to(town.box.clock.now() + LEASE + timedelta(seconds=1))
    with replica(town) as other:
        other.courier.deliver_due()
    assert (row(town).state, notices(town)) == ("sent", [1])


def test_a_frozen_worker_posts_nothing_later(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A worker freezes after its claim for longer than its lease, and another one sends the row. When the first worker
    goes on, it finds the row taken and posts nothing.
    """
    town = bare_town
    town.receipt("U0EVA", "@ana send it by Friday")
    courier = town.makegood.courier
    frozen = courier._claim()
    assert frozen is not None
    town.box.clock.move_to(town.box.clock.now() + LEASE + timedelta(seconds=1))
    with replica(town) as other:
        other.courier.deliver_due()
    assert notices(town) == [1]
    courier._handle(frozen)
    assert faults.seen.count(POST) == 1
    assert (row(town).state, notices(town)) == ("sent", [1])


def test_a_worker_frozen_before_its_post(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A worker has read the ledger, and freezes before its post for longer than its lease. Another one sends the row;
    the first goes on, and posts nothing.
    """
    town = bare_town

    def freezes(carry_out: Callable[[], Reply]) -> Reply:
        town.box.clock.move_to(town.box.clock.now() + LEASE + timedelta(seconds=1))
        with replica(town) as other:
            other.courier.deliver_due()
        assert notices(town) == [1]
        return carry_out()

    faults.on("conversations.open", freezes)
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    assert faults.seen.count(POST) == 1
    assert (row(town).state, notices(town)) == ("sent", [1])


def test_a_rate_limit_is_obeyed_by_everybody(bare_town: BotInWorkspace, faults: Faults) -> None:
    """The pause of a 429 is stored for the whole workspace, and no process posts before its end."""
    town = bare_town
    faults.on(POST, says("ratelimited", 429, Retry_After="40"))
    town.receipt("U0EVA", "@ana send it by Friday")
    town.receipt("U0EVA", "@ada call them by Friday")
    before = town.box.clock.now()
    town.settled()
    with town.makegood.ledger.read() as tx:
        (until,) = tx.scalars(sa.select(Workspace.next_post_at))
    assert timedelta(seconds=39) < until - before < timedelta(seconds=45)
    assert notices(town) == notices(town, "U0ADA") == []
    assert faults.seen.count(POST) == 1
    town.box.clock.move_to(before + timedelta(seconds=30))
    with replica(town) as other:
        other.courier.deliver_due()
        assert faults.seen.count(POST) == 1
        later(town, timedelta(seconds=12))
        other.courier.deliver_due()
    assert (notices(town), notices(town, "U0ADA")) == ([1], [2])
    assert "conversations.history" not in faults.seen


def test_order_is_kept_for_each_person(bare_town: BotInWorkspace, faults: Faults) -> None:
    """The second message to a person never overtakes the first, which may be limited, lost or answered late."""
    town = bare_town
    faults.on(POST, says("ratelimited", 429, Retry_After="40"), drops(), drops(first=True))
    for number in range(1, 5):
        town.receipt("U0EVA", f"@ana send {number} by today")
    town.settled()
    for _ in range(4):
        later(town)
    assert notices(town) == [1, 2, 3, 4]


def test_order_is_kept_by_many_threads(database_url: str) -> None:
    """Four couriers at once deliver thirty messages to one person in the order of their events."""
    with open_town(database_url, work=True) as town:
        for number in range(1, 31):
            town.receipt("U0EVA", f"@ana send {number} by today")
        town.box.wait_for(lambda box: len(box.dm("U0ANA")) == 30, timeout=30)
        assert notices(town) == list(range(1, 31))


def test_a_shared_item_whose_channel_is_gone(bare_town: BotInWorkspace) -> None:
    """A channel is archived before the post: the message is given up and the person told. Deleted after it: no other
    harm.
    """
    town = bare_town
    receipt = town.receipt("U0EVA", "send it by Friday", "C0GENERAL")
    town.press("U0EVA", receipt, ids.SHARE)
    town.box.archive("C0GENERAL")
    town.settled()
    (refused,) = town.outbox("shared")
    assert (refused.state, refused.last_error) == ("dead", "is_archived")
    assert "it is archived" in read(town.box.dm("U0EVA")[-1])
    town.press("U0EVA", town.receipt("U0EVA", "call them by Friday"), ids.SHARE)
    town.settled()
    message = town.box.messages("C0ACME")[-1]
    town.box.world.remove(message)
    town.press("U0EVA", town.item("U0EVA", 2), ids.DONE)
    town.settled()
    assert (row(town).state, row(town).last_error, row(town).not_before) == ("sent", "message_not_found", None)


def test_slack_is_away(bare_town: BotInWorkspace, faults: Faults) -> None:
    """Slack cannot be reached, so nothing was posted: the message is retried at growing intervals, without a search."""
    town = bare_town
    there, town.makegood.installations.posting.base_url = (
        town.makegood.installations.posting.base_url,
        "http://127.0.0.1:9/api/",
    )
    town.receipt("U0EVA", "@ana send it by Friday")
    waits: list[timedelta] = []
    for _ in range(4):
        before = town.box.clock.now()
        town.makegood.courier.deliver_one()
        at = row(town).not_before
        assert isinstance(at, datetime)
        assert row(town).state == "pending"
        waits.append(at - before)
        town.box.clock.move_to(at + timedelta(seconds=1))
    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]
    town.makegood.installations.posting.base_url = there
    town.settled()
    assert notices(town) == [1]
    assert faults.seen.count("conversations.history") == 0


def test_a_conversation_is_opened_again(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A lost call that opens the DM is repeated; the message in it comes once."""
    town = bare_town
    faults.on("conversations.open", drops(), drops(first=True), says("fatal_error"))
    town.receipt("U0EVA", "@ana send it by Friday")
    for _ in range(5):
        later(town)
    assert notices(town) == [1]
    assert faults.seen.count(POST) == 1


def test_an_update_that_fails_is_made_up_for(bare_town: BotInWorkspace, faults: Faults) -> None:
    """A failed update of a message or Home tab is made later, after every kind of failure."""
    town = bare_town
    town.box.open_home("U0ANA")
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    faults.on("chat.update", drops(), says("ratelimited", 429, Retry_After="20"), drops(first=True))
    faults.on("views.publish", says("internal_error", 500), drops(first=True))
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    town.settled()
    for _ in range(4):
        later(town)
    _, message = town.box.dm("U0ANA")
    assert ":white_check_mark:" in str(message.blocks)
    assert "Nothing is open" in str(town.box.home("U0ANA"))
    assert {each.not_before for each in town.outbox()} == {None}
    assert faults.left == 0


def test_nobody_sends_twice_by_itself(bare_town: BotInWorkspace) -> None:
    """Our clients repeat no call: the SDK's handler would, after a dropped connection whose call Slack had accepted."""
    makegood = bare_town.makegood
    own = makegood.installations
    for client in (own.posting, own.answering, own.checking, makegood.bolt.client):
        assert client.retry_handlers == []


def test_what_travels_and_what_is_kept_says_nothing(bare_town: BotInWorkspace) -> None:
    """The outbox holds ids, days and keys, and a message's metadata a random key: never text that people wrote."""
    town = bare_town
    receipt = town.receipt("U0EVA", "@ana send SECRETWORD by tomorrow for SECRETACCOUNT")
    town.press("U0EVA", receipt, ids.SHARE)
    town.settled()
    form = town.form("U0ANA", town.box.dm("U0ANA")[-1], ids.HAND_BACK)
    town.submit("U0ANA", form, reason="SECRETREASON")
    town.settled()
    town.box.open_home("U0EVA")
    town.jump(2026, 11, 24, 8, 45)
    with town.makegood.ledger.read() as tx:
        rows = [dict(found._mapping) for found in tx.execute(sa.select(Outbox.__table__))]
    assert {kept["kind"] for kept in rows} == {"assigned", "handed_back", "shared", "brief", "home", "answer"}
    assert "SECRET" not in json.dumps(rows, default=str)
    posted = [call.args for call in town.box.calls if call.method == POST]
    assert len(posted) == 5
    keys = {kept["message_key"] for kept in rows}
    for args in posted:
        assert args["metadata"].keys() == {"event_type", "event_payload"}
        assert args["metadata"]["event_payload"].keys() == {"key"}
        assert args["metadata"]["event_payload"]["key"] in keys
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys)


def test_the_ledger_of_another_workspace_is_not_touched(bare_town: BotInWorkspace) -> None:
    """A workspace that waits for Slack's permission does not hold up another one in the same database."""
    town = bare_town
    town.receipt("U0EVA", "@ana send it by Friday")
    ledger = Ledger(town.makegood.ledger.url)
    with ledger.begin() as tx:
        mine = tx.scalars(sa.select(Workspace)).one()
        other = Workspace(team_id="T0OTHER", name="Other", next_post_at=mine.next_post_at, created_at=mine.created_at)
        tx.add(other)
        mine.next_post_at = town.box.clock.now() + timedelta(hours=1)
        tx.flush()
        outbox.enqueue(
            tx, workspace_id=other.id, key="x", kind=OutboxKind.SHARED, now=town.box.clock.now(), channel="C1"
        )
    with ledger.begin() as tx:
        claimed = claiming.claim(tx, town.box.clock.now())
    ledger.close()
    assert claimed is not None
    assert claimed.kind == "shared"
