"""Lines as Slack sends them: owners, groups, quotations and links are read as the person meant them, or asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from store import accounts
from tests.journeys.conftest import words_of

if TYPE_CHECKING:
    from sandbox.delivery import Ack
    from tests.journeys.conftest import BotInWorkspace

ANA, BEN = "<@U0ANA|ana>", "<@U0BEN|ben>"


def sent(town: BotInWorkspace, text: str) -> Ack:
    """The answer to a line with Slack's own marks in it, of Eva's."""
    with town.post.caught() as parcels:
        town.box.command("U0EVA", "C0ACME", "/commit", "help")
    (command,) = parcels
    return town.again(replace(command, payload=command.payload | {"text": text}))


@pytest.mark.parametrize(
    ("text", "owner", "action"),
    [
        (f"please {ANA} send it by 4 Dec", "U0ANA", "send it"),
        (f"hey {ANA}, send it by 4 Dec", "U0ANA", "send it"),
        (f"owner: {ANA} send it by 4 Dec", "U0ANA", "send it"),
        (f"Owner {ANA}: send it by 4 Dec", "U0ANA", "send it"),
        (f"send {ANA} the deck by 4 Dec", "U0EVA", "send @Ana Souza the deck"),
    ],
)
def test_the_named_person_owns_it(town: BotInWorkspace, text: str, owner: str, action: str) -> None:
    """A greeting or "owner:" before a person hides no owner; a person behind the verb is none."""
    sent(town, text)
    assert (town.commitment(1).owner.slack_id, town.commitment(1).action) == (owner, action)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (f"send it by 4 Dec, owner {ANA}", "Is Ana Souza the owner?"),
        (f"{ANA}/{BEN} send it by 4 Dec", "one accountable owner"),
        ("@O'Brien send it by 4 Dec", "I don't know who @O'Brien is"),
        ("<!subteam^S012|@sales-emea> send it by 4 Dec", "@sales-emea is not one person"),
        ("<!subteam^S012> send it by 4 Dec", "a group is not one person"),
        ("<!here> send it by 4 Dec", "@here is not one person"),
        ("hey <!channel|channel>, send it by 4 Dec", "@channel is not one person"),
        ("@everyone send it by 4 Dec", "@everyone is not one person"),
        ("<#C0ACME|acme> send it by 4 Dec", "#acme is not one person"),
    ],
)
def test_who_is_accountable_is_asked(town: BotInWorkspace, text: str, asked: str) -> None:
    """Two people, a group, a channel or an unknown name before the action: the form asks, and nothing is recorded."""
    sent(town, text)
    assert asked in words_of(town.box.modals("U0EVA")[-1])
    assert town.rows()["commitment"] == 0


def test_a_path_is_no_owner(town: BotInWorkspace) -> None:
    """A name with a slash and a word behind it, such as a package, is no person; the words stay together."""
    sent(town, "@babel/core needs an upgrade by 4 Dec")
    assert town.commitment(1).action == "@babel/core needs an upgrade"


def test_a_group_in_the_middle_owns_nothing(town: BotInWorkspace) -> None:
    """A group behind the verb is a word of the action, as people read it."""
    sent(town, "send it to <!subteam^S012|@sales-emea> by 4 Dec")
    assert (town.commitment(1).owner.slack_id, town.commitment(1).action) == ("U0EVA", "send it to @sales-emea")


@pytest.mark.parametrize(
    "action",
    [
        'rename the deck to "Plan by Tuesday"',
        "rename the deck to “Plan by Tuesday”",
        "rename the deck to „Plan bis Dienstag“",
        "rename the deck to «Plan by Tuesday»",
        "send the file `due 4 Dec`",
        'call it "every Friday"',
        '"Friday" is the name to choose',
    ],
)
def test_a_quotation_is_no_date(town: BotInWorkspace, action: str) -> None:
    """A day in quotation marks or code is asked for and stays in the words; a day beside it counts."""
    sent(town, action)
    assert "By when?" in words_of(town.box.modals("U0EVA")[-1])
    assert town.rows()["commitment"] == 0
    sent(town, f"{action} by 4 Dec")
    assert (town.commitment(1).action, town.commitment(1).due_on) == (action, date(2026, 12, 4))


def test_an_account_that_slack_made_a_link(town: BotInWorkspace) -> None:
    """Booking.com, which Slack turns into a link, is found in a line and as the name of a page."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, "U0EVA"), "Booking.com", now=town.box.clock.now())
    sent(town, "send it by 4 Dec for <http://Booking.com|Booking.com>")
    kept = town.commitment(1)
    assert (kept.action, kept.account.name if kept.account else None) == ("send it", "Booking.com")
    assert "*Booking.com*" in str(sent(town, "account <http://Booking.com|Booking.com>").body)
    assert "*Booking.com*" in str(sent(town, "account Booking.com").body)
