"""Commitments between people: who is told, who may change them, and what a channel is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from handlers import ids
from sandbox import User
from sandbox.seed import ChannelSeed
from store import accounts, commitments
from store.errors import BadInputError
from tests.journeys.conftest import BotInWorkspace, read, words_of
from tests.journeys.reading import numbers

if TYPE_CHECKING:
    from sandbox import Message


def notice(town: BotInWorkspace, user: str) -> Message:
    """The newest message in this person's DM, once everything is delivered."""
    town.settled()
    return town.box.dm(user)[-1]


def refused(town: BotInWorkspace, user: str, message: Message, action_id: str) -> str:
    """Press a button that this person may not use; return the text that only they see."""
    town.press(user, message, action_id)
    told = town.box.messages(message.channel, viewer=user)[-1]
    assert told.ephemeral_for == user
    assert told.ts != message.ts
    return read(told)


def test_accepted(town: BotInWorkspace) -> None:
    """The owner reads who committed them and accepts in place; the person who asked sees it."""
    town.box.open_home("U0EVA")
    town.box.press("U0EVA", home=True, action_id=ids.HOME_WAITING)
    town.receipt("U0EVA", "@ana send it by Friday")
    told = notice(town, "U0ANA")
    assert "Eva Lindqvist committed you to this" in read(told)
    assert "not accepted yet" in read(told)
    town.press("U0ANA", told, ids.ACCEPT)
    now = notice(town, "U0ANA")
    assert now.ts == told.ts
    assert "not accepted yet" not in read(now)
    assert ids.ACCEPT not in str(now.blocks)
    assert ids.HAND_BACK not in str(now.blocks)
    assert "not accepted yet" not in str(town.box.home("U0EVA"))
    # The welcome alone.
    assert len(town.box.dm("U0EVA")) == 1


def test_what_the_client_owes_is_asked_for_in_other_words(town: BotInWorkspace) -> None:
    """A new owner of a client's commitment reads that they follow it up, not that they committed to it."""
    town.receipt("U0EVA", "theirs: @ana signed order by Friday")
    assert "asks you to follow up on what the client owes" in read(notice(town, "U0ANA"))


def test_handed_back_with_a_reason(town: BotInWorkspace) -> None:
    """A commitment goes back to the person who gave it, with the reason; the message of the last owner is updated."""
    town.receipt("U0EVA", "@ana send it by Friday")
    told = notice(town, "U0ANA")
    form = town.form("U0ANA", told, ids.HAND_BACK)
    assert town.submit("U0ANA", form, reason="  ").errors
    assert town.submit("U0ANA", form, reason="Ben has the figures").errors == {}
    back = read(notice(town, "U0EVA"))
    assert "Ana Souza handed this back" in back
    assert "Ben has the figures" in back
    kept = town.commitment(1)
    assert (kept.owner.slack_id, kept.accepted_at is not None) == ("U0EVA", True)
    assert len(town.box.dm("U0ANA")) == 1
    assert "Eva Lindqvist" in read(town.box.dm("U0ANA")[-1])
    over = town.form("U0EVA", notice(town, "U0EVA"), ids.HAND_OVER)
    assert "already owns it" in " ".join(town.submit("U0EVA", over, owner="U0EVA").errors.values())
    assert town.submit("U0EVA", over, owner="U0ADA", reason="you have them").errors == {}
    assert "Eva Lindqvist committed you to this" in read(notice(town, "U0ADA"))
    assert town.verbs(1) == ["record", "hand_back", "hand_over"]


def test_handed_back_to_the_lead(town: BotInWorkspace) -> None:
    """If the giver is no longer a colleague, a commitment goes back to the account's lead, who is told that it is new
    for them.
    """
    with town.makegood.ledger.begin() as tx:
        acme = accounts.create(tx, town.person(tx, "U0ADA"), "Acme", now=town.box.clock.now())
    town.has_recorded("U0EVA", ("U0ANA", "send it", "2026-11-27"), account=acme)
    told = notice(town, "U0ANA")
    town.box.change_user("U0EVA", is_restricted=True)
    assert town.submit("U0ANA", town.form("U0ANA", told, ids.HAND_BACK), reason="not my field").errors == {}
    back = read(notice(town, "U0ADA"))
    assert "Ana Souza handed this back, so it is yours now: “not my field”" in back
    assert "again" not in back


def test_handed_back_when_nobody_else_is_here(town: BotInWorkspace) -> None:
    """If the giver has left and there is no lead, an admin gets it; what nobody gave goes to nobody."""
    town.has_recorded("U0BEN", ("U0ANA", "send it", "2026-11-27"), ("U0ANA", "call", "2026-11-27"))
    told = notice(town, "U0ANA")
    town.box.change_user("U0BEN", deleted=True)
    done = town.submit("U0ANA", town.form("U0ANA", told, ids.HAND_BACK), reason="not my field")
    assert done.errors == {}
    assert town.commitment(1).owner.is_admin
    town.has_recorded("U0ANA", ("U0ANA", "order", "2026-11-27"))
    with town.makegood.ledger.begin() as tx:
        ana, now = town.person(tx, "U0ANA"), town.box.clock.now()
        with pytest.raises(BadInputError, match="Nobody gave it to you"):
            commitments.hand_back(tx, ana, 3, "no", origin_key="view:1", now=now)


def test_what_nobody_gave_cannot_be_handed_back(town: BotInWorkspace) -> None:
    """A commitment of my own has no *Hand back*; for one that was handed on meanwhile my press is refused."""
    town.receipt("U0ANA", "send it by Friday")
    assert ids.HAND_BACK not in str(town.item("U0ANA").blocks)
    town.receipt("U0EVA", "@ana call them by Friday")
    told = notice(town, "U0ANA")
    form = town.form("U0ANA", told, ids.HAND_BACK)
    over = town.form("U0EVA", town.item("U0EVA", 2), ids.HAND_OVER)
    town.submit("U0EVA", over, owner="U0BEN")
    wrong = town.submit("U0ANA", form, reason="not mine")
    assert "Ben Okafor" in " ".join(wrong.errors.values())
    assert "is Ben Okafor's now" in refused(town, "U0ANA", told, ids.ACCEPT)
    assert town.commitment(2).owner.slack_id == "U0BEN"


def test_cancelled_and_reopened(town: BotInWorkspace) -> None:
    """Owner and creator hear of a cancelled item with the reason, unless they cancelled it; it can be reopened."""
    town.receipt("U0EVA", "@ana send it by Friday")
    told = notice(town, "U0ANA")
    form = town.form("U0ADA", town.item("U0ADA", 1, "C0GENERAL"), ids.CANCEL)
    town.submit("U0ADA", form, reason="they bought elsewhere")
    town.settled()
    # Ana has just had the first notice, so later ones wait.
    town.pass_by(hours=1)
    for user in ("U0EVA", "U0ANA"):
        words = read(notice(town, user))
        assert "Ada Moreau cancelled this" in words
        assert "they bought elsewhere" in words
    assert town.box.dm("U0ADA") == []
    assert ids.DONE not in str(next(m for m in town.box.dm("U0ANA") if m.ts == told.ts).blocks)
    town.press("U0EVA", notice(town, "U0EVA"), ids.REOPEN)
    assert town.commitment(1).state == "open"
    town.settled()
    assert ids.DONE in str(next(m for m in town.box.dm("U0ANA") if m.ts == told.ts).blocks)


def test_the_wrong_person_was_named(town: BotInWorkspace) -> None:
    """After a correction in the receipt within ten minutes the right owner is told; the wrong one's message asks no
    more.
    """
    receipt = town.receipt("U0EVA", "@ana send it by Friday")
    wrong = notice(town, "U0ANA")
    edit = town.form("U0EVA", receipt, ids.EDIT)
    assert town.submit("U0EVA", edit, owner="U0ADA", due="2026-11-30").errors == {}
    assert "Eva Lindqvist committed you to this" in read(notice(town, "U0ADA"))
    wrong = next(m for m in town.box.dm("U0ANA") if m.ts == wrong.ts)
    assert ids.ACCEPT not in str(wrong.blocks)
    assert "Ada Moreau" in read(wrong)
    assert len(town.box.dm("U0ANA")) == 1
    kept = town.commitment(1)
    assert (kept.slips, kept.due_on.isoformat()) == (0, "2026-11-30")
    late = town.item("U0EVA")
    town.move(2026, 11, 23, 10, 15)
    assert ids.OWNER not in [block.get("block_id") for block in town.form("U0EVA", late, ids.EDIT).blocks]


def test_who_may_change_it(town: BotInWorkspace) -> None:
    """Owner, creator, the account's lead and an admin may change a commitment; other people read who may."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, "U0BEN"), "Acme", now=town.box.clock.now())
    for number in range(1, 5):
        town.receipt("U0EVA", f"@ana send {number} by Friday for Acme")
    town.receipt("U0EVA", "@ana the fifth by Friday")
    for user, number, channel in (("U0ANA", 1, "C0ACME"), ("U0EVA", 2, "C0ACME"), ("U0BEN", 3, "C0ACME"),
                                  ("U0ADA", 4, "C0GENERAL")):  # fmt: skip
        town.press(user, town.item(user, number, channel), ids.DONE)
        assert town.commitment(number).state == "done"
    for word in ("done", "move", "block", "hand over", "cancel", "edit"):
        words = read(town.commit("U0BEN", f"{word} 5").messages[-1])
        assert "Only Ana Souza (its owner), Eva Lindqvist (who recorded it) or a workspace admin" in words
        assert "can change #5" in words
    assert town.box.modals("U0BEN") == []
    assert town.verbs(5) == ["record"]


def test_who_shares_a_name_with_two_roles_is_named_once(town: BotInWorkspace) -> None:
    """A person who is owner, creator and the account's lead is named once, with all three roles."""
    with town.makegood.ledger.begin() as tx:
        accounts.create(tx, town.person(tx, "U0EVA"), "Acme", now=town.box.clock.now())
    town.receipt("U0EVA", "send it by Friday for Acme")
    words = read(town.commit("U0BEN", "done 1").messages[-1])
    assert "Only Eva Lindqvist (its owner, who recorded it, who leads Acme) or a workspace admin" in words


def test_an_unknown_account_is_created_from_the_receipt(town: BotInWorkspace) -> None:
    """The receipt says that it does not know the account, offers to create it, and then shows it."""
    receipt = town.receipt("U0EVA", "@ana send it by Friday for Umbrella Holdings")
    assert "I don't know an account called “Umbrella Holdings”" in read(receipt)
    assert town.ask("U0EVA", accounts.names) == []
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    now = next(m for m in town.box.messages("C0ACME", viewer="U0EVA") if m.ts == receipt.ts)
    assert "Account: Umbrella Holdings" in read(now)
    assert ids.CREATE_ACCOUNT not in str(now.blocks)
    assert town.ask("U0EVA", accounts.names) == ["Umbrella Holdings"]
    account = town.commitment(1).account
    assert account is not None
    assert account.owner is not None
    assert account.owner.slack_id == "U0EVA"
    assert "I don't know" not in read(town.receipt("U0BEN", "call them by Friday for umbrella"))


def shared(town: BotInWorkspace, channel: str) -> list[Message]:
    """The bot's posts in the channel that everybody sees."""
    town.settled()
    return [m for m in town.box.messages(channel) if m.user == town.box.world.bot and not m.ephemeral_for]


def test_shared_in_a_channel_and_kept_true(town: BotInWorkspace) -> None:
    """A channel sees who shared an item; its buttons work for people with the right, and it is updated in place."""
    receipt = town.receipt("U0EVA", "@ana send it by Friday")
    town.press("U0EVA", receipt, ids.SHARE)
    (message,) = shared(town, "C0ACME")
    assert "Eva Lindqvist shared a commitment" in read(message)
    assert "Only Ana Souza" in refused(town, "U0BEN", message, ids.DONE)
    move = town.form("U0ANA", message, ids.MOVE)
    town.submit("U0ANA", move, due="2026-12-07", reason="legal needs a week")
    (message,) = shared(town, "C0ACME")
    assert "Mon 7 Dec 2026" in read(message)
    town.press("U0ANA", message, ids.DONE)
    (message,) = shared(town, "C0ACME")
    assert ":white_check_mark:" in str(message.blocks)
    assert ids.DONE not in str(message.blocks)
    assert town.verbs(1) == ["record", "share", "move", "finish"]


def test_where_the_bot_may_not_post(town: BotInWorkspace) -> None:
    """For a private channel without the bot and an archived one the answer says what to do; after /invite it works."""
    receipt = town.receipt("U0EVA", "send it by Friday", "G0DEALS")
    town.press("U0EVA", receipt, ids.SHARE)
    assert "/invite @Makegood" in town.told("U0EVA", "G0DEALS")
    assert shared(town, "G0DEALS") == []
    town.box.invite_app("G0DEALS", by="U0EVA")
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, "G0DEALS")) == 1
    receipt = town.receipt("U0EVA", "call them by Friday")
    town.box.archive("C0ACME")
    town.press("U0EVA", receipt, ids.SHARE)
    assert "archived" in town.told("U0EVA")
    assert town.verbs(2) == ["record"]


def test_a_public_channel_without_the_bot(town: BotInWorkspace) -> None:
    """In a public channel the bot posts without an invitation."""
    town.box.add_channel(ChannelSeed("C0RANDOM", "random", ("U0EVA", "U0BEN"), app=False))
    receipt = town.receipt("U0EVA", "send it by Friday", "C0RANDOM")
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, "C0RANDOM")) == 1


def test_nothing_internal_where_another_company_reads(town: BotInWorkspace) -> None:
    """An internal item is refused with the reason; made shareable it is posted; internal again it is not."""
    receipt = town.receipt("U0EVA", "send it by Friday", "C0SHARED")
    town.press("U0EVA", receipt, ids.SHARE)
    words = town.told("U0EVA", "C0SHARED")
    assert "our team only" in words
    assert "another company" in words
    assert shared(town, "C0SHARED") == []
    edit = town.form("U0EVA", receipt, ids.EDIT)
    town.submit("U0EVA", edit, sharing="shareable")
    receipt = next(m for m in town.box.messages("C0SHARED", viewer="U0EVA") if m.ts == receipt.ts)
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, "C0SHARED")) == 1
    town.press("U0EVA", town.receipt("U0EVA", "an internal one by Friday"), ids.SHARE)
    assert len(shared(town, "C0ACME")) == 1
    assert len(shared(town, "C0SHARED")) == 1


def test_made_internal_after_it_was_shared(town: BotInWorkspace) -> None:
    """An item is made internal after it was shared: the other company in the channel does not see later changes."""
    receipt = town.receipt("U0EVA", "send it by Friday", "C0SHARED")
    town.submit("U0EVA", town.form("U0EVA", receipt, ids.EDIT), sharing="shareable")
    receipt = next(m for m in town.box.messages("C0SHARED", viewer="U0EVA") if m.ts == receipt.ts)
    town.press("U0EVA", receipt, ids.SHARE)
    assert len(shared(town, "C0SHARED")) == 1
    edit = town.form("U0EVA", town.item("U0EVA"), ids.EDIT)
    town.submit("U0EVA", edit, sharing="internal", action="send the figures that they must not see")
    (message,) = shared(town, "C0SHARED")
    assert "must not see" not in read(message)
    assert "must not see" not in message.text


def test_people_of_another_company_press_in_vain(town: BotInWorkspace) -> None:
    """A guest in a shared channel sees what was shared there and no more: no history, no note, no list, no change."""
    guest = "U0GUEST"
    town.box.add_user(User(guest, "dana", "Dana Whitfield", team_id="T0ACME", is_stranger=True))
    town.box.join(guest, "C0SHARED")
    receipt = town.receipt("U0EVA", "send it by Friday", "C0SHARED")
    edit = town.form("U0EVA", receipt, ids.EDIT)
    town.submit("U0EVA", edit, sharing="shareable", note="walk away below 80 thousand")
    receipt = next(m for m in town.box.messages("C0SHARED", viewer="U0EVA") if m.ts == receipt.ts)
    town.press("U0EVA", receipt, ids.SHARE)
    town.receipt("U0EVA", "an internal one by Friday")
    (message,) = shared(town, "C0SHARED")
    before = town.rows() | {"person": 0}
    for action in (ids.SHOW, ids.EDIT, ids.DONE, ids.MOVE, ids.CANCEL):
        if action in str(message.blocks):
            town.press(guest, message, action)
    for typed in ("mine", "overdue", "1", "2", "send them all by Friday", ""):
        town.commit(guest, typed, "C0SHARED")
    town.box.open_home(guest)
    seen = [read(m) for m in town.box.messages("C0SHARED", viewer=guest) if m.ephemeral_for == guest]
    views = [words_of(view) for view in (*town.box.modals(guest), town.box.home(guest)) if view is not None]
    assert not any(secret in text for text in (*seen, *views) for secret in ("80 thousand", "an internal one"))
    assert any("another company" in text or "Only" in text for text in seen)
    assert town.rows() | {"person": 0} == before


def test_the_former_owner_reads_what_they_did(town: BotInWorkspace) -> None:
    """After *Hand back* and *Hand over* the former owner reads so, with the day, without buttons; it stays true."""
    town.receipt("U0EVA", "@ana send it by Friday")
    told = notice(town, "U0ANA")
    town.submit("U0ANA", town.form("U0ANA", told, ids.HAND_BACK), reason="no time")
    left = notice(town, "U0ANA")
    assert "You handed it back to Eva Lindqvist on Mon 23 Nov 2026." in read(left)
    assert [block for block in left.blocks if block["type"] == "actions"] == []
    back = notice(town, "U0EVA")
    town.submit("U0EVA", town.form("U0EVA", back, ids.HAND_OVER), owner="U0BEN")
    back = notice(town, "U0EVA")
    assert "You handed it over to Ben Okafor on Mon 23 Nov 2026." in read(back)
    assert ids.DONE not in str(back.blocks)
    town.commit("U0EVA", "done 1")
    assert ":white_check_mark:" in str(notice(town, "U0EVA").blocks)


def test_a_brief_says_what_was_handed_on(town: BotInWorkspace) -> None:
    """A line of the morning's brief whose item its reader hands over says so, without buttons; the other line keeps
    them.
    """
    town.receipt("U0ANA", "send it by 24 Nov")
    town.receipt("U0ANA", "call them by 24 Nov")
    town.jump(2026, 11, 24, 9, 0)
    (brief,) = town.box.dm("U0ANA")
    assert {1, 2} <= set(numbers(brief.blocks))
    form = town.form("U0ANA", town.item("U0ANA", 1), ids.HAND_OVER)
    town.submit("U0ANA", form, owner="U0EVA")
    town.settled()
    brief = town.box.dm("U0ANA")[0]
    assert "Handed on since" in read(brief)
    assert "You handed it over to Eva Lindqvist on Tue 24 Nov 2026." in read(brief)
    assert numbers(brief.blocks) == [2]


def test_share_here_in_a_form_says_so(town: BotInWorkspace) -> None:
    """*Share here* on the receipt that a form has turned into says where it was shared."""
    form = town.commit("U0EVA", "").view
    assert form is not None
    assert town.submit("U0EVA", form, action="send it", due="2026-12-04").errors == {}
    receipt = town.box.modals("U0EVA")[-1]
    town.box.press("U0EVA", action_id=ids.SHARE, view_id=receipt.id)
    assert "Shared in <#C0ACME>" in words_of(town.box.modals("U0EVA")[-1])
    town.settled()
    assert len(shared(town, "C0ACME")) == 1
