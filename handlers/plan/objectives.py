"""Objectives: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.values import money
from handlers.plan.views import Words
from handlers.slack import blocks as b
from handlers.slack.words import escape, plural, short_date
from store import history
from store.plan.objectives import SECTION, is_reached, progress, readings
from store.rules.numbers import words
from store.tables import Aim, Measure

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from slackblocks import Block
    from sqlalchemy.orm import Session

    from store.plan.objectives import Reading
    from store.tables import Objective, Person


def _line(row: Objective, today: date) -> str:
    reached = " :white_check_mark:" if is_reached(row) else ""
    parts = [f"*{escape(row.name)}*", f"{escape(measure(row))}{reached}"]
    if row.due_on:
        missed = ", which has passed" if row.due_on < today and not is_reached(row) else ""
        parts.append(f"by {short_date(row.due_on)}{missed}")
    if row.stakeholder:
        parts.append(f"with {escape(row.stakeholder.name)}")
    if row.owner:
        parts.append(escape(row.owner.name))
    return "  ·  ".join(filter(None, parts))


def measure(row: Objective) -> str:
    """“seats in use: 120 → 300, now 180 (33 %)”, as plain text."""
    if row.target is None:
        return "hold" if row.aim == Aim.HOLD else ""
    start = f"{_figure(row, row.start)} → " if row.start is not None and row.start != row.target else ""
    goal = f"hold at {_figure(row, row.target)}" if row.aim == Aim.HOLD else f"{start}{_figure(row, row.target)}"
    done = progress(row)
    now = f", now {_figure(row, row.today)}" if row.today is not None else ""
    share = f" ({done} %)" if done is not None and row.aim == Aim.GROW else ""
    return f"{row.measure or 'target'}: {goal}{now}{share}"


def _figure(row: Objective, value: Decimal) -> str:
    if row.unit == Measure.MONEY:
        return money(value, row.account.currency)
    return f"{words(value)} %" if row.unit == Measure.PERCENT else words(value)


def _facts(row: Objective, _today: date) -> str:
    if row.today is None or row.today_on is None:
        return "No figure of today yet: “Edit” takes one, with its day and its source."
    source = f", from {escape(row.source)}" if row.source else ""
    return f"The figure is as of {short_date(row.today_on)}{source}."


# Figures that the details of an objective show.
_READINGS = 12


def _more(tx: Session, viewer: Person, row: Objective, _now: datetime) -> list[Block]:
    """The figures so far, each with its day and its source."""
    found = readings(row, history.entries(tx, viewer, row))
    if not found:
        return []
    lines = [f"• {_reading(row, one)}" for one in found[-_READINGS:]]
    left_out = [f"… {plural(len(found) - len(lines), 'earlier figure')}"] if len(found) > len(lines) else []
    return [b.section("\n".join(["*Figures so far*", *left_out, *lines]))]


def _reading(row: Objective, one: Reading) -> str:
    """“180  ·  Thu 26 Nov 2026  ·  usage report”"""
    day = short_date(one.on) if one.on else ""
    return "  ·  ".join(filter(None, [_figure(row, one.value), day, escape(one.source or "")]))


WORDS = Words(
    SECTION,
    empty="None yet. Where shall this account be in a year, and by what will you measure it?",
    line=_line,
    facts=_facts,
    more=_more,
)
