"""The client's people in the plan: the tree of who reports to whom, addresses that are not kept, and merges."""

from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store import accounts, agreements, history, stakeholders
from store.errors import BadInputError, ChangedMeanwhileError, NotAllowedError
from store.plan import expectations, meetings, objectives, people, section
from store.tables import Account, Expectation, Meeting, Stakeholder
from tests.conftest import NOW
from tests.store.plan_sections import good

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.tables import Person
    from tests.conftest import SmallTeam

# The database decides nothing here, but where a test says so.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_GESTURES = itertools.count()


def acme(tx: Session, office: SmallTeam) -> tuple[Person, Account]:
    eva = office.person(tx, "eva")
    return eva, accounts.create(tx, eva, "Acme", now=NOW)


def add(tx: Session, office: SmallTeam, name: str, **given: str) -> Stakeholder:
    eva, account = acme(tx, office)
    return section.add(
        tx, eva, people.SECTION, account, {"name": name} | given, origin_key=f"{next(_GESTURES)}", now=NOW
    )


def edit(tx: Session, office: SmallTeam, row: Stakeholder, **given: str) -> Stakeholder:
    eva = office.person(tx, "eva")
    return section.edit(tx, eva, people.SECTION, row.id, given, version=row.version, origin_key=f"{next(_GESTURES)}",
                        now=NOW)  # fmt: skip


def merge(tx: Session, office: SmallTeam, gone: Stakeholder, kept: Stakeholder) -> Stakeholder:
    eva = office.person(tx, "eva")
    return people.merge(tx, eva, gone.id, kept.id, version=gone.version, origin_key=f"{next(_GESTURES)}", now=NOW)


def tree(tx: Session) -> dict[int, int | None]:
    """The boss of each person whose row is in use."""
    query = sa.select(Stakeholder.id, Stakeholder.reports_to_id).where(Stakeholder.archived_at.is_(None))
    return {row.id: row.reports_to_id for row in tx.execute(query)}


def has_circle(bosses: dict[int, int | None]) -> bool:
    for start in bosses:
        seen, above = {start}, bosses.get(start)
        while above is not None:
            if above in seen:
                return True
            seen.add(above)
            above = bosses.get(above)
    return False


def change(tx: Session, eva: Person, row_id: int, given: dict[str, str], version: int) -> None:
    section.edit(tx, eva, people.SECTION, row_id, given, version=version, origin_key=f"{next(_GESTURES)}", now=NOW)


@on_sqlite
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, phases=[Phase.generate])
@given(data=st.data())
def test_nobody_reports_to_themselves(office: SmallTeam, data: st.DataObject) -> None:
    """In any tree, a change of the boss is taken exactly if it closes no circle of any length; a merge closes none."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = accounts.create(tx, eva, f"Acme {next(_GESTURES)}", now=NOW)
        rows = [
            section.add(tx, eva, people.SECTION, account, {"name": f"P{n}"}, origin_key=f"{next(_GESTURES)}", now=NOW)
            for n in range(data.draw(st.integers(2, 7)))
        ]
        ids = [row.id for row in rows]
        bosses: dict[int, int | None] = dict.fromkeys(ids)
        for _ in range(data.draw(st.integers(1, 12))):
            who, boss = data.draw(st.sampled_from(ids)), data.draw(st.sampled_from([*ids, None]))
            given = {"reports_to": "" if boss is None else str(boss)}
            version = section.get(tx, eva, people.SECTION, who).version
            wanted = bosses | {who: boss}
            if has_circle(wanted):
                with pytest.raises(BadInputError) as caught, tx.begin_nested():
                    change(tx, eva, who, given, version)
                assert caught.value.field == "reports_to"
            else:
                change(tx, eva, who, given, version)
                bosses = wanted
        gone, kept = data.draw(st.permutations(ids))[:2]
        version = section.get(tx, eva, people.SECTION, gone).version
        people.merge(tx, eva, gone, kept, version=version, origin_key=f"{next(_GESTURES)}", now=NOW)
        after = {id_: boss for id_, boss in tree(tx).items() if id_ in ids}
        assert gone not in {*after, *after.values()}
        assert not has_circle(after)
        for id_, boss in bosses.items():
            if id_ not in {gone, kept}:
                assert after[id_] == (kept if boss == gone else boss)


@on_sqlite
@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"name": ""}, "name", "missing"),
        ({"name": "Dana Reed <dana@acme.example>"}, "name", "e-mail address"),
        ({"name": "dana.reed@acme.example"}, "name", "e-mail address"),
        ({"name": "Dana Reed +49 170 1234567"}, "name", "phone number"),
        ({"title": "CFO, 0170/123 45 67"}, "title", "phone number"),
        ({"link": "mailto:dana@acme.example"}, "link", "e-mail address"),
        ({"link": "MAILTO:dana"}, "link", "e-mail address"),
        ({"link": "dana@acme.example"}, "link", "e-mail address"),
        ({"link": "linkedin"}, "link", "https://"),
        ({"link": "javascript:alert(1)"}, "link", "https://"),
        ({"roles": "champion,boss"}, "roles", "Decision maker"),
        ({"interval_number": "0"}, "interval_number", "from 1"),
        ({"successor": "new:Bo Chen"}, "left_on", "Choose the day"),
        ({"name": "é" * 300}, "name", "100"),
    ],
)
def test_refused_at_the_field(office: SmallTeam, given: dict[str, str], field: str, words: str) -> None:
    """Addresses, numbers and impossible values are refused in words at their field, and nothing is stored."""
    with pytest.raises(BadInputError) as caught, office.ledger.begin() as tx:
        add(tx, office, **({"name": "Dana Reed"} | given))
    assert (caught.value.field, words in caught.value.words) == (field, True), caught.value.words
    with office.ledger.read() as tx:
        assert tree(tx) == {}


@on_sqlite
@pytest.mark.parametrize(
    "name", ["Dana Reed 3rd", "X Æ A-12", "O’Brien", "Dr. Müller-Lüdenscheidt (EMEA 2026)", "王小明"]
)
def test_names_that_are_no_addresses(office: SmallTeam, name: str) -> None:
    """Names with digits and marks are taken as they are."""
    with office.ledger.begin() as tx:
        assert add(tx, office, name, link="https://example.com/@dana/1234567890").name == name


@on_sqlite
def test_the_words_of_others_are_understood(office: SmallTeam) -> None:
    """Roles, stance and influence in the words that people use elsewhere."""
    with office.ledger.begin() as tx:
        row = add(tx, office, "Dana", roles="Budget holder, end user", support="blocker", influence="H")
        assert (row.roles, row.support, row.influence) == (("economic_buyer", "user"), 1, 5)


@on_sqlite
def test_a_name_stands_once(office: SmallTeam) -> None:
    """Another row of the name is refused, also by a new name; recording a commitment with it finds the row."""
    with office.ledger.begin() as tx:
        dana, marcus = add(tx, office, "Dana Reed"), add(tx, office, "Marcus")
        with pytest.raises(BadInputError) as caught, tx.begin_nested():
            add(tx, office, "dana  REED")
        assert caught.value.words.startswith("Dana Reed is among the people already")
        with pytest.raises(BadInputError), tx.begin_nested():
            edit(tx, office, marcus, name="Dana Reed")
        eva, account = acme(tx, office)
        assert stakeholders.create(tx, eva, "Dana reed", account=account, now=NOW).id == dana.id
        section.archive(tx, eva, people.SECTION, dana.id, "left", origin_key="press:1", now=NOW)
        assert stakeholders.matching(tx, eva, "dana", account=account) == []
        with pytest.raises(BadInputError) as caught, tx.begin_nested():
            add(tx, office, "Dana Reed")
        assert "archived people" in caught.value.words
        assert stakeholders.create(tx, eva, "Dana reed", account=account, now=NOW).archived_at is None
        dana = section.get(tx, eva, people.SECTION, dana.id)
        assert [entry.verb for entry in history.entries(tx, eva, dana)] == ["add", "archive", "restore"]
        assert dana.version == 3


@on_sqlite
@pytest.mark.parametrize("column", ["reports_to", "successor"])
def test_not_themselves(office: SmallTeam, column: str) -> None:
    """Nobody reports to themselves or follows themselves."""
    with office.ledger.begin() as tx:
        dana = add(tx, office, "Dana")
        with pytest.raises(BadInputError) as caught, tx.begin_nested():
            edit(tx, office, dana, left_on="2026-12-01", **{column: str(dana.id)})
        assert (caught.value.field, "themselves" in caught.value.words) == (column, True)


def test_two_rows_of_one_person(office: SmallTeam) -> None:
    """Everything that named either names the one that stays, with an entry; empty facts are filled; the other row
    stays in the ledger and means the one that stays.
    """
    with office.ledger.begin() as tx:
        eva, account = acme(tx, office)
        gone, kept = add(tx, office, "D. Reed", title="CFO", support="4"), add(tx, office, "Dana Reed", support="2")
        below = add(tx, office, "Marcus", reports_to=str(gone.id))
        form = good(objectives.SECTION) | {"stakeholder": str(gone.id)}
        goal = section.add(tx, eva, objectives.SECTION, account, form, origin_key="goal", now=NOW)
        merged = merge(tx, office, gone, kept)
        assert (merged.id, merged.title, merged.support) == (kept.id, "CFO", 2)
        goal = section.get(tx, eva, objectives.SECTION, goal.id)
        below = section.get(tx, eva, people.SECTION, below.id)
        assert (goal.stakeholder_id, below.reports_to_id) == (kept.id, kept.id)
        for row in (goal, below, merged, section.get(tx, eva, people.SECTION, gone.id)):
            entries = history.entries(tx, eva, row)
            assert (row.version, len(entries)) == (2, 2)
        assert history.entries(tx, eva, goal)[-1].changes == {"stakeholder_id": [gone.id, kept.id]}
        assert stakeholders.get(tx, eva, gone.id, account=account).id == kept.id
        assert [one.name for one in stakeholders.of_account(tx, eva, account)] == ["Dana Reed", "Marcus"]


@on_sqlite
def test_merges_that_are_refused(office: SmallTeam) -> None:
    """Nobody is merged with themselves, with another account's person, with an archived one, twice, or unseen."""
    with office.ledger.begin() as tx:
        eva, account = acme(tx, office)
        globex = accounts.create(tx, eva, "Globex", now=NOW)
        dana, marcus = add(tx, office, "Dana"), add(tx, office, "Marcus")
        other = stakeholders.create(tx, eva, "Bo", account=globex, now=NOW)
        for into, words in ((dana, "the same row"), (other, "another account")):
            with pytest.raises(BadInputError) as caught, tx.begin_nested():
                merge(tx, office, dana, into)
            assert (caught.value.field, words in caught.value.words) == ("into_person", True)
        version = dana.version
        edit(tx, office, dana, title="CFO")
        with pytest.raises(ChangedMeanwhileError), tx.begin_nested():
            people.merge(tx, eva, dana.id, marcus.id, version=version, origin_key="old", now=NOW)
        ben = office.person(tx, "ben")
        with pytest.raises(NotAllowedError), tx.begin_nested():
            people.merge(tx, ben, dana.id, marcus.id, version=version + 1, origin_key="ben", now=NOW)
        for _ in range(2):
            kept = people.merge(tx, eva, dana.id, marcus.id, version=version + 1, origin_key="once", now=NOW)
            assert kept.version == 2
        with pytest.raises(ChangedMeanwhileError), tx.begin_nested():
            merge(tx, office, section.get(tx, eva, people.SECTION, dana.id), marcus)
        with pytest.raises(BadInputError, match="archived"), tx.begin_nested():
            merge(tx, office, marcus, dana)
        assert stakeholders.of_account(tx, eva, account) == [kept]


@on_sqlite
def test_accounts_with_the_same_people(office: SmallTeam) -> None:
    """Two accounts become one: a person whom both have is one person afterwards, and the tree has no circle."""
    with office.ledger.begin() as tx:
        eva, account = acme(tx, office)
        globex = accounts.create(tx, eva, "Globex", now=NOW)
        dana = add(tx, office, "Dana")
        bo = add(tx, office, "Bo", reports_to=str(dana.id))

        def there(name: str, **given: Any) -> Stakeholder:
            form = {"name": name} | given
            return section.add(tx, eva, people.SECTION, globex, form, origin_key=f"{next(_GESTURES)}", now=NOW)

        bo_there = there("Bo")
        there("Dana", reports_to=str(bo_there.id), title="CFO")
        marcus = there("Marcus", reports_to=str(bo_there.id))
        accounts.merge(tx, eva, globex.id, account.id, version=globex.version, origin_key="merge", now=NOW)
        after = tree(tx)
        assert set(after) == {dana.id, bo.id, marcus.id}
        assert after[marcus.id] == bo.id
        assert not has_circle(after)
        assert section.get(tx, eva, people.SECTION, dana.id).title == "CFO"


def meet(tx: Session, office: SmallTeam, day: str, *people_: Stakeholder, **given: str) -> Meeting:
    eva, account = acme(tx, office)
    form = {"stakeholders": ",".join(str(one.id) for one in people_), "day": day, "state": "held"} | given
    return section.add(tx, eva, meetings.SECTION, account, form, origin_key=f"{next(_GESTURES)}", now=NOW)


def test_last_met_follows_from_the_meetings(office: SmallTeam) -> None:
    """The day of the last meeting that was held counts: not a planned, an archived one, or one that was not held."""
    with office.ledger.begin() as tx:
        eva, _ = acme(tx, office)
        dana, marcus = add(tx, office, "Dana", interval_number="2", interval_unit="weeks"), add(tx, office, "Marcus")

        def last(row: Stakeholder) -> date | None:
            tx.expire_all()
            return section.get(tx, eva, people.SECTION, row.id).last_met_on

        assert last(dana) is None
        meet(tx, office, "2026-10-01", dana, marcus)
        meet(tx, office, "2026-11-10", dana, state="not_held")
        meet(tx, office, "2026-12-10", dana, state="planned")
        assert last(dana) == last(marcus) == date(2026, 10, 1)
        assert people.is_late(section.get(tx, eva, people.SECTION, dana.id), NOW.date())
        gone = meet(tx, office, "2026-11-20", dana)
        assert last(dana) == date(2026, 11, 20)
        assert not people.is_late(section.get(tx, eva, people.SECTION, dana.id), NOW.date())
        section.archive(tx, eva, meetings.SECTION, gone.id, "wrong day", origin_key="press:9", now=NOW)
        assert last(dana) == date(2026, 10, 1)
        assert [one.day.month for one in meetings.with_person(tx, eva, dana, size=5)] == [12, 11, 10]


@on_sqlite
def test_meetings_of_two_rows_of_one_person(office: SmallTeam) -> None:
    """A merge puts the one who stays at each meeting once, with an entry in the meeting's history."""
    with office.ledger.begin() as tx:
        eva, _ = acme(tx, office)
        gone, kept = add(tx, office, "D. Reed"), add(tx, office, "Dana Reed")
        both, alone = meet(tx, office, "2026-11-10", gone, kept), meet(tx, office, "2026-11-11", gone)
        merge(tx, office, gone, kept)
        tx.expire_all()
        for one in (both, alone):
            row = section.get(tx, eva, meetings.SECTION, one.id)
            assert row.stakeholder_ids == [kept.id]
            assert row.version == len(history.entries(tx, eva, row)) == 2


@on_sqlite
@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"agreed_how": "call"}, "agreed_on", "Choose the day"),
        ({"agreed_on": "2026-11-20"}, "agreed_how", "how they agreed"),
        ({"agreed_on": "2026-12-20", "agreed_how": "call"}, "agreed_on", "not come yet"),
        ({"name": ""}, "name", "missing"),
    ],
)
def test_what_is_agreed_has_a_day_and_a_way(
    office: SmallTeam, given: dict[str, str], field: str, words: str
) -> None:  # fmt: skip
    """An agreement without its day or its way is refused at the field."""
    with pytest.raises(BadInputError) as caught, office.ledger.begin() as tx:
        expect(tx, office, add(tx, office, "Dana"), **given)
    assert (caught.value.field, words in caught.value.words) == (field, True), caught.value.words


def expect(tx: Session, office: SmallTeam, who: Stakeholder, **given: str) -> Expectation:
    eva, account = acme(tx, office)
    form = {"stakeholder": str(who.id), "side": "theirs", "name": "One contact"} | given
    return section.add(tx, eva, expectations.SECTION, account, form, origin_key=f"{next(_GESTURES)}", now=NOW)


@on_sqlite
def test_an_agreement_of_a_person_who_left(office: SmallTeam) -> None:
    """A wish stays a wish; an agreement is to be agreed again when the person who agreed leaves, on that day."""
    with office.ledger.begin() as tx:
        eva, _ = acme(tx, office)
        dana, marcus = add(tx, office, "Dana"), add(tx, office, "Marcus")
        agreed = {"agreed_on": "2026-11-20", "agreed_how": "meeting"}
        rows = [expect(tx, office, dana), expect(tx, office, dana, **agreed),
                expect(tx, office, dana, **agreed, agreed_by=str(marcus.id))]  # fmt: skip
        edit(tx, office, dana, left_on="2026-12-01")

        def standings(today: date) -> list[str]:
            found = [section.get(tx, eva, expectations.SECTION, row.id) for row in rows]
            return [agreements.standing(row, today) for row in found]

        assert standings(date(2026, 11, 30)) == ["wish", "agreed", "agreed"]
        assert standings(date(2026, 12, 1)) == ["wish", "again", "agreed"]
