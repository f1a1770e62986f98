"""Figures: named figures of each quarter, which show the value delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.plan.section import Section
from store.plan.values import Field, Kind, quarter_words
from store.rules.numbers import words
from store.tables import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@dataclass(frozen=True)
class Beside:
    """A figure in its newest quarter, and in the quarter before that, if it is known there."""

    newest: Figure
    before: Figure | None

    @property
    def words(self) -> str:
        """“Uptime: 99.95 % in Q3 2026, 99.9 % in Q2 2026”, as plain text."""
        return f"{self.newest.name}: " + ", ".join(
            f"{value_words(one)} in {quarter_words(one.quarter)}"
            for one in (self.newest, self.before)
            if one is not None
        )


def value_words(row: Figure) -> str:
    """“99.95 %”"""
    return f"{words(row.value)}{f' {row.unit}' if row.unit else ''}"


def beside_last(rows: Iterable[Figure]) -> list[Beside]:
    """Each figure in use beside its value in the quarter before, by name."""
    by_name: dict[str, dict[str, Figure]] = {}
    for row in rows:
        if row.archived_at is None:
            by_name.setdefault((row.name or "").casefold(), {})[row.quarter] = row
    return [
        Beside(quarters[newest], quarters.get(_before(newest)))
        for _, quarters in sorted(by_name.items())
        for newest in [max(quarters)]
    ]


def _before(quarter: str) -> str:
    """“2025-Q4” of “2026-Q1”."""
    year, _, number = quarter.partition("-Q")
    return f"{year}-Q{int(number) - 1}" if number != "1" else f"{int(year) - 1}-Q4"


def _order(row: Figure, _today: date) -> tuple[str, int, int]:
    year, _, quarter = row.quarter.partition("-Q")
    return (row.name or "").casefold(), -int(year + quarter), row.id


SECTION = Section(
    Figure,
    title="Figures",
    noun="figure",
    fields=(
        Field("name", "Figure", Kind.LINE, required=True, hint="The same name each quarter: uptime, tickets solved …"),
        Field("quarter", "Quarter", Kind.QUARTER, required=True, hint="Such as Q3 2026."),
        Field("value", "Value", Kind.NUMBER, required=True),
        Field("unit", "Unit", Kind.LINE, hint="%, hours, seats …"),
        Field("source", "Where it comes from", Kind.LINE),
        Field("owner_id", "Who brings it", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    unique=("name", "quarter"),
)
