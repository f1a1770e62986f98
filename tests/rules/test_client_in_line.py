"""The client's person in a line: in full, or a part of the name where it can only be a person."""

from __future__ import annotations

import pytest

from store.rules.line.client import person_in

PEOPLE = ["Dana Whitfield", "Priya Nair", "Mark Otto", "Dr. Jean-Luc Picard", "Priya Shah"]
NAMED = {
    "send it to Dana": "Dana Whitfield",
    "for dana": "Dana Whitfield",
    "call Dana's office": "Dana Whitfield",
    "dana whitfield gets the deck": "Dana Whitfield",
    "mit Frau Whitfield sprechen": "Dana Whitfield",
    "envoyer le devis à Dana": "Dana Whitfield",
    "mark the deck with Mark": "Mark Otto",
    "review with Priya Nair": "Priya Nair",
    "wait for Jean-Luc": "Dr. Jean-Luc Picard",
}
NOBODY = [
    "Mark the deck as final",
    "Sent. Mark the deck as final",
    "Priya's deck",
    "with Dana and Mark",
    "send it to @Dana Whitfield",
    "send it to <@U0DANA>",
    "send it to Danae",
    "the frau of the house",
    "",
]


@pytest.mark.parametrize("line", NAMED)
def test_the_only_person_who_fits_is_meant(line: str) -> None:
    """A full name counts anywhere; a part of it behind “with”, “for” and the like, or with a capital."""
    place = person_in(line, PEOPLE)
    assert place is not None
    assert PEOPLE[place] == NAMED[line]


@pytest.mark.parametrize("line", NOBODY)
def test_nobody_is_guessed(line: str) -> None:
    """Two people who fit, a verb at the beginning of a sentence, a colleague or a longer word name nobody."""
    assert person_in(line, PEOPLE) is None
