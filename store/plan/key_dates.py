"""Key dates: the days of an account that need time to prepare for, and the mornings on which a brief mentions them.

A key date is mentioned on the first working morning on or after 60 and 14 days before it. If it recurs, that holds
for each of its days.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import outbox, people
from store.commitments.facts import hearing
from store.errors import BadInputError
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.rules.nudging.occasions import Occasion, OccasionKind
from store.tables import Account, KeyDate, KeyDateKind, Person, Recurs, Subject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

# Days before a key date on which it is mentioned, the nearest first.
STEPS = (14, 60)
# 10 years. A day that is further in the future or the past is a typing error.
FARTHEST = timedelta(days=3653)
# Ids in one query; both databases accept this number of parameters.
_CHUNK = 500


_MONTHS = {Recurs.YEARLY: 12, Recurs.QUARTERLY: 3}
KINDS = (
    (KeyDateKind.RENEWAL, "Renewal"),
    (KeyDateKind.BUDGET, "Budget cycle"),
    (KeyDateKind.SHOW, "Trade show"),
    (KeyDateKind.OTHER, "Other"),
)
RECURRENCES = ((Recurs.NEVER, "Once"), (Recurs.YEARLY, "Every year"), (Recurs.QUARTERLY, "Every quarter"))
# Kinds that are not clear without a name: which show, which date?
_NEED_A_NAME = {KeyDateKind.SHOW, KeyDateKind.OTHER}


# ---- rules ---------------------------------------------------------------------------------------------


def next_day(day: date, recurs: Recurs, since: date) -> date | None:
    """The first day of the key date on or after `since`; None if there is none.

    The months are counted from `day`. If a month is too short, its last day counts: 29 February is the 28th in most
    years, and the 29th again in the next leap year.
    """
    if day >= since:
        return day
    if recurs == Recurs.NEVER:
        return None
    step = _MONTHS[recurs]
    passed = (since.year - day.year) * 12 + since.month - day.month
    first = passed // step * step
    found = _months_later(day, first)
    return found if found >= since else _months_later(day, first + step)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def occasion_on(today: date, day: date, recurs: Recurs) -> Occasion | None:
    """The occasion of the nearest step that is reached on `today`, whether or not it was sent; None if none is."""
    coming = next_day(day, recurs, today)
    left = (coming - today).days if coming is not None else STEPS[-1] + 1
    step = next((step for step in STEPS if left <= step), None)
    return Occasion(OccasionKind.DAYS_BEFORE, step, coming) if coming is not None and step is not None else None


def _check(row: KeyDate, changed: Collection[str], today: date) -> None:
    if row.kind in _NEED_A_NAME and not row.name:
        raise BadInputError("Please give it a name, so that everybody knows which one it is.", field="name")
    if not {"day", "recurs"} & set(changed):
        return
    if row.day < today and row.recurs == Recurs.NEVER:
        raise BadInputError(
            f"{row.day:%A} {row.day.day} {row.day:%B %Y} has already passed. Choose a later day, or let it recur.",
            field="day",
        )
    if abs(row.day - today) > FARTHEST:
        raise BadInputError("That is more than ten years away. Choose a nearer day.", field="day")


def _order(row: KeyDate, today: date) -> tuple[date, int]:
    return next_day(row.day, row.recurs, today) or date.max, row.id


SECTION = Section(
    KeyDate,
    title="Key dates",
    noun="key date",
    fields=(
        Field("kind", "Kind", Kind.CHOICE, required=True, choices=KINDS),
        Field("name", "Name", Kind.LINE, hint="Which contract, which trade show …"),
        Field("day", "Day", Kind.DAY, required=True, hint="Its owner hears of it 60 and 14 days before."),
        Field("recurs", "How often", Kind.CHOICE, required=True, choices=RECURRENCES),
        Field("owner_id", "Owner", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("note", "Note", Kind.TEXT),
    ),
    check=_check,
    order=_order,
)  # fmt: skip


# ---- who hears -----------------------------------------------------------------------------------------


def reader(row: KeyDate) -> Person | None:
    """The person whose brief mentions the key date: its owner, or the account's lead if no owner is here.

    None if neither is here, or the account is archived.
    """
    if row.account.archived_at is not None:
        return None
    return people.first_here(row.owner, row.account.owner)


def worth_a_brief(tx: Session, readers: Sequence[Person], days: Mapping[int, date]) -> set[int]:
    """Ids of the `readers` (with their workspaces) who hear of a key date on their local day `days[id]`."""
    return {one.id for one, _, _ in _due(tx, readers, days, besides=None)}


def deserving(tx: Session, person: Person, day: date, *, besides: int) -> list[tuple[KeyDate, Occasion]]:
    """The key dates in this person's brief on their local `day`; `besides` is the outbox row of the brief itself."""
    return [(row, found) for _, row, found in _due(tx, [person], {person.id: day}, besides=besides)]


def _due(
    tx: Session, readers: Sequence[Person], days: Mapping[int, date], *, besides: int | None
) -> Iterator[tuple[Person, KeyDate, Occasion]]:  # fmt: skip
    known = {one.id: one for one in readers}
    found = [
        (known[who.id], row, mention)
        for row in _within_reach(tx, known, days)
        if (who := reader(row)) is not None
        and who.id in known
        and (mention := occasion_on(days[who.id], row.day, row.recurs)) is not None
    ]
    if not found:
        return
    said = {
        (row_id, person_id, occasion)
        for start in range(0, len(found), _CHUNK)
        for row_id, person_id, occasion, _, _ in outbox.sent_about(
            tx, [row.id for _, row, _ in found[start : start + _CHUNK]], known, besides=besides, kind=Subject.KEY_DATE
        )
    }
    new = [(who, row, mention) for who, row, mention in found if (row.id, who.id, mention) not in said]
    hears = hearing(tx, [who for who, _, _ in new], days)
    yield from ((who, row, mention) for who, row, mention in new if who.id in hears)


def _within_reach(tx: Session, readers: Collection[int], days: Mapping[int, date]) -> list[KeyDate]:
    """The key dates that these people may hear of. Both subqueries use an index, and no other row is read."""
    if not readers:
        return []
    within = sa.or_(
        KeyDate.recurs != Recurs.NEVER,
        KeyDate.day.between(min(days.values()), max(days.values()) + timedelta(days=STEPS[-1])),
    )
    own = sa.select(KeyDate.id).where(KeyDate.owner_id.in_(readers), within)
    of_accounts = (
        sa.select(KeyDate.id)
        .join(Account, Account.id == KeyDate.account_id)
        .join(Person, Person.id == KeyDate.owner_id, isouter=True)
        .where(Account.owner_id.in_(readers), sa.or_(KeyDate.owner_id.is_(None), sa.not_(people.here(Person))), within)
    )
    query = (
        sa.select(KeyDate)
        .where(KeyDate.id.in_(sa.union_all(own, of_accounts)), KeyDate.archived_at.is_(None))
        .options(joinedload(KeyDate.account).joinedload(Account.owner), joinedload(KeyDate.owner))
        .order_by(KeyDate.id)
    )
    return list(tx.scalars(query))
