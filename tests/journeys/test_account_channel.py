"""In an account's channel a line belongs to that account, and to the one of its people whom it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store import accounts, stakeholders
from tests.journeys.accounts import account, id_of, shown_again
from tests.journeys.conftest import read, words, words_of

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace


@pytest.fixture
def town(town: BotInWorkspace) -> BotInWorkspace:
    """Acme with its channel and two people; Globex without a channel."""
    acme = account(town, "Acme", channel="C0ACME")
    account(town, "Globex")
    with town.makegood.ledger.begin() as tx:
        for name in ("Dana Whitfield", "Marcus Reed"):
            stakeholders.create(tx, town.person(tx, "U0EVA"), name, account=acme, now=town.box.clock.now())
    return town


def belongs_to(town: BotInWorkspace, number: int = 1) -> tuple[str | None, str | None]:
    kept = town.commitment(number)
    return (kept.account.name if kept.account else None), (kept.stakeholder.name if kept.stakeholder else None)


@pytest.mark.parametrize(
    ("line", "account_name", "person"),
    [
        ("send the deck by Friday", "Acme", None),
        ("send the deck to Dana by Friday", "Acme", "Dana Whitfield"),
        ("send the deck by Friday for Dana", "Acme", "Dana Whitfield"),
        ("call Dana and Marcus by Friday", "Acme", None),
        ("send the deck by Friday for Globex", "Globex", None),
        ("send the deck to Dana by Friday for Globex", "Globex", None),
        ("send the deck to Dana by Friday for Acme", "Acme", "Dana Whitfield"),
        ("send the deck by Friday for Initech", None, None),
    ],
)
def test_a_line_in_the_channel_belongs_to_its_account(
    town: BotInWorkspace, line: str, account_name: str | None, person: str | None
) -> None:
    """The account that a line names wins over the channel's; a person is tied when exactly one fits."""
    receipt = read(town.receipt("U0EVA", line))
    assert belongs_to(town) == (account_name, person)
    assert (f"Account: {account_name}" if account_name else "Account: none") in receipt
    assert ("as this is its channel" in receipt) == (account_name == "Acme" and "Acme" not in line)
    assert (person or "Dana Whitfield") not in receipt or person is not None


def test_elsewhere_nothing_is_guessed(town: BotInWorkspace) -> None:
    """In another channel, or where two accounts have the channel, a line has the account that it names or none."""
    town.receipt("U0EVA", "send the deck to Dana by Friday", "C0GENERAL")
    assert belongs_to(town) == (None, None)
    account(town, "Acme Labs", channel="C0ACME")
    town.receipt("U0EVA", "send the sheet to Dana by Friday")
    assert belongs_to(town, 2) == (None, None)


def test_another_account_is_a_correction(town: BotInWorkspace) -> None:
    """*Another account* changes account and person in one form; it is no slip, and *Undo* still works."""
    receipt = town.receipt("U0EVA", "send the deck to Dana by Friday")
    form = town.form("U0EVA", receipt, ids.ANOTHER_ACCOUNT)
    town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.ACCOUNT, text="Globex")
    globex = id_of(town, "Globex")
    assert town.box.press("U0EVA", action_id=ids.ACCOUNT, value=globex, view_id=form.id).ok
    assert town.box.submit("U0EVA", form.id, {}).errors == {}
    assert belongs_to(town) == ("Globex", None)
    assert town.commitment(1).slips == 0
    again = shown_again(town, "U0EVA", receipt)
    assert "Account: Globex" in read(again)
    town.press("U0EVA", again, ids.UNDO)
    assert town.commitment(1).state == "cancelled"


def test_an_unknown_account_offers_the_channels(town: BotInWorkspace) -> None:
    """The receipt of a line for an unknown account has a button for the account of the channel."""
    receipt = town.receipt("U0EVA", "send the deck by Friday for Initech")
    assert "Create account “Initech”" in words(receipt)
    town.press("U0EVA", receipt, ids.CHOOSE_ACCOUNT)
    assert belongs_to(town) == ("Acme", None)


def test_every_account_that_may_be_meant_has_its_button(town: BotInWorkspace) -> None:
    """A similar name, and each account where somebody has that name, stand on one receipt."""
    account(town, "Globex Labs")
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        for name in ("Globex", "Globex Labs"):
            at = accounts.named(tx, eva, name)
            stakeholders.create(tx, eva, "Acmee", account=at, now=town.box.clock.now())
    shown = words(town.receipt("U0EVA", "send the deck by Friday for Acmee"))
    for offered in ("Yes, Acme", "Globex, Acmee", "Globex Labs, Acmee", "Create account “Acmee”"):
        assert offered in shown


def test_the_empty_form_starts_with_the_channels_account(town: BotInWorkspace) -> None:
    """`/commit` alone in the channel opens the form with its account, whose people are offered."""
    form = town.commit("U0EVA", "").view
    assert form is not None
    assert "Acme" in words_of(form)
    offered = town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.STAKEHOLDER, text="")
    assert [option["text"]["text"] for option in offered] == ["Dana Whitfield", "Marcus Reed"]
    assert town.submit("U0EVA", form, action="send it", due="2026-12-04").errors == {}
    assert belongs_to(town) == ("Acme", None)


def test_several_lines_belong_to_the_channels_account(town: BotInWorkspace) -> None:
    """In a list of lines each belongs to the channel's account unless it names another one."""
    form = town.commit("U0EVA", "send the deck by Friday\nsend the prices by Friday for Globex").view
    assert form is not None
    assert town.box.submit("U0EVA", form.id, {}).errors == {}
    assert [belongs_to(town, number)[0] for number in (1, 2)] == ["Acme", "Globex"]
