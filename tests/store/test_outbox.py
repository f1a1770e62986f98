"""The outbox's verbs, on both databases: which row is claimed, when, by which worker, and whose result counts."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from store import outbox
from store.outbox import GRACE
from store.outbox.claiming import LEASE, PACE
from store.tables import Outbox, OutboxKind, OutboxState, Workspace
from tests.conftest import NOW

if TYPE_CHECKING:
    from store.db import Ledger
from tests.store.outbox_steps import BIG, HOUR, SMALL, chance, free_at, row, say, sent, settle, take, taken

# ---- keys and order ------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [None, OutboxState.SENT, OutboxState.SKIPPED, OutboxState.DEAD])
def test_a_key_is_good_for_one_message_ever(ledger: Ledger, end: str | None) -> None:
    """After any end of the first row the same key writes no second row; in another workspace it is another key."""
    assert say(ledger, "T1", key="brief:1:2026-11-23")
    if end == OutboxState.SENT:
        sent(ledger, taken(ledger))
    elif end == OutboxState.SKIPPED:
        settle(ledger, outbox.mark_skipped, taken(ledger), reason="nothing left", now=NOW)
    elif end == OutboxState.DEAD:
        settle(ledger, outbox.mark_failed, taken(ledger), error="is_archived", now=NOW)
    assert not say(ledger, "T1", "ben", key="brief:1:2026-11-23")
    assert say(ledger, "T2", key="brief:1:2026-11-23")
    with ledger.read() as tx:
        rows = list(tx.scalars(sa.select(Outbox)))
    assert len(rows) == len({one.message_key for one in rows}) == 2


def test_a_rolled_back_change_leaves_no_message(ledger: Ledger) -> None:
    """A row is stored only if its transaction commits, and only then is the courier notified."""
    news: list[int] = []
    ledger.on_outbox_change = lambda: news.append(1)
    assert say(ledger, "T1")
    assert news == [1]
    with pytest.raises(ZeroDivisionError):
        _intend_and_fail(ledger)
    assert not say(ledger, "T1", key="key:0")
    assert news == [1]
    with ledger.read() as tx:
        assert outbox.counts(tx) == {OutboxState.PENDING: 1}


def _intend_and_fail(ledger: Ledger) -> None:
    with ledger.begin() as tx:
        assert outbox.enqueue(tx, workspace_id=1, key="another", kind=OutboxKind.SHARED, now=NOW, channel="C1")
        raise ZeroDivisionError


def test_the_oldest_goes_first_and_none_before_its_time(ledger: Ledger) -> None:
    """Rows go in the order of their earliest time, then of their writing."""
    assert (take(ledger), chance(ledger)) == (None, None)
    for to, at in (("ana", NOW + HOUR), ("ben", NOW), ("eva", NOW), ("ada", NOW - HOUR)):
        say(ledger, "T1", to, at=at)
    order = [taken(ledger, NOW, pace=timedelta()) for _ in range(3)]
    assert [claimed.id for claimed in order] == [4, 2, 3]
    assert all(sent(ledger, claimed) for claimed in order)
    assert take(ledger, NOW, pace=timedelta()) is None
    assert taken(ledger, NOW + HOUR).id == 1


def test_nobody_hears_the_second_before_the_first(ledger: Ledger) -> None:
    """While a row is being sent or undecided the next to the same person or channel waits; others do not."""
    for to in ("ana", "ana", "C1", "C1", "ben"):
        say(ledger, "T1", to)
    first, channel, other = (taken(ledger, pace=timedelta()) for _ in range(3))
    assert [first.id, channel.id, other.id] == [1, 3, 5]
    assert take(ledger, pace=timedelta()) is None
    settle(ledger, outbox.leave_unknown, first, error="timeout", now=NOW)
    settle(ledger, outbox.mark_failed, channel, error="is_archived", now=NOW)
    assert taken(ledger, pace=timedelta()).id == 4
    assert take(ledger, pace=timedelta()) is None
    again = taken(ledger, NOW + GRACE, pace=timedelta())
    assert again.id == 1
    sent(ledger, again, NOW + GRACE)
    assert taken(ledger, NOW + GRACE, pace=timedelta()).id == 2


# ---- pace and fairness, in a time of the test's own ------------------------------------------------------


def live(ledger: Ledger, work: timedelta) -> list[tuple[timedelta, str]]:
    """One worker that needs `work` for each post delivers everything; (when, to which workspace) each time."""
    now, posts = NOW, []
    rows = sa.select(Outbox.id, Workspace.team_id).join(Workspace, Workspace.id == Outbox.workspace_id)
    with ledger.read() as tx:
        teams = {found[0]: found[1] for found in tx.execute(rows)}
    while at := chance(ledger, now):
        now = max(now, at)
        claimed = taken(ledger, now)
        posts.append((now - NOW, teams[claimed.id]))
        now += work
        sent(ledger, claimed, now)
    return posts


def test_no_workspace_hears_more_often_than_the_pace(ledger: Ledger) -> None:
    """For any speed of the worker two posts are a quarter of a second apart, and not more."""
    for n in range(12):
        say(ledger, "T1", f"p{n}")
    moments = [at for at, _ in live(ledger, timedelta(milliseconds=1))]
    assert moments == [n * PACE for n in range(12)]


def test_a_small_workspace_waits_only_briefly(ledger: Ledger) -> None:
    """Beside a workspace with nine tenths of the rows, written first, small ones are served in the first seconds."""
    for n in range(90):
        say(ledger, BIG, f"p{n}")
    for team in SMALL:
        for n in range(2):
            say(ledger, team, f"p{n}", at=NOW)
    work = timedelta(milliseconds=100)
    posts = live(ledger, work)
    assert len(posts) == 100
    last = {team: at for at, team in posts}
    # Two rounds of six workspaces, each as long as it takes to post to all of them.
    assert max(last[team] for team in SMALL) <= 2 * 6 * work
    # The big workspace loses no more than these turns.
    assert last[BIG] <= 90 * PACE + 2 * 6 * work
    for team in (BIG, *SMALL):
        own = [at for at, to in posts if to == team]
        # One that came late does not put off the next: these are closer. No stretch holds more than that one too many.
        for (n, earlier), (m, later) in combinations(enumerate(own), 2):
            assert later - earlier > (m - n - 1) * PACE


def test_a_newcomer_does_not_wait_behind_a_backlog(ledger: Ledger) -> None:
    """A new workspace's row is younger than ninety others and still goes next: it was served least recently."""
    for n in range(90):
        say(ledger, BIG, f"p{n}", at=NOW - HOUR)
    for n in range(8):
        taken(ledger, NOW + n * PACE)
    say(ledger, SMALL[0], at=NOW + 8 * PACE)
    newest = taken(ledger, NOW + 8 * PACE)
    assert newest.id == 91


# ---- lease, fencing, unknown outcomes ----------------------------------------------------------------------


def test_a_lease_excludes_everybody_until_it_ends(ledger: Ledger) -> None:
    """After the lease another worker may claim the row, and learns since when its outcome is unknown."""
    say(ledger, "T1")
    first = taken(ledger)
    assert (first.attempt, first.unknown_since, first.posted) == (1, None, False)
    assert row(ledger, 1).state == OutboxState.SENDING
    assert take(ledger, NOW + LEASE - timedelta(seconds=1)) is None
    second = taken(ledger, NOW + LEASE)
    assert (second.attempt, second.unknown_since) == (2, NOW)
    third = taken(ledger, NOW + 2 * LEASE)
    assert (third.attempt, third.unknown_since) == (3, NOW)


@pytest.mark.parametrize(
    "verb",
    [
        lambda tx, late: outbox.mark_sent(tx, late, channel="D9", ts="9.9", now=NOW),
        lambda tx, late: outbox.mark_skipped(tx, late, reason="late", now=NOW),
        lambda tx, late: outbox.mark_failed(tx, late, error="late", now=NOW),
        lambda tx, late: outbox.leave_unknown(tx, late, error="late", now=NOW),
        lambda tx, late: outbox.postpone(tx, late, until=NOW + HOUR, error="late", whole_workspace=True),
    ],
    ids=["sent", "skipped", "dead", "unknown", "postponed"],
)
def test_a_late_word_no_longer_counts(ledger: Ledger, verb: Any) -> None:
    """A worker that lost its row after the lease changes neither the row nor the workspace's pace."""
    say(ledger, "T1")
    late = taken(ledger)
    taken(ledger, NOW + LEASE)
    before, pace = vars(row(ledger, 1)), free_at(ledger, "T1")
    assert settle(ledger, verb, late) is False
    after = vars(row(ledger, 1))
    columns = [column.name for column in Outbox.__table__.columns]
    assert {name: after[name] for name in columns} == {name: before[name] for name in columns}
    assert free_at(ledger, "T1") == pace


def test_an_unknown_outcome_is_looked_up_after_a_pause(ledger: Ledger) -> None:
    """The pause counts from each unknown result; `unknown_since` stays the time of the first attempt."""
    say(ledger, "T1")
    at = NOW
    for attempt in range(1, 4):
        claimed = taken(ledger, at)
        assert (claimed.attempt, claimed.unknown_since) == (attempt, None if attempt == 1 else NOW)
        failed = at + timedelta(seconds=10)
        settle(ledger, outbox.leave_unknown, claimed, error="timeout", now=failed)
        assert (row(ledger, 1).state, row(ledger, 1).last_error) == (OutboxState.SENDING, "timeout")
        assert chance(ledger) == failed + GRACE
        assert take(ledger, failed + GRACE - timedelta(seconds=1)) is None
        at = failed + GRACE


def test_what_slack_certainly_did_not_take_needs_no_look(ledger: Ledger) -> None:
    """A postponed row is pending again, and the next attempt does not ask the history."""
    say(ledger, "T1")
    settle(ledger, outbox.postpone, taken(ledger), until=NOW + HOUR, error="away", whole_workspace=False)
    assert (row(ledger, 1).state, chance(ledger)) == (OutboxState.PENDING, NOW + HOUR)
    assert taken(ledger, NOW + HOUR).unknown_since is None


def test_first_come_first_served(ledger: Ledger) -> None:
    """Rows that are due from the same instant go in the order of writing, also after earlier attempts."""
    later = NOW + HOUR
    say(ledger, "T1", "ana")
    say(ledger, "T1", "ben", at=later)
    settle(ledger, outbox.postpone, taken(ledger), until=later, error="away", whole_workspace=False)
    assert [taken(ledger, later + n * PACE).id for n in range(2)] == [1, 2]


def test_retry_after_holds_the_whole_workspace_and_no_other(ledger: Ledger) -> None:
    """The pause is stored, so that every process obeys it; a shorter pause later does not shorten it."""
    for team in ("T1", "T2"):
        say(ledger, team, "ana")
        say(ledger, team, "ben")
    limited, until = taken(ledger), NOW + timedelta(seconds=40)
    settle(ledger, outbox.postpone, limited, until=until, error="ratelimited", whole_workspace=True)
    assert free_at(ledger, "T1") == until
    others = [taken(ledger, NOW + n * PACE) for n in range(2)]
    assert [other.id for other in others] == [3, 4]
    assert chance(ledger) == until
    assert take(ledger, until - timedelta(seconds=1)) is None
    one = taken(ledger, until)
    settle(ledger, outbox.postpone, one, until=until - timedelta(seconds=1), error="x", whole_workspace=True)
    assert free_at(ledger, "T1") == until + PACE


# ---- ends ------------------------------------------------------------------------------------------------------


def test_how_a_message_may_end(ledger: Ledger) -> None:
    """A row ends as sent with its place, skipped with a reason, or dead with Slack's error; then it is never due."""
    for to in ("ana", "ben", "eva"):
        say(ledger, "T1", to)
    one, two, three = (taken(ledger, pace=timedelta()) for _ in range(3))
    assert sent(ledger, one)
    assert settle(ledger, outbox.mark_skipped, two, reason="nothing left", now=NOW)
    assert settle(ledger, outbox.mark_failed, three, error="user_disabled", now=NOW)
    told = [(found.state, found.ts, found.last_error, found.not_before, found.settled_at)
            for found in (row(ledger, n) for n in (1, 2, 3))]  # fmt: skip
    assert told == [
        (OutboxState.SENT, "1.0", None, None, NOW),
        (OutboxState.SKIPPED, None, "nothing left", None, NOW),
        (OutboxState.DEAD, None, "user_disabled", None, NOW),
    ]
    assert chance(ledger) is None
    with ledger.read() as tx:
        assert outbox.counts(tx) == {OutboxState.SENT: 1, OutboxState.SKIPPED: 1, OutboxState.DEAD: 1}
        assert outbox.refused(tx, since=NOW) == [("key:2", "user_disabled")]
        assert outbox.refused(tx, since=NOW + HOUR) == []


def test_threads_at_the_same_moment_take_each_row_once(ledger: Ledger) -> None:
    """Eight workers, five workspaces: each row is claimed once, and no second one of a workspace before its pace
    allows.
    """
    teams = [f"T{n}" for n in range(5)]
    for team in teams:
        for to in ("ana", "ben", "eva"):
            say(ledger, team, to)
    together = threading.Barrier(8)

    def work(_: int) -> list[int]:
        together.wait()
        return [claimed.id for _ in range(3) if (claimed := take(ledger))]

    with ThreadPoolExecutor(8) as threads:
        ids = sorted(id_ for found in threads.map(work, range(8)) for id_ in found)
    # A thread that lost a race may have found no row; the remaining rows are still free to claim.
    while claimed := take(ledger):
        ids.append(claimed.id)
    assert sorted(ids) == [1, 4, 7, 10, 13]
