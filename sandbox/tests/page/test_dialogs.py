"""Modals, buttons, menus and the Home tab, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from sandbox import Sandbox
from sandbox.tests.browsing import held
from sandbox.tests.page.app import PageApp
from sandbox.tests.page.page_actions import Open, commit, composer, message, send


def test_a_modal_is_filled_in_and_submitted(visit: Open, app: PageApp, box: Sandbox) -> None:
    """Every kind of field reaches the app; an external select asks while one types; the dialog closes."""
    page = visit("C0ACME")
    dialog = commit(page)
    expect(dialog.get_by_label("Action", exact=True)).to_be_focused()
    dialog.get_by_label("Action", exact=True).fill("Send <the> sheet")
    dialog.get_by_label("Owner").select_option(label="Ana Souza")
    dialog.get_by_label("Due").fill("2026-12-11")
    dialog.get_by_label("Account").fill("glo")
    dialog.get_by_role("option", name="Globex <b>").click()
    dialog.get_by_label("They do").check()
    dialog.get_by_role("button", name="Commit").click()
    expect(dialog).to_have_count(0)
    [sent] = app.interactions("view_submission")
    values = sent["view"]["state"]["values"]
    assert values["action"]["text"]["value"] == "Send <the> sheet"
    assert values["owner"]["who"]["selected_user"] == "U0ANA"
    assert values["due"]["day"]["selected_date"] == "2026-12-11"
    assert values["account"]["which"]["selected_option"]["value"] == "globex"
    assert values["side"]["side"]["selected_option"]["value"] == "theirs"
    assert values["note"]["note"]["value"] is None


def test_several_are_found_by_typing(visit: Open, app: PageApp) -> None:
    """An external select for several keeps those found before, and forgets one that is unticked."""
    page = visit("C0ACME")
    dialog = commit(page)
    dialog.get_by_label("Action", exact=True).fill("Send the sheet")
    dialog.get_by_label("Account").fill("acme")
    dialog.get_by_role("option", name="Acme Corporation").click()
    copies = dialog.get_by_role("group", name="Copies")
    for typed, name in (("glo", "Globex <b>"), ("ac", "Acme Corporation")):
        copies.get_by_role("combobox").fill(typed)
        copies.get_by_role("option", name=name).click()
        expect(copies.get_by_label(name)).to_be_checked()
        expect(copies.get_by_role("combobox")).to_have_value("")
    copies.get_by_label("Globex <b>").uncheck()
    dialog.get_by_role("button", name="Commit").click()
    expect(dialog).to_have_count(0)
    [sent] = app.interactions("view_submission")
    chosen = sent["view"]["state"]["values"]["copies"]["copies"]["selected_options"]
    assert [one["value"] for one in chosen] == ["acme"]


def test_errors_stand_at_their_fields(visit: Open, app: PageApp) -> None:
    """Slack's own checks come before anything is sent, the app's after; nothing typed is lost."""
    page = visit("C0ACME")
    dialog = commit(page)
    dialog.get_by_label("Action", exact=True).fill("x" * 61)
    dialog.get_by_role("button", name="Commit").click()
    expect(dialog.get_by_label("Action", exact=True)).to_have_accessible_description(
        re.compile("no more than 60 characters")
    )
    expect(dialog.get_by_label("Account")).to_have_accessible_description(re.compile("Please complete"))
    assert app.interactions("view_submission") == []
    dialog.get_by_label("Action", exact=True).fill("Send it")
    dialog.get_by_label("Account").press_sequentially("ac")
    expect(dialog.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    dialog.get_by_label("Account").press("Enter")
    dialog.get_by_label("Due").fill("2020-01-01")
    dialog.get_by_role("button", name="Commit").click()
    expect(dialog.get_by_label("Due")).to_have_accessible_description(re.compile("That day is <past>."))
    expect(dialog.get_by_label("Action", exact=True)).to_have_value("Send it")
    expect(dialog.get_by_label("Account")).to_have_value("Acme Corporation")
    expect(dialog.get_by_label("Due")).to_be_focused()


@pytest.mark.slow
def test_views_stack_and_the_lower_keeps_what_was_typed(visit: Open, box: Sandbox) -> None:
    """Back leads to the view below with its fields as they were; the cross closes all of them."""
    page = visit("C0ACME")
    commit(page).get_by_label("Action", exact=True).fill("Half a sent")
    page.get_by_role("button", name="Add a second owner").click()
    expect(page.get_by_role("dialog")).to_have_accessible_name("Second owner")
    page.get_by_role("button", name="Previous view").click()
    expect(page.get_by_role("dialog")).to_have_accessible_name("New commitment")
    expect(page.get_by_label("Action", exact=True)).to_have_value("Half a sent")
    page.get_by_role("button", name="Add a second owner").click()
    expect(page.get_by_role("dialog")).to_have_accessible_name("Second owner")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#modals dialog")).to_have_count(0)
    assert box.modals("U0EVA") == []


@pytest.mark.slow
def test_escape_closes_a_view_and_the_app_hears_of_it(visit: Open, app: PageApp) -> None:
    """Closing without submitting sends view_closed where the view asked for it."""
    page = visit("C0ACME")
    dialog = commit(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    app.heard(1, "view_closed")
    assert len(app.interactions("view_closed")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("closed_by", ["Escape", "Dismiss", "both of a stack"])
def test_what_is_typed_after_closing_is_for_the_page_behind(visit: Open, box: Sandbox, closed_by: str) -> None:
    """A closed dialog does not wait for the workspace to hear of it, nor do news meanwhile bring it back."""
    page = visit("C0ACME")
    commit(page)
    if closed_by == "both of a stack":
        page.get_by_role("button", name="Add a second owner").click()
        expect(page.get_by_role("dialog")).to_have_accessible_name("Second owner")
    waiting = held(page, "**/act")
    with page.expect_request("**/act"):
        if closed_by == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name="Dismiss").click()
    page.keyboard.type("I was about to")
    expect(composer(page)).to_have_value("I was about to")
    box.say("U0BEN", "C0ACME", "Dana is on the phone")
    expect(message(page, "Dana is on the phone")).to_be_visible()
    expect(composer(page)).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    waiting[0].continue_()
    expect(page.locator("#modals dialog")).to_have_count(0)
    assert box.modals("U0EVA") == []


@pytest.mark.slow
def test_what_is_typed_after_the_workspace_closed_a_dialog_is_not_lost(visit: Open, box: Sandbox) -> None:
    """The composer gets the focus back, and the caret with it."""
    page = visit("C0ACME")
    commit(page)
    box.close("U0EVA", box.modals("U0EVA")[-1].id)
    expect(composer(page)).to_be_focused()
    page.keyboard.type("I was about to")
    expect(composer(page)).to_have_value("I was about to")


@pytest.mark.slow
def test_a_dialog_that_could_not_be_closed_comes_back(visit: Open) -> None:
    """The dialog comes back with the typed values and the reason."""
    page = visit("C0ACME")
    dialog = commit(page)
    dialog.get_by_label("Action", exact=True).fill("Half a sent")
    page.route("**/act", lambda route: route.fulfill(json={"ok": False, "notice": "Not now."}))
    dialog.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.get_by_text("Not now.")).to_be_visible()
    expect(dialog.get_by_label("Action", exact=True)).to_have_value("Half a sent")


@pytest.mark.slow
def test_a_messages_menu_holds_the_apps_shortcuts(visit: Open, app: PageApp) -> None:
    """From a colleague's words to a filled-in dialog in two clicks."""
    page = visit("C0ACME")
    said = message(page, "I'll get the pricing sheet")
    said.hover()
    said.get_by_role("button", name="More about this message").click()
    page.get_by_role("menuitem", name="Make it a commitment").click()
    expect(page.get_by_label("Action", exact=True)).to_have_value("I'll get the pricing sheet to Dana by Friday")


@pytest.mark.slow
def test_the_composers_menu_holds_the_global_shortcuts(visit: Open) -> None:
    """The bolt beside the composer opens the app's shortcuts of the workspace."""
    page = visit("C0GENERAL", user="U0ADA")
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="New commitment").click()
    expect(page.get_by_role("dialog", name="New commitment")).to_be_visible()


def test_a_button_in_the_place_of_another(visit: Open, app: PageApp) -> None:
    """A button that has taken the place of a pressed one can be pressed before that press is answered."""
    app.brief("U0EVA")
    brief = message(visit("app"), "pricing sheet to Dana")
    brief.get_by_role("button", name="Blocked").first.click()
    brief.get_by_role("button", name="It is free").click()
    app.heard(2)
    app.may_answer.set()
    assert [sent["actions"][0]["action_id"] for sent in app.interactions("block_actions")] == ["blocked", "free"]


def test_suggestions_stay_while_news_arrive(visit: Open, app: PageApp, box: Sandbox) -> None:
    """A list of suggestions stays open while a message, or the app's Home, is drawn anew behind it."""
    page = visit("C0ACME")
    dialog = commit(page)
    dialog.get_by_label("Account").fill("glo")
    suggestion = dialog.get_by_role("option", name="Globex <b>")
    expect(suggestion).to_be_visible()
    box.world.post("C0ACME", box.world.bot, "Something new")
    expect(page.get_by_text("Something new")).to_be_visible()
    expect(suggestion).to_be_visible()


@pytest.mark.slow
def test_buttons_of_a_brief(visit: Open, app: PageApp) -> None:
    """Done changes the message in place; a date goes out as a date; a menu's choice as an option."""
    app.brief("U0EVA")
    page = visit("app")
    brief = message(page, "pricing sheet to Dana")
    brief.get_by_role("button", name="Done").first.click()
    expect(page.get_by_text("(edited)")).to_be_visible()
    expect(page.get_by_text("pricing sheet to Dana")).to_have_count(0)
    page.get_by_label("New date").first.fill("2026-12-01")
    page.get_by_role("button", name="More options").first.click()
    app.heard(2)
    page.get_by_role("menuitem", name="Hand over").click()
    app.heard(3)
    done, moved, handed = (sent["actions"][0] for sent in app.interactions("block_actions"))
    assert (done["action_id"], done["value"]) == ("done", "41")
    assert (moved["action_id"], moved["block_id"], moved["selected_date"]) == ("move", "do-52", "2026-12-01")
    assert handed["selected_option"]["value"] == "hand"


@pytest.mark.slow
def test_a_button_that_asks_first(visit: Open, app: PageApp) -> None:
    """Its question stands in a dialog; no sends nothing, yes sends the press."""
    app.brief("U0EVA")
    page = visit("app")
    page.get_by_role("button", name="Cancel…").first.click()
    question = page.get_by_role("dialog", name="Cancel it?")
    expect(question).to_contain_text("This ends the commitment.")
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    assert app.interactions("block_actions") == []
    page.get_by_role("button", name="Cancel…").first.click()
    question.get_by_role("button", name="End it").click()
    app.heard(1)


@pytest.mark.slow
def test_the_home_tab_is_filled_when_opened(visit: Open, app: PageApp) -> None:
    """Opening it tells the app, whose view appears with working buttons."""
    page = visit("home")
    expect(page.get_by_role("heading", name="Good morning")).to_be_visible()
    page.get_by_role("button", name="New commitment").click()
    expect(page.get_by_role("dialog", name="New commitment")).to_be_visible()


@pytest.mark.slow
def test_an_app_that_does_not_respond(visit: Open, app: PageApp) -> None:
    """After three seconds the person is told, where they look: below the command, in a notice, in the dialog."""
    page = visit("app")
    send(page, "/slow")
    expect(message(page, "operation_timeout")).to_contain_text("Only visible to you")
    app.mute |= {"done", "second"}
    app.brief("U0EVA")
    page.get_by_role("button", name="Done").first.click()
    expect(page.get_by_role("status")).to_contain_text("Makegood did not respond.")
    page.get_by_role("button", name="Dismiss notice").click()
    dialog = commit(page)
    dialog.get_by_role("button", name="Add a second owner").click()
    expect(dialog.get_by_text("Makegood did not respond.")).to_be_visible()
    dialog.get_by_label("Action", exact=True).fill("Send it")
    dialog.get_by_label("Account").fill("acme")
    dialog.get_by_role("option", name="Acme").click()
    app.mute.add("commit")
    dialog.get_by_role("button", name="Commit").click()
    expect(dialog.get_by_text("We had some trouble connecting. Try again?")).to_be_visible()
    expect(dialog.get_by_label("Action", exact=True)).to_have_value("Send it")
