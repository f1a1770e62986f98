"""Opportunities: business that the account may give us, from the lead to the order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from store.errors import BadInputError
from store.plan.objectives import is_reached
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Aim, Measure, Objective, Opportunity, Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

STAGES = (
    (Stage.LEAD, "Lead"),
    (Stage.QUALIFIED, "Qualified"),
    (Stage.IN_CRM, "In the CRM"),
    (Stage.WON, "Won"),
    (Stage.LOST, "Lost"),
)
ENDED = {Stage.WON, Stage.LOST}


def is_open(row: Opportunity) -> bool:
    return row.archived_at is None and row.stage not in ENDED


@dataclass(frozen=True)
class Enough:
    """The open opportunities that serve an objective: their number and value. `missing` is the way from the figure of
    today to the target in money; None where the objective has no such way.
    """

    objective: Objective
    number: int
    value: Decimal
    missing: Decimal | None

    @property
    def is_enough(self) -> bool:
        """At least one is open, and together they are worth what is missing."""
        return self.number > 0 and (self.missing is None or self.value >= self.missing)


def enough(objectives: Iterable[Objective], opportunities: Iterable[Opportunity]) -> list[Enough]:
    """For each objective in use that shall grow and is not reached: what serves it."""
    serving: dict[int | None, list[Opportunity]] = {}
    for row in opportunities:
        if is_open(row):
            serving.setdefault(row.objective_id, []).append(row)
    return [
        Enough(row, len(found), sum((one.value or Decimal(0) for one in found), Decimal(0)), _missing(row))
        for row in objectives
        if row.archived_at is None and row.aim == Aim.GROW and not is_reached(row)
        for found in [serving.get(row.id, [])]
    ]


def _missing(row: Objective) -> Decimal | None:
    now = row.today if row.today is not None else row.start
    if row.unit != Measure.MONEY or row.target is None:
        return None
    return max(row.target - (now or 0), Decimal(0))


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
        Field("expected_on", "Expected", Kind.DAY, planned=True, hint="When they will order."),
        Field("objective_id", "Objective that it serves", Kind.OBJECTIVE),
        Field("offering_id", "Offering", Kind.OFFERING, hint="What we sell. Type to find or add one."),
        Field("owner_id", "Owner", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("crm", "Number or address in the CRM", Kind.LINE),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    check=_check,
)  # fmt: skip
