"""The form of a commitment follows a choice in it: the account narrows its people, a person brings the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from store import stakeholders
from tests.journeys.accounts import account

if TYPE_CHECKING:
    from sandbox import View
    from tests.journeys.conftest import BotInWorkspace


@pytest.fixture
def town(town: BotInWorkspace) -> BotInWorkspace:
    """Two accounts: Acme with Dana and a Priya of its own, Globex with Priya Nair, its CFO."""
    for name, people in {"Acme": ("Dana Whitfield", "Priya Shah"), "Globex": ("Priya Nair",)}.items():
        at = account(town, name)
        with town.makegood.ledger.begin() as tx:
            for one in people:
                title = "CFO" if one == "Priya Nair" else None
                eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
                stakeholders.create(tx, eva, one, account=at, title=title, now=now)
    return town


def opened(town: BotInWorkspace, line: str = "") -> View:
    form: View | None = town.commit("U0EVA", line, "C0GENERAL").view
    assert form is not None
    return form


def now_open(town: BotInWorkspace) -> View:
    form: View = town.box.modals("U0EVA")[-1]
    return form


def offered(town: BotInWorkspace, field: str, typed: str = "") -> list[str]:
    found = town.box.suggestions("U0EVA", view_id=now_open(town).id, action_id=field, text=typed)
    return [option["text"]["text"] for option in found]


def choose(town: BotInWorkspace, field: str, text: str, **typed: str) -> None:
    """Choose the option with that text, with the given fields filled in before."""
    view = now_open(town)
    name = text.removeprefix("Create “").rstrip("”").partition(" · ")[0].partition(",")[0]
    found = town.box.suggestions("U0EVA", view_id=view.id, action_id=field, text=name)
    value = next(option["value"] for option in found if option["text"]["text"] == text)
    state = {name: {name: said} for name, said in typed.items()}
    done = town.box.press("U0EVA", action_id=field, value=value, view_id=view.id, state=state)
    assert done.ok, done


def values(town: BotInWorkspace) -> dict[str, Any]:
    """The values in the form, by the field's name."""
    found: dict[str, Any] = {}
    for block_id, inputs in now_open(town).state.items():
        (value,) = inputs.values()
        option = value.get("selected_option")
        found[block_id.partition(":")[0]] = option["text"]["text"] if option else value.get("value")
    return found


def recorded(town: BotInWorkspace) -> tuple[str | None, str | None]:
    """Submit the form; the account and the person it was recorded for."""
    done = town.box.submit("U0EVA", now_open(town).id, {"action": {"action": "send it"}, "due": {"due": "2026-12-04"}})
    assert done.errors == {}
    kept = town.commitment(1)
    return (kept.account.name if kept.account else None), (kept.stakeholder.name if kept.stakeholder else None)


def test_the_account_narrows_its_people_at_once(town: BotInWorkspace) -> None:
    """After the choice of Globex only its Priya is offered, with what was typed in the other fields still there."""
    opened(town)
    assert offered(town, ids.STAKEHOLDER, "Priya") == [
        "Priya Nair, CFO · Globex", "Priya Shah · Acme", "Create “Priya”",
    ]  # fmt: skip
    choose(town, ids.ACCOUNT, "Globex", action="send the plan", note="as agreed")
    assert offered(town, ids.STAKEHOLDER) == ["Priya Nair, CFO"]
    assert offered(town, ids.STAKEHOLDER, "Priya") == ["Priya Nair, CFO", "Create “Priya”"]
    assert (values(town)["action"], values(town)["note"]) == ("send the plan", "as agreed")


@pytest.mark.parametrize("typed", ["priya nair", "Nair Priya", "PRIYA NAIR", "Priya Naïr"])
def test_a_name_in_full_is_found(town: BotInWorkspace, typed: str) -> None:
    """The exact name, in any order of its words, finds the person, and no *Create* stands beside it."""
    opened(town)
    choose(town, ids.ACCOUNT, "Globex")
    assert offered(town, ids.STAKEHOLDER, typed) == ["Priya Nair, CFO"]


def test_a_person_brings_their_account(town: BotInWorkspace) -> None:
    """Without an account all people are found, and the choice of one fills in the account; both are recorded."""
    opened(town)
    assert offered(town, ids.STAKEHOLDER) == ["Dana Whitfield · Acme", "Priya Nair, CFO · Globex", "Priya Shah · Acme"]
    choose(town, ids.STAKEHOLDER, "Priya Nair, CFO · Globex", action="send the plan")
    assert (values(town)["account"], values(town)["action"]) == ("Globex", "send the plan")
    assert recorded(town) == ("Globex", "Priya Nair")


def test_another_account_lets_its_people_go(town: BotInWorkspace) -> None:
    """When the account changes, a person of the former one is taken out, and one who is to be created stays."""
    opened(town)
    choose(town, ids.ACCOUNT, "Acme")
    choose(town, ids.STAKEHOLDER, "Dana Whitfield")
    choose(town, ids.ACCOUNT, "Globex")
    assert values(town)["stakeholder"] is None
    choose(town, ids.STAKEHOLDER, "Create “Dana”")
    choose(town, ids.ACCOUNT, "Acme")
    assert values(town)["stakeholder"] == "Create “Dana”"
    assert recorded(town) == ("Acme", "Dana")


def test_an_account_that_is_to_be_created_has_no_people_yet(town: BotInWorkspace) -> None:
    """For a new account only the creation of a person is offered."""
    opened(town)
    choose(town, ids.ACCOUNT, "Create “Initech”")
    assert offered(town, ids.STAKEHOLDER) == []
    choose(town, ids.STAKEHOLDER, "Create “Priya Nair”")
    assert recorded(town) == ("Initech", "Priya Nair")


def test_edit_follows_as_well(town: BotInWorkspace) -> None:
    """The form of *Edit* knows the account from its beginning, and a refusal stands at its field after a change."""
    receipt = town.receipt("U0EVA", "send it by Friday for Globex")
    town.form("U0EVA", receipt, ids.EDIT)
    assert offered(town, ids.STAKEHOLDER) == ["Priya Nair, CFO"]
    choose(town, ids.ACCOUNT, "Acme")
    choose(town, ids.STAKEHOLDER, "Dana Whitfield")
    refused = town.box.submit("U0EVA", now_open(town).id, {"account": {"account": None}})
    assert {field.partition(":")[0] for field in refused.errors} == {ids.STAKEHOLDER}
    assert "another account" in next(iter(refused.errors.values()))


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("", "action"),
        ("send it for Globex", "due"),
        ("send it by 30 Feb", "due"),
        ("@nobody send it by Friday", "owner"),
        ("by Friday", "action"),
    ],
)
def test_the_cursor_stands_where_the_question_is(town: BotInWorkspace, line: str, field: str) -> None:
    """One field has the cursor: the first that the form asks about."""
    form = opened(town, line)
    assert [
        block["block_id"] for block in form.blocks if block["type"] == "input" and block["element"].get("focus_on_load")
    ] == [field]
