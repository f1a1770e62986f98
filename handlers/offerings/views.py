"""Offerings: the list of what we sell, and its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.commitments import items
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.paging import turn
from handlers.slack.refs import MenuAction, Ref, ViewName
from handlers.slack.words import Mrkdwn, clock_time, escape, plural
from store.rules.text import NAME_LIMIT, NOTE_LIMIT, REASON_LIMIT, quoted
from store.tables import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.tables import Entry, Offering, Person

# Offerings of one page: each takes one block.
PAGE = 20
# Near-namesakes of a new offering that its form names.
_ALIKE = 3
_PLAIN = {Verb.CREATE: "added it", Verb.ARCHIVE: "archived it", Verb.RESTORE: "restored it"}


def button() -> Element:
    """The button that opens the list."""
    return b.button("What we sell", ids.OPEN_OFFERINGS, Ref(view=ViewName.OFFERINGS).encode())


def new_button(view: Ref, *, style: bool = False) -> Element:
    """The button whose form adds offerings and comes back to the view."""
    return b.button("New offering", ids.OFFERING_NEW, view.encode(), style="primary" if style else None)


def listing(offerings: Sequence[Offering], *, start: int, may_change: bool) -> list[Block]:
    """One page of the offerings, from the one at `start`."""
    view = Ref(view=ViewName.OFFERINGS, start=start)
    live = sum(one.archived_at is None for one in offerings)
    blocks: list[Block] = [
        b.section(f"*What we sell*  ·  {plural(live, 'offering')}\nThe white space of every account is about these.")
    ]
    if not live:
        blocks.append(b.section("Nothing yet. Add what a client can buy from you, as you say it among yourselves."))
    for one in offerings[start : start + PAGE]:
        menu = b.overflow(ids.MORE, _options(one, view)) if may_change else None
        blocks.append(b.section(_line(one), accessory=menu))
    return [
        *blocks,
        *turn(view, start, len(offerings), PAGE),
        *([b.actions(new_button(view, style=True))] if may_change else [
            b.context("Leads of accounts and workspace admins change this list.")
        ]),
    ]  # fmt: skip


def _line(one: Offering) -> str:
    name = f"*{escape(one.name)}*"
    if one.archived_at is None:
        return name
    return f"~{name}~\nArchived: {escape(quoted(one.archive_reason or '', 200))}"


def _options(one: Offering, view: Ref) -> list[tuple[str, str]]:
    value = view.to(one, one.id).encode()
    if one.archived_at is not None:
        return [("Restore", MenuAction(ids.OFFERING_RESTORE, value).encode())]
    return [
        ("Rename", MenuAction(ids.OFFERING_RENAME, value).encode()),
        ("Archive …", MenuAction(ids.OFFERING_ARCHIVE, value).encode()),
    ]


# ---- forms ---------------------------------------------------------------------------------------------


def new(context: Context, typed: str = "", alike: Mapping[str, Sequence[Offering]] | None = None) -> b.Json:
    """The form that adds offerings. `alike` has the offerings that new names may mean: it is submitted again to add
    these all the same.
    """
    remark = [b.section(_remark(name, found)) for name, found in list((alike or {}).items())[:PAGE]]
    fields: list[Block] = [
        *remark,
        f.field("What do we sell?", f.text(ids.OFFERINGS, NOTE_LIMIT, typed, lines=True), ids.OFFERINGS,
                hint="One a line: Analytics, Training, Support around the clock …"),
    ]  # fmt: skip
    submit = "Add all the same" if alike else "Add"
    return b.modal("New offering", fields, callback_id=ids.FORM_OFFERING_NEW, metadata=context.encode(), submit=submit)


def _remark(name: str, found: Sequence[Offering]) -> str:
    there = " and ".join(
        f"*{escape(one.name)}*{' (archived)' if one.archived_at else ''}" for one in found[:_ALIKE]
    )  # fmt: skip
    return f":warning: {escape(quoted(name))} looks like {there}, which you have. Take the line out if it is the same."


def rename(offering: Offering, entries: Sequence[Entry], viewer: Person, context: Context) -> b.Json:
    fields: list[Block] = [
        f.field("Name", f.text(ids.OFFERING, NAME_LIMIT, offering.name), ids.OFFERING,
                hint="It changes in the white space of every account."),
        b.context(_history(entries, viewer)),
    ]  # fmt: skip
    return b.modal("Rename", fields, callback_id=ids.FORM_OFFERING, metadata=context.encode(), submit="Save")


def _history(entries: Sequence[Entry], viewer: Person) -> str:
    lines = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.is_by(viewer) else entry.by,
            "what": _told(entry),
            "reason": entry.reason,
        }
        for entry in entries[-items.HISTORY_LINES :]
    ]
    return items.history(lines, len(entries))


def _told(entry: Entry) -> Mrkdwn:
    if entry.verb in _PLAIN:
        return Mrkdwn(_PLAIN[entry.verb])
    before, after = entry.changes["name"]
    return Mrkdwn(f"renamed it from {escape(quoted(before))} to {escape(quoted(after))}")


def archive(offering: Offering, context: Context) -> b.Json:
    fields: list[Block] = [
        b.section(f"*{escape(offering.name)}* is not proposed any more. What accounts have of it stays as it is."),
        f.field("Why is it archived?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON),
    ]
    return b.modal(
        "Archive offering", fields, callback_id=ids.FORM_OFFERING_ARCHIVE, metadata=context.encode(), submit="Archive"
    )
