"""The words of a letter, from templates in four languages. The first line of a template is the subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from handlers.clients.words import LOCALES
from handlers.slack.templates import Template, say
from handlers.slack.words import shortened
from store.agreements import Standing, mark, standing
from store.rules.calendar.brief_times import local_day
from store.rules.text import NOTE_LIMIT, isolated, one_line
from store.tables import Language, Side, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.letters import Agreed, Occasion
    from store.tables import Commitment, Person, Stakeholder

# Characters of an action, and of a name; expectations at most.
_ACTION, _NAME, _EXPECTED = 300, 100, 10


def _plain(value: Any) -> str:  # noqa: ANN401  any value of a template
    """The value in one line of plain text: a letter has no markup. One from right to left is set apart, because a mail
    program has nothing else that tells it where such a name ends.
    """
    return isolated(one_line(str(value)))


_POINT = {"action": "Send the price list", "due": "Friday, 4 December 2026", "who": "Eva Lindqvist"}
_ALONE: dict[str, Any] = {
    "about": "stakeholder", "day": None, "reader": "Dana Whitfield", "sender": "Eva Lindqvist", "ours": [],
    "theirs": [], "wishes": [], "done": [], "ended": [], "expected": [], "more": 0,
}  # fmt: skip
_FULL = {
    **_ALONE, "about": "meeting", "day": "Thursday, 26 November 2026", "ours": [_POINT], "theirs": [_POINT],
    "wishes": [_POINT], "done": [_POINT], "ended": [_POINT], "more": 2,
    "expected": [{"side": "ours", "text": "An early word"}, {"side": "theirs", "text": "One invoice a quarter"}],
}  # fmt: skip
TEMPLATES = {one: Template(f"letter.{one}.j2", samples=(_FULL, _ALONE), finalize=_plain) for one in Language}


@dataclass(frozen=True)
class Draft:
    """A letter as the form proposes it."""

    subject: str
    body: str


def draft(
    tx: Session, about: Occasion, agreed: Agreed, reader: Stakeholder, sender: Person, language: Language, now: datetime
) -> Draft:  # fmt: skip
    """The letter about the commitments that the client may see. If they are too many, it says how many are missing.

    One of theirs to which nobody of theirs agreed is a wish, and stands apart.
    """
    shown, ended, today = list(agreed.shareable), list(agreed.ended), local_day(now, sender.zone)
    expected = [one for one in agreed.expected if standing(one, today) == Standing.AGREED][:_EXPECTED]
    while True:
        values = {
            "about": str(about.kind), "day": day_words(about.day, language) if about.day else None,
            "reader": shortened(reader.name, _NAME), "sender": shortened(sender.name, _NAME),
            "more": len(agreed.shareable) - len(shown), **_points(shown, reader, language, today),
            "ended": [_point(one, reader, language) for one in ended],
            "expected": [{"side": str(one.side), "text": shortened(one.name or "", _ACTION)} for one in expected],
        }  # fmt: skip
        subject, _, body = say(tx, sender, TEMPLATES[language], now, **values).partition("\n")
        if len(body.strip()) <= NOTE_LIMIT or not (ended or expected or shown):
            return Draft(shortened(subject.strip(), 2 * _NAME), shortened(body.strip(), NOTE_LIMIT))
        # The commitments that are open go last.
        (ended or expected or shown).pop()


def _points(
    shown: Sequence[Commitment], reader: Stakeholder, language: Language, today: date
) -> dict[str, list[dict[str, str]]]:  # fmt: skip
    """The commitments by the part of the letter in which they stand."""
    parts: dict[str, list[dict[str, str]]] = {"ours": [], "theirs": [], "wishes": [], "done": []}
    for one in shown:
        if one.state == State.DONE:
            part = "done"
        elif one.side == Side.OURS:
            part = "ours"
        else:
            part = "theirs" if mark(one, today) == Standing.AGREED else "wishes"
        parts[part].append(_point(one, reader, language))
    return parts


def _point(one: Commitment, reader: Stakeholder, language: Language) -> dict[str, str]:
    """A commitment as a letter tells it: nothing but these three facts leaves our side. `who`: the one of ours who owes
    it, or of theirs if that is not the reader.
    """
    who = one.owner.name
    if one.side == Side.THEIRS:
        who = one.stakeholder.name if one.stakeholder is not None and one.stakeholder_id != reader.id else ""
    return {
        "action": shortened(one_line(one.action), _ACTION), "due": day_words(one.due_on, language),
        "who": shortened(who, _NAME),
    }  # fmt: skip


def day_words(day: date, language: Language) -> str:
    """The day in the language: “Thursday, 26 November 2026”, “Donnerstag, 26. November 2026”."""
    return format_date(day, format="full", locale=LOCALES[language]).replace("\u202f", " ").replace("\xa0", " ")
