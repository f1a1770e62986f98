"""Figures: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.views import Words
from handlers.slack.words import escape
from store.plan.figures import SECTION, beside_last, value_words
from store.plan.values import quarter_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from handlers.slack.natives import Cell
    from store.tables import Figure


def _line(row: Figure, _today: date) -> str:
    source = f"  ·  {escape(row.source)}" if row.source else ""
    who = f"  ·  {escape(row.owner.name)}" if row.owner else ""
    return f"*{escape(row.name)}*  ·  {quarter_words(row.quarter)}: {escape(value_words(row))}{source}{who}"


def _table(rows: Sequence[Figure], _today: date) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """Each figure in its newest quarter, beside what it was in the quarter before."""
    return ("Figure", "Quarter", "Value", "Quarter before", "Source"), [
        (
            one.newest.name, quarter_words(one.newest.quarter), value_words(one.newest),
            value_words(one.before) if one.before else None, one.newest.source,
        )
        for one in beside_last(rows)
    ]  # fmt: skip


def _plain(row: Figure) -> str:
    return f"{row.name}, {quarter_words(row.quarter)}"


WORDS = Words(
    SECTION,
    empty="None yet. A figure for each quarter shows what they gain with us.",
    line=_line,
    plain=_plain,
    table=_table,
)
