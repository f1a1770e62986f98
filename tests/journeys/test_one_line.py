"""`/commit …` in one line: from what a person types to the ledger, the receipt and the owner's DM."""

from __future__ import annotations

from datetime import date

from handlers import ids
from tests.journeys.conftest import BotInWorkspace, words, words_of


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


def test_the_hour_goes_to_the_note(town: BotInWorkspace) -> None:
    """“By Friday 5pm” is due on Friday and recorded at once; the note keeps the phrase with its hour."""
    town.receipt("U0EVA", "send the pricing sheet by Friday 5pm")
    kept = town.commitment(1)
    assert (kept.action, kept.due_on, kept.note) == ("send the pricing sheet", date(2026, 11, 27), "by Friday 5pm")


def test_an_owner_named_beside_the_date_owns_it(town: BotInWorkspace) -> None:
    """A person behind the date is the owner; one at the end of the action is proposed, and the form asks."""
    town.receipt("U0EVA", "send the pricing sheet by Friday @ana")
    assert town.commitment(1).owner.slack_id == "U0ANA"
    form = town.commit("U0EVA", "send the pricing sheet @ana by Friday").view
    assert "Is Ana Souza the owner?" in words_of(form)


def test_all_open_questions_are_asked_at_once(town: BotInWorkspace) -> None:
    """Two owners and a date with two meanings: the form asks about both, and the note names the second person."""
    form = town.commit("U0EVA", "@ana @ben workshop by next Friday").view
    assert form is not None
    shown = words_of(form)
    assert "one accountable owner" in shown
    assert "“by next Friday” could be" in shown
    note = next(block["element"] for block in form.blocks if block.get("block_id") == ids.NOTE)
    assert "Ben" in note["initial_value"]


def test_a_reason_shows_no_markup(town: BotInWorkspace) -> None:
    """A phrase that is quoted in a question holds a person's name at most, and never Slack's own marks."""
    shown = words_of(town.commit("U0EVA", "send the deck before @ana signs").view)
    assert "before" in shown
    assert "<@" not in shown
    assert "U0ANA" not in shown
