"""However people agree, change, leave, are merged and erased: nothing counts as agreed that is not."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from store import accounts, agreements, commitments, history, stakeholders
from store.agreements import Agreement, Standing
from store.clients import page
from store.commitments import Draft
from store.errors import ChangedMeanwhileError
from store.plan import erasing, people, section
from store.rules.calendar.brief_times import local_day
from store.tables import Side, Way
from tests.conftest import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.tables import Commitment, Person
    from tests.conftest import SmallTeam

ITEMS, PEOPLE = 3, 4


@dataclass
class Course:
    """Random steps, and beside the ledger what each promise is: the person who agreed to it as it reads now."""

    office: SmallTeam
    chance: random.Random
    now: datetime = NOW
    agreed: dict[int, int | None] = field(default_factory=lambda: dict.fromkeys(range(1, ITEMS + 1)))
    gone: set[int] = field(default_factory=set)
    alive: set[int] = field(default_factory=lambda: set(range(1, PEOPLE + 1)))
    gestures: itertools.count[int] = field(default_factory=itertools.count)

    def gesture(self) -> dict[str, Any]:
        return {"origin_key": f"step:{next(self.gestures)}", "now": self.now}

    def eva(self, tx: Session) -> Person:
        eva = self.office.person(tx, "eva")
        eva.is_admin, eva.admin_as_of = True, self.now
        return eva

    def begin(self) -> None:
        with self.office.ledger.begin() as tx:
            eva = self.eva(tx)
            account = accounts.create(tx, eva, "Acme", **self.gesture())
            for number in range(PEOPLE):
                stakeholders.create(tx, eva, f"Person {'abcd'[number]}", account=account, now=self.now)
            for number in range(ITEMS):
                due = self.now.date() + timedelta(days=30)
                draft = Draft(f"promise {number}", eva, due, account, side=Side.THEIRS, internal=False)
                commitments.record(tx, eva, draft, **self.gesture())

    def step(self) -> None:
        """One step, hours after the one before: at once a writer may correct a slip of the pen."""
        self.now += timedelta(hours=self.chance.randint(1, 20))
        do = self.chance.choice((self.agree, self.agree_on_page, self.agree, self.agree_on_page, self.reword, self.move,
                                 self.annotate, self.leave, self.merge, self.erase))  # fmt: skip
        with self.office.ledger.begin() as tx:
            do(tx, self.eva(tx), self.chance.randint(1, ITEMS))

    def _somebody(self) -> int | None:
        here = sorted(self.alive - self.gone)
        return self.chance.choice(here) if here else None

    def agree(self, tx: Session, eva: Person, number: int) -> None:
        who, stale = self._somebody(), self.chance.random() < 0.2
        if who is None:
            return
        one, dana = commitments.get(tx, eva, number), section.get(tx, eva, people.SECTION, who)
        agreement = Agreement(dana, local_day(self.now, eva.zone), Way.CALL)
        if stale:
            with pytest.raises(ChangedMeanwhileError):
                commitments.agree(tx, eva, number, agreement, version=one.version - 1, **self.gesture())
            return
        commitments.agree(tx, eva, number, agreement, version=one.version, **self.gesture())
        self.agreed[number] = who

    def agree_on_page(self, tx: Session, eva: Person, number: int) -> None:
        if (who := self._somebody()) is None:
            return
        one, client = commitments.get(tx, eva, number), section.get(tx, eva, people.SECTION, who)
        commitments.agree_on_page(tx, client, eva, number, version=one.version, **self.gesture())
        self.agreed[number] = who

    def _changed(self, tx: Session, eva: Person, number: int, **changes: Any) -> None:
        one = commitments.get(tx, eva, number)
        same = Draft(one.action, one.owner, one.due_on, one.account, one.stakeholder, one.side, one.internal, one.note)
        commitments.edit(tx, eva, number, replace(same, **changes), version=one.version, **self.gesture())

    def reword(self, tx: Session, eva: Person, number: int) -> None:
        self._changed(tx, eva, number, action=f"promise {self.chance.random()}")
        self.agreed[number] = None

    def annotate(self, tx: Session, eva: Person, number: int) -> None:
        self._changed(tx, eva, number, note=f"note {self.chance.random()}")

    def move(self, tx: Session, eva: Person, number: int) -> None:
        one = commitments.get(tx, eva, number)
        later = one.due_on + timedelta(days=self.chance.randint(1, 5))
        commitments.move(tx, eva, number, later, "holidays", version=one.version, **self.gesture())
        self.agreed[number] = None

    def leave(self, tx: Session, eva: Person, _number: int) -> None:
        if (who := self._somebody()) is None:
            return
        row = section.get(tx, eva, people.SECTION, who)
        today = local_day(self.now, eva.zone).isoformat()
        section.edit(tx, eva, people.SECTION, who, {"left_on": today}, version=row.version, **self.gesture())
        self.gone.add(who)

    def merge(self, tx: Session, eva: Person, _number: int) -> None:
        if len(self.alive) < 2 or self.chance.random() < 0.5:
            return
        gone, kept = self.chance.sample(sorted(self.alive), 2)
        row = section.get(tx, eva, people.SECTION, gone)
        people.merge(tx, eva, gone, kept, version=row.version, **self.gesture())
        self.alive.discard(gone)
        self.agreed = {number: kept if who == gone else who for number, who in self.agreed.items()}

    def erase(self, tx: Session, eva: Person, _number: int) -> None:
        if (who := self._somebody()) is None or self.chance.random() < 0.5:
            return
        row = section.get(tx, eva, people.SECTION, who)
        erasing.erase(tx, eva, who, version=row.version, **self.gesture())
        self.alive.discard(who)
        self.gone.add(who)

    def check(self) -> None:
        """The ledger, the page of the client and the history of each promise say the same."""
        with self.office.ledger.begin() as tx:
            eva = self.eva(tx)
            today = local_day(self.now, eva.zone)
            wanted = {number for number, who in self.agreed.items() if who is not None and who not in self.gone}
            rows = {number: commitments.get(tx, eva, number) for number in self.agreed}
            stand = {number for number, one in rows.items() if agreements.standing(one, today) == Standing.AGREED}
            assert stand == wanted
            reader = section.get(tx, eva, people.SECTION, 1)
            shown = page.read(tx, reader, today, self.now).items
            assert {one.number for one in shown if one.agreed_on is not None} == wanted
            for one in rows.values():
                assert replayed(tx, eva, one) == {name: history.plain(getattr(one, name)) for name in REPLAYED}


REPLAYED = (*agreements.COLUMNS, "action", "due_on")


def replayed(tx: Session, eva: Person, one: Commitment) -> dict[str, Any]:
    """The columns of a commitment as its entries tell them, from its first wording and date on. Each entry begins
    where the one before it ended.
    """
    now: dict[str, Any] = dict.fromkeys(agreements.COLUMNS)
    now |= {"action": one.first_action, "due_on": one.first_due_on.isoformat()}
    for entry in history.entries(tx, eva, one):
        for name in now.keys() & entry.changes.keys():
            before, after = entry.changes[name]
            # An agreement says who and how also where that stays the same.
            assert before in {now[name], after}, (entry.verb, name)
            now[name] = after
    return now


def runs(office: SmallTeam, seed: int, steps: int) -> None:
    course = Course(office, random.Random(seed))
    course.begin()
    for _ in range(steps):
        course.step()
        course.check()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_agreed_only_while_it_is(office: SmallTeam, seed: int) -> None:
    """After each of many random steps, what stands as agreed is what one of theirs, who is here, agreed to as it reads
    now; and the history replays.
    """
    runs(office, seed, 15)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 10))
def test_agreed_only_while_it_is_in_longer_courses(office: SmallTeam, seed: int) -> None:
    """The same over longer courses, on both databases."""
    runs(office, seed, 60)
