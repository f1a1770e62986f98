"""Objectives: where the account shall be, with a measure: from, today and target."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from store.errors import BadInputError
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Aim, Measure, Objective

if TYPE_CHECKING:
    from collections.abc import Collection

AIMS = ((Aim.GROW, "Grow"), (Aim.HOLD, "Hold"))
UNITS = ((Measure.NUMBER, "A number"), (Measure.MONEY, "Money"), (Measure.PERCENT, "Percent"))


def progress(row: Objective) -> int | None:
    """The percentage of the way from the start to the target; None without the three figures, or without a way."""
    if row.start is None or row.target is None or row.today is None or row.start == row.target:
        return None
    return int((row.today - row.start) * 100 / (row.target - row.start))


def is_reached(row: Objective) -> bool:
    """Whether today's figure is the target or beyond it, in the direction from the start."""
    if row.target is None or row.today is None:
        return False
    falls = row.start is not None and row.start > row.target
    return row.today <= row.target if falls else row.today >= row.target


def _check(row: Objective, changed: Collection[str], today: date) -> None:
    way = {"aim", "start", "target"} & set(changed)
    if way and row.aim == Aim.GROW and row.target is not None and row.start == row.target:
        raise BadInputError("The target is where it starts. To keep it there, choose “Hold”.", field="target")
    if "target" in changed and row.target is not None and not row.measure:
        raise BadInputError("Please name the measure of that target.", field="measure")
    if {"today", "today_on"} & set(changed) and (row.today is None) != (row.today_on is None):
        missing = "today" if row.today is None else "today_on"
        raise BadInputError("A figure needs the day on which it was true, and a day its figure.", field=missing)
    if "today_on" in changed and row.today_on is not None and row.today_on > today:
        raise BadInputError("That day has not come yet.", field="today_on")


def _order(row: Objective, _today: date) -> tuple[date, int]:
    return row.due_on or date.max, row.id


SECTION = Section(
    Objective,
    title="Objectives",
    noun="objective",
    fields=(
        Field("name", "Objective", Kind.LINE, required=True),
        Field("aim", "Aim", Kind.CHOICE, required=True, choices=AIMS, hint="To hold what we have counts as well."),
        Field("measure", "Measured by", Kind.LINE, hint="Seats in use, share of their spend, open tickets …"),
        Field("unit", "Counted as", Kind.CHOICE, required=True, choices=UNITS),
        Field("start", "From", Kind.NUMBER),
        Field("target", "Target", Kind.NUMBER),
        Field("due_on", "By", Kind.DAY),
        Field("today", "Figure today", Kind.NUMBER),
        Field("today_on", "True on", Kind.DAY),
        Field("source", "Where the figure comes from", Kind.LINE),
        Field("owner_id", "Owner", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    check=_check,
)  # fmt: skip
