"""The rows of a section of the account plan as a table, made from the section's fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers.plan import key_dates, objectives, values
from handlers.slack.words import short_date
from store.plan.key_dates import next_day
from store.plan.people import INFLUENCE, SUPPORT, interval_words
from store.plan.values import REFERENCES, Field, Kind, quarter_words
from store.plan.white_space import WHOLE
from store.rules.numbers import words
from store.tables import Account, CellState, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from store.commitments import NextAction
    from store.plan.section import Section
    from store.tables import Cell, Figure, Objective, SectionRow, Stakeholder, Year

_LOOKS = {Kind.NUMBER: "number", Kind.MONEY: "number", Kind.DAY: "day"}
# Texts that stand below the row, across all columns.
_BELOW = {Kind.TEXT, Kind.LINK}
# Kinds whose values are the ids of several rows: “colleague_ids” are those of `colleagues`.
_SEVERAL_NAMES = {Kind.PEOPLE, Kind.STAKEHOLDERS}
# The newest quarters of a figure.
_QUARTERS = 4
# The states of the white space where there is business to win.
_GAPS = {CellState.OPEN: "Open", CellState.COMPETITOR: "A competitor has it"}
# The field of a note, which most sections have.
_NOTE = (Field("note", "Note", Kind.TEXT),)


@dataclass(frozen=True)
class Column:
    """A column; `look`: “number” for values that are aligned at the right, “day” for values that stay in one line."""

    label: str
    look: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row: a value for each column, the first of which names the row, and below them (label, text)."""

    values: tuple[str, ...]
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """The rows of a section, as plain text."""

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True)
class _Value:
    """A column that shows several fields of a section at once."""

    label: str
    fields: tuple[str, ...]
    of: Callable[[Any, date], str]


def _person(row: Stakeholder, _today: date) -> str:
    """“Dana Whitfield, CFO of Acme Holding”"""
    parts = [row.name, row.title or "", row.unit or ""]
    return ", ".join(filter(None, parts)) + (f" of {row.organisation}" if row.organisation else "")


def _stance(row: Stakeholder, _today: date) -> str:
    """“for, influence high”"""
    support = dict(SUPPORT)[str(row.support)].lower() if row.support is not None else ""
    influence = f"influence {dict(INFLUENCE)[str(row.influence)].lower()}" if row.influence is not None else ""
    return ", ".join(filter(None, [support, influence]))


def _ours(row: Stakeholder, _today: date) -> str:
    """The one of ours who is responsible: the account's lead, if nobody is chosen."""
    found = row.owner or row.account.owner
    return found.name if found is not None else ""


def _meets(row: Stakeholder, today: date) -> str:
    """“every 3 months, last on Thu 15 Oct 2026, next on Thu 14 Jan 2027”; of a person who leaves, that."""
    if row.left_on is not None:
        follows = f", {row.successor.name} follows" if row.successor else ""
        return f"{'left' if row.has_left(today) else 'leaves'} on {short_date(row.left_on)}{follows}"
    every = [f"every {interval_words(row)}"] if row.interval_number else []
    if row.last_met_on is not None:
        every.append(f"last on {short_date(row.last_met_on)}")
    following = [f"next on {short_date(row.next_meeting_on)}"] if row.next_meeting_on else []
    return ", ".join([*every, *following])


def _as_of(row: Objective, _today: date) -> str:
    """“Thu 26 Nov 2026, usage report; at the start Sun 4 Jan 2026, invoices”"""
    today, start = (
        ", ".join(filter(None, [short_date(day) if day else "", source or ""]))
        for day, source in ((row.today_on, row.source), (row.start_on, row.start_source))
    )
    return "; ".join(filter(None, [today, f"at the start {start}" if start else ""]))


# Columns instead of those of the fields. A field that none of them shows stands below the row.
_COLUMNS: dict[str, tuple[str | _Value, ...]] = {
    Subject.STAKEHOLDER: (
        _Value("Person", ("name", "title", "unit", "organisation"), _person),
        "roles", _Value("Stance", ("support", "influence"), _stance), _Value("Ours", ("owner_id",), _ours),
        _Value("We meet", ("interval_number", "interval_unit", "next_meeting_on", "left_on", "successor_id"), _meets),
    ),
    Subject.OBJECTIVE: (
        "name",
        _Value("Measure", ("aim", "measure", "unit", "start", "target", "today"),
               lambda row, _today: objectives.measure(row)),
        _Value("As of", ("today_on", "source", "start_on", "start_source"), _as_of),
        "due_on", "owner_id",
    ),
    Subject.KEY_DATE: (
        _Value("Key date", ("kind", "name"), lambda row, _today: key_dates.named(row)),
        _Value("Day", ("day",), lambda row, today: short_date(next_day(row.day, row.recurs, today) or row.day)),
        "recurs", "owner_id",
    ),
    Subject.MEETING: ("day", "stakeholder_ids", "colleague_ids", "state", "name", "sharing"),
    Subject.OPINION: ("name", "feeling", "source", "said_on"),
}  # fmt: skip


def table_of(
    section: Section[Any], rows: Sequence[SectionRow], today: date, following: Mapping[tuple[str, int], NextAction]
) -> Table:
    """The table of these rows. A column or note that no row fills is left out.

    `following`: the next action for each row that has one, by kind and id.
    """
    own = _TABLES.get(section.kind)
    if own is not None:
        return own(rows)
    wanted = _COLUMNS.get(section.kind, _in_order(section))
    columns = [_column(section, one) for one in wanted]
    filled = [(label, kind, [of(row, today) for row in rows]) for label, kind, of in columns]
    filled = [filled[0], *(one for one in filled[1:] if any(one[2]))]
    shown = {name for one in wanted for name in (one.fields if isinstance(one, _Value) else (one,))}
    texts = [field for field in section.fields if field.column not in shown]
    return Table(
        tuple(Column(label, _LOOKS.get(kind, "")) for label, kind, _ in filled),
        tuple(
            TableRow(tuple(each[place] for _, _, each in filled), _notes(row, texts, following))
            for place, row in enumerate(rows)
        ),
    )


def _in_order(section: Section[Any]) -> list[str]:
    """The columns of the section's short fields, its name first and its owner last."""
    names = [field.column for field in section.fields if field.kind not in _BELOW]
    return sorted(names, key=lambda one: {"name": 0, "owner_id": 2}.get(one, 1))


def _column(section: Section[Any], wanted: str | _Value) -> tuple[str, Kind, Callable[[Any, date], str]]:
    if isinstance(wanted, _Value):
        return wanted.label, Kind.LINE, wanted.of
    field = next(one for one in section.fields if one.column == wanted)
    return field.label, field.kind, lambda row, _today: said(field, row)


def said(field: Field, row: SectionRow | Account) -> str:
    """The value of a field in plain text; empty if it has none."""
    if field.kind in REFERENCES:
        named = getattr(row, field.name)
        return named.name if named is not None else ""
    if field.kind in _SEVERAL_NAMES:
        return ", ".join(one.name for one in getattr(row, f"{field.column.removesuffix('_ids')}s"))
    value = getattr(row, field.column)
    account = row if isinstance(row, Account) else row.account
    return "" if value is None else values.plain(field, value, {}, account.currency)


def _notes(
    row: SectionRow, texts: Sequence[Field], following: Mapping[tuple[str, int], NextAction]
) -> tuple[tuple[str, str], ...]:
    found = [("" if field.column == "note" else field.label, said(field, row)) for field in texts]
    notes = [(label, text) for label, text in found if text]
    action = following.get((row.subject_kind, row.id))
    if action is not None:
        notes.append(("Next", f"#{action.number}, {action.owner}, {short_date(action.due_on)}"))
    return tuple(notes)


# ---- sections with a table of their own ----------------------------------------------------------------


def _figures(rows: Sequence[Figure]) -> Table:
    """A row for each figure, with its newest quarters beside each other."""
    quarters = sorted({row.quarter for row in rows})[-_QUARTERS:]
    by_name: dict[str, dict[str, Figure]] = {}
    for row in rows:
        by_name.setdefault((row.name or "").casefold(), {})[row.quarter] = row
    lines = []
    for each in by_name.values():
        newest = each[max(each)]
        amounts = (_amount(each[one]) if one in each else "" for one in quarters)
        lines.append(TableRow((newest.name or "", *amounts, newest.source or ""), _notes(newest, _NOTE, {})))
    return Table(
        (Column("Figure"), *(Column(quarter_words(one), "number") for one in quarters), Column("Source")),
        tuple(lines),
    )


def _cells(rows: Sequence[Cell]) -> Table:
    """A row for each offering that is open somewhere or a competitor's; the picture of the white space has the rest."""
    by_offering: dict[int, list[Cell]] = {}
    for row in rows:
        if row.state in _GAPS:
            by_offering.setdefault(row.offering_id, []).append(row)
    lines = [
        TableRow(
            (
                cells[0].offering.name,
                *(", ".join(_place(one) for one in cells if one.state == state) for state in _GAPS),
            ),
            tuple(note for one in cells for note in _use(one)),
        )
        for cells in by_offering.values()
    ]
    return Table((Column("Offering"), *(Column(label) for label in _GAPS.values())), tuple(lines))


def _place(row: Cell) -> str:
    """“Plant in Graz (50,000)”"""
    unit = row.unit or WHOLE
    return f"{unit} ({words(row.value)})" if row.value is not None else unit


def _use(row: Cell) -> list[tuple[str, str]]:
    decides = f"{row.decider.name} decides." if row.decider is not None else ""
    said = " ".join(filter(None, [row.note or "", decides]))
    return [(row.unit or WHOLE, said)] if said else []


def _amount(row: Figure) -> str:
    return f"{words(row.value)} {row.unit}" if row.unit else words(row.value)


def growth(before: Decimal | None, value: Decimal | None) -> str:
    """“+15 %” from one year to the next; empty if that says nothing."""
    if value is None or before is None or before <= 0:
        return ""
    percent = round((value - before) * 100 / before)
    return f"{percent:+,} %".replace("-", "\u2212") if percent else "0 %"


def _years(rows: Sequence[Year]) -> Table:
    """The newest first; each amount with its growth since the year before."""
    by_year = {row.year: row for row in rows}
    lines = []
    for row in rows:
        amounts = []
        for name in ("revenue", "sales"):
            value, before = getattr(row, name), getattr(by_year.get(row.year - 1), name, None)
            amounts += [words(value) if value is not None else "", growth(before, value)]
        lines.append(TableRow((str(row.year), *amounts), _notes(row, _NOTE, {})))
    unit = f", {rows[0].account.currency}" if rows[0].account.currency else ""
    columns = (f"Their revenue{unit}", "Growth", f"Our sales{unit}", "Growth")
    return Table((Column("Year"), *(Column(one, "number") for one in columns)), tuple(lines))


_TABLES: dict[str, Callable[[Any], Table]] = {
    Subject.CELL: _cells,
    Subject.FIGURE: _figures,
    Subject.YEAR: _years,
}
