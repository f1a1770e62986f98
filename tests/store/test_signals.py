"""The table of signals: each new one is recorded once, by any number of planners, and each mended one ends."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot import agenda
from store import accounts, people
from store.plan import opportunities, section, signals
from store.tables import Account, RaisedSignal
from tests.conftest import NOW, SmallTeam

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PLANNERS = 4
LONELY, OLD = "one relationship", "old plan"


def account(tx: Session, office: SmallTeam, name: str = "Acme", category: str = "A") -> Account:
    return accounts.create(tx, office.person(tx, "eva"), name, category=category, now=NOW)


def rows(office: SmallTeam) -> list[tuple[int, str, str, date, date | None, int]]:
    """Account, kind, weight, since, ended, version of each row."""
    with office.ledger.read() as tx:
        return [
            (row.account_id, row.kind, row.weight, row.since, row.ended_on, row.version)
            for row in tx.scalars(sa.select(RaisedSignal).order_by(RaisedSignal.account_id, RaisedSignal.id))
        ]


def check(office: SmallTeam, now: datetime) -> None:
    with office.ledger.begin() as tx:
        while signals.compare_due(tx, now) is not None:
            pass


def next_check(office: SmallTeam) -> datetime | None:
    with office.ledger.read() as tx:
        return tx.scalars(sa.select(Account.next_check_at)).one()


def test_four_planners_record_each_signal_once(office: SmallTeam) -> None:
    """Four planners at the same moment compare 250 accounts: each has its one row, and nobody fails."""
    many = signals.BATCH * 2 + 50
    with office.ledger.begin() as tx:
        for number in range(many):
            account(tx, office, f"Account {number}")
    together = threading.Barrier(PLANNERS)

    def planner() -> None:
        together.wait()
        for _ in agenda.in_batches(office.ledger, NOW):
            pass

    with ThreadPoolExecutor(PLANNERS) as threads:
        for one in [threads.submit(planner) for _ in range(PLANNERS)]:
            one.result()
    assert [row[:2] for row in rows(office)] == [(number + 1, LONELY) for number in range(many)]


def test_once_on_each_working_day_of_the_lead(office: SmallTeam) -> None:
    """The next comparison is at the start of the lead's next working day, in their zone, or soon after a change."""
    with office.ledger.begin() as tx:
        acme = account(tx, office)
    friday = NOW + timedelta(days=4)
    check(office, friday)
    # Midnight of Monday in Berlin.
    assert next_check(office) == datetime(2026, 11, 29, 23, 0, tzinfo=UTC)
    with office.ledger.begin() as tx:
        given = {"name": "One", "stage": "lead"}
        section.add(tx, office.person(tx, "eva"), opportunities.SECTION, acme, given, origin_key="v", now=friday)
    assert next_check(office) == friday


def test_a_signal_stands_from_one_day_to_another(office: SmallTeam) -> None:
    """A row begins when the signal is seen first, follows its weight, and ends when it holds no longer. One that comes
    again is a new row.
    """
    with office.ledger.begin() as tx:
        account(tx, office, category="C")
    days = (0, 93, 94, 95, 200, 201)
    for day in days:
        check(office, NOW + timedelta(days=day))
        if day == 94:
            with office.ledger.begin() as tx:
                at = NOW + timedelta(days=day)
                accounts.confirm(tx, office.person(tx, "eva"), 1, origin_key="confirm", now=at)
    assert rows(office) == [
        (1, OLD, "amber", date(2027, 2, 24), date(2027, 2, 26), 2),
        (1, OLD, "amber", date(2027, 6, 11), None, 1),
    ]


def test_an_account_out_of_use_is_not_compared(office: SmallTeam) -> None:
    """An archived account loses its signals and is not looked at again, until it is restored."""
    with office.ledger.begin() as tx:
        account(tx, office)
    check(office, NOW)
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        accounts.archive(tx, eva, 1, "lost", version=1, origin_key="a", now=NOW)
    check(office, NOW)
    assert next_check(office) is None
    assert [row[4] for row in rows(office)] == [date(2026, 11, 23)]
    with office.ledger.begin() as tx:
        accounts.restore(tx, office.person(tx, "eva"), 1, origin_key="b", now=NOW)
    check(office, NOW)
    assert [row[4] for row in rows(office)] == [date(2026, 11, 23), None]


def test_a_lead_who_left(office: SmallTeam) -> None:
    """The signals of an account whose lead has left are compared daily, and nobody gets a brief for them."""
    with office.ledger.begin() as tx:
        account(tx, office)
        eva = people.get(tx, office.person(tx, "eva").id)
        eva.is_active = False
    check(office, NOW)
    # Midnight in Berlin.
    assert next_check(office) == datetime(2026, 11, 23, 23, tzinfo=UTC)


def test_a_lead_who_left_where_it_is_still_yesterday(office: SmallTeam) -> None:
    """The comparison of an account moves on, however late the day begins where its lead was at work."""
    with office.ledger.begin() as tx:
        account(tx, office)
        eva = people.get(tx, office.person(tx, "eva").id)
        eva.is_active, eva.zone = False, "America/Sao_Paulo"
    at = datetime(2026, 11, 24, tzinfo=UTC)
    with office.ledger.begin() as tx:
        assert signals.compare_due(tx, at) == 1
        assert signals.compare_due(tx, at) is None
    assert next_check(office) == datetime(2026, 11, 24, 3, tzinfo=UTC)
