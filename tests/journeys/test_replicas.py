"""Several processes on one PostgreSQL database act at the same moment, and each person gets each message once."""

from __future__ import annotations

import subprocess
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot import briefs
from bot.rehearsal import became
from sandbox import NORTHWIND, Seed, User
from store import commitments
from store.commitments import series
from store.rules.rhythm import Rhythm, Unit
from store.tables import Commitment, Person, Workspace
from tests.journeys.conftest import MONDAY, BotInWorkspace, open_town
from tests.journeys.processes import PATIENCE, ROOT, command, environment
from tests.journeys.slack_faults import at_once, replica

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.app import Makegood

# Their code runs without coverage, so that the replicas are fast enough to meet.
pytestmark = [pytest.mark.parametrize("database_url", ["postgresql"], indirect=True), pytest.mark.no_cover]

# Tuesday morning, a quarter to ten in Berlin.
MORNING = (2026, 11, 24, 8, 45)
AT = "2026-11-24T08:45:00Z"
REPLICAS = 4


def crowd(size: int) -> Seed:
    """A workspace of that many people in Berlin."""
    users = tuple(User(f"U{n:06}", f"person{n}", f"Person {n}") for n in range(size))
    return Seed(users=(*NORTHWIND.users, *users), channels=NORTHWIND.channels)


def all_have_something_due(town: BotInWorkspace) -> list[str]:
    """Each person of the crowd owns one commitment due on that Tuesday; returns their Slack ids."""
    now, due = town.box.clock.now(), date(2026, 11, 24)
    with town.makegood.ledger.begin() as tx:
        people = tx.execute(
            sa.select(Person.id, Person.workspace_id, Person.slack_id).where(Person.handle.like("person%"))
        ).all()
        rows: list[dict[str, Any]] = [
            {"workspace_id": workspace, "number": n, "side": "ours", "state": "open", "action": "call", "due_on": due,
             "first_action": "call", "first_due_on": due, "owner_id": person, "creator_id": person, "internal": True,
             "origin_key": f"crowd:{n}", "version": 1, "slips": 0, "created_at": now, "accepted_at": now}
            for n, (person, workspace, _) in enumerate(people, start=1)
        ]  # fmt: skip
        tx.execute(sa.insert(Commitment), rows)
        # The bot has written to them before, so their conversations are known.
        known = [{"id": person, "next_brief_at": now, "dm_channel": town.box.world.im(user).id}
                 for person, _, user in people]  # fmt: skip
        tx.execute(sa.update(Person), known)
        tx.execute(sa.update(Workspace).values(next_number=len(rows) + 1))
    return [slack_id for _, _, slack_id in people]


@contextmanager
def replicas(town: BotInWorkspace) -> Iterator[list[Makegood]]:
    with ExitStack() as opened:
        yield [opened.enter_context(replica(town)) for _ in range(REPLICAS)]


def heard(town: BotInWorkspace, people: list[str]) -> Counter[int]:
    """The number of people by the number of messages that they got."""
    return Counter(len(town.box.dm(user)) for user in people)


def test_replicas_start_together(database_url: str) -> None:
    """Four processes that meet an empty database at once all start, and each person is in it once."""
    with open_town(database_url, seed=crowd(100), connect=False) as town, replicas(town) as started:
        at_once(started, lambda makegood: makegood.connect())
        assert town.rows()["workspace"] == 1
        assert town.rows()["person"] == 100 + len(NORTHWIND.users) + 1


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_four_planners_plan_each_person_once(database_url: str, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """Four planners write one brief for each person and set each next morning, for any number of people in a
    transaction.
    """
    monkeypatch.setattr(briefs, "BATCH", batch)
    with open_town(database_url, seed=crowd(100)) as town, replicas(town) as running:
        people = all_have_something_due(town)
        town.move(*MORNING)
        at_once(running, lambda makegood: makegood.plan(town.box.clock.now()))
        assert Counter(row.person_id for row in town.outbox("brief")).most_common(1)[0][1] == 1
        assert len(town.outbox("brief")) == len(people)
        with town.makegood.ledger.read() as tx:
            late = sa.select(sa.func.count()).where(Person.next_brief_at < town.box.clock.now())
            assert tx.scalar(late) == 0


def test_four_planners_record_each_next_occurrence_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four planners on the day of many series, while their owner ends them too, record one next occurrence of each."""
    monkeypatch.setattr(series, "BATCH", 3)
    with open_town(database_url) as town, replicas(town) as running:
        promises = [("U0EVA", f"send report {n}", "2026-11-24") for n in range(20)]
        town.has_recorded("U0EVA", *promises, rhythm=Rhythm(Unit.WEEK))
        town.move(*MORNING)
        now = town.box.clock.now()

        def act(makegood: Makegood) -> None:
            makegood.plan(now)
            with makegood.ledger.begin() as tx:
                commitments.finish(tx, town.person(tx, "U0EVA"), 20, origin_key="done", now=now)

        at_once(running, act)
        running[0].plan(now)
        with town.makegood.ledger.read() as tx:
            keys = tx.scalars(sa.select(Commitment.origin_key).where(Commitment.origin_key.startswith("series:"))).all()
            following = sa.select(Commitment.next_number).where(Commitment.next_number > 0)
            assert set(tx.scalars(following)) == set(range(21, 41))
        assert len(keys) == len(set(keys)) == 20


@pytest.mark.parametrize("count", [20, pytest.param(150, marks=pytest.mark.slow)])
def test_four_replicas_brief_everybody_once(database_url: str, count: int) -> None:
    """Four planners and couriers at the same moment, each in a thread, send one brief to each person."""
    with open_town(database_url, seed=crowd(count)) as town, replicas(town) as running:
        people = all_have_something_due(town)
        town.move(*MORNING)

        def work(makegood: Makegood) -> None:
            makegood.tick()
            makegood.courier.deliver_due(patience=timedelta(seconds=1))

        at_once(running, work)
        assert heard(town, people) == {1: count}
        assert {(row.state, row.attempts) for row in town.outbox("brief")} == {("sent", 1)}


def test_a_process_reports_no_brief_that_another_sends(database_url: str) -> None:
    """A brief that one process has planned, and another sends at this moment, is for the other to report."""
    with open_town(database_url) as town, replica(town) as other:
        town.has_recorded("U0EVA", ("U0EVA", "send it", "2026-11-24"))
        town.move(*MORNING)
        now = town.box.clock.now()
        planned = town.makegood.plan(now)

        def said() -> list[str]:
            with town.makegood.ledger.read() as tx:
                return [one for one in became(tx, taken=set(), due=[], planned=planned, now=now) if "brief for" in one]

        assert ["waits" in one for one in said()] == [True]
        assert other.courier._claim() is not None
        assert said() == []


@pytest.mark.slow
def test_four_real_processes_brief_four_hundred_people_once(database_url: str) -> None:
    """Four processes of `makegood tick` brief four hundred people; together they report each person once."""
    with open_town(database_url, seed=crowd(400), now=MONDAY) as town:
        town.makegood.read_people()
        people = all_have_something_due(town)
        town.move(*MORNING)
        started = [
            subprocess.Popen(
                command("tick", "--at", AT), cwd=ROOT, env=environment(town.box, database_url),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for _ in range(REPLICAS)
        ]  # fmt: skip
        said = [process.communicate(timeout=2 * PATIENCE) for process in started]
        assert [process.returncode for process in started] == [0] * REPLICAS, [error[-1500:] for _, error in said]
        planned = [line for out, _ in said for line in out.splitlines() if "brief for Tuesday 24 November 2026" in line]
        assert Counter(planned).most_common(1)[0][1] == 1
        assert len(planned) == 400
        assert heard(town, people) == {1: 400}
        town.settled()
        assert heard(town, people) == {1: 400}
