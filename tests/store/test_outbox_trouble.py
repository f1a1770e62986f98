"""The outbox in unusual trouble: late results, a clock set back, limits of one method, many rows at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from store import outbox
from store.outbox import GRACE, claiming
from store.outbox.claiming import LEASE, PACE
from store.tables import Outbox, OutboxState, Workspace
from tests.conftest import NOW
from tests.store.outbox_steps import HOUR, chance, free_at, row, say, sent, settle, take, taken

if TYPE_CHECKING:
    from store.db import Ledger

SECOND = timedelta(seconds=1)
NONE = timedelta()


def test_a_late_word_that_it_stands_is_kept(ledger: Ledger) -> None:
    """A late success counts although another attempt had claimed the row: it is sent, and that attempt is fenced."""
    say(ledger, "T1")
    late, second = taken(ledger), taken(ledger, NOW + LEASE)
    settle(ledger, outbox.leave_unknown, second, error="another worker is still sending it", now=NOW + LEASE)
    third = taken(ledger, NOW + 2 * LEASE)
    at = NOW + 2 * LEASE
    assert not settle(ledger, outbox.mark_sent, late, channel="D1", ts="1.0", now=at)
    assert settle(ledger, outbox.record_late_success, late, channel="D1", ts="1.0", now=at)
    found = row(ledger, 1)
    assert (found.state, found.ts, found.settled_at, found.last_error) == (OutboxState.SENT, "1.0", at, None)
    assert found.attempts > third.attempt
    assert not settle(ledger, outbox.mark_sent, third, channel="D1", ts="2.0", now=at)
    # The posted text may be old, so the row is due for an update at once.
    assert taken(ledger, at + PACE).posted


def test_what_is_decided_is_not_decided_again(ledger: Ledger) -> None:
    """A result that comes after the row was decided changes nothing."""
    say(ledger, "T1")
    late, second = taken(ledger), taken(ledger, NOW + LEASE)
    sent(ledger, second, NOW + LEASE)
    assert not settle(ledger, outbox.record_late_success, late, channel="D9", ts="9.9", now=NOW + HOUR)
    assert not settle(ledger, outbox.delay_lookup, late, until=NOW + HOUR)
    assert (row(ledger, 1).ts, row(ledger, 1).not_before) == ("1.0", None)


def test_a_late_word_of_doubt_puts_the_look_off(ledger: Ledger) -> None:
    """A late unknown result delays the lookup by the whole grace time: the message may just have arrived."""
    say(ledger, "T1")
    late, second = taken(ledger), taken(ledger, NOW + LEASE)
    settle(ledger, outbox.leave_unknown, second, error="x", now=NOW + LEASE)
    until = NOW + LEASE + GRACE + SECOND
    assert settle(ledger, outbox.delay_lookup, late, until=until)
    assert chance(ledger) == until
    assert not settle(ledger, outbox.delay_lookup, late, until=NOW)
    assert chance(ledger) == until


def test_a_slow_attempt_keeps_its_row(ledger: Ledger) -> None:
    """The worker that holds a row may extend its lease; a worker that lost the row may not."""
    say(ledger, "T1")
    first = taken(ledger)
    assert settle(ledger, outbox.extend_lease, first, until=NOW + 2 * LEASE)
    assert take(ledger, NOW + LEASE) is None
    second = taken(ledger, NOW + 2 * LEASE)
    assert not settle(ledger, outbox.extend_lease, first, until=NOW + HOUR)
    assert chance(ledger) == NOW + 2 * LEASE + LEASE
    assert second.unknown_since == NOW


def test_once_in_doubt_it_is_looked_up_again(ledger: Ledger) -> None:
    """A refusal of the second attempt does not decide the first, whose message may still arrive."""
    say(ledger, "T1")
    settle(ledger, outbox.leave_unknown, taken(ledger), error="timeout", now=NOW)
    second = taken(ledger, NOW + GRACE)
    until = NOW + GRACE + SECOND
    settle(ledger, outbox.postpone, second, until=until, error="ratelimited", whole_workspace=True)
    assert row(ledger, 1).state == OutboxState.SENDING
    assert taken(ledger, until).unknown_since == NOW


def test_a_limit_on_updates_holds_updates_only(ledger: Ledger) -> None:
    """Slack limits each method separately: messages go on, and all updates wait."""
    for to in ("ana", "ben", "eva"):
        say(ledger, "T1", to)
    for number in range(2):
        assert sent(ledger, taken(ledger, NOW + number * PACE), NOW)
    with ledger.begin() as tx:
        tx.execute(sa.update(Outbox).where(Outbox.state == OutboxState.SENT).values(not_before=NOW - HOUR))
    update = taken(ledger, NOW + HOUR)
    assert update.posted
    until = NOW + HOUR + timedelta(seconds=40)
    settle(ledger, outbox.postpone, update, until=until, error="ratelimited", whole_workspace=True)
    assert free_at(ledger, "T1") == NOW + HOUR + PACE
    third = taken(ledger, NOW + HOUR + PACE)
    assert not third.posted
    assert {row(ledger, number).not_before for number in {1, 2, 3} - {third.id}} == {until}


def test_a_conversation_hears_one_message_a_second(ledger: Ledger) -> None:
    """Rows for the same recipient wait a second more; others go on at the workspace's pace."""
    for to in ("ana", "ana", "ana", "ben", "C1", "C1"):
        say(ledger, "T1", to)
    now, went = NOW, {}
    while at := chance(ledger, now):
        now = max(now, at)
        claimed = taken(ledger, now)
        went[claimed.id] = now - NOW
        settle(ledger, outbox.mark_sent, claimed, channel="D1", ts="1.0", now=now, apart=SECOND)
    assert sorted(went[number] for number in (1, 4, 5)) == [NONE, PACE, 2 * PACE]
    for earlier, later in ((1, 2), (2, 3), (5, 6)):
        assert SECOND <= went[later] - went[earlier] <= SECOND + PACE


def test_the_clock_was_an_hour_ahead(ledger: Ledger) -> None:
    """After a clock that was ahead neither the workspace nor postponed rows wait for it; a lease keeps its length."""
    for to in ("ana", "ben", "eva"):
        say(ledger, "T1", to, at=NOW + HOUR)
    wrong = NOW + HOUR
    on_its_way, updated = taken(ledger, wrong, pace=NONE), taken(ledger, wrong, pace=NONE)
    sent(ledger, updated, wrong)
    with ledger.begin() as tx:
        tx.execute(sa.update(Outbox).where(Outbox.id == updated.id).values(not_before=wrong))
        tx.execute(sa.update(Workspace).values(next_post_at=wrong + PACE))
    with ledger.begin() as tx:
        assert outbox.clock_set_back(tx, NOW, most=timedelta(minutes=5)) == 3
    assert free_at(ledger, "T1") == NOW
    assert row(ledger, on_its_way.id).not_before == NOW + LEASE
    assert {taken(ledger, NOW, pace=NONE).id for _ in range(2)} == {1, 2, 3} - {on_its_way.id}
    with ledger.begin() as tx:
        assert outbox.clock_set_back(tx, NOW, most=timedelta(minutes=5)) == 0


def test_a_pause_that_slack_asked_for_survives_a_clock_set_back(ledger: Ledger) -> None:
    """A pause of forty seconds keeps its length after the clock went back a little."""
    say(ledger, "T1")
    until = NOW + timedelta(seconds=40)
    settle(ledger, outbox.postpone, taken(ledger), until=until, error="ratelimited", whole_workspace=True)
    with ledger.begin() as tx:
        assert outbox.clock_set_back(tx, NOW - SECOND, most=timedelta(minutes=5)) == 0
    assert (free_at(ledger, "T1"), chance(ledger)) == (until, until)


@pytest.mark.parametrize(
    ("became", "seen"),
    [
        ("waits", False),
        ("on its way", False),
        ("lease over", True),
        ("answer lost", True),
        ("sent", False),
        ("taken again", True),
    ],
)
def test_what_is_undecided(ledger: Ledger, became: str, *, seen: bool) -> None:
    """A message whose answer or worker was lost, until it is decided; not one that is on its way just now."""
    say(ledger, "T1", key="brief:1:2026-11-23")
    now, claimed = NOW, None if became == "waits" else taken(ledger)
    if claimed and became == "lease over":
        now = NOW + LEASE + SECOND
    elif claimed and became == "answer lost":
        settle(ledger, outbox.leave_unknown, claimed, error="timed out", now=NOW)
    elif claimed and became == "sent":
        sent(ledger, claimed)
    elif claimed and became == "taken again":
        now = NOW + LEASE
        taken(ledger, now)
    with ledger.read() as tx:
        found: list[Any] = outbox.undecided(tx, now, most=10)
    assert [each.key for each in found] == (["brief:1:2026-11-23"] if seen else [])
    if became == "answer lost":
        assert (found[0].since, found[0].error, found[0].looked_up_at) == (NOW, "timed out", NOW + GRACE)
    assert became != "waits" or row(ledger, 1).state == OutboxState.PENDING


@pytest.mark.parametrize("ahead", [HOUR, 400 * 24 * HOUR])
def test_a_pace_set_by_a_wrong_clock_holds_nobody_up(ledger: Ledger, ahead: timedelta) -> None:
    """After posts with a clock ahead that was set right the next claim takes due rows, at the pace again."""
    for to in ("ana", "ben"):
        say(ledger, "T1", to, at=NOW)
    sent(ledger, taken(ledger, NOW + ahead))
    assert free_at(ledger, "T1") == NOW + ahead + PACE
    assert chance(ledger) == NOW
    assert taken(ledger).id == 2
    assert free_at(ledger, "T1") == NOW + PACE


def test_what_nobody_takes_is_seen(ledger: Ledger) -> None:
    """Overdue rows count from the time they could be claimed, with a wrong pace too, but not while Slack limits us."""
    say(ledger, "T1")
    say(ledger, "T2", at=NOW + HOUR)
    with ledger.begin() as tx:
        tx.execute(sa.update(Workspace).values(next_post_at=NOW + 24 * HOUR))
    with ledger.read() as tx:
        (one, other) = tx.scalars(sa.select(Workspace.id).order_by(Workspace.id))
        assert claiming.untaken_since(tx, NOW + 2 * HOUR) == NOW
        assert claiming.untaken_since(tx, NOW + 2 * HOUR, workspaces={other}) == NOW + HOUR
        assert claiming.untaken_since(tx, NOW, workspaces={other}) is None
        assert claiming.untaken_since(tx, NOW + 24 * HOUR - LEASE, workspaces={one}) is None


def test_a_claim_that_comes_to_no_post_costs_no_pace(ledger: Ledger) -> None:
    """A postponed or skipped row frees the pace for the next row at once; a pause that Slack asked for stays."""
    for to in ("ana", "ben", "eva"):
        say(ledger, "T1", to)
    for number in (1, 2):
        claimed = taken(ledger)
        assert claimed.id == number
        with ledger.begin() as tx:
            claiming.give_back_pace(tx, row(ledger, number).workspace_id, pace=PACE, now=NOW)
            outbox.mark_skipped(tx, claimed, reason="nothing left", now=NOW)
    third = taken(ledger)
    until = NOW + 40 * SECOND
    settle(ledger, outbox.postpone, third, until=until, error="ratelimited", whole_workspace=True)
    with ledger.begin() as tx:
        claiming.give_back_pace(tx, row(ledger, 3).workspace_id, pace=PACE, now=NOW)
    assert free_at(ledger, "T1") == until


def test_a_claim_names_its_workspaces(ledger: Ledger) -> None:
    """Rows of a workspace whose token the caller does not have are neither claimed nor waited for."""
    for team in ("T1", "T2"):
        say(ledger, team)
    with ledger.read() as tx:
        (one, other) = tx.scalars(sa.select(Workspace.id).order_by(Workspace.id))
        assert claiming.next_chance(tx, NOW, workspaces=()) is None
    assert take(ledger, workspaces=()) is None
    assert taken(ledger, NOW + HOUR, workspaces={other}).id == 2
    assert take(ledger, NOW + HOUR, workspaces={other}) is None
    assert taken(ledger, NOW + HOUR, workspaces=[one, other]).id == 1
