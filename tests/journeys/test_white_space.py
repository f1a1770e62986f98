"""White space: the grid of offerings by units, filled in a unit or an offering at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from store import accounts, history, offerings
from store.plan import section
from store.plan.white_space import SECTION
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import form, has_account, values

if TYPE_CHECKING:
    from sandbox import Message, Outcome, View
    from store.tables import Cell

OFFERINGS = ("Analytics", "Cloud", "Hardware", "Services", "Support", "Training")
UNITS = ("Graz", "Lyon", "Milan", "Porto")
FIELDS = {"has": ids.STATE_HAS, "open": ids.STATE_OPEN, "competitor": ids.STATE_COMPETITOR, "never": ids.STATE_NEVER}


@pytest.fixture
def ready(town: BotInWorkspace) -> BotInWorkspace:
    """Eva leads Acme, and the workspace sells six things."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        for name in OFFERINGS:
            offerings.create(tx, town.person(tx, "U0EVA"), name, now=town.box.clock.now())
    return town


def shown(town: BotInWorkspace, user: str = "U0EVA") -> Message:
    """The grid, by its command."""
    outcome = town.box.command(user, "C0ACME", "/plan", "Acme white space")
    assert outcome.problem is None, outcome
    message: Message = town.box.messages("C0ACME", viewer=user)[-1]
    return message


def one_by_one(town: BotInWorkspace) -> View:
    """The rows as a list, from the grid."""
    message = shown(town)
    value = next(value for value in values(message.blocks, ids.SECTION_OPEN) if value.startswith("cell:"))
    view: View | None = town.press("U0EVA", message, ids.SECTION_OPEN, value).view
    assert view is not None
    return view


def open_part(town: BotInWorkspace, label: str, user: str = "U0EVA") -> View:
    """Press the button of a unit, or choose an offering; the form of that part of the grid."""
    message = shown(town, user)
    elements = [e for block in message.blocks for e in (*block.get("elements", ()), block.get("accessory") or {})]
    options = [o for e in elements for o in e.get("options", ()) if o["text"]["text"] == label]
    if options:
        outcome = town.press(user, message, ids.MORE, options[0]["value"])
    else:
        meant = {label, f"Fill in {label}"}
        said = [
            (e["value"], {e.get("accessibility_label"), e.get("text", {}).get("text")})
            for e in elements
            if "value" in e
        ]
        value = next(value for value, words in said if words & meant)
        outcome = town.press(user, message, ids.GRID_FILL, value)
    view: View | None = outcome.view
    assert view is not None
    return view


def fill(town: BotInWorkspace, form: View, user: str = "U0EVA", unit: str | None = None, **states: Any) -> Outcome:
    """Choose the names in the fields of the states, and save."""
    given: dict[str, dict[str, Any]] = {ids.UNIT: {ids.UNIT: unit}} if unit else {}
    for state, names in states.items():
        field = FIELDS[state]
        (element,) = [block["element"] for block in form.blocks if block.get("block_id") == field]
        options = element.get("options") or [
            option for name in names
            for option in town.box.suggestions(
                user, view_id=form.id, action_id=ids.OFFERING, text=name, block_id=field
            )
        ]  # fmt: skip
        by_name = {option["text"]["text"]: option["value"] for option in options}
        given[field] = {element["action_id"]: [by_name[name] for name in names]}
    return town.box.submit(user, form.id, given)


def state_of(town: BotInWorkspace, offering: str, unit: str | None) -> Cell:
    with town.makegood.ledger.read() as tx:
        eva = town.person(tx, "U0EVA")
        account = accounts.named(tx, eva, "Acme")
        assert account is not None
        cells = section.of_account(tx, eva, SECTION, account, today=town.box.clock.now().date())
        (found,) = [one for one in cells if (one.offering.name, one.unit) == (offering, unit)]
        return found


def test_six_offerings_and_four_units_take_four_forms(ready: BotInWorkspace) -> None:
    """Each unit is one form. The grid then is a table with a menu, and says the penetration and its day."""
    for unit in UNITS:
        done = fill(ready, open_part(ready, "New unit …"), unit=unit, has=["Analytics", "Support"],
                    open=["Cloud", "Services"], competitor=["Hardware"], never=["Training"])  # fmt: skip
        assert (done.problem, done.errors) == (None, {})
    assert ready.rows()["cell"] == 24
    message = shown(ready)
    table = next(block for block in message.blocks if block["type"] == "data_table")
    assert [cell["text"] for cell in table["rows"][0]] == ["Offering", *UNITS]
    assert [cell["text"] for cell in table["rows"][1]] == ["Analytics", *["🟢 has"] * 4]
    assert "Penetration 40 %: they have 8 of 20 that they could have" in words(message)
    assert "(as of Mon 23 Nov 2026)" in words(message)


def test_the_whole_account_in_one_form(ready: BotInWorkspace) -> None:
    """An account without units has one column, as text; what was left out is not said."""
    done = fill(ready, open_part(ready, "The whole account"), has=["Analytics"], open=["Cloud"])
    assert done.errors == {}
    said = words(shown(ready))
    assert "*Analytics*\n:large_green_circle: has: the whole account" in said
    assert "*Training*\n:grey_question: not said: the whole account" in said


def test_all_units_of_an_offering(ready: BotInWorkspace) -> None:
    """The form of an offering shows each unit in the field of its state; an emptied one is archived, and comes back."""
    for unit in UNITS:
        fill(ready, open_part(ready, "New unit …"), unit=unit, open=["Cloud", "Analytics"])
    form = open_part(ready, "Cloud")
    assert "which units have *Cloud*?" in words_of(form)
    # Milan is left out; the two others move when they are added to another field.
    assert fill(ready, form, has=["Lyon", "Porto"], open=["Graz", "Lyon"]).errors == {}
    assert [state_of(ready, "Cloud", unit).state for unit in ("Graz", "Lyon", "Porto")] == ["open", "has", "has"]
    milan = state_of(ready, "Cloud", "Milan")
    assert (milan.archived_at is not None, milan.archive_reason) == (True, "emptied in the grid")
    with ready.makegood.ledger.read() as tx:
        eva = ready.person(tx, "U0EVA")
        assert [e.verb for e in history.entries(tx, eva, state_of(ready, "Cloud", "Lyon"))] == ["add", "edit"]
    # Filled in again, it is the same cell.
    assert fill(ready, open_part(ready, "Milan"), open=["Analytics"], never=["Cloud"]).errors == {}
    assert (state_of(ready, "Cloud", "Milan").id, state_of(ready, "Cloud", "Milan").state) == (milan.id, "never")


def test_refused_at_the_field(ready: BotInWorkspace) -> None:
    """A thing in two fields, a unit that the grid has already, and a form without anything."""
    form = open_part(ready, "New unit …")
    assert "another field" in fill(ready, form, unit="Lyon", has=["Cloud"], never=["Cloud"]).errors[ids.STATE_NEVER]
    assert "at least one" in fill(ready, form, unit="Lyon", has=[], never=[]).errors[ids.STATE_HAS]
    assert fill(ready, form, unit="Lyon", has=["Cloud"]).errors == {}
    again = fill(ready, open_part(ready, "New unit …"), unit="LYON", has=["Cloud"])
    assert "in the grid already" in again.errors[ids.UNIT]
    assert ready.rows()["cell"] == 1


def test_a_new_offering_on_the_way(ready: BotInWorkspace) -> None:
    """The form of one cell offers the names like the typed one, and then to add a new offering."""
    form = ready.form("U0EVA", shown(ready), ids.SECTION_ADD)

    def offered(text: str) -> list[str]:
        found = ready.box.suggestions("U0EVA", view_id=form.id, action_id=ids.OFFERING, text=text)
        return [one["text"]["text"] for one in found]

    assert offered("") == list(OFFERINGS)
    assert offered("Analytiks") == ["Analytics", "Add “Analytiks” to what we sell"]
    assert offered("Consulting, onsite") == []
    assert offered("Consulting") == ["Add “Consulting” to what we sell"]
    assert ready.submit("U0EVA", form, offering="new:Consulting", state="open").errors == {}
    assert state_of(ready, "Consulting", None).state == "open"


def test_more_offerings_than_a_menu_holds(ready: BotInWorkspace) -> None:
    """From the hundredth offering on the menus of the form ask the bot for their options."""
    with ready.makegood.ledger.begin() as tx:
        for number in range(100):
            offerings.create(tx, ready.person(tx, "U0EVA"), f"Module {number}x", now=ready.box.clock.now())
    done = fill(ready, open_part(ready, "The whole account"), has=["Cloud", "Module 77x"], never=["Module 99x"])
    assert done.errors == {}
    assert fill(ready, open_part(ready, "The whole account"), open=["Module 77x"]).errors == {}
    assert [state_of(ready, name, None).state for name in ("Cloud", "Module 77x")] == ["has", "open"]


@pytest.mark.both_databases
def test_two_people_fill_in_one_unit(ready: BotInWorkspace) -> None:
    """Cells that only one of them touches are both stored; one that both change is refused, with theirs, and nothing of
    the second form is stored.
    """
    fill(ready, open_part(ready, "The whole account"), open=["Analytics", "Cloud"])
    mine, theirs = (open_part(ready, "The whole account", user) for user in ("U0EVA", "U0ADA"))
    assert fill(ready, theirs, "U0ADA", open=["Analytics"], competitor=["Cloud"], never=["Training"]).errors == {}
    assert fill(ready, mine, open=["Cloud"], has=["Analytics"]).errors == {}
    assert [state_of(ready, name, None).state for name in ("Analytics", "Cloud", "Training")] == [
        "has", "competitor", "never",
    ]  # fmt: skip
    mine, theirs = (open_part(ready, "The whole account", user) for user in ("U0EVA", "U0ADA"))
    fill(ready, theirs, "U0ADA", competitor=[], never=["Cloud", "Training"], has=["Analytics", "Services"])
    refused = fill(ready, mine, competitor=[], has=["Analytics", "Cloud"], open=["Hardware"]).errors[ids.STATE_HAS]
    assert "Cloud: Ada Moreau changed this meanwhile to “Never”" in refused
    again = fill(ready, mine, has=["Analytics"], competitor=["Cloud"], open=["Services"])
    refused = again.errors[ids.STATE_OPEN]
    assert "Services: another person filled in this meanwhile: “They have it”" in refused
    assert [state_of(ready, name, None).state for name in ("Cloud", "Services")] == ["never", "has"]
    assert ready.rows()["cell"] == 4


def test_a_form_that_comes_twice(ready: BotInWorkspace) -> None:
    """Slack's second delivery of a form changes nothing more."""
    fill(ready, open_part(ready, "The whole account"), has=["Cloud"], open=["Training"])
    before = ready.rows()
    ready.again()
    assert ready.rows() == before


def test_values_make_the_penetration(ready: BotInWorkspace) -> None:
    """With a value in each cell the penetration is by value; the cell's own form has value, use case and decider."""
    fill(ready, open_part(ready, "The whole account"), has=["Cloud"], open=["Training"], never=["Hardware"])
    given = {"decider": "new:Dana Reed", "note": "for the plants"}
    with ready.makegood.ledger.begin() as tx:
        eva, now = ready.person(tx, "U0EVA"), ready.box.clock.now()
        for name, value in (("Cloud", "300"), ("Training", "100")):
            cell = state_of(ready, name, None)
            key, version = f"v:{name}", cell.version
            section.edit(tx, eva, SECTION, cell.id, given | {"value": value}, version=version, origin_key=key, now=now)
    said = words(shown(ready))
    assert "Penetration 75 %: they have 300 of 400 a year that they could have" in said
    message = ready.box.command("U0EVA", "C0ACME", "/plan", "Acme").messages[-1]
    assert "Penetration 75 %" in words(message)
    page = ready.commit("U0EVA", "account Acme").messages[-1]
    assert "Penetration 75 %" in words(page)


def test_a_row_says_what_it_is(ready: BotInWorkspace) -> None:
    """The list, its buttons, forms and errors call a row an offering for a unit; nobody reads of cells."""
    fill(ready, open_part(ready, "New unit …"), unit="Lyon", has=["Cloud"])
    listed = one_by_one(ready)
    assert "*Acme: White space*  ·  1 offering for a unit" in words_of(listed)
    assert "Add an offering for a unit" in words_of(listed)
    said, titles = [words_of(listed)], []
    for action in (ids.SECTION_ADD, ids.SECTION_EDIT, ids.SECTION_ARCHIVE):
        opened = form(ready, "U0EVA", action, kind="cell")
        titles.append(opened.title)
        said.append(words_of(opened))
        if action == ids.SECTION_ADD:
            typed = {"offering": (ids.OFFERING, "Cloud"), "unit": (ids.UNIT, "Lyon")}
            given = {
                name: ready.box.suggestions("U0EVA", view_id=opened.id, action_id=action_id, text=text)[0]["value"]
                for name, (action_id, text) in typed.items()
            }
            refused = ready.submit("U0EVA", opened, **given).errors["unit"]
        ready.box.close("U0EVA", opened.id)
    assert titles == ["New offering for a unit", "Edit offering for a unit", "Archive"]
    assert refused == "There is an offering for a unit with the same unit already. Please edit that one."
    assert "cell" not in " ".join(said)
    fill(ready, open_part(ready, "Lyon"), has=["Cloud", "Support"])
    assert "2 offerings for units" in words_of(one_by_one(ready))


def test_a_colleague_works_on_a_row(ready: BotInWorkspace) -> None:
    """The list names the one of ours who works on an offering for a unit, and that colleague may change the row."""
    fill(ready, open_part(ready, "The whole account"), has=["Cloud"])
    one_by_one(ready)
    edit = form(ready, "U0EVA", ids.SECTION_EDIT, kind="cell")
    assert ready.submit("U0EVA", edit, owner="U0BEN").errors == {}
    assert "has  ·  Ben Okafor" in words_of(ready.box.modals("U0EVA")[-1])
    with ready.makegood.ledger.begin() as tx:
        ben, cell, now = ready.person(tx, "U0BEN"), state_of(ready, "Cloud", None), ready.box.clock.now()
        section.edit(tx, ben, SECTION, cell.id, {"value": "5"}, version=cell.version, origin_key="value", now=now)


def test_slack_may_refuse_the_table(ready: BotInWorkspace) -> None:
    """After a change the grid is drawn again; where Slack does not know tables, as text with the same contents."""
    for unit in UNITS[:2]:
        fill(ready, open_part(ready, "New unit …"), unit=unit, has=["Cloud"])
    ready.box.world.unknown_blocks = frozenset({"data_table"})
    assert fill(ready, open_part(ready, "Lyon"), never=["Cloud"]).errors == {}
    drawn = ready.box.messages("C0ACME", viewer="U0EVA")[-1]
    assert "data_table" not in {block["type"] for block in drawn.blocks}
    assert "Cloud  ·  🟢 has  ·  ⚪ never" in words(drawn)


def test_in_a_modal_the_grid_is_text(ready: BotInWorkspace) -> None:
    """From the plan it opens as a modal, without a table: a line for each state, a button for each offering."""
    for unit in UNITS[:2]:
        fill(ready, open_part(ready, "New unit …"), unit=unit, has=["Cloud"])
    plan = ready.box.command("U0EVA", "C0ACME", "/plan", "Acme").messages[-1]
    value = next(value for value in values(plan.blocks, ids.SECTION_OPEN) if value.startswith("cell:"))
    view = ready.press("U0EVA", plan, ids.SECTION_OPEN, value).view
    assert view is not None
    assert ":large_green_circle: has: Graz, Lyon" in words_of(view)
    assert len(values(view.blocks, ids.GRID_FILL)) == len(OFFERINGS) + 4


def test_others_may_only_look(ready: BotInWorkspace) -> None:
    """A colleague sees the grid without what would be refused; before anything is sold, it says how to begin."""
    fill(ready, open_part(ready, "The whole account"), has=["Cloud"])
    message = shown(ready, "U0BEN")
    assert "has: the whole account" in words(message)
    assert values(message.blocks, ids.GRID_FILL) == values(message.blocks, ids.SECTION_ADD) == []


def test_before_anything_is_sold(town: BotInWorkspace) -> None:
    """Without offerings the grid asks for them, with a button that comes back to it."""
    has_account(town)
    message = shown(town)
    assert "First say what we sell" in words(message)
    form = town.form("U0EVA", message, ids.OFFERING_NEW)
    assert town.submit("U0EVA", form, offerings="Cloud\nTraining").errors == {}
    assert "*Cloud*" in words(town.box.messages("C0ACME", viewer="U0EVA")[-1])
