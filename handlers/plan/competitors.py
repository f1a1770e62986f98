"""Competitors: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.views import Words
from handlers.slack.words import escape
from store.plan.competitors import SECTION
from store.plan.risks import LEVELS

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Competitor

_STRENGTH = {level: f"{words.lower()} strength" for level, words in LEVELS}


def _line(row: Competitor, _today: date) -> str:
    parts = [f"*{escape(row.name)}*", _STRENGTH.get(row.strength, "") if row.strength else "", escape(row.place or "")]
    return "  ·  ".join(filter(None, parts))


WORDS = Words(
    SECTION, empty="Nobody yet. Who else sells to them, and what would they win if we did nothing?", line=_line
)
