"""One machinery for the sections of an account plan.

A section is declared by its table, its fields and its own rules; store/plan/key_dates.py is an example. The rest comes
from the declaration: a row is added, edited, archived with a reason and restored, each with an entry in its history.
Values come in as text, as forms and files hold them, and are refused in words at their field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import accounts, history, people
from store.db import insert_once
from store.errors import BadInputError, ChangedMeanwhileError, NotAllowedError, NotFoundError
from store.plan import values
from store.plan.values import Field, Target, said
from store.rules.calendar.brief_times import local_day
from store.rules.text import REASON_LIMIT, a_or_an, required
from store.scope import seen_by
from store.tables import Account, SectionRow, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Person

Row = TypeVar("Row", bound=SectionRow)

_PAST = {
    Verb.ADD: "added it",
    Verb.EDIT: "edited it",
    Verb.ARCHIVE: "archived it",
    Verb.RESTORE: "restored it",
    Verb.MERGE: "merged its account into another",
}


def _no_rules(_row: SectionRow, _changed: Collection[str], _today: date) -> None:
    """The check of a section without rules of its own."""


@dataclass(frozen=True)
class Section(Generic[Row]):
    """A section: its table, its `title` ("Key dates"), the `noun` of one row, and its fields in the order of the form.

    `check(row, changed, today)` raises BadInputError where the columns `changed` of a row break a rule of the section;
    `today` is the viewer's local day. `order(row, today)` sorts a list. No two rows in use of one account have the same
    values in the `unique` columns.
    """

    table: type[Row]
    title: str
    noun: str
    fields: tuple[Field, ...]
    order: Callable[[Row, date], Any]
    check: Callable[[Row, Collection[str], date], None] = _no_rules
    unique: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of its rows as subjects of entries, messages and buttons."""
        return self.table.subject_kind


# ---- questions -----------------------------------------------------------------------------------------


def get(tx: Session, viewer: Person, section: Section[Row], row_id: int, *, to_change: bool = False) -> Row:
    """The row with its account and people; with `to_change` locked for this transaction and read anew."""
    query = _with_people(section).where(seen_by(section.table, viewer), section.table.id == row_id)
    found = next(iter(history.lock(tx, section.table, query)), None) if to_change else tx.scalar(query)
    if found is None:
        raise NotFoundError(f"That {section.noun} is not in the ledger. Please look at the account again.")
    return found


def by_ids(tx: Session, viewer: Person, section: Section[Row], ids: Collection[int]) -> dict[int, Row]:
    """The rows of those ids that the viewer sees, by id."""
    if not ids:
        return {}
    query = _with_people(section).where(seen_by(section.table, viewer), section.table.id.in_(list(ids)))
    return {row.id: row for row in tx.scalars(query)}


def of_account(tx: Session, viewer: Person, section: Section[Row], account: Account, *, today: date) -> list[Row]:
    """The account's rows in the order of the section, the archived ones last."""
    query = _with_people(section).where(seen_by(section.table, viewer), section.table.account_id == account.id)
    return sorted(tx.scalars(query), key=lambda row: (row.archived_at is not None, section.order(row, today)))


def _with_people(section: Section[Row]) -> sa.Select[Row]:
    return sa.select(section.table).options(
        joinedload(section.table.account).options(joinedload(Account.owner), joinedload(Account.coach)),
        joinedload(section.table.owner),
    )


# ---- rights --------------------------------------------------------------------------------------------


def is_party(viewer: Person, account: Account, row: SectionRow | None = None) -> bool:
    """Whether the viewer may change the section, or this row, without being an admin: the parties of the account may,
    and the owner of the row.
    """
    return accounts.is_party(viewer, account) or (row is not None and viewer.id == row.owner_id)


def check_change(
    viewer: Person, section: Section[Any], account: Account, now: datetime, row: SectionRow | None = None
) -> None:
    """NotAllowedError, naming who can, if the viewer may not change the row; without a row, if they may not add one."""
    if is_party(viewer, account, row) or people.acts_as_admin(viewer, now):
        return
    owner = row.owner if row is not None else None
    parts = [(account.owner, f"who leads {account.name}"), (account.coach, "the coach"), (owner, "its owner")]
    named = [f"{one.name} ({part})" for one, part in parts if one is not None and people.is_here(one)]
    what = f"change this {section.noun}" if row is not None else f"add {a_or_an(section.noun)} to {account.name}"
    raise NotAllowedError(f"Only {', '.join(named)} or a workspace admin can {what}. You can ask them.")


# ---- verbs ---------------------------------------------------------------------------------------------


def add(
    tx: Session, viewer: Person, section: Section[Row], account: Account, given: Mapping[str, str | None], *,
    origin_key: str, now: datetime,
) -> Row:  # fmt: skip
    """Add a row with the `given` values, text by field. The same gesture adds one row, however often it comes."""
    check_change(viewer, section, account, now)
    wanted = _read(tx, viewer, section, given, account, None)
    new = section.table(account_id=account.id, **wanted)
    section.check(new, wanted.keys(), local_day(now, viewer.zone))
    _check_unique(tx, section, new, origin_key)
    wanted |= {
        "workspace_id": account.workspace_id, "account_id": account.id, "origin_key": origin_key, "created_at": now,
    }  # fmt: skip
    row_id = insert_once(tx, section.table, wanted, keys=("workspace_id", "origin_key"))
    if row_id is None:
        same = section.table.workspace_id == account.workspace_id, section.table.origin_key == origin_key
        return tx.scalars(_with_people(section).where(*same)).one()
    row = get(tx, viewer, section, row_id)
    history.append(tx, viewer, row, Verb.ADD, now=now, origin_key=origin_key)
    return row


def edit(
    tx: Session, viewer: Person, section: Section[Row], row_id: int, given: Mapping[str, str | None], *,
    version: int, origin_key: str, now: datetime,
) -> Row:  # fmt: skip
    """Give the row those of the `given` values that the viewer changed since the `version` that they saw.

    Fields that others have changed since keep the others' values. ChangedMeanwhileError at a field that both changed.
    """
    row = _begin(tx, viewer, section, row_id, origin_key, now)
    if row is None:
        return get(tx, viewer, section, row_id)
    if row.archived_at is not None:
        raise _changed_meanwhile(tx, viewer, section, row)
    changes = history.set_fields(row, _mine(tx, viewer, section, row, given, version))
    if changes:
        section.check(row, changes.keys(), local_day(now, viewer.zone))
        _check_unique(tx, section, row, origin_key)
        _finish(tx, viewer, row, Verb.EDIT, changes, origin_key=origin_key, now=now)
    return get(tx, viewer, section, row_id, to_change=True)


def _check_unique(tx: Session, section: Section[Row], row: Row, origin_key: str) -> None:
    """BadInputError if another row in use has the same values in the section's unique columns."""
    if not section.unique:
        return
    columns = [getattr(section.table, column) for column in section.unique]
    others = sa.select(section.table.id, section.table.origin_key, *columns).where(
        section.table.account_id == row.account_id, section.table.archived_at.is_(None)
    )
    mine = [_folded(getattr(row, column)) for column in section.unique]
    with tx.no_autoflush:
        twins = [
            id_ for id_, key, *theirs in tx.execute(others)
            if id_ != row.id and key != origin_key and [_folded(one) for one in theirs] == mine
        ]  # fmt: skip
    if twins:
        label = next(field.label for field in section.fields if field.column == section.unique[-1])
        raise BadInputError(
            f"There is a {section.noun} with the same {label.lower()} already. Please edit that one.",
            field=section.unique[-1],
        )


def _folded(value: Any) -> Any:  # noqa: ANN401  any column's value
    return value.casefold() if isinstance(value, str) else value


def archive(
    tx: Session, viewer: Person, section: Section[Row], row_id: int, reason: str | None, *,
    origin_key: str, now: datetime,
) -> Row:  # fmt: skip
    """Set the row aside, with a reason. It stays in the ledger, and can be restored."""
    why = required(reason, field="reason", what="The reason", limit=REASON_LIMIT)
    return _set_aside(tx, viewer, section, row_id, why, origin_key=origin_key, now=now)


def restore(
    tx: Session, viewer: Person, section: Section[Row], row_id: int, *, origin_key: str, now: datetime
) -> Row:  # fmt: skip
    """Bring an archived row back."""
    return _set_aside(tx, viewer, section, row_id, None, origin_key=origin_key, now=now)


def _set_aside(
    tx: Session, viewer: Person, section: Section[Row], row_id: int, reason: str | None, *,
    origin_key: str, now: datetime,
) -> Row:  # fmt: skip
    row = _begin(tx, viewer, section, row_id, origin_key, now)
    if row is None:
        return get(tx, viewer, section, row_id)
    if (row.archived_at is None) == (reason is None):
        raise _changed_meanwhile(tx, viewer, section, row)
    row.archived_at, row.archive_reason = (now if reason else None), reason
    verb = Verb.ARCHIVE if reason else Verb.RESTORE
    _finish(tx, viewer, row, verb, {}, origin_key=origin_key, now=now, reason=reason)
    return row


def _begin(
    tx: Session, viewer: Person, section: Section[Row], row_id: int, origin_key: str, now: datetime
) -> Row | None:  # fmt: skip
    """The row, locked, and checked for the viewer's rights; None if this very gesture has changed it already."""
    row = get(tx, viewer, section, row_id, to_change=True)
    if history.is_repeat(tx, viewer, row, origin_key):
        return None
    check_change(viewer, section, row.account, now, row)
    return row


def _finish(
    tx: Session, viewer: Person, row: SectionRow, verb: Verb, changes: dict[str, Any], *, origin_key: str,
    now: datetime, reason: str | None = None,
) -> None:  # fmt: skip
    """Every verb raises the version by one and appends one entry: `_mine` counts on it."""
    row.version += 1
    history.save(tx, viewer, row, verb, changes, people=(), now=now, origin_key=origin_key, reason=reason)


def _changed_meanwhile(tx: Session, viewer: Person, section: Section[Row], row: Row) -> ChangedMeanwhileError:
    last = history.last_change(tx, viewer, row, _PAST)
    return ChangedMeanwhileError(f"This {section.noun} has changed meanwhile: {last}. Nothing was done twice.")


# ---- two editors ---------------------------------------------------------------------------------------


def _mine(
    tx: Session, viewer: Person, section: Section[Row], row: Row, given: Mapping[str, str | None], version: int
) -> dict[str, Any]:
    """The columns that the viewer changed since `version`. An entry holds each value before it, so undoing the entries
    since then gives the row as the viewer saw it.
    """
    wanted = _read(tx, viewer, section, given, row.account, row)
    since = history.entries(tx, viewer, row)[version:]
    seen = {column: change[0] for entry in reversed(since) for column, change in entry.changes.items()}
    for field in section.fields:
        column = field.column
        if column not in seen or column not in wanted:
            continue
        mine, theirs = history.plain(wanted[column]), history.plain(getattr(row, column))
        if mine == seen[column]:
            del wanted[column]
        elif theirs not in {mine, seen[column]}:
            who = next(entry.actor for entry in reversed(since) if column in entry.changes)
            raise ChangedMeanwhileError(
                f"{who.name} changed this meanwhile to {said(tx, field, theirs)}; you have {said(tx, field, mine)}."
                " Choose theirs to go on, or open Edit again to put yours in its place.",
                field=field.name,
            )
    return wanted


def _read(
    tx: Session, viewer: Person, section: Section[Any], given: Mapping[str, str | None], account: Account,
    row: SectionRow | None,
) -> dict[str, Any]:  # fmt: skip
    """The given texts as values of columns; a field that is not given is left alone. `row` is the row as it is."""
    target = Target(viewer, account, row)
    return {
        field.column: values.read(tx, target, field, given[field.name] or "")
        for field in section.fields
        if field.name in given
    }
