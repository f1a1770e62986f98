"""A correction before anybody else has read of a commitment: its first words are the corrected ones."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store.tables import Commitment
from tests.journeys.accounts import account, shown_again
from tests.journeys.conftest import words, words_of

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace

pytestmark = pytest.mark.both_databases


def corrected(town: BotInWorkspace, line: str) -> Commitment:
    """Eva records the line, and corrects wording and date by *Edit*; the owner may have been told before."""
    receipt = town.receipt("U0EVA", line)
    town.settled()
    form = town.form("U0EVA", receipt, ids.EDIT)
    assert town.submit("U0EVA", form, action="send the prices", due="2026-12-07").errors == {}
    return town.commitment(1)


def test_a_correction_changes_the_first_words(town: BotInWorkspace) -> None:
    """Wording and date that only their writer has seen are no promise: nothing is shown as first promised."""
    kept = corrected(town, "send the pricse by Friday")
    assert (kept.first_action, kept.first_due_on, kept.slips) == ("send the prices", date(2026, 12, 7), 0)
    assert "First" not in words(town.item("U0EVA"))
    assert town.verbs(1) == ["record", "edit"]


def test_what_the_owner_was_told_stays(town: BotInWorkspace) -> None:
    """After the notice to its owner the first words stay beside the corrected ones."""
    kept = corrected(town, "@ana send the pricse by Friday")
    assert (kept.first_action, kept.first_due_on) == ("send the pricse", date(2026, 11, 27))
    assert "First wording" in words(town.item("U0EVA"))


def test_later_the_database_refuses(town: BotInWorkspace) -> None:
    """Ten minutes after it was recorded no program can change the first words, and before only with a new version."""
    town.receipt("U0EVA", "send the prices by Friday")
    now = town.box.clock.now()
    refused = ((now.replace(minute=11), 2), (None, 2), (now.replace(minute=1), 1))
    for value in ({"first_action": "another"}, {"first_due_on": date(2027, 1, 1)}):
        for touched, version in refused:
            with pytest.raises(sa.exc.DBAPIError, match="rewritten"), town.makegood.ledger.begin() as tx:
                tx.execute(sa.update(Commitment).values(touched_at=touched, version=version, **value))


def test_the_account_leaves_the_action(town: BotInWorkspace) -> None:
    """“For Initech” leaves the action when the account is created from the receipt, and when a similar one is meant."""
    receipt = town.receipt("U0EVA", "send the deck by Friday for Initech")
    assert town.commitment(1).action == "send the deck for Initech"
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    kept = town.commitment(1)
    assert (kept.action, kept.first_action) == ("send the deck", "send the deck")
    assert kept.account is not None
    assert kept.account.name == "Initech"
    assert "for Initech" not in words(shown_again(town, "U0EVA", receipt))
    account(town, "Globex")
    receipt = town.receipt("U0EVA", "send the plan by Friday for Globxe")
    town.press("U0EVA", receipt, ids.CHOOSE_ACCOUNT)
    assert town.commitment(2).action == "send the plan"


def test_an_action_that_says_nothing_else_stays(town: BotInWorkspace) -> None:
    """An action of which nothing would be left keeps its words."""
    receipt = town.receipt("U0EVA", "for Initech by Friday")
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    assert "Initech" in town.commitment(1).action


def test_after_ten_minutes_each_form_says_what_works(town: BotInWorkspace) -> None:
    """Later *Edit* names the buttons for date and owner, and *Undo* the command that ends it."""
    receipt = town.receipt("U0EVA", "send the prices by Friday")
    town.pass_by(minutes=11)
    form = town.form("U0EVA", receipt, ids.EDIT)
    assert "*New date* changes the due date" in words_of(form)
    assert {"due", "owner"}.isdisjoint(block["block_id"] for block in form.blocks)
    town.box.close("U0EVA", form.id)
    town.box.press("U0EVA", action_id=ids.UNDO, channel="C0ACME", ephemeral_id=receipt.ts)
    assert "/commit cancel 1" in town.told("U0EVA")
