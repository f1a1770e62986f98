"""Expectations: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.views import Words
from handlers.slack.words import agreed_how, escape, short_date
from store.agreements import Standing, agreed_by, standing
from store.plan.expectations import SECTION
from store.tables import Expectation, Side

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Stakeholder


def of_one(row: Expectation, today: date) -> str:
    """An expectation in the list of its person."""
    side = "they expect" if row.side == Side.THEIRS else "we expect"
    return "  ·  ".join([f"{side}: {escape(row.name)}", _standing(row, today)])


def _standing(row: Expectation, today: date) -> str:
    now, who = standing(row, today), agreed_by(row)
    if now == Standing.WISH or who is None or row.agreed_on is None:
        return "_a wish_"
    if now == Standing.AGAIN:
        why = f"{escape(who.name)} left" if who.has_left(today) else "it changed"
        return f":red_circle: to be agreed again: {why}"
    how = f" {agreed_how(row.agreed_how)}" if row.agreed_how else ""
    by = f" by {escape(who.name)}" if who.id != row.stakeholder_id else ""
    return f":handshake: agreed{by} on {short_date(row.agreed_on)}{how}"


def _line(row: Expectation, today: date) -> str:
    return f"*{escape(row.stakeholder.name)}*  ·  {of_one(row, today)}"


def _first(person: Stakeholder | None, _today: date) -> Expectation | None:
    return Expectation(stakeholder=person) if person is not None else None


WORDS = Words(SECTION, empty="None yet. What do they expect of us, and we of them?", line=_line, first=_first)
