"""Years: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.values import money
from handlers.plan.views import Plan, Words
from handlers.slack import natives
from handlers.slack.words import escape
from store.plan.penetration import share_of_account
from store.plan.years import SECTION, course
from store.rules.numbers import words as number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from slackblocks import Block

    from store.plan.penetration import Share
    from store.plan.years import Course
    from store.tables import Year


# Years of which a line can be drawn.
_ENOUGH = 2


def _line(row: Year, _today: date) -> str:
    amounts = [
        f"{label} {escape(money(value, row.account.currency))}"
        for label, value in (("our sales", row.sales), ("their revenue", row.revenue))
        if value is not None
    ]
    return "  ·  ".join([f"*{row.year}*", *amounts])


def _head(plan: Plan) -> str:
    rows, currency = plan.live(SECTION.kind), plan.account.currency
    named = (("Our sales", course(rows, "sales")), ("Their revenue", course(rows, "revenue")))
    grown = " ".join(_course(name, found) for name, found in named if found is not None)
    return "\n".join(filter(None, [grown, _share(share_of_account(rows, plan.account.potential), currency)]))


def _course(name: str, found: Course) -> str:
    """“Our sales grew by 45 % from 2023 to 2025.” Empty for one year."""
    (first, _), (last, _) = found.amounts[0], found.amounts[-1]
    growth = found.growth
    if growth is None:
        return ""
    did = f"grew by {growth} %" if growth > 0 else f"fell by {-growth} %" if growth < 0 else "stayed the same"
    return f"{name} {did} from {first} to {last}."


def _share(share: Share | None, currency: str | None) -> str:
    if share is None:
        return ""
    of = f"{number(share.sales)} of {escape(money(share.potential, currency))} that they could buy from us in a year"
    return f"Share of account {share.percent} %: {of} (as of {share.year})."


def _chart(rows: Sequence[Year]) -> Block | None:
    """Our sales over the years; for two years and more."""
    known = sorted((row.year, row.sales) for row in rows if row.sales is not None)
    if len(known) < _ENOUGH:
        return None
    currency = rows[0].account.currency
    title = f"Our sales in {currency}" if currency else "Our sales"
    return natives.lines(title, [str(year) for year, _ in known], {"Our sales": [sales for _, sales in known]})


WORDS = Words(
    SECTION,
    empty="None yet. Three years show where the account is going.",
    line=_line,
    plain=lambda row: str(row.year),
    head=_head,
    chart=_chart,
)
