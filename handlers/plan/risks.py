"""Risks: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.views import Words
from handlers.slack.words import escape
from store.plan.risks import LEVELS, SECTION, weight

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Risk

_LEVELS = dict(LEVELS)
# The weight from which a risk is marked in red; below the second one it has no mark.
_RED, _YELLOW = 6, 3


def _line(row: Risk, _today: date) -> str:
    sign = ":red_circle: " if weight(row) >= _RED else ":large_yellow_circle: " if weight(row) >= _YELLOW else ""
    likely, impact = (_LEVELS[each].lower() for each in (row.likelihood, row.impact))
    who = f"  ·  {escape(row.owner.name)}" if row.owner else ""
    return f"{sign}*{escape(row.name)}*  ·  likelihood {likely}, impact {impact}{who}"


WORDS = Words(
    SECTION,
    empty="None yet. What could cost us this account, and how would we notice?",
    line=_line,
    expects=lambda row, _today: row.archived_at is None,
)
