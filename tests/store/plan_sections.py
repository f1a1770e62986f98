"""The sections of an account plan, and a form that each takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.plan import (
    buyers,
    competitors,
    expectations,
    figures,
    key_dates,
    meetings,
    objectives,
    opinions,
    opportunities,
    people,
    resources,
    risks,
    section,
    white_space,
    years,
)
from store.plan.values import Kind
from tests.conftest import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.plan.section import Section
    from store.tables import Account, Person

SECTIONS: tuple[Section[Any], ...] = (
    people.SECTION, key_dates.SECTION, objectives.SECTION, opportunities.SECTION, competitors.SECTION, risks.SECTION,
    years.SECTION, figures.SECTION, opinions.SECTION, resources.SECTION, white_space.SECTION, meetings.SECTION,
    expectations.SECTION, buyers.SECTION,
)  # fmt: skip

_FITS = {
    "today_on": "2026-11-20", "said_on": "2026-11-20", "start_on": "2026-11-01", "target": "20", "left_on": "",
    "agreed_on": "2026-11-20",
}  # fmt: skip


def add_others(tx: Session, lead: Person, account: Account) -> None:
    """The first three objectives and opportunities of an empty ledger, for the fields that name one by its id."""
    both: tuple[Section[Any], ...] = (objectives.SECTION, opportunities.SECTION)
    for number in ("1", "2", "3"):
        for one in both:
            given = good(one) | {"name": f"{one.noun} {number}"}
            section.add(tx, lead, one, account, given, origin_key=f"{one.kind}:{number}", now=NOW)


def good(one: Section[Any]) -> dict[str, str]:
    """A form that the section takes."""
    first = {
        Kind.LINE: "first", Kind.TEXT: "", Kind.DAY: "2026-12-01", Kind.PERSON: "", Kind.NUMBER: "12", Kind.MONEY: "12",
        Kind.YEAR: "2020", Kind.QUARTER: "Q1 2020", Kind.STAKEHOLDER: "", Kind.COUNT: "1", Kind.LINK: "", Kind.UNIT: "",
        Kind.OFFERING: "new:Analytics", Kind.OBJECTIVE: "", Kind.STAKEHOLDERS: "new:Dana Reed", Kind.PEOPLE: "",
        Kind.OPPORTUNITY: "1",
    }  # fmt: skip
    given = {f.name: f.choices[0][0] if f.choices else first[f.kind] for f in one.fields}
    if one is meetings.SECTION:
        given["day"] = "2026-11-20"
    if one in (expectations.SECTION, buyers.SECTION):
        given["stakeholder"] = "new:Cleo"
    return given | {name: value for name, value in _FITS.items() if name in given}
