"""`/plan met …`: a meeting in one line, what is asked, and what was agreed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts, stakeholders
from store.tables import Commitment, Meeting, MeetingPerson, Person, Stakeholder
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import values

if TYPE_CHECKING:
    from sandbox import View

# The workspace's clock stands on Monday 23 November 2026.
PEOPLE = {"Acme": ("Dana Whitfield", "Marcus Hale"), "Globex": ("Priya Nair", "Dana Brown")}


@pytest.fixture(autouse=True)
def _people(town: BotInWorkspace) -> None:
    """Two accounts of Eva's with their people."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        for name, names in PEOPLE.items():
            account = accounts.create(tx, eva, name, now=now)
            for one in names:
                stakeholders.create(tx, eva, one, account=account, now=now)


def say(town: BotInWorkspace, text: str, user: str = "U0EVA") -> Any:
    outcome = town.box.command(user, "C0ACME", "/plan", text)
    assert outcome.problem is None, outcome
    return outcome


def meetings(town: BotInWorkspace) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """Each meeting as (day, line, who of theirs, who of ours)."""
    with town.makegood.ledger.read() as tx:
        found = []
        for row in tx.scalars(sa.select(Meeting).order_by(Meeting.id)):
            of = MeetingPerson.meeting_id == row.id
            theirs = tx.scalars(sa.select(Stakeholder.name).join(MeetingPerson).where(of).order_by(Stakeholder.name))
            ours = tx.scalars(sa.select(Person.name).join(MeetingPerson).where(of).order_by(Person.name))
            found.append((row.day.isoformat(), row.name or "", tuple(theirs), tuple(ours)))
        return found


@pytest.mark.parametrize(
    "typed",
    [
        "met @Dana and Marcus yesterday: they want the API by May",
        "We met Dana, Marcus yesterday: they want the API by May",
        "met yesterday Dana Whitfield & Marcus – they want the API by May",
        "met with Marcus and Dana at Acme on 22 Nov: they want the API by May",
    ],
)
def test_one_line_records_a_meeting(town: BotInWorkspace, typed: str) -> None:
    """People and day are read, the account follows from the people, and the receipt says all of it."""
    message = say(town, typed).messages[-1]
    assert meetings(town) == [
        ("2026-11-22", "they want the API by May", ("Dana Whitfield", "Marcus Hale"), ("Eva Lindqvist",))
    ]
    assert "met Dana Whitfield, Marcus Hale of Acme on Sun 22 Nov 2026" in words(message)


def test_colleagues_who_were_there(town: BotInWorkspace) -> None:
    """Mentioned colleagues were there as well."""
    say(town, "met Priya with @ana today: kick-off")
    assert meetings(town) == [("2026-11-23", "kick-off", ("Priya Nair",), ("Ana Souza", "Eva Lindqvist"))]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("met Dana and Priya and Marcus today: x", "No account has"),
        ("met Zoe today: x", "No account has “Zoe”"),
        ("met yesterday: x", "Whom did you meet?"),
        ("met Dana at Initech: x", "No account has"),
    ],
)
def test_what_is_not_certain_is_not_recorded(town: BotInWorkspace, typed: str, answer: str) -> None:
    """The answer says how to write it; nothing is guessed."""
    assert answer in words(say(town, typed).messages[-1])
    assert meetings(town) == []


def test_an_ambiguous_name_is_asked(town: BotInWorkspace) -> None:
    """Two people of that name, or an unknown name, are asked in the form; the others are filled in."""
    view: View = say(town, "met Marcus and Zoe at Acme yesterday: they want the API").view
    assert "I don’t know “Zoe” at Acme" in words_of(view)
    assert meetings(town) == []
    town.box.suggestions("U0EVA", view_id=view.id, action_id=ids.CLIENT_PEOPLE, text="Zoe", block_id="stakeholders")
    assert town.submit("U0EVA", view).errors == {}
    assert meetings(town) == [("2026-11-22", "they want the API", ("Marcus Hale",), ("Eva Lindqvist",))]


def agreed(town: BotInWorkspace) -> list[tuple[str, str, str | None, Any]]:
    with town.makegood.ledger.read() as tx:
        rows = tx.scalars(sa.select(Commitment).order_by(Commitment.number))
        return [(row.action, row.side, row.serves_kind, row.stakeholder_id is not None) for row in rows]


def test_two_follow_ups_in_two_steps(town: BotInWorkspace) -> None:
    """Lines below the first hold the agreements: the command and one form record the meeting and two commitments."""
    view: View = say(
        town, "met Marcus yesterday: they want the API\nwe send the offer by Friday\nthey send us the logs by Monday"
    ).view
    assert "What was agreed" in words_of(view)
    done = town.submit("U0EVA", view)
    assert (done.problem, done.errors) == (None, {})
    assert len(meetings(town)) == 1
    found = agreed(town)
    assert [(side, serves, person) for _, side, serves, person in found] == [
        ("ours", "meeting", True), ("theirs", "meeting", True)
    ]  # fmt: skip


def test_what_was_agreed_from_the_receipt(town: BotInWorkspace) -> None:
    """The receipt's button opens the form with the meeting's line and empty rows; an empty one is left out."""
    message = say(town, "met Marcus yesterday: we send the offer by Friday").messages[-1]
    view = town.press("U0EVA", message, ids.MEETING_AGREED).view
    assert view is not None
    done = town.submit("U0EVA", view)
    assert (done.problem, done.errors) == (None, {})
    assert [(side, serves) for _, side, serves, _ in agreed(town)] == [("ours", "meeting")]


def test_others_may_not_record_one(town: BotInWorkspace) -> None:
    """A colleague who is no party of the account hears who can."""
    message = say(town, "met Marcus yesterday: they want the API", "U0BEN").messages[-1]
    assert "Only Eva Lindqvist (who leads Acme)" in words(message)
    assert meetings(town) == []


# ---- one of their people ----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Marcus", "marcus hale", "Hale"])
def test_a_line_with_a_name_opens_that_person(town: BotInWorkspace, typed: str) -> None:
    """The only person of that name, or with that word in it, opens at once; a part of a word is no name."""
    shown = words(say(town, typed).messages[-1])
    assert "Marcus Hale" in shown
    assert "Meetings" in shown
    assert "I don't know an account called “Marc”" in words(say(town, "Marc").messages[-1])


def test_people_of_several_accounts_are_offered(town: BotInWorkspace) -> None:
    """Each is offered with their account; the button opens them."""
    offered = say(town, "Dana").messages[-1]
    assert "“Dana” could be one of these:" in words(offered)
    assert "*Dana Whitfield* · Acme" in words(offered)
    assert "*Dana Brown* · Globex" in words(offered)
    _, second = values(offered.blocks, ids.SECTION_SHOW)
    pressed = town.box.press(
        "U0EVA", action_id=ids.SECTION_SHOW, value=second, channel=offered.channel, ts=offered.ts
    )  # fmt: skip
    assert "Dana Whitfield" in words_of(pressed.view)
    assert "Dana Brown" in words(say(town, "Dana Brown").messages[-1])


def test_an_account_of_that_name_comes_first(town: BotInWorkspace) -> None:
    """A name that an account has means the account; a person of an archived account is not offered."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        accounts.create(tx, eva, "Marcus", now=now)
        globex = accounts.named(tx, eva, "Globex")
        assert globex is not None
        accounts.archive(tx, eva, globex.id, "lost", version=1, origin_key="a", now=now)
    assert "*Marcus*" in words(say(town, "Marcus").messages[-1])
    assert "Meetings" in words(say(town, "Dana").messages[-1])


def test_an_ambiguous_meeting_takes_three_interactions(town: BotInWorkspace) -> None:
    """The line, the choice in its form, and *Save*: the day, the line and who is certain are filled in."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        stakeholders.create(tx, eva, "Dana Reyes", account=acme, now=now)
    form = say(town, "met Dana and Marcus at Acme yesterday: they want the API by May").view
    assert form is not None
    options = town.box.suggestions(
        "U0EVA", view_id=form.id, action_id=ids.CLIENT_PEOPLE, text="dana r", block_id="stakeholders"
    )
    (chosen,) = [one["value"] for one in options if "Reyes" in one["text"]["text"]]
    (marcus,) = [
        one["value"]
        for block in form.blocks if block.get("block_id") == "stakeholders"
        for one in block["element"]["initial_options"]
    ]  # fmt: skip
    assert town.submit("U0EVA", form, stakeholders=[marcus, chosen]).errors == {}
    assert meetings(town) == [
        ("2026-11-22", "they want the API by May", ("Dana Reyes", "Marcus Hale"), ("Eva Lindqvist",))
    ]
