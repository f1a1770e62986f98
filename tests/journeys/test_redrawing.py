"""Slack does not accept the view of a stored change: no person reads that the change failed, and none waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from sandbox.faults import RESPONSE_URL
from sandbox.reply import Reply
from tests.journeys import invariants
from tests.journeys.conftest import BotInWorkspace, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Message, Outcome, View
    from tests.bot.conftest import Log

METHODS = (RESPONSE_URL, "views.update", "views.publish")
PROMISES = [("U0EVA", f"promise {number}", "2026-11-25") for number in range(1, 7)]


def last(town: BotInWorkspace) -> Message:
    found: Message = town.box.messages("C0ACME", viewer="U0EVA")[-1]
    return found


def modal(town: BotInWorkspace) -> View:
    found: View = town.box.modals("U0EVA")[-1]
    return found


def in_home(town: BotInWorkspace, action: str, number: int) -> Outcome:
    """Press a button of one commitment in the Home tab."""
    home = town.box.home("U0EVA")
    assert home is not None
    elements = [
        each for block in home.blocks for each in (*block.get("elements", ()), block.get("accessory") or {})
    ]  # fmt: skip
    values = [each["value"] for each in elements if each.get("action_id") == action]
    in_menus = [option["value"] for each in elements for option in each.get("options", ())]
    start = f"commitment:{number}:" if values else f"{action}|commitment:{number}:"
    value = next(each for each in values or in_menus if each.startswith(start))
    return town.box.press("U0EVA", home=True, action_id=action if values else ids.MORE, value=value)


def finish_in_list(town: BotInWorkspace, number: int) -> Callable[[], Outcome]:
    """*Done* in a message that only one person sees."""
    item = town.item("U0EVA", number)
    return lambda: town.press("U0EVA", item, ids.DONE)


def finish_in_modal(town: BotInWorkspace, number: int) -> Callable[[], Outcome]:
    """*Done* in *Details*."""
    in_home(town, ids.SHOW, number)
    return lambda: town.box.press("U0EVA", action_id=ids.DONE)


def finish_in_home(town: BotInWorkspace, number: int) -> Callable[[], Outcome]:
    """*Done* in the Home tab."""
    return lambda: in_home(town, ids.DONE, number)


def cancel_from_list(town: BotInWorkspace, number: int) -> Callable[[], Outcome]:
    """A form that was opened from a message that only one person sees."""
    form = town.form("U0EVA", town.item("U0EVA", number), ids.CANCEL)
    return lambda: town.submit("U0EVA", form, reason="not wanted")


def move_from_modal(town: BotInWorkspace, number: int) -> Callable[[], Outcome]:
    """A form that was opened from *Details*."""
    in_home(town, ids.SHOW, number)
    form = town.box.press("U0EVA", action_id=ids.MOVE).view
    assert form is not None
    return lambda: town.submit("U0EVA", form, due="2026-11-30", reason="later")


def block_from_home(town: BotInWorkspace, number: int) -> Callable[[], Outcome]:
    """A form that was opened from the Home tab."""
    form = in_home(town, ids.BLOCK, number).view
    assert form is not None
    return lambda: town.submit("U0EVA", form, reason="waits")


WAYS = {
    finish_in_list: "finish", finish_in_modal: "finish", finish_in_home: "finish",
    cancel_from_list: "cancel", move_from_modal: "move", block_from_home: "block",
}  # fmt: skip


# Answers to an update of a view that fails: Slack's refusal, or an answer that is not Slack's.
ANSWERS = {
    "refused": Reply({"ok": False, "error": "hash_conflict"}),
    "a proxy's page": Reply({}, page="<html>Sign in</html>"),
    "a firewall": Reply({}, 403, page="<html>No</html>"),
    "nothing": Reply({}, page=""),
    "null": Reply({}, page="null"),
    "a list": Reply({}, page="[1]"),
    "a number": Reply({}, page="5"),
}


def answered(reply: Reply) -> Callable[[str, Any, Callable[[], Reply]], Reply]:
    """Answers each update of a view with the fault."""
    return lambda method, _args, answer: reply if method.startswith("views.") else answer()


@pytest.mark.parametrize("kind", ["drop", "drop_after", "delay", "server_error", "ratelimited", *ANSWERS])
def test_what_is_stored_is_never_told_to_have_failed(bare_town: BotInWorkspace, log: Log, kind: str) -> None:
    """In every message or view that is updated, the change is made and answered in time, with no error and no second
    call.
    """
    town = bare_town
    town.has_recorded("U0EVA", *PROMISES)
    town.box.open_home("U0EVA")
    for number, (way, verb) in enumerate(WAYS.items(), start=1):
        act = way(town, number)
        before = len(town.box.messages("C0ACME", viewer="U0EVA")), len(town.box.dm("U0EVA")), met(town)
        if kind in ANSWERS:
            town.box.api.intercept = answered(ANSWERS[kind])
        else:
            for method in METHODS:
                town.box.faults.fail(method, kind, seconds=4)
        outcome = act()
        assert outcome.ok, (way.__name__, outcome)
        assert town.verbs(number)[-1] == verb, way.__name__
        town.box.faults.stop()
        town.box.api.intercept = None
        after = len(town.box.messages("C0ACME", viewer="U0EVA")), len(town.box.dm("U0EVA"))
        assert after == before[:2], way.__name__
        assert met(town) - before[2] == (kind not in ANSWERS), way.__name__
        for view in town.box.modals("U0EVA"):
            town.box.close("U0EVA", view.id)
        town.box.open_home("U0EVA")
    assert invariants.tracebacks(log) == []


def met(town: BotInWorkspace) -> int:
    """The number of calls that met the fault."""
    return sum(town.box.faults.met.values())


def test_a_refusal_that_cannot_be_told_stays_a_refusal(bare_town: BotInWorkspace, log: Log) -> None:
    """The error handler's own call fails in every way: the request is answered in time, once, without a traceback."""
    town = bare_town
    receipt = town.receipt("U0EVA", "@ana send it by Friday")
    with town.post.caught() as parcels:
        town.press("U0EVA", receipt, ids.EDIT)
    town.press("U0EVA", receipt, ids.UNDO)
    for kind in ("drop", "delay", "server_error"):
        town.box.faults.fail(RESPONSE_URL, kind, seconds=4)
        before = met(town)
        assert town.again(parcels[0]).ok, kind
        assert met(town) == before + 1
        assert town.box.modals("U0EVA") == []
        town.box.faults.stop()
    assert invariants.tracebacks(log) == []
    assert town.verbs(1) == ["record", "undo"]


def test_no_word_claims_that_nothing_was_changed() -> None:
    """The messages about trouble are true before and after the change is stored."""
    from handlers.slack import errors

    for said in (errors.DATABASE_DOWN, errors.SLACK_DOWN, errors.UNEXPECTED):
        assert "nothing" not in said
        assert "/commit mine" in said


def test_slack_takes_no_form(bare_town: BotInWorkspace, log: Log) -> None:
    """If Slack refuses a form or opens it too late, the person is told in words where they are, without a traceback."""
    town = bare_town
    receipt = town.receipt("U0EVA", "send it by Friday")
    for kind in ("drop", "server_error", "ratelimited", "hang"):
        town.box.faults.fail("views.open", kind, seconds=4)
        assert town.press("U0EVA", receipt, ids.EDIT).ok
        assert "Slack did not take my answer" in words(last(town)), kind
        assert "Slack did not take my answer" in words(town.commit("U0EVA", "").messages[-1]), kind
        town.box.faults.stop()
    for kind, reply in ANSWERS.items():
        town.box.api.intercept = answered(reply)
        assert town.press("U0EVA", receipt, ids.EDIT).ok
        assert "Slack did not take my answer" in words(last(town)), kind
        town.box.api.intercept = None
    assert invariants.tracebacks(log) == []


LATE = ("expired_trigger_id", "exchanged_trigger_id")


@pytest.mark.parametrize("error", LATE)
def test_a_trigger_that_has_expired(bare_town: BotInWorkspace, log: Log, error: str) -> None:
    """After an expired trigger people read "press again" (or send), by direct message if nothing else is possible."""
    town = bare_town
    receipt = town.receipt("U0EVA", "send it by Friday")
    town.box.open_home("U0EVA")
    in_home(town, ids.SHOW, 1)

    def late(method: str, _args: Any, answer: Callable[[], Reply]) -> Reply:
        return Reply({"ok": False, "error": error}) if method in {"views.open", "views.push"} else answer()

    town.box.api.intercept = late
    assert town.press("U0EVA", receipt, ids.EDIT).ok
    assert "That took too long. Please press again." in words(last(town))
    typed = town.commit("U0EVA", "tell them by whenever")
    assert "That took too long. Please send it again." in words(typed.messages[-1])
    assert "tell them by whenever" in words(typed.messages[-1])
    assert town.box.press("U0EVA", action_id=ids.MOVE).ok
    assert [words(each) for each in town.box.dm("U0EVA")] == [":warning: That took too long. Please press again."]
    town.box.close("U0EVA", modal(town).id)
    assert in_home(town, ids.BLOCK, 1).ok
    assert town.box.global_shortcut("U0EVA", ids.SHORTCUT_NEW).ok
    assert len(town.box.dm("U0EVA")) == 3
    assert invariants.tracebacks(log) == []


def test_a_missing_permission_is_named(bare_town: BotInWorkspace) -> None:
    """If Slack refuses for a missing scope, the person reads which scope, and who can add it."""
    town = bare_town
    receipt = town.receipt("U0EVA", "send it by Friday")

    def refuses(method: str, _args: Any, answer: Callable[[], Reply]) -> Reply:
        lacking = {"ok": False, "error": "missing_scope", "needed": "channels:read", "provided": "commands"}
        return Reply(lacking) if method == "views.open" else answer()

    town.box.api.intercept = refuses
    assert town.press("U0EVA", receipt, ids.EDIT).ok
    assert "I lack the permission channels:read. An admin can add it" in words(last(town))
