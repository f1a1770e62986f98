"""Risks: events that would harm our business with the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Level, Risk

if TYPE_CHECKING:
    from datetime import date

LEVELS = ((Level.LOW, "Low"), (Level.MEDIUM, "Medium"), (Level.HIGH, "High"))
_WEIGHT = {Level.LOW: 1, Level.MEDIUM: 2, Level.HIGH: 3}


def weight(row: Risk) -> int:
    """How much the risk weighs: likelihood times impact, 1 to 9."""
    return _WEIGHT[row.likelihood] * _WEIGHT[row.impact]


def _order(row: Risk, _today: date) -> tuple[int, int]:
    return -weight(row), row.id


SECTION = Section(
    Risk,
    title="Risks",
    noun="risk",
    fields=(
        Field("name", "What may happen", Kind.LINE, required=True),
        Field("likelihood", "Likelihood", Kind.CHOICE, required=True, choices=LEVELS),
        Field("impact", "Impact", Kind.CHOICE, required=True, choices=LEVELS),
        Field("owner_id", "Who watches it", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("note", "Note", Kind.TEXT, hint="What lessens it is an action with an owner and a date: plan it there."),
    ),
    order=_order,
)
