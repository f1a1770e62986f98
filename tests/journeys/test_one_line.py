"""`/commit …` in one line: from what a person types to the ledger, the receipt and the owner's DM."""

from __future__ import annotations

from datetime import date

from tests.journeys.conftest import BotInWorkspace, words


def test_a_line_is_recorded_and_its_owner_told(town: BotInWorkspace) -> None:
    """One line gives a numbered receipt with the full date, and the owner hears who committed them to what."""
    receipt = town.receipt("U0EVA", "@ana send the pricing sheet to Dana by Friday")
    assert "#1" in words(receipt)
    assert "send the pricing sheet to Dana" in words(receipt)
    assert "Friday 27 November 2026" in words(receipt)
    assert receipt.ephemeral_for == "U0EVA"
    town.settled()
    notice = town.box.dm("U0ANA")[-1]
    assert "Eva Lindqvist" in words(notice)
    assert "send the pricing sheet to Dana" in words(notice)
    kept = town.commitment(1)
    assert (kept.due_on, kept.owner.slack_id, kept.creator.slack_id) == (date(2026, 11, 27), "U0ANA", "U0EVA")
