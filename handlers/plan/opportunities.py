"""Opportunities: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.values import money
from handlers.plan.views import Words
from handlers.slack.words import escape, short_date
from store.plan.opportunities import SECTION, STAGES, is_open

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Opportunity

_STAGES = {stage: words[0].lower() + words[1:] for stage, words in STAGES}


def _line(row: Opportunity, today: date) -> str:
    parts = [f"*{escape(row.name)}*", _STAGES[row.stage]]
    if row.value is not None:
        parts.append(escape(money(row.value, row.account.currency)))
    if row.expected_on and is_open(row):
        late = ", which has passed" if row.expected_on < today else ""
        parts.append(f"expected {short_date(row.expected_on)}{late}")
    if row.owner:
        parts.append(escape(row.owner.name))
    return "  ·  ".join(parts)


WORDS = Words(SECTION, empty="None yet. What do they need next that we could sell them?", line=_line)
