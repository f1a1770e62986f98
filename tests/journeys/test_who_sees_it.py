"""*Only our team* or *Also the client*: everything begins with our team, and no copy inherits more."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts, commitments, reviews, stakeholders
from store.errors import NotAllowedError
from store.plan import expectations, section
from store.reviews import Choice
from store.rules.rhythm import Rhythm, Unit
from store.tables import Commitment, Expectation, Sharing, Verdict
from tests.journeys.conftest import read, words_of
from tests.journeys.plan_sections import form, has_account, open_list, open_plan, press

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace


def shared(town: BotInWorkspace) -> dict[str, bool]:
    """For each commitment by its action, whether the client sees it."""
    with town.makegood.ledger.read() as tx:
        return {one.action: not one.internal for one in tx.scalars(sa.select(Commitment))}


def has_shared(town: BotInWorkspace, **more: object) -> None:
    """Eva promises Acme an offer that they see."""
    has_account(town)
    with town.makegood.ledger.read() as tx:
        acme = accounts.named(tx, town.person(tx, "U0EVA"), "Acme")
    town.has_recorded("U0EVA", ("U0EVA", "send the offer", "2026-12-04"), account=acme, internal=False, **more)


def test_shared_by_a_button(town: BotInWorkspace) -> None:
    """A commitment begins with our team. *Also the client* in its menu shares it, *Only our team* ends that; both stand
    in the history, and are no progress.
    """
    has_account(town)
    receipt = town.receipt("U0EVA", "send the offer for Acme by Friday")
    assert "only our team sees it" in read(receipt)
    touched = town.commitment(1).touched_at
    town.press("U0EVA", town.item("U0EVA"), ids.TO_CLIENT)
    assert shared(town) == {"send the offer": True}
    item = town.item("U0EVA")
    assert "the client sees it too" in read(item)
    town.press("U0EVA", item, ids.TO_TEAM)
    assert shared(town) == {"send the offer": False}
    assert town.verbs(1)[-2:] == ["to_client", "to_team"]
    assert "lets the client see it" in read(town.item("U0EVA"))
    assert town.commitment(1).touched_at == touched


def test_shared_in_the_form(town: BotInWorkspace) -> None:
    """The forms ask who sees it, in the same words everywhere, and begin with our team."""
    has_account(town)
    town.receipt("U0EVA", "send the offer for Acme by Friday")
    edit = town.form("U0EVA", town.item("U0EVA"), ids.EDIT)
    assert "Who sees it" in words_of(edit)
    town.submit("U0EVA", edit, sharing="shareable")
    assert shared(town) == {"send the offer": True}


def test_shared_by_its_people_only(town: BotInWorkspace) -> None:
    """A colleague who may not change a commitment has no button to share it, and the verb is refused."""
    has_account(town)
    town.receipt("U0EVA", "send the offer for Acme by Friday")
    assert ids.TO_CLIENT not in str(town.item("U0BEN").blocks)
    with town.makegood.ledger.begin() as tx, pytest.raises(NotAllowedError):
        commitments.to_client(tx, town.person(tx, "U0BEN"), 1, origin_key="x", now=town.box.clock.now())


def test_a_part_is_for_our_team(town: BotInWorkspace) -> None:
    """The new words of a revamp are for our team, until a person shares them."""
    has_shared(town)
    now = town.box.clock.now()
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        review = reviews.book(tx, eva, acme, None, occasion="the fair", origin_key="b", now=now)
        reviews.start(tx, eva, review.id, origin_key="s", now=now)
        choice = Choice(1, 1, Verdict.REVAMP, action="squeeze them", due_on=date(2026, 12, 4))
        reviews.decide(tx, eva, review.id, choice, origin_key="r", now=now)
    assert shared(town) == {"squeeze them": False}


def test_the_next_one_is_for_our_team(town: BotInWorkspace) -> None:
    """The next one of a series does not inherit that the client sees the one before."""
    has_shared(town, rhythm=Rhythm(Unit.WEEK, 1))
    with town.makegood.ledger.begin() as tx:
        commitments.finish(tx, town.person(tx, "U0EVA"), 1, origin_key="f", now=town.box.clock.now())
    assert [town.commitment(one).internal for one in (1, 2)] == [False, True]


def test_another_client_sees_nothing(town: BotInWorkspace) -> None:
    """A commitment that gets another account, and all rows of an account that is merged, are for our team then."""
    has_shared(town)
    has_account(town, "Initech")
    now = town.box.clock.now()
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme, initech = (accounts.named(tx, eva, name) for name in ("Acme", "Initech"))
        assert acme is not None
        assert initech is not None
        dana = stakeholders.create(tx, eva, "Dana Whitfield", account=acme, now=now)
        given = {"stakeholder": str(dana.id), "side": "theirs", "name": "a report", "sharing": "shareable"}
        section.add(tx, eva, expectations.SECTION, acme, given, origin_key="e", now=now)
        accounts.merge(tx, eva, acme.id, initech.id, version=acme.version, origin_key="m", now=now)
    assert shared(town) == {"send the offer": False}
    with town.makegood.ledger.read() as tx:
        assert tx.scalars(sa.select(Expectation.sharing)).all() == [Sharing.INTERNAL]
    has_account(town, "Globex")
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        commitments.to_client(tx, eva, 1, origin_key="again", now=now)
        globex = accounts.named(tx, eva, "Globex")
        assert globex is not None
        commitments.choose_account(tx, eva, 1, globex, origin_key="g", now=now)
    assert shared(town) == {"send the offer": False}


def test_rows_of_the_plan(town: BotInWorkspace) -> None:
    """The forms of an expectation and of a meeting ask who sees it, and the details say it."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        stakeholders.create(tx, eva, "Dana Whitfield", account=acme, now=town.box.clock.now())
    open_plan(town)
    meeting = form(town, "U0EVA", ids.SECTION_ADD, kind="meeting")
    assert "Only our team sees it." in words_of(meeting)
    town.box.suggestions("U0EVA", view_id=meeting.id, action_id=ids.CLIENT_PEOPLE, text="Dana")
    done = town.submit("U0EVA", meeting, stakeholders=["1"], day="2026-12-10", state="planned", name="a visit",
                       sharing="shareable")  # fmt: skip
    assert done.errors == {}
    open_list(town, kind="meeting")
    press(town, "U0EVA", ids.SECTION_SHOW, kind="meeting")
    assert "Who sees it: Also the client" in words_of(town.box.modals("U0EVA")[-1])
