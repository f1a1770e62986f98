"""Figures: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.views import Words
from handlers.slack.words import escape
from store.plan.figures import SECTION
from store.plan.values import quarter_words
from store.rules.numbers import words

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Figure


def _line(row: Figure, _today: date) -> str:
    unit = f" {escape(row.unit)}" if row.unit else ""
    source = f"  ·  {escape(row.source)}" if row.source else ""
    who = f"  ·  {escape(row.owner.name)}" if row.owner else ""
    return f"*{escape(row.name)}*  ·  {quarter_words(row.quarter)}: {words(row.value)}{unit}{source}{who}"


def _plain(row: Figure) -> str:
    return f"{row.name}, {quarter_words(row.quarter)}"


WORDS = Words(
    SECTION, empty="None yet. A figure for each quarter shows what they gain with us.", line=_line, plain=_plain
)
