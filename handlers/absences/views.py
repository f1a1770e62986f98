"""An absence: its form, and the messages about it to the absent person and to their delegate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import ids
from handlers.slack import blocks as b
from handlers.slack import fields as f
from handlers.slack.refs import ABSENCE, Ref
from handlers.slack.words import escape, full_date, render
from store.absences import NONE, Withdrawal, reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from slackblocks import Block, Element

    from handlers.slack.payloads import Context
    from store.tables import Absence, Commitment, Person

Days = tuple["date | None", "date | None"]


def form(days: Days, delegate: str | None, context: Context, *, remark: str | None = None) -> b.Json:
    """The form of an absence: its days and the delegate. `remark` is a question or error above the fields."""
    said = [b.section(escape(remark))] if remark else []
    fields: list[Block] = [
        *said,
        f.field("First day away", f.day(ids.FIRST_DAY, days[0]), ids.FIRST_DAY),
        f.field(
            "Last day away", f.day(ids.LAST_DAY, days[1]), ids.LAST_DAY,
            hint="This day is included. You can change it at any time.",
        ),
        f.field(
            "Who hears meanwhile what is due?",
            f.person(ids.DELEGATE, delegate, placeholder="Nobody, or choose a colleague"),
            ids.DELEGATE,
            hint="They are told now. What you owe stays yours.",
            optional=True,
        ),
    ]  # fmt: skip
    return b.modal("Away", fields, callback_id=ids.FORM_AWAY, metadata=context.encode(), submit="Save")


def receipt(
    absence: Absence,
    viewer: Person,
    today: date,
    back_on: date,
    *,
    view: Ref,
    replaced: tuple[tuple[date, date], ...] = (),
    delegate_away: Absence | None = None,
    is_new: bool = False,
    meanwhile: Sequence[tuple[Commitment, date | None]] = (),
) -> list[Block]:
    """The absence in words, with its buttons. `back_on` is the first working day after it.

    `meanwhile`: the commitments that are overdue or fall due in it, each with the day of its escalation to the lead, if
    there is one.
    """
    text = render(
        "absence.j2", absence=absence, viewer=viewer, today=today, back_on=back_on, replaced=replaced,
        delegate_away=delegate_away, is_new=is_new,
    )  # fmt: skip
    return [b.section(text), *_meanwhile(meanwhile, today), _actions(absence, today, view)]


def _meanwhile(found: Sequence[tuple[Commitment, date | None]], today: date) -> list[Block]:
    """The commitments that fall due before the person is back, and those that are overdue, so that the person knows of
    them in time.
    """
    due = [one for one in found if one[0].due_on >= today]
    overdue = [one for one in found if one[0].due_on < today]
    return [
        b.section(
            render(
                "meanwhile.j2",
                heading=heading,
                items=those[:_LISTED],
                more=len(those[_LISTED:]),
                all=words,
                today=today,
            )
        )
        for heading, those, words in (
            ("What happens to yours meanwhile", due, "/commit mine"),
            ("Overdue now", overdue, "/commit mine overdue"),
        )
        if those
    ]


def standing(absence: Absence, viewer: Person, today: date, view: Ref) -> list[Block]:
    """The absence in few words, for the Home tab."""
    text = render(
        "absence.j2", absence=absence, viewer=viewer, today=today, back_on=None, replaced=(), delegate_away=None,
        is_new=False,
    )  # fmt: skip
    return [b.section(text), _actions(absence, today, view)]


# At most so many commitments are listed; the others are counted.
_LISTED = 10
# The line names at most this many colleagues.
_NAMED = 10


def stands_in(others: Sequence[Absence]) -> list[Block]:
    """The colleagues for whom the viewer stands in today, each with the last day of the absence."""
    names = [f"*{escape(one.person.name)}* until {full_date(one.last_day)}" for one in others[:_NAMED]]
    return [b.context(f"You stand in for {', '.join(names)}.")] if names else []


def _actions(absence: Absence, today: date, view: Ref) -> Block:
    value = _named(reference(absence), view).encode()
    ending = "I'm back" if absence.first_day <= today else "Call it off"
    return b.actions(b.button(ending, ids.END_ABSENCE, value), button(view, reference(absence), "Change"))


def _named(name: tuple[int, int], view: Ref) -> Ref:
    return replace(view, kind=ABSENCE, id=name[0], version=name[1])


def button(view: Ref, name: tuple[int, int] = NONE, text: str = "I'll be away …") -> Element:
    """The button that opens the form; with the `reference` of an absence, the form to change that absence."""
    return b.button(text, ids.OPEN_AWAY, _named(name, view).encode())


def nothing(view: Ref) -> list[Block]:
    """The message that the viewer has no absence."""
    text = "You are not away. `/commit away 12 Dec to 3 Jan @ben` says when you will be, and who hears meanwhile."
    return [b.section(text), b.actions(button(view))]


def back(ended: Absence, viewer: Person, today: date, next_brief: date | None) -> list[Block]:
    """The message that an absence has ended, or was called off."""
    text = render("back.j2", absence=ended, viewer=viewer, today=today, next_brief=next_brief)
    return [b.section(text)]


def delegated(absence: Absence, reader: Person, today: date) -> tuple[str, list[Block]]:
    """(text, blocks) of the notice to the delegate."""
    text = render("delegated.j2", absence=absence, reader=reader, today=today)
    return text, [b.section(text)]


def withdrawn(actor: Person, why: Withdrawal) -> tuple[str, list[Block]]:
    """(text, blocks) that replace the notice to the delegate once it holds no longer."""
    text = f"*{escape(actor.name)}* {_WITHDRAWN[why]}"
    return text, [b.section(text)]


_WITHDRAWN = {
    Withdrawal.BACK: "is back from this absence. You stand in no longer.",
    Withdrawal.CALLED_OFF: "will not be away after all. You need not stand in.",
    Withdrawal.OTHER_DAYS: "has changed the days of this absence. You are told of the new ones.",
    Withdrawal.NOT_ASKED: "no longer asks you to stand in for this absence.",
}
