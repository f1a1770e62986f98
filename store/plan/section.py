"""One machinery for the sections of an account plan.

A section is declared by its table, its fields and its own rules; store/plan/key_dates.py is an example. The rest comes
from the declaration: a row is added, edited, archived with a reason and restored, each with an entry in its history.
Values come in as text, as forms and files hold them, and are refused in words at their field.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import RelationshipDirection, joinedload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.base import NO_VALUE

from store import accounts, history, offerings, outbox, people, stakeholders
from store.db import insert_once
from store.errors import BadInputError, ChangedMeanwhileError, NotAllowedError, NotFoundError
from store.plan import values
from store.plan.values import REFERENCES, Field, Kind, Target, in_words, said
from store.rules.calendar.brief_times import local_day
from store.rules.text import REASON_LIMIT, a_or_an, required
from store.scope import seen_at, seen_by, seen_id
from store.tables import Account, SectionRow, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session
    from sqlalchemy.sql.base import ExecutableOption

    from store.tables import Entry, HasHistory, Person

Row = TypeVar("Row", bound=SectionRow)

_PAST = {
    Verb.ADD: "added it",
    Verb.EDIT: "edited it",
    Verb.ARCHIVE: "archived it",
    Verb.RESTORE: "restored it",
    Verb.MERGE: "merged it",
    Verb.TAKE_IN: "merged another into it",
    Verb.SEND: "sent the letter about it",
    Verb.AGREE: "agreed to it",
    Verb.REDACT: "erased it",
}


# For each kind of reference the function that reads the names of ids, and the kinds of values that are such ids.
_NAMED: dict[Kind, tuple[Callable[[Session, Collection[int]], dict[int, str]], set[Kind]]] = {
    Kind.PERSON: (people.names, {Kind.PERSON, Kind.PEOPLE}),
    Kind.STAKEHOLDER: (stakeholders.names, {Kind.STAKEHOLDER, Kind.STAKEHOLDERS}),
    Kind.OFFERING: (offerings.names, {Kind.OFFERING}),
    **{kind: (functools.partial(values.row_names, kind=kind), {kind}) for kind in values.ROWS},
}


def _no_rules(_row: SectionRow, _changed: Collection[str], _today: date) -> None:
    """The check of a section without rules of its own."""


def _nothing_follows(_row: SectionRow, _changed: Collection[str], _today: date) -> dict[str, Any]:
    """The columns that follow from a change, in a section where none do."""
    return {}


def _nothing_else(_tx: Session, _row: SectionRow, _changed: Collection[str], _now: datetime) -> None:
    """The end of an edit in a section on whose rows nothing else depends."""


def _no_rules_of_others(_tx: Session, _row: SectionRow, _changed: Collection[str]) -> None:
    """The check of a section without rules that read other rows."""


@dataclass(frozen=True)
class Section(Generic[Row]):
    """A section: its table, its `title` ("Key dates"), the `noun` of one row, and its fields in the order of the form.
    `nouns`: the plural where the noun does not end with it.

    `check(row, changed, today)` raises BadInputError where the columns `changed` of a row break a rule of the section;
    `today` is the viewer's local day. `check_others(tx, row, changed)` does the same for rules that read other rows.
    `follows(row, changed, today)` gives the columns beside the fields that an edit of those columns changes as well.
    `after(tx, row, changed, now)` ends an edit. `order(row, today)` sorts a list.
    No two rows in use of one account have the same values in the `unique` columns.
    An account may have hundreds of rows where `many` is true. `options` say what else is read with a row.
    """

    table: type[Row]
    title: str
    noun: str
    fields: tuple[Field, ...]
    order: Callable[[Row, date], Any]
    check: Callable[[Row, Collection[str], date], None] = _no_rules
    check_others: Callable[[Session, Row, Collection[str]], None] = _no_rules_of_others
    follows: Callable[[Row, Collection[str], date], dict[str, Any]] = _nothing_follows
    after: Callable[[Session, Row, Collection[str], datetime], None] = _nothing_else
    unique: tuple[str, ...] = ()
    nouns: str | None = None
    many: bool = False
    options: tuple[ExecutableOption, ...] = ()

    @property
    def shareable(self) -> tuple[Field, ...]:
        """The fields that a surface for the client may show."""
        return tuple(field for field in self.fields if not field.internal)

    @property
    def kind(self) -> str:
        """The kind of its rows as subjects of entries, messages and buttons."""
        return self.table.subject_kind


# ---- questions -----------------------------------------------------------------------------------------


def get(tx: Session, viewer: Person, section: Section[Row], row_id: int, *, to_change: bool = False) -> Row:
    """The row with its account and people; with `to_change` locked for this transaction and read anew."""
    query = with_people(section).where(seen_by(section.table, viewer), section.table.id == row_id)
    found = next(iter(history.lock(tx, section.table, query)), None) if to_change else tx.scalar(query)
    if found is None:
        raise NotFoundError(f"That {section.noun} is not in the ledger. Please look at the account again.")
    return found


def by_ids(
    tx: Session, viewer: Person, section: Section[Row], ids: Collection[int], *, to_change: bool = False
) -> dict[int, Row]:
    """The rows of those ids that the viewer sees, by id; `to_change` is the same as in `get`."""
    if not ids:
        return {}
    query = with_people(section).where(seen_by(section.table, viewer), section.table.id.in_(list(ids)))
    query = query.order_by(section.table.id)
    return {row.id: row for row in (history.lock(tx, section.table, query) if to_change else tx.scalars(query))}


def of_account(tx: Session, viewer: Person, section: Section[Row], account: Account, *, today: date) -> list[Row]:
    """The account's rows in the order of the section, the archived ones last."""
    query = with_people(section).where(seen_at(section.table, viewer, account))
    return _in_order(section, tx.scalars(query), today)


def _in_order(section: Section[Row], rows: Iterable[Row], today: date) -> list[Row]:
    return sorted(rows, key=lambda row: (row.archived_at is not None, section.order(row, today)))


def all_of_account(
    tx: Session, viewer: Person, sections: Collection[Section[Any]], account: Account, *, today: date
) -> dict[str, list[Any]]:
    """The account's rows in all these sections, by kind, each as `of_account` gives them. However many rows there are,
    they take one query for all sections with few, one for each with `many`, and one for each table that they refer to
    and that the section's `options` have not read.
    """
    rows: dict[str, list[Any]] = {one.kind: [] for one in sections}
    its = seen_id(viewer, account)
    for one in sections:
        if one.many:
            query = sa.select(one.table).where(one.table.account_id == its)
            rows[one.kind] += tx.scalars(query.options(*one.options))
    _read_together(tx, [one for one in sections if not one.many], its, rows)
    _join(tx, account, [row for those in rows.values() for row in those])
    for one in sections:
        rows[one.kind] = _in_order(one, rows[one.kind], today)
    return rows


def _read_together(
    tx: Session, sections: Collection[Section[Any]], its: sa.ScalarSelect[int], rows: dict[str, list[Any]]
) -> None:
    """Add the rows of these sections at the account `its` to `rows`. Each row comes with the empty columns of all other
    tables, so it costs more than in a query of its own.
    """
    if not sections:
        return
    keys = sa.union_all(*(
        sa.select(sa.literal(one.kind).label("kind"), one.table.id.label("id")).where(one.table.account_id == its)
        for one in sections
    )).subquery()  # fmt: skip
    query = sa.select(*(one.table for one in sections)).select_from(keys)
    for one in sections:
        query = query.outerjoin(one.table, sa.and_(keys.c.kind == one.kind, keys.c.id == one.table.id))
        query = query.options(*one.options)
    for each in tx.execute(query):
        row = next(row for row in each if row is not None)
        rows[row.subject_kind].append(row)


def _join(tx: Session, account: Account, rows: Collection[SectionRow]) -> None:
    """Set the references of the rows: to their account, their owners, and the other rows that they name."""
    named = [
        (row, *reference) for row in rows for reference in _references(type(row)) if reference[1] not in row.__dict__
    ]
    # Some of them are rows of these sections: the client's people.
    known: dict[tuple[type[Any], int | None], Any] = {(type(row), row.id): row for row in rows}
    wanted: defaultdict[type[Any], set[int]] = defaultdict(set)
    for row, table, _, column in named:
        if (id_ := getattr(row, column)) is not None and (table, id_) not in known:
            wanted[table].add(id_)
    for table, ids in wanted.items():
        known |= {(table, one.id): one for one in tx.scalars(sa.select(table).where(table.id.in_(sorted(ids))))}
    for row, table, name, column in named:
        set_committed_value(row, name, known.get((table, getattr(row, column))))
    for row in rows:
        set_committed_value(row, "account", account)


@cache
def _references(table: type[SectionRow]) -> list[tuple[type[Any], str, str]]:
    """The references of a row besides its account: their tables, relationships and columns."""
    return [
        (each.mapper.class_, each.key, str(next(iter(each.local_columns)).key))
        for each in sa.inspect(table).relationships
        if each.direction is RelationshipDirection.MANYTOONE and each.key != "account"
    ]


def names(tx: Session, section: Section[Row], row: Row, entries: Collection[Entry]) -> dict[tuple[Kind, int], str]:
    """The names of the people and offerings that the row and its entries name, by kind and id."""
    found: dict[tuple[Kind, int], str] = {}
    for kind, (named, kinds) in _NAMED.items():
        columns = [field.column for field in section.fields if field.kind in kinds]
        values_now = [getattr(row, column) for column in columns]
        now = {id_ for one in values_now for id_ in (one if isinstance(one, list) else [one]) if id_ is not None}
        known = named(tx, now | history.people_named(entries, columns))
        found |= {(kind, id_): name for id_, name in known.items()}
    return found


def with_people(section: Section[Row]) -> sa.Select[Row]:
    named = {"owner", *(field.name for field in section.fields if field.kind in REFERENCES)}
    return sa.select(section.table).options(
        joinedload(section.table.account).options(joinedload(Account.owner), joinedload(Account.coach)),
        *(joinedload(getattr(section.table, one)) for one in sorted(named)),
        *section.options,
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
    named = people.here_with_parts(parts)
    what = f"change this {section.noun}" if row is not None else f"add {a_or_an(section.noun)} to {account.name}"
    raise NotAllowedError(f"Only {', '.join(named)} or a workspace admin can {what}. You can ask them.")


# ---- verbs ---------------------------------------------------------------------------------------------


def add(
    tx: Session, viewer: Person, section: Section[Row], account: Account, given: Mapping[str, str | None], *,
    origin_key: str, now: datetime,
) -> Row:  # fmt: skip
    """Add a row with the `given` values, text by field. The same gesture adds one row, however often it comes."""
    check_change(viewer, section, account, now)
    known = section.table.workspace_id == account.workspace_id, section.table.origin_key == origin_key
    if (same := tx.scalar(with_people(section).where(*known))) is not None:
        return same
    wanted = read(tx, section.fields, given, Target(viewer, account, None, now))
    new = section.table(
        workspace_id=account.workspace_id, account_id=account.id, origin_key=origin_key, created_at=now, **wanted
    )
    _check_period(section, account, new, wanted.keys())
    section.check(new, wanted.keys(), local_day(now, viewer.zone))
    _check_others(tx, section, new, wanted.keys())
    # With the columns that follow from these values, such as the form of a name for comparison.
    state = sa.inspect(new)
    given_columns = {one.key: state.attrs[one.key].loaded_value for one in state.mapper.column_attrs}
    columns = {name: value for name, value in given_columns.items() if value is not NO_VALUE}
    row_id = insert_once(tx, section.table, columns, keys=None)
    if row_id is None:
        # Another request was faster: with the same gesture, or with the same unique values.
        same = tx.scalar(with_people(section).where(*known))
        return same if same is not None else _refuse_twin(section, section.fields[0])
    row = get(tx, viewer, section, row_id)
    history.append(tx, viewer, row, Verb.ADD, now=now, origin_key=origin_key)
    outbox.mark_homes(tx, account.workspace_id, (), now, account_id=account.id)
    beside = {column: value for column, value in wanted.items() if column not in columns}
    if beside:
        # Values in tables of their own, such as the people of a meeting.
        history.set_fields(row, beside)
        row = get(tx, viewer, section, row_id, to_change=True)
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
        raise changed_meanwhile(tx, viewer, section, row)
    target = Target(viewer, row.account, row, now)
    changes = history.set_fields(row, mine(tx, section.fields, given, target, row, version))
    if changes:
        _check_period(section, row.account, row, changes.keys())
        today = local_day(now, viewer.zone)
        section.check(row, changes.keys(), today)
        _check_others(tx, section, row, changes.keys())
        changes |= history.set_fields(row, section.follows(row, changes.keys(), today))
        _finish(tx, viewer, row, Verb.EDIT, changes, origin_key=origin_key, now=now)
        section.after(tx, row, changes.keys(), now)
    return get(tx, viewer, section, row_id, to_change=True)


def _check_period(section: Section[Row], account: Account, row: Row, changed: Collection[str]) -> None:
    """BadInputError for a planned day before the period of the account's plan."""
    start, end = account.period_start, account.period_end
    for field in section.fields:
        day = getattr(row, field.column) if field.planned and field.column in changed else None
        if start is not None and day is not None and day < start:
            until = f" to {in_words(end)}" if end is not None else ""
            raise BadInputError(
                f"{in_words(day)} is before the plan of {account.name}, which runs from {in_words(start)}{until}.",
                field=field.name,
            )


def _check_others(tx: Session, section: Section[Row], row: Row, changed: Collection[str]) -> None:
    """The rules that read other rows: BadInputError if one of them is broken."""
    with tx.no_autoflush:
        section.check_others(tx, row, changed)
        if section.unique:
            _check_unique(tx, section, row)


def _check_unique(tx: Session, section: Section[Row], row: Row) -> None:
    """BadInputError if another row in use has the same values in the section's unique columns."""
    # Two gestures for one account wait for each other here; rows that only refer to it do not wait.
    tx.execute(sa.select(Account.id).where(Account.id == row.account_id).with_for_update(key_share=True))
    columns = [getattr(section.table, column) for column in section.unique]
    others = sa.select(section.table.id, *columns).where(
        section.table.account_id == row.account_id, section.table.archived_at.is_(None)
    )
    mine = [_folded(getattr(row, column)) for column in section.unique]
    if any(id_ != row.id and [_folded(one) for one in theirs] == mine for id_, *theirs in tx.execute(others)):
        _refuse_twin(section, next(field for field in section.fields if field.column == section.unique[-1]))


def _refuse_twin(section: Section[Any], field: Field) -> NoReturn:
    raise BadInputError(
        f"There is {a_or_an(section.noun)} with the same {field.label.lower()} already. Please edit that one.",
        field=field.name,
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
        raise changed_meanwhile(tx, viewer, section, row)
    row.archived_at, row.archive_reason = (now if reason else None), reason
    if not reason:
        _check_others(tx, section, row, section.unique)
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
    """Every verb raises the version by one and appends one entry: `mine` counts on it."""
    row.version += 1
    history.save(tx, viewer, row, verb, changes, people=(), now=now, origin_key=origin_key, reason=reason)


def changed_meanwhile(tx: Session, viewer: Person, section: Section[Row], row: Row) -> ChangedMeanwhileError:
    last = history.last_change(tx, viewer, row, _PAST)
    return ChangedMeanwhileError(f"This {section.noun} has changed meanwhile: {last}. Nothing was done twice.")


# ---- two editors ---------------------------------------------------------------------------------------


def mine(
    tx: Session, fields: Collection[Field], given: Mapping[str, str | None], target: Target, subject: HasHistory,
    version: int,
) -> dict[str, Any]:  # fmt: skip
    """The columns of the subject that the viewer changed since `version`.

    ChangedMeanwhileError at a field that another person has changed too.
    """
    wanted = read(tx, fields, given, target)
    seen = history.changed_since(tx, target.viewer, subject, version)
    for field in fields:
        column = field.column
        if column not in seen or column not in wanted:
            continue
        (before, who), mine, theirs = (
            seen[column],
            history.plain(wanted[column]),
            history.plain(getattr(subject, column)),
        )
        if mine == before:
            del wanted[column]
        elif theirs not in (mine, before):
            raise ChangedMeanwhileError(
                f"{who.name} changed this meanwhile to {said(tx, field, theirs)}; you have {said(tx, field, mine)}."
                " Choose theirs to go on, or open Edit again to put yours in its place.",
                field=field.name,
            )
    return wanted


def read(
    tx: Session, fields: Collection[Field], given: Mapping[str, str | None], target: Target
) -> dict[str, Any]:  # fmt: skip
    """The given texts as values of columns; a field that is not given is left alone."""
    return {
        field.column: values.read(tx, target, field, given[field.name] or "") for field in fields if field.name in given
    }
