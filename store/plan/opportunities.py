"""Opportunities: business that the account may give us, from the lead to the order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from store.errors import BadInputError
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Opportunity, Stage

if TYPE_CHECKING:
    from collections.abc import Collection

STAGES = (
    (Stage.LEAD, "Lead"),
    (Stage.QUALIFIED, "Qualified"),
    (Stage.IN_CRM, "In the CRM"),
    (Stage.WON, "Won"),
    (Stage.LOST, "Lost"),
)
_ENDED = {Stage.WON, Stage.LOST}


def is_open(row: Opportunity) -> bool:
    return row.archived_at is None and row.stage not in _ENDED


def _check(row: Opportunity, changed: Collection[str], _today: date) -> None:
    if "value" in changed and row.value is not None and row.value < 0:
        raise BadInputError("A value is not negative.", field="value")


def _order(row: Opportunity, _today: date) -> tuple[bool, date, int]:
    return not is_open(row), row.expected_on or date.max, row.id


SECTION = Section(
    Opportunity,
    title="Opportunities",
    noun="opportunity",
    fields=(
        Field("name", "Opportunity", Kind.LINE, required=True),
        Field("stage", "Stage", Kind.CHOICE, required=True, choices=STAGES),
        Field("value", "Value", Kind.MONEY, hint="1500, 1.5m … in the account’s currency."),
        Field("expected_on", "Expected", Kind.DAY),
        Field("owner_id", "Owner", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("crm", "Number or address in the CRM", Kind.LINE),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    check=_check,
)  # fmt: skip
