"""The page of a letter, to print: for the colleague who is signed in, never for the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.letters.files import mailto
from handlers.letters.words import day_words
from handlers.slack.refs import count
from handlers.web.access import reader
from handlers.web.pages import render
from handlers.web.requests import Answer
from store import letters
from store.rules.calendar.brief_times import local_day

if TYPE_CHECKING:
    from handlers.web.requests import Request


def show(request: Request) -> Answer:
    """The letter of the address, in its words."""
    with request.ledger.read() as tx:
        person = reader(tx, request)
        letter = letters.get(tx, person, count(request.parts["letter"]))
        day = day_words(local_day(letter.created_at, person.zone), letter.language)
        return Answer(render("letter.html", viewer=person, letter=letter, day=day, link=mailto(letter)))
