"""White space: the offerings that each unit of the client has, could have, has of a competitor, or will never have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, with_expression

from store import type_ahead
from store.accounts import LIVE
from store.errors import BadInputError, ChangedMeanwhileError
from store.plan import section
from store.plan.penetration import Penetration, penetration
from store.plan.section import Section
from store.plan.values import Field, Kind
from store.rules.calendar.brief_times import local_day
from store.rules.names import fold
from store.scope import seen_by
from store.tables import Account, Cell, CellState, Entry, Stakeholder, Subject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Offering, Person

STATES = (
    (CellState.HAS, "They have it"),
    (CellState.OPEN, "Open"),
    (CellState.COMPETITOR, "A competitor has it"),
    (CellState.NEVER, "Never"),
)
# The name of the whole account as a unit.
WHOLE = "The whole account"
# The reason of a cell that was emptied in the form of several cells.
EMPTIED = "emptied in the grid"
_SAYS_MOST = (CellState.HAS, CellState.COMPETITOR, CellState.OPEN, CellState.NEVER)
_CHANGED = (
    sa.select(sa.func.max(Entry.at, type_=Entry.at.type))
    .where(Entry.subject_kind == Subject.CELL, Entry.subject_id == Cell.id)
    .correlate(Cell)
    .scalar_subquery()
)
# An offering's id and a unit, None: the whole account. In a Key the unit is without case.
Place = tuple[int, str | None]
Key = tuple[int, str | None]


# ---- rules ---------------------------------------------------------------------------------------------


def key_of(offering_id: int, unit: str | None) -> Key:
    return offering_id, unit.casefold() if unit else None


def units(cells: Iterable[Cell]) -> list[str | None]:
    """The units of these cells, each in its first spelling: the whole account first, then by name."""
    found = {key_of(0, cell.unit): cell.unit for cell in sorted(cells, key=lambda cell: -cell.id)}
    return sorted(found.values(), key=lambda unit: (unit is not None, (unit or "").casefold()))


def counted(cells: Iterable[Cell]) -> list[Cell]:
    """The cells in use, one for each key. After a merge of accounts two may have one; that which says most counts."""
    says_most = sorted(cells, key=lambda cell: (-_SAYS_MOST.index(cell.state), -cell.id))
    return list({key_of(one.offering_id, one.unit): one for one in says_most if one.archived_at is None}.values())


@dataclass(frozen=True)
class Grid:
    """The white space of an account: offerings by units. Where a key has no cell, nobody has said it yet."""

    rows: Sequence[Offering]
    columns: Sequence[str | None]
    cells: Mapping[Key, Cell]

    def at(self, offering_id: int, unit: str | None) -> Cell | None:
        return self.cells.get(key_of(offering_id, unit))


def grid(cells: Iterable[Cell], known: Iterable[Offering]) -> Grid:
    """The grid of the cells in use. Its rows are the offerings in use, and those archived ones that have a cell."""
    live = [cell for cell in cells if cell.archived_at is None]
    rows = {one.id: one for one in known if one.archived_at is None} | {
        cell.offering_id: cell.offering for cell in live
    }
    return Grid(
        sorted(rows.values(), key=lambda one: (one.archived_at is not None, one.name.casefold(), one.id)),
        units(live),
        {key_of(cell.offering_id, cell.unit): cell for cell in counted(live)},
    )


def _check(row: Cell, changed: Collection[str], _today: date) -> None:
    if "value" in changed and row.value is not None and row.value < 0:
        raise BadInputError("A value is not negative.", field="value")


def _order(row: Cell, _today: date) -> tuple[str, bool, str, int]:
    return row.offering.name.casefold(), row.unit is not None, (row.unit or "").casefold(), row.id


SECTION = Section(
    Cell,
    title="White space",
    noun="offering for a unit",
    nouns="offerings for units",
    fields=(
        Field("offering_id", "Offering", Kind.OFFERING, required=True, hint="What we sell. Type to find or add one."),
        Field("unit", "Unit", Kind.UNIT, hint="A business unit, a plant, a country. Left empty: the whole account."),
        Field("state", "State", Kind.CHOICE, required=True, choices=STATES, hint="Open: they could have it."),
        Field("value", "Value a year", Kind.MONEY, hint="1500, 1.5m … What they pay for it, or would pay."),
        Field("decider_id", "Who there can decide on it", Kind.STAKEHOLDER),
        Field("owner_id", "Who of ours works on it", Kind.PERSON, hint="Left empty: the account’s lead."),
        Field("note", "Use case", Kind.TEXT, hint="What they use it for, or would use it for."),
    ),
    order=_order,
    check=_check,
    unique=("offering_id", "unit"),
    many=True,
    options=(joinedload(Cell.offering), with_expression(Cell.changed_at, _CHANGED)),
)  # fmt: skip


# ---- questions -----------------------------------------------------------------------------------------


def penetration_of(cells: Collection[Cell], zone: str) -> Penetration | None:
    """The penetration of an account whose cells these are, as the section reads them, with the day of their last change
    in that zone; None without cells.
    """
    live = [cell for cell in cells if cell.archived_at is None]
    changed = max((cell.changed_at for cell in live if cell.changed_at is not None), default=None)
    return penetration(counted(live), local_day(changed, zone)) if changed is not None else None


def named_units(tx: Session, viewer: Person, account: Account, typed: str) -> list[str]:
    """The account's units that contain each word of the typed text, by name: those of its white space and its people,
    and the parts of it that are accounts of their own.
    """
    of_cells = sa.select(Cell.unit).where(
        seen_by(Cell, viewer), Cell.account_id == account.id, Cell.archived_at.is_(None)
    )
    of_people = sa.select(Stakeholder.unit).where(
        seen_by(Stakeholder, viewer), Stakeholder.account_id == account.id, Stakeholder.archived_at.is_(None)
    )
    parts = sa.select(Account.name).where(seen_by(Account, viewer), Account.parent_id == account.id, LIVE)
    known = {fold(name): name for name in tx.scalars(sa.union_all(of_cells, of_people, parts)) if name}
    wanted = fold(typed).split()
    found = [name for key, name in sorted(known.items()) if all(word in key for word in wanted)]
    return found[: type_ahead.MOST - 1]


# ---- several cells at once -----------------------------------------------------------------------------


def fill(
    tx: Session, viewer: Person, account: Account, wanted: Mapping[Place, CellState | None],
    seen: Mapping[int, int], *, origin_key: str, now: datetime,
) -> None:  # fmt: skip
    """Give each (offering, unit) the `wanted` state; None empties the cell. Nothing else of a cell changes.

    `seen` has the version of each cell that the viewer saw, by id. ChangedMeanwhileError, at the field `state_` and the
    wanted state, if another person changed a cell since, to something else.
    """
    section.check_change(viewer, SECTION, account, now)
    today = local_day(now, viewer.zone)
    known = section.of_account(tx, viewer, SECTION, account, today=today)
    live = {key_of(cell.offering_id, cell.unit): cell for cell in counted(known)}
    archived = {key_of(cell.offering_id, cell.unit): cell for cell in known if cell.archived_at is not None}
    for number, ((offering_id, unit), state) in enumerate(wanted.items()):
        key, gesture = key_of(offering_id, unit), f"{origin_key}:{number}"
        cell, former = live.get(key), archived.get(key)
        if cell is not None and cell.state != state:
            _change(tx, viewer, cell, state, seen, origin_key=origin_key, now=now)
        elif cell is None and former is not None and former.id in seen:
            if state not in {None, former.state}:
                raise _meanwhile(former, "emptied this meanwhile", state)
        elif cell is None and state is not None:
            if former is not None:
                section.restore(tx, viewer, SECTION, former.id, origin_key=f"{gesture}:back", now=now)
                _set(tx, viewer, former, state, former.version, origin_key=gesture, now=now)
                continue
            given = {"offering": str(offering_id), "unit": unit, "state": state}
            section.add(tx, viewer, SECTION, account, given, origin_key=gesture, now=now)


def _change(
    tx: Session, viewer: Person, cell: Cell, state: CellState | None, seen: Mapping[int, int], *, origin_key: str,
    now: datetime,
) -> None:  # fmt: skip
    if cell.id not in seen:
        if state is None:
            return
        raise _meanwhile(cell, f"filled in this meanwhile: “{dict(STATES)[cell.state]}”", state)
    if state is None:
        if cell.version == seen[cell.id]:
            section.archive(tx, viewer, SECTION, cell.id, EMPTIED, origin_key=origin_key, now=now)
        return
    _set(tx, viewer, cell, state, seen[cell.id], origin_key=origin_key, now=now)


def _set(
    tx: Session, viewer: Person, cell: Cell, state: CellState, version: int, *, origin_key: str, now: datetime
) -> None:
    given = {"state": state}
    try:
        section.edit(tx, viewer, SECTION, cell.id, given, version=version, origin_key=origin_key, now=now)
    except ChangedMeanwhileError as error:
        raise ChangedMeanwhileError(f"{said(cell)}: {error.words}", field=f"state_{state}") from None


def said(cell: Cell) -> str:
    """“Analytics in Lyon”; the offering alone for the whole account."""
    return f"{cell.offering.name} in {cell.unit}" if cell.unit else cell.offering.name


def _meanwhile(cell: Cell, did: str, state: CellState | None) -> ChangedMeanwhileError:
    return ChangedMeanwhileError(
        f"{said(cell)}: another person {did}. Close this form and open it again to see theirs.", field=f"state_{state}"
    )
