"""A command on one commitment with more words: the form of the change starts with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from sandbox import User
from tests.journeys.accounts import account
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.reading import numbers
from tests.journeys.reviews import Session, review

if TYPE_CHECKING:
    from sandbox import View

FRIDAY = "2026-11-27"


@pytest.fixture
def filled(town: BotInWorkspace) -> BotInWorkspace:
    """#1 to #3 are Eva's, all of them for 4 December."""
    for action in ("send the pricing", "call Marcus", "sign the order"):
        town.has_recorded("U0EVA", ("U0EVA", action, "2026-12-04"))
    town.settled()
    return town


def values(form: View | None) -> dict[str, Any]:
    """The values with which the fields of a form start."""
    assert form is not None
    found = {}
    for block in form.blocks:
        element = block.get("element") or {}
        value = next((element[name] for name in element if name.startswith("initial_")), None)
        if value is not None:
            found[block["block_id"]] = value
    return found


MOVES = {
    "move 1 to Friday": {"due": FRIDAY},
    "postpone 1 Friday": {"due": FRIDAY},
    "1 moved to Friday": {"due": FRIDAY},
    "please reschedule #1 to 11 Dec, thanks": {"due": "2026-12-11"},
    "Move 1 to Friday because legal is slow": {"due": FRIDAY, "reason": "legal is slow"},
    "move 1 until Friday, 11 Dec: R&D isn’t ready": {"due": "2026-12-11", "reason": "R&D isn’t ready"},
    "move 1 to Friday, @ana is ill": {"due": FRIDAY, "reason": "@Ana Souza is ill"},
    "postpone 1 by a week": {"due": "2026-12-11"},
    "move 1 by two working days: legal is slow": {"due": "2026-12-08", "reason": "legal is slow"},
    "move 1 two weeks later because legal is slow": {"due": "2026-12-18", "reason": "legal is slow"},
    "push 1 to Friday": {"due": FRIDAY},
    "#1 to Friday": {"due": FRIDAY},
    "1 by Friday: legal is slow": {"due": FRIDAY, "reason": "legal is slow"},
    "delay 1 by a month": {"due": "2027-01-04"},
    "please push #1 by 3 days": {"due": "2026-12-07"},
    "verschiebe 1 auf Freitag": {"due": FRIDAY},
    "verschiebe 1 um eine Woche": {"due": "2026-12-11"},
    "reporter 1 à vendredi": {"due": FRIDAY},
    "reporte 1 d'une semaine": {"due": "2026-12-11"},
    "aplaza 1 al viernes": {"due": FRIDAY},
    "aplazar 1 una semana": {"due": "2026-12-11"},
    "snooze 1 until Friday": {"until": FRIDAY},
    "snooze 1 for two days": {"until": "2026-11-25"},
}
OTHERS = {
    "1 blocked waiting for legal": (ids.FORM_BLOCK, {"reason": "waiting for legal"}),
    "block 1: waiting for legal": (ids.FORM_BLOCK, {"reason": "waiting for legal"}),
    "block 1 waiting for legal": (ids.FORM_BLOCK, {"reason": "waiting for legal"}),
    "block #1 legal": (ids.FORM_BLOCK, {"reason": "legal"}),
    "give 1 to @ana": (ids.FORM_HAND_OVER, {"owner": "U0ANA"}),
    "assign 1 @ana": (ids.FORM_HAND_OVER, {"owner": "U0ANA"}),
    "give 1 to Ana": (ids.FORM_HAND_OVER, {"owner": "U0ANA"}),
    "please assign 1 to @ana, thanks!": (ids.FORM_HAND_OVER, {"owner": "U0ANA"}),
    "move 1 to @ana": (ids.FORM_HAND_OVER, {"owner": "U0ANA"}),
    "hand over 1 to @ana: she knows them": (ids.FORM_HAND_OVER, {"owner": "U0ANA", "reason": "she knows them"}),
    "hand 1 over to @ana because I am away": (ids.FORM_HAND_OVER, {"owner": "U0ANA", "reason": "I am away"}),
    "cancel 1 because the deal is off": (ids.FORM_CANCEL, {"reason": "the deal is off"}),
    "annule 1 parce que le client refuse": (ids.FORM_CANCEL, {"reason": "le client refuse"}),
    "cancel 1: the deal is off": (ids.FORM_CANCEL, {"reason": "the deal is off"}),
    "cancel 1: it is off because legal refused": (ids.FORM_CANCEL, {"reason": "it is off because legal refused"}),
    "1 cancelled, the deal is off": (ids.FORM_CANCEL, {"reason": "the deal is off"}),
}


@pytest.mark.parametrize(("typed", "started"), MOVES.items())
def test_a_new_date_is_filled_in(filled: BotInWorkspace, typed: str, started: dict[str, str]) -> None:
    """The form of the new date starts with the date of the line, and with the reason behind it."""
    form = filled.commit("U0EVA", typed).view
    assert values(form) == started
    assert form is not None
    reason = {} if "until" in started or "reason" in started else {"reason": "legal is slow"}
    assert filled.submit("U0EVA", form, **reason).errors == {}
    assert filled.verbs(1)[-1] == ("put_off" if "until" in started else "move")
    assert filled.rows()["commitment"] == 3


@pytest.mark.parametrize(("typed", "asked"), OTHERS.items())
def test_reason_and_person_are_filled_in(
    filled: BotInWorkspace, typed: str, asked: tuple[str, dict[str, str]]
) -> None:  # fmt: skip
    """The forms of the other changes start with the reason and the person of the line, and can be submitted so."""
    form = filled.commit("U0EVA", typed).view
    assert form is not None
    assert (form.callback_id, values(form)) == asked
    assert filled.submit("U0EVA", form).errors == {}
    assert len(filled.verbs(1)) == 2
    assert filled.rows()["commitment"] == 3


@pytest.mark.parametrize(
    "typed", ["done 1 sent it yesterday", "1 done: sent it yesterday", "#1 is done, sent it yesterday"]
)
def test_done_keeps_the_words_as_a_comment(filled: BotInWorkspace, typed: str) -> None:
    """It is finished, and the words stand in its history; Slack's retry repeats neither."""
    answer = filled.commit("U0EVA", typed).messages[-1]
    filled.again()
    assert filled.verbs(1) == ["record", "finish", "comment"]
    assert "sent it yesterday" in words(answer)
    assert "Reopen" in words(answer)


UNREAD = {
    "move 1 to next sprint": ("“next sprint” names no day", ""),
    "move 1 to next sprint because legal is slow": ("“next sprint” names no day", "legal is slow"),
    "postpone 1 by a few days": ("“by a few days” can be any of several days", ""),
    "move 1 to next week": ("“next week” can be any day", ""),
    "push 1 to next week": ("“next week” can be any day", ""),
    "move 1 to yesterday": ("“yesterday” has already passed", ""),
}


@pytest.mark.parametrize(("typed", "said"), UNREAD.items())
def test_a_date_that_cannot_be_read_is_asked(filled: BotInWorkspace, typed: str, said: tuple[str, str]) -> None:
    """The field of the date is empty then, and the form shows the words."""
    form = filled.commit("U0EVA", typed).view
    remark, reason = said
    assert remark in words_of(form)
    assert values(form) == ({"reason": reason} if reason else {})


def test_a_length_of_time_counts_from_the_due_date(filled: BotInWorkspace) -> None:
    """Postponed by a week, a commitment that is long overdue would be so still: the day is asked."""
    filled.jump(2026, 12, 14, 9, 0)
    form = filled.commit("U0EVA", "postpone 1 by a week").view
    assert "11 December 2026 has already passed" in words_of(form)
    assert values(form) == {}
    assert values(filled.commit("U0EVA", "postpone 1 by two weeks").view) == {"due": "2026-12-18"}
    assert filled.verbs(1) == ["record"]


def test_letting_it_rest_takes_no_reason(filled: BotInWorkspace) -> None:
    """The form of *Not today* says that it keeps no reason, and the day is filled in."""
    form = filled.commit("U0EVA", "snooze 1 until Friday: waiting for legal").view
    assert "takes no reason" in words_of(form)
    assert values(form) == {"until": FRIDAY}


def test_a_person_who_cannot_own_it_is_asked(filled: BotInWorkspace) -> None:
    """Nobody of that name, or a guest: the form says so, and its field is empty."""
    filled.box.add_user(User("U0GUEST", "gus", "Gus Guest", is_restricted=True))
    for line, said in (("give 1 to @zoe", "I don't know who @zoe is"), ("give 1 to @gus", "Gus Guest")):
        form = filled.commit("U0EVA", line).view
        assert said in words_of(form)
        assert values(form) == {}


PROMISES = [
    "move 3 servers to Berlin by Friday",
    "move 2 to Berlin by Friday",
    "push 3 releases to production by Friday",
    "delay 2 invoices for Acme by Friday",
    "shift 2 boxes to Dana by Friday",
    "block 2 days for the workshop by Friday",
    "block 1 hour for Dana on Friday",
    "finish 3 slides by Friday",
    "complete 2 forms for Acme by Friday",
    "cancel 3 seats by Friday",
    "give 2 to Acme by Friday",
    "give 2 demos to Acme by Friday",
    "assign 3 engineers to Acme by Friday",
    "hand over 2 laptops to Dana by Friday",
    "postpone 2 workshops by Friday",
    "decline 3 invitations by Friday",
    "send 1 to Dana by Friday",
    "4 Dec: send the deck",
    "2 slides to Dana by Friday",
    "2 to Acme by Friday",
    "close 2 deals by Friday",
    "list competitors by Friday",
    "show all open invoices to Dana by Friday",
    "all invoices to Dana by Friday",
    "done 2 demos for Globex by Friday",
    "completed 3 audits for Acme by 4 Dec",
]
NOT_THERE = [
    "postpone 17 meetings by Friday",
    "17 blocked invoices to check by Friday",
    "done 17 slides of the deck by Friday",
    "done 99999999999 slides by Friday",
]


@pytest.mark.parametrize("typed", [*PROMISES, *NOT_THERE])
def test_a_promise_with_a_number_is_recorded(filled: BotInWorkspace, typed: str) -> None:
    """A line that only begins like a command, or whose number is no commitment, is a promise."""
    assert "Recorded as #4" in words(filled.commit("U0EVA", typed).messages[-1])
    assert [filled.verbs(number) for number in (1, 2, 3)] == [["record"]] * 3


def test_a_certain_command_says_what_is_missing(filled: BotInWorkspace) -> None:
    """A line that can be nothing else is refused in words if the number is no commitment, or the change not allowed."""
    for line in ("move 17 to Friday", "cancel 17 because it is off", "give 17 to @ana", "17 done, sent it"):
        assert "There is no commitment #17" in words(filled.commit("U0EVA", line).messages[-1])
    assert "Only Eva" in words(filled.commit("U0BEN", "move 1 to Friday").messages[-1])
    assert "Only Eva" in words(filled.commit("U0BEN", "done 1 sent it yesterday").messages[-1])
    filled.commit("U0EVA", "done 1")
    assert "done" in words(filled.commit("U0EVA", "1 blocked waiting for legal").messages[-1])
    assert filled.verbs(1) == ["record", "finish"]
    assert filled.rows()["commitment"] == 3


def test_several_numbers_are_not_taken_for_one(filled: BotInWorkspace) -> None:
    """“Done 1, 2 and 3” finishes none of them with a strange comment, and neither does “3 of the 5 slides”."""
    for line in ("done 1, 2 and 3", "done 1 and 2", "cancel 1, 2", "Finished 3 of the 5 slides"):
        filled.commit("U0EVA", line)
    assert [filled.verbs(number) for number in (1, 2, 3)] == [["record"]] * 3
    for line in ("done 1, 2 and 3", "done #1 #2", "cancel 1 & 2"):
        assert "Type one number" in words(filled.commit("U0EVA", line).messages[-1])


COMMANDS_WITH_A_DAY = [
    "17 Friday", "17 by Friday", "snooze 17 tomorrow", "done 17 by Friday", "back tomorrow", "mine Friday",
]  # fmt: skip


@pytest.mark.parametrize("typed", COMMANDS_WITH_A_DAY)
def test_a_command_with_a_day_is_no_promise(filled: BotInWorkspace, typed: str) -> None:
    """A number that is no commitment, or a command that takes no day, is not recorded as one: the form says so."""
    answer = filled.commit("U0EVA", typed)
    assert "looks like a command" in words_of(answer.view)
    assert filled.rows()["commitment"] == 3


SEEN = {"show mine": "send the pricing", "list all": "send the pricing", "status 1": "send the pricing",
        "1?": "send the pricing", "help!": "Record a promise"}  # fmt: skip


@pytest.mark.parametrize(("typed", "said"), SEEN.items())
def test_other_words_for_looking(filled: BotInWorkspace, typed: str, said: str) -> None:
    """*Show*, *status* and a number with a question mark look, and record nothing."""
    assert said in words(filled.commit("U0EVA", typed).messages[-1])
    assert filled.rows()["commitment"] == 3


@pytest.mark.parametrize("where", ["Messages tab", "channel"])
@pytest.mark.both_databases
def test_a_message_has_a_button_for_the_form(filled: BotInWorkspace, where: str) -> None:
    """No form can open for a message: its answer has a button that opens the form with the words, and that is gone once
    the commitment is changed.
    """
    filled.box.invite_app("C0ACME")

    def say(text: str) -> Any:
        return filled.write("U0EVA", text) if where == "Messages tab" else filled.mention("U0EVA", text)

    answer = say("move 1 to Friday because legal is slow")
    assert "Nothing is changed yet" in words(answer)
    assert numbers(answer.blocks) == [1]
    form = filled.form("U0EVA", answer, ids.OPEN_LINE)
    assert values(form) == {"due": FRIDAY, "reason": "legal is slow"}
    assert filled.submit("U0EVA", form).errors == {}
    filled.settled()
    assert str(filled.commitment(1).due_on) == FRIDAY
    shown = filled.box.messages(answer.channel, viewer="U0EVA")[-1]
    assert shown.ts == answer.ts
    assert "Nothing is changed yet" not in words(shown)
    assert "legal is slow" in words(shown)
    assert filled.rows()["commitment"] == 3


def test_a_message_that_finishes_or_promises(filled: BotInWorkspace) -> None:
    """In the Messages tab words behind “done” are kept, and a promise that begins like a command is recorded."""
    assert "sent it yesterday" in words(filled.write("U0EVA", "done 1 sent it yesterday"))
    assert filled.verbs(1) == ["record", "finish", "comment"]
    assert "Recorded as #4" in words(filled.write("U0EVA", "move 3 servers to Berlin by Friday"))


WAYS = {
    "command": lambda town, user, line: town.commit(user, line).messages[-1],
    "Messages tab": lambda town, user, line: town.write(user, line),
    "mention": lambda town, user, line: town.mention(user, line),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.both_databases
def test_who_may_finish_may_say_something_with_it(town: BotInWorkspace, way: str) -> None:
    """In the session of a review a colleague who takes part finishes another's commitment, and what they say is kept;
    before it, and if they take no part, they are told who can. Slack's retry repeats nothing.
    """
    town.box.invite_app("C0ACME")
    town.has_recorded("U0EVA", ("U0EVA", "send it", "2026-12-04"), account=account(town, "Acme"))
    review(town, "Acme on 25 Nov 2026 10:00 with @eva @ana")
    assert "Only Eva" in words(WAYS[way](town, "U0ANA", "done 1 sent it yesterday"))
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_START)
    assert "Only Eva" in words(WAYS[way](town, "U0BEN", "done 1 sent it yesterday"))
    assert town.verbs(1) == ["record"]
    assert "you commented: “sent it yesterday”" in words(WAYS[way](town, "U0ANA", "done 1 sent it yesterday"))
    town.again()
    assert town.verbs(1) == ["record", "finish", "comment"]


def test_the_button_of_an_old_message(filled: BotInWorkspace) -> None:
    """If it was done meanwhile, the button says so instead of a form."""
    answer = filled.write("U0EVA", "move 1 to Friday")
    with filled.post.caught() as presses:
        filled.press("U0EVA", answer, ids.OPEN_LINE)
    filled.commit("U0EVA", "done 1")
    filled.again(presses[0])
    assert filled.box.modals("U0EVA") == []
    assert filled.verbs(1) == ["record", "finish"]
