"""Stakeholders: people at the client, as rows of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, selectinload

from store import history, type_ahead
from store.accounts.questions import LIVE
from store.db import insert_once
from store.errors import BadInputError, GoneError, NotFoundError
from store.rules.contacts import refuse_contacts
from store.rules.line.client import person_in
from store.rules.names import fold_person, similar_people
from store.rules.text import NAME_LIMIT, optional, required
from store.scope import asker, seen_by, seen_by_asker
from store.tables import (
    Account,
    Base,
    Commitment,
    Expectation,
    HasHistory,
    Meeting,
    MeetingPerson,
    Person,
    Sharing,
    Stakeholder,
    Verb,
    core,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

# Statements that are built once: each line that belongs to an account asks it.
IN_USE = Stakeholder.archived_at.is_(None)
_THEIRS = sa.select(Stakeholder).where(
    seen_by_asker(Stakeholder), Stakeholder.account_id == sa.bindparam("account"), IN_USE
)


def of_account(tx: Session, viewer: Person, account: Account) -> list[Stakeholder]:
    """At most 20 of the account's stakeholders, by name."""
    return matching(tx, viewer, account=account)


def matching(
    tx: Session, viewer: Person, typed: str = "", *, account: Account | None = None, limit: int = 20
) -> list[Stakeholder]:
    """At most `limit` stakeholders whose name contains each word of the typed text, the best first, with their account.

    They are those of `account`, or else of all accounts in use. Those who have left come last.
    """
    at = Stakeholder.account_id == account.id if account else LIVE
    key, wanted = Stakeholder.name_key, fold_person(typed)
    query = _with_account(viewer).where(at, IN_USE, *type_ahead.fits(key, wanted))
    order = [Stakeholder.left_on.is_not(None), *([type_ahead.rank(key, wanted)] if wanted else []), Stakeholder.name]
    return list(tx.scalars(query.order_by(*order, Stakeholder.id).limit(limit)))


def called(tx: Session, viewer: Person, name: str, *, limit: int) -> list[Stakeholder]:
    """The people of accounts in use one or more words of whose name are these, with their account: those of exactly
    this name, if there are some.
    """
    wanted = set(fold_person(name).split())
    found = [one for one in matching(tx, viewer, name, limit=type_ahead.MOST) if wanted <= set(one.name_key.split())]
    exact = [one for one in found if one.name_key == fold_person(name)]
    return (exact or found)[:limit] if wanted else []


def alike(tx: Session, viewer: Person, account: Account, typed: str) -> list[Stakeholder]:
    """The account's stakeholders whose names are similar to the typed one, the most similar first."""
    found = tx.scalars(_with_account(viewer).where(Stakeholder.account_id == account.id, IN_USE)).all()
    return [found[place] for place in similar_people(typed, [one.name for one in found])]


def named_in(tx: Session, viewer: Person, account: Account, text: str) -> Stakeholder | None:
    """The only stakeholder of the account whom the text names (store/rules/line/client.py)."""
    found = tx.scalars(_THEIRS, asker(viewer) | {"account": account.id}).all()
    place = person_in(text, [one.name for one in found])
    return None if place is None else found[place]


def find(tx: Session, viewer: Person, stakeholder_id: int) -> Stakeholder | None:
    """The stakeholder of that id, or the one that they were merged into, with their account; None if there is none."""
    found = tx.scalar(_with_account(viewer).where(Stakeholder.id == stakeholder_id))
    if found is not None and found.is_merged:
        return tx.scalar(_with_account(viewer).where(Stakeholder.id == found.merged_into_id))
    return found


def _kept(tx: Session, row: Stakeholder) -> Stakeholder:
    """The person whom the row means."""
    return tx.get_one(Stakeholder, row.merged_into_id) if row.is_merged else row


def _with_account(viewer: Person) -> sa.Select[Stakeholder]:
    joined = sa.select(Stakeholder).join(Stakeholder.account)
    return joined.where(seen_by(Stakeholder, viewer)).options(contains_eager(Stakeholder.account))


def names(tx: Session, ids: Collection[int]) -> dict[int, str]:
    """The names of the stakeholders of these ids, which come from rows that the viewer sees."""
    if not ids:
        return {}
    found = tx.execute(sa.select(Stakeholder.id, Stakeholder.name).where(Stakeholder.id.in_(ids)))
    return {row.id: row.name for row in found}


def get(
    tx: Session, viewer: Person, stakeholder_id: int, *, account: Account | None, field: str = "stakeholder"
) -> Stakeholder:  # fmt: skip
    """The stakeholder of that id, or the one that they were merged into.

    NotFoundError if there is none, BadInputError for another account's stakeholder.
    """
    found = find(tx, viewer, stakeholder_id)
    if found is None:
        raise NotFoundError("That person is not in the ledger any more.", field=field)
    if account is None or found.account_id != account.id:
        raise BadInputError(f"{found.name} belongs to another account.", field=field)
    return found


def create(
    tx: Session, viewer: Person, name: str, *, account: Account | None, now: datetime, title: str | None = None,
    field: str = "stakeholder",
) -> Stakeholder:  # fmt: skip
    """Add a stakeholder to the account, or return the one of that name, restored if that one is archived.

    BadInputError without an account.
    """
    name = required(name, field=field, what="The client's person", limit=NAME_LIMIT)
    refuse_contacts(name, field=field)
    if account is None:
        raise BadInputError(f"Choose the account that {name} belongs to.", field="account")
    key = fold_person(name) or name.casefold()
    values = {
        "workspace_id": viewer.workspace_id, "account_id": account.id, "name": name, "name_key": key,
        "title": optional(title, field="title", what="The title", limit=NAME_LIMIT),
        "origin_key": f"person:{account.id}:{key}:{now.isoformat()}", "created_at": now,
    }  # fmt: skip
    added = insert_once(tx, Stakeholder, values, keys=("account_id", "name_key"))
    found = tx.scalars(
        sa.select(Stakeholder).where(Stakeholder.account_id == account.id, Stakeholder.name_key == key)
    ).one()
    if added is not None:
        history.append(tx, viewer, found, Verb.ADD, now=now, origin_key=None)
        return found
    found = _kept(tx, found)
    if found.archived_at is not None:
        found.archived_at = found.archive_reason = None
        found.version += 1
        history.append(tx, viewer, found, Verb.RESTORE, now=now, origin_key=None)
    return found


# ---- rules that read other rows ------------------------------------------------------------------------


def check_others(tx: Session, row: Stakeholder, changed: Collection[str]) -> None:
    """BadInputError if another person of the account has the name, or if the person would report to themselves.
    GoneError for a person who was erased.
    """
    if row.is_erased:
        raise GoneError("This person was erased, and stays so. If they are back, add them as a new person.")
    if "name" in changed:
        _check_name(tx, row)
    if "reports_to_id" in changed and row.id is not None:
        _check_reports_to(tx, row)


def _check_name(tx: Session, row: Stakeholder) -> None:
    same = Stakeholder.account_id == row.account_id, Stakeholder.name_key == row.name_key
    other = tx.scalar(sa.select(Stakeholder).where(*same, Stakeholder.id != row.id))
    if other is None:
        return
    words = f"{other.name} is among the people already. Please edit that row, or write the full name."
    if other.archived_at is not None:
        words = f"{other.name} is among the archived people. Restore that row, or write the full name."
    raise BadInputError(words, field="name")


def _check_reports_to(tx: Session, row: Stakeholder) -> None:
    """Go up from the person's boss. Each row on the way is locked, so that no other request closes a circle there."""
    way, above = [row.id], row.reports_to_id
    while above is not None:
        if above in way:
            boss = tx.scalars(sa.select(Stakeholder.name).where(Stakeholder.id == row.reports_to_id)).one()
            raise BadInputError(
                f"{boss} reports to {row.name}, directly or through others. Change that first.", field="reports_to"
            )
        way.append(above)
        query = sa.select(Stakeholder.reports_to_id).where(Stakeholder.id == above)
        above = tx.scalar(query.with_for_update(key_share=True))


# ---- merge ---------------------------------------------------------------------------------------------

# Columns of the kept person that the merged one fills where they are empty.
_FILLED = (
    "title", "unit", "organisation", "language", "roles", "influence", "support", "owner_id", "interval_number",
    "interval_unit", "next_meeting_on", "link", "been", "hope", "note",
)  # fmt: skip


def absorb(
    tx: Session, viewer: Person, gone: Stakeholder, kept: Stakeholder, *, origin_key: str, now: datetime
) -> None:  # fmt: skip
    """Make one person of two locked ones. Each row that named `gone` names `kept`, with an entry in its history; `gone`
    stays as an archived row, which means `kept`.

    The tree of who reports to whom stays without a circle: if `kept` reported to `gone`, however far below, `kept`
    takes the place of `gone`.
    """
    below = gone.id in _above(tx, kept)
    filled = {one: getattr(gone, one) for one in _FILLED if getattr(kept, one) is None}
    if below or (kept.reports_to_id is None and kept.id not in _above(tx, gone)):
        filled["reports_to_id"] = gone.reports_to_id
    _replace_at_meetings(tx, viewer, gone, kept, origin_key, now)
    tx.flush()
    for table, column in _references():
        _point_to(tx, viewer, table, column, gone, kept, origin_key, now)
    _serve(tx, viewer, gone, kept, origin_key, now)
    for row in (gone, kept):
        tx.refresh(row)
    changes = {"merged_id": [None, gone.id], **history.set_fields(kept, filled)}
    kept.version += 1
    history.save(tx, viewer, kept, Verb.TAKE_IN, changes, people=(), now=now, origin_key=origin_key)
    changes = history.set_fields(gone, {"merged_into_id": kept.id})
    gone.archived_at, gone.archive_reason = now, f"Is the same person as {kept.name}."
    gone.version += 1
    history.save(tx, viewer, gone, Verb.MERGE, changes, people=(), now=now, origin_key=origin_key)


def _serve(
    tx: Session, viewer: Person, gone: Stakeholder, kept: Stakeholder, origin_key: str, now: datetime
) -> None:  # fmt: skip
    """Let the commitments that serve `gone` serve `kept`."""
    which = [Commitment.serves_kind == gone.subject_kind, Commitment.serves_id == gone.id]
    changes = {"serves_id": [gone.id, kept.id]}
    history.append_to_all(tx, viewer, Commitment, which, Verb.EDIT, changes, now=now, origin_key=origin_key)
    values = {"serves_id": kept.id, "version": Commitment.version + 1}
    tx.execute(sa.update(Commitment).where(*which).values(values).execution_options(synchronize_session="fetch"))


def _replace_at_meetings(
    tx: Session, viewer: Person, gone: Stakeholder, kept: Stakeholder, origin_key: str, now: datetime
) -> None:  # fmt: skip
    there = sa.select(MeetingPerson.meeting_id).where(MeetingPerson.stakeholder_id == gone.id)
    query = sa.select(Meeting).where(Meeting.id.in_(there)).options(selectinload(Meeting.people))
    for meeting in history.lock(tx, Meeting, query.order_by(Meeting.id)):
        people = sorted({kept.id, *meeting.stakeholder_ids} - {gone.id})
        changes = history.set_fields(meeting, {"stakeholder_ids": people})
        meeting.version += 1
        history.append(tx, viewer, meeting, Verb.EDIT, changes, now=now, origin_key=origin_key)


def _above(tx: Session, row: Stakeholder) -> list[int]:
    """Ids of the people above this one."""
    found, above = [], row.reports_to_id
    while above is not None and above not in found:
        found.append(above)
        above = tx.scalar(sa.select(Stakeholder.reports_to_id).where(Stakeholder.id == above))
    return found


def _references() -> list[tuple[type[Any], str]]:
    """The columns of all tables that name a stakeholder, as (table, column)."""
    return [
        (mapper.class_, mapper.get_property_by_column(column).key)
        for mapper in Base.registry.mappers
        for column in core(mapper.class_).columns
        if any(key.target_fullname == "stakeholder.id" for key in column.foreign_keys)
    ]


def _point_to(
    tx: Session, viewer: Person, table: type[Any], column: str, gone: Stakeholder, kept: Stakeholder,
    origin_key: str, now: datetime,
) -> None:  # fmt: skip
    """Let the rows whose `column` is `gone` name `kept`. The kept person is not made their own boss or successor."""
    if not issubclass(table, HasHistory):
        _drop_twins(tx, table, column, gone, kept)
    which = [getattr(table, column) == gone.id]
    values: dict[str, Any] = {column: kept.id}
    if table is Stakeholder:
        which.append(Stakeholder.id.not_in([gone.id, kept.id]))
    if issubclass(table, HasHistory) and column != "merged_into_id":
        history.append_to_all(tx, viewer, table, which, Verb.EDIT, {column: [gone.id, kept.id]},
                              now=now, origin_key=origin_key)  # fmt: skip
        values["version"] = table.version + 1
    if table is Expectation:
        # It would come onto another page.
        values["sharing"] = Sharing.INTERNAL
    tx.execute(sa.update(table).where(*which).values(values).execution_options(synchronize_session="fetch"))


def _drop_twins(tx: Session, table: type[Any], column: str, gone: Stakeholder, kept: Stakeholder) -> None:
    """Drop the links to `gone` beside which the same link to `kept` stands: both were at a meeting, for example."""
    other = aliased(table)
    for constraint in core(table).constraints:
        names = [each.key for each in constraint.columns] if isinstance(constraint, sa.UniqueConstraint) else []
        if column not in names:
            continue
        same = [getattr(other, name) == getattr(table, name) for name in names if name != column]
        twin = sa.exists().where(getattr(other, column) == kept.id, *same)
        tx.execute(sa.delete(table).where(getattr(table, column) == gone.id, twin))
