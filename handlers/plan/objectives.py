"""Objectives: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.values import money
from handlers.plan.views import Words
from handlers.slack.words import escape, short_date
from store.plan.objectives import SECTION, is_reached, progress
from store.rules.numbers import words
from store.tables import Aim, Measure

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from store.tables import Objective


def _line(row: Objective, today: date) -> str:
    parts = [f"*{escape(row.name)}*", _measure(row)]
    if row.due_on:
        missed = ", which has passed" if row.due_on < today and not is_reached(row) else ""
        parts.append(f"by {short_date(row.due_on)}{missed}")
    if row.owner:
        parts.append(escape(row.owner.name))
    return "  ·  ".join(filter(None, parts))


def _measure(row: Objective) -> str:
    """“seats in use: 120 → 300, now 180 (33 %)”"""
    if row.target is None:
        return "hold" if row.aim == Aim.HOLD else ""
    start = f"{_figure(row, row.start)} → " if row.start is not None and row.start != row.target else ""
    goal = f"hold at {_figure(row, row.target)}" if row.aim == Aim.HOLD else f"{start}{_figure(row, row.target)}"
    done = progress(row)
    now = f", now {_figure(row, row.today)}" if row.today is not None else ""
    share = f" ({done} %)" if done is not None and row.aim == Aim.GROW else ""
    return f"{escape(row.measure or 'target')}: {goal}{now}{share}{' :white_check_mark:' if is_reached(row) else ''}"


def _figure(row: Objective, value: Decimal) -> str:
    if row.unit == Measure.MONEY:
        return escape(money(value, row.account.currency))
    return f"{words(value)} %" if row.unit == Measure.PERCENT else words(value)


def _facts(row: Objective, _today: date) -> str:
    if row.today is None or row.today_on is None:
        return "No figure of today yet: “Edit” takes one, with its day and its source."
    source = f", from {escape(row.source)}" if row.source else ""
    return f"The figure is as of {short_date(row.today_on)}{source}."


WORDS = Words(
    SECTION,
    empty="None yet. Where shall this account be in a year, and by what will you measure it?",
    line=_line,
    facts=_facts,
)
