"""The same words for the same account and owner are pointed out before they are recorded a second time."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import ids
from store import accounts, commitments
from tests.journeys.conftest import BotInWorkspace, words_of
from tests.journeys.forms import open_form

LINE = "@ana send the pricing by 4 Dec"


@pytest.mark.both_databases
def test_the_same_line_is_pointed_out(town: BotInWorkspace) -> None:
    """The form says when and as which number it was recorded, with everything filled in; one press records it too."""
    town.receipt("U0EVA", LINE)
    town.jump(2026, 11, 25, 10, 0)
    form = town.commit("U0EVA", "@ana Send the pricing! by Friday").view
    assert form is not None
    assert "You recorded this on Monday as #1, due Friday 4 December 2026." in words_of(form)
    assert form.submit == "Record it all the same"
    assert town.rows()["commitment"] == 1
    assert town.box.submit("U0EVA", form.id, {}).errors == {}
    assert (town.commitment(2).action, town.commitment(2).owner.slack_id) == ("Send the pricing!", "U0ANA")


def test_the_first_one_can_be_looked_at(town: BotInWorkspace) -> None:
    """*Show #1* opens it above the form, which keeps what was typed."""
    town.receipt("U0EVA", LINE)
    form = town.commit("U0EVA", LINE).view
    assert form is not None
    town.box.press("U0EVA", action_id=ids.SHOW, view_id=form.id)
    assert [view.title for view in town.box.modals("U0EVA")] == ["New commitment", "Commitment #1"]


def test_a_colleague_is_named(town: BotInWorkspace) -> None:
    """Somebody else's recording is said to be theirs."""
    town.receipt("U0BEN", LINE)
    assert "Ben Okafor recorded this today as #1" in words_of(town.commit("U0EVA", LINE).view)


@pytest.mark.both_databases
def test_the_form_points_it_out_too(town: BotInWorkspace) -> None:
    """Submitting the form shows the remark once, keeps what was typed, and records at the second press."""
    town.receipt("U0EVA", LINE)
    form = open_form(town)
    fields: dict[str, Any] = {ids.ACTION: "send the pricing", ids.OWNER: "U0ANA", ids.DUE: "2026-12-09", ids.NOTE: "x"}
    town.submit("U0EVA", form, **fields)
    again = town.box.modals("U0EVA")[-1]
    assert "as #1" in words_of(again)
    assert town.rows()["commitment"] == 1
    town.submit("U0EVA", again)
    assert (town.commitment(2).note, town.commitment(2).due_on.day) == ("x", 9)


def test_a_line_of_minutes_is_marked(town: BotInWorkspace) -> None:
    """Rows that repeat the ledger or an earlier row are marked; they are recorded unless they are left out."""
    town.receipt("U0EVA", LINE)
    view = town.commit("U0EVA", f"{LINE}\n@ben call Dana by Friday\n@ben Call Dana by Thursday").view
    assert view is not None
    hints = {block["block_id"]: block["hint"]["text"] for block in view.blocks if block.get("hint")}
    assert "You recorded this today as #1" in hints["row.0.action"]
    assert "same as a line above" in hints["row.2.action"]
    assert set(hints) == {"row.0.action", "row.2.action"}
    assert town.submit("U0EVA", view).errors == {}
    assert town.rows()["commitment"] == 4


NOT_THE_SAME = [
    "@ben send the pricing by 4 Dec",
    "@ana send the prices by 4 Dec",
    "@ana send the pricing for Acme by 4 Dec",
]


@pytest.mark.parametrize("line", NOT_THE_SAME)
def test_another_owner_account_or_wording_is_another_promise(town: BotInWorkspace, line: str) -> None:
    """Only the same words, owner and account together are the same promise."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, "U0EVA"), "Acme", now=town.box.clock.now())
    town.receipt("U0EVA", LINE)
    town.receipt("U0EVA", line)


@pytest.mark.both_databases
def test_what_is_over_is_not_pointed_out(town: BotInWorkspace) -> None:
    """A promise that is done, taken back, or was recorded more than two weeks ago may be recorded again."""
    town.receipt("U0EVA", "send the pricing by 18 Dec")
    town.commit("U0EVA", "done 1")
    town.press("U0EVA", town.receipt("U0EVA", "send the pricing by 18 Dec"), ids.UNDO)
    town.receipt("U0EVA", "send the pricing by 18 Dec")
    town.move(2026, 12, 6, 10, 0)
    assert town.commit("U0EVA", "send the pricing by 18 Dec").view is not None
    town.move(2026, 12, 7, 11, 0)
    town.receipt("U0EVA", "send the pricing by 18 Dec")


@pytest.mark.both_databases
def test_slacks_retry_is_no_second_promise(town: BotInWorkspace) -> None:
    """A command and a form that Slack delivers twice, also at the same moment, get their receipt and no question."""
    with town.post.caught() as parcels:
        town.commit("U0EVA", LINE)
    answers = town.at_once(*parcels * 3)
    assert all("Recorded as #1" in str(ack.body) for ack in answers)
    assert town.rows()["commitment"] == 1
    found = town.ask("U0EVA", commitments.recorded_lately, "send the pricing", town.commitment(1).owner_id, None,
                     now=town.box.clock.now())  # fmt: skip
    assert found.number == 1
