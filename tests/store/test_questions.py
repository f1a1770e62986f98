"""The queries of the ledger: pages stay in range, their order, rights to see, and their cost."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from store import accounts, commitments, history, people, stakeholders, workspaces
from store.commitments import Draft, Group, HomeView, OpenItems, Part, Wanted, When
from store.errors import NotFoundError
from store.outbox import claiming
from store.people import Profile
from store.tables import Commitment, Outbox, Side
from tests.conftest import NOW, SmallTeam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from store.commitments import Page
    from store.tables import Account, Person

TODAY = date(2026, 11, 23)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@dataclass
class LedgerBuilder:
    """Fills the team's ledger with commitments."""

    office: SmallTeam

    def put(
        self, *due: int, by: str = "eva", owner: str | None = None, account: str | None = None, **more: Any
    ) -> None:
        """Record a commitment for each of `due`, in days from today; those in the past as of a month ago."""
        with self.office.ledger.begin() as tx:
            viewer = self.office.person(tx, by)
            for at, days in enumerate(due):
                now = NOW - timedelta(days=30) if days < 0 else NOW
                of = accounts.create(tx, viewer, account, now=now) if account else None
                client = stakeholders.create(tx, viewer, "Dana", account=of, now=now) if of else None
                draft = Draft(
                    f"{owner or by} {days}", self.office.person(tx, owner or by), day(days), of, client, **more
                )
                seen = tx.scalar(sa.select(sa.func.count()).select_from(Commitment))
                commitments.record(tx, viewer, draft, origin_key=f"put:{seen}:{at}", now=now)

    def ask(self, who: str, question: Callable[..., Any], *given: Any, **more: Any) -> Any:
        with self.office.ledger.read() as tx:
            return question(tx, self.office.person(tx, who), *given, **more)

    def account(self, name: str) -> Account:
        found: Account = self.ask("eva", accounts.named, name)
        return found

    def end(self, *numbers: int) -> None:
        with self.office.ledger.begin() as tx:
            for number in numbers:
                commitments.finish(tx, self.office.person(tx, "ada"), number, origin_key=f"end:{number}", now=NOW)


@pytest.fixture
def shelf(office: SmallTeam) -> LedgerBuilder:
    return LedgerBuilder(office)


def dues(items: Any) -> list[int]:
    return [(item.due_on - TODAY).days for item in items]


# ---- pages ------------------------------------------------------------------------------------------------


def listed(tx: Session, viewer: Person, wanted: Wanted, **page: Any) -> Page:
    """A page of that list, as of TODAY."""
    days = {"today": TODAY, "week_ends": TODAY} | page
    return commitments.listed(tx, viewer, wanted, **days)


def mine(tx: Session, viewer: Person, **page: Any) -> Page:
    return listed(tx, viewer, Wanted(owner_id=viewer.id), **page)


def overdue(tx: Session, viewer: Person, **page: Any) -> Page:
    return listed(tx, viewer, Wanted(when=When.OVERDUE), **page)


LISTS: dict[str, Callable[[LedgerBuilder], Callable[..., Page]]] = {
    "mine": lambda shelf: lambda **page: shelf.ask("eva", mine, **page),
    "overdue": lambda shelf: lambda **page: shelf.ask("eva", overdue, today=day(100), **page),
    "account": lambda shelf: lambda **page: shelf.ask("eva", commitments.account_page, shelf.account("Acme"), **page),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_page_is_never_out_of_range(shelf: LedgerBuilder, name: str) -> None:
    """A page begins at any item and holds those from there; beyond the end, it is the last page that exists."""
    shelf.put(*range(23), account="Acme")
    asked = LISTS[name](shelf)
    for size in (1, 10, 22, 23, 24):
        for start in (0, 1, 9, 10, 19, 20, 22, 23, 24, 10**6):
            page = asked(start=start, size=size)
            assert page.total == 23
            assert page.start == start if start < 23 else 0 <= page.start < 23
            assert dues(page.items) == list(range(23))[page.start : page.start + size]
            assert page.items


@pytest.mark.parametrize("name", LISTS)
def test_turning_the_pages_shows_each_item_once(shelf: LedgerBuilder, name: str) -> None:
    """The next page begins where the last one ended, also after a page with fewer items than asked."""
    shelf.put(*range(23), account="Acme")
    asked = LISTS[name](shelf)
    for shown in (1, 6, 10):
        start, seen = 0, []
        while start < 23:
            page = asked(start=start, size=10)
            assert page.start == start
            seen += dues(page.items[:shown])
            start += len(page.items[:shown])
        assert seen == list(range(23))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_shrinks_under_its_reader(shelf: LedgerBuilder, name: str) -> None:
    """Readers of a page that is gone see the last page that is left, and at last an empty one."""
    shelf.put(*range(13), account="Acme")
    asked = LISTS[name](shelf)
    shelf.end(11, 12, 13)
    page = asked(start=10, size=10)
    assert (page.start, page.total, dues(page.items)) == (0, 10, list(range(10)))
    shelf.end(*range(1, 11))
    page = asked(start=10, size=10)
    assert (page.start, page.total, list(page.items)) == (0, 0, [])


# ---- what is listed, and in which order --------------------------------------------------------------------


def test_mine_is_what_one_owns_the_most_urgent_first(shelf: LedgerBuilder) -> None:
    """Own open commitments, by date, then in the order of recording; neither others' nor ended ones."""
    shelf.put(5, -3, 9, 0)
    shelf.put(-3, by="ana", owner="eva")
    shelf.put(1, owner="ana")
    shelf.end(3)
    page = shelf.ask("eva", mine, start=0, size=10)
    assert [item.number for item in page.items] == [2, 5, 4, 1]


def test_overdue_shows_ones_own_first_then_the_oldest(shelf: LedgerBuilder) -> None:
    """Commitments that are due today or have ended are not overdue."""
    shelf.put(-2, -9, -1, 0, 3)
    shelf.put(-5, -20, by="ana")
    shelf.end(3)
    page = shelf.ask("eva", overdue, today=TODAY, start=0, size=10)
    assert [(item.owner.handle, (item.due_on - TODAY).days) for item in page.items] == [
        ("eva", -9), ("eva", -2), ("ana", -20), ("ana", -5)
    ]  # fmt: skip


def test_an_account_shows_ours_first_then_by_date(shelf: LedgerBuilder) -> None:
    """An account shows both sides, of all owners, and no commitment of another account."""
    shelf.put(4, 2, account="Acme", side="theirs")
    shelf.put(7, by="ana", account="Acme")
    shelf.put(1, 9, account="Acme")
    shelf.put(0, account="Globex")
    page = shelf.ask("ben", commitments.account_page, shelf.account("acme"), start=0, size=10)
    assert [(item.side, (item.due_on - TODAY).days) for item in page.items] == [
        ("ours", 1), ("ours", 7), ("ours", 9), ("theirs", 2), ("theirs", 4)
    ]  # fmt: skip


def test_home_holds_what_one_owns_and_what_one_waits_for(shelf: LedgerBuilder) -> None:
    """Home holds own commitments, the client's that the viewer follows up, and those asked of others, each once."""
    shelf.put(6, 1)
    shelf.put(3, side="theirs")
    shelf.put(2, owner="ana")
    shelf.put(4, by="ana", owner="eva")
    shelf.put(0, by="ana")
    shelf.put(9, by="ana", owner="ana")
    with shelf.office.ledger.begin() as tx:
        eva, ana = shelf.office.person(tx, "eva"), shelf.office.person(tx, "ana")
        commitments.block(tx, ana, 7, "waits for Eva", eva, version=1, origin_key="block", now=NOW)
    assert dues(home_of(shelf, HomeView()).page.items) == [9, 1, 4, 6]
    waiting = home_of(shelf, HomeView(Part.WAITING))
    assert (dues(waiting.page.items), dict(waiting.counts)) == ([2, 3], {Part.MINE: 4, Part.WAITING: 2})
    assert dues(home_of(shelf, HomeView(Part.WAITING, side=Side.THEIRS)).page.items) == [3]
    assert dues(home_of(shelf, HomeView(), start=3, size=2).page.items) == [6]


def test_home_is_grouped_and_filtered_by_account(shelf: LedgerBuilder) -> None:
    """By account the items stand by its name and then by date; the filter shows one account, and counts it alone."""
    shelf.put(6, account="Acme")
    shelf.put(1, account="Globex")
    shelf.put(2)
    shelf.put(-3, account="Acme")
    found = home_of(shelf, HomeView(by_account=True))
    assert dues(found.page.items) == [-3, 6, 1, 2]
    assert [name for _, name in found.accounts] == ["Acme", "Globex"]
    acme, globex = (account_id for account_id, _ in found.accounts)
    assert dict(found.groups) == {acme: 2, globex: 1, None: 1}
    one = home_of(shelf, HomeView(account_id=acme))
    assert dues(one.page.items) == [-3, 6]
    assert (dict(one.groups), one.overdue) == ({Group.OVERDUE: 1, Group.WEEK: 1}, 1)
    assert [name for _, name in one.accounts] == ["Acme", "Globex"]


def home_of(shelf: LedgerBuilder, wanted: HomeView, *, start: int = 0, size: int = 10) -> OpenItems:
    """Eva's Home in that view, in a week that ends after seven days."""
    found: OpenItems = shelf.ask(
        "eva", commitments.home, wanted, today=TODAY, week_ends=day(7), start=start, size=size
    )  # fmt: skip
    return found


def test_a_history_is_told_from_its_beginning(shelf: LedgerBuilder) -> None:
    """Everything that happened to it, with who did it and the people whom it names."""
    shelf.put(3)
    with shelf.office.ledger.begin() as tx:
        eva, ana = shelf.office.person(tx, "eva"), shelf.office.person(tx, "ana")
        commitments.hand_over(tx, eva, 1, ana, None, version=1, origin_key="a", now=NOW)
        commitments.accept(tx, ana, 1, origin_key="b", now=NOW)
        commitments.finish(tx, ana, 1, origin_key="c", now=NOW)
    with shelf.office.ledger.read() as tx:
        eva = shelf.office.person(tx, "eva")
        entries = history.entries(tx, eva, commitments.get(tx, eva, 1))
        names = commitments.names_in(tx, eva, entries)
    told = [(entry.verb, entry.actor.handle) for entry in entries]
    assert told == [("record", "eva"), ("hand_over", "eva"), ("accept", "ana"), ("finish", "ana")]
    assert sorted(names.values()) == ["Ana Souza", "Eva Lindqvist"]


# ---- who sees what -------------------------------------------------------------------------------------------


@pytest.fixture
def two_houses(shelf: LedgerBuilder) -> tuple[LedgerBuilder, LedgerBuilder]:
    """Two workspaces with the same names, handles and numbers, and the same promises made in both."""
    with shelf.office.ledger.begin() as tx:
        other = workspaces.ensure(tx, team_id="T2", name="Other", now=NOW)
        people.sync(tx, other, [Profile(f"U0{handle.upper()}", f"Other {handle}", handle)
                                for handle in ("eva", "ana", "ada")], now=NOW)  # fmt: skip
    houses = shelf, LedgerBuilder(SmallTeam(shelf.office.ledger, "T2"))
    for house in houses:
        house.put(-1, 2, account="Acme")
        house.put(3, owner="ana", account="Acme")
    return houses


def test_no_question_looks_into_another_workspace(two_houses: tuple[LedgerBuilder, LedgerBuilder]) -> None:
    """Each asks the same and finds only its own, by number, id, name, list and date."""
    for house in two_houses:
        with house.office.ledger.read() as tx:
            eva = house.office.person(tx, "eva")
            found = [commitments.get(tx, eva, number) for number in (1, 2, 3)]
            for items in _all_lists(tx, eva):
                assert items
                assert {item.workspace_id for item in items} == {eva.workspace_id}
            entries = history.entries(tx, eva, found[0])
            assert {entry.workspace_id for entry in entries} == {eva.workspace_id}
            assert accounts.names(tx, eva) == ["Acme"]
            assert {one.workspace_id for one in accounts.matching(tx, eva, "")} == {eva.workspace_id}
            ana = people.named(tx, eva, "@ana")
            assert ana
            assert ana.workspace_id == people.as_owner(tx, eva, "U0ANA").workspace_id == eva.workspace_id


def _all_lists(tx: Session, viewer: Person) -> list[Any]:
    account = accounts.named(tx, viewer, "Acme")
    assert account
    parts = [HomeView(), HomeView(Part.WAITING)]
    home = [commitments.home(tx, viewer, one, today=TODAY, week_ends=TODAY, start=0, size=10).page for one in parts]
    return [
        mine(tx, viewer, start=0, size=10).items,
        overdue(tx, viewer, today=TODAY, start=0, size=10).items,
        commitments.account_page(tx, viewer, account, start=0, size=10).items,
        *(page.items for page in home),
        [found for found, _, _ in commitments.items_for_brief(tx, viewer, TODAY, besides=0)],
        stakeholders.of_account(tx, viewer, account),
    ]


def test_ids_of_another_workspace_lead_nowhere(two_houses: tuple[LedgerBuilder, LedgerBuilder]) -> None:
    """A person with ids of another workspace finds no commitment, history, account or stakeholder there."""
    here, there = two_houses
    with there.office.ledger.read() as tx:
        eva, stranger = here.office.person(tx, "eva"), there.office.person(tx, "eva")
        theirs = commitments.get(tx, stranger, 1)
        account, client = theirs.account, theirs.stakeholder
        assert account
        assert client
        assert commitments.by_ids(tx, eva, [theirs.id]) == {}
        assert history.entries(tx, eva, theirs) == []
        assert commitments.names_in(tx, eva, history.entries(tx, stranger, theirs)) == {}
        assert commitments.account_page(tx, eva, account, start=0, size=10).total == 0
        assert stakeholders.of_account(tx, eva, account) == []
        for lost in (lambda: accounts.get(tx, eva, account.id),
                     lambda: stakeholders.get(tx, eva, client.id, account=account)):  # fmt: skip
            with pytest.raises(NotFoundError):
                lost()


# ---- what it costs -----------------------------------------------------------------------------------------------


@contextmanager
def counted(office: SmallTeam) -> Iterator[list[str]]:
    """The statements that run during the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(office.ledger.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(office.ledger.engine, "before_cursor_execute", note)


def read_aloud(items: Any) -> list[tuple[Any, ...]]:
    """All that a list shows of its items, and of the people and accounts around them."""
    return [
        (one.number, one.owner.name, one.creator.name, one.account and (one.account.name, one.account.owner),
         one.stakeholder and one.stakeholder.name)
        for one in items
    ]  # fmt: skip


def _ids(tx: Session) -> list[int]:
    return list(tx.scalars(sa.select(Commitment.id)))


def _brief(tx: Session, eva: Person) -> Any:
    everybody = [people.get(tx, person_id) for person_id in (1, 2, 3, 4)]
    return lambda: commitments.people_to_brief(tx, everybody, {person.id: TODAY for person in everybody})


def _history(tx: Session, eva: Person) -> Any:
    first = commitments.get(tx, eva, 1)

    def ask() -> Any:
        entries = history.entries(tx, eva, first)
        return [(entry.actor.name, entry.verb) for entry in entries], commitments.names_in(tx, eva, entries)

    return ask


def _account(tx: Session, eva: Person) -> Any:
    account = accounts.named(tx, eva, "Acme")
    assert account
    return lambda: read_aloud(commitments.account_page(tx, eva, account, start=0, size=50).items)


def _by_ids(tx: Session, eva: Person) -> Any:
    wanted = _ids(tx)
    return lambda: read_aloud(commitments.by_ids(tx, eva, wanted).values())


# For each question how many statements it may cost, and what asks it: (session, viewer) → the question, which is
# counted; what it needs beforehand is not.
COSTS: dict[str, tuple[int, Callable[[Session, Person], Callable[[], Any]]]] = {
    "mine": (2, lambda tx, eva: lambda: read_aloud(mine(tx, eva, start=0, size=50).items)),
    "overdue": (2, lambda tx, eva: lambda: read_aloud(
        overdue(tx, eva, today=day(100), start=0, size=50).items)),
    "account": (2, _account),
    "home": (2, lambda tx, eva: lambda: read_aloud(commitments.home(
        tx, eva, HomeView(by_account=True), today=day(3), week_ends=day(7), start=0, size=50).page.items)),
    "by ids": (1, _by_ids),
    "one": (1, lambda tx, eva: lambda: read_aloud([commitments.get(tx, eva, 1)])),
    "history": (2, _history),
    "brief": (5, lambda tx, eva: lambda: read_aloud(
        one for one, _, _ in commitments.items_for_brief(tx, eva, day(3), besides=0))),
    "planning": (3, _brief),
    "mornings": (1, lambda tx, _: lambda: [
        (one.name, one.workspace.name) for one in people.claim_due(tx, NOW + timedelta(days=30), limit=200)]),
    "accounts": (1, lambda tx, eva: lambda: [one.name for one in accounts.matching(tx, eva, "a", limit=100)]),
    "account names": (1, lambda tx, eva: lambda: accounts.names(tx, eva)),
    "people": (1, lambda tx, eva: lambda: people.by_slack_ids(tx, eva.workspace, ["U0EVA", "U0ANA", "U0BEN"])),
    "outbox": (1, lambda tx, _: lambda: claiming.next_chance(tx, NOW)),
}  # fmt: skip


def test_no_question_costs_a_statement_per_row(shelf: LedgerBuilder) -> None:
    """A query costs as many statements over forty rows as over four, and only a few."""
    _grow(shelf, 1)
    over_four = _statements_of_each(shelf)
    _grow(shelf, 9)
    over_forty = _statements_of_each(shelf)
    for name, (most, _) in COSTS.items():
        few, many = over_four[name], over_forty[name]
        assert few, name
        assert len(many) == len(few) <= most, (name, many)


def _statements_of_each(shelf: LedgerBuilder) -> dict[str, list[str]]:
    """The statements of each question, asked in a session of its own."""
    found: dict[str, list[str]] = {}
    for name, (_, question) in COSTS.items():
        with shelf.office.ledger.read() as tx:
            ask = question(tx, shelf.office.person(tx, "eva"))
            tx.expunge_all()
            with counted(shelf.office) as statements:
                ask()
        found[name] = list(statements)
    return found


def _grow(shelf: LedgerBuilder, times: int) -> None:
    for n in range(times):
        shelf.put(n, n + 3, account="Acme")
        shelf.put(n + 1, owner="ana", account=f"Avalon {n}")
        shelf.put(n + 2, by="ben", owner="eva", side="theirs")
    with shelf.office.ledger.begin() as tx:
        eva, ana = shelf.office.person(tx, "eva"), shelf.office.person(tx, "ana")
        for turn in range(times):
            key = f"{times}:{turn}"
            now = commitments.get(tx, eva, 1)
            to = ana if now.owner_id == eva.id else eva
            commitments.hand_over(tx, eva, 1, to, None, version=now.version, origin_key=f"over:{key}", now=NOW)
        outstanding = tx.scalar(sa.select(sa.func.count()).select_from(Outbox))
        assert outstanding
