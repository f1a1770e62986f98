"""Forms, buttons and lists, as a person uses them."""

from __future__ import annotations

from datetime import date

from handlers import ids
from store import accounts
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.forms import filled, offer, open_form


def test_the_form_records_everything(town: BotInWorkspace) -> None:
    """Every field of the form reaches the ledger, and the form turns into the receipt."""
    form = open_form(town)
    offer(town, form, account="Acme", stakeholder="Dana Whitfield")
    done = town.box.submit("U0EVA", form.id, filled())
    assert done.errors == {}
    receipt = town.box.modals("U0EVA")[-1]
    assert "Recorded as #1" in words_of(receipt)
    assert "Friday 4 December 2026" in words_of(receipt)
    kept = town.commitment(1)
    assert (kept.action, kept.owner.slack_id, kept.due_on) == ("send the SOC 2 report", "U0ANA", date(2026, 12, 4))
    assert kept.account is not None
    assert kept.stakeholder is not None
    assert (kept.account.name, kept.stakeholder.name) == ("Acme", "Dana Whitfield")
    assert (kept.side, kept.internal, kept.note) == ("ours", False, "the 2026 one")


def test_errors_stand_at_their_fields_and_nothing_is_stored(town: BotInWorkspace) -> None:
    """A past date and a missing account give errors at their fields; corrected, the same form records once."""
    form = open_form(town)
    offer(town, form, account="Acme", stakeholder="Dana Whitfield")
    wrong = town.box.submit("U0EVA", form.id, filled(due="2026-11-01"))
    assert set(wrong.errors) == {"due"}
    assert "already passed" in wrong.errors["due"]
    wrong = town.box.submit("U0EVA", form.id, filled(account=None))
    assert set(wrong.errors) == {"account"}
    wrong = town.box.submit("U0EVA", form.id, filled(owner="U0MAKEGOOD"))
    assert set(wrong.errors) == {"owner"}
    assert town.ask("U0EVA", accounts.names) == []
    assert town.box.submit("U0EVA", form.id, filled()).errors == {}
    assert town.commitment(1).action == "send the SOC 2 report"


def test_menus_offer_what_is_known_and_what_could_be_created(town: BotInWorkspace) -> None:
    """Typing without accents finds accounts with accents; an unknown name is offered for creation."""
    form = open_form(town)
    offer(town, form, account="Société Générale")
    town.box.submit("U0EVA", form.id, filled(account="new:Société Générale", stakeholder=None))
    form = open_form(town)
    found = town.box.suggestions("U0EVA", view_id=form.id, action_id=ids.ACCOUNT, text="societe")
    assert [option["text"]["text"] for option in found] == ["Société Générale", "Create “societe”"]


def test_a_line_without_a_date_opens_the_form_filled_in(town: BotInWorkspace) -> None:
    """The form holds the parts of the line that were understood; nothing is stored until it has a date."""
    outcome = town.commit("U0EVA", "@ana send the pricing sheet to Dana")
    form = outcome.view
    assert form is not None
    assert "By when?" in words_of(form)
    initial = {block["block_id"]: block["element"] for block in form.blocks if block["type"] == "input"}
    assert initial["action"]["initial_value"] == "send the pricing sheet to Dana"
    assert initial["owner"]["initial_user"] == "U0ANA"
    assert town.box.submit("U0EVA", form.id, {"due": {"due": "2026-11-30"}}).errors == {}
    assert town.commitment(1).due_on == date(2026, 11, 30)


def test_an_unclear_date_is_asked_back(town: BotInWorkspace) -> None:
    """A past or ambiguous date opens the form with the reason and a suggestion, and stores nothing."""
    form = town.commit("U0EVA", "call Marcus by next month").view
    assert form is not None
    assert "next month" in words_of(form)


def test_the_message_shortcut_keeps_text_and_place(town: BotInWorkspace) -> None:
    """The promise in the message is the action, and its permalink is stored."""
    said = town.box.say("U0ANA", "C0ACME", "I'll get the pricing sheet to Dana & @ben")
    outcome = town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", said.ts)
    form = outcome.view
    assert form is not None
    town.box.submit("U0EVA", form.id, {"due": {"due": "2026-11-30"}})
    kept = town.commitment(1)
    assert kept.action == "Get the pricing sheet to Dana & @Ben Okafor"
    assert kept.permalink is not None
    assert said.ts.replace(".", "") in kept.permalink


def test_undo_takes_back_what_was_just_recorded(town: BotInWorkspace) -> None:
    """Undo replaces the receipt and cancels the item, and the owner is not told of it."""
    receipt = town.receipt("U0EVA", "@ana send the pricing sheet by Friday")
    town.box.press("U0EVA", action_id=ids.UNDO, channel="C0ACME", ephemeral_id=receipt.ts)
    assert town.commitment(1).state == "cancelled"
    assert "taken back" in words(town.box.messages("C0ACME", viewer="U0EVA")[-1])
    assert "taken back · was due" in words(town.item("U0EVA"))
    town.settled()
    assert town.box.dm("U0ANA") == []


def test_done_updates_the_earlier_messages(town: BotInWorkspace) -> None:
    """After *Done* in one place the owner's DM and the shared message show it, in place."""
    receipt = town.receipt("U0EVA", "@ana send the pricing sheet by Friday")
    town.box.press("U0EVA", action_id=ids.SHARE, channel="C0ACME", ephemeral_id=receipt.ts)
    town.settled()
    notice = town.box.dm("U0ANA")[-1]
    town.box.press("U0ANA", action_id=ids.ACCEPT, channel=notice.channel, ts=notice.ts)
    town.box.press("U0ANA", action_id=ids.DONE, channel=notice.channel, ts=notice.ts)
    town.settled()
    assert "done" in words(town.box.dm("U0ANA")[-1])
    shared = [m for m in town.box.messages("C0ACME") if "shared a commitment" in words(m)]
    assert len(shared) == 1
    assert ":white_check_mark:" in words(shared[0])
    assert len(town.box.dm("U0ANA")) == 1


def test_new_date_asks_the_reason(town: BotInWorkspace) -> None:
    """New date needs a date and a reason; first date and slip are shown."""
    receipt = town.receipt("U0EVA", "send the pricing sheet by Friday")
    assert receipt
    item = town.commit("U0EVA", "1").messages[-1]
    form = town.box.press("U0EVA", action_id=ids.MOVE, channel="C0ACME", ephemeral_id=item.ts).view
    assert form is not None
    missing = town.box.submit("U0EVA", form.id, {"due": {"due": "2026-12-07"}, "reason": {"reason": "  "}})
    assert set(missing.errors) == {"reason"}
    town.box.submit("U0EVA", form.id, {"due": {"due": "2026-12-07"}, "reason": {"reason": "legal needs a week"}})
    shown = words(town.box.messages("C0ACME", viewer="U0EVA")[-1])
    assert "first 27 Nov · moved once" in shown
    assert "legal needs a week" in shown


def test_others_are_told_who_can(town: BotInWorkspace) -> None:
    """A person who may not change an item reads who can, and nothing changes."""
    town.receipt("U0EVA", "@ana send the pricing sheet by Friday")
    town.commit("U0BEN", "done 1")
    assert "Only Ana Souza (its owner)" in words(town.box.messages("C0ACME", viewer="U0BEN")[-1])
    assert town.commitment(1).state == "open"


def test_home_shows_and_follows(town: BotInWorkspace) -> None:
    """The Home tab lists open items, and shows a change made elsewhere."""
    town.receipt("U0ANA", "send the pricing sheet by Friday")
    town.receipt("U0EVA", "@ana write the summary by 10 Dec")
    town.box.open_home("U0ANA")
    town.box.open_home("U0EVA")
    home = words_of(town.box.home("U0ANA"))
    assert "This week (1)" in home
    assert "Later (1)" in home
    assert "I wait for (1)" in words_of(town.box.home("U0EVA"))
    item = town.commit("U0ANA", "2").messages[-1]
    town.box.press("U0ANA", action_id=ids.DONE, channel="C0ACME", ephemeral_id=item.ts)
    town.settled()
    assert "Later" not in words_of(town.box.home("U0ANA"))
    assert "I wait for (0)" in words_of(town.box.home("U0EVA"))


def test_the_small_button_says_what_it_does(town: BotInWorkspace) -> None:
    """A form that can be sent is discarded, not closed."""
    receipt = town.receipt("U0EVA", "@ana send the pricing sheet by Friday")
    assert town.form("U0EVA", receipt, ids.EDIT).close == "Discard"


def test_the_morning_brief(town: BotInWorkspace) -> None:
    """The brief is one DM on the working morning, in the owner's zone, to a first name, and no second one that day."""
    town.receipt("U0EVA", "@ana send the pricing sheet by Friday")
    town.settled()
    town.pass_by(hours=1)
    town.receipt("U0EVA", "@ana call Marcus by tomorrow")
    town.settled()
    before = len(town.box.dm("U0ANA"))
    town.jump(2026, 11, 24, 8, 45)
    briefs = town.box.dm("U0ANA")[before:]
    assert len(briefs) == 1
    assert "Good morning, Ana" in words(briefs[0])
    assert "Good morning, Ana Souza" not in words(briefs[0])
    assert "Due today" in words(briefs[0])
    town.jump(2026, 11, 24, 12, 0)
    assert len(town.box.dm("U0ANA")) == before + 1
