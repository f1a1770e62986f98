"""*Only our team* or *Also the client*: everything begins with our team, and no copy inherits more."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts, commitments, reviews, stakeholders
from store.agreements import Agreement, Standing, standing
from store.errors import NotAllowedError
from store.plan import expectations, section
from store.reviews import Choice
from store.rules.rhythm import Rhythm, Unit
from store.tables import (
    Commitment,
    Expectation,
    Meeting,
    Question,
    Review,
    Sharing,
    Side,
    Stakeholder,
    Verdict,
    Way,
)
from tests.journeys.conftest import read, words_of
from tests.journeys.plan_sections import form, has_account, open_list, open_plan, press, values
from tests.journeys.reviews import begun, review

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


def has_person(town: BotInWorkspace) -> None:
    """Acme has Dana Whitfield."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        stakeholders.create(tx, eva, "Dana Whitfield", account=acme, now=town.box.clock.now())


def has_agreed(town: BotInWorkspace, way: Way = Way.MEETING, **more: object) -> None:
    """Acme owes figures: it sees that, and Dana has agreed."""
    has_account(town)
    has_person(town)
    with town.makegood.ledger.read() as tx:
        acme = accounts.named(tx, town.person(tx, "U0EVA"), "Acme")
        dana = tx.scalars(sa.select(Stakeholder)).one()
    town.has_recorded("U0EVA", ("U0EVA", "send the figures", "2026-12-04"), account=acme, internal=False,
                      side=Side.THEIRS, agreed=Agreement(dana, date(2026, 11, 20), way), **more)  # fmt: skip


def commitments_of(town: BotInWorkspace) -> list[Commitment]:
    return [town.commitment(number) for number in range(1, town.rows()["commitment"] + 1)]


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


def test_the_parts_of_a_split_are_for_our_team(town: BotInWorkspace) -> None:
    """The parts of what was shared and agreed are for our team, and wishes: nobody has decided on them."""
    has_agreed(town)
    session = begun(town, "Acme on 12 Jan 10:00")
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.SPLIT)
    assert session.submit(parts="the figures of May\nthe figures of June").errors == {}
    assert [(one.internal, one.agreed_on) for one in commitments_of(town)[1:]] == [(True, None)] * 2


def test_what_answers_and_minutes_yield_is_for_our_team(town: BotInWorkspace) -> None:
    """*Make it a commitment*, in a review that the client sees and later in its minutes, makes one for our team that
    nobody has agreed to, and the next review is for our team as well.
    """
    has_account(town)
    session = begun(town, "Acme on 12 Jan 10:00")
    with town.makegood.ledger.begin() as tx:
        tx.scalars(sa.select(Review)).one().sharing = Sharing.SHAREABLE
    session.press(ids.REVIEW_ANSWER)
    session.submit(**{Question.ASK: "Ask Dana for a reference"})
    session.press(ids.REVIEW_PLAN)
    assert session.submit(due="2026-12-18").errors == {}
    town.box.close("U0EVA", session.top.id)
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12").errors == {}
    later = town.form("U0EVA", review(town, "Acme last"), ids.REVIEW_PLAN)
    assert town.submit("U0EVA", later, due="2026-12-18", action="Ask Dana again").errors == {}
    assert [(one.internal, one.agreed_on) for one in commitments_of(town)] == [(True, None)] * 2
    with town.makegood.ledger.read() as tx:
        assert tx.scalars(sa.select(Review.sharing).order_by(Review.id)).all() == [Sharing.SHAREABLE, Sharing.INTERNAL]


def test_what_a_meeting_yields_is_for_our_team(town: BotInWorkspace) -> None:
    """*What was agreed …* of a meeting that the client sees records commitments for our team."""
    has_account(town)
    has_person(town)
    met = town.box.command("U0EVA", "C0GENERAL", "/plan", "met Dana on 20 Nov: the API").messages[-1]
    with town.makegood.ledger.begin() as tx:
        tx.scalars(sa.select(Meeting)).one().sharing = Sharing.SHAREABLE
    lines = town.form("U0EVA", met, ids.MEETING_AGREED)
    state = {"row.0.action": {ids.ACTION: "send the figures"}, "row.0.due": {ids.DUE: "2026-11-27"}}
    assert town.box.submit("U0EVA", lines.id, state).errors == {}
    assert shared(town) == {"send the figures": False}


def test_what_is_asked_for_is_for_our_team(town: BotInWorkspace) -> None:
    """*Ask for something* records a wish for our team: the client reads it when a person shares it."""
    has_account(town)
    has_person(town)
    plan = town.box.command("U0EVA", "C0GENERAL", "/plan", "Acme").messages[-1]
    sides = town.press("U0EVA", plan, ids.ENERGY_OPEN).view
    assert sides is not None
    value = values(sides.blocks, ids.ENERGY_ASK)[0]
    asked = town.box.press("U0EVA", action_id=ids.ENERGY_ASK, value=value, view_id=sides.id).view
    assert asked is not None
    assert town.submit("U0EVA", asked, wish="reference", due="2026-12-18").errors == {}
    assert [(one.internal, one.agreed_on) for one in commitments_of(town)] == [(True, None)]


def test_what_is_recorded_again_is_for_our_team(town: BotInWorkspace) -> None:
    """The same words, recorded a second time all the same, are for our team, and a wish."""
    has_agreed(town)
    again = town.commit("U0EVA", "theirs: send the figures by 4 Dec for Acme").view
    assert again is not None
    assert again.submit == "Record it all the same"
    assert town.box.submit("U0EVA", again.id, {}).errors == {}
    assert [(one.internal, one.agreed_on is None) for one in commitments_of(town)] == [(False, False), (True, True)]


def test_it_stays_what_it_is(town: BotInWorkspace) -> None:
    """A commitment that is handed over, cancelled and reopened is the same one, in the same words and with the same
    date: it stays shared, and agreed.
    """
    has_agreed(town)
    town.submit("U0EVA", town.form("U0EVA", town.item("U0EVA"), ids.HAND_OVER), owner="U0ANA")
    town.submit("U0EVA", town.form("U0EVA", town.item("U0EVA"), ids.CANCEL), reason="They said no.")
    town.press("U0EVA", town.item("U0EVA"), ids.REOPEN)
    (kept,) = commitments_of(town)
    assert (kept.is_open, kept.internal, standing(kept, date(2026, 11, 24))) == (True, False, Standing.AGREED)


@pytest.mark.both_databases
@pytest.mark.parametrize(("way", "stands"), [(Way.MEETING, Standing.AGREED), (Way.PAGE, Standing.AGAIN)])
def test_the_next_one_of_what_was_agreed(town: BotInWorkspace, way: Way, stands: Standing) -> None:
    """An agreement to a series is one to the next, too. On her page Dana read one date, so it is to be agreed again."""
    has_agreed(town, way, rhythm=Rhythm(Unit.WEEK, 1))
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    following = commitments_of(town)[1]
    assert (following.internal, standing(following, date(2026, 11, 24))) == (True, stands)
    assert standing(commitments_of(town)[0], date(2026, 11, 24)) == Standing.AGREED


def test_another_account_in_the_form(town: BotInWorkspace) -> None:
    """*Edit* that gives a shared commitment to another account leaves it for our team, though the form says both;
    another gesture shares it there. One that was for our team may be shared by the same form.
    """
    has_shared(town)
    has_account(town, "Initech")
    for sees in (False, True):
        edit = town.form("U0EVA", town.item("U0EVA"), ids.EDIT)
        name, number = ("Acme", "1") if sees else ("Initech", "2")
        town.box.suggestions("U0EVA", view_id=edit.id, action_id=ids.ACCOUNT, text=name)
        assert town.submit("U0EVA", edit, account=number, sharing="shareable").errors == {}
        assert shared(town) == {"send the offer": sees}


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
