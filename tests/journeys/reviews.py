"""A review as a person uses it: the command, and the session in a modal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import ids
from store import accounts
from store.tables import Side
from tests.journeys.accounts import agreement
from tests.journeys.plan_sections import values

if TYPE_CHECKING:
    from sandbox import Message, Outcome, View
    from tests.journeys.conftest import BotInWorkspace


def review(town: BotInWorkspace, text: str = "", user: str = "U0EVA") -> Message:
    """Type /review; the answer."""
    outcome = town.box.command(user, "C0GENERAL", "/review", text)
    assert outcome.problem is None, outcome
    shown: Message = outcome.messages[-1]
    return shown


def promises(town: BotInWorkspace, count: int, side: Side = Side.OURS) -> None:
    """So many open promises of Acme; theirs are agreed."""
    with town.makegood.ledger.begin() as tx:
        acme = accounts.named(tx, town.person(tx, "U0EVA"), "Acme")
    whose = "promise" if side == Side.OURS else "their promise"
    rows = [("U0EVA", f"{whose} {number}", "2026-12-04") for number in range(1, count + 1)]
    agreed = agreement(town, acme) if side == Side.THEIRS and acme else None
    town.has_recorded("U0EVA", *rows, account=acme, side=side, agreed=agreed)


class Session:
    """A person in the modal of a review, who counts what they do."""

    def __init__(self, town: BotInWorkspace, user: str = "U0EVA") -> None:
        self.town, self.user, self.interactions = town, user, 0

    @property
    def top(self) -> View:
        view: View = self.town.box.modals(self.user)[-1]
        return view

    def open(self) -> None:
        """From the list of reviews."""
        self.town.press(self.user, review(self.town, "", self.user), ids.REVIEW_OPEN)

    def press(self, action_id: str, nth: int = 0) -> Outcome:
        self.interactions += 1
        value = values(self.top.blocks, action_id)[nth]
        outcome = self.town.box.press(self.user, action_id=action_id, value=value, view_id=self.top.id)
        assert outcome.problem is None, outcome
        return outcome

    def choose(self, number: int, verdict: str) -> Outcome:
        """Choose a verdict from the menu of a commitment."""
        self.interactions += 1
        menus = [block["accessory"] for block in self.top.blocks if "options" in (block.get("accessory") or {})]
        options = [each["value"] for menu in menus for each in menu["options"]]
        value = next(one for one in options if one.startswith(f"commitment:{number}:") and f".{verdict}." in one)
        return self.town.box.press(self.user, action_id=ids.VERDICT, value=value, view_id=self.top.id)

    def submit(self, **fields: Any) -> Outcome:
        self.interactions += 1
        return self.town.submit(self.user, self.top, **fields)


def begun(town: BotInWorkspace, line: str) -> Session:
    """Book a review by that line, and start it: the session of Eva."""
    review(town, line)
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_START)
    return session
