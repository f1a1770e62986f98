"""Opinions of the client: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.views import Words
from handlers.slack.words import escape, short_date
from store.plan.opinions import SECTION
from store.rules.text import quoted
from store.tables import Feeling

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Opinion

_SIGNS = {Feeling.STAYS: ":large_green_circle: They stay because", Feeling.ANNOYS: ":red_circle: It annoys them"}


def _line(row: Opinion, _today: date) -> str:
    source = ", ".join(filter(None, [escape(row.source or ""), short_date(row.said_on) if row.said_on else ""]))
    return f"{_SIGNS[row.feeling]}: *{escape(quoted(row.name or ''))}*{f'  ·  {source}' if source else ''}"


WORDS = Words(SECTION, empty="None yet. Ask them: why do you stay with us, and what annoys you?", line=_line)
