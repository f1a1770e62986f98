"""The sections of an account plan as a person uses them: the list, its buttons, its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from store import accounts

if TYPE_CHECKING:
    from sandbox import Outcome, View
    from store.tables import Category
    from tests.journeys.conftest import BotInWorkspace


def has_account(
    town: BotInWorkspace, name: str = "Acme", owner: str = "U0EVA", category: Category | None = None
) -> None:  # fmt: skip
    """An account of that name and category, which `owner` looks after."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, owner), name, category=category, now=town.box.clock.now())


def values(blocks: Any, action_id: str) -> list[str]:
    """The values of the buttons of that id, in order."""
    elements = [e for block in blocks for e in (*block.get("elements", ()), block.get("accessory") or {})]
    return [e["value"] for e in elements if e.get("action_id") == action_id]


def open_plan(town: BotInWorkspace, user: str = "U0EVA", name: str = "Acme") -> View:
    """The account plan, from the account's page."""
    view: View | None = town.press(user, town.commit(user, f"account {name}").messages[-1], ids.PLAN_OPEN).view
    assert view is not None
    return view


def open_list(town: BotInWorkspace, user: str = "U0EVA", name: str = "Acme", kind: str = "key_date") -> View:
    """The list of a section, from the plan; the plan itself if the section has no rows."""
    view = open_plan(town, user, name)
    if any(value.startswith(f"{kind}:") for value in values(view.blocks, ids.SECTION_OPEN)):
        press(town, user, ids.SECTION_OPEN, kind=kind)
    top: View = town.box.modals(user)[-1]
    return top


def press(town: BotInWorkspace, user: str, action_id: str, nth: int = 0, kind: str = "key_date") -> Outcome:
    """Press a button of that section in the view on top."""
    view = town.box.modals(user)[-1]
    value = [each for each in values(view.blocks, action_id) if each.startswith(f"{kind}:")][nth]
    # A signal may have the same button as its section.
    block_id = next(block["block_id"] for block in view.blocks if value in values([block], action_id))
    outcome = town.box.press(user, action_id=action_id, value=value, view_id=view.id, block_id=block_id)
    assert outcome.problem is None, outcome
    return outcome


def form(town: BotInWorkspace, user: str, action_id: str, nth: int = 0, kind: str = "key_date") -> View:
    """Press what opens a form; the form."""
    view: View | None = press(town, user, action_id, nth, kind).view
    assert view is not None
    return view


def add(town: BotInWorkspace, user: str = "U0EVA", day: str = "2027-01-29", **fields: Any) -> None:
    """Add a key date to Acme by the form."""
    open_list(town, user)
    done = town.submit(user, form(town, user, ids.SECTION_ADD), day=day, **fields)
    assert (done.problem, done.errors) == (None, {})
    town.box.close(user, town.box.modals(user)[-1].id)
