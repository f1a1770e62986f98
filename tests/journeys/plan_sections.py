"""The sections of an account plan as a person uses them: the list, its buttons, its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from store import accounts

if TYPE_CHECKING:
    from sandbox import Outcome, View
    from tests.journeys.conftest import BotInWorkspace


def has_account(town: BotInWorkspace, name: str = "Acme", owner: str = "U0EVA") -> None:
    """An account of that name, which `owner` looks after."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, owner), name, now=town.box.clock.now())


def values(blocks: Any, action_id: str) -> list[str]:
    """The values of the buttons of that id, in order."""
    return [e["value"] for block in blocks for e in block.get("elements", ()) if e.get("action_id") == action_id]


def open_list(town: BotInWorkspace, user: str = "U0EVA", name: str = "Acme") -> View:
    """The list of key dates, from the account's page."""
    view: View | None = town.press(user, town.commit(user, f"account {name}").messages[-1], ids.SECTION_OPEN).view
    assert view is not None
    return view


def press(town: BotInWorkspace, user: str, action_id: str, nth: int = 0) -> Outcome:
    """Press a button in the view on top."""
    view = town.box.modals(user)[-1]
    value = values(view.blocks, action_id)[nth]
    outcome = town.box.press(user, action_id=action_id, value=value, view_id=view.id)
    assert outcome.problem is None, outcome
    return outcome


def form(town: BotInWorkspace, user: str, action_id: str, nth: int = 0) -> View:
    """Press what opens a form; the form."""
    view: View | None = press(town, user, action_id, nth).view
    assert view is not None
    return view


def add(town: BotInWorkspace, user: str = "U0EVA", day: str = "2027-01-29", **fields: Any) -> None:
    """Add a key date to Acme by the form."""
    open_list(town, user)
    done = town.submit(user, form(town, user, ids.SECTION_ADD), day=day, **fields)
    assert (done.problem, done.errors) == (None, {})
    town.box.close(user, town.box.modals(user)[-1].id)
