"""Years: the client's revenue and our sales, in the account's currency. Growth follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from store.errors import BadInputError
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Year

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date


# The years that show where an account is going.
SPAN = 3


@dataclass(frozen=True)
class Course:
    """The amounts of the latest years that have one, the oldest first: (year, amount)."""

    amounts: tuple[tuple[int, Decimal], ...]

    @property
    def growth(self) -> int | None:
        """The growth from the first year to the last, in percent; None for one year, or from nothing."""
        (_, first), (_, last) = self.amounts[0], self.amounts[-1]
        if len(self.amounts) == 1 or first <= 0:
            return None
        return int(((last - first) * 100 / first).quantize(Decimal(1), ROUND_HALF_UP))


def course(rows: Iterable[Year], column: str) -> Course | None:
    """The course of our `sales` or their `revenue` over the latest three years that have an amount, in use."""
    known = {row.year: getattr(row, column) for row in sorted(rows, key=lambda row: -row.id) if row.archived_at is None}
    amounts = sorted((year, amount) for year, amount in known.items() if amount is not None)
    return Course(tuple(amounts[-SPAN:])) if amounts else None


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
