"""The demo's account plans: Acme's is filled in, and Globex has gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from store import stakeholders
from store.plan import (
    basis,
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
from store.plan.values import NEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.plan.section import Section
    from store.tables import Account, SectionRow

ACME, GLOBEX = "Acme Corporation", "Globex"


def day(days: int) -> Callable[[date], str]:
    """The day that many days from today."""
    return lambda today: (today + timedelta(days=days)).isoformat()


def year(ago: int) -> Callable[[date], str]:
    """The year that many years ago."""
    return lambda today: str(today.year - ago)


def quarter(ago: int) -> Callable[[date], str]:
    """The quarter that many quarters ago."""

    def words(today: date) -> str:
        of, number = divmod(today.year * 4 + (today.month - 1) // 3 - ago, 4)
        return f"Q{number + 1} {of}"

    return words


@dataclass(frozen=True)
class RowOf:
    """The id of the row of this name, which stands above."""

    name: str


# (account, section, values). A value that is a function depends on today.
ROWS: tuple[tuple[str, Section[Any], Mapping[str, Any]], ...] = (
    (ACME, key_dates.SECTION, {"kind": "renewal", "day": day(60), "recurs": "yearly"}),
    (ACME, key_dates.SECTION,
     {"kind": "budget", "name": "their next fiscal year", "day": day(125), "recurs": "yearly"}),
    (ACME, people.SECTION, {
        "name": "Ines Carvalho", "title": "COO", "roles": "decision_maker", "influence": "5", "support": "4",
    }),
    (ACME, people.SECTION, {
        "name": "Tomás Ruiz", "title": "Head of Plants", "unit": "Plant in Lyon", "roles": "user,influencer",
        "influence": "3", "support": "2", "owner": "U0ANA",
    }),
    (ACME, meetings.SECTION, {
        "stakeholders": f"{NEW}Dana Whitfield,{NEW}Marcus Reed,{NEW}Ines Carvalho", "day": day(-11), "state": "held",
        "name": "Dry run of the migration: two old clients left", "colleagues": "U0EVA,U0ANA",
    }),
    (ACME, meetings.SECTION, {
        "stakeholders": f"{NEW}Tomás Ruiz", "day": day(8), "state": "planned",
        "name": "Walk through the plant in Lyon", "colleagues": "U0ANA",
    }),
    (ACME, expectations.SECTION, {
        "stakeholder": f"{NEW}Dana Whitfield", "side": "theirs", "name": "One invoice a quarter, without questions",
        "agreed_on": day(-11), "agreed_how": "meeting", "sharing": "shareable",
    }),
    (ACME, expectations.SECTION, {
        "stakeholder": f"{NEW}Dana Whitfield", "side": "ours", "name": "An introduction to the next CIO",
    }),
    (ACME, expectations.SECTION, {
        "stakeholder": f"{NEW}Marcus Reed", "side": "theirs", "name": "A week’s notice before each change",
        "agreed_on": day(-25), "agreed_how": "meeting", "sharing": "shareable",
    }),
    (GLOBEX, key_dates.SECTION, {"kind": "renewal", "day": day(45), "recurs": "yearly"}),
    (GLOBEX, key_dates.SECTION, {"kind": "show", "name": "Hannover Messe", "day": day(150), "recurs": "never"}),
    (GLOBEX, people.SECTION, {
        "name": "Jonas Weber", "title": "Head of Logistics", "roles": "user,influencer", "influence": "3",
        "support": "3", "interval_number": "2",
    }),
    (GLOBEX, meetings.SECTION, {
        "stakeholders": f"{NEW}Jonas Weber", "day": day(-110), "state": "held",
        "name": "First look at the dispatch desk", "colleagues": "U0BEN",
    }),
    (GLOBEX, objectives.SECTION, {
        "name": "Dispatch of the second region", "aim": "grow", "measure": "seats in use", "unit": "number",
        "start": "40", "target": "110", "due_on": day(160),
    }),
    (ACME, objectives.SECTION, {
        "name": "Roll out to all plants", "aim": "grow", "measure": "seats in use", "unit": "number", "start": "120",
        "target": "300", "today": "180", "today_on": day(-4), "source": "usage report", "due_on": day(130),
    }),
    (ACME, objectives.SECTION, {
        "name": "Keep support above their threshold", "aim": "hold", "measure": "tickets answered in a day",
        "unit": "percent", "target": "95", "today": "97", "today_on": day(-4), "source": "support desk",
        "due_on": day(130),
    }),
    (ACME, objectives.SECTION, {
        "name": "Grow to 600,000 a year", "aim": "grow", "measure": "our sales", "unit": "money", "start": "420k",
        "start_on": day(-330), "start_source": "invoices", "target": "600k", "today": "445k", "today_on": day(-4),
        "source": "CRM", "due_on": day(130),
    }),
    (ACME, opportunities.SECTION, {
        "name": "Analytics for the plants", "stage": "qualified", "value": "90k", "expected_on": day(75),
        "offering": f"{NEW}Analytics", "objective": RowOf("Grow to 600,000 a year"),
    }),
    (ACME, opportunities.SECTION, {
        "name": "Porto joins the platform", "stage": "lead", "value": "50k", "expected_on": day(120),
        "offering": f"{NEW}Platform", "objective": RowOf("Roll out to all plants"),
    }),
    (ACME, opportunities.SECTION, {
        "name": "Training of the Lyon team", "stage": "lead", "value": "18k", "offering": f"{NEW}Training",
        "objective": RowOf("Grow to 600,000 a year"),
    }),
    (ACME, buyers.SECTION, {
        "opportunity": RowOf("Analytics for the plants"), "stakeholder": f"{NEW}Dana Whitfield",
        "roles": "decision_maker,champion",
    }),
    (ACME, buyers.SECTION, {
        "opportunity": RowOf("Analytics for the plants"), "stakeholder": f"{NEW}Marcus Reed", "roles": "economic_buyer",
    }),
    (GLOBEX, opportunities.SECTION, {
        "name": "Second region", "stage": "lost", "note": "Nobody spoke for us when Priya prepared to leave.",
    }),
    (ACME, risks.SECTION, {
        "name": "The CIO leaves in spring", "likelihood": "high", "impact": "high",
        "note": "Know the successor before. Dana can introduce us.",
    }),
    (ACME, risks.SECTION,
     {"name": "Budget freeze at the end of their year", "likelihood": "medium", "impact": "medium"}),
    (ACME, competitors.SECTION, {
        "name": "Contoso Cloud", "place": "plant in Lyon", "strength": "medium",
        "would_win": "All plants, if the renewal slips past their budget.",
        "landmines": "Ask them for the audit log of last year.",
        "landmines_of_theirs": "They will ask about our price.",
    }),
    (ACME, resources.SECTION, {
        "name": "Two engineers for the pilot in Lyon", "department": "Services", "needed_on": day(40),
        "answer": "asked",
    }),
    (ACME, opinions.SECTION, {
        "feeling": "stays", "name": "Support answers within the hour", "source": "Dana", "said_on": day(-20),
    }),
    (ACME, opinions.SECTION, {
        "feeling": "annoys", "name": "Invoices need three questions", "source": "Marcus", "said_on": day(-9),
    }),
    (ACME, figures.SECTION, {
        "name": "Hours saved", "quarter": quarter(1), "value": "410", "unit": "hours", "source": "their works council",
    }),
    (ACME, figures.SECTION, {
        "name": "Hours saved", "quarter": quarter(2), "value": "350", "unit": "hours", "source": "their works council",
    }),
    (ACME, years.SECTION, {"year": year(1), "sales": "420k", "revenue": "1.2bn"}),
    (ACME, years.SECTION, {"year": year(2), "sales": "365k", "revenue": "1.1bn"}),
    (ACME, years.SECTION, {"year": year(3), "sales": "290k", "revenue": "1.1bn"}),
)  # fmt: skip

# The white space of Acme: offering, then the state and the value a year at each of these units; "" is not said.
UNITS = ("Head office", "Plant in Graz", "Plant in Lyon", "Plant in Porto")
GRID = {
    "Platform": ("has 120k", "has 60k", "has 70k", "open 50k"),
    "Analytics": ("has 45k", "open 50k", "competitor 50k", "open 40k"),
    "Integrations": ("has 40k", "has 20k", "open 20k", "never"),
    "Mobile app": ("", "open 25k", "competitor 30k", "never"),
    "Premium support": ("has 35k", "has 15k", "has 15k", "open 10k"),
    "Training": ("never", "open 12k", "open 18k", ""),
}
# (offering, unit): use case.
USES = {
    ("Analytics", "Plant in Graz"): "Scrap of the presses, seen a shift earlier.",
    ("Analytics", "Plant in Lyon"): "Contoso’s contract ends with their fiscal year.",
    ("Platform", "Plant in Porto"): "One planning for all four sites.",
}
# The basis of Acme's plan. The potential: all that they could buy in a year.
BASIS: Mapping[str, Any] = {
    "currency": "EUR",
    "coach": "U0BEN",
    "sponsor": "U0BEN",
    "team": "U0ANA",
    "potential": "1.15m",
    "cost_to_serve": "60k",
    "period_start": day(-230),
    "period_end": day(135),
    "target": "600k",
    "strategy": "One planning for all plants, and half the scrap by next year.",
}
EURO = {"currency": "EUR"}


def white_space_rows() -> Iterator[tuple[str, Section[Any], Mapping[str, Any]]]:
    """The cells of the grid, as ROWS."""
    for offering, said in GRID.items():
        for unit, words in zip(UNITS, said, strict=True):
            state, _, value = words.partition(" ")
            note = USES.get((offering, unit), "")
            if state:
                yield ACME, white_space.SECTION, {
                    "offering": f"{NEW}{offering}", "unit": unit, "state": state, "value": value, "note": note,
                    "decider": f"{NEW}Dana Whitfield" if note else "",
                }  # fmt: skip


# (account, person, values of those who are in the ledger already). Globex has the gaps that signals name.
KNOWN: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    (ACME, "Dana Whitfield", {
        "roles": "economic_buyer,champion", "influence": "4", "support": "5", "interval_number": "3",
        "next_meeting_on": day(20), "reports_to": RowOf("Ines Carvalho"),
    }),
    (ACME, "Marcus Reed", {
        "roles": "evaluator", "influence": "3", "support": "3", "interval_number": "1",
        "reports_to": RowOf("Ines Carvalho"),
    }),
    (ACME, "Ines Carvalho", {
        "interval_number": "3",
    }),
    (GLOBEX, "Priya Nair", {"roles": "executive_sponsor", "influence": "5", "support": "4", "left_on": day(-3)}),
)  # fmt: skip


def _given(value: Any, today: date) -> str:  # noqa: ANN401  a text, or a function of today
    return str(value(today) if callable(value) else value)


def fill(tx: Session, accounts: Mapping[str, Account], today: date, now: datetime) -> dict[str, SectionRow]:
    """Add the rows, each by the lead of its account. Returns them by name."""
    found: dict[str, SectionRow] = {}
    leads = {name: account.owner for name, account in accounts.items()}
    for name, lead in leads.items():
        if lead is not None:
            account = basis.get(tx, lead, accounts[name].id)
            given = {field: _given(value, today) for field, value in (BASIS if name == ACME else EURO).items()}
            basis.edit(tx, lead, account.id, given, version=account.version, origin_key="demo:basis", now=now)
    for name, lead in leads.items():
        if lead is not None:
            basis.get(tx, lead, accounts[name].id)
    for number, (name, one, values) in enumerate((*ROWS, *white_space_rows())):
        account, lead = accounts[name], leads[name]
        known = {field: str(found[value.name].id) for field, value in values.items() if isinstance(value, RowOf)}
        given = {field: _given(value, today) for field, value in values.items()} | known
        if lead is not None:
            row = section.add(tx, lead, one, account, given, origin_key=f"demo:plan:{number}", now=now)
            found[row.name or ""] = row
    for name, person, values in KNOWN:
        account, lead = accounts[name], leads[name]
        if lead is not None:
            (row,) = stakeholders.matching(tx, lead, person, account=account)
            known = {field: str(found[value.name].id) for field, value in values.items() if isinstance(value, RowOf)}
            given = {field: _given(value, today) for field, value in values.items()} | known
            section.edit(
                tx, lead, people.SECTION, row.id, given, version=row.version, origin_key=f"demo:{person}", now=now
            )
    return found
