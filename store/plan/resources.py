"""Resources: what an account needs from our own company, and whether another department has accepted to give it."""

from __future__ import annotations

from datetime import date

from store.plan.section import Section
from store.plan.values import Field, Kind
from store.tables import Answer, Resource

ANSWERS = ((Answer.ASKED, "Asked"), (Answer.ACCEPTED, "Accepted"), (Answer.DECLINED, "Declined"))
_ORDER = {Answer.ASKED: 0, Answer.ACCEPTED: 1, Answer.DECLINED: 2}


def _order(row: Resource, _today: date) -> tuple[int, date, int]:
    return _ORDER[row.answer], row.needed_on or date.max, row.id


SECTION = Section(
    Resource,
    title="Resources from us",
    noun="resource",
    fields=(
        Field("name", "What we need", Kind.LINE, required=True, hint="A pilot team, a reference visit, a discount …"),
        Field("department", "Department", Kind.LINE, hint="Which part of our company gives it."),
        Field("owner_id", "Who there decides", Kind.PERSON, hint="The colleague who can give it."),
        Field("needed_on", "Needed by", Kind.DAY, planned=True),
        Field(
            "answer",
            "Sold internally?",
            Kind.CHOICE,
            required=True,
            choices=ANSWERS,
            hint="Whether that department has agreed to give it.",
        ),
        Field("note", "Note", Kind.TEXT),
    ),
    order=_order,
)
