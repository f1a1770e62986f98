"""Clicks that come twice, at the same moment, or too late: an item changes once, and the second person is told."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from handlers import ids
from sandbox import User
from store.tables import Person
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.forms import filled, offer, open_form, pressed, submitted

pytestmark = pytest.mark.both_databases


def test_a_double_click_changes_once(town: BotInWorkspace) -> None:
    """A press that is delivered twice makes one change and no second answer; a second press is told of the first."""
    town.receipt("U0EVA", "send it by Friday")
    shown = town.item("U0EVA")
    town.press("U0EVA", shown, ids.DONE)
    before = len(town.box.messages("C0ACME", viewer="U0EVA"))
    assert town.again().status == 200
    assert town.verbs(1) == ["record", "finish"]
    assert len(town.box.messages("C0ACME", viewer="U0EVA")) == before
    other = pressed(town, "U0EVA", town.receipt("U0EVA", "call them by Friday"), ids.UNDO)
    assert [ack.status for ack in town.at_once(other, other, other, other)] == [200] * 4
    assert town.verbs(2) == ["record", "undo"]


def test_an_impatient_person_clicks_thrice(town: BotInWorkspace) -> None:
    """Of three presses of Done at the same moment one counts; the others are told that the item is done."""
    town.receipt("U0EVA", "send it by Friday")
    shown = town.item("U0EVA")
    parcels = [pressed(town, "U0EVA", shown, ids.DONE) for _ in range(3)]
    town.at_once(*parcels)
    assert town.verbs(1) == ["record", "finish"]
    told = [read(message) for message in town.box.messages("C0ACME", viewer="U0EVA")]
    assert sum("You marked it done" in words for words in told) == 2


def test_two_people_press_one_button(town: BotInWorkspace) -> None:
    """Two people press Done at once on a shared message: it is done once, and the second person hears who was first."""
    receipt = town.receipt("U0EVA", "@ana send it by Friday")
    town.press("U0EVA", receipt, ids.SHARE)
    town.settled()
    shared = town.box.messages("C0ACME")[-1]
    town.at_once(*(pressed(town, user, shared, ids.DONE) for user in ("U0EVA", "U0ANA")))
    assert town.verbs(1)[-1] == "finish"
    assert town.verbs(1).count("finish") == 1
    told = {user: read(town.box.messages("C0ACME", viewer=user)[-1]) for user in ("U0EVA", "U0ANA")}
    late = [user for user, words in told.items() if "has changed meanwhile" in words]
    assert len(late) == 1
    first = {"U0EVA": "Ana Souza", "U0ANA": "Eva Lindqvist"}[late[0]]
    assert f"{first} marked it done" in told[late[0]]


def test_a_form_submitted_twice_records_once(town: BotInWorkspace) -> None:
    """Delivered four times at the same moment, one form is one commitment, one account, one person and one notice."""
    form = open_form(town)
    offer(town, form, account="Acme", stakeholder="Dana Whitfield")
    with town.post.caught() as parcels:
        town.box.submit("U0EVA", form.id, filled())
    acks = town.at_once(*parcels * 4)
    assert {ack.body["response_action"] for ack in acks} == {"update"}
    town.settled()
    rows = town.rows()
    assert [rows[table] for table in ("commitment", "account", "stakeholder", "outbox")] == [1] * 4
    assert rows["entry"] == 3
    assert len(town.box.dm("U0ANA")) == 1


def test_a_command_sent_again_records_once(town: BotInWorkspace) -> None:
    """Slack repeats a command after a missing answer: the receipt is the same, and nothing new is recorded."""
    receipt = town.receipt("U0EVA", "send it by Friday")
    town.at_once(*[town.post.parcels[-1]] * 3)
    assert town.rows()["commitment"] == 1
    assert "Recorded as #1" in read(receipt)


def test_every_button_twice(town: BotInWorkspace) -> None:
    """Create account, Share and Accept, each clicked twice, make one entry and one message."""
    receipt = town.receipt("U0EVA", "@ana send it for Acme by today")
    town.at_once(*(pressed(town, "U0EVA", receipt, ids.CREATE_ACCOUNT) for _ in range(2)))
    assert town.verbs(1) == ["record", "choose_account"]
    receipt = town.receipt("U0EVA", "@ana call them by today")
    town.at_once(*(pressed(town, "U0EVA", receipt, ids.SHARE) for _ in range(2)))
    town.settled()
    assert len([m for m in town.box.messages("C0ACME") if "shared a commitment" in read(m)]) == 1
    assert town.verbs(2) == ["record", "share"]
    notice = town.box.dm("U0ANA")[-1]
    town.at_once(*(pressed(town, "U0ANA", notice, ids.ACCEPT) for _ in range(2)))
    assert town.verbs(2) == ["record", "share", "accept"]


def test_a_form_for_something_that_has_changed(town: BotInWorkspace) -> None:
    """A form whose item a colleague changed meanwhile says so at the form and keeps the typed values."""
    town.receipt("U0EVA", "@ana send it by Friday")
    move = town.form("U0EVA", town.item("U0EVA"), ids.MOVE)
    over = town.form("U0ADA", town.item("U0ADA", 1, "C0GENERAL"), ids.HAND_OVER)
    block = town.form("U0ANA", town.item("U0ANA"), ids.BLOCK)
    assert town.submit("U0ANA", block, reason="no figures").errors == {}
    late = town.submit("U0EVA", move, due="2026-12-07", reason="later")
    assert "Ana Souza marked it blocked" in " ".join(late.errors.values())
    late = town.submit("U0ADA", over, owner="U0BEN")
    assert "Ana Souza marked it blocked" in " ".join(late.errors.values())
    assert town.box.modals("U0EVA")[-1].state["reason"]["reason"]["value"] == "later"
    assert town.verbs(1) == ["record", "block"]


def test_two_forms_at_the_same_moment(town: BotInWorkspace) -> None:
    """Eva moves an item while Ana cancels it: one change counts, and the other person is told."""
    town.receipt("U0EVA", "@ana send it by Friday")
    move = town.form("U0EVA", town.item("U0EVA"), ids.MOVE)
    cancel = town.form("U0ANA", town.item("U0ANA"), ids.CANCEL)
    acks = town.at_once(
        submitted(town, "U0EVA", move, due="2026-12-07", reason="later"),
        submitted(town, "U0ANA", cancel, reason="not needed"),
    )
    assert len([ack for ack in acks if ack.body and "errors" in ack.body]) == 1
    assert len(town.verbs(1)) == 2
    assert town.commitment(1).version == 2


def test_a_button_of_an_old_message(town: BotInWorkspace) -> None:
    """A button of an older copy acts on today's item, or the answer says what has changed since."""
    town.receipt("U0EVA", "@ana send it by Friday")
    town.settled()
    old = town.item("U0EVA")
    notice = town.box.dm("U0ANA")[-1]
    edit = town.form("U0EVA", town.box.messages("C0ACME", viewer="U0EVA")[-2], ids.EDIT)
    town.submit("U0EVA", edit, action="send all of it")
    town.press("U0ANA", notice, ids.ACCEPT)
    town.press("U0EVA", old, ids.DONE)
    assert town.verbs(1) == ["record", "edit", "accept", "finish"]
    assert "send all of it" in read(next(m for m in town.box.messages("C0ACME", viewer="U0EVA") if m.ts == old.ts))
    town.press("U0ANA", notice, ids.DONE)
    assert "Eva Lindqvist marked it done" in read(town.box.dm("U0ANA")[-1])
    assert town.verbs(1)[-1] == "finish"


def row_of(blocks: Any, number: int) -> dict[str, Any]:
    """The buttons of one commitment: their block, and the values that they carry."""
    rows = [block for block in blocks if block["type"] == "actions"]
    row = next(row for row in rows if str(row["elements"][0]["value"]).startswith(f"commitment:{number}:"))
    return {"block_id": row["block_id"], "value": row["elements"][0]["value"]}


def test_home_drawn_again_under_the_finger(town: BotInWorkspace) -> None:
    """A Home tab that was drawn again with more items keeps the button that is pressed: only changed items are new."""
    town.receipt("U0EVA", "send it by Friday")
    town.box.open_home("U0EVA")
    town.settled()
    town.box.open_home("U0EVA")
    home = town.box.home("U0EVA")
    assert home is not None
    pressed_at = row_of(home.blocks, 1)
    town.receipt("U0EVA", "call them by Friday")
    town.settled()
    assert "This week (2)" in words_of(town.box.home("U0EVA"))
    assert town.box.press("U0EVA", home=True, action_id=ids.DONE, **pressed_at).ok
    assert town.verbs(1) == ["record", "finish"]
    assert "This week (1)" in words_of(town.box.home("U0EVA"))


def test_a_brief_drawn_again_under_the_finger(town: BotInWorkspace) -> None:
    """A reader's press in a brief works although a colleague has just finished another item of that brief."""
    town.has_recorded("U0EVA", ("U0ANA", "first", "2026-11-24"), ("U0ANA", "second", "2026-11-24"))
    town.jump(2026, 11, 24, 9, 30)
    shown = town.box.dm("U0ANA")[-1]
    pressed_at = row_of(shown.blocks, 2)
    town.press("U0EVA", town.item("U0EVA", 1), ids.DONE)
    town.settled()
    brief = next(one for one in town.box.dm("U0ANA") if one.ts == shown.ts)
    assert row_of(brief.blocks, 2) == pressed_at
    assert town.box.press("U0ANA", channel=shown.channel, ts=shown.ts, action_id=ids.DONE, **pressed_at).ok
    assert town.verbs(2)[-1] == "finish"


def test_somebody_new_acts_at_once(town: BotInWorkspace) -> None:
    """A person whom the ledger does not know yet records, presses and is named, also twice at the same moment."""
    town.box.world.put_user(User("U0NEW", "nina", "Nina New", tz="Asia/Tokyo"))
    town.box.world.put_user(User("U0OTHER", "otto", "Otto Other"))
    for user in ("U0NEW", "U0OTHER"):
        town.box.join(user, "C0ACME")
    with town.post.caught() as parcels:
        for part in range(4):
            town.box.command("U0NEW", "C0ACME", "/commit", f"@otto send part {part} by today")
    acks = town.at_once(*parcels)
    assert all("Recorded as #" in str(ack.body) for ack in acks)
    with town.makegood.ledger.read() as tx:
        known = tx.scalars(sa.select(Person).where(Person.slack_id.in_(("U0NEW", "U0OTHER")))).all()
    assert {(person.name, person.zone) for person in known} == {
        ("Nina New", "Asia/Tokyo"),
        ("Otto Other", "Europe/Berlin"),
    }
    town.settled()
    assert len(town.box.dm("U0OTHER")) == 4
    town.box.open_home("U0OTHER")
    assert "This week (4)" in words_of(town.box.home("U0OTHER"))
