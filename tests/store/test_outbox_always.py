"""The outbox's promises under any order of events, checked against a small model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from store import outbox, people, workspaces
from store.outbox import GRACE, claiming
from store.outbox.claiming import LEASE, PACE, Claimed
from store.people import Profile
from store.tables import Commitment, Mention, Outbox, OutboxKind, OutboxState, Person
from tests.conftest import NOW

if TYPE_CHECKING:
    from store.db import Ledger

# Few workspaces, so that their rows meet.
TEAMS, HANDLES = ("T0A", "T0B"), ("ana",)
STEPS = (0.0, 0.001, 0.1, 0.25, 1.0, 30.0, 60.0, 120.0)


@dataclass
class Row:
    """A row as the model sees it."""

    id: int
    team: str
    recipient: str
    state: str
    not_before: datetime | None
    attempts: int = 0
    first_try_at: datetime | None = None


@dataclass
class Model:
    """The rows that the outbox should hold, and the rows that `claim` should return."""

    rows: list[Row] = field(default_factory=list)
    free_at: dict[str, datetime] = field(default_factory=lambda: dict.fromkeys(TEAMS, NOW))

    def may_go(self, row: Row) -> bool:
        """A person gets no message while an earlier one to them is being sent or undecided."""
        return row.not_before is not None and not any(
            earlier.recipient == row.recipient and earlier.id < row.id and earlier.not_before
            and earlier.state in {OutboxState.PENDING, OutboxState.SENDING}
            for earlier in self.rows
        )  # fmt: skip

    def next_of(self, team: str) -> tuple[datetime, list[Row]] | None:
        """(when the team's next row may be taken, which one it is: any of those that wait for the same instant)."""
        mine = [row for row in self.rows if row.team == team and self.may_go(row)]
        first = min((row.not_before for row in mine if row.not_before), default=None)
        if first is None:
            return None
        return max(first, self.free_at[team]), [row for row in mine if row.not_before == first]

    def chances(self) -> dict[str, tuple[datetime, list[Row]]]:
        return {team: found for team in TEAMS if (found := self.next_of(team))}

    def expected(self, now: datetime) -> list[Row]:
        """The rows of which `claim` must take one: those of the workspaces that have waited longest."""
        able = {team: rows for team, (at, rows) in self.chances().items() if at <= now}
        longest = min((self.free_at[team] for team in able), default=now)
        return [row for team, rows in able.items() if self.free_at[team] == longest for row in rows]


class OutboxMachine(RuleBasedStateMachine):
    """Messages come, time passes, workers claim rows and report results, late ones too."""

    ledger: ClassVar[Ledger]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.now = NOW
        self.keys = 0
        self.out: list[tuple[Claimed, Row]] = []
        self.posted_at: dict[str, datetime] = {}

    @initialize()
    def begin(self) -> None:
        """Two workspaces, and an empty outbox."""
        with self.ledger.begin() as tx:
            for table in (Mention, Outbox):
                tx.execute(sa.delete(table))
            for team in TEAMS:
                workspace = workspaces.ensure(tx, team_id=team, name=team, now=NOW)
                workspace.next_post_at = NOW
                people.sync(tx, workspace, [Profile(handle, handle) for handle in HANDLES], now=NOW)

    # -- what happens --------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from(STEPS))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(team=st.sampled_from(TEAMS), to=st.sampled_from((*HANDLES, "channel")))
    def something_is_to_be_said(self, team: str, to: str) -> None:
        self.keys += 1
        with self.ledger.begin() as tx:
            person = None if to == "channel" else self._person(tx, team, to)
            channel = None if person else "C1"
            of = workspaces.by_team(tx, team)
            assert of
            for is_new in (True, False):
                said = outbox.enqueue(tx, workspace_id=of.id, key=f"key:{self.keys}", kind=OutboxKind.SHARED,
                                     now=self.now, person=person, channel=channel)  # fmt: skip
                assert (said is not None) is is_new
            self._keep(tx, team, f"{team}:{to}", OutboxState.PENDING, self.now)

    @rule(team=st.sampled_from(TEAMS), who=st.sampled_from(HANDLES))
    def a_home_changes(self, team: str, who: str) -> None:
        with self.ledger.begin() as tx:
            person = self._person(tx, team, who)
            outbox.track_home(tx, person, now=self.now)
            recipient = f"{team}:home:{who}"
            if not any(row.recipient == recipient for row in self.model.rows):
                self._keep(tx, team, recipient, OutboxState.SENT, None)
            outbox.request_updates_for(tx, Commitment(id=0, workspace_id=person.workspace_id), {person.id}, self.now)
        next(row for row in self.model.rows if row.recipient == recipient).not_before = self.now

    @rule()
    def a_worker_looks(self) -> None:
        expected = self.model.expected(self.now)
        with self.ledger.begin() as tx:
            claimed = claiming.claim(tx, self.now)
        if claimed is None:
            assert expected == []
            return
        row = next(row for row in expected if row.id == claimed.id)
        assert claimed.attempt == row.attempts + 1
        assert claimed.posted is (row.state == OutboxState.SENT)
        assert claimed.unknown_since == (row.first_try_at if row.state == OutboxState.SENDING else None)
        # The pace holds for all recipients of the workspace; a late claim may catch up by one pace.
        assert self.now > self.posted_at.get(row.team, NOW - PACE)
        self.posted_at[row.team] = self.now
        free_at = self.model.free_at[row.team]
        self.model.free_at[row.team] = (free_at if self.now - free_at < PACE else self.now) + PACE
        row.attempts += 1
        row.not_before = self.now + LEASE
        if row.state != OutboxState.SENT:
            row.state, row.first_try_at = OutboxState.SENDING, row.first_try_at or self.now
        self.out.append((claimed, row))

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 3), outcome=st.sampled_from((OutboxState.SENT, OutboxState.SKIPPED, OutboxState.DEAD)))
    def it_is_settled(self, which: int, outcome: str) -> None:
        claimed, row = self._back(which)
        with self.ledger.begin() as tx:
            if outcome == OutboxState.SENT:
                kept = outbox.mark_sent(tx, claimed, channel="C1", ts="1.0", now=self.now)
            elif outcome == OutboxState.SKIPPED:
                kept = outbox.mark_skipped(tx, claimed, reason="nothing", now=self.now)
            else:
                kept = outbox.mark_failed(tx, claimed, error="gone", now=self.now)
        assert kept is (claimed.attempt == row.attempts)
        if kept:
            row.not_before, row.state = None, OutboxState.SENT if claimed.posted else outcome

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 3), seconds=st.sampled_from(STEPS), whole=st.booleans())
    def slack_takes_nothing_now(self, which: int, seconds: float, *, whole: bool) -> None:
        claimed, row = self._back(which)
        until = self.now + timedelta(seconds=seconds)
        with self.ledger.begin() as tx:
            kept = outbox.postpone(tx, claimed, until=until, error="ratelimited", whole_workspace=whole)
        assert kept is (claimed.attempt == row.attempts)
        if kept:
            in_doubt = claimed.posted or claimed.unknown_since
            row.not_before, row.state = until, row.state if in_doubt else OutboxState.PENDING
            if whole and claimed.posted:
                self._hold_updates(row.team, until)
            elif whole:
                self.model.free_at[row.team] = max(self.model.free_at[row.team], until)

    def _hold_updates(self, team: str, until: datetime) -> None:
        """Slack limits updates separately: messages go on."""
        for row in self.model.rows:
            if row.team == team and row.state == OutboxState.SENT and row.not_before and row.not_before < until:
                row.not_before = until

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 3))
    def nobody_knows_what_became_of_it(self, which: int) -> None:
        claimed, row = self._back(which)
        with self.ledger.begin() as tx:
            kept = outbox.leave_unknown(tx, claimed, error="timeout", now=self.now)
        assert kept is (claimed.attempt == row.attempts)
        if kept:
            row.not_before = self.now + GRACE

    @rule()
    def everything_is_left_to_run(self) -> None:
        """With enough time and no trouble every message is decided."""
        while chance := min((at for at, _ in self.model.chances().values()), default=None):
            self.now = max(self.now, chance)
            self.a_worker_looks()
            self.it_is_settled(len(self.out) - 1, OutboxState.SENT)
        assert {row.state for row in self.model.rows} <= {OutboxState.SENT, OutboxState.SKIPPED, OutboxState.DEAD}

    # -- what must always hold -----------------------------------------------------------------------------

    @invariant()
    def the_outbox_is_what_the_model_says(self) -> None:
        with self.ledger.read() as tx:
            found = [(row.id, row.state, row.not_before, row.attempts) for row in tx.scalars(sa.select(Outbox))]
            chance = claiming.next_chance(tx, self.now)
        assert sorted(found) == [(row.id, row.state, row.not_before, row.attempts) for row in self.model.rows]
        assert chance == min((at for at, _ in self.model.chances().values()), default=None)

    def _back(self, which: int) -> tuple[Claimed, Row]:
        """One of the workers that are out comes back, the last one or an earlier one."""
        return self.out.pop(which % len(self.out))

    def _keep(self, tx: Any, team: str, recipient: str, state: str, not_before: datetime | None) -> None:
        newest = tx.scalar(sa.select(sa.func.max(Outbox.id)))
        self.model.rows.append(Row(newest, team, recipient, state, not_before))

    @staticmethod
    def _person(tx: Any, team: str, handle: str) -> Person:
        found = people.viewer(tx, team, handle)
        assert found
        return found


# Without coverage: the tests of single events cover the same lines, and measuring doubles the time.
@pytest.mark.no_cover
def test_any_course_of_events(ledger: Ledger) -> None:
    """Order, pace, fairness, lease and fencing hold, `next_chance` is exact, and everything ends decided."""
    run_state_machine_as_test(
        type("Course", (OutboxMachine,), {"ledger": ledger}),
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
