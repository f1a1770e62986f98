"""Buyers: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.plan.views import Words
from handlers.slack.words import escape
from store.plan.buyers import SECTION
from store.plan.people import ROLES

if TYPE_CHECKING:
    from datetime import date

    from store.tables import Buyer

_ROLES = {role: words.lower() for role, words in ROLES}


def of_one(row: Buyer) -> str:
    """“Dana Reed: economic buyer, champion · wants one invoice a year”"""
    roles = ", ".join(_ROLES[role] for role in row.roles or ())
    wants = f"  ·  wants {escape(row.name)}" if row.name else ""
    return f"{escape(row.stakeholder.name)}: {roles or '_no role yet_'}{wants}"


def _line(row: Buyer, _today: date) -> str:
    return f"*{escape(row.opportunity.name)}*  ·  {of_one(row)}"


WORDS = Words(
    SECTION,
    empty="None yet. Who decides about each opportunity, who pays, and who speaks for us?",
    line=_line,
    plain=lambda row: f"{row.stakeholder.name}, {row.opportunity.name}",
)
