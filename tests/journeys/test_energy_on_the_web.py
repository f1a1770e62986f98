"""Both sides of an account on its page in a browser, and as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from store.tables import Account, Side, Stakeholder
from tests.journeys.both_sides import has_dana, has_delivered
from tests.journeys.plan_sections import has_account
from tests.journeys.web_pages import read, signed_in, visitor

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace

FILE = "/plan/1/promises.csv"


def rows(text: str) -> list[list[str]]:
    """The rows of a file, without the mark at its beginning."""
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_the_page_shows_both_sides(town: BotInWorkspace) -> None:
    """The balance in words, the bars with a table that says the same, each person, and the charts in words."""
    has_account(town)
    has_delivered(town, stakeholder=has_dana(town))
    page = signed_in(town).get("/plan/1")
    said = read(page)
    assert "We have delivered 3 and received 0: ask for something." in said
    assert "Quarter We delivered Of these late They delivered Of these late Oct–Dec 26 3 0 0 0" in said
    assert "With We delivered They delivered We owe They owe Dana Reyes 3 0 0 0" in said
    assert "Oct–Dec 26: we delivered 3, they delivered 0" in said
    assert "We: Oct–Dec 26 100 %" in said
    assert page.html.count('class="picture"') == 3


def test_without_anything_delivered(town: BotInWorkspace) -> None:
    """An account without promises has neither bars nor a file."""
    has_account(town)
    page = signed_in(town).get("/plan/1")
    assert "Neither side has delivered or promised anything yet." in read(page)
    assert 'class="picture"' not in page.html
    assert "promises.csv" not in page.html


def test_the_figures_as_a_file(town: BotInWorkspace) -> None:
    """The file begins with the mark of UTF-8 and has the figures of the page; the browser keeps it as a file."""
    has_account(town)
    has_delivered(town, stakeholder=has_dana(town))
    has_delivered(town, 1, Side.THEIRS)
    page = signed_in(town).get(FILE)
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.headers["Content-Disposition"] == 'attachment; filename="promises.csv"'
    found = rows(page.html)
    assert found[0] == ["Figure", "Of", "Period", "Value"]
    assert ["Delivered on time", "We", "2026-10-01 – 2026-12-31", "3"] in found
    assert ["Delivered on time", "They", "2026-10-01 – 2026-12-31", "1"] in found
    assert ["Delivered by us", "Dana Reyes", "2025-10-01 – 2026-12-31", "3"] in found
    assert ["Done this quarter", "Both", "2026-11-23", "4"] in found
    assert {len(one) for one in found} == {4}


@pytest.mark.parametrize("name", ["=1+1", "+49 30", "-x", "@x", "\t=1", 'Da"na, =1'])
def test_no_cell_is_a_formula(town: BotInWorkspace, name: str) -> None:
    """A name that begins like a formula is text to a spreadsheet, and no name breaks the columns."""
    has_account(town)
    has_delivered(town, stakeholder=has_dana(town))
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Stakeholder).values(name=name))
    found = rows(signed_in(town).get(FILE).html)
    assert not any(cell[:1] in {"=", "+", "-", "@", "\t", "\r"} for one in found for cell in one)
    assert any(name.strip() in one[1] for one in found)


def test_who_gets_the_file(town: BotInWorkspace) -> None:
    """Nobody without a session, and nobody who does not see the account."""
    has_account(town)
    has_account(town, "Initech")
    assert visitor(town).get(FILE).status == 403
    browser = signed_in(town, "U0ANA", "Initech")
    assert browser.get(FILE).status == 200
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).where(Account.name == "Acme").values(restricted=True))
    refused = browser.get(FILE)
    assert refused.status == 404
    assert "Acme" not in refused.html
