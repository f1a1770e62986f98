"""Menus of names show the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from store import accounts, stakeholders
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.conftest import SmallTeam

NAMES = ("Anna Deal", "Deal", "Dealey Plaza", "Ordeal", "Big Deal", "Deal Group West")
# The name itself, names that begin with the text, those with such a word, and the others.
EXPECTED = ["Deal", "Deal Group West", "Dealey Plaza", "Anna Deal", "Big Deal", "Ordeal"]


@pytest.mark.parametrize("typed", ["deal", "Deál"])
def test_the_best_name_comes_first(office: SmallTeam, typed: str) -> None:
    """Accounts and people are in one order, with and without accents; no more than a hundred are found."""
    with office.ledger.begin() as tx:
        eva = office.person(tx, "eva")
        acme = accounts.create(tx, eva, "Acme", now=NOW)
        for name in NAMES:
            accounts.create(tx, eva, name, now=NOW)
            stakeholders.create(tx, eva, name, account=acme, now=NOW)
        for number in range(110):
            accounts.create(tx, eva, f"Filler {number:03}", now=NOW)
    with office.ledger.read() as tx:
        eva = office.person(tx, "eva")
        assert [one.name for one in accounts.matching(tx, eva, typed)] == EXPECTED
        assert [one.name for one in stakeholders.matching(tx, eva, typed)] == EXPECTED
        assert [one.name for one in accounts.matching(tx, eva, "group deal")] == ["Deal Group West"]
        assert len(accounts.matching(tx, eva, "filler")) == 100


def test_ones_own_accounts_come_first(office: SmallTeam) -> None:
    """Of two accounts that fit as well, the one that the person leads comes first."""
    with office.ledger.begin() as tx:
        accounts.create(tx, office.person(tx, "ben"), "Acme East", now=NOW)
        accounts.create(tx, office.person(tx, "eva"), "Acme West", now=NOW)
    with office.ledger.read() as tx:
        found = accounts.matching(tx, office.person(tx, "eva"), "acme")
    assert [one.name for one in found] == ["Acme West", "Acme East"]
