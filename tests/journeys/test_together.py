"""*Done for several …* and *Move several …*, from the Home tab and from a list."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from tests.journeys.conftest import BotInWorkspace, read, words_of

if TYPE_CHECKING:
    from typing import Any

    from sandbox import View

pytestmark = pytest.mark.both_databases
FRIDAY = "2026-11-27"


def asked(town: BotInWorkspace, action_id: str, *, home: bool) -> View:
    """The form, opened from Eva's Home tab or from her list."""
    if home:
        town.box.open_home("U0EVA")
        shown = town.box.home("U0EVA")
        assert shown is not None
        outcome = town.box.press("U0EVA", home=True, action_id=ids.MORE, value=_entry(shown.blocks, action_id))
    else:
        outcome = town.press("U0EVA", town.commit("U0EVA", "mine").messages[-1], action_id)
    assert outcome.view is not None, outcome
    return outcome.view


def _entry(blocks: Any, action_id: str) -> str:
    elements = (each for block in blocks for each in (*block.get("elements", ()), block.get("accessory") or {}))
    values = (option["value"] for each in elements for option in each.get("options", ()))
    return str(next(value for value in values if value.startswith(f"{action_id}|")))


def boxes(form: View) -> list[str]:
    """The values of the boxes of all groups."""
    groups = (block["element"] for block in form.blocks if block.get("element", {}).get("type") == "checkboxes")
    return [option["value"] for group in groups for option in group["options"]]


def ticked(form: View, *numbers: int) -> dict[str, Any]:
    """The values of the fields with the boxes of these commitments ticked."""
    found: dict[str, Any] = {}
    for block in form.blocks:
        if block.get("element", {}).get("type") == "checkboxes":
            values = [option["value"] for option in block["element"]["options"]]
            chosen = [value for value in values if int(value.split(":")[1]) in numbers]
            found[block["block_id"]] = chosen
    return found


@pytest.mark.parametrize("home", [True, False])
def test_several_are_done_at_once(town: BotInWorkspace, home: bool) -> None:
    """The ticked ones are done, each with its own entry; the view behind is drawn again; the others stay."""
    town.has_recorded("U0EVA", *(("U0EVA", f"send {number}", FRIDAY) for number in range(12)))
    form = asked(town, ids.FINISH_TOGETHER, home=home)
    assert len(boxes(form)) == (12 if home else 10)
    outcome = town.submit("U0EVA", form, **ticked(form, 1, 3, 10))
    assert (outcome.ok, outcome.errors) == (True, {})
    states = {number: town.commitment(number).state for number in range(1, 13)}
    assert [number for number, state in states.items() if state == "done"] == [1, 3, 10]
    assert town.verbs(3) == ["record", "finish"]
    if home:
        assert "This week (9)" in words_of(town.box.home("U0EVA"))
        assert "#10 · done" in words_of(town.box.home("U0EVA"))
    else:
        assert "9 commitments" in read(town.box.messages("C0ACME", viewer="U0EVA")[-1])
    assert town.again().status == 200
    assert town.verbs(3) == ["record", "finish"]


def test_several_are_moved_with_one_reason(town: BotInWorkspace) -> None:
    """The ticked ones get the date and the reason; a date that has passed is refused at its field, and none moves."""
    town.has_recorded("U0EVA", *(("U0EVA", f"send {number}", FRIDAY) for number in range(6)))
    form = asked(town, ids.MOVE_TOGETHER, home=True)
    wrong = town.submit("U0EVA", form, **ticked(form, 2, 5), due="2026-11-20", reason="audit")
    assert set(wrong.errors) == {ids.DUE}
    assert town.commitment(2).due_on == date(2026, 11, 27)
    town.submit("U0EVA", form, **ticked(form, 2, 5), due="2026-12-04", reason="audit")
    assert [town.commitment(number).due_on.day for number in range(1, 7)] == [27, 4, 27, 27, 4, 27]
    assert "audit" in read(town.item("U0EVA", 5))


def test_one_that_changed_meanwhile_is_left_alone(town: BotInWorkspace) -> None:
    """The others are changed, and the person reads which one is not and who was first."""
    town.has_recorded("U0EVA", *(("U0EVA", f"send {number}", FRIDAY) for number in range(6)))
    form = asked(town, ids.FINISH_TOGETHER, home=True)
    with town.makegood.ledger.begin() as tx:
        from store import commitments

        ada, now = town.person(tx, "U0ADA"), town.box.clock.now()
        commitments.move(tx, ada, 2, date(2026, 12, 4), "later", version=1, origin_key="x", now=now)
    outcome = town.submit("U0EVA", form, **ticked(form, 1, 2))
    assert outcome.view is not None
    said = words_of(outcome.view)
    assert "1 commitment changed" in said
    assert "Ada Moreau gave it a new date" in said
    assert [town.commitment(number).state for number in (1, 2)] == ["done", "open"]


def test_nothing_ticked_is_said_at_the_field(town: BotInWorkspace) -> None:
    """A form without a tick stays open and says so."""
    town.has_recorded("U0EVA", *(("U0EVA", f"send {number}", FRIDAY) for number in range(6)))
    form = asked(town, ids.FINISH_TOGETHER, home=True)
    assert town.submit("U0EVA", form).errors == {ids.CHOSEN_1: "Tick at least one."}
