"""A section of an account plan: its list, one row in full, and its forms, all made from the section's fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.commitments import items, lists
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.paging import turn
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, clock_time, escape, plural, quotation, short_date, shortened
from store.plan.section import Kind, is_party
from store.rules.text import REASON_LIMIT, quoted
from store.tables import Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.plan.section import Field, Section
    from store.tables import Account, Entry, Person, SectionRow

_PLAIN = {
    Verb.ADD: "added it",
    Verb.ARCHIVE: "archived it",
    Verb.RESTORE: "restored it",
    Verb.MERGE: "merged its account into another",
}
# Characters of a note that the details show, and of a text in a line of the history.
_NOTE, _IN_HISTORY = 1000, 60


@dataclass(frozen=True)
class Words:
    """A section with the words that are its own, as markup: `line(row, today)` is a row in a list, and `facts`,
    with the same arguments, a remark below its details.
    """

    section: Section[Any]
    empty: str
    line: Callable[[Any, date], str]
    facts: Callable[[Any, date], str]


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
    if not (viewer.is_admin or is_party(viewer, account)):
        return []
    return [b.actions(b.button(f"Add a {words.section.noun}", ids.SECTION_ADD, view.encode(), style="primary"))]


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
    values = [
        f"{field.label}: {_shown(row, field)}"
        for field in section.fields
        if field.kind != Kind.TEXT and getattr(row, field.column) is not None
    ]
    facts = words.facts(row, today) if row.archived_at is None else ""
    texts = [
        f"{field.label}:\n{quotation(shortened(text, _NOTE))}"
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
        b.section("\n".join(filter(None, [*values, facts, *texts]))),
        b.actions(*row_of_buttons),
        b.context(_history(section, entries, names, viewer)),
    ]


def _shown(row: SectionRow, field: Field) -> Mrkdwn:
    if field.kind == Kind.PERSON:
        return escape(getattr(row, field.name).name)
    return _value(field, getattr(row, field.column), {})


def _value(field: Field, value: Any, names: Mapping[int, str]) -> Mrkdwn:  # noqa: ANN401  any column's value
    """A value, or one that an entry keeps, as markup."""
    if value is None:
        return Mrkdwn("nothing")
    if field.kind == Kind.DAY:
        return escape(short_date(value if isinstance(value, date) else date.fromisoformat(value)))
    if field.kind == Kind.CHOICE:
        return escape(dict(field.choices)[value])
    return escape(names.get(value, "a colleague") if field.kind == Kind.PERSON else value)


def _history(
    section: Section[Any], entries: Sequence[Entry], names: Mapping[int, str], viewer: Person
) -> str:  # fmt: skip
    lines = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.actor_id == viewer.id else entry.actor.name,
            "what": _told(section, entry, names),
            "reason": entry.reason,
        }
        for entry in entries[-items.HISTORY_LINES :]
    ]
    return items.history(lines, len(entries))


def _told(section: Section[Any], entry: Entry, names: Mapping[int, str]) -> Mrkdwn:
    """The end of a sentence that begins with the name of the entry's actor."""
    if entry.verb in _PLAIN:
        return Mrkdwn(_PLAIN[entry.verb])
    said = []
    for field in section.fields:
        if field.column in entry.changes:
            before, after = (
                escape(quoted(each, _IN_HISTORY)) if isinstance(each, str) and field.kind in {Kind.LINE, Kind.TEXT}
                else _value(field, each, names)
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
            f.field(field.label, _element(field, row), field.name, hint=field.hint, optional=not field.required)
            for field in section.fields
        ),
    ]
    title = f"Edit {section.noun}" if row is not None else f"New {section.noun}"
    return b.modal(
        title, fields, callback_id=ids.FORM_SECTION, metadata=context.encode(), submit="Save", close="Discard"
    )


def _element(field: Field, row: SectionRow | None) -> Element:
    value = getattr(row, field.name if field.kind == Kind.PERSON else field.column) if row is not None else None
    if field.kind == Kind.DAY:
        return f.day(field.name, value)
    if field.kind == Kind.CHOICE:
        return f.menu(field.name, field.choices, value or field.choices[0][0])
    if field.kind == Kind.PERSON:
        return f.person(field.name, value.slack_id if value else None, placeholder="Choose a colleague")
    return f.text(field.name, field.limit, value or "", lines=field.kind == Kind.TEXT)


def archive(words: Words, row: SectionRow, today: date, context: Context) -> b.Json:
    fields: list[Block] = [
        b.section(words.line(row, today)),
        f.field("Why is it archived?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON,
                hint="It stays in the list, below the others, and can be restored."),
    ]  # fmt: skip
    title = f"Archive {words.section.noun}"
    return b.modal(title, fields, callback_id=ids.FORM_SECTION_ARCHIVE, metadata=context.encode(), submit="Archive")
