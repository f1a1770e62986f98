"""The bot's clock is wrong and then set right: nobody is told twice, or waits until the clock has caught up."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.schedule import last_beats
from store import migrate
from store.db import Ledger
from store.outbox.claiming import LEASE
from tests.journeys.conftest import MONDAY, BotInWorkspace, open_town, patience
from tests.journeys.processes import Process, readyz, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox

pytestmark = pytest.mark.both_databases

FAKETIME = next(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"), None)

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
POST = "chat.postMessage"


class Wrong:
    """The bot's clock; `ahead` says by how much it is ahead of Slack's."""

    def __init__(self, town: BotInWorkspace) -> None:
        self.ahead = timedelta()
        self._town = town
        town.makegood.clock = self.now  # The parts that have the clock already get it below.
        town.makegood.courier.delivery.clock = self.now
        town.service.schedule._work = True
        town.service.schedule._wall = self.now
        town.service.schedule._seen = self.now()

    def now(self) -> datetime:
        return self._town.box.clock.now() + self.ahead

    def set_to(self, ahead: timedelta) -> None:
        """Set the clock; the process detects it as in its loop."""
        self.ahead = ahead
        self._town.service.schedule.detect_clock_change()


def posts(town: BotInWorkspace) -> int:
    return sum(call.method == POST for call in town.box.calls)


@pytest.mark.parametrize(("wrong", "right"), [(HOUR, 0 * HOUR), (DAY, 0 * DAY), (0 * DAY, DAY), (0 * HOUR, -HOUR)])
def test_an_answer_was_lost_while_the_clock_was_wrong(
    bare_town: BotInWorkspace, wrong: timedelta, right: timedelta
) -> None:
    """The answer of a post is lost while the clock is an hour or a day ahead, or set forward or back since: the message
    is found in Slack's own time, not sent again, within a lease.
    """
    town = bare_town
    clock = Wrong(town)
    clock.set_to(wrong)
    town.box.faults.fail(POST, "drop_after", count=1)
    town.receipt("U0EVA", "@ana send it by Friday 4 Dec")
    town.settled()
    assert (len(town.box.dm("U0ANA")), town.outbox("assigned")[0].state) == (1, "sending")
    clock.set_to(right)
    town.box.clock.move_to(town.box.clock.now() + LEASE + SECOND)
    town.settled()
    (row,) = town.outbox("assigned")
    assert (row.state, row.ts) == ("sent", town.box.dm("U0ANA")[0].ts)
    assert (len(town.box.dm("U0ANA")), posts(town)) == (1, 1)


def test_nobody_waits_until_the_clock_has_caught_up(bare_town: BotInWorkspace) -> None:
    """After a clock that was an hour ahead is set right, due messages go now, in the order of their events."""
    town = bare_town
    clock = Wrong(town)
    clock.set_to(HOUR)
    town.receipt("U0EVA", "@ana send it by Friday 4 Dec")
    town.settled()
    town.receipt("U0EVA", "@ana call them by Friday 4 Dec")
    clock.ahead = timedelta()
    town.receipt("U0EVA", "@ada call them by Friday 4 Dec")
    town.settled()
    assert [len(town.box.dm(user)) for user in ("U0ANA", "U0ADA")] == [1, 1]
    clock.set_to(timedelta())
    town.settled()
    assert [len(town.box.dm(user)) for user in ("U0ANA", "U0ADA")] == [2, 1]
    assert posts(town) == 3


def lived(database_url: str, jumps: Callable[[int], timedelta | None]) -> tuple[set[str], dict[str, int]]:
    """Lives three days, hour by hour; `jumps` says by hour how far the clock is wrong. Returns the dedupe keys of all
    rows but Home tabs, and the number of messages of each person.
    """
    with patience(), open_town(database_url) as town:
        clock = Wrong(town)
        town.receipt("U0EVA", "send it by tomorrow")
        town.receipt("U0EVA", "@ana call them by Wednesday")
        town.receipt("U0BEN", "@ana ask them by Thursday")
        # Ana's second notice waits for the end of the hour. It goes before the first jump: a brief that comes a day
        # early would rightly take it.
        town.settled()
        for hour in range(1, 72):
            town.box.clock.move_to(MONDAY + hour * HOUR)
            wrong = jumps(hour)
            if wrong is not None:
                clock.set_to(wrong)
                town.makegood.tick()
                town.settled()
                clock.set_to(timedelta())
            town.makegood.tick()
            town.settled()
        keys = {row.dedupe_key for row in town.outbox() if row.kind != "home"}
        return keys, {user: len(town.box.dm(user)) for user in ("U0EVA", "U0ANA", "U0BEN", "U0ADA")}


def test_jumps_change_nothing_of_what_is_said(database_url: str, tmp_path: Path) -> None:
    """With jumps of a day forward and back, or an hour back and forward, the keys and each person's number of messages
    are the same as with a right clock.
    """
    calm = f"sqlite:///{tmp_path / 'calm.db'}"
    ledger = Ledger(calm)
    migrate.upgrade(ledger)
    ledger.close()
    out = {3: DAY, 20: -HOUR, 22: HOUR, 40: -DAY, 47: -HOUR, 60: 2 * HOUR}
    keys, messages = lived(calm, lambda _: None)
    assert lived(database_url, out.get) == (keys, messages)
    assert {key.partition(":")[0] for key in keys} >= {"brief", "assigned"}
    assert sum(messages.values()) >= 6


def resident(process: Process) -> int:
    """The memory of a process, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


@pytest.mark.slow
@pytest.mark.skipif(
    FAKETIME is None, reason="libfaketime is not installed: nothing else shifts a whole process's clock"
)
@pytest.mark.skipif(any("FAKETIME" in name for name in os.environ), reason="the clock of the tests is shifted already")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "right"), [("+0", "+365d"), ("-20000d", "+0")], ids=["a year ahead", "from the 1970s"]
)
def test_the_clock_of_the_process_jumps(
    box: Sandbox, database_url: str, tmp_path: Path, wrong: str, right: str
) -> None:
    """A jump of any size costs one round and no more memory, and the process ends in time when asked to."""
    shown = tmp_path / "shown"
    shown.write_text(wrong)
    faked = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(shown),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with Process(box, database_url, **faked) as process:
        process.wait_for("clock_wrong" if wrong != "+0" else "started")
        before = resident(process)
        (tmp_path / "next").write_text(right)
        (tmp_path / "next").replace(shown)
        process.wait_for("mornings_caught_up")
        box.wait_for(lambda _: len(process.events("people_synced")) == 2)
        assert resident(process) - before < 30
        if right == "+0":
            assert readyz(process)[1]["clock"]["ok"] is True
        else:
            process.wait_for("clock_wrong")
            assert until(process, 503)["clock"]["ok"] is False
        process.terminate()
        assert process.ended() == 0
        assert len(process.events("mornings_caught_up")) == 1


@pytest.mark.parametrize("ahead", [HOUR, 7 * DAY])
def test_the_clock_was_put_right_while_no_process_ran(bare_town: BotInWorkspace, ahead: timedelta) -> None:
    """A worker with a clock ahead planned, posted and postponed, and ended. The next worker, with a right clock, posts
    the due rows and plans the next morning as usual.
    """
    town = bare_town
    clock = Wrong(town)
    clock.ahead = ahead
    town.receipt("U0EVA", "@ana send it by Friday 4 Dec")
    town.box.faults.fail(POST, "ratelimited", seconds=2, count=1)
    town.service.schedule.plan()
    town.settled()
    assert town.box.dm("U0ANA") == []
    town.box.faults.stop()
    clock.ahead = timedelta()
    town.receipt("U0EVA", "@ada call them by Friday 4 Dec")
    town.service.schedule.plan()
    town.settled()
    assert [len(town.box.dm(user)) for user in ("U0ANA", "U0ADA")] == [1, 1]
    assert max(last_beats(town.makegood.ledger).values()) < town.box.clock.now() + SECOND
    town.receipt("U0EVA", "send it by Tuesday")
    town.jump(2026, 11, 24, 8, 45)
    assert town.outbox("brief")[-1].day == date(2026, 11, 24)
