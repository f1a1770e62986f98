"""The client's people: their roles, stance and influence, to whom they report, and the relationship plan of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import with_expression

from store import history, outbox, stakeholders
from store.errors import BadInputError
from store.plan import meetings, section
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.rules.contacts import refuse_contacts
from store.tables import Commitment, IntervalUnit, Language, Role, Stakeholder

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

ROLES = (
    (Role.DECISION_MAKER, "Decision maker"),
    (Role.ECONOMIC_BUYER, "Economic buyer"),
    (Role.EXECUTIVE_SPONSOR, "Executive sponsor"),
    (Role.CHAMPION, "Champion"),
    (Role.EVALUATOR, "Evaluator"),
    (Role.INFLUENCER, "Influencer"),
    (Role.GATEKEEPER, "Gatekeeper"),
    (Role.USER, "User"),
)
OTHER_ROLES = (
    ("primary decision maker", Role.DECISION_MAKER),
    ("business decision maker", Role.DECISION_MAKER),
    ("economic decision maker", Role.ECONOMIC_BUYER),
    ("budget holder", Role.ECONOMIC_BUYER),
    ("sponsor", Role.EXECUTIVE_SPONSOR),
    ("coach", Role.CHAMPION),
    ("technical buyer", Role.EVALUATOR),
    ("technical evaluator", Role.EVALUATOR),
    ("procurement", Role.GATEKEEPER),
    ("legal", Role.GATEKEEPER),
    ("end user", Role.USER),
    ("business user", Role.USER),
)
SUPPORT = (("1", "Against"), ("2", "Sceptical"), ("3", "Neutral"), ("4", "For"), ("5", "Champions us"))
_OTHER_SUPPORT = (("blocker", "1"), ("detractor", "1"), ("supporter", "4"), ("promoter", "5"))
INFLUENCE = (("1", "Low"), ("2", "Rather low"), ("3", "Medium"), ("4", "Rather high"), ("5", "High"))
_OTHER_INFLUENCE = (("l", "1"), ("m", "3"), ("h", "5"))
LANGUAGES = (
    (Language.EN, "English"), (Language.DE, "German"), (Language.FR, "French"), (Language.ES, "Spanish"),
)  # fmt: skip
UNITS = ((IntervalUnit.MONTHS, "Months"), (IntervalUnit.WEEKS, "Weeks"))

_OF_ROLES = (
    "Their part when they buy. Economic buyer: holds the budget. Champion: speaks for us. Evaluator: judges the"
    " technology. Gatekeeper: procurement, legal."
)
# The parts of the form: a person's facts, the relationship plan, and their leaving.
RELATIONSHIP, LEFT = "relationship", "left"
# Days.
_WEEK, _MONTH = 7, 31
# Columns of short texts, in which no address and no phone number is kept.
_SHORT = ("name", "title", "unit", "organisation")


def interval_words(row: Stakeholder) -> str:
    """“3 months”, “week”: the interval agreed, for use after “every”; empty if none is agreed."""
    if row.interval_number is None:
        return ""
    unit = str(row.interval_unit or IntervalUnit.MONTHS)
    return unit.removesuffix("s") if row.interval_number == 1 else f"{row.interval_number} {unit}"


def is_late(row: Stakeholder, today: date) -> bool:
    """Whether the interval agreed has passed since the last meeting; since they came onto the map, if we never met."""
    if row.interval_number is None or row.has_left(today):
        return False
    since = row.last_met_on or row.created_at.date()
    days = row.interval_number * (_WEEK if row.interval_unit == IntervalUnit.WEEKS else _MONTH)
    return (today - since).days > days


def _check(row: Stakeholder, changed: Collection[str], _today: date) -> None:
    for column in _SHORT:
        if column in changed:
            refuse_contacts(getattr(row, column), field=column)
    if row.id is not None and row.reports_to_id == row.id:
        raise BadInputError(f"{row.name} can’t report to themselves.", field="reports_to")
    if row.id is not None and row.successor_id == row.id:
        raise BadInputError(f"{row.name} can’t follow themselves. Choose another person.", field="successor")
    if {"left_on", "successor_id"} & set(changed) and row.successor_id is not None and row.left_on is None:
        raise BadInputError(f"Choose the day on which {row.name} leaves, too.", field="left_on")


def _after(tx: Session, row: Stakeholder, changed: Collection[str], now: datetime) -> None:
    """The messages of commitments that name the person, or to which they agreed, say how that stands now."""
    if not {"name", "left_on"} & set(changed):
        return
    request_updates(tx, row, now, Commitment.ended_at.is_(None))


def request_updates(
    tx: Session, row: Stakeholder, now: datetime, *which: sa.ColumnElement[bool], however_old: bool = False
) -> None:  # fmt: skip
    """Request the update of the messages of commitments with the person, or to which they agreed, that meet `which`."""
    theirs = sa.or_(Commitment.stakeholder_id == row.id, Commitment.agreed_by_id == row.id)
    for one in tx.scalars(sa.select(Commitment).where(theirs, *which)):
        outbox.request_updates_for(tx, one, {one.owner_id, one.creator_id}, now, however_old=however_old)


def _order(row: Stakeholder, today: date) -> tuple[bool, int, str]:
    return row.has_left(today), -(row.influence or 0), row.name_key


SECTION = Section(
    Stakeholder,
    title="People",
    noun="person",
    fields=(
        Field("name", "Name", Kind.LINE, required=True),
        Field("title", "Title", Kind.LINE, hint="CFO, Head of Plants …"),
        Field("roles", "Roles", Kind.SEVERAL, choices=ROLES, also=OTHER_ROLES, hint=_OF_ROLES),
        Field("support", "Stance", Kind.SCALE, choices=SUPPORT, also=_OTHER_SUPPORT,
              hint="How they feel about us. A blocker is against us."),
        Field("influence", "Influence", Kind.SCALE, choices=INFLUENCE, also=_OTHER_INFLUENCE,
              hint="How much their word counts when they decide about us."),
        Field("reports_to_id", "Reports to", Kind.STAKEHOLDER),
        Field("owner_id", "Who of ours looks after them", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("unit", "Unit", Kind.UNIT, hint="A business unit, a plant, a country."),
        Field("organisation", "Organisation", Kind.LINE, hint="Of a consultant. Left empty: the account’s own."),
        Field("language", "Language of letters", Kind.CHOICE, choices=LANGUAGES),
        Field("link", "Profile or CRM", Kind.LINK, hint="A web address. E-mail and phone stay in the CRM."),
        Field("note", "Note", Kind.TEXT),
        Field("been", "Where we have been", Kind.TEXT, part=RELATIONSHIP, hint="What we did for each other so far."),
        Field("hope", "Where both hope to be", Kind.TEXT, part=RELATIONSHIP),
        Field("interval_number", "We meet every", Kind.COUNT, part=RELATIONSHIP, hint="As agreed with them."),
        Field("interval_unit", "Months or weeks", Kind.CHOICE, choices=UNITS, part=RELATIONSHIP,
              hint="Left empty: months."),
        Field("next_meeting_on", "Next meeting", Kind.DAY, part=RELATIONSHIP),
        Field("left_on", "Leaves on", Kind.DAY, part=LEFT,
              hint="Their page ends, also for those who share it; their agreements are to be agreed again."),
        Field("successor_id", "Who follows them", Kind.STAKEHOLDER, part=LEFT),
    ),
    check=_check,
    check_others=stakeholders.check_others,
    after=_after,
    order=_order,
    many=True,
    options=(with_expression(Stakeholder.last_met_on, meetings.LAST_MET),),
)  # fmt: skip


def merge(
    tx: Session, viewer: Person, row_id: int, into_id: int, *, version: int, origin_key: str, now: datetime
) -> Stakeholder:  # fmt: skip
    """Make one person of two of the same account, and return them. Each row that named either names that one.

    `version` is the version of the person who is merged. BadInputError at `into_person` if they cannot be.
    """
    if row_id == into_id:
        raise BadInputError("That is the same row. Choose the other one of the two.", field="into_person")
    rows = section.by_ids(tx, viewer, SECTION, (row_id, into_id), to_change=True)
    gone, kept = rows.get(row_id), rows.get(into_id)
    if gone is None or kept is None:
        raise BadInputError("Choose the other row of this person.", field="into_person")
    if history.is_repeat(tx, viewer, gone, origin_key):
        return kept
    for row in (gone, kept):
        section.check_change(viewer, SECTION, row.account, now, row)
    if gone.archived_at is not None or gone.version != version:
        raise section.changed_meanwhile(tx, viewer, SECTION, gone)
    if kept.account_id != gone.account_id:
        raise BadInputError(f"{kept.name} belongs to another account.", field="into_person")
    if kept.archived_at is not None and kept.is_erased:
        raise BadInputError("That person was erased. Choose another row.", field="into_person")
    if kept.archived_at is not None:
        raise BadInputError(f"{kept.name} is archived. Restore that row first.", field="into_person")
    stakeholders.absorb(tx, viewer, gone, kept, origin_key=origin_key, now=now)
    return section.get(tx, viewer, SECTION, into_id, to_change=True)
