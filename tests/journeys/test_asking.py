"""*Ask Ana*: a colleague asks the owner how it stands, and reads the answer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from tests.journeys.conftest import BotInWorkspace, read
from tests.journeys.forms import pressed
from tests.journeys.reading import seen
from tests.journeys.working_lives import away

if TYPE_CHECKING:
    from sandbox import Message


def at_work(town: BotInWorkspace) -> None:
    """An hour at which Ana, in Berlin, and Ben, in New York, are at work."""
    town.move(2026, 11, 23, 15, 0)


def newest(town: BotInWorkspace, user: str) -> Message:
    """The newest message in this person's DM, once everything is delivered."""
    town.settled()
    return town.box.dm(user)[-1]


def test_asked_and_answered(town: BotInWorkspace) -> None:
    """A colleague without rights asks; the owner reads who asks, with the item's buttons, and answers with a comment,
    which comes to the colleague, once.
    """
    at_work(town)
    town.receipt("U0ANA", "send it by Friday")
    item = town.item("U0BEN")
    assert "Ask Ana" in str(item.blocks)
    town.press("U0BEN", item, ids.ASK)
    shown = next(one for one in town.box.messages("C0ACME", viewer="U0BEN") if one.ts == item.ts)
    assert "You asked Ana Souza how it stands" in read(shown)
    assert ids.ASK not in str(shown.blocks)
    told = newest(town, "U0ANA")
    assert "Ben Okafor asks how it stands:" in read(told)
    assert "Answer" in str(told.blocks)
    assert ids.DONE in str(told.blocks)
    answer = town.form("U0ANA", told, ids.COMMENT)
    assert town.submit("U0ANA", answer, comment="sent the draft").errors == {}
    heard = newest(town, "U0BEN")
    assert "Ana Souza commented: “sent the draft”" in read(heard)
    assert ids.DONE not in str(heard.blocks)
    assert "Answer" not in str(newest(town, "U0ANA").blocks)
    answered = town.item("U0BEN")
    assert "You asked" not in read(answered)
    assert ids.ASK not in str(answered.blocks)
    town.commit("U0ANA", "note 1 and they like it")
    town.pass_by(hours=2)
    town.settled()
    assert len(town.box.dm("U0BEN")) == 1
    assert town.verbs(1) == ["record", "ask", "comment", "comment"]
    assert town.commitment(1).version == 1


def test_what_the_owner_does_is_an_answer(town: BotInWorkspace) -> None:
    """A new date answers as well, with both dates and the reason; a snooze answers nothing."""
    at_work(town)
    town.receipt("U0ANA", "send it by Friday")
    town.press("U0BEN", town.item("U0BEN"), ids.ASK)
    snooze = town.form("U0ANA", town.item("U0ANA"), ids.SNOOZE)
    town.submit("U0ANA", snooze, until="2026-11-24")
    town.settled()
    assert town.box.dm("U0BEN") == []
    form = town.form("U0ANA", town.item("U0ANA"), ids.MOVE)
    town.submit("U0ANA", form, due="2026-12-04", reason="legal")
    assert "Ana Souza moved it from Fri 27 Nov 2026 to Fri 4 Dec 2026: “legal”" in read(newest(town, "U0BEN"))


@pytest.mark.both_databases
def test_once_a_day(town: BotInWorkspace) -> None:
    """However often the button is pressed, and wherever, the owner is asked once on a day of the asker's."""
    town.receipt("U0ANA", "send it by 4 Dec")
    items = [town.item("U0BEN") for _ in range(3)]
    answers = town.at_once(*(pressed(town, "U0BEN", item, ids.ASK) for item in items))
    assert {answer.status for answer in answers} == {200}
    assert town.verbs(1).count("ask") == 1
    town.settled()
    assert len(town.box.dm("U0ANA")) == 1
    assert any("today already" in read(one) for one in town.box.messages("C0ACME", viewer="U0BEN"))
    town.pass_by(days=1)
    town.press("U0BEN", town.item("U0BEN"), ids.ASK)
    assert town.verbs(1).count("ask") == 2


def test_outside_of_hours_it_waits_for_the_brief(town: BotInWorkspace) -> None:
    """A question in the owner's evening waits for their brief, under a heading of its own."""
    town.receipt("U0ANA", "send it by 11 Dec")
    town.receipt("U0ANA", "call them by 11 Dec")
    town.jump(2026, 11, 23, 21, 0)
    town.press("U0BEN", town.item("U0BEN"), ids.ASK)
    town.settled()
    assert town.box.dm("U0ANA") == []
    town.jump(2026, 11, 24, 8, 30)
    brief = seen(town, "U0ANA")
    assert "Colleagues ask you" in brief
    assert "Ben Okafor asks how it stands" in brief
    assert "Answer" in brief
    assert "call them" not in brief


def test_an_owner_who_is_away(town: BotInWorkspace) -> None:
    """The stand-in is asked, and answers. Without one the question is refused, with the day of the return."""
    at_work(town)
    town.receipt("U0ANA", "send it by 11 Dec")
    away(town, "U0ANA", date(2026, 11, 23), date(2026, 11, 25), "U0EVA")
    town.settled()
    town.pass_by(minutes=61)
    town.press("U0BEN", town.item("U0BEN"), ids.ASK)
    asked = newest(town, "U0EVA")
    assert "Ben Okafor asks how it stands" in read(asked)
    assert town.box.dm("U0ANA") == []
    town.commit("U0EVA", "note 1 the draft is with legal")
    assert "the draft is with legal" in read(newest(town, "U0BEN"))
    town.receipt("U0ADA", "call them by 11 Dec")
    away(town, "U0ADA", date(2026, 11, 23), date(2026, 11, 25))
    town.press("U0BEN", town.item("U0BEN", 2), ids.ASK)
    refusal = read(town.box.messages("C0ACME", viewer="U0BEN")[-1])
    assert "Ada Moreau is away, and nobody stands in. They are back on Thursday 26 November" in refusal
    assert town.verbs(2) == ["record"]


def test_answered_before_it_was_asked(town: BotInWorkspace) -> None:
    """A question that the owner answers before it could come to them, by a notice or by their brief, comes no more."""
    for line in ("send it by 11 Dec", "call them by 11 Dec"):
        town.receipt("U0ANA", line)
    town.jump(2026, 11, 23, 21, 0)
    for number in (1, 2):
        town.press("U0BEN", town.item("U0BEN", number), ids.ASK)
    town.commit("U0ANA", "note 1 sent the draft")
    town.jump(2026, 11, 24, 8, 30)
    brief = seen(town, "U0ANA")
    assert "call them" in brief
    assert "send it" not in brief


def test_nobody_is_asked_who_cannot_answer(town: BotInWorkspace) -> None:
    """The owner sees no *Ask*, and nobody does once the owner has left; the command says so."""
    town.receipt("U0ANA", "send it by Friday")
    assert ids.ASK not in str(town.item("U0ANA").blocks)
    town.box.change_user("U0ANA", deleted=True)
    assert ids.ASK not in str(town.item("U0BEN").blocks)


def test_the_one_in_the_way_tells_the_owner(town: BotInWorkspace) -> None:
    """*It is free now* and *I need until …* come to the owner as a notice, with the words of the colleague."""
    town.receipt("U0ANA", "send it by 11 Dec")
    form = town.form("U0ANA", town.item("U0ANA"), ids.BLOCK)
    town.submit("U0ANA", form, reason="figures", blocker="U0BEN")
    form = town.form("U0BEN", town.item("U0BEN"), ids.NEED_UNTIL)
    town.submit("U0BEN", form, until="2026-12-02", reason="the audit ends then")
    assert "Ben Okafor needs until Wed 2 Dec 2026: “the audit ends then”" in read(newest(town, "U0ANA"))
    town.pass_by(hours=2)
    town.press("U0BEN", town.item("U0BEN"), ids.UNBLOCK)
    assert "Ben Okafor unblocked it." in read(newest(town, "U0ANA"))


def test_followed(town: BotInWorkspace) -> None:
    """*Follow* becomes *Unfollow*; the owner has neither."""
    town.receipt("U0ANA", "send it by Friday")
    item = town.item("U0BEN")
    town.press("U0BEN", item, ids.FOLLOW)
    shown = town.item("U0BEN")
    assert ids.UNFOLLOW in str(shown.blocks)
    assert ids.FOLLOW not in str(shown.blocks)
    assert ids.FOLLOW not in str(town.item("U0ANA").blocks)
    town.press("U0BEN", shown, ids.UNFOLLOW)
    assert ids.FOLLOW in str(town.item("U0BEN").blocks)
    assert town.verbs(1) == ["record"]
