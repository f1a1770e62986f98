"""A typing mistake creates no account: unknown names are asked about, and an account made by mistake can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store import accounts, stakeholders
from tests.journeys.accounts import account, page, shown_again
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.forms import filled, offer, open_form, pressed

if TYPE_CHECKING:
    from store.tables import Account, Stakeholder


def person(town: BotInWorkspace, name: str, of: Account) -> Stakeholder:
    with town.makegood.ledger.begin() as tx:
        return stakeholders.create(tx, town.person(tx, "U0EVA"), name, account=of, now=town.box.clock.now())


def test_did_you_mean(town: BotInWorkspace) -> None:
    """The receipt asks about a misspelt name: one button chooses an account, another creates one, then both go."""
    account(town, "Acme Corporation", "U0BEN")
    receipt = town.receipt("U0EVA", "send it by Friday for Acme Corporaton")
    words = read(receipt)
    assert "I don't know an account called “Acme Corporaton”. Did you mean Acme Corporation?" in words
    assert "Create account “Acme Corporaton”" in words
    assert town.commitment(1).account is None
    assert town.commitment(1).action == "send it for Acme Corporaton"
    town.press("U0EVA", receipt, ids.CHOOSE_ACCOUNT)
    again = shown_again(town, "U0EVA", receipt)
    assert "Account: Acme Corporation" in read(again)
    assert ids.CHOOSE_ACCOUNT not in str(again.blocks)
    assert town.ask("U0EVA", accounts.names) == ["Acme Corporation"]
    assert town.verbs(1) == ["record", "choose_account"]


def test_a_name_that_is_only_like_a_known_one(town: BotInWorkspace) -> None:
    """A name with two mistakes or an extra word is asked about too; a name that is like no account is not."""
    account(town, "Northern Lights")
    assert "Did you mean Northern Lights?" in read(town.receipt("U0EVA", "send it by Friday for Norten Lihgts"))
    assert "Did you mean" not in read(town.receipt("U0EVA", "send it by Friday for Globex"))


def test_a_person_instead_of_an_account(town: BotInWorkspace) -> None:
    """A stakeholder's name as account: the receipt says the account, and the button chooses account and stakeholder."""
    acme = account(town, "Acme")
    dana = person(town, "Dana Whitfield", acme)
    person(town, "Marcus Lee", account(town, "Globex"))
    receipt = town.receipt("U0EVA", "send it by Friday for Dana Whitfield")
    assert "Dana Whitfield is at Acme." in read(receipt)
    town.press("U0EVA", receipt, ids.CHOOSE_ACCOUNT)
    kept = town.commitment(1)
    assert (kept.account_id, kept.stakeholder_id) == (acme.id, dana.id)
    assert "Account: Acme · Dana Whitfield" in " ".join(read(shown_again(town, "U0EVA", receipt)).split())


def test_an_unknown_name_is_not_in_the_form(town: BotInWorkspace) -> None:
    """A line without a date opens a form without the unknown account, and the form says which name it does not know."""
    form = town.commit("U0EVA", "send it for Umbrella Holdings").view
    assert form is not None
    assert "I don't know an account called “Umbrella Holdings”" in words_of(form)
    menu = next(block["element"] for block in form.blocks if block.get("block_id") == ids.ACCOUNT)
    assert "initial_option" not in menu
    assert town.submit("U0EVA", form, due="2026-12-04").errors == {}
    assert town.ask("U0EVA", accounts.names) == []


def test_the_menu_proposes_too(town: BotInWorkspace) -> None:
    """The menu finds an account by a misspelt name or a stakeholder's; it offers to restore an archived account."""
    acme = account(town, "Acme Corporation")
    person(town, "Dana Whitfield", acme)
    form = open_form(town)

    def offered(typed: str) -> list[str]:
        found = town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.ACCOUNT, text=typed)
        return [option["text"]["text"] for option in found]

    assert offered("Acme Corporaton") == ["Acme Corporation", "Create “Acme Corporaton”"]
    assert offered("Dana Whitfield") == ["Acme Corporation (Dana Whitfield is there)", "Create “Dana Whitfield”"]
    with town.makegood.ledger.begin() as tx:
        accounts.archive(
            tx, town.person(tx, "U0EVA"), acme.id, "lost", version=1, origin_key="a", now=town.box.clock.now()
        )
    assert offered("acme corporation") == ["Restore “acme corporation”"]


def test_undo_takes_the_account_with_it(town: BotInWorkspace) -> None:
    """Undo removes an account that the same form created. Its name is free, and creating it again restores it."""
    form = open_form(town)
    offer(town, form, account="Umbrella")
    town.box.submit("U0EVA", form.id, filled(account="new:Umbrella", stakeholder=None))
    outcome = town.box.press("U0EVA", action_id=ids.UNDO, view_id=town.box.modals("U0EVA")[-1].id)
    assert outcome.ok
    assert "The account “Umbrella”, created with it, was taken back too" in words_of(town.box.modals("U0EVA")[-1])
    assert town.ask("U0EVA", accounts.names) == []
    assert "taken back" in read(page(town, "U0EVA", "Umbrella"))
    receipt = town.receipt("U0BEN", "call them by Friday for Umbrella")
    town.press("U0BEN", receipt, ids.CREATE_ACCOUNT)
    assert "Account: Umbrella" in read(shown_again(town, "U0BEN", receipt))
    assert town.rows()["account"] == 1


def test_undo_after_the_button_on_the_receipt(town: BotInWorkspace) -> None:
    """After *Create account* on the receipt, Undo is still offered and removes the account too."""
    receipt = town.receipt("U0EVA", "send it by Friday for Umbrella Holdings")
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    town.press("U0EVA", shown_again(town, "U0EVA", receipt), ids.UNDO)
    assert "taken back too" in read(shown_again(town, "U0EVA", receipt))
    assert town.ask("U0EVA", accounts.names) == []
    assert town.verbs(1) == ["record", "choose_account", "undo"]


@pytest.mark.parametrize("more", ["a commitment", "a person", "an edit", "it was there before"])
def test_undo_leaves_an_account_that_has_more(town: BotInWorkspace, more: str) -> None:
    """Undo keeps an account that existed before, or has another commitment, a stakeholder or a later change."""
    if more == "it was there before":
        account(town, "Umbrella")
        receipt = town.receipt("U0EVA", "send it by Friday for Umbrella")
    else:
        receipt = town.receipt("U0EVA", "send it by Friday for Umbrella")
        town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    umbrella = town.ask("U0EVA", accounts.named, "Umbrella")
    if more == "a commitment":
        town.receipt("U0BEN", "call them by Friday for Umbrella")
    elif more == "a person":
        person(town, "Dana", umbrella)
    elif more == "an edit":
        form = town.form("U0EVA", page(town, "U0EVA", "Umbrella"), ids.EDIT_ACCOUNT)
        assert town.submit("U0EVA", form, category="A").errors == {}
    town.press("U0EVA", shown_again(town, "U0EVA", receipt), ids.UNDO)
    assert town.commitment(1).state == "cancelled"
    assert town.ask("U0EVA", accounts.names) == ["Umbrella"]


@pytest.mark.both_databases
def test_undone_while_a_colleague_uses_the_account(town: BotInWorkspace) -> None:
    """Undo and a colleague's line for the same account race: the commitment and its account stay consistent."""
    receipt = town.receipt("U0EVA", "send it by Friday for Umbrella")
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    undo = pressed(town, "U0EVA", shown_again(town, "U0EVA", receipt), ids.UNDO)
    with town.post.caught() as lines:
        town.box.command("U0BEN", "C0ACME", "/commit", "call them by Friday for Umbrella")
    town.at_once(undo, *lines)
    is_used = town.commitment(2).account_id is not None
    assert (town.ask("U0EVA", accounts.names) == ["Umbrella"]) is is_used
