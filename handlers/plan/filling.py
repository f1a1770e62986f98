"""The listeners that fill in a part of the white space: all units of an offering, or all offerings of a unit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.people import viewer
from handlers.plan import white_space as views
from handlers.plan.white_space import FIELDS, Part, unit_value
from handlers.slack import listeners, payloads, surfaces
from handlers.slack.refs import Ref, count, outdated
from store import accounts, offerings
from store.errors import BadInputError
from store.plan import section, white_space
from store.plan.values import NEW
from store.plan.white_space import SECTION, Grid, grid, key_of
from store.rules.calendar.brief_times import local_day
from store.rules.text import NAME_LIMIT, required

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from slack_bolt import BoltContext
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Submission
    from store.plan.white_space import Place
    from store.tables import Account, Cell, CellState, Person

Ack = Callable[..., Any]
Body = dict[str, Any]

_SEEN = re.compile(r"(\d{1,10})\.(\d{1,10})", re.ASCII)


def ask(ack: Ack, body: Body, context: BoltContext) -> None:
    """Open the form of a row or a column of the grid."""
    press = payloads.press(body)
    ref = Ref.decode(press.value)
    part = Part.decode(ref.extra)
    with context["ledger"].read() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        account = accounts.get(tx, person, part.account_id)
        section.check_change(person, SECTION, account, context["now"])
        found = _grid(tx, person, account, context["now"])
        offering = offerings.get(tx, person, part.offering_id) if part.offering_id else None
        seen = " ".join(f"{cell.id}.{cell.version}" for cell in found.cells.values() if _is_in(cell, part))
        known = replace(press.way_back, ref=ref, channel=press.context.channel or press.channel, seen=seen or None)
        view = views.form(part, account, found, offering, known)
    surfaces.open_view(context["slack"], press, view)
    ack()


def submit(ack: Ack, body: Body, context: BoltContext) -> None:
    """Give each offering or unit of the form the state of its field."""

    def save(tx: Session, person: Person, form: Submission, now: datetime) -> None:
        part = Part.decode(form.context.ref.extra)
        account = accounts.get(tx, person, part.account_id)
        found = _grid(tx, person, account, now)
        seen = {int(id_): int(version) for id_, version in _SEEN.findall(form.context.seen or "")}
        shown = {(cell.offering_id, cell.unit): cell.state for cell in found.cells.values() if cell.id in seen}
        wanted = dict.fromkeys(shown) | _wanted(tx, person, form, part, found, shown, now)
        white_space.fill(tx, person, account, wanted, seen, origin_key=form.origin_key, now=now)

    listeners.submit(ack, payloads.submission(body), context, save)


def _grid(tx: Session, person: Person, account: Account, now: datetime) -> Grid:
    cells = section.of_account(tx, person, SECTION, account, today=local_day(now, person.zone))
    return grid(cells, offerings.all_of(tx, person))


def _is_in(cell: Cell, part: Part) -> bool:
    if part.offering_id:
        return cell.offering_id == part.offering_id
    return not part.is_new and key_of(0, cell.unit) == key_of(0, part.unit)


def _wanted(
    tx: Session, person: Person, form: Submission, part: Part, found: Grid, shown: Mapping[Place, CellState],
    now: datetime,
) -> dict[Place, CellState | None]:  # fmt: skip
    """The state of each place that the form names.

    A place that was added to a second field moves there from the one in which it was `shown`. BadInputError at the
    field if it was added to two.
    """
    unit = _unit(form, part, found)
    wanted: dict[Place, CellState | None] = {}
    for state, (field, _) in FIELDS.items():
        for value in sorted(form.ticked(field)):
            place = _place(tx, person, value, part, unit, found, now)
            before = wanted.get(place)
            if before is not None and shown.get(place) not in {before, state}:
                raise BadInputError("One of these stands in another field as well. Leave it in one.", field=field)
            if before is None or before == shown.get(place):
                wanted[place] = state
    if part.is_new and not wanted:
        raise BadInputError("Choose at least one thing that they have or could have.", field=ids.STATE_HAS)
    return wanted


def _unit(form: Submission, part: Part, found: Grid) -> str | None:
    """The unit of the column, in its spelling; None: the whole account, or the form of an offering."""
    if not part.is_new:
        return next((one for one in found.columns if key_of(0, one) == key_of(0, part.unit)), part.unit or None)
    unit = required(form.text(ids.UNIT), field=ids.UNIT, what="The unit", limit=NAME_LIMIT)
    if any(key_of(0, one) == key_of(0, unit) for one in found.columns):
        raise BadInputError(f"{unit} is in the grid already: it has a button of its own.", field=ids.UNIT)
    return unit


def _place(
    tx: Session, person: Person, value: str, part: Part, unit: str | None, found: Grid, now: datetime
) -> Place:  # fmt: skip
    """The offering and the unit of a chosen option."""
    if not part.offering_id:
        if value.startswith(NEW):
            return offerings.create(tx, person, value.removeprefix(NEW), now=now).id, unit
        return offerings.get(tx, person, count(value)).id, unit
    column = next((one for one in (None, *found.columns) if unit_value(one) == value), "")
    if column == "":
        # The last cell of that unit was archived since the form was opened.
        raise outdated()
    return part.offering_id, column
