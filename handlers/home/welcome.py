"""The first words to a person who opens the bot, and the one question to an admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.conversation import answers
from handlers.slack.refs import Ref, ViewName
from store import outbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from store.tables import Person
    from store.tables.outbox import Details


def is_known(tx: Session, person: Person) -> bool:
    """Whether nothing is left to say to this person when they open the bot."""
    return bool(outbox.home_of(tx, person)) or outbox.was_written(tx, person.workspace_id, _welcome(person))


def greet(tx: Session, person: Person, now: datetime) -> Details:
    """Welcome a person who opens the bot for the first time; ask one admin for the country and the working week.

    A person whose Home tab was drawn before there were welcomes knows the bot. Returns what is kept of that Home tab.
    """
    kept = outbox.home_of(tx, person)
    if not kept:
        answers.give(tx, person, _welcome(person), Ref(view=ViewName.WELCOME), now)
    if person.is_admin and person.workspace.holidays_region is None:
        answers.give(tx, person, f"setup:{person.workspace_id}", Ref(view=ViewName.SETUP), now)
    return kept


def _welcome(person: Person) -> str:
    return f"welcome:{person.id}"
