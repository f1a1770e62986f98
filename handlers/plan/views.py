"""A section of an account plan: its list, one row in full, and its forms, all made from the section's fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.commitments import items, lists
from handlers.plan import values
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.paging import turn
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, clock_time, escape, plural, quotation, render, shortened
from store.people import is_here
from store.plan.section import is_party
from store.plan.values import Kind
from store.rules.text import REASON_LIMIT, a_or_an, quoted
from store.tables import Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.plan.section import Section
    from store.tables import Account, Entry, Person, SectionRow

_PLAIN = {
    Verb.ADD: "added it",
    Verb.ARCHIVE: "archived it",
    Verb.RESTORE: "restored it",
    Verb.MERGE: "merged its account into another",
}
# Rows of each section that the plan shows.
_FIRST = 3
# Characters for these rows: Slack takes 3,000 in a section, and 13,200 in a message with all sections.
_ROOM = 1300
# Characters of a note that the details show, and of a text in a line of the history.
_NOTE, _IN_HISTORY = 1000, 60


def _no_facts(_row: SectionRow, _today: date) -> str:
    """The remark of a section whose rows need none."""
    return ""


@dataclass(frozen=True)
class Words:
    """A section with the words that are its own, as markup: `line(row, today)` is a row in a list, and `facts`,
    with the same arguments, a remark below its details.
    """

    section: Section[Any]
    empty: str
    line: Callable[[Any, date], str]
    facts: Callable[[Any, date], str] = _no_facts


# ---- the whole plan ------------------------------------------------------------------------------------


def overview(
    account: Account, sections: Mapping[str, Words], rows: Mapping[str, Sequence[SectionRow]], viewer: Person,
    today: date,
) -> list[Block]:  # fmt: skip
    """The plan of an account: each section with its first rows, and the empty sections as buttons that fill them."""
    blocks: list[Block] = [b.section(render("plan.j2", account=account, viewer=viewer, is_here=is_here))]
    for kind, words in sections.items():
        if rows[kind]:
            blocks.append(_summary(words, account, rows[kind], today))
    empty = [words for kind, words in sections.items() if not rows[kind]]
    if empty:
        blocks += _empty(empty, account, viewer)
    page = Ref(view=ViewName.ACCOUNT_PAGE, extra=str(account.id)).to(account, account.id).encode()
    everything = Ref(view=ViewName.ACCOUNT, extra=str(account.id)).encode()
    return [
        *blocks,
        b.actions(
            b.button("Commitments", ids.PAGE_OLDER, everything), b.button("About the account", ids.OPEN_ACCOUNT, page)
        ),
    ]


def _summary(words: Words, account: Account, rows: Sequence[SectionRow], today: date) -> Block:
    live = [row for row in rows if row.archived_at is None]
    lines = [f"• {words.line(row, today)}" for row in live[:_FIRST]]
    while sum(map(len, lines)) > _ROOM:
        lines.pop()
    head = f"*{words.section.title}*  ·  {len(live):,}"
    more = [f"and {len(live) - len(lines):,} more"] if len(live) > len(lines) else []
    value, label = _view_of(words, account).encode(), f"Open {words.section.title.lower()}"
    return b.section("\n".join([head, *lines, *more]), accessory=b.button("Open", ids.SECTION_OPEN, value, label=label))


def _empty(empty: Sequence[Words], account: Account, viewer: Person) -> list[Block]:
    if not (viewer.is_admin or is_party(viewer, account)):
        return [b.context(f"Nothing yet: {', '.join(words.section.title.lower() for words in empty)}.")]
    return [b.section(f"*{words.section.title}*\n{words.empty}", accessory=_fill(words, account)) for words in empty]


def _fill(words: Words, account: Account) -> Element:
    """The button that adds to a section and comes back to the plan."""
    value = Ref(words.section.kind, view=ViewName.PLAN, extra=str(account.id)).encode()
    return b.button("Add", ids.SECTION_ADD, value, label=f"Add {a_or_an(words.section.noun)}")


def _view_of(words: Words, account: Account) -> Ref:
    return Ref(words.section.kind, view=ViewName.SECTION, extra=str(account.id))


# ---- the list ------------------------------------------------------------------------------------------


def listing(
    words: Words, account: Account, rows: Sequence[SectionRow], viewer: Person, today: date, *, start: int
) -> list[Block]:  # fmt: skip
    """One page of the rows of an account, from row `start`."""
    view = Ref(words.section.kind, view=ViewName.SECTION, start=start, extra=str(account.id))
    live = sum(row.archived_at is None for row in rows)
    counted = f"  ·  {plural(live, words.section.noun)}" if live else ""
    blocks: list[Block] = [b.section(f"*{escape(account.name)}: {words.section.title}*{counted}")]
    if not live:
        blocks.append(b.section(words.empty))
    above = False
    for row in rows[start : start + lists.PAGE]:
        if row.archived_at is not None and not above:
            above = True
            blocks.append(b.section(f"*Archived* ({len(rows) - live})"))
        blocks += [b.section(_line(words, row, today)), b.actions(*buttons(row, viewer, view))]
    return [*blocks, *turn(view, start, len(rows), lists.PAGE), *_add(words, account, viewer, view)]


def _add(words: Words, account: Account, viewer: Person, view: Ref) -> list[Block]:
    back = b.button("The whole plan", ids.PLAN_OPEN, Ref(view=ViewName.PLAN, extra=str(account.id)).encode())
    if not (viewer.is_admin or is_party(viewer, account)):
        return [b.actions(back)]
    return [
        b.actions(b.button(f"Add {a_or_an(words.section.noun)}", ids.SECTION_ADD, view.encode(), style="primary"), back)
    ]


def _line(words: Words, row: SectionRow, today: date) -> str:
    said = words.line(row, today)
    return said if row.archived_at is None else f"~{said}~\nArchived: {escape(quoted(row.archive_reason or '', 200))}"


def buttons(row: SectionRow, viewer: Person, view: Ref) -> list[Element]:
    """Only those that work for the viewer."""
    value = view.to(row, row.id).encode()
    details = [b.button("Details", ids.SECTION_SHOW, value)] if view.view != ViewName.ROW else []
    if not (viewer.is_admin or is_party(viewer, row.account, row)):
        return [*details]
    if row.archived_at is not None:
        return [b.button("Restore", ids.SECTION_RESTORE, value), *details]
    edit, archive = b.button("Edit", ids.SECTION_EDIT, value), b.button("Archive …", ids.SECTION_ARCHIVE, value)
    return [edit, archive, *details]


# ---- one row in full -----------------------------------------------------------------------------------


def details(
    words: Words, row: SectionRow, entries: Sequence[Entry], names: Mapping[int, str], viewer: Person, today: date
) -> list[Block]:  # fmt: skip
    """A row with all its values and its history. `names` has the people whom the entries name, by id."""
    section, view = words.section, Ref(words.section.kind, view=ViewName.ROW, extra=str(row.account_id))
    people = {row.owner.id: row.owner.name} if row.owner is not None else {}
    shown = [
        f"{field.label}: {values.markup(field, getattr(row, field.column), people, row.account.currency)}"
        for field in section.fields
        if field.kind != Kind.TEXT and getattr(row, field.column) is not None
    ]
    facts = words.facts(row, today) if row.archived_at is None else ""
    texts = [
        b.section(f"{field.label}:\n{quotation(shortened(text, _NOTE))}")
        for field in section.fields
        if field.kind == Kind.TEXT and (text := getattr(row, field.column))
    ]
    back = Ref(section.kind, view=ViewName.SECTION, extra=str(row.account_id)).encode()
    plan = [b.button("Plan an action", ids.SECTION_PLAN, view.to(row, row.id).encode())] if not row.archived_at else []
    row_of_buttons = [
        *buttons(row, viewer, view),
        *plan,
        b.button(f"All {section.title.lower()}", ids.SECTION_OPEN, back),
    ]
    return [
        b.section(_line(words, row, today)),
        *([b.section("\n".join(filter(None, [*shown, facts])))] if shown or facts else []),
        *texts,
        b.actions(*row_of_buttons),
        b.context(_history(section, entries, names, viewer, row.account.currency)),
    ]


def _history(
    section: Section[Any], entries: Sequence[Entry], names: Mapping[int, str], viewer: Person, currency: str | None
) -> str:  # fmt: skip
    lines = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.actor_id == viewer.id else entry.actor.name,
            "what": _told(section, entry, names, currency),
            "reason": entry.reason,
        }
        for entry in entries[-items.HISTORY_LINES :]
    ]
    return items.history(lines, len(entries))


def _told(section: Section[Any], entry: Entry, names: Mapping[int, str], currency: str | None) -> Mrkdwn:
    """The end of a sentence that begins with the name of the entry's actor."""
    if entry.verb in _PLAIN:
        return Mrkdwn(_PLAIN[entry.verb])
    said = []
    for field in section.fields:
        if field.column in entry.changes:
            before, after = (
                escape(quoted(each, _IN_HISTORY)) if isinstance(each, str) and field.kind in {Kind.LINE, Kind.TEXT}
                else values.markup(field, each, names, currency)
                for each in entry.changes[field.column]
            )  # fmt: skip
            said.append(f"{field.label.lower()} from {before} to {after}")
    return Mrkdwn("changed " + ", ".join(said))


# ---- forms ---------------------------------------------------------------------------------------------


def form(words: Words, account: Account, row: SectionRow | None, context: Context) -> b.Json:
    """The form that adds a row, or edits this one."""
    section = words.section
    fields: list[Block] = [
        b.section(f"*{escape(account.name)}*"),
        *(
            f.field(field.label, values.element(field, row), field.name, hint=field.hint, optional=not field.required)
            for field in section.fields
        ),
    ]
    title = f"Edit {section.noun}" if row is not None else f"New {section.noun}"
    return b.modal(title, fields, callback_id=ids.FORM_SECTION, metadata=context.encode(), submit="Save")


def archive(words: Words, row: SectionRow, today: date, context: Context) -> b.Json:
    fields: list[Block] = [
        b.section(words.line(row, today)),
        f.field("Why is it archived?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON,
                hint="It stays in the list, below the others, and can be restored."),
    ]  # fmt: skip
    title = f"Archive {words.section.noun}"
    return b.modal(title, fields, callback_id=ids.FORM_SECTION_ARCHIVE, metadata=context.encode(), submit="Archive")
