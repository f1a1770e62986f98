"""Years: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.values import money
from handlers.plan.views import Words
from handlers.slack.words import escape
from store.plan.years import SECTION

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Year


def _line(row: Year, _today: date) -> str:
    amounts = [
        f"{label} {escape(money(value, row.account.currency))}"
        for label, value in (("our sales", row.sales), ("their revenue", row.revenue))
        if value is not None
    ]
    return "  ·  ".join([f"*{row.year}*", *amounts])


WORDS = Words(SECTION, empty="None yet. Three years show where the account is going.", line=_line)
