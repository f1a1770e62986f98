"""Penetration, share of account, and the course of the years: figures that follow from a plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.plan.penetration import penetration, share_of_account
from store.plan.white_space import counted, units
from store.plan.years import course
from store.tables import Cell, CellState, Year
from tests.conftest import NOW

TODAY = date(2026, 11, 23)
STATES = {"h": CellState.HAS, "o": CellState.OPEN, "c": CellState.COMPETITOR, "n": CellState.NEVER}


def cells(*said: str) -> list[Cell]:
    """Cells as “h300” (has, 300 a year) or “o” (open, no value), each of an offering of its own."""
    return [
        Cell(id=place, offering_id=place, unit=None, state=STATES[one[0]], value=Decimal(one[1:]) if one[1:] else None)
        for place, one in enumerate(said, start=1)
    ]


@pytest.mark.parametrize(
    ("said", "percent", "by_value"),
    [
        ("h o", 50, False), ("h", 100, False), ("o c", 0, False), ("h o c n n", 33, False), ("h h o", 67, False),
        ("h300 o100", 75, True), ("h300 c100 n", 75, True), ("h300 o100 n900", 75, True),
        # One value is missing: each cell counts as one.
        ("h300 o", 50, False), ("h o100", 50, False),
        # Only worthless ones: there is nothing to weigh.
        ("h0 o0", 50, False), ("h0 o5", 0, True), ("h5 o0", 100, True),
        ("h0.5 o99.5", 1, True), ("h1 o199", 1, True), ("h1 o201", 0, True),
    ],
)  # fmt: skip
def test_penetration(said: str, percent: int, by_value: bool) -> None:
    """They have so much of what they could have: by value where all values are known, else by number; never is out."""
    found = penetration(cells(*said.split()), TODAY)
    assert found is not None
    assert (found.percent, found.by_value, found.as_of) == (percent, by_value, TODAY)


@pytest.mark.parametrize("said", ["", "n", "n100 n"])
def test_no_penetration(said: str) -> None:
    """Where they could have nothing, there is no figure."""
    assert penetration(cells(*said.split()), TODAY) is None


VALUES = st.none() | st.integers(0, 10**9)
SAID = st.lists(st.tuples(st.sampled_from("hocn"), VALUES), max_size=30)


@given(SAID)
def test_it_stays_between_nothing_and_all(said: list[tuple[str, int | None]]) -> None:
    """Any cells: from 0 to 100 %, the order does not matter, and one more that they have never lowers a count."""
    made = cells(*(f"{state}{'' if value is None else value}" for state, value in said))
    found = penetration(made, TODAY)
    assert penetration(made[::-1], TODAY) == found
    if found is None:
        assert {state for state, _ in said} <= {"n"}
        return
    assert 0 <= found.percent <= 100
    assert 0 <= found.has <= found.possible
    if not found.by_value:
        more = penetration([*made, *cells("h")], TODAY)
        assert more is not None
        assert more.percent >= found.percent


def test_two_cells_of_one_place_count_once() -> None:
    """After a merge of accounts: the cell that says most counts, the older of two that say the same."""
    twins = cells("o", "h", "h", "n")
    for cell, unit in zip(twins, ("Lyon", "LYON", "lyon", None), strict=True):
        cell.offering_id, cell.unit = 1, unit
    assert sorted(cell.id for cell in counted(twins)) == [2, 4]
    twins[1].archived_at = NOW
    assert sorted(cell.id for cell in counted(twins)) == [3, 4]
    assert units(twins) == [None, "Lyon"]


def years(**sales: str) -> list[Year]:
    return [
        Year(id=place, year=int(year[1:]), sales=Decimal(said) if said else None, revenue=None)
        for place, (year, said) in enumerate(sales.items())
    ]


@pytest.mark.parametrize(
    ("sales", "potential", "percent", "year"),
    [
        ({"y2025": "420", "y2024": "300"}, "1200", 35, 2025), ({"y2024": "300", "y2025": ""}, "1200", 25, 2024),
        ({"y2025": "1500"}, "1200", 125, 2025), ({"y2025": "0"}, "1200", 0, 2025),
        ({}, "1200", None, None), ({"y2025": "420"}, None, None, None), ({"y2025": "420"}, "0", None, None),
    ],
)  # fmt: skip
def test_share_of_account(sales: dict[str, str], potential: str | None, percent: int | None, year: int | None) -> None:
    """Our sales of the latest year that has them, of the potential; without one of the two there is no figure."""
    found = share_of_account(years(**sales), Decimal(potential) if potential else None)
    assert (found and found.percent, found and found.year) == (percent, year)


@pytest.mark.parametrize(
    ("sales", "shown", "growth"),
    [
        ({"y2023": "290", "y2024": "365", "y2025": "420"}, [2023, 2024, 2025], 45),
        ({"y2022": "1", "y2025": "420", "y2024": "365", "y2023": "290"}, [2023, 2024, 2025], 45),
        ({"y2024": "400", "y2025": "300"}, [2024, 2025], -25), ({"y2025": "420"}, [2025], None),
        ({"y2024": "0", "y2025": "5"}, [2024, 2025], None), ({"y2024": "", "y2025": "5"}, [2025], None),
        ({"y2024": "5", "y2025": "5"}, [2024, 2025], 0),
    ],
)  # fmt: skip
def test_the_course_of_the_years(sales: dict[str, str], shown: list[int], growth: int | None) -> None:
    """The latest three years that have an amount, and the growth from the first of them to the last."""
    found = course(years(**sales), "sales")
    assert found is not None
    assert ([year for year, _ in found.amounts], found.growth) == (shown, growth)
    assert course([], "sales") is None
