"""The energy of an account in the ledger: deliveries, debts, and the cost of the question."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from store import accounts, commitments, stakeholders
from store.agreements import Agreement
from store.commitments import Draft
from store.rules.energy import Progress
from store.rules.kept import Kept
from store.tables import Account, Commitment, Side, State, Way
from tests.conftest import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.rules.energy import Energy
    from store.tables import Stakeholder
    from tests.conftest import SmallTeam

TODAY = date(2026, 11, 23)
BEGAN = NOW - timedelta(days=40)


def acme(office: SmallTeam, tx: Session) -> tuple[Account, Stakeholder]:
    eva = office.person(tx, "eva")
    account = accounts.create(tx, eva, "Acme", now=BEGAN)
    return account, stakeholders.create(tx, eva, "Dana", account=account, now=BEGAN)


def promise(
    office: SmallTeam, tx: Session, account: Account, due_on: date, side: Side = Side.OURS, *,
    with_: Stakeholder | None = None, done: datetime | None = None,
) -> Commitment:  # fmt: skip
    eva = office.person(tx, "eva")
    by = with_ or stakeholders.create(tx, eva, "Dana", account=account, now=BEGAN)
    agreed = Agreement(by, BEGAN.date(), Way.MEETING) if side == Side.THEIRS else None
    draft = Draft("a", eva, due_on, account, with_, side=side, agreed=agreed)
    number = tx.scalar(sa.select(sa.func.count()).select_from(Commitment)) or 0
    one = commitments.record(tx, eva, draft, origin_key=f"put:{number}", now=BEGAN)
    if done:
        commitments.finish(tx, eva, one.number, origin_key=f"done:{number}", now=done)
    return one


def energy(office: SmallTeam, who: str = "eva", now: datetime = NOW) -> Energy:
    with office.ledger.read() as tx:
        viewer = office.person(tx, who)
        return commitments.energy_of(tx, viewer, tx.scalars(sa.select(Account)).one(), now)


@pytest.mark.both_databases
def test_both_sides_and_each_person(office: SmallTeam) -> None:
    """The account and each person: deliveries on time and late, debts, and moves."""
    with office.ledger.begin() as tx:
        account, dana = acme(office, tx)
        before = NOW - timedelta(days=4)
        promise(office, tx, account, TODAY - timedelta(days=3), with_=dana, done=before)
        promise(office, tx, account, TODAY - timedelta(days=10), done=before)
        promise(office, tx, account, TODAY - timedelta(days=5), Side.THEIRS, with_=dana)
        moved = promise(office, tx, account, TODAY + timedelta(days=2))
        later = TODAY + timedelta(days=20)
        commitments.move(tx, office.person(tx, "eva"), moved.number, later, "later", version=moved.version,
                         origin_key="moved", now=NOW)  # fmt: skip
        gone = promise(office, tx, account, TODAY + timedelta(days=3))
        commitments.cancel(tx, office.person(tx, "eva"), gone.number, "over", version=gone.version,
                           origin_key="gone", now=NOW)  # fmt: skip
    found = energy(office)
    ours, theirs = found.account.ours, found.account.theirs
    assert (ours.on_time, ours.late, ours.owes, ours.overdue) == (1, 1, 1, 0)
    assert (ours.quarters[-1].kept, ours.quarters[-1].slips) == (Kept(1, 2), 1)
    assert (theirs.delivered, theirs.owes, theirs.overdue) == (0, 1, 1)
    assert found.account.words == "We have delivered 2 and received 0."
    assert list(found.people) == [dana.id]
    assert (found.people[dana.id].ours.delivered, found.people[dana.id].theirs.owes) == (1, 1)
    assert found.course[-1] == Progress(TODAY, 4, 2)


@pytest.mark.both_databases
def test_nobody_else_reads_of_a_restricted_account(office: SmallTeam) -> None:
    """To a person who does not see the account it has no energy at all."""
    with office.ledger.begin() as tx:
        account, dana = acme(office, tx)
        promise(office, tx, account, TODAY, with_=dana, done=NOW)
        accounts.restrict(tx, office.person(tx, "eva"), account.id, known=[], origin_key="restrict", now=NOW)
    assert energy(office).account.ours.delivered == 1
    hidden = energy(office, "ben")
    assert hidden.account.is_empty
    assert hidden.people == {}


@pytest.mark.parametrize("number", [10, 2000])
def test_the_number_of_statements_is_always_the_same(office: SmallTeam, number: int) -> None:
    """An account of thousands costs as many statements as one of ten, and each promise is counted once."""
    with office.ledger.begin() as tx:
        account, dana = acme(office, tx)
        one = promise(office, tx, account, TODAY, with_=dana)
        columns = {each.name: getattr(one, each.name) for each in sa.inspect(Commitment).columns}
        del columns["id"]
        tx.execute(sa.insert(Commitment), [
            columns | {
                "number": one.number + more, "origin_key": f"more:{more}", "side": list(Side)[more % 2],
                "state": State.DONE if more % 3 else State.OPEN, "ended_at": NOW if more % 3 else None,
                "agreed_on": TODAY,
            }
            for more in range(1, number)
        ])  # fmt: skip
    seen: list[str] = []

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    with office.ledger.read() as tx:
        eva, account = office.person(tx, "eva"), tx.scalars(sa.select(Account)).one()
        sa.event.listen(office.ledger.engine, "before_cursor_execute", note)
        found = commitments.energy_of(tx, eva, account, NOW)
        sa.event.remove(office.ledger.engine, "before_cursor_execute", note)
    assert len(seen) == 1, seen
    sides = (found.account.ours, found.account.theirs)
    assert sum(one.owes + one.delivered for one in sides) == number
