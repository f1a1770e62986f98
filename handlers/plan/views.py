"""A section of an account plan: its list, one row in full, and its forms, all made from the section's fields."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from handlers import ids
from handlers.commitments import items, lists
from handlers.plan import values
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.paging import turn
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import Mrkdwn, clock_time, escape, plural, quotation, short_date, shortened
from store.plan.section import is_party
from store.plan.values import Kind
from store.rules.text import REASON_LIMIT, a_or_an, quoted
from store.tables import REDACTED, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from handlers.plan.values import Names
    from handlers.slack.natives import Cell
    from handlers.slack.payloads import Context
    from store.commitments import NextAction, Page
    from store.plan.penetration import Penetration
    from store.plan.section import Section
    from store.plan.values import Field
    from store.tables import Account, Entry, Person, SectionRow, Stakeholder

    # The next action for each row that has one, by kind and id.
    Following = Mapping[tuple[str, int], NextAction]

_PLAIN = {
    Verb.ADD: "added it",
    Verb.ARCHIVE: "archived it",
    Verb.RESTORE: "restored it",
    Verb.SEND: "sent the letter about it",
    Verb.AGREE: "agreed, on their page",
    Verb.REDACT: "erased the name, and what was said of this person",
}
# Commitments that the details of a row show.
SERVING = 5
# Kinds whose value is the text of a person.
_TEXTS = {Kind.LINE, Kind.TEXT, Kind.UNIT}
# Characters of a note that the details show, and of a text in a line of the history.
_NOTE, _IN_HISTORY = 1000, 60


_UNASKED: Following = {}


def _no_facts(_row: SectionRow, _today: date) -> str:
    """The remark of a section whose rows need none."""
    return ""


def _name(row: SectionRow) -> str:
    return row.name or ""


def _no_head(_plan: Plan) -> str:
    """Of a section from whose rows nothing follows."""
    return ""


def _no_buttons(_row: SectionRow, _ref: Ref) -> list[Element]:
    return []


def _nothing_first(_person: Stakeholder | None, _today: date) -> SectionRow | None:
    return None


def _nothing_more(_tx: Session, _viewer: Person, _row: SectionRow, _now: datetime) -> list[Block]:
    return []


def _needs_none(_row: SectionRow, _today: date) -> bool:
    """Of a section whose rows are no reason to act."""
    return False


def _no_steps(_row: SectionRow) -> tuple[OneStep, ...]:
    return ()


def _any_action(_row: SectionRow) -> tuple[str, date | None]:
    return "", None


@dataclass(frozen=True)
class OneStep:
    """A button that gives a field of the row this value."""

    text: str
    field: str
    value: str

    def encode(self, account_id: int) -> str:
        """The `extra` of the button's reference: the account of the view, and the step."""
        return f"{account_id}.{self.field}.{self.value}"


@dataclass(frozen=True)
class Plan:
    """The plan of an account as it is read: rows of some sections, by kind, and the figures that follow from others."""

    account: Account
    rows: Mapping[str, Sequence[Any]]
    today: date
    penetration: Penetration | None = None

    def live(self, kind: str) -> list[Any]:
        """The rows of a section that are in use."""
        return [row for row in self.rows.get(kind, ()) if row.archived_at is None]


@dataclass(frozen=True)
class Part:
    """A form with the fields of that `name` in their declaration (Field.part), and the words of its button."""

    name: str
    title: str
    button: str


@dataclass(frozen=True)
class Words:
    """A section with the words that are its own, as markup: `line(row, today)` is a row in a list, and `facts`,
    with the same arguments, a remark below its details. `plain(row)` is its name as plain text, and `expects` says
    whether the row needs a commitment that serves it. `steps(row)` are its buttons that change one value at once, and
    `action(row)` the action and the due date with which the form of such a commitment starts. `head(plan)` is the first
    sentence of the section, for which rows of the sections `beside` are read, and `view` the view that opens it.

    With a `table` many rows stand on the account's page as a table: the words of its columns, and the cells of each
    row. `chart` draws the rows, or has too little to draw.
    """

    section: Section[Any]
    empty: str
    line: Callable[[Any, date], str]
    facts: Callable[[Any, date], str] = _no_facts
    plain: Callable[[Any], str] = _name
    expects: Callable[[Any, date], bool] = _needs_none
    steps: Callable[[Any], tuple[OneStep, ...]] = _no_steps
    action: Callable[[Any], tuple[str, date | None]] = _any_action
    head: Callable[[Plan], str] = _no_head
    beside: tuple[str, ...] = ()
    view: ViewName = ViewName.SECTION
    # Whether handlers/plan/pictures.py draws it.
    has_picture: bool = False
    # The other forms of a row, by the action of their button below its details.
    parts: Mapping[str, Part] = field(default_factory=dict)
    # Below the details of a row: buttons of its own for those who may change it, and what else the ledger knows of it.
    buttons: Callable[[Any, Ref], list[Element]] = _no_buttons
    more: Callable[[Session, Person, Any, datetime], list[Block]] = _nothing_more
    table: Callable[[Sequence[Any], date], tuple[Sequence[str], Sequence[Sequence[Cell]]]] | None = None
    chart: Callable[[Sequence[Any]], Block | None] | None = None
    # A new row as its form begins: on this day, and for this person if it is added from their page.
    first: Callable[[Stakeholder | None, date], SectionRow | None] = _nothing_first


def view_of(words: Words, account: Account) -> Ref:
    """The reference to the view that opens a section."""
    return Ref(words.section.kind, view=words.view, extra=str(account.id))


# ---- the list ------------------------------------------------------------------------------------------


def listing(words: Words, plan: Plan, viewer: Person, following: Following, *, start: int) -> list[Block]:
    """One page of the rows of an account, from row `start`."""
    account, rows, today = plan.account, plan.rows[words.section.kind], plan.today
    view = Ref(words.section.kind, view=ViewName.SECTION, start=start, extra=str(account.id))
    live = sum(row.archived_at is None for row in rows)
    counted = f"  ·  {plural(live, words.section.noun, words.section.nouns)}" if live else ""
    blocks: list[Block] = [b.section(f"*{escape(account.name)}: {words.section.title}*{counted}")]
    if not live:
        blocks.append(b.section(words.empty))
    elif head := words.head(plan):
        blocks.append(b.section(head))
    above = False
    for row in rows[start : start + lists.PAGE]:
        if row.archived_at is not None and not above:
            above = True
            blocks.append(b.section(f"*Archived* ({len(rows) - live})"))
        blocks += [b.section(line_of(words, row, today, following)), b.actions(*buttons(words, row, viewer, view))]
    return [*blocks, *turn(view, start, len(rows), lists.PAGE), *_add(words, account, viewer, view, live=live)]


def _add(words: Words, account: Account, viewer: Person, view: Ref, *, live: int) -> list[Block]:
    back, may_add = back_to_plan(account), viewer.is_admin or is_party(viewer, account)
    noun = a_or_an(words.section.noun)
    add = [b.button(f"Add {noun}", ids.SECTION_ADD, view.encode(), style="primary")] if may_add else []
    if words.view != ViewName.SECTION:
        return [b.actions(*add, b.button("As a grid", ids.SECTION_OPEN, view_of(words, account).encode()), back)]
    drawn = [picture(words.section.kind, account)] if words.has_picture and live else []
    return [b.actions(*add, *drawn, back)]


def picture(kind: str, account: Account) -> Element:
    """The button that sends a picture of the section."""
    return b.button("Picture", ids.PICTURE, Ref(kind, view=ViewName.PICTURE, extra=str(account.id)).encode())


def back_to_plan(account: Account) -> Element:
    return b.button("The whole plan", ids.PLAN_OPEN, Ref(view=ViewName.PLAN, extra=str(account.id)).encode())


def line_of(words: Words, row: SectionRow, today: date, following: Following = _UNASKED) -> str:
    """The line of a row in a list, with the next action of those that are `following`."""
    said = words.line(row, today)
    action = following.get((row.subject_kind, row.id))
    if action is not None:
        late = ":red_circle: " if action.due_on < today else ""
        owner = escape(shortened(action.owner.split()[0], 20))
        said += f"  ·  {late}next: #{action.number} {owner}, {short_date(action.due_on)}"
    elif following is not _UNASKED and words.expects(row, today):
        said += "  ·  _no action yet_"
    return said if row.archived_at is None else f"~{said}~\nArchived: {escape(quoted(row.archive_reason or '', 200))}"


def buttons(words: Words, row: SectionRow, viewer: Person, view: Ref) -> list[Element]:
    """Only those that work for the viewer."""
    value = view.to(row, row.id).encode()
    details = [b.button("Details", ids.SECTION_SHOW, value)] if view.view != ViewName.ROW else []
    if not (viewer.is_admin or is_party(viewer, row.account, row)):
        return [*details]
    if row.archived_at is not None:
        return [*([b.button("Restore", ids.SECTION_RESTORE, value)] if row.may_be_restored else []), *details]
    edit, archive = b.button("Edit", ids.SECTION_EDIT, value), b.button("Archive …", ids.SECTION_ARCHIVE, value)
    steps = [
        b.button(one.text, ids.SECTION_STEP, replace(view.to(row, row.id), extra=one.encode(row.account_id)).encode())
        for one in words.steps(row)
    ]
    return [*steps, edit, archive, *details]


def _parts(words: Words, row: SectionRow, viewer: Person, view: Ref) -> list[Element]:
    """The buttons that open the forms of the row's parts."""
    if row.archived_at is not None or not (viewer.is_admin or is_party(viewer, row.account, row)):
        return []
    ref = view.to(row, row.id)
    parts = [b.button(part.button, action_id, ref.encode()) for action_id, part in words.parts.items()]
    return [*parts, *words.buttons(row, ref)]


# ---- one row in full -----------------------------------------------------------------------------------


def details(
    words: Words, row: SectionRow, entries: Sequence[Entry], names: Names, viewer: Person, today: date, serving: Page,
    more: Sequence[Block] = (),
) -> list[Block]:  # fmt: skip
    """A row with all its values, the commitments that serve it, and its history. `names` has the people whom the row
    and the entries name.
    """
    section, view = words.section, Ref(words.section.kind, view=ViewName.ROW, extra=str(row.account_id))
    shown = [
        f"{each.label}: {values.markup(each, getattr(row, each.column), names, row.account.currency)}"
        for each in section.fields
        if each.kind != Kind.TEXT and getattr(row, each.column) not in (None, [])
    ]
    facts = words.facts(row, today) if row.archived_at is None else ""
    texts = [
        b.section(f"{each.label}:\n{quotation(shortened(text, _NOTE))}")
        for each in section.fields
        if each.kind == Kind.TEXT and (text := getattr(row, each.column))
    ]
    back = view_of(words, row.account).encode()
    plan = [b.button("Plan an action", ids.SECTION_PLAN, view.to(row, row.id).encode())] if not row.archived_at else []
    row_of_buttons = [
        *buttons(words, row, viewer, view),
        *_parts(words, row, viewer, view),
        *plan,
        b.button(f"All {section.title.lower()}", ids.SECTION_OPEN, back),
    ]
    return [
        b.section(line_of(words, row, today)),
        *([b.section("\n".join(filter(None, [*shown, facts])))] if shown or facts else []),
        *texts,
        *more,
        *_serving(words, row, serving, viewer, today),
        b.actions(*row_of_buttons),
        b.context(_history(section, entries, names, viewer, row.account.currency)),
    ]


def _serving(words: Words, row: SectionRow, page: Page, viewer: Person, today: date) -> list[Block]:
    if not page.items:
        missing = words.expects(row, today) and row.archived_at is None
        return [b.section("*Actions*\nNone yet. *Plan an action* records one.")] if missing else []
    more = [b.context(f"and {page.total - len(page.items):,} more")] if page.total > len(page.items) else []
    shown = [items.in_brief(one, viewer, today) for one in page.items]
    return [b.section(f"*Actions*  ·  {page.total:,}"), *shown, *more]


def _history(
    section: Section[Any], entries: Sequence[Entry], names: Names, viewer: Person, currency: str | None
) -> str:  # fmt: skip
    lines = [
        {
            "at": clock_time(entry.at, viewer.zone),
            "who": "you" if entry.is_by(viewer) else entry.by,
            "what": _told(section, entry, names, currency),
            "reason": entry.reason,
        }
        for entry in entries[-items.HISTORY_LINES :]
    ]
    return items.history(lines, len(entries))


def _told(section: Section[Any], entry: Entry, names: Names, currency: str | None) -> Mrkdwn:
    """The end of a sentence that begins with the name of the entry's actor."""
    if entry.verb in _PLAIN:
        return Mrkdwn(_PLAIN[entry.verb])
    if entry.verb == Verb.MERGE:
        return Mrkdwn(f"merged {'its account' if 'account_id' in entry.changes else 'it'} into another")
    said = ["merged another into it"] if entry.verb == Verb.TAKE_IN else []
    for each in section.fields:
        if each.column in entry.changes:
            before, after = (
                escape(one) if one == REDACTED
                else escape(quoted(one, _IN_HISTORY)) if isinstance(one, str) and each.kind in _TEXTS
                else values.markup(each, one, names, currency)
                for one in entry.changes[each.column]
            )  # fmt: skip
            said.append(f"{each.label.lower()} from {before} to {after}")
    return Mrkdwn(("" if entry.verb == Verb.TAKE_IN else "changed ") + ", ".join(said))


# ---- forms ---------------------------------------------------------------------------------------------


def form(
    words: Words, account: Account, row: SectionRow | None, context: Context, part: Part | None = None, *,
    first: SectionRow | None = None, begins: str = "",
) -> b.Json:  # fmt: skip
    """The form that adds a row, with the values of `first` or whose name `begins` so, or edits this one or a part of
    it.
    """
    section, shown = words.section, row if row is not None else first
    wanted = [each for each in section.fields if each.part == (part.name if part else "")]
    fields: list[Block] = [
        b.section(f"*{escape(account.name)}*" + (f"  ·  {escape(words.plain(row))}" if row is not None else "")),
        *(
            f.field(each.label, _element(each, shown, begins), each.name, hint=_hint(each), optional=not each.required)
            for each in wanted
        ),
    ]
    title = part.title if part else f"{'New' if row is None else 'Edit'} {section.noun}"
    return b.modal(title, fields, callback_id=ids.FORM_SECTION, metadata=context.encode(), submit="Save")


def _hint(each: Field) -> str | None:
    return " ".join(filter(None, [each.hint, "Only our team sees it." if each.internal else ""])) or None


def _element(field: Field, row: SectionRow | None, begins: str) -> Element:
    if begins and field.name == "name" and field.kind == Kind.LINE:
        return f.text(field.name, field.limit, begins)
    return values.element(field, row)


def archive(words: Words, row: SectionRow, today: date, context: Context) -> b.Json:
    fields: list[Block] = [
        b.section(words.line(row, today)),
        f.field("Why is it archived?", f.text(ids.REASON, REASON_LIMIT, lines=True), ids.REASON,
                hint="It stays in the list, below the others, and can be restored."),
    ]  # fmt: skip
    title = f"Archive {words.section.noun}"
    title = title if len(title) <= b.TITLE else "Archive"
    return b.modal(title, fields, callback_id=ids.FORM_SECTION_ARCHIVE, metadata=context.encode(), submit="Archive")
