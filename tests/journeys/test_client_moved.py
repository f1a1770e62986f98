"""A commitment that the client wrote about and that belongs to another account by now: each reads what is theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store import accounts, commitments
from tests.journeys.clients import Dana, has_dana, made_page, open_page, press, promised, read
from tests.journeys.conftest import words_of
from tests.journeys.plan_sections import has_account, values

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace

SECRET = "the takeover of Initech"


@pytest.fixture
def dana(town: BotInWorkspace) -> Dana:
    """Dana has asked about a commitment of Acme's, which Eva leads and Ana owns."""
    for user in ("U0EVA", "U0ANA", "U0ADA"):
        town.commit(user, "mine")
    has_dana(town)
    has_account(town, "Globex", owner="U0ANA")
    promised(town, "send the deck", owner="U0ANA")
    browser = Dana(town, made_page(town))
    browser.send("question", 1, text="what is new?")
    browser.send("done", 1)
    return browser


def moved(town: BotInWorkspace, *, shared: bool = False, restricted: bool = False) -> None:
    """Ana gives it to Globex, in new words."""
    now = town.box.clock.now()
    with town.makegood.ledger.begin() as tx:
        ana = town.person(tx, "U0ANA")
        item, globex = commitments.get(tx, ana, 1), accounts.named(tx, ana, "Globex")
        assert globex is not None
        draft = commitments.Draft(SECRET, ana, item.due_on, globex)
        item = commitments.edit(tx, ana, 1, draft, version=item.version, origin_key="moved", now=now)
        if shared:
            commitments.edit(
                tx, ana, 1, replace(draft, internal=False), version=item.version, origin_key="shared", now=now
            )
        if restricted:
            accounts.restrict(tx, ana, globex.id, known=(), origin_key="restricted", now=now)


def test_the_client_of_before_reads_nothing_of_it(town: BotInWorkspace, dana: Dana) -> None:
    """The new account's client may read its words; the person who asked about it before reads only their own."""
    moved(town, shared=True)
    said = read(dana.look())
    assert "what is new?" in said
    assert SECRET not in said


def test_a_colleague_who_does_not_see_it(town: BotInWorkspace, dana: Dana) -> None:
    """In a restricted account it is hidden from those who answer the client, on every surface; they still answer."""
    moved(town, restricted=True)
    town.settled()
    view = open_page(town)
    assert "what is new?" in words_of(view)
    assert SECRET not in words_of(view)
    assert values(view.blocks, ids.PROPOSAL_CONFIRM) == []
    form = press(town, ids.PROPOSAL_ANSWER)
    assert SECRET not in words_of(form)
    assert town.submit("U0EVA", form, **{ids.REASON: "Nothing yet."}).errors == {}
    assert "Nothing yet." in read(dana.look())
