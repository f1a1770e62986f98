"""Lines after /commit that are commands: they act or look, and are never taken for commitments."""

from __future__ import annotations

import pytest

from handlers import ids
from handlers.commitments import listing
from handlers.slack.refs import Ref, ViewName
from store import accounts
from store.errors import LedgerError
from tests.journeys.conftest import BotInWorkspace, read, words, words_of
from tests.journeys.reading import LAST_WEEK, numbers


@pytest.fixture
def filled(town: BotInWorkspace) -> BotInWorkspace:
    """#1 and #2 are Eva's (overdue for Acme, this week), #3 is Ana's for Acme, #4 is owed by Acme, #5 was done."""
    with town.makegood.ledger.begin() as tx:
        acme = accounts.create(tx, town.person(tx, "U0EVA"), "Acme", now=town.box.clock.now())
    town.has_recorded("U0EVA", ("U0EVA", "send the pricing", "2026-11-20"), account=acme, at=LAST_WEEK)
    town.has_recorded("U0EVA", ("U0EVA", "call Marcus", "2026-11-27"))
    town.has_recorded("U0EVA", ("U0ANA", "write the offer", "2026-12-15"), account=acme)
    town.has_recorded("U0EVA", ("U0EVA", "sign the order", "2026-12-01"), account=acme, side="theirs")
    town.has_recorded("U0EVA", ("U0EVA", "book a room", "2026-12-02"))
    assert "done" in words(town.commit("U0EVA", "done 5").messages[-1]).casefold()
    return town


LISTS = {
    "mine acme": [1, 4],
    "list": [1, 2, 4],
    "mine overdue": [1],
    "overdue mine": [1],
    "overdue acme": [1],
    "Acme overdue": [1],
    "account Acme theirs": [4],
    "acme theirs": [4],
    "@ana": [3],
    "@ana acme": [3],
    "overdue @ana": [],
    "this week": [1, 2],
    "today": [1],
    "done": [5],
    "done acme": [],
    "search PRICING": [1],
    "search nothing like it": [],
    "theirs": [4],
    "open": [1, 2, 4, 3],
}


@pytest.mark.parametrize(("typed", "shown"), LISTS.items())
def test_a_list_is_shown_and_nothing_recorded(filled: BotInWorkspace, typed: str, shown: list[int]) -> None:
    """Words of a list, a person and an account's name make a list, in any order that people type."""
    answer = filled.commit("U0EVA", typed)
    assert answer.view is None
    assert numbers(answer.messages[-1].blocks) == shown
    assert filled.rows()["commitment"] == 5


AT_ONCE = ["done 2", "2 done", "#2 is done", "done #2", "mark 2 as done", "2 erledigt", "Finished 2"]


@pytest.mark.parametrize("typed", AT_ONCE)
def test_done_with_a_number_finishes_it(filled: BotInWorkspace, typed: str) -> None:
    """The verb and the number, in either order, do what the button does, and the answer shows the item."""
    answer = filled.commit("U0EVA", typed).messages[-1]
    assert filled.commitment(2).state == "done"
    assert "Reopen" in words(answer)
    filled.press("U0EVA", answer, ids.REOPEN)
    assert filled.commitment(2).state == "open"


def test_a_command_delivered_twice_acts_once(filled: BotInWorkspace) -> None:
    """Slack's retry of the same command makes no second entry."""
    filled.commit("U0EVA", "done 2")
    filled.again()
    assert filled.verbs(2).count("done") + filled.verbs(2).count("finish") == 1


def test_a_form_for_a_number(filled: BotInWorkspace) -> None:
    """A verb that asks for a reason opens its form; once it is submitted, the item stands in the form's place."""
    form = filled.commit("U0EVA", "cancel 2").view
    assert form is not None
    filled.submit("U0EVA", form, reason="Marcus has left")
    assert filled.commitment(2).state == "cancelled"
    assert "Marcus has left" in words_of(filled.box.modals("U0EVA")[-1])


def test_what_is_refused_by_a_button_is_refused_here(filled: BotInWorkspace) -> None:
    """An unknown number, a verb without a number and a verb that the state forbids are told in words."""
    assert "There is no commitment #99" in words(filled.commit("U0EVA", "done 99").messages[-1])
    assert "/commit cancel 17" in words(filled.commit("U0EVA", "cancel").messages[-1])
    refused = words(filled.commit("U0EVA", "move 5").messages[-1])
    assert filled.commitment(5).state == "done"
    assert "#5" in refused
    assert "I don't know who @nobody is" in words(filled.commit("U0EVA", "overdue @nobody").messages[-1])
    assert filled.rows()["commitment"] == 5


def test_the_second_to_act_is_told(filled: BotInWorkspace) -> None:
    """A command for an item that is done already changes nothing and says so."""
    filled.commit("U0EVA", "done 2")
    before = filled.verbs(2)
    assert "done" in words(filled.commit("U0BEN", "done 2").messages[-1]).casefold()
    assert filled.verbs(2) == before


def test_the_name_of_an_account_shows_its_page(filled: BotInWorkspace) -> None:
    """A line that is an account's name and nothing else opens the account's page."""
    assert "Acme" in read(filled.commit("U0EVA", "acme").messages[-1])
    assert filled.rows()["commitment"] == 5


STILL_COMMITMENTS = [
    "list the prospects by Friday",
    "today call Dana by Friday",
    "overdue invoice to Acme by Friday",
    "done with the deck by Friday",
    "search for a new office by Friday",
    "move 2 boxes by Friday",
]


@pytest.mark.parametrize("typed", STILL_COMMITMENTS)
def test_a_promise_that_begins_like_a_command_is_recorded(town: BotInWorkspace, typed: str) -> None:
    """A line with an action and a date is a commitment, also where its first word is a command's."""
    assert "Recorded as #1" in words(town.commit("U0EVA", typed).messages[-1])


@pytest.mark.parametrize("typed", ["?", "help me", "HELP"])
def test_help_is_help(town: BotInWorkspace, typed: str) -> None:
    """A question mark and a cry for help show the help page."""
    assert "Record a promise in one line" in words(town.commit("U0EVA", typed).messages[-1])


def test_a_slip_is_a_button(filled: BotInWorkspace) -> None:
    """The command that was probably meant is a button, which shows its list in the same place."""
    answer = filled.commit("U0EVA", "mien").messages[-1]
    filled.press("U0EVA", answer, ids.RUN)
    assert numbers(filled.box.messages("C0ACME", viewer="U0EVA")[-1].blocks) == [1, 2, 4]


def test_a_list_turns_its_pages(town: BotInWorkspace) -> None:
    """A list of an account and a person has pages like every other."""
    town.has_recorded("U0EVA", *[("U0ANA", f"call {n}", "2026-12-01") for n in range(25)])
    answer = town.commit("U0EVA", "@ana").messages[-1]
    first = numbers(answer.blocks)
    town.press("U0EVA", answer, ids.PAGE_OLDER)
    second = numbers(town.box.messages("C0ACME", viewer="U0EVA")[-1].blocks)
    assert len({*first, *second}) == 20


@pytest.mark.parametrize("extra", ["999....", ".999...", "1.1.x..", "1.1..x.", "1", ""])
def test_a_list_that_the_viewer_may_not_see_is_refused(town: BotInWorkspace, extra: str) -> None:
    """A reference to a person or account that the viewer does not see, or to no list at all, is refused in words."""
    with pytest.raises(LedgerError):
        town.ask("U0EVA", listing.draw, Ref(view=ViewName.LIST, extra=extra), town.box.clock.now())


def test_undo_alone_takes_back_the_last_recording(filled: BotInWorkspace) -> None:
    """One line or a whole list that the person recorded last goes; Slack’s retry takes back nothing more."""
    filled.receipt("U0EVA", "send the deck by Friday")
    filled.receipt("U0BEN", "send the sheet by Friday")
    assert "#6 was taken back" in words(filled.commit("U0EVA", "undo").messages[-1])
    filled.again()
    assert [filled.commitment(number).state for number in (5, 6, 7)] == ["done", "cancelled", "open"]
    view = filled.commit("U0EVA", "@ana send A by Friday\n@ben send B by Friday").view
    assert view is not None
    filled.box.submit("U0EVA", view.id, {})
    assert "Taken back: #8 to #9" in words(filled.commit("U0EVA", "undo").messages[-1])
    assert {filled.commitment(number).state for number in (8, 9)} == {"cancelled"}


def test_undo_alone_says_why_it_cannot(filled: BotInWorkspace) -> None:
    """The last step was no recording, it was too long ago, or there was none."""
    said = words(filled.commit("U0EVA", "undo").messages[-1])
    assert "you marked it done (#5)" in said
    assert "/commit 5" in said
    assert "nothing to undo" in words(filled.commit("U0ANA", "undo").messages[-1])
    filled.receipt("U0EVA", "send the deck by Friday")
    filled.pass_by(minutes=11)
    assert "nothing to undo" in words(filled.commit("U0EVA", "undo").messages[-1])
    assert filled.commitment(6).is_open
