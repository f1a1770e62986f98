"""Guessed links to the page of a client: an answer does not say how near a guess was, and the limits hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store.clients import links
from store.web_access import MOST_GUESSES, hash_of
from tests.journeys.clients import (
    PERSON,
    Dana,
    has_dana,
    listening,
    made_page,
    open_page,
    press,
    promised,
    second_replica,
)
from tests.journeys.conftest import PUBLIC_URL

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace
    from tests.journeys.web_pages import Page

FORM = {"Origin": PUBLIC_URL, "Content_Type": "application/x-www-form-urlencoded", **PERSON}
# Each address of a page, and the form that is sent to it; none is a look.
ASKED = [("", None), ("/1", None), ("", "act=question&text=x"), ("/1", "act=agree&version=1"), ("/new", "")]
asked = pytest.mark.parametrize(("path", "form"), ASKED, ids=["page", "item", "question", "agree", "ask for a new one"])


@pytest.fixture
def dana(town: BotInWorkspace) -> Dana:
    has_dana(town)
    promised(town, "send the offer")
    return Dana(town, made_page(town))


def send(dana: Dana, token: str, path: str, form: str | None) -> Page:
    method, more = ("GET", PERSON) if form is None else ("POST", FORM)
    return dana.ask(method, f"{PUBLIC_URL}/client/{token}{path}", form, **more)


def near(token: str) -> list[str]:
    """Guesses that begin or end as the token does, and that have its length, and that have nothing of it."""
    last = "A" if token[-1] != "A" else "B"
    return [token[:-1] + last, last + token[1:], token[:-1], token + "A", token.swapcase(), "x" * 43, "x", "%C3%A9%00",
            "x" * 5_000]  # fmt: skip


def token_of(dana: Dana) -> str:
    return dana.address.rpartition("/")[2]


@asked
def test_every_guess_takes_the_same_path(town: BotInWorkspace, dana: Dana, path: str, form: str | None) -> None:
    """A guess that differs by one character, one of another length and one of nothing bring the same statements and the
    same answer, beside a link that works and beside one that has ended.
    """
    open_page(town)
    ended = token_of(dana)
    press(town, ids.CLIENT_END)
    for view in reversed(town.box.modals("U0EVA")):
        town.box.close("U0EVA", view.id)
    works = token_of(Dana(town, made_page(town)))
    answers, paths = set(), set()
    for guess in (*near(works), *near(ended)):
        with listening(town) as sent:
            page = send(dana, guess, path, form)
        headers = sorted((name, value) for name, value in page.headers.items() if name != "Date")
        answers.add((page.status, page.html, str(headers)))
        paths.add(tuple(statement for statement, _ in sent))
        town.pass_by(minutes=1)
    assert len(answers) == len(paths) == 1
    assert answers.pop()[0] == 404


@asked
def test_only_the_hash_is_compared(town: BotInWorkspace, dana: Dana, path: str, form: str | None) -> None:
    """A link that works, that has ended and that nobody was given are looked up by one statement, which names the hash
    of the whole token; no part of the token reaches the database, and the look comes before anything else is known.
    """
    works = token_of(dana)
    looks = set()
    for token in (works, *near(works)[:6]):
        with listening(town) as sent:
            send(dana, token, path, form)
        place = next(place for place, (said, _) in enumerate(sent) if "FROM client_link" in said)
        assert hash_of(token) in sent[place][1]
        pieces = {token[start : start + 12] for start in range(len(token) - 11)}
        assert [values for _, values in sent for piece in pieces if piece in values] == []
        looks.add(tuple(said for said, _ in sent[: place + 1]))
    assert len(looks) == 1


@pytest.mark.both_databases
def test_guesses_count_on_all_replicas(town: BotInWorkspace, dana: Dana) -> None:
    """Guesses are counted for the network, on whichever replica they come in; then both ask it to wait."""
    with second_replica(town) as port:
        there = Dana(town, dana.address)
        there.port = port
        for number in range(MOST_GUESSES):
            assert send((dana, there)[number % 2], f"{number:043}", "", None).status == 404
        assert (dana.look().status, there.look().status) == (429, 429)
        assert send(there, "y" * 43, "", None).status == 429
        town.pass_by(minutes=11)
        assert (dana.look().status, there.look().status) == (200, 200)


@pytest.mark.both_databases
def test_forms_count_on_all_replicas(town: BotInWorkspace, dana: Dana) -> None:
    """Forms are counted for their link, on whichever replica they come in; to look is never refused for them."""
    with second_replica(town) as port:
        there = Dana(town, dana.address)
        there.port = port
        for number in range(links.MOST_OF_LINK):
            assert (dana, there)[number % 2].send("question", text=" ").status == 400
        for one in (dana, there):
            assert (one.send("question", text="one more").status, one.look().status) == (429, 200)
        town.pass_by(minutes=61)
        assert there.send("question", text="one more").status == 303
