"""The account's own fields: two editors, a history that is complete, and parents without circles."""

from __future__ import annotations

import contextlib
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store import accounts, history
from store.errors import BadInputError, ChangedMeanwhileError, LedgerError
from store.plan import basis
from store.plan.basis import FIELDS
from tests.conftest import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.plan.values import Field
    from store.tables import Account
    from tests.conftest import SmallTeam

# For each field two values that it takes, as its form gives them. `{}` is the id of another account.
VALUES = {
    "name": ("Acme Corporation", "Acme Group"), "owner": ("U0EVA", "U0BEN"), "coach": ("U0ANA", "U0ADA"),
    "category": ("A", "B"), "channel": ("C0ACME", "C0SALES"), "currency": ("EUR", "usd"),
    "potential": ("1.5m", "EUR 200,000.50"), "cost_to_serve": ("40k", "0"),
    "full_means": ("all seats", "all sites"), "period_start": ("2026-01-01", "2026-07-01"),
    "period_end": ("2026-12-31", "2027-06-30"), "target": ("300k", "1 Mio."), "sponsor": ("U0ADA", "U0BEN"),
    "team": ("U0ANA,U0BEN", "U0ADA"), "parent": ("{globex}", "{umbrella}"), "kind": ("unit", "budget"),
    "strategy": ("grow in Asia", "fewer suppliers"), "target_markets": ("hospitals", "schools"),
    "canvas": ("plan", ""),
    "crm": ("https://crm.example/1", "https://crm.example/2"), "note": ("ask Dana first", "no calls on Fridays"),
}  # fmt: skip


def test_every_field_is_here() -> None:
    """A new field of the account is held to this file."""
    assert {field.name for field in FIELDS} == VALUES.keys()


def others(tx: Session, office: SmallTeam) -> dict[str, int]:
    """Two other accounts: their ids by name."""
    eva = office.person(tx, "eva")
    return {name: accounts.create(tx, eva, name, now=NOW).id for name in ("globex", "umbrella")}


def columns(account: Account) -> dict[str, Any]:
    return {field.column: history.plain(getattr(account, field.column)) for field in FIELDS}


def edit(tx: Session, office: SmallTeam, by: str, account: Account, version: int, key: str, **said: str) -> Account:
    ids = others(tx, office)
    form = {name: text.format(**ids) for name, text in said.items()}
    return basis.edit(tx, office.person(tx, by), account.id, form, version=version, origin_key=key, now=NOW)


# A field with one choice is set or not: two people who change it mean the same.
@pytest.mark.parametrize("field", [one for one in FIELDS if len(one.choices) != 1], ids=lambda field: field.name)
def test_two_editors_of_every_field(office: SmallTeam, field: Field) -> None:
    """Another editor's change is never overwritten unseen; a change of another field beside it is stored."""
    theirs, mine = VALUES[field.name]
    beside, text = ("crm", "the CRM") if field.name != "crm" else ("strategy", "the strategy")
    with office.ledger.begin() as tx:
        account = basis.get(
            tx, office.person(tx, "eva"), accounts.create(tx, office.person(tx, "eva"), "Acme", now=NOW).id
        )
        account.currency = None if field.name == "currency" else "EUR"
        account.owner_id = None
        version, before = account.version, columns(account)
        stored = columns(edit(tx, office, "ada", account, version, "theirs", **{field.name: theirs}))
        with pytest.raises(ChangedMeanwhileError) as caught, tx.begin_nested():
            edit(tx, office, "eva", account, version, "mine", **{field.name: mine})
        assert caught.value.field == field.name
        assert "Ada Moreau changed this meanwhile to" in caught.value.words
        both = edit(tx, office, "eva", account, version, "beside", **{beside: text})
        assert columns(both) == stored | {next(f.column for f in FIELDS if f.name == beside): text}
        assert stored[field.column] != before[field.column]


def forms() -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(["", *values, "soon", "-5"]) for name, values in VALUES.items()}
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, phases=[Phase.generate])
@given(data=st.data())
def test_the_account_can_be_rebuilt_from_its_entries(office: SmallTeam, data: st.DataObject) -> None:
    """Any forms of any people: each entry has every change, from the value before to the value after, and nothing else
    changes the account; the version counts the entries.
    """
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = basis.get(tx, eva, accounts.create(tx, eva, f"Acme {data.draw(st.uuids())}", now=NOW).id)
        first = columns(account)
        for step in range(data.draw(st.integers(1, 4))):
            said, by = data.draw(forms()), data.draw(st.sampled_from(["eva", "ada"]))
            with contextlib.suppress(LedgerError), tx.begin_nested():
                edit(tx, office, by, account, account.version, f"{account.id}:{step}", **said)
        account = basis.get(tx, eva, account.id)
        entries = history.entries(tx, eva, account)
        assert account.version == len(entries)
        rebuilt = dict(first)
        for entry in entries:
            for column, (before, after) in entry.changes.items():
                assert rebuilt[column] == before
                rebuilt[column] = after
        assert rebuilt == columns(account)
        tx.rollback()


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"period_start": "2026-06-01", "period_end": "2026-05-31"}, "period_end", "ends before it starts"),
        ({"potential": "1.500"}, "potential", "1.5 or 1500"),
        ({"potential": "$ 5m"}, "potential", "The amounts of Acme are in EUR"),
        ({"cost_to_serve": "-1"}, "cost_to_serve", "not below 0"),
        ({"team": "U0NOBODY"}, "team", "not known here"),
        ({"parent": "999"}, "parent", "not in the ledger"),
        ({"parent": "me"}, "parent", "Choose an account"),
        ({"parent": "{itself}"}, "parent", "would become a part of itself"),
        ({"coach": "U0EVA"}, "coach", "The coach is the lead's manager"),
        ({"currency": "euro"}, "currency", "three letters"),
    ],
)  # fmt: skip
def test_what_is_refused(office: SmallTeam, said: dict[str, str], field: str, words: str) -> None:
    """Each bad value is refused at its field, in words."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        account = basis.get(tx, eva, accounts.create(tx, eva, "Acme", now=NOW).id)
        account.currency = "EUR"
        form = {name: text.format(itself=account.id) for name, text in said.items()}
        with pytest.raises(BadInputError) as caught, tx.begin_nested():
            basis.edit(tx, eva, account.id, form, version=1, origin_key="x", now=NOW)
        assert (caught.value.field, words in caught.value.words) == (field, True), caught.value.words


def family(office: SmallTeam, length: int) -> list[int]:
    """Accounts of which each is a part of the one before: their ids, from the top."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        ids = [accounts.create(tx, eva, f"Unit {number}", now=NOW).id for number in range(length)]
    for above, below in itertools.pairwise(ids):
        become_part(office, below, above)
    return ids


def become_part(office: SmallTeam, account_id: int, of: int) -> None:
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        version = accounts.get(tx, eva, account_id).version
        form = {"parent": str(of)}
        basis.edit(tx, eva, account_id, form, version=version, origin_key=f"{account_id}:{of}", now=NOW)


def parents(office: SmallTeam) -> dict[int, int | None]:
    with office.ledger.read() as tx:
        eva = office.person(tx, "eva")
        found = accounts.matching(tx, eva, "", limit=100)
        return {one.id: one.parent_id for one in found}


@pytest.mark.parametrize("length", [2, 3, 4, 7])
def test_no_account_is_a_part_of_itself(office: SmallTeam, length: int) -> None:
    """A circle of any length is refused, and nothing changes."""
    ids = family(office, length)
    before = parents(office)
    with pytest.raises(BadInputError, match="part of itself"):
        become_part(office, ids[0], ids[-1])
    assert parents(office) == before


@pytest.mark.parametrize("length", [2, 3, 5])
def test_no_circle_is_closed_from_all_sides_at_once(office: SmallTeam, length: int) -> None:
    """Each of several people makes an account a part of the next at the same moment: one of them is refused, however
    they meet.
    """
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        ids = [accounts.create(tx, eva, f"Unit {number}", now=NOW).id for number in range(length)]
    together = threading.Barrier(length)

    def one(number: int) -> bool:
        together.wait()
        try:
            become_part(office, ids[number], ids[(number + 1) % length])
        except BadInputError:
            return False
        return True

    with ThreadPoolExecutor(length) as threads:
        results = list(threads.map(one, range(length)))
    assert sorted(results) == [False, *[True] * (length - 1)]
    assert sorted(parents(office).values(), key=str).count(None) == 1


def merge(office: SmallTeam, account: int, into: int) -> None:
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        version = accounts.get(tx, eva, account).version
        accounts.merge(tx, eva, account, into, version=version, origin_key=f"merge:{account}:{into}", now=NOW)


@pytest.mark.parametrize(
    ("account", "into", "after"),
    [
        # 0 is the whole, 1 a part of 0, 2 a part of 1, 3 a part of 2.
        (0, 1, {1: None, 2: 1, 3: 2}), (0, 3, {3: None, 1: 3, 2: 1}), (1, 0, {0: None, 2: 0, 3: 2}),
        (3, 0, {0: None, 1: 0, 2: 1}), (1, 2, {0: None, 2: 0, 3: 2}), (1, 3, {0: None, 3: 0, 2: 3}),
    ],
)  # fmt: skip
def test_parts_follow_when_accounts_are_merged(
    office: SmallTeam, account: int, into: int, after: dict[int, int | None]
) -> None:
    """The parts of a merged account become the kept account's; whichever of the two was above, no circle is left."""
    ids = family(office, 4)
    merge(office, ids[account], ids[into])
    expected = {ids[one]: None if above is None else ids[above] for one, above in after.items()}
    assert parents(office) == expected


def test_a_merge_keeps_the_basis_of_both(office: SmallTeam) -> None:
    """The kept account's values stay, its empty fields are filled, and the history of the other has the rest."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        kept, other = (accounts.create(tx, eva, name, now=NOW) for name in ("Acme", "Umbrella"))
        basis.edit(tx, eva, kept.id, {"strategy": "grow", "team": "U0ANA", "category": "A", "currency": "EUR",
                                      "period_start": "2026-07-01"}, version=1, origin_key="1", now=NOW)  # fmt: skip
        basis.edit(tx, eva, other.id, {"strategy": "shrink", "team": "U0BEN", "category": "B", "crm": "crm/2",
                                       "sponsor": "U0ADA", "currency": "USD", "potential": "5m",
                                       "period_end": "2026-01-01"}, version=1, origin_key="2", now=NOW)  # fmt: skip
        kept_id, other_id = kept.id, other.id
    merge(office, other_id, kept_id)
    with office.ledger.read() as tx:
        eva = office.person(tx, "eva")
        found = basis.get(tx, eva, kept_id)
        assert (found.strategy, found.category, found.crm) == ("grow", "A", "crm/2")
        assert found.sponsor is not None
        assert sorted(one.person.name for one in found.members) == ["Ana Souza", "Ben Okafor"]
        # Dollars are no euros, and a plan does not end before it starts.
        assert (found.potential, found.period_end) == (None, None)
        told = {column: change for entry in accounts.history_of(tx, eva, found) if entry.subject_id == other_id
                for column, change in entry.changes.items()}  # fmt: skip
        assert told["strategy"] == ["shrink", "grow"]
        assert told["category"] == ["B", "A"]
        assert told["potential"] == [None, "5000000"]
