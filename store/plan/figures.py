"""Figures: named figures of each quarter, which show the value delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Figure

if TYPE_CHECKING:
    from datetime import date


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
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    unique=("name", "quarter"),
)
