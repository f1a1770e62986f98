"""Every surface shows a person the buttons that work for them, and no others: each is pressed, and none is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from sandbox.elements import flat_options
from store import accounts, commitments
from tests.journeys.accounts import person
from tests.journeys.working_lives import away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Message, View
    from store.tables import Account
    from tests.journeys.conftest import BotInWorkspace

# Enough that each button is pressed on a commitment of its own: on a page of a list, and of those that have a view of
# their own.
LISTED, MANY = 10, 20
CHANGES = {ids.DONE, ids.MOVE, ids.BLOCK, ids.HAND_OVER, ids.EDIT, ids.CANCEL, ids.COMMENT, ids.HELP}
# The person of theirs who may agree.
DANA = "Dana Reyes"
NOT_BLOCKED = {ids.UNBLOCK, ids.NEED_UNTIL}
# Values for the fields of the forms.
FILLED = {
    ids.REASON: "because", ids.DUE: "2026-12-14", ids.OWNER: "U0ADA", ids.UNTIL: "2026-11-25", ids.ACTION: "send it",
    ids.WORDS: "sent the draft",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A viewer in one relation to commitments of `owner`, recorded by `creator`, at an account that `lead` leads."""

    viewer: str
    shows: set[str]
    owner: str = "U0ANA"
    creator: str = "U0ANA"
    lead: str = "U0EVA"
    coach: str | None = None
    blocker: str | None = None
    surfaces: tuple[str, ...] = ("details", "list")
    hides: set[str] = field(default_factory=lambda: {ids.ACCEPT, ids.HAND_BACK, ids.SNOOZE, *NOT_BLOCKED})

    def prepare(self, town: BotInWorkspace) -> Account:
        """Make the account, and the relation that is not in its rows."""
        with town.makegood.ledger.begin() as tx:
            account = accounts.create(tx, town.person(tx, self.lead), "Acme", now=town.box.clock.now())
            account.coach_id = town.person(tx, self.coach).id if self.coach else None
        return account


class AwayCase(Case):
    """The owner is away, and the viewer is their delegate."""

    def prepare(self, town: BotInWorkspace) -> Account:
        away(town, self.owner, date(2026, 11, 23), date(2026, 11, 27), self.viewer)
        return super().prepare(town)


CASES = {
    "owner": Case("U0ANA", CHANGES | {ids.SNOOZE}, surfaces=("details", "list", "home", "brief"),
                  hides={ids.ACCEPT, ids.HAND_BACK, ids.ASK, ids.FOLLOW}),
    "asked owner": Case("U0ANA", {ids.ACCEPT, ids.HAND_BACK, *CHANGES, ids.SNOOZE}, creator="U0BEN",
                        surfaces=("details", "list", "home", "brief", "notice"), hides=set()),
    "creator": Case("U0BEN", {*CHANGES, ids.ASK}, creator="U0BEN", surfaces=("details", "list", "home")),
    "lead": Case("U0EVA", CHANGES),
    "admin": Case("U0ADA", {*CHANGES, ids.ASK, ids.FOLLOW}),
    "delegate": AwayCase("U0BEN", CHANGES, surfaces=("details", "list", "brief")),
    "coach": Case("U0BEN", {ids.COMMENT, ids.ASK, ids.FOLLOW}, coach="U0BEN", hides=CHANGES - {ids.COMMENT}),
    "in the way": Case("U0BEN", {ids.UNBLOCK, ids.NEED_UNTIL, ids.COMMENT, ids.ASK}, blocker="U0BEN",
                       hides=CHANGES - {ids.COMMENT}, surfaces=("details", "list", "home", "brief")),
    "owner of a blocked one": Case("U0ANA", {*CHANGES - {ids.BLOCK}, ids.UNBLOCK}, blocker="U0BEN",
                                   hides={ids.BLOCK, ids.NEED_UNTIL}),
    "other": Case("U0BEN", {ids.ASK, ids.FOLLOW},
                  hides={*CHANGES, ids.ACCEPT, ids.HAND_BACK, ids.SNOOZE, ids.REDACT, ids.REOPEN}),
}  # fmt: skip


def _buttons(shown: Message | View, number: int) -> Iterator[tuple[str, str, str]]:
    """(action, action id of the element, value) of the buttons and menu entries that are about that commitment."""
    about = f"commitment:{number}:"
    for block in shown.blocks:
        for element in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())):
            if "options" in element or "option_groups" in element:
                for option in flat_options(element):
                    action, _, ref = option["value"].partition("|")
                    if ref.startswith(about):
                        yield action, element["action_id"], option["value"]
            elif str(element.get("value")).startswith(about):
                yield element["action_id"], element["action_id"], element["value"]


def _draw(town: BotInWorkspace, surface: str, viewer: str, number: int) -> tuple[Message | View, dict[str, Any]]:
    """The surface that shows the commitment of that number, and where a press on it happens."""
    channel = "C0GENERAL"
    if surface == "details":
        found = town.item(viewer, number, channel)
    elif surface == "list":
        found = town.commit(viewer, "account Acme ours", channel).messages[-1]
    elif surface == "home":
        town.box.open_home(viewer)
        if f"commitment:{number}:" not in str(town.box.home(viewer)):
            town.box.press(viewer, home=True, action_id=ids.HOME_WAITING)
        home = town.box.home(viewer)
        assert home is not None
        return home, {"home": True}
    else:
        town.settled()
        found = next(one for one in reversed(town.box.dm(viewer)) if f"commitment:{number}:" in str(one.blocks))
    return found, {"channel": found.channel, "ts": found.ts}


@pytest.mark.parametrize(("name", "surface"), [(name, one) for name, case in CASES.items() for one in case.surfaces])
def test_each_button_works(town: BotInWorkspace, name: str, surface: str) -> None:
    """The surface shows the person what they may do; each button is pressed, each form submitted, and none refused."""
    case = CASES[name]
    account = case.prepare(town)
    count = MANY if surface == "details" else LISTED
    due = "2026-11-24" if surface == "brief" else "2026-11-27"
    town.has_recorded(
        case.creator, *((case.owner, f"send {n}", due) for n in range(1, count + 1)), account=account,
        stakeholder=person(town, account, DANA),
    )  # fmt: skip
    for number in range(1, count + 1):
        if case.blocker is None:
            break
        with town.makegood.ledger.begin() as tx:
            owner, blocker = town.person(tx, case.owner), town.person(tx, case.blocker)
            commitments.block(
                tx, owner, number, "figures", blocker, version=1, origin_key="b", now=town.box.clock.now()
            )
    if surface == "brief":
        town.jump(2026, 11, 24, 15, 0)
    elif surface == "notice":
        town.settled()
        town.pass_by(hours=1, minutes=1)
    shown, _ = _draw(town, surface, case.viewer, 1)
    actions = list(dict.fromkeys(action for action, _, _ in _buttons(shown, 1)))
    assert ids.SHOW in actions
    assert case.hides.isdisjoint(actions)
    if surface == "details":
        assert case.shows <= set(actions), case.shows - set(actions)
    if surface == "notice":
        # The others come together, each with a menu of what is likely.
        shown, _ = _draw(town, surface, case.viewer, 2)
        actions = [actions[0], *dict.fromkeys(action for action, _, _ in _buttons(shown, 2))]
    for number, action in enumerate(actions, start=1):
        _press(town, surface, case.viewer, number, action)


def _press(town: BotInWorkspace, surface: str, viewer: str, number: int, action: str) -> None:
    shown, where = _draw(town, surface, viewer, number)
    element, value = next(found[1:] for found in _buttons(shown, number) if found[0] == action)
    before = [*town.box.messages("C0GENERAL", viewer=viewer), *town.box.dm(viewer)]
    outcome = town.box.press(viewer, action_id=element, value=value, **where)
    assert outcome.problem is None, (action, outcome)
    if outcome.view is not None and outcome.view.submit:
        asked = {block["block_id"] for block in outcome.view.blocks if block["type"] == "input"}
        filled = {name: said for name, said in FILLED.items() if name in asked}
        submitted = town.submit(viewer, outcome.view, **filled)
        assert submitted.errors == {}, (action, submitted)
        assert submitted.problem is None, (action, submitted)
    after = [*town.box.messages("C0GENERAL", viewer=viewer), *town.box.dm(viewer)]
    said = {one.ts for one in after} - {one.ts for one in before}
    assert not [one.text for one in after if one.ts in said and one.text.startswith(":warning:")], action
    for view in reversed(town.box.modals(viewer)):
        assert view.title != "That did not work", (action, view.blocks)
        town.box.close(viewer, view.id)


def test_an_ended_one_is_reopened_by_those_who_may(town: BotInWorkspace) -> None:
    """A done commitment shows *Reopen* to its owner, and to other people only its details."""
    town.receipt("U0ANA", "send it by Friday")
    town.press("U0ANA", town.item("U0ANA"), ids.DONE)
    assert {action for action, _, _ in _buttons(town.item("U0BEN"), 1)} == {ids.SHOW}
    assert ids.REOPEN in {action for action, _, _ in _buttons(town.item("U0ANA"), 1)}
    town.press("U0ANA", town.item("U0ANA"), ids.REOPEN)
    assert town.commitment(1).is_open
