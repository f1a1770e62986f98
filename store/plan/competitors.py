"""Competitors: who else supplies the account, what they would win, and the landmines of both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.plan.risks import LEVELS
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Competitor, Level

if TYPE_CHECKING:
    from datetime import date

_ORDER = {Level.HIGH: 0, Level.MEDIUM: 1, Level.LOW: 2, None: 3}


def _order(row: Competitor, _today: date) -> tuple[int, str]:
    return _ORDER[row.strength], row.name or ""


SECTION = Section(
    Competitor,
    title="Competition",
    noun="competitor",
    fields=(
        Field("name", "Competitor", Kind.LINE, required=True),
        Field("place", "Where they stand", Kind.UNIT, hint="Units, products or regions that they supply."),
        Field("strength", "How strong they are here", Kind.CHOICE, required=True, choices=LEVELS),
        Field("would_win", "What they would win", Kind.TEXT, internal=True, hint="If we did nothing: the dark side."),
        Field("landmines", "Landmines to lay", Kind.TEXT, internal=True,
              hint="Questions that the client will ask them, and that they answer badly."),
        Field("landmines_of_theirs", "Landmines to expect", Kind.TEXT, internal=True,
              hint="Questions that they will have the client ask us."),
        Field("events", "Their events", Kind.LINE, hint="Where they meet the client: user days, dinners …"),
        Field("owner_id", "Who watches them", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
)  # fmt: skip
