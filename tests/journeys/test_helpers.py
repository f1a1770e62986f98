"""Helpers: colleagues who help with a commitment, beside the owner who answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from sandbox import User
from tests.journeys.conftest import BotInWorkspace, read
from tests.journeys.forms import filled, open_form
from tests.journeys.reading import briefs

if TYPE_CHECKING:
    from sandbox import Message


def with_helpers(town: BotInWorkspace, *users: str) -> None:
    """Ana's commitment, with these helpers."""
    town.move(2026, 11, 23, 15, 0)
    town.receipt("U0ANA", "send it by 26 Nov")
    form = town.form("U0ANA", town.item("U0ANA"), ids.HELP)
    assert town.submit("U0ANA", form, helpers=list(users)).errors == {}
    town.settled()


def newest(town: BotInWorkspace, user: str) -> Message:
    return town.box.dm(user)[-1]


def test_told_and_not_chased(town: BotInWorkspace) -> None:
    """A helper is told when they are added, may comment and look, and gets no reminder; the history says who asked."""
    with_helpers(town, "U0BEN")
    told = newest(town, "U0BEN")
    assert "Ana Souza asks you to help with this." in read(told)
    assert ids.COMMENT in str(told.blocks)
    assert ids.DONE not in str(told.blocks)
    assert "With help of Ben Okafor" in read(town.item("U0EVA"))
    assert "Ana Souza asked Ben Okafor to help" in read(town.item("U0EVA"))
    form = town.form("U0BEN", told, ids.COMMENT)
    assert town.submit("U0BEN", form, comment="figures are in").errors == {}
    assert "Ben Okafor: “figures are in”" in read(town.item("U0ANA"))
    for day in (25, 26, 27):
        town.jump(2026, 11, day, 15, 0)
    assert briefs(town, "U0BEN") == []
    assert briefs(town, "U0ANA") != []
    assert town.verbs(1) == ["record", "help", "comment"]


@pytest.mark.both_databases
def test_helpers_change(town: BotInWorkspace) -> None:
    """The form shows the present helpers; a new one is told, the others are not told again, and one is taken away."""
    with_helpers(town, "U0BEN", "U0ANA")
    form = town.form("U0ANA", town.item("U0ANA"), ids.HELP)
    field = next(block["element"] for block in form.blocks if block.get("block_id") == ids.HELPERS)
    assert field["initial_users"] == ["U0BEN"]
    assert town.submit("U0ANA", form, helpers=["U0EVA"]).errors == {}
    town.again()
    town.settled()
    assert "asks you to help" in read(newest(town, "U0EVA"))
    assert len(town.box.dm("U0BEN")) == 1
    shown = read(town.item("U0EVA"))
    assert "With help of Eva Lindqvist" in shown
    assert "took Ben Okafor from the helpers" in shown
    assert town.verbs(1) == ["record", "help", "help", "help"]
    assert ids.HELP not in str(town.item("U0BEN").blocks)


def test_helpers_from_the_form(town: BotInWorkspace) -> None:
    """The form that records has *Helpers*."""
    town.move(2026, 11, 23, 15, 0)
    values = {name: value for name, value in filled().items() if name not in {ids.ACCOUNT, ids.STAKEHOLDER}}
    done = town.box.submit("U0EVA", open_form(town).id, {**values, ids.HELPERS: {ids.HELPERS: ["U0BEN"]}})
    assert done.errors == {}
    town.settled()
    assert "Eva Lindqvist asks you to help with this." in read(newest(town, "U0BEN"))
    assert "With help of Ben Okafor" in read(town.item("U0EVA"))


def test_guests_and_leavers(town: BotInWorkspace) -> None:
    """A guest is refused by name; a helper who leaves, or becomes a guest, is shown no more."""
    with_helpers(town, "U0BEN")
    town.box.add_user(User("U0GUEST", "gus", "Gus Guest", is_restricted=True))
    form = town.form("U0ANA", town.item("U0ANA"), ids.HELP)
    refused = town.submit("U0ANA", form, helpers=["U0BEN", "U0GUEST"]).errors
    assert "Gus Guest is a guest in this workspace. Choose colleagues" in str(refused)
    town.box.change_user("U0BEN", is_restricted=True)
    assert "With help of" not in read(town.item("U0EVA"))
