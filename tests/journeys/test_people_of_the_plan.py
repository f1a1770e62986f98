"""The client's people in Slack: their page, the forms of its parts, and two rows of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from tests.journeys.conftest import BotInWorkspace, words_of
from tests.journeys.plan_sections import form, has_account, open_plan, press, values

if TYPE_CHECKING:
    from sandbox import View

PERSON = "stakeholder"


def add_person(town: BotInWorkspace, name: str, **given: Any) -> None:
    """Add a person from the plan or from the list of people; the view below stays open."""
    done = town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ADD, kind=PERSON), name=name, **given)
    assert (done.problem, done.errors) == (None, {})


def open_people(town: BotInWorkspace) -> None:
    press(town, "U0EVA", ids.SECTION_OPEN, kind=PERSON)


def page(town: BotInWorkspace) -> str:
    return words_of(town.box.modals("U0EVA")[-1])


def with_people(town: BotInWorkspace, *names: str) -> None:
    """An account with these people, and the list of them on top."""
    has_account(town)
    open_plan(town)
    add_person(town, names[0])
    open_people(town)
    for name in names[1:]:
        add_person(town, name)


def test_the_page_of_a_person(town: BotInWorkspace) -> None:
    """The page has forms of its own for the relationship plan and for leaving, each with its fields alone."""
    with_people(town, "Dana Whitfield", "Marcus Hale")
    press(town, "U0EVA", ids.SECTION_SHOW, kind=PERSON)
    opened = form(town, "U0EVA", ids.SECTION_RELATIONSHIP, kind=PERSON)
    assert "0" in str(town.submit("U0EVA", opened, interval_number="0").errors)
    given = {"been": "Two pilots", "hope": "One platform", "interval_number": "3", "interval_unit": "months",
             "next_meeting_on": "2026-12-10"}  # fmt: skip
    assert town.submit("U0EVA", opened, **given).errors == {}
    for words in ("Two pilots", "One platform", "We meet every: 3", "Next meeting: Thu 10 Dec 2026"):
        assert words in page(town)
    opened = form(town, "U0EVA", ids.SECTION_LEFT, kind=PERSON)
    town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.CLIENT_PERSON, text="marcus", block_id="successor")
    (marcus,) = [
        option["value"]
        for option in town.box.suggestions(
            "U0EVA", view_id=opened.id, action_id=ids.CLIENT_PERSON, text="marcus", block_id="successor"
        )
        if option["text"]["text"] == "Marcus Hale"
    ]
    assert "day on which Dana Whitfield leaves" in town.submit("U0EVA", opened, successor=marcus).errors["left_on"]
    assert town.submit("U0EVA", opened, left_on="2026-11-20", successor=marcus).errors == {}
    assert "left on Fri 20 Nov 2026, Marcus Hale follows" in page(town)


def test_two_rows_of_one_person(town: BotInWorkspace) -> None:
    """“Merge …” offers the other people of the account, and shows the one who stays."""
    with_people(town, "D. Whitfield", "Dana Whitfield")
    press(town, "U0EVA", ids.SECTION_SHOW, kind=PERSON)
    opened: View = form(town, "U0EVA", ids.SECTION_MERGE, kind=PERSON)
    offered = town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.INTO_PERSON, text="")
    assert [option["text"]["text"] for option in offered] == ["Dana Whitfield"]
    assert town.submit("U0EVA", opened, into_person=offered[0]["value"]).errors == {}
    assert page(town).startswith("People *Dana Whitfield*")
    assert "merged another into it" in page(town)
    open_people(town)
    assert "1 person" in page(town)
    assert "Archived* (1)" in page(town)
    assert len(values(town.box.modals("U0EVA")[-1].blocks, ids.SECTION_EDIT)) == 1


def test_expectations_and_meetings_on_the_page_of_a_person(town: BotInWorkspace) -> None:
    """They are added from the page, where the person is chosen already, and the page shows them."""
    with_people(town, "Dana Whitfield")
    press(town, "U0EVA", ids.SECTION_SHOW, kind=PERSON)
    opened = form(town, "U0EVA", ids.SECTION_ADD, kind="expectation")
    assert town.submit("U0EVA", opened, side="ours", name="Names a sponsor").errors == {}
    assert "we expect: Names a sponsor" in page(town)
    assert "a wish" in page(town)
    opened = form(town, "U0EVA", ids.SECTION_ADD, kind="meeting")
    assert town.submit("U0EVA", opened, day="2026-11-20", name="They want the API").errors == {}
    assert "Fri 20 Nov 2026  ·  They want the API" in page(town)
    assert "last met 3 days ago" in page(town)
    assert page(town).startswith("Makegood *Dana Whitfield*")


def test_the_lines_of_reporting(town: BotInWorkspace) -> None:
    """The page shows the bosses above a person and those who report to them."""
    with_people(town, "Cleo Okafor", "Dana Whitfield", "Marcus Hale")

    def reports(nth: int, name: str) -> None:
        opened = form(town, "U0EVA", ids.SECTION_EDIT, nth, kind=PERSON)
        found = town.box.suggestions(
            "U0EVA", view_id=opened.id, action_id=ids.CLIENT_PERSON, text=name, block_id="reports_to"
        )
        assert town.submit("U0EVA", opened, reports_to=found[0]["value"]).errors == {}

    reports(1, "Cleo")
    reports(2, "Dana")
    press(town, "U0EVA", ids.SECTION_SHOW, 1, kind=PERSON)
    lines = page(town).partition("Reports*")[2].partition(" *Expect")[0].splitlines()
    assert [line.strip(" \u2003") for line in lines[1:4]] == ["Cleo Okafor", "└ *Dana Whitfield*", "└ Marcus Hale"]
