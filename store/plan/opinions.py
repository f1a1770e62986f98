"""Opinions of the client: why they stay with us, and what annoys them, with day and source."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from store.errors import BadInputError
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Feeling, Opinion

if TYPE_CHECKING:
    from collections.abc import Collection

FEELINGS = ((Feeling.STAYS, "Why they stay"), (Feeling.ANNOYS, "What annoys them"))


def _check(row: Opinion, changed: Collection[str], today: date) -> None:
    if "said_on" in changed and row.said_on is not None and row.said_on > today:
        raise BadInputError("That day has not come yet.", field="said_on")


def _order(row: Opinion, _today: date) -> tuple[bool, int, int]:
    return row.feeling == Feeling.ANNOYS, -(row.said_on or date.min).toordinal(), row.id


SECTION = Section(
    Opinion,
    title="Their opinion",
    noun="opinion",
    fields=(
        Field("feeling", "Kind", Kind.CHOICE, required=True, choices=FEELINGS),
        Field("name", "In their words", Kind.LINE, required=True),
        Field("said_on", "Said on", Kind.DAY),
        Field("source", "Who said it, and where", Kind.LINE),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
    check=_check,
)
