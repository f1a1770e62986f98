"""Pictures of an account plan, read from the ledger: the relationship map and the heat map of the white space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.people import viewer
from handlers.pictures.relationship_map import MapPerson, relationship_map
from handlers.pictures.three_years import compact
from handlers.pictures.white_space import Cell, Share, white_space
from handlers.slack import blocks as b
from handlers.slack import payloads, surfaces
from handlers.slack.refs import Ref, count, outdated
from handlers.slack.words import escape, plural, short_date, shortened
from store import accounts, offerings, outbox
from store.people import is_here
from store.plan import people as stakeholders
from store.plan import section as verbs
from store.plan import white_space as cells
from store.plan.white_space import WHOLE, grid
from store.rules.calendar.brief_times import local_day
from store.tables import OutboxKind, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from slack_bolt import BoltContext
    from slackblocks import Block
    from sqlalchemy.orm import Session

    from handlers.pictures.drawing import Picture
    from store.tables import Account, Offering, Person, Stakeholder
    from store.tables import Cell as CellRow

# Characters for the words of a picture: so they fit into a message beside it.
_ROOM = 7_000


# ---- from the rows of a plan to a picture --------------------------------------------------------------


def map_of(account: Account, people: Sequence[Stakeholder], today: date) -> Picture:
    """The relationship map of the people in use."""
    live = [row for row in people if row.archived_at is None and not row.has_left(today)]
    return relationship_map(account.name, [_on_map(row, account, today) for row in live])


def _on_map(row: Stakeholder, account: Account, today: date) -> MapPerson:
    ours, met = row.owner or account.owner, row.last_met_on
    return MapPerson(
        row.name,
        row.influence,
        row.support,
        (today - met).days if met is not None else None,
        ours.name if ours is not None and is_here(ours) else None,
        late=stakeholders.is_late(row, today),
    )


def white_space_of(account: Account, rows: Sequence[CellRow], known: Sequence[Offering]) -> Picture:
    """The heat map of the white space: the offerings with most cells come first."""
    found = grid(rows, known)
    columns = found.columns or [None]
    filled = {one.id: sum(found.at(one.id, unit) is not None for unit in columns) for one in found.rows}
    offered = sorted(found.rows, key=lambda one: -filled[one.id])
    drawn = {
        (row, column): Cell(Share(cell.state), compact(cell.value) if cell.value is not None else "")
        for row, one in enumerate(offered)
        for column, unit in enumerate(columns)
        if (cell := found.at(one.id, unit)) is not None
    }
    return white_space(account.name, [one.name for one in offered], [unit or WHOLE for unit in columns], drawn)


# ---- from the ledger -----------------------------------------------------------------------------------


def draw(tx: Session, viewer: Person, ref: Ref, now: datetime) -> Picture:
    """The picture of the section `ref.kind` of the account `ref.extra`."""
    drawing = _DRAWINGS.get(ref.kind)
    if drawing is None:
        raise outdated()
    account = accounts.get(tx, viewer, count(ref.extra))
    return drawing(tx, viewer, account, local_day(now, viewer.zone))


def _map(tx: Session, viewer: Person, account: Account, today: date) -> Picture:
    people = verbs.of_account(tx, viewer, stakeholders.SECTION, account, today=today)
    return map_of(account, people, today)


def _white_space(tx: Session, viewer: Person, account: Account, today: date) -> Picture:
    rows = verbs.of_account(tx, viewer, cells.SECTION, account, today=today)
    return white_space_of(account, rows, offerings.all_of(tx, viewer))


_DRAWINGS: dict[str, Callable[[Session, Person, Account, date], Picture]] = {
    Subject.STAKEHOLDER: _map,
    Subject.CELL: _white_space,
}


# ---- in Slack ------------------------------------------------------------------------------------------


def send(ack: Callable[..., Any], body: dict[str, Any], context: BoltContext) -> None:
    """Show the picture in words at once; the courier sends the picture itself."""
    press = payloads.press(body)
    ref = Ref.decode(press.value)
    with context["ledger"].begin() as tx:
        person = viewer(tx, press.asker.team_id, press.asker.user_id)
        picture = draw(tx, person, ref, context["now"])
        outbox.enqueue(
            tx, workspace_id=person.workspace_id, key=f"{OutboxKind.PICTURE}:{press.origin_key}",
            kind=OutboxKind.PICTURE, now=context["now"], person=person, details={"view": ref.encode()},
        )  # fmt: skip
    follows = b.context("The picture comes in your messages with me.")
    view = b.modal("Picture", [b.section(f"*{escape(picture.title)}*"), *lines(picture), follows],
                   callback_id=ids.RECEIPT)  # fmt: skip
    surfaces.open_view(context["slack"], press, view)
    ack()


def message(picture: Picture, today: date) -> list[Block]:
    """The blocks of the message beside the picture."""
    return [b.section(f"*{escape(picture.title)}*, as of {short_date(today)}"), *lines(picture)]


def _bold_name(line: str) -> str:
    name, colon, rest = line.partition(": ")
    return f"*{escape(name)}*{colon}{escape(rest)}" if colon else escape(line)


def lines(picture: Picture) -> list[Block]:
    """The content of a picture in words: names that the picture shortens or cannot draw stand here in full."""
    blocks: list[Block] = []
    text, room = "", _ROOM
    said = [_bold_name(shortened(line, 600)) for line in picture.words or ("Nothing is said yet.",)]
    for number, line in enumerate(said):
        room -= len(line) + 1
        if room < 0:
            return [*blocks, b.section(text), b.context(f"… and {plural(len(said) - number, 'more line')}")]
        if len(text) + len(line) >= b.SECTION_CHARACTERS:
            blocks.append(b.section(text))
            text = ""
        text += f"\n{line}" if text else line
    return [*blocks, b.section(text)]
