"""Buyers: the client's people in an opportunity, with the roles that they have in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.plan.people import OTHER_ROLES, ROLES
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Buyer

if TYPE_CHECKING:
    from datetime import date


def _order(row: Buyer, _today: date) -> tuple[str, int, str]:
    return (row.opportunity.name or "").casefold(), row.opportunity_id, row.stakeholder.name_key


SECTION = Section(
    Buyer,
    title="Buyers",
    noun="buyer",
    fields=(
        Field("opportunity_id", "Opportunity", Kind.OPPORTUNITY, required=True),
        Field("stakeholder_id", "Person", Kind.STAKEHOLDER, required=True),
        Field("roles", "Roles in it", Kind.SEVERAL, choices=ROLES, also=OTHER_ROLES,
              hint="Here they may have another part than at the account."),
        Field("name", "What they want from it", Kind.LINE),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    unique=("opportunity_id", "stakeholder_id"),
)  # fmt: skip
