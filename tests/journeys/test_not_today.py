"""*Not today* and blockers: a commitment rests or is blocked without a new due date."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from store import commitments
from tests.journeys.conftest import BotInWorkspace, words, words_of

if TYPE_CHECKING:
    from sandbox import View


def resting(town: BotInWorkspace, number: int = 1) -> date | None:
    return town.commitment(number).quiet_until


def form_of(town: BotInWorkspace, number: int = 1, user: str = "U0EVA", action: str = ids.SNOOZE) -> View:
    return town.form(user, town.item(user, number), action)


def test_it_rests_until_the_chosen_day(town: BotInWorkspace) -> None:
    """The form suggests the next working day; the due date stays, an entry has the snooze, and it is no progress."""
    town.receipt("U0EVA", "send the pricing sheet by Friday")
    form = form_of(town)
    picker = next(block["element"] for block in form.blocks if block.get("block_id") == ids.UNTIL)
    assert picker["initial_date"] == "2026-11-24"
    assert "At the latest on Friday 27 November 2026" in words_of(form)
    assert town.submit("U0EVA", form, until="2026-11-25").errors == {}
    kept = town.commitment(1)
    assert (kept.quiet_until, kept.due_on) == (date(2026, 11, 25), date(2026, 11, 27))
    assert (kept.touched_at, kept.version) == (None, 1)
    shown = words(town.item("U0EVA"))
    assert "you let it rest until Wed 25 Nov 2026" in shown
    assert "not before Wed 25 Nov 2026" in shown
    assert "not before" not in words(town.item("U0ANA"))


@pytest.mark.parametrize(
    ("due", "until", "why"),
    [
        ("by Friday", "2026-11-23", "a day after today"),
        ("by Friday", "2026-11-28", "until Friday 27 November 2026, the day it is due"),
        ("by today", "2026-11-25", "one working day, until Tuesday 24 November 2026"),
    ],
)
def test_it_cannot_rest_for_ever(town: BotInWorkspace, due: str, until: str, why: str) -> None:
    """A snooze ends by the due date; from that day on it lasts one working day. The error is shown at the field."""
    town.receipt("U0EVA", f"send the pricing sheet {due}")
    form = form_of(town)
    wrong = town.submit("U0EVA", form, until=until)
    assert set(wrong.errors) == {ids.UNTIL}
    assert why in wrong.errors[ids.UNTIL]
    assert resting(town) is None
    assert town.verbs(1) == ["record"]


def test_what_is_overdue_rests_for_one_working_day(town: BotInWorkspace) -> None:
    """The field says before a choice that an overdue item rests one working day; over the weekend that is Monday."""
    town.receipt("U0EVA", "send the pricing sheet by tomorrow")
    town.move(2026, 11, 27, 10, 0)
    form = form_of(town)
    assert "one working day: until Monday 30 November 2026" in words_of(form)
    assert town.submit("U0EVA", form, until="2026-12-01").errors != {}
    assert town.submit("U0EVA", form, until="2026-11-30").errors == {}
    assert resting(town) == date(2026, 11, 30)


def test_only_its_owner_can_leave_it(town: BotInWorkspace) -> None:
    """Only the owner is offered *Not today*; another person's press opens no form and changes nothing."""
    town.receipt("U0EVA", "@ana send the pricing sheet by Friday")
    offered = [
        o["value"] for b in town.item("U0EVA").blocks for e in b.get("elements", ()) for o in e.get("options", ())
    ]
    assert offered
    assert not any(value.startswith(ids.SNOOZE) for value in offered)
    town.settled()
    notice = town.box.dm("U0ANA")[-1]
    town.press("U0ANA", notice, ids.ACCEPT)
    town.settled()
    with town.post.caught() as caught:
        town.press("U0ANA", town.box.dm("U0ANA")[-1], ids.SNOOZE)
    caught[0].payload["user"]["id"] = "U0EVA"
    town.again(caught[0])
    assert town.box.modals("U0ANA") == []
    assert resting(town) is None


@pytest.mark.both_databases
def test_sent_twice_it_rests_once(town: BotInWorkspace) -> None:
    """A form that is sent twice leaves one entry."""
    town.receipt("U0EVA", "send the pricing sheet by Friday")
    town.submit("U0EVA", form_of(town), until="2026-11-25")
    parcel = town.post.parcels[-1]
    town.at_once(parcel, parcel)
    assert town.verbs(1) == ["record", "put_off"]


def test_it_leaves_others_forms_alone(town: BotInWorkspace) -> None:
    """A form that was open during another person's snooze can still be sent: nothing in it is outdated."""
    town.receipt("U0EVA", "@ana send the pricing sheet by Friday")
    form = form_of(town, action=ids.MOVE)
    town.settled()
    town.press("U0ANA", town.box.dm("U0ANA")[-1], ids.ACCEPT)
    form = form_of(town, action=ids.MOVE)
    town.submit("U0ANA", form_of(town, user="U0ANA"), until="2026-11-25")
    assert town.submit("U0EVA", form, due="2026-12-04", reason="legal").errors == {}
    assert resting(town) is None


@pytest.mark.parametrize("change", ["move", "hand_over"])
def test_another_date_or_owner_wakes_it(town: BotInWorkspace, change: str) -> None:
    """A new owner or due date ends the snooze."""
    town.receipt("U0EVA", "send the pricing sheet by Friday")
    town.submit("U0EVA", form_of(town), until="2026-11-25")
    assert resting(town) == date(2026, 11, 25)
    if change == "move":
        town.submit("U0EVA", form_of(town, action=ids.MOVE), due="2026-12-04", reason="legal")
    else:
        town.submit("U0EVA", form_of(town, action=ids.HAND_OVER), owner="U0ANA")
    assert resting(town) is None


def test_a_colleague_in_the_way_is_named(town: BotInWorkspace) -> None:
    """The form stores a blocker, the item and its history show them, and unblocking removes them."""
    town.receipt("U0EVA", "send the pricing sheet by Friday")
    form = form_of(town, action=ids.BLOCK)
    assert town.submit("U0EVA", form, reason="no price for the EU yet", blocker="U0BEN").errors == {}
    kept = town.commitment(1)
    assert kept.blocker is not None
    assert kept.blocker.slack_id == "U0BEN"
    assert "waiting for *Ben Okafor*" in words(town.item("U0EVA"))
    assert "waiting for *you*" in words(town.item("U0BEN"))
    assert "marked it blocked, waiting for Ben Okafor" in words(town.item("U0EVA"))
    town.press("U0EVA", town.item("U0EVA"), ids.UNBLOCK)
    assert town.commitment(1).blocker_id is None
    assert "waiting for *" not in words(town.item("U0EVA"))


@pytest.mark.parametrize(("blocker", "why"), [("U0EVA", "owns it"), ("U0MAKEGOOD", "is an app"), ("U0BEN", "has left")])
def test_who_cannot_be_in_the_way(town: BotInWorkspace, blocker: str, why: str) -> None:
    """The owner, an app or a leaver as blocker gives an error at the field; nothing is stored."""
    town.receipt("U0EVA", "send the pricing sheet by Friday")
    town.box.change_user("U0BEN", deleted=True)
    form = form_of(town, action=ids.BLOCK)
    wrong = town.submit("U0EVA", form, reason="no price", blocker=blocker)
    assert set(wrong.errors) == {ids.BLOCKER}
    assert why in wrong.errors[ids.BLOCKER]
    assert town.commitment(1).state == "open"
    assert town.submit("U0EVA", form, reason="no price", blocker=None).errors == {}
    assert town.ask("U0EVA", commitments.get, 1).blocked_by == "no price"


def test_the_receipt_says_when_the_reminder_of_a_day_off_comes(town: BotInWorkspace) -> None:
    """The receipt says that an item due on a Sunday is mentioned on the Friday before; for a working day it says
    nothing.
    """
    receipt = words(town.receipt("U0EVA", "send the pricing sheet by 6 Dec"))
    assert "That is a day off: the reminder comes on Friday 4 December 2026." in receipt
    assert "day off" not in words(town.receipt("U0EVA", "call Marcus by 4 Dec"))


def test_while_it_rests_its_owner_does_not_hear_of_it(town: BotInWorkspace) -> None:
    """A snoozed item is not in the brief of the morning before; on the chosen day it is."""
    town.receipt("U0EVA", "send the pricing sheet by Thursday")
    town.move(2026, 11, 23, 15, 0)
    town.submit("U0EVA", form_of(town), until="2026-11-26")
    town.jump(2026, 11, 25, 9, 0)
    assert town.box.dm("U0EVA") == []
    town.jump(2026, 11, 26, 9, 0)
    assert "send the pricing sheet" in words(town.box.dm("U0EVA")[-1])


def test_why_says_when_it_comes_next(town: BotInWorkspace) -> None:
    """*Why?*, from the menu or the details, shows day, hour, zone and reason of a snooze, as plain text."""
    town.receipt("U0EVA", "@ana send *the* pricing sheet by Friday")
    shown = words_of(town.press("U0EVA", town.item("U0EVA"), ids.WHY).view)
    assert "Ana Souza (its owner) hears of it next on" in shown
    assert "Europe/Berlin" in shown
    assert "send \u2217the\u2217 pricing sheet" in shown
    town.settled()
    details = town.press("U0ANA", town.box.dm("U0ANA")[-1], ids.SHOW).view
    assert details is not None
    pressed = town.box.press("U0ANA", action_id=ids.WHY, view_id=details.id)
    assert "You (its owner) hear of it next on" in words_of(pressed.view)
    assert len(town.box.modals("U0ANA")) == 2
