"""Expectations of each side in the relationship plan of a person: a wish, or agreed by one of theirs on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store import agreements, history
from store.agreements import WAYS, Agreement, Standing, standing
from store.errors import BadInputError, NotFoundError
from store.plan import section
from store.plan.section import Section
from store.plan.values import SHARING, Field, Kind
from store.rules.calendar.brief_times import local_day
from store.tables import Expectation, Sharing, Side, Verb, Way

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Person, Stakeholder

SIDES = ((Side.THEIRS, "They expect of us"), (Side.OURS, "We expect of them"))
_OF_AGREEMENT = {"agreed_on", "agreed_by_id", "agreed_how"}
_WORDING = {"name", "side", "stakeholder_id"}


def _follows(row: Expectation, changed: Collection[str], today: date) -> dict[str, Any]:
    """New wording is to be agreed again, unless the change itself says that it was agreed."""
    if _OF_AGREEMENT & set(changed):
        return {"agreed_until": None}
    return agreements.again(row, today) if _WORDING & set(changed) else {}


def _check(row: Expectation, changed: Collection[str], today: date) -> None:
    if "agreed_on" in changed and row.agreed_on is not None and row.agreed_on > today:
        raise BadInputError("That day has not come yet. Until then it is a wish: leave the day empty.",
                            field="agreed_on")  # fmt: skip
    if not _OF_AGREEMENT & set(changed):
        return
    if row.agreed_on is None and (row.agreed_by_id is not None or row.agreed_how is not None):
        raise BadInputError("Choose the day on which they agreed. For a wish leave all three empty.",
                            field="agreed_on")  # fmt: skip
    if row.agreed_on is not None and row.agreed_how is None:
        raise BadInputError("Choose how they agreed.", field="agreed_how")


def _order(row: Expectation, today: date) -> tuple[str, bool, bool, int]:
    return row.stakeholder.name_key, row.side == Side.OURS, standing(row, today) == Standing.AGREED, row.id


SECTION = Section(
    Expectation,
    title="Expectations",
    noun="expectation",
    fields=(
        Field("stakeholder_id", "With whom", Kind.STAKEHOLDER, required=True),
        Field("side", "Whose", Kind.CHOICE, required=True, choices=SIDES),
        Field("name", "Expectation", Kind.LINE, required=True),
        Field("agreed_on", "Agreed on", Kind.DAY, hint="Left empty: it is a wish."),
        Field("agreed_how", "Agreed how", Kind.CHOICE, choices=WAYS),
        Field("agreed_by_id", "Agreed by", Kind.STAKEHOLDER, hint="Left empty: the person above."),
        SHARING,
        Field("note", "Note", Kind.TEXT, internal=True),
    ),
    check=_check,
    follows=_follows,
    order=_order,
)  # fmt: skip


def agree_on_page(
    tx: Session, client: Stakeholder, viewer: Person, row_id: int, *, version: int, origin_key: str, now: datetime
) -> Expectation | None:
    """The client's person agrees on their page to an expectation, in the words of the `version` that it showed them.
    `viewer`: the colleague who gave them the page, who needs no right to change it. None if that was said before.

    NotFoundError if it does not stand on their page; ChangedMeanwhileError if it has changed since.
    """
    row = section.get(tx, viewer, SECTION, row_id, to_change=True)
    if row.stakeholder_id != client.id or row.sharing != Sharing.SHAREABLE or row.archived_at is not None:
        raise NotFoundError("That expectation does not stand on this page.")
    today = local_day(now, viewer.zone)
    if history.is_repeat(tx, viewer, row, origin_key) or standing(row, today) == Standing.AGREED:
        return None
    if row.version != version:
        raise section.changed_meanwhile(tx, viewer, SECTION, row)
    agreement = Agreement(client, today, Way.PAGE)
    changes = agreements.stated(agreement, history.set_fields(row, agreements.columns(agreement)))
    row.version += 1
    history.save(
        tx, viewer, row, Verb.AGREE, changes, people=(), now=now, origin_key=origin_key, client_id=client.id
    )  # fmt: skip
    return row
