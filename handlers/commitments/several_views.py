"""The form that shows several commitments for review before they are recorded together, and the receipt of them all.

Everything that was typed stays in its fields. A row has the index of its line, and its fields are named
"row.<index>.<field>". Fields with an answer stand side by side in one block, which is named "row.<index>". A field with
an open question is an input of its own, so that Slack can show an error below it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handlers import ids
from handlers.commitments import items
from handlers.commitments.agreeing import agreed_field
from handlers.commitments.forms import SIDES, Filled, rhythm_menu
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import count
from handlers.slack.words import escape, plural
from store.plan.values import SHARINGS
from store.rules.line.minutes import LONGEST
from store.rules.text import NOTE_LIMIT
from store.tables import Sharing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from slackblocks import Block

    from handlers.slack.payloads import Context
    from handlers.slack.refs import Ref
    from store.tables import Commitment, Person

# The choice that takes a row out of the list.
LEFT_OUT = "left_out"
_CHOICES = (*SIDES, (LEFT_OUT, "Leave out"))
# Commitments that a receipt shows, and the characters of each action in it.
_MOST_SHOWN, _SHORT = 90, 200
# Blocks of the rows, at most. Slack takes 100 in a modal.
MOST_BLOCKS = 76
_FIND = "Type to find an account"
_NAME = re.compile(r"row\.(\d{1,5})\.([a-z]+)", re.ASCII)
_REST = re.compile(r"rest\.\d{1,5}\.\d{1,3}", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One line as it was read, and its open questions by field."""

    index: int
    filled: Filled
    left_out: bool = False
    asked: Mapping[str, str] = field(default_factory=dict)


def row_blocks(row: Row, place: int | None = None) -> list[Block]:
    """The blocks of one row. `place`: its number among the promises of the list."""
    name, filled = f"{b.ROW}{row.index}", row.filled
    asked = {} if row.left_out else row.asked
    action = f.text(ids.ACTION, LONGEST, filled.action)
    mark = ":question: " if ids.ACTION in asked else ""
    label = f"{mark}{place}. Action" if place else "Left out"
    is_blank = row.left_out and not filled.action
    label = "One more" if is_blank else label
    found = [f.field(label, action, f"{name}.{ids.ACTION}", hint=asked.get(ids.ACTION), optional=is_blank)]
    own = {
        ids.OWNER: ("Owner, unless you leave it out", f.person(ids.OWNER, filled.owner)),
        ids.DUE: ("Due date, unless you leave it out", f.day(ids.DUE, filled.due)),
        ids.ACCOUNT: ("Account", f.external(ids.ACCOUNT, _FIND, filled.account)),
    }
    found += [
        f.field(f":question: {words}", element, f"{name}.{field}", hint=asked[field], optional=True)
        for field, (words, element) in own.items()
        if field in asked
    ]
    beside = {
        ids.OWNER: f.person(ids.ROW_OWNER, filled.owner, placeholder="Owner"),
        ids.DUE: f.day(ids.ROW_DUE, filled.due),
        ids.ACCOUNT: f.external(ids.ROW_ACCOUNT, "Account", filled.account),
    }
    chosen = LEFT_OUT if row.left_out else filled.side
    elements = [element for field, element in beside.items() if field not in asked]
    repeats = [rhythm_menu(ids.ROW_RHYTHM, filled.rhythm)] if filled.rhythm else []
    return [*found, b.actions(*elements, *repeats, f.menu(ids.ROW_SIDE, _CHOICES, chosen), name=name)]


def form(rows: Sequence[Row], rest: str, above: Sequence[str], for_all: Filled, context: Context) -> b.Json:
    """The form. `rest`: the lines that come after it. `above`: sentences (markup) that stand first.

    `for_all`: the note, the sharing and the client's person that a form has said for all lines.
    """
    promises = [row for row in rows if not row.left_out]
    left_out = [row for row in rows if row.left_out]
    open_questions = sum(bool(row.asked) for row in promises)
    said = [
        *above,
        f"*{plural(len(promises), 'promise')}*. Read them, change what is wrong, then record them together.",
    ]
    if left_out and not any(row.filled.action for row in left_out):
        said.append("To take in one more, choose its side.")
    said += [f":question: {plural(open_questions, 'line')} with an open question."] if open_questions else []
    blocks: list[Block] = [b.section(" ".join(said))]
    for place, row in enumerate(promises, 1):
        blocks += row_blocks(row, place)
    if any(row.filled.action for row in left_out):
        blocks.append(b.section("*Left out*\nNo date and no owner was seen here. To take a line in, choose its side."))
    for row in left_out:
        blocks += row_blocks(row)
    blocks += _for_all(for_all)
    blocks += _rest(rest, context.ref.start)
    return b.modal(
        "Several commitments", blocks, callback_id=ids.FORM_SEVERAL, metadata=context.encode(), submit="Record all",
    )  # fmt: skip


def _for_all(filled: Filled) -> list[Block]:
    found: list[Block] = []
    if filled.stakeholder:
        menu = f.external(ids.STAKEHOLDER, "Type a name", filled.stakeholder)
        hint = "For the lines of the account that you chose in the form."
        found += [
            f.field("Client’s person", menu, ids.STAKEHOLDER, hint=hint, optional=True),
            agreed_field(filled.agreed),
        ]
    if filled.note:
        note = f.text(ids.NOTE, NOTE_LIMIT, filled.note, lines=True)
        found.append(f.field("Note, for all", note, ids.NOTE, optional=True))
    if filled.sharing != Sharing.INTERNAL:
        found.append(f.field("Who sees it, for all", f.radio(ids.SHARING, SHARINGS, filled.sharing), ids.SHARING))
    return found


def _rest(rest: str, start: int) -> list[Block]:
    """The lines that come next, in fields of whole lines."""
    parts: list[str] = []
    for line in rest.split("\n") if rest else ():
        if parts and len(parts[-1]) + 1 + len(line) <= LONGEST:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return [
        f.field(
            "These lines come next", f.text(f"rest{n}", LONGEST, part, lines=True), f"rest.{start}.{n}", optional=True,
            hint="They are not recorded yet. I ask about them after the ones above.",
        )
        for n, part in enumerate(parts)
    ]  # fmt: skip


def typed_rows(fields: Mapping[str, str | None]) -> dict[int, dict[str, str]]:
    """The values of the rows that are not left out, by index and field."""
    rows: dict[int, dict[str, str]] = {}
    for name, value in fields.items():
        if found := _NAME.fullmatch(name):
            rows.setdefault(int(found[1]), {})[found[2]] = value or ""
    return {index: row for index, row in sorted(rows.items()) if row.get(ids.SIDE) not in {LEFT_OUT, None}}


def typed_rest(fields: Mapping[str, str | None]) -> str:
    """The lines that come next."""
    return "\n".join(value or "" for name, value in fields.items() if _REST.fullmatch(name)).strip()


def rows_end(fields: Mapping[str, str | None]) -> int:
    """The index after that of the last row."""
    return max((int(found[1]) + 1 for name in fields if (found := _NAME.fullmatch(name))), default=0)


def encoded(numbers: Sequence[int]) -> str:
    """Numbers of commitments as a short text: "16-18.20"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ".".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def decoded(text: str) -> list[int]:
    """The numbers of `encoded`; BadInputError for another text."""
    numbers: list[int] = []
    for run in text.split(".") if text else ():
        first, _, last = run.partition("-")
        numbers += range(count(first), count(last or first) + 1)[: _MOST_SHOWN + 1]
    return numbers[:_MOST_SHOWN]


def names(numbers: Sequence[int]) -> str:
    """The numbers for people: "#16 to #18, #20"."""
    return ", ".join(f"#{run.replace('-', ' to #')}" for run in encoded(numbers).split("."))


def receipt(
    commitments: Sequence[Commitment], viewer: Person, today: date, view: Ref, *, may_undo: bool
) -> list[Block]:
    """The commitments that were recorded together, as they are now, with *Undo* for all."""
    live = [one for one in commitments if one.is_open]
    numbers = names([one.number for one in commitments])
    told = sorted({one.owner.name for one in live if one.owner_id != viewer.id})
    if live:
        head = f":white_check_mark: *Recorded {plural(len(commitments), 'commitment')}: {numbers}*"
        head += f"\nTold: {escape(', '.join(told))}" if told else ""
    else:
        head = f":leftwards_arrow_with_hook: *Taken back: {numbers}.* Nobody will be reminded of them."
    rows: list[Block] = [b.section(head)]
    for one in commitments:
        value, label = view.to(one, one.number).encode(), f"Edit #{one.number}"
        edit = b.button("Edit", ids.EDIT, value, label=label) if one.is_open else None
        rows.append(b.section(items.item_text(one, viewer, today, _SHORT), accessory=edit))
    undo = [b.actions(b.button("Undo all", ids.UNDO_SEVERAL, view.encode()))] if may_undo else []
    return [*rows, *undo]
