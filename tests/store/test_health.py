"""The facts of accounts for their signals: each is read from the rows of the account, for many accounts at once."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import accounts, commitments, people, workspaces
from store.commitments import Draft
from store.plan import health, key_dates, meetings, objectives, opportunities, section
from store.plan import people as theirs
from store.rules.signals import Broken, Colour, ComingDate, Contact
from store.tables import Account, SectionRow, Side
from tests.conftest import NOW, PROFILES, SmallTeam

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.db import Ledger
    from store.rules.signals import AccountFacts

TODAY = date(2026, 11, 23)
LONG_AGO = NOW - timedelta(days=120)


def account(tx: Session, office: SmallTeam, name: str = "Acme", *, now: datetime = LONG_AGO) -> Account:
    return accounts.create(tx, office.person(tx, "eva"), name, category="A", now=now)


def promise(
    tx: Session, office: SmallTeam, of: Account, due_on: date, side: Side = Side.OURS, action: str = "a",
    serves: SectionRow | None = None,
) -> None:  # fmt: skip
    eva = office.person(tx, "eva")
    draft = Draft(action, eva, due_on, account=of, side=side, serves=serves)
    commitments.record(tx, eva, draft, origin_key=f"{of.id}:{action}:{due_on}:{side}", now=LONG_AGO)


def add(tx: Session, office: SmallTeam, of: Account, one: section.Section[Any], **given: str) -> SectionRow:
    key, eva = f"{one.kind}:{of.id}:{given}", office.person(tx, "eva")
    row: SectionRow = section.add(tx, eva, one, of, given, origin_key=key, now=NOW - timedelta(days=9))
    return row


def facts(office: SmallTeam) -> AccountFacts:
    with office.ledger.read() as tx:
        (found,) = health.facts_of(tx, [1], NOW)
    return found


def test_the_facts_of_an_account(office: SmallTeam) -> None:
    """Promises of both sides, what is late, key dates, goals, opportunities and the age of the plan come from rows."""
    with office.ledger.begin() as tx:
        acme = account(tx, office)
        promise(tx, office, acme, TODAY - timedelta(days=6), action="Send the price")
        promise(tx, office, acme, TODAY - timedelta(days=3))
        promise(tx, office, acme, TODAY - timedelta(days=9), Side.THEIRS)
        for given in ({"day": "2027-01-15"}, {"day": "2027-01-22", "name": "Support"}, {"day": "2027-06-01"}):
            day = add(tx, office, acme, key_dates.SECTION, kind="renewal", recurs="never", owner="U0ANA", **given)
            if "name" in given:
                promise(tx, office, acme, TODAY + timedelta(days=40), serves=day)
        for name, today in (("Seats", "1"), ("Sites", "9")):
            add(tx, office, acme, objectives.SECTION, name=name, aim="grow", unit="number", measure="n", target="9",
                today=today, today_on="2026-11-01")  # fmt: skip
        for stage in ("lead", "won"):
            add(tx, office, acme, opportunities.SECTION, name=stage, stage=stage)
    found = facts(office)
    assert (found.today, found.touched_on, found.category) == (TODAY, TODAY - timedelta(days=9), "A")
    assert (found.given, found.received, found.wishes) == (3, 0, 1)
    # Tuesday of last week, in Eva's working days.
    assert found.broken == Broken(2, 1, "Send the price", 4)
    assert found.dates == (
        ComingDate(1, "renewal", date(2027, 1, 15)),
        ComingDate(2, "renewal “Support”", date(2027, 1, 22), is_planned=True),
    )
    assert (found.growth, found.open_opportunities) == (("Seats",), 1)


def test_the_people_of_an_account(office: SmallTeam) -> None:
    """Roles, influence, interval, the one of ours and leaving come from the map; an archived person is not on it."""
    with office.ledger.begin() as tx:
        acme = account(tx, office)
        dana = add(tx, office, acme, theirs.SECTION, name="Dana", roles="economic_buyer, champion", influence="5",
                   interval_number="3", next_meeting_on="2026-12-01", owner="U0BEN")  # fmt: skip
        add(tx, office, acme, theirs.SECTION, name="Li", interval_number="2", interval_unit="weeks")
        add(tx, office, acme, theirs.SECTION, name="Ed", left_on="2026-11-20", successor=str(dana.id))
        wrong = add(tx, office, acme, theirs.SECTION, name="Wrong")
        add(tx, office, acme, theirs.SECTION, name="Soon", left_on="2026-12-20")
        eva = office.person(tx, "eva")
        for day, state, who in (
            ("2026-11-02", "held", "1,2"), ("2026-11-09", "held", "1"), ("2026-11-16", "not_held", "2"),
            ("2026-12-15", "planned", "2"),
        ):  # fmt: skip
            add(tx, office, acme, meetings.SECTION, name="Talk", day=day, state=state, stakeholders=who)
        section.archive(tx, eva, theirs.SECTION, wrong.id, "twice", origin_key="archive", now=NOW)
    since = TODAY - timedelta(days=9)
    assert facts(office).people == (
        Contact(1, "Dana", since, frozenset({"economic buyer", "champion"}), 5, "Ben Okafor", 93, "3 months",
                date(2026, 11, 9), date(2026, 12, 1)),
        Contact(2, "Li", since, colleague="Eva Lindqvist", every=14, agreed="2 weeks", last_met=date(2026, 11, 2),
                next_meeting_on=date(2026, 12, 15)),
        Contact(3, "Ed", since, colleague="Eva Lindqvist", left_on=date(2026, 11, 20), has_successor=True),
        Contact(5, "Soon", since, colleague="Eva Lindqvist"),
    )  # fmt: skip
    assert facts(office).required_roles == ("decision maker", "economic buyer", "champion")


def test_an_old_plan_is_seen_once_it_is_touched(office: SmallTeam) -> None:
    """The age of a plan counts from its newest entry, and an account without rows from its creation."""
    with office.ledger.begin() as tx:
        acme = account(tx, office)
    assert facts(office).touched_on == LONG_AGO.date()
    with office.ledger.begin() as tx:
        add(tx, office, acme, opportunities.SECTION, name="One", stage="lead")
    assert facts(office).touched_on == TODAY - timedelta(days=9)


def test_only_what_the_viewer_sees(office: SmallTeam, ledger: Ledger) -> None:
    """The health of an account of another workspace is not told."""
    with ledger.begin() as tx:
        acme = account(tx, office)
        other = workspaces.ensure(tx, team_id="T0OTHER", name="Other", now=NOW)
        people.sync(tx, other, PROFILES[:1], now=NOW)
    with ledger.read() as tx:
        stranger = people.viewer(tx, "T0OTHER", "U0EVA")
        assert stranger is not None
        assert health.of_accounts(tx, stranger, [acme], NOW) == {}
        assert health.of_accounts(tx, office.person(tx, "eva"), [acme], NOW)[1].colour == Colour.RED


def test_as_many_statements_for_many_accounts(office: SmallTeam) -> None:
    """The number of statements is the same for one account and for twenty with rows of every kind."""
    counts = []
    for names in (["Acme"], [f"Account {number}" for number in range(20)]):
        with office.ledger.begin() as tx:
            for name in names:
                one = account(tx, office, name)
                promise(tx, office, one, TODAY - timedelta(days=6))
                add(tx, office, one, key_dates.SECTION, kind="renewal", day="2027-01-15", recurs="yearly")
                add(tx, office, one, objectives.SECTION, name="Seats", aim="grow", unit="number")
        with office.ledger.read() as tx, counted(tx) as statements:
            found = health.of_accounts(tx, office.person(tx, "eva"), accounts_of(tx), NOW)
        assert {len(one.signals) for one in found.values()} == {4}
        counts.append(len(statements))
    assert counts[0] == counts[1]


def accounts_of(tx: Session) -> list[Account]:
    return list(tx.scalars(sa.select(Account)))


@contextmanager
def counted(tx: Session) -> Iterator[list[str]]:
    """The statements that the block executes."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    engine = tx.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(engine, "before_cursor_execute", note)
