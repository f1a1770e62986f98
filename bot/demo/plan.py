"""The demo's account plans: Acme's is filled in, and Globex has gaps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from store.plan import (
    competitors,
    figures,
    key_dates,
    objectives,
    opinions,
    opportunities,
    risks,
    section,
    years,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.plan.section import Section
    from store.tables import Account

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


# (account, section, values). A value that is a function depends on today.
ROWS: tuple[tuple[str, Section[Any], Mapping[str, Any]], ...] = (
    (ACME, key_dates.SECTION, {"kind": "renewal", "day": day(60), "recurs": "yearly"}),
    (ACME, key_dates.SECTION,
     {"kind": "budget", "name": "their next fiscal year", "day": day(125), "recurs": "yearly"}),
    (GLOBEX, key_dates.SECTION, {"kind": "show", "name": "Hannover Messe", "day": day(150), "recurs": "never"}),
    (ACME, objectives.SECTION, {
        "name": "Roll out to all plants", "aim": "grow", "measure": "seats in use", "unit": "number", "start": "120",
        "target": "300", "today": "180", "today_on": day(-4), "source": "usage report", "due_on": day(130),
    }),
    (ACME, objectives.SECTION, {
        "name": "Keep support above their threshold", "aim": "hold", "measure": "tickets answered in a day",
        "unit": "percent", "target": "95", "today": "97", "today_on": day(-4), "source": "support desk",
        "due_on": day(130),
    }),
    (ACME, opportunities.SECTION, {
        "name": "Analytics for the plants", "stage": "qualified", "value": "140k", "expected_on": day(75),
    }),
    (ACME, opportunities.SECTION, {"name": "Training of the Lyon team", "stage": "lead", "value": "18k"}),
    (GLOBEX, opportunities.SECTION, {"name": "Second region", "stage": "lead"}),
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


def fill(tx: Session, accounts: Mapping[str, Account], today: date, now: datetime) -> None:
    """Add the rows, each by the lead of its account."""
    for account in accounts.values():
        account.currency = "EUR"
    for number, (name, one, values) in enumerate(ROWS):
        account, lead = accounts[name], accounts[name].owner
        given = {field: value(today) if callable(value) else value for field, value in values.items()}
        if lead is not None:
            section.add(tx, lead, one, account, given, origin_key=f"demo:plan:{number}", now=now)
