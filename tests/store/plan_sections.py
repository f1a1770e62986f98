"""The sections of an account plan, and a form that each takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.plan import (
    competitors,
    figures,
    key_dates,
    objectives,
    opinions,
    opportunities,
    risks,
    years,
)
from store.plan.values import Kind

if TYPE_CHECKING:
    from store.plan.section import Section

SECTIONS: tuple[Section[Any], ...] = (
    key_dates.SECTION, objectives.SECTION, opportunities.SECTION, competitors.SECTION, risks.SECTION, years.SECTION,
    figures.SECTION, opinions.SECTION,
)  # fmt: skip

_FITS = {"today_on": "2026-11-20", "said_on": "2026-11-20", "target": "20"}


def good(one: Section[Any]) -> dict[str, str]:
    """A form that the section takes."""
    first = {
        Kind.LINE: "first", Kind.TEXT: "", Kind.DAY: "2026-12-01", Kind.PERSON: "", Kind.NUMBER: "12", Kind.MONEY: "12",
        Kind.YEAR: "2020", Kind.QUARTER: "Q1 2020",
    }  # fmt: skip
    given = {f.name: f.choices[0][0] if f.kind == Kind.CHOICE else first[f.kind] for f in one.fields}
    return given | {name: value for name, value in _FITS.items() if name in given}
