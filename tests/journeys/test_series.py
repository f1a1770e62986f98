"""Commitments that come again and again: one occurrence after the other, each for itself, until the series is ended."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from store import commitments
from store.errors import NotAllowedError
from store.tables import Commitment, State
from tests.journeys.conftest import BotInWorkspace, read, words, words_of

if TYPE_CHECKING:
    from sandbox import Message


def numbers(town: BotInWorkspace) -> list[int]:
    with town.makegood.ledger.read() as tx:
        return list(tx.scalars(sa.select(Commitment.number).order_by(Commitment.number)))


def newest(town: BotInWorkspace) -> list[int]:
    """The numbers of those that record a next one."""
    with town.makegood.ledger.read() as tx:
        return list(tx.scalars(sa.select(Commitment.number).where(Commitment.repeat_at.is_not(None))))


def told(town: BotInWorkspace, item: Message) -> str:
    """The refusal of the button."""
    outcome = town.press("U0EVA", item, ids.END_SERIES)
    return words_of(outcome.view) if outcome.view else town.told("U0EVA")


def test_a_line_begins_a_series(town: BotInWorkspace) -> None:
    """The rhythm leaves the action; the receipt, the list and the details say it."""
    receipt = town.receipt("U0EVA", "send the report every Friday")
    assert "Repeats: every Friday, first on Fri 27 Nov 2026, until you end the series" in read(receipt)
    kept = town.commitment(1)
    assert (kept.action, kept.due_on, kept.rhythm) == ("send the report", date(2026, 11, 27), "week:1")
    assert "every Friday" in read(town.item("U0EVA"))
    assert "every Friday" in read(town.commit("U0EVA", "mine").messages[-1])


def test_done_records_the_next_one(town: BotInWorkspace) -> None:
    """*Done* records the next occurrence and says so. The series goes on from there, and its history says so."""
    town.receipt("U0EVA", "send the report every Friday")
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    assert "next: Fri 4 Dec 2026 (#2)" in read(town.item("U0EVA"))
    following = town.commitment(2)
    assert (following.action, following.due_on, following.slips) == ("send the report", date(2026, 12, 4), 0)
    assert following.accepted_at is not None
    assert "recorded it, as the next one after #1" in read(town.item("U0EVA", 2))
    assert town.verbs(2) == ["repeat"]
    assert newest(town) == [2]


@pytest.mark.both_databases
def test_done_twice_at_once_records_one(town: BotInWorkspace) -> None:
    """Two people who press *Done* at the same moment, and Slack's retries, get one next occurrence."""
    town.receipt("U0EVA", "@ana send the report every Friday")
    parcels = []
    for user in ("U0EVA", "U0ANA"):
        item = town.item(user)
        with town.post.caught() as caught:
            town.press(user, item, ids.DONE)
        parcels += caught
    town.at_once(*parcels, *parcels)
    assert numbers(town) == [1, 2]


@pytest.mark.both_databases
def test_its_day_records_the_next_one(town: BotInWorkspace) -> None:
    """On the day of an occurrence the next one is recorded, also while it is open; one planning is enough."""
    town.receipt("U0EVA", "send the report every Friday")
    town.jump(2026, 11, 26, 12, 0)
    assert numbers(town) == [1]
    town.jump(2026, 11, 27, 12, 0)
    town.jump(2026, 11, 27, 13, 0)
    assert numbers(town) == [1, 2]
    assert town.commitment(1).state == State.OPEN
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    town.press("U0EVA", town.item("U0EVA"), ids.REOPEN)
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    assert numbers(town) == [1, 2]


@pytest.mark.both_databases
def test_a_month_without_the_bot(town: BotInWorkspace) -> None:
    """Occurrences whose day passed meanwhile are left out: there is one next occurrence, and it is ahead."""
    town.receipt("U0EVA", "send the report every Friday")
    town.jump(2026, 12, 30, 12, 0)
    town.jump(2026, 12, 30, 13, 0)
    assert numbers(town) == [1, 2]
    assert town.commitment(2).due_on == date(2027, 1, 1)


def test_a_day_off_does_not_move_the_rhythm(town: BotInWorkspace) -> None:
    """The 31st is kept: on a weekend the next one is due on the working day before, and the one after on the 31st."""
    town.receipt("U0EVA", "send the figures monthly by 31 Dec")
    for number in (1, 2, 3):
        town.press("U0EVA", town.item("U0EVA", number), ids.DONE)
    days = [town.commitment(number).due_on for number in (1, 2, 3, 4)]
    assert days == [date(2026, 12, 31), date(2027, 1, 29), date(2027, 2, 26), date(2027, 3, 31)]


def test_what_goes_on(town: BotInWorkspace) -> None:
    """Owner after a handing over, side, note and helpers go on; nobody gets a message about the next one."""
    town.receipt("U0EVA", "theirs: send us the figures every Friday")
    form = town.form("U0EVA", town.item("U0EVA"), ids.HELP)
    town.submit("U0EVA", form, helpers=["U0BEN"])
    town.submit("U0EVA", town.form("U0EVA", town.item("U0EVA"), ids.HAND_OVER), owner="U0ANA")
    town.settled()
    before = [len(town.box.dm(user)) for user in ("U0EVA", "U0ANA", "U0BEN")]
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    town.settled()
    following = town.commitment(2)
    assert (following.owner.slack_id, following.side, following.accepted_at) == ("U0ANA", "theirs", None)
    assert "With help of Ben Okafor" in read(town.item("U0EVA", 2))
    assert [len(town.box.dm(user)) for user in ("U0EVA", "U0ANA", "U0BEN")] == before


def test_end_the_series(town: BotInWorkspace) -> None:
    """No further one is recorded; this one stays, and its history says who ended the series."""
    town.receipt("U0EVA", "send the report every Friday")
    before, item = town.item("U0EVA"), town.item("U0EVA")
    town.press("U0EVA", item, ids.END_SERIES)
    town.again()
    assert town.verbs(1) == ["record", "end_series"]
    assert town.commitment(1).state == State.OPEN
    shown = read(town.item("U0EVA"))
    assert "you ended the series" in shown
    assert "every Friday" not in shown
    assert "No series goes on from #1" in told(town, before)
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    town.jump(2026, 12, 30, 12, 0)
    assert numbers(town) == [1]


def test_an_older_one_ends_it_too(town: BotInWorkspace) -> None:
    """The button of an open older occurrence ends the series and shows its newest, and none of them has it then."""
    town.receipt("U0EVA", "send the report every Friday")
    town.jump(2026, 11, 27, 12, 0)
    item = town.item("U0EVA")
    assert newest(town) == [2]
    town.press("U0EVA", item, ids.END_SERIES)
    assert town.verbs(2) == ["repeat", "end_series"]
    assert newest(town) == []
    assert all(ids.END_SERIES not in str(town.item("U0EVA", number).blocks) for number in (1, 2))


@pytest.mark.parametrize("line", ["end 1", "end series 1", "stop 1", "end the series #1"])
def test_ended_by_a_line(town: BotInWorkspace, line: str) -> None:
    """`/commit end` with the number of any occurrence ends the series, also of one that is done."""
    town.receipt("U0EVA", "send the report every Friday")
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    shown = town.commit("U0EVA", line).messages[-1]
    assert "you ended the series" in read(shown)
    assert newest(town) == []
    assert "No series goes on" in words(town.commit("U0EVA", line).messages[-1])


def test_who_may_not_end_it(town: BotInWorkspace) -> None:
    """A colleague who may not change it sees no button, and the ledger refuses."""
    town.receipt("U0EVA", "send the report every Friday")
    assert ids.END_SERIES not in str(town.item("U0BEN").blocks)
    with town.makegood.ledger.begin() as tx:
        ben = town.person(tx, "U0BEN")
        with pytest.raises(NotAllowedError, match="Only Eva"):
            commitments.end_series(tx, ben, 1, origin_key="of Ben", now=town.box.clock.now())
    assert newest(town) == [1]


def test_undo_ends_it(town: BotInWorkspace) -> None:
    """A series that is taken back records nothing, also on its first day; an occurrence that it recorded is no gesture
    to undo.
    """
    receipt = town.receipt("U0EVA", "send the report every Friday")
    town.press("U0EVA", receipt, ids.UNDO)
    town.jump(2026, 11, 30, 12, 0)
    assert numbers(town) == [1]
    town.receipt("U0EVA", "send the figures every Friday")
    town.press("U0EVA", town.item("U0EVA", 2), ids.DONE)
    assert "can't be undone" in words(town.commit("U0EVA", "undo").messages[-1])
    assert town.commitment(3).is_open


def test_cancel_skips_one(town: BotInWorkspace) -> None:
    """*Cancel* ends this one and says that the next one comes."""
    town.receipt("U0EVA", "send the report every Friday")
    form = town.form("U0EVA", town.item("U0EVA"), ids.CANCEL)
    assert "The next one comes all the same" in words_of(form) + str(form.blocks)
    town.submit("U0EVA", form, reason="Acme is on holiday")
    assert town.commitment(2).due_on == date(2026, 12, 4)


def test_a_line_without_a_day_is_asked(town: BotInWorkspace) -> None:
    """“Monthly” opens the form with its rhythm chosen; another choice counts."""
    form = town.commit("U0EVA", "monthly: send the report").view
    assert form is not None
    assert "Every month" in str(form.blocks)
    town.submit("U0EVA", form, due="2026-12-31")
    assert (town.commitment(1).action, town.commitment(1).rhythm) == ("send the report", "month:1:31")
    form = town.commit("U0EVA", "every 3 weeks: call Dana").view
    assert form is not None
    town.submit("U0EVA", form, due="2026-12-31", rhythm="once")
    assert (town.commitment(2).rhythm, newest(town)) == (None, [1])


def test_a_rhythm_in_a_list(town: BotInWorkspace) -> None:
    """A line of a list keeps its rhythm, which can be changed there; the other lines come once."""
    lines = "send the deck by Friday\nevery Monday: call Dana\nevery Friday, first on 4 Dec: send the figures"
    listed = town.commit("U0EVA", lines).view
    assert listed is not None
    assert "Every week" in words_of(listed)
    assert town.box.submit("U0EVA", listed.id, {"row.2": {"row.rhythm": "month:1"}}).errors == {}
    kept = [town.commitment(number) for number in (1, 2, 3)]
    assert [(one.action, one.rhythm, str(one.due_on)) for one in kept] == [
        ("send the deck", None, "2026-11-27"), ("call Dana", "week:1", "2026-11-30"),
        ("send the figures", "month:1:4", "2026-12-04"),
    ]  # fmt: skip


def test_a_rhythm_for_several_lines_is_refused(town: BotInWorkspace) -> None:
    """A rhythm that is chosen in the form for several lines is refused: each line says its own."""
    form = town.commit("U0EVA", "").view
    assert form is not None
    action = "send the deck by Friday\ncall Dana every Monday"
    outcome = town.submit("U0EVA", form, action=action, due="2026-12-31", rhythm="week:1")
    assert "write the rhythm in its line" in str(outcome.errors)
    assert numbers(town) == []


def test_who_has_left(town: BotInWorkspace) -> None:
    """The series of an owner who has left goes on: those who hear of what needs an owner hear of it too."""
    town.receipt("U0EVA", "@ana send the report every Friday")
    town.box.change_user("U0ANA", deleted=True)
    town.jump(2026, 11, 27, 12, 0)
    assert numbers(town) == [1, 2]


@pytest.mark.both_databases
def test_several_done_at_once(town: BotInWorkspace) -> None:
    """Done for several ends each, and records the next one of each."""
    for name in ("one", "two"):
        town.receipt("U0EVA", f"send {name} every Friday")
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        commitments.lock_in_order(tx, eva, [2, 1])
        for number in (2, 1):
            commitments.finish(tx, eva, number, origin_key="several", now=town.box.clock.now())
    assert numbers(town) == [1, 2, 3, 4]


def test_edit_changes_the_rhythm(town: BotInWorkspace) -> None:
    """*Repeats* in *Edit* begins a series on the due date, changes its rhythm and ends it; the history says so."""
    town.receipt("U0EVA", "send the report by Friday")
    for rhythm, kept in (("week:2", "week:2"), ("month:1", "month:1:27"), ("once", None)):
        form = town.form("U0EVA", town.item("U0EVA"), ids.EDIT)
        assert town.submit("U0EVA", form, rhythm=rhythm).errors == {}
        assert town.commitment(1).rhythm == kept
    assert newest(town) == []
    assert read(town.item("U0EVA")).count("changed how it repeats") == 3


def test_a_corrected_first_day_is_the_first_day(town: BotInWorkspace) -> None:
    """The rhythm goes on from the corrected date; another correction leaves the rhythm as it is."""
    receipt = town.receipt("U0EVA", "send the report every Friday")
    assert town.submit("U0EVA", town.form("U0EVA", receipt, ids.EDIT), due="2026-12-04").errors == {}
    assert town.submit("U0EVA", town.form("U0EVA", receipt, ids.EDIT), note="by mail").errors == {}
    town.press("U0EVA", town.item("U0EVA"), ids.DONE)
    assert town.commitment(2).due_on == date(2026, 12, 11)


def test_an_older_one_has_no_rhythm_to_edit(town: BotInWorkspace) -> None:
    """The form of an occurrence that has a next one shows no *Repeats*, and its wording can be corrected."""
    town.receipt("U0EVA", "send the report every Friday")
    town.jump(2026, 11, 27, 12, 0)
    form = town.form("U0EVA", town.item("U0EVA"), ids.EDIT)
    assert "Repeats" not in str(form.blocks)
    assert town.submit("U0EVA", form, action="send the figures").errors == {}
    assert (newest(town), town.commitment(2).action) == ([2], "send the report")
