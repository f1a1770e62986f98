"""The client's people: their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from handlers.clients import views as client_views
from handlers.commitments import items
from handlers.energy import views as energy
from handlers.letters import views as letter_words
from handlers.plan import expectations as expectation_words
from handlers.plan import meetings as meeting_words
from handlers.plan.views import Part, Words
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import Ref, ViewName
from handlers.slack.words import escape, short_date, shortened
from store import commitments, letters
from store.clients import links
from store.plan import expectations, meetings, section
from store.plan.people import INFLUENCE, LEFT, RELATIONSHIP, ROLES, SECTION, SUPPORT, interval_words, is_late
from store.plan.section import is_party
from store.rules.calendar.brief_times import local_day
from store.rules.names import given_name
from store.rules.text import a_or_an
from store.tables import FORMER, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slackblocks import Block, Element
    from sqlalchemy.orm import Session

    from handlers.slack.payloads import Context
    from store.tables import Person, Stakeholder

_ROLES = {role: words.lower() for role, words in ROLES}
_SUPPORT = {int(step): words.lower() for step, words in SUPPORT}
# Expectations, meetings and commitments on the page of a person, and the characters of each.
_SHOWN, _SHORT, _NAME = 5, 150, 40
# Letters there, the newest.
_LETTERS = 3
# Bosses and direct reports in the tree; one more level is so far to the right.
_LEVELS, _BELOW, _INDENT = 4, 8, "\u2003\u2003"
_INFLUENCE = {int(step): words.lower() for step, words in INFLUENCE}


def _line(row: Stakeholder, today: date) -> str:
    parts = [f"*{escape(row.name)}*" + (f", {escape(row.title)}" if row.title else "")]
    if row.organisation:
        parts.append(f"of {escape(row.organisation)}")
    if row.left_on is not None:
        verb = "left on" if row.has_left(today) else "leaves on"
        then = f", {escape(row.successor.name)} follows" if row.successor else ""
        return "  ·  ".join([*parts, f":wave: {verb} {short_date(row.left_on)}{then}"])
    if row.roles:
        parts.append(", ".join(_ROLES[role] for role in row.roles))
    if row.support is not None:
        parts.append(_SUPPORT[row.support])
    if row.influence is not None:
        parts.append(f"{_INFLUENCE[row.influence]} influence")
    if row.owner:
        parts.append(escape(row.owner.name))
    if row.last_met_on or row.interval_number:
        late = ":red_circle: " if is_late(row, today) else ""
        parts.append(late + (f"met {ago(row.last_met_on, today)}" if row.last_met_on else "never met"))
    return "  ·  ".join(parts)


def _buttons(row: Stakeholder, ref: Ref) -> list[Element]:
    page = b.button(f"Page for {shortened(given_name(row.name), 20)}", ids.CLIENT_PAGE, ref.encode())
    return [page, letter_words.button(ref), b.button("Merge …", ids.SECTION_MERGE, ref.encode())]


def merge(row: Stakeholder, context: Context) -> b.Json:
    fields: list[Block] = [
        b.section(
            f"*{escape(row.name)}* is the same person as another row. Their commitments, meetings and agreements, and"
            " those who report to them, move there. This can’t be undone."
        ),
        f.field("Who are they?", f.external(ids.INTO_PERSON, "Type to find the row that stays"), ids.INTO_PERSON),
    ]
    return b.modal("Merge person", fields, callback_id=ids.FORM_PERSON_MERGE, metadata=context.encode(),
                   submit="Merge")  # fmt: skip


def erase(row: Stakeholder, context: Context) -> b.Json:
    """The question before a person is erased."""
    fields: list[Block] = [
        b.section(
            f"*{escape(row.name)}* becomes “{FORMER}”, everywhere and for good: on the map, in lists, history, minutes"
            " and messages. Their page ends, also for those who share its link. Letters to them, what they expect, and"
            " what was said of them lose their words. Who agreed to what, and when, stays."
        ),
        b.context("The name in words that people wrote, such as an action, stays: *Redact* takes those away."),
    ]
    return b.modal("Erase person", fields, callback_id=ids.FORM_PERSON_ERASE, metadata=context.encode(), submit="Erase")


# ---- the page of a person ------------------------------------------------------------------------------


def _more(tx: Session, viewer: Person, row: Stakeholder, now: datetime) -> list[Block]:
    """Their place among the others, expectations, meetings, and the commitments with them."""
    today, may_change = local_day(now, viewer.zone), viewer.is_admin or is_party(viewer, row.account, row)
    others = section.of_account(tx, viewer, SECTION, row.account, today=today)
    expected = [
        one for one in section.of_account(tx, viewer, expectations.SECTION, row.account, today=today)
        if one.stakeholder_id == row.id and one.archived_at is None
    ]  # fmt: skip
    met = meetings.with_person(tx, viewer, row, size=_SHOWN)
    owed = commitments.with_stakeholder(tx, viewer, row, size=_SHOWN)
    add = may_change and row.archived_at is None
    found: list[Block] = []
    if link := links.of_person(tx, row, now):
        found.append(b.section(client_views.line(link, links.opens_of(tx, link), viewer)))
    if tree := reporting_lines(row, [one for one in others if one.archived_at is None]):
        found.append(b.section("*Reports*\n" + tree))
    lines = [expectation_words.of_one(one, today) for one in expected[:_SHOWN]]
    found.append(_part("Expectations", len(expected), lines, "None yet. What do they expect of us, and we of them?",
                       _add(row, Subject.EXPECTATION, "Add") if add else None))  # fmt: skip
    lines = [meeting_words.of_one(one, today) for one in met]
    head = f"Meetings  ·  {met_words(row, today)}"
    found.append(_part(head, 0, lines, "None yet.", _add(row, Subject.MEETING, "Add") if add else None))
    balance = commitments.energy_of(tx, viewer, row.account, now).people.get(row.id)
    if balance is not None and not balance.is_empty:
        view = Ref(view=ViewName.PERSON, extra=f"{row.account_id}/{row.id}")
        found += energy.summary(balance, row.account, view)
    if owed.items:
        lines = [items.item_text(one, viewer, today, _SHORT) for one in owed.items]
        found.append(b.section(f"*Commitments with them*  ·  {owed.total:,}"))
        found += [b.section(line) for line in lines]
    found += letter_words.sent(letters.sent_about(tx, viewer, row.subject_kind, row.id, size=_LETTERS), viewer)
    if viewer.is_admin and not row.is_erased:
        ref = Ref(row.subject_kind, row.id, row.version, ViewName.ROW, extra=str(row.account_id))
        found.append(b.actions(b.button("Erase …", ids.SECTION_ERASE, ref.encode(), style="danger")))
    return found


def _part(title: str, count: int, lines: Sequence[str], empty: str, button: Element | None) -> Block:
    head = f"*{title}*" + (f"  ·  {count:,}" if count else "")
    more = [f"and {count - len(lines):,} more"] if count > len(lines) else []
    return b.section("\n".join([head, *(f"• {line}" for line in lines), *more] if lines else [head, empty]),
                     accessory=button)  # fmt: skip


def _add(row: Stakeholder, kind: Subject, text: str) -> Element:
    """The button that adds a row of this kind for the person, and comes back to their page."""
    ref = Ref(kind, view=ViewName.PERSON, extra=f"{row.account_id}/{row.id}")
    return b.button(text, ids.SECTION_ADD, ref.encode(), label=f"Add {a_or_an(kind)} with {row.name}")


def met_words(row: Stakeholder, today: date) -> str:
    """“last met 20 days ago, every 2 weeks is agreed”"""
    met = f"last met {ago(row.last_met_on, today)}" if row.last_met_on else "never met"
    agreed = f", every {interval_words(row)} is agreed" if row.interval_number else ""
    return (":red_circle: " if is_late(row, today) else "") + met + agreed


def ago(day: date, today: date) -> str:
    days = (today - day).days
    return {0: "today", 1: "yesterday"}.get(days) or f"{days:,} days ago"


def reporting_lines(row: Stakeholder, others: Sequence[Stakeholder]) -> str:
    """The bosses of a person, from the top, the person, and those who report to them, as an indented tree."""
    known = {one.id: one for one in others}
    above: list[Stakeholder] = []
    boss = known.get(row.reports_to_id or 0)
    while boss is not None and boss not in above:
        above.insert(0, boss)
        boss = known.get(boss.reports_to_id or 0)
    below = [one for one in others if one.reports_to_id == row.id]
    if not above and not below:
        return ""
    shown = above[-_LEVELS:]
    lines = ["…"] if len(above) > len(shown) else []
    lines += [_branch(one, depth) for depth, one in enumerate(shown)]
    lines.append(_branch(row, len(shown), is_self=True))
    lines += [_branch(one, len(shown) + 1) for one in below[:_BELOW]]
    if len(below) > _BELOW:
        lines.append(f"{_INDENT * (len(shown) + 1)}and {len(below) - _BELOW:,} more")
    return "\n".join(lines)


def _branch(row: Stakeholder, depth: int, *, is_self: bool = False) -> str:
    name = escape(shortened(row.name, _NAME))
    title = f", {escape(shortened(row.title, _NAME))}" if row.title else ""
    return f"{_INDENT * (depth - 1)}{'└ ' if depth else ''}{f'*{name}*' if is_self else name}{title}"


WORDS = Words(
    SECTION,
    empty="None yet. Who there decides, who pays, and who speaks for us?",
    line=_line,
    buttons=_buttons,
    has_picture=True,
    more=_more,
    parts={
        ids.SECTION_RELATIONSHIP: Part(RELATIONSHIP, "Relationship plan", "Relationship plan"),
        ids.SECTION_LEFT: Part(LEFT, "They leave", "They leave …"),
    },
)
