"""People press all buttons and fill in all forms, at any time: the ledger stays consistent, and nobody sees a fault."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import SandboxError
from sandbox.elements import flat_options
from store import commitments, history
from store.rules.transitions import NO_PROGRESS
from tests.journeys import invariants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Message, View
    from store.tables import Commitment
    from tests.bot.conftest import Log
    from tests.journeys.conftest import BotInWorkspace

pytestmark = pytest.mark.both_databases

PEOPLE = ("U0EVA", "U0ANA", "U0BEN", "U0ADA")
PLACES = ("C0ACME", "C0GENERAL", "C0SHARED", "G0DEALS")
LINES = (
    "send *it* by Friday", "@ana call them tomorrow for Acme", "theirs: @ben signed order by 4 Dec for R&D <Ltd>",
    "@ada <!channel> by 2026-12-24", "no date here", "mine", "overdue", "account Acme", "account", "1", "2", "3",
    "help", "", "away today to 4 Dec @ben", "away 24 Nov bis 27 Nov", "away", "back", "settings",
)  # fmt: skip
# Values that people type or choose in fields of these types.
TYPED: dict[str, tuple[str | None, ...]] = {
    "plain_text_input": ("because", "*bold* & <b>", "x" * 600, " ", "שלום", "DE"),
    "datepicker": ("2026-11-20", "2026-11-27", "2026-12-24", "2040-01-01"),
    "users_select": (*PEOPLE, "U0MAKEGOOD", None),
    "number_input": ("1", "3", "60"),
}
STEPS = 150


class Anybody:
    """Makes random steps, always steps that Slack's client would allow a person."""

    def __init__(self, town: BotInWorkspace, seed: int) -> None:
        self.town = town
        self.chance = random.Random(seed)
        self.done: list[str] = []

    def step(self) -> None:
        act = self.chance.choices((self.type, self.press, self.fill_in, self.wait, self.look), (3, 8, 6, 1, 1))[0]
        user = self.chance.choice(PEOPLE)
        self.done.append(f"{act.__name__} {user}")
        act(user)

    def type(self, user: str) -> None:
        """Type a command in a channel of theirs."""
        places = [place for place in PLACES if user in self.town.box.world.channels[place].members]
        self.town.commit(user, self.chance.choice(LINES), self.chance.choice(places))

    def press(self, user: str) -> None:
        """Press an action of a recent message, of Home or of the modal on top."""
        spots = [spot for spot in self._spots(user) if self._buttons(spot[0])]
        if not spots:
            return
        shown, where = self.chance.choice(spots)
        element, value = self.chance.choice(self._buttons(shown))
        self.done[-1] += f" {element['action_id']} {value} {where}"
        outcome = self.town.box.press(user, action_id=element["action_id"], value=value, **where)
        assert outcome.problem is None, (outcome, self.done)

    def fill_in(self, user: str) -> None:
        """Submit the modal on top with anything, or close it."""
        stack = self.town.box.modals(user)
        if not stack:
            return
        view = stack[-1]
        if not view.submit or self.chance.random() < 0.1:
            self.town.box.close(user, view.id)
            return
        state = {block["block_id"]: {e["action_id"]: self._value(user, view, e)} for block, e in _inputs(view)}
        self.done[-1] += f" {view.callback_id} {state}"
        outcome = self.town.box.submit(user, view.id, state)
        assert outcome.problem is None, (outcome, self.done)
        if outcome.errors:
            self.town.box.close(user, view.id)

    def wait(self, _: str) -> None:
        """Let hours pass, and plan and deliver what is due then."""
        hours = self.chance.choice((0, 1, 9, 24))
        self.town.box.clock.move_to(self.town.box.clock.now() + timedelta(hours=hours))
        self.town.makegood.tick()
        self.town.settled()

    def look(self, user: str) -> None:
        self.town.box.open_home(user)
        self.town.settled()

    def _spots(self, user: str) -> Iterator[tuple[Message | View, dict[str, Any]]]:
        modals = self.town.box.modals(user)
        if modals:
            # A person cannot reach the page below a modal.
            yield modals[-1], {"view_id": modals[-1].id}
            return
        for place in self.town.box.world.channels.values():
            if user in place.members:
                for message in self.town.box.messages(place.id, viewer=user)[-6:]:
                    yield message, {"channel": place.id, "ts": message.ts}
        if home := self.town.box.home(user):
            yield home, {"home": True}

    @staticmethod
    def _buttons(shown: Message | View) -> list[tuple[dict[str, Any], str]]:
        elements = [e for block in shown.blocks for e in block.get("elements", ()) if "action_id" in e]
        return [
            (element, value)
            for element in elements
            for value in ([o["value"] for o in element["options"]] if "options" in element else [element["value"]])
        ]

    def _value(self, user: str, view: View, element: dict[str, Any]) -> Any:
        match element["type"]:
            case known if known in TYPED:
                return self.chance.choice(TYPED[known])
            case "external_select":
                typed = self.chance.choice(("", "Acme", "Dana", "R&D <Ltd>"))
                offered = self.town.box.suggestions(user, view_id=view.id, action_id=element["action_id"], text=typed)
                return self.chance.choice([None, *(option["value"] for option in offered)])
            case "multi_users_select":
                return [person for person in PEOPLE if self.chance.random() < 0.3]
            case "checkboxes":
                offered = [option["value"] for option in flat_options(element)]
                return [value for value in offered if self.chance.random() < 0.7]
            case _:
                return self.chance.choice(flat_options(element))["value"]


def _inputs(view: View) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(block, block["element"]) for block in view.blocks if block["type"] == "input"]


# Without coverage: the tests of single events cover the same lines, and measuring doubles the time.
@pytest.mark.no_cover
@pytest.mark.parametrize("seed", [13, pytest.param(22, marks=pytest.mark.slow)])
def test_whatever_people_do(bare_town: BotInWorkspace, log: Log, seed: int) -> None:
    """All answers are well formed after every step; at the end each commitment matches its history."""
    town = bare_town
    anybody = Anybody(town, seed)
    for line in LINES[:4]:
        town.receipt("U0EVA", line)
    for _ in range(STEPS):
        try:
            anybody.step()
        except SandboxError as error:
            # The button may be gone by now: the step was drawn before it went.
            raise AssertionError(anybody.done[-5:]) from error
    town.settled()
    rows = town.rows()
    assert rows["commitment"] >= 4
    assert rows["entry"] > rows["commitment"]
    for number in range(1, rows["commitment"] + 1):
        _adds_up(town, town.ask("U0EVA", commitments.get, number))
    # A person who submits a form half an hour after opening it does not see the message or view updated.
    invariants.hold(town.box, log, expected=frozenset({"view_not_redrawn"}))


def _adds_up(town: BotInWorkspace, kept: Commitment) -> None:
    """Asserts that the current row equals the first row with the changes of all entries."""
    entries = town.ask("U0EVA", history.entries, kept)
    assert entries[0].verb == "record"
    changing = [entry for entry in entries[1:] if entry.verb not in NO_PROGRESS]
    assert kept.version == 1 + len(changing)
    for field in ("action", "due_on", "owner_id", "account_id", "state"):
        steps = [entry.changes[field] for entry in changing if field in entry.changes]
        for before, after in pairwise(steps):
            assert before[1] == after[0], (kept.number, field, steps)
        if steps:
            now = getattr(kept, field)
            assert steps[-1][1] == (now.isoformat() if field == "due_on" else now)
    assert kept.slips == sum(
        entry.changes["due_on"][1] > entry.changes["due_on"][0] for entry in changing if entry.verb == "move"
    )
