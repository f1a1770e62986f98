"""White space: its words, the grid of offerings by units, and the form that fills in a whole row or column of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers import ids
from handlers.offerings import views as offering_views
from handlers.plan.values import money
from handlers.plan.views import Plan, Words, back_to_plan, picture
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack import natives
from handlers.slack.paging import turn
from handlers.slack.refs import MenuAction, Ref, ViewName, count
from handlers.slack.words import escape, short_date, shortened
from store.offerings import MOST
from store.plan.section import is_party
from store.plan.white_space import SECTION, WHOLE, grid, key_of, said
from store.rules.numbers import words as number
from store.rules.text import NAME_LIMIT
from store.tables import CellState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.plan.penetration import Penetration
    from store.plan.white_space import Grid
    from store.tables import Account, Cell, Offering, Person

# A colour for the eye, and words for all: (as an emoji's name, as a character, words).
_MARKS = {
    CellState.HAS: (":large_green_circle:", "🟢", "has"),
    CellState.OPEN: (":large_yellow_circle:", "🟡", "open"),
    CellState.COMPETITOR: (":red_circle:", "🔴", "a competitor has"),
    CellState.NEVER: (":white_circle:", "⚪", "never"),
}
# Offerings of one page of the grid, and characters for the units of one state: so a page fits into a message.
PAGE = 7
_ROOM = 220
_UNIT = 40
# Units with a button of their own; columns of a table, by Slack's limit with the one of the offerings.
_BUTTONS, _COLUMNS = 20, 19
# The block ids of the fields of the form, by state.
FIELDS = {
    CellState.HAS: (ids.STATE_HAS, "They have"),
    CellState.OPEN: (ids.STATE_OPEN, "Open: they could have"),
    CellState.COMPETITOR: (ids.STATE_COMPETITOR, "A competitor has"),
    CellState.NEVER: (ids.STATE_NEVER, "Never"),
}


def _line(row: Cell, _today: date) -> str:
    mark, _, words = _MARKS[row.state]
    parts = [
        f"*{escape(row.offering.name)}*",
        escape(row.unit or WHOLE.lower()),
        f"{mark} {words}",
        f"{escape(money(row.value, row.account.currency))} a year" if row.value is not None else "",
        f"{escape(row.decider.name)} decides" if row.decider else "",
        escape(row.owner.name) if row.owner else "",
    ]
    return "  ·  ".join(filter(None, parts))


def penetration_line(found: Penetration | None, currency: str | None) -> str:
    """“Penetration 45 %: they have …”; empty where nothing is known."""
    if found is None:
        return ""
    if found.by_value:
        of = f"they have {number(found.has)} of {money(found.possible, currency)} a year that they could have"
    else:
        of = f"they have {number(found.has)} of {number(found.possible)} that they could have, each counted as one"
    return escape(f"Penetration {found.percent} %: {of} (as of {short_date(found.as_of)}).")


def _head(plan: Plan) -> str:
    return penetration_line(plan.penetration, plan.account.currency)


WORDS = Words(
    SECTION,
    empty="Nothing yet. What do they have of us, what could they have, and what has a competitor?",
    line=_line,
    plain=said,
    head=_head,
    view=ViewName.GRID,
)


# ---- a part of the grid --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A row or a column of the grid of an account, or without both the grid itself, as the `extra` of a reference.

    `offering_id`: the row of this offering. `unit`: the column of this unit, "" for the whole account. `is_new`: the
    column of a unit that the form names.
    """

    account_id: int
    offering_id: int = 0
    unit: str | None = None
    is_new: bool = False

    def encode(self) -> str:
        if self.offering_id:
            return f"{self.account_id}:o:{self.offering_id}"
        if self.is_new:
            return f"{self.account_id}:n:"
        return str(self.account_id) if self.unit is None else f"{self.account_id}:u:{self.unit}"

    @classmethod
    def decode(cls, extra: str) -> Part:
        """The part from its text. BadInputError if `encode` did not write the text."""
        account, _, rest = extra.partition(":")
        kind, _, name = rest.partition(":")
        return cls(count(account), count(name) if kind == "o" else 0, name if kind == "u" else None, is_new=kind == "n")


def unit_value(unit: str | None) -> str:
    """The value of the option of a unit. A name may be too long for it."""
    return hashlib.blake2b((unit or "").casefold().encode(), digest_size=8).hexdigest()


# ---- the grid ------------------------------------------------------------------------------------------


def page(plan: Plan, known: Sequence[Offering], viewer: Person, *, may_add: bool, start: int) -> list[Block]:
    """The grid of an account from the offering at `start` on. `may_add`: the viewer may change what we sell."""
    account, found = plan.account, grid(plan.rows[SECTION.kind], known)
    view = Ref(SECTION.kind, view=ViewName.GRID, start=start, extra=str(account.id))
    may_fill = bool(viewer.is_admin or is_party(viewer, account))
    head = _head(plan) or WORDS.empty
    blocks: list[Block] = [b.section(f"*{escape(account.name)}: White space*\n{head}")]
    if not found.rows:
        blocks.append(b.section("First say what we sell: the rows of this grid, the same for every account."))
    rows = found.rows[start : start + PAGE]
    texts: list[Block] = [_row(one, found, account, view, may_fill=may_fill) for one in rows]
    if len(found.columns) > 1 and len(rows) > 1:
        menu = [b.actions(_menu_of(rows, view, account))] if may_fill else []
        blocks.append(b.Either([_table(found, rows, account), *menu], texts))
    else:
        blocks += texts
    blocks += turn(view, start, len(found.rows), PAGE)
    if may_fill and found.rows:
        blocks += _units(found, view, account)
    return [*blocks, b.actions(*_below(found, view, account, may_fill=may_fill, may_add=may_add))]


def _row(one: Offering, found: Grid, account: Account, view: Ref, *, may_fill: bool) -> Block:
    """An offering with its units, by state."""
    units: dict[CellState | None, list[str]] = {}
    for unit in found.columns or (None,):
        cell = found.at(one.id, unit)
        value = f" ({money(cell.value, account.currency)})" if cell is not None and cell.value is not None else ""
        name = f"{shortened(unit, _UNIT) if unit else WHOLE.lower()}{value}"
        units.setdefault(cell.state if cell else None, []).append(escape(name))
    lines = [f"{_MARKS[state][0]} {_MARKS[state][2]}: {_fitting(units[state])}" for state in _MARKS if state in units]
    lines += [f":grey_question: not said: {_fitting(units[None])}"] if None in units else []
    name = f"*{escape(one.name)}*{' (archived)' if one.archived_at else ''}"
    value = _of(view, Part(account.id, offering_id=one.id))
    accessory = b.button("Fill in", ids.GRID_FILL, value, label=f"Fill in {one.name}") if may_fill else None
    return b.section("\n".join([name, *lines]), accessory=accessory)


def _fitting(names: Sequence[str]) -> str:
    """As many of the names as fit, and how many more there are."""
    kept = list(names)
    while len(kept) > 1 and len(", ".join(kept)) > _ROOM:
        kept.pop()
    more = f" and {len(names) - len(kept)} more" if len(kept) < len(names) else ""
    return ", ".join(kept) + more


def _table(found: Grid, rows: Sequence[Offering], account: Account) -> Block:
    columns = found.columns[:_COLUMNS]
    head = ["Offering", *(unit or WHOLE for unit in columns)]
    cells = [[one.name, *(_cell(found.at(one.id, unit)) for unit in columns)] for one in rows]
    return natives.table(f"White space of {account.name}", head, cells, size=PAGE)


def _cell(cell: Cell | None) -> str | None:
    if cell is None:
        return None
    _, mark, words = _MARKS[cell.state]
    return f"{mark} {words.removeprefix('a ').removesuffix(' has')}" + (
        f" {number(cell.value)}" if cell.value is not None else ""
    )


def _of(view: Ref, part: Part) -> str:
    return Ref(view.kind, view=view.view, start=view.start, extra=part.encode()).encode()


def _menu_of(rows: Sequence[Offering], view: Ref, account: Account) -> Element:
    """The menu of the offerings, beside a table, which has no buttons."""
    options = [
        (MenuAction(ids.GRID_FILL, _of(view, Part(account.id, offering_id=one.id))).encode(), one.name) for one in rows
    ]
    return f.menu(ids.MORE, options, None, placeholder="Fill in an offering …")


def _units(found: Grid, view: Ref, account: Account) -> list[Block]:
    """Each unit with the number of its offerings by state, and a button that fills it in."""
    shown = _with_whole(found.columns)[:_BUTTONS]
    rows: list[Block] = [b.divider()]
    for unit in shown:
        name = shortened(unit, _UNIT) if unit else WHOLE
        value = _of(view, Part(account.id, unit=unit or ""))
        button = b.button("Fill in", ids.GRID_FILL, value, label=f"Fill in {name}")
        rows.append(b.section(f"*{escape(name)}*  ·  {_counted(found, unit)}", accessory=button))
    return [*rows, b.actions(b.button("New unit …", ids.GRID_FILL, _of(view, Part(account.id, is_new=True))))]


def _counted(found: Grid, unit: str | None) -> str:
    """“🟢 2 · 🔴 1 · 3 not said”"""
    cells = [cell for one in found.rows if (cell := found.at(one.id, unit)) is not None]
    counts = [(mark, sum(cell.state == state for cell in cells)) for state, (mark, _, _) in _MARKS.items()]
    filled = [f"{mark} {times}" for mark, times in counts if times]
    left = len(found.rows) - len(cells)
    return " · ".join([*filled, *([f"{left} not said"] if left else [])])


def _below(found: Grid, view: Ref, account: Account, *, may_fill: bool, may_add: bool) -> list[Element]:
    rows = Ref(SECTION.kind, view=ViewName.SECTION, extra=str(account.id)).encode()
    row: list[Element] = []
    if may_fill and may_add:
        row.append(offering_views.new_button(view, style=not found.rows))
    if may_fill:
        row.append(b.button("Add one with its value", ids.SECTION_ADD, view.encode()))
    if found.cells:
        row.append(picture(SECTION.kind, account))
        row.append(b.button("One by one", ids.SECTION_OPEN, rows, label="Each row with its value and use case"))
    return [*row, offering_views.button(), back_to_plan(account)]


# ---- the form of a row or a column ---------------------------------------------------------------------


def form(part: Part, account: Account, found: Grid, offering: Offering | None, context: Context) -> b.Json:
    """The form of a part of the grid: four fields, one for each state, which hold what has that state now."""
    unit = part.unit or None
    blocks: list[Block] = [b.section(_title(account, offering, unit, is_new=part.is_new))]
    if part.is_new:
        hint = "A business unit, a plant, a country."
        blocks.append(f.field("Unit", f.text(ids.UNIT, NAME_LIMIT), ids.UNIT, hint=hint))
    now: Mapping[CellState, list[tuple[str, str]]] = {} if part.is_new else _now(found, offering, unit)
    if offering is not None:
        options = [(unit_value(one), one or WHOLE) for one in _with_whole(found.columns)][:MOST]
    else:
        options = [(str(one.id), one.name) for one in found.rows]
    for state, (name, label) in FIELDS.items():
        chosen = now.get(state, [])
        element = (
            f.several(name, options, [value for value, _ in chosen])
            if len(options) <= MOST
            else f.several_external(ids.OFFERING, "Type to find what we sell", chosen)
        )
        blocks.append(f.field(label, element, name, optional=True))
    blocks.append(b.context("What you leave out stays “not said”. Values and use cases stay as they are."))
    return b.modal("White space", blocks, callback_id=ids.FORM_GRID, metadata=context.encode(), submit="Save")


def _title(account: Account, offering: Offering | None, unit: str | None, *, is_new: bool) -> str:
    if offering is not None:
        return f"*{escape(account.name)}*: which units have *{escape(offering.name)}*?"
    whom = "the new unit" if is_new else f"*{escape(unit or WHOLE.lower())}*"
    return f"*{escape(account.name)}*: what does {whom} have?"


def _with_whole(columns: Sequence[str | None]) -> list[str | None]:
    return list(columns) if None in columns else [*columns, None]


def _now(found: Grid, offering: Offering | None, unit: str | None) -> Mapping[CellState, list[tuple[str, str]]]:
    """The options that are chosen now, by state."""
    now: dict[CellState, list[tuple[str, str]]] = {}
    for cell in found.cells.values():
        if offering is not None and cell.offering_id == offering.id:
            now.setdefault(cell.state, []).append((unit_value(cell.unit), cell.unit or WHOLE))
        elif offering is None and key_of(0, cell.unit) == key_of(0, unit):
            now.setdefault(cell.state, []).append((str(cell.offering_id), cell.offering.name))
    return now
