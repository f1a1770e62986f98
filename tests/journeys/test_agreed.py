"""Agreed, or a wish: the line, the form, the button, and where people read of it."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from handlers import ids
from store import commitments
from store.plan import people as plan_people
from store.plan import section
from store.tables import Side, Verdict
from tests.journeys.accounts import account, agreement, person
from tests.journeys.conftest import BotInWorkspace, read, words, words_of
from tests.journeys.reviews import Session, begun, review
from tests.journeys.working_lives import act

if TYPE_CHECKING:
    from sandbox import Message, View
    from store.tables import Account

WISH, AGAIN = "a wish", "to be agreed again"


@pytest.fixture
def acme(town: BotInWorkspace) -> Account:
    """Acme, with Dana Reyes and Marcus Hale."""
    found = account(town, "Acme")
    for name in ("Dana Reyes", "Marcus Hale"):
        person(town, found, name)
    return found


def wish(town: BotInWorkspace, at: Account, action: str = "send the figures", **more: Any) -> None:
    """A wish of Eva's: Acme's Dana sends the figures by Friday."""
    given: dict[str, Any] = {"account": at, "stakeholder": person(town, at, "Dana Reyes"), "side": Side.THEIRS}
    town.has_recorded("U0EVA", ("U0EVA", action, "2026-11-27"), **given | more)


def value(form: View, name: str) -> Any:
    """The value with which a menu of the form begins."""
    element = next(block["element"] for block in form.blocks if block.get("block_id") == name)
    return (element.get("initial_option") or {}).get("value") or element.get("initial_date")


# ---- recording -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("theirs: send the figures by Friday for Acme agreed with Dana", "in a meeting"),
        ("theirs: send the figures by Friday, agreed with Dana by phone", "in a call"),
        ("theirs: send the figures by Friday for Acme (agreed with Dana Reyes in writing)", "by letter"),
    ],
)
def test_a_line_says_who_agreed(town: BotInWorkspace, acme: Account, typed: str, said: str) -> None:
    """The words leave the action, the person brings the account, and the receipt and the history say who agreed."""
    receipt = read(town.receipt("U0EVA", typed, "C0GENERAL"))
    assert f"Agreed by Dana Reyes on Mon 23 Nov 2026, {said}" in receipt
    found = town.commitment(1)
    assert (found.action, found.account_id) == ("send the figures", acme.id)
    assert f"recorded it, agreed with Dana Reyes {said}" in read(town.item("U0EVA"))


def test_theirs_is_a_wish(town: BotInWorkspace, acme: Account) -> None:
    """Without an agreement what they owe is a wish, in the receipt and in every list; ours is simply ours."""
    receipt = read(town.receipt("U0EVA", f"theirs: Dana sends the figures by Friday for {acme.name}"))
    assert "A wish, until one of theirs agrees" in receipt
    ours = read(town.receipt("U0EVA", "send the sheet by Friday for Acme"))
    assert "wish" not in ours
    for command in ("theirs", "mine", "account Acme"):
        shown = read(town.commit("U0EVA", command).messages[-1])
        assert shown.count(WISH) == 1, command
    assert "They: 1 wish" in read(town.commit("U0EVA", "account Acme").messages[-1])


def test_a_name_that_nobody_has(town: BotInWorkspace, acme: Account) -> None:
    """A person whom the account does not have is asked about, with the person to add chosen already."""
    form = town.commit("U0EVA", f"theirs: send the figures by Friday for {acme.name} agreed with Priya").view
    assert "I don't know anybody called “Priya” at Acme" in words_of(form)
    assert (value(form, ids.STAKEHOLDER), value(form, ids.AGREED_HOW)) == ("new:Priya", "meeting")
    assert town.submit("U0EVA", form).errors == {}
    assert "Agreed by Priya on Mon 23 Nov 2026" in read(town.item("U0EVA"))


def test_words_that_name_nobody_stay(town: BotInWorkspace, acme: Account) -> None:
    """“Agreed with legal” names none of theirs: the words stay in the action, and it is a wish."""
    town.receipt("U0EVA", f"theirs: sign the terms agreed with legal by Friday for {acme.name}")
    assert town.commitment(1).action == "sign the terms agreed with legal"
    assert WISH in read(town.item("U0EVA"))


def test_the_form_asks(town: BotInWorkspace, acme: Account) -> None:
    """The form has the way; it needs the client's person, and says so at that field."""
    form = town.commit("U0EVA", f"theirs: send the figures for {acme.name}").view
    refused = town.submit("U0EVA", form, due="2026-11-27", agreed_how="call")
    assert refused.errors == {ids.STAKEHOLDER: "Choose the client’s person who agreed."}
    town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.STAKEHOLDER, text="Dana")
    dana = person(town, acme, "Dana Reyes")
    assert town.submit("U0EVA", form, due="2026-11-27", agreed_how="call", stakeholder=str(dana.id)).errors == {}
    assert "Agreed by Dana Reyes on Mon 23 Nov 2026, in a call" in read(town.item("U0EVA"))


# ---- the button ----------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_agreed_in_two_presses(town: BotInWorkspace, acme: Account) -> None:
    """*Agreed* opens a small form with person and way chosen; *Save* is enough, also if Slack sends it twice."""
    wish(town, acme)
    form = town.form("U0EVA", town.item("U0EVA"), ids.AGREE)
    assert (value(form, ids.AGREED_HOW), value(form, ids.AGREED_ON)) == ("meeting", "2026-11-23")
    assert town.submit("U0EVA", form).errors == {}
    town.again()
    shown = town.item("U0EVA")
    assert "Agreed by Dana Reyes on Mon 23 Nov 2026, in a meeting" in read(shown)
    assert "you recorded that Dana Reyes agreed in a meeting on Mon 23 Nov 2026" in read(shown)
    assert ids.AGREE not in str(shown.blocks)
    assert town.verbs(1) == ["record", "agree"]


def test_refusals(town: BotInWorkspace, acme: Account) -> None:
    """A day to come is refused at its field; a stale form says who was first; a colleague without a right has no
    button.
    """
    wish(town, acme)
    form = town.form("U0EVA", town.item("U0EVA"), ids.AGREE)
    refused = town.submit("U0EVA", form, agreed_on="2026-11-24")
    assert refused.errors == {ids.AGREED_ON: "That day has not come yet. Until then it is a wish."}
    act(town, "U0EVA", commitments.move, 1, date(2026, 12, 4), "holidays", version=1)
    stale = town.submit("U0EVA", form)
    assert "#1 has changed meanwhile: You gave it a new date" in str(stale.errors)
    assert town.verbs(1) == ["record", "move"]
    assert ids.AGREE not in str(town.item("U0BEN").blocks)


def edited(town: BotInWorkspace, **fields: str) -> None:
    """Eva edits her commitment, later than it could be undone."""
    town.pass_by(hours=1)
    form = town.form("U0EVA", town.item("U0EVA"), ids.EDIT)
    assert town.submit("U0EVA", form, **fields).errors == {}


def test_new_words_and_a_new_date(town: BotInWorkspace, acme: Account) -> None:
    """Both make it to be agreed again, unless the same form says that it was agreed; the history says each."""
    wish(town, acme, agreed=agreement(town, acme))
    edited(town, note="by mail")
    assert AGAIN not in read(town.item("U0EVA"))
    edited(town, action="send all figures")
    shown = read(town.item("U0EVA"))
    assert "Agreed by Dana Reyes on Mon 23 Nov 2026, in a meeting, and changed since: to be agreed again" in shown
    assert "changed the wording, to be agreed again" in shown
    edited(town, action="send all the figures", agreed_how="call")
    assert AGAIN not in read(town.item("U0EVA")).partition("History")[0]
    form = town.form("U0EVA", town.item("U0EVA"), ids.MOVE)
    assert "Has Dana Reyes agreed to it?" in words_of(form)
    assert town.submit("U0EVA", form, due="2026-12-04", reason="holidays", agreed_how="letter").errors == {}
    shown = read(town.item("U0EVA"))
    assert "moved it from Fri 27 Nov 2026 to Fri 4 Dec 2026, agreed with Dana Reyes by letter" in shown
    form = town.form("U0EVA", town.item("U0EVA"), ids.MOVE)
    assert town.submit("U0EVA", form, due="2026-12-11", reason="again").errors == {}
    assert AGAIN in read(town.item("U0EVA")).partition("History")[0]
    edited(town, agreed_how="none")
    assert WISH in read(town.item("U0EVA")).partition("History")[0]


def test_the_person_who_agreed_leaves(town: BotInWorkspace, acme: Account) -> None:
    """It is to be agreed again then, by another person; the history names the one who agreed for good."""
    wish(town, acme, agreed=agreement(town, acme))
    with town.makegood.ledger.begin() as tx:
        eva, dana = town.person(tx, "U0EVA"), town.commitment(1).agreed_by_id
        section.edit(
            tx, eva, plan_people.SECTION, dana or 0, {"left_on": "2026-11-23"}, version=1, origin_key="left",
            now=town.box.clock.now(),
        )  # fmt: skip
    shown = town.item("U0EVA")
    assert "who has left since: to be agreed again" in read(shown)
    form = town.form("U0EVA", shown, ids.AGREE)
    assert value(form, ids.AGREED_BY) is None
    town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.AGREED_BY, text="Marcus")
    marcus = person(town, acme, "Marcus Hale")
    assert town.submit("U0EVA", form, agreed_by=str(marcus.id)).errors == {}
    shown = town.item("U0EVA")
    assert "Agreed by Marcus Hale" in read(shown)
    assert "recorded it, agreed with Dana Reyes in a meeting" in read(shown)


# ---- where people read of it ---------------------------------------------------------------------------


def test_they_agree_on_their_page(town: BotInWorkspace, acme: Account) -> None:
    """The owner reads it in the next brief, the history says that it was the client's person, and not a colleague."""
    wish(town, acme, internal=False)
    dana = person(town, acme, "Dana Reyes")
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        commitments.agree_on_page(tx, dana, eva, 1, version=1, origin_key="page", now=now)
    assert "Dana Reyes agreed on their page" in read(town.item("U0EVA"))
    town.jump(2026, 11, 24, 15, 0)
    assert "Dana Reyes agreed on their page" in read(town.box.dm("U0EVA")[-1])


def test_told_at_once_on_the_day(town: BotInWorkspace, acme: Account) -> None:
    """On the due date a brief would come too late: the owner hears at once who agreed."""
    wish(town, acme, internal=False)
    dana = person(town, acme, "Dana Reyes")
    town.jump(2026, 11, 27, 9, 0)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        commitments.agree_on_page(tx, dana, eva, 1, version=1, origin_key="page", now=now)
    town.settled()
    assert "Dana Reyes agreed on their page." in read(town.box.dm("U0EVA")[-1])


def test_a_review_has_its_wishes_apart(town: BotInWorkspace, acme: Account) -> None:
    """Wishes are a group of their own; one is agreed there, its verdict stands, and the minutes say how each stood."""
    wish(town, acme)
    wish(town, acme, "send the figures of May")
    town.has_recorded("U0EVA", ("U0EVA", "send the sheet", "2026-11-27"), account=acme)
    session = begun(town, "Acme on 12 Jan 10:00")
    session.press(ids.REVIEW_ITEMS)
    shown = words_of(session.top)
    promises, _, wishes = shown.partition("Wishes, to which they have not agreed")
    assert "send the sheet" in promises
    assert wishes.count("send the figures") == 2
    session.choose(1, Verdict.KEEP)
    session.choose(1, ids.AGREED)
    assert session.submit().errors == {}
    assert "changed since" not in words_of(session.top)
    for number in (2, 3):
        session.choose(number, Verdict.KEEP)
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12", time="10:00").errors == {}
    minutes = words(review(town, "Acme last"))
    decided, _, wishes = minutes.partition("Wishes, to which they have not agreed")
    assert "agreed with Dana Reyes" in decided
    assert "#2 send the figures" in wishes
    session = Session(town)
    session.open()
    decisions = words_of(session.top)
    assert re.search(r"carried over: #1 send the figures – .* · agreed", decisions)
    assert re.search(r"carried over: #2 send the figures of May – .* · a wish", decisions)


def test_what_a_meeting_yields_is_agreed(town: BotInWorkspace, acme: Account) -> None:
    """*What was agreed* records both sides as agreed with the person there, on the day of the meeting."""
    assert acme.name == "Acme"
    met: Message = town.box.command("U0EVA", "C0ACME", "/plan", "met Dana on 20 Nov: the API").messages[-1]
    form = town.form("U0EVA", met, ids.MEETING_AGREED)
    assert value(form, ids.AGREED_HOW) == "meeting"
    state = {
        "row.0.action": {ids.ACTION: "send the figures"}, "row.0.due": {ids.DUE: "2026-11-27"},
        "row.0": {ids.ROW_SIDE: "theirs"},
    }  # fmt: skip
    done = town.box.submit("U0EVA", form.id, state)
    assert done.errors == {}
    assert "Agreed by Dana Reyes on Fri 20 Nov 2026, in a meeting" in read(town.item("U0EVA"))


def test_a_redaction_leaves_who_agreed(town: BotInWorkspace, acme: Account) -> None:
    """Words go, and the agreement stays: who agreed, when and how is no text of people's."""
    wish(town, acme, agreed=agreement(town, acme))
    act(town, "U0EVA", commitments.redact, 1, None, version=1)
    assert "Agreed by Dana Reyes on Mon 23 Nov 2026" in read(town.item("U0EVA"))
