"""Any events between a notice and its brief: the person hears it once, and in working hours."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from sandbox import Reply
from store import absences, commitments
from store.errors import LedgerError
from tests.journeys.conftest import BotInWorkspace, texts
from tests.journeys.reading import numbers
from tests.journeys.working_lives import act

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.both_databases

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
# A late due date, so that no brief mentions the item for its date.
DUE = "2027-09-01"
# Events, with weights and arguments: how many, hours, days, a zone, Slack's fault for the next post.
HAPPENINGS: dict[str, tuple[int, tuple[Any, ...]]] = {
    "give": (6, (1, 2, 3)), "wait": (3, (1, 3, 7, 14, 30)), "plan": (1, (None,)), "deliver": (2, (None,)),
    "morning": (5, (0, 0, 2, 11, 30)), "away": (1, (0, 1, 4)), "back": (1, (None,)), "move": (1, ZONES),
    "finish": (1, (None,)), "fault_next": (4, ("lost before", "lost after", "refused", "limited")),
}  # fmt: skip
STEPS = 40


class Story:
    """Ana gets commitments from Eva at all hours, among random other events."""

    def __init__(self, town: BotInWorkspace, seed: int) -> None:
        self.town = town
        self.given = 0
        self.finished: set[int] = set()
        # (when, where Ana was) of every post to her.
        self.heard: list[tuple[datetime, str]] = []
        self._fault: str | None = None
        self._zone = ZONES[0]
        self._dice = random.Random(seed)
        town.box.api.intercept = self._intercept

    @property
    def now(self) -> datetime:
        return self.town.box.clock.now()

    def live(self) -> None:
        """Takes forty random steps, and then lets two weeks pass without faults."""
        names = list(HAPPENINGS)
        for name in self._dice.choices(names, [HAPPENINGS[one][0] for one in names], k=STEPS):
            # A step that the ledger refuses now (it is done already) is left out.
            with suppress(LedgerError):
                getattr(self, f"_{name}")(self._dice.choice(HAPPENINGS[name][1]))
        self._fault = None
        for _ in range(14 * 8):
            self._wait(3)
            self._plan(None)
            self._deliver(None)

    def _give(self, count: int) -> None:
        promises = [("U0ANA", f"part {self.given + n}", DUE) for n in range(count)]
        self.town.has_recorded("U0EVA", *promises)
        self.given += count

    def _wait(self, hours: float) -> None:
        self.town.box.clock.move_to(self.now + timedelta(hours=hours, seconds=1))

    def _plan(self, _: None) -> None:
        self.town.makegood.plan(self.now)

    def _deliver(self, _: None) -> None:
        self.town.settled()

    def _morning(self, delay: int) -> None:
        """Moves to Ana's next brief time, plans, and delivers after the given hours."""
        with self.town.makegood.ledger.read() as tx:
            at = self.town.person(tx, "U0ANA").next_brief_at
        if at is not None and at > self.now:
            self.town.box.clock.move_to(at + timedelta(seconds=1))
        self._plan(None)
        self._wait(delay)
        self._deliver(None)

    def _away(self, days: int) -> None:
        today = self.now.astimezone(ZoneInfo(self._zone)).date()
        with self.town.makegood.ledger.begin() as tx:
            ana = self.town.person(tx, "U0ANA")
            absences.set_absence(tx, ana, today, today + timedelta(days=days), None, now=self.now)

    def _back(self, _: None) -> None:
        with self.town.makegood.ledger.begin() as tx:
            absences.end(tx, self.town.person(tx, "U0ANA"), now=self.now)

    def _move(self, zone: str) -> None:
        self._zone = zone
        self.town.box.change_user("U0ANA", tz=zone)

    def _finish(self, _: None) -> None:
        act(self.town, "U0EVA", commitments.finish, self.given)
        self.finished.add(self.given)

    def _fault_next(self, what: str) -> None:
        self._fault = what

    def _intercept(self, method: str, args: dict[str, Any], carry_out: Callable[[], Reply]) -> Reply:
        if method != "chat.postMessage":
            return carry_out()
        self.heard.append((self.now, self._zone))
        fault, self._fault = self._fault, None
        if fault == "refused":
            said = " ".join(texts(args["blocks"]))
            is_list = "Good morning" in said or "Here is what happened" in said
            return Reply({"ok": False, "error": "invalid_blocks"}) if is_list else carry_out()
        if fault == "limited":
            return Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "2000"})
        if fault == "lost after":
            carry_out()
        return Reply({"ok": True}, broken=True) if fault else carry_out()


# Without coverage: the tests of single events cover the same lines, and measuring doubles the time.
@pytest.mark.no_cover
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8))])
def test_whatever_happens_it_is_told_once(bare_town: BotInWorkspace, seed: int) -> None:
    """Items are given at all hours while planner and courier pause, Slack loses, refuses and limits, and Ana travels:
    each is told once, on a working day, in her working hours.
    """
    story = Story(bare_town, seed)
    story.live()
    told = Counter(number for message in bare_town.box.dm("U0ANA") for number in numbers(message.blocks))
    expected = set(range(1, story.given + 1)) - story.finished
    assert {number: told[number] for number in expected} == dict.fromkeys(expected, 1)
    assert max(told.values()) == 1
    for at, zone in story.heard:
        local = at.astimezone(ZoneInfo(zone))
        assert local.weekday() < 5, local
        assert 9 <= local.hour < 18, local
    assert [row.state for row in bare_town.outbox() if row.not_before] == []
    assert any(row.last_error == "told in the brief" for row in bare_town.outbox())
