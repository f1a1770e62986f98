"""Objectives: where the account shall be, with a measure: from, today and target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from store import history
from store.errors import BadInputError
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Aim, Entry, Measure, Objective

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

AIMS = ((Aim.GROW, "Grow"), (Aim.HOLD, "Hold"))
UNITS = ((Measure.NUMBER, "A number"), (Measure.MONEY, "Money"), (Measure.PERCENT, "Percent"))


# The columns of the figure of today.
_TODAY = ("today", "today_on", "source")


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


@dataclass(frozen=True)
class Reading:
    """A figure of an objective, the day on which it was true, and its source."""

    value: Decimal
    on: date | None
    source: str | None


def readings(row: Objective, entries: Iterable[Entry]) -> list[Reading]:
    """The figures of the objective, the oldest first: the start, and each figure that was today's. Each change of the
    figure or its day is one; a correction of the source alone corrects the one before it.
    """
    found = [Reading(row.start, row.start_on, row.start_source)] if row.start is not None else []
    now = {column: history.plain(getattr(row, column)) for column in _TODAY}
    states = [now]
    for entry in reversed(list(entries)):
        before = {column: entry.changes[column][0] for column in _TODAY if column in entry.changes}
        if before:
            states.append(states[-1] | before)
    told: list[Reading] = []
    for state in reversed(states):
        if state["today"] is None:
            continue
        day = date.fromisoformat(state["today_on"]) if state["today_on"] else None
        reading = Reading(Decimal(state["today"]), day, state["source"])
        if told and (told[-1].value, told[-1].on) == (reading.value, reading.on):
            told.pop()
        told.append(reading)
    return found + told


def _check(row: Objective, changed: Collection[str], today: date) -> None:
    way = {"aim", "start", "target"} & set(changed)
    if way and row.aim == Aim.GROW and row.target is not None and row.start == row.target:
        raise BadInputError("The target is where it starts. To keep it there, choose “Hold”.", field="target")
    if "target" in changed and row.target is not None and not row.measure:
        raise BadInputError("Please name the measure of that target.", field="measure")
    if {"today", "today_on"} & set(changed) and (row.today is None) != (row.today_on is None):
        missing = "today" if row.today is None else "today_on"
        raise BadInputError("A figure needs the day on which it was true, and a day its figure.", field=missing)
    for column in ("today_on", "start_on"):
        day = getattr(row, column)
        if column in changed and day is not None and day > today:
            raise BadInputError("That day has not come yet.", field=column)
    if {"start", "start_on"} & set(changed) and row.start is None and row.start_on is not None:
        raise BadInputError("A day needs the figure that was true on it.", field="start")


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
        Field("start", "From", Kind.NUMBER, hint="Where it begins: 120, 1.5k …"),
        Field("target", "Target", Kind.NUMBER),
        Field("due_on", "By", Kind.DAY, planned=True),
        Field("today", "Figure today", Kind.NUMBER, hint="With the day on which it was true."),
        Field("today_on", "Today: true on", Kind.DAY),
        Field("source", "Today: where the figure comes from", Kind.LINE),
        Field("start_on", "From: true on", Kind.DAY),
        Field("start_source", "From: where the figure comes from", Kind.LINE),
        Field("stakeholder_id", "Who there shares it", Kind.STAKEHOLDER),
        Field("owner_id", "Owner", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    check=_check,
)  # fmt: skip
