"""Penetration: how much they have of what they could have. Share of account: our part of their potential. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from store.tables import CellState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from store.tables import Cell, Year


@dataclass(frozen=True)
class Penetration:
    """Of `possible` they have `has`: amounts a year if `by_value`, else numbers of cells. `as_of`: the day of the last
    change of a cell.
    """

    has: Decimal
    possible: Decimal
    by_value: bool
    as_of: date

    @property
    def percent(self) -> int:
        return _percent(self.has, self.possible)


@dataclass(frozen=True)
class Share:
    """Our `sales` of the latest year that has them, and the account's potential a year."""

    sales: Decimal
    potential: Decimal
    year: int

    @property
    def percent(self) -> int:
        return _percent(self.sales, self.potential)


def penetration(cells: Iterable[Cell], as_of: date) -> Penetration | None:
    """The penetration of these cells in use, of which no two have one key; None if they could have nothing.

    A cell that will never be is left out. The values count if every cell that is left has one, else the cells do.
    """
    could = [cell for cell in cells if cell.state != CellState.NEVER]
    if not could:
        return None
    by_value = all(cell.value is not None for cell in could) and any(cell.value for cell in could)
    weights = [(cell.state, cell.value if by_value and cell.value is not None else Decimal(1)) for cell in could]
    has = sum((weight for state, weight in weights if state == CellState.HAS), Decimal(0))
    return Penetration(has, sum((weight for _, weight in weights), Decimal(0)), by_value, as_of)


def share_of_account(years: Iterable[Year], potential: Decimal | None) -> Share | None:
    """Our share of the account by the latest year with our sales; None without such a year, or without a potential."""
    known = [(row.year, row.sales) for row in years if row.sales is not None and row.archived_at is None]
    if not known or not potential or potential < 0:
        return None
    year, sales = max(known)
    return Share(sales, potential, year)


def _percent(part: Decimal, whole: Decimal) -> int:
    return int((part * 100 / whole).quantize(Decimal(1), ROUND_HALF_UP))
