"""Years: the client's revenue and our sales, in the account's currency. Growth follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import BadInputError
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Year

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date


def _check(row: Year, _changed: Collection[str], _today: date) -> None:
    if row.revenue is None and row.sales is None:
        raise BadInputError("Write the client’s revenue, our sales, or both.", field="sales")


def _order(row: Year, _today: date) -> tuple[int, int]:
    return -row.year, row.id


SECTION = Section(
    Year,
    title="Years",
    noun="year",
    fields=(
        Field("year", "Year", Kind.YEAR, required=True),
        Field("revenue", "Revenue of the client", Kind.MONEY, hint="1500, 1.5m … in the account’s currency."),
        Field("sales", "Our sales to them", Kind.MONEY),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    check=_check,
    unique=("year",),
)
