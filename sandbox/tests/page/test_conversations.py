"""Channels, direct messages, threads, people and the clock, in a real browser."""

import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from sandbox import Sandbox
from sandbox.tests.browsing import held
from sandbox.tests.page.app import PageApp
from sandbox.tests.page.page_actions import Open, composer, message, send

BERLIN = ZoneInfo("Europe/Berlin")
EVIL = "<img src=x onerror=\"document.title='owned'\"> &lt;b&gt; *hi* <javascript:alert(1)|click>"


def test_a_message_is_sent_and_shown(visit: Open, box: Sandbox) -> None:
    """Enter sends; author, time in one's own zone, and the words appear."""
    page = visit("C0ACME")
    send(page, "The sheet is *ready*")
    said = message(page, "The sheet is ready")
    expect(said.get_by_text("ready", exact=True)).to_have_css("font-weight", "700")
    expect(said).to_contain_text("15:2")
    expect(composer(page)).to_have_value("")
    assert box.messages("C0ACME")[-1].text == "The sheet is *ready*"


@pytest.mark.slow
def test_the_time_is_the_acting_persons(visit: Open, box: Sandbox) -> None:
    """Ben reads the same moment by New York's clock, by twelve hours."""
    box.say("U0EVA", "C0ACME", "Now")
    expect(message(visit("C0ACME", user="U0BEN"), "Now")).to_contain_text("9:20 AM")


def test_text_never_becomes_markup(visit: Open, box: Sandbox) -> None:
    """The page shows typed text as it is: no dangerous link, no script."""
    page = visit("C0ACME")
    send(page, EVIL)
    said = message(page, "onerror")
    expect(said).to_contain_text(
        "<img src=x onerror=\"document.title='owned'\"> &lt;b&gt; hi <javascript:alert(1)|click>"
    )
    assert said.locator("img, a[href^=javascript]").count() == 0
    assert "owned" not in page.title()


@pytest.mark.slow
def test_names_complete_by_keyboard_and_by_click(visit: Open, box: Sandbox) -> None:
    """@ offers people and # channels; what is picked becomes a mention."""
    page = visit("C0ACME")
    composer(page).press_sequentially("ask @")
    expect(page.get_by_role("option")).to_have_count(5)
    composer(page).press_sequentially("b")
    composer(page).press("Enter")
    expect(composer(page)).to_have_value("ask @ben ")
    composer(page).press_sequentially("or @souz")
    page.get_by_role("option", name="Ana Souza").click()
    composer(page).press_sequentially("in #ge")
    composer(page).press("Tab")
    composer(page).press("Enter")
    expect(message(page, "ask")).to_contain_text("ask @Ben Okafor or @Ana Souza in #general")
    assert box.messages("C0ACME")[-1].text == "ask <@U0BEN> or <@U0ANA> in <#C0GENERAL|general>"


@pytest.mark.slow
def test_commands_are_suggested_with_their_usage(visit: Open, app: PageApp) -> None:
    """A slash lists the manifest's commands; the chosen one shows its hint; its answer is for one's own eyes."""
    page = visit("C0ACME")
    composer(page).press_sequentially("/")
    expect(page.get_by_role("option")).to_have_count(3)
    composer(page).press_sequentially("c")
    composer(page).press("Enter")
    expect(page.get_by_text("/commit @who what by when for account")).to_be_visible()
    composer(page).press_sequentially("@ana the sheet")
    composer(page).press("Enter")
    answer = message(page, "Committed")
    expect(answer).to_contain_text("Only visible to you")
    expect(answer).to_contain_text("@Ana Souza")
    assert app.parcels[-1].payload["text"] == "<@U0ANA|ana> the sheet"
    expect(message(visit("C0ACME", user="U0BEN"), "Committed")).to_have_count(0)


@pytest.mark.slow
def test_news_arrive_without_losing_what_is_being_typed(visit: Open, box: Sandbox) -> None:
    """Another's message appears under the half-written one, and under a half-filled dialog."""
    page = visit("C0ACME")
    composer(page).press_sequentially("I was about to")
    box.say("U0BEN", "C0ACME", "Dana is on the phone")
    expect(message(page, "Dana is on the phone")).to_be_visible()
    expect(composer(page)).to_have_value("I was about to")
    expect(composer(page)).to_be_focused()
    box.command("U0EVA", "C0ACME", "/commit", "")
    page.get_by_label("Action", exact=True).fill("Call Da")
    page.get_by_label("Owner").select_option("U0BEN")
    box.say("U0BEN", "C0ACME", "She hung up")
    expect(page.get_by_text("She hung up")).to_be_attached()
    expect(page.get_by_label("Action", exact=True)).to_have_value("Call Da")
    expect(page.get_by_label("Action", exact=True)).to_be_focused()
    expect(page.get_by_label("Owner")).to_have_value("U0BEN")


@pytest.mark.slow
def test_nothing_typed_while_the_page_still_loads_is_lost(visit: Open) -> None:
    """The composer opens with the script that reads it; until then it takes no words, and what was begun comes back."""
    page = visit("C0ACME")
    composer(page).fill("I was about")
    waiting = held(page, "**/sandbox.js")
    with page.expect_request("**/sandbox.js"):
        page.reload(wait_until="commit")
    expect(composer(page)).to_be_disabled()
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    waiting[0].continue_()
    expect(composer(page)).to_be_enabled()
    expect(composer(page)).to_have_value("I was about")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


@pytest.mark.slow
def test_unread_marks(visit: Open, app: PageApp, box: Sandbox) -> None:
    """A message of the app is counted beside its name, in the title and in the list of people, until it is read."""
    page = visit("C0ACME")
    app.brief("U0EVA")
    app.brief("U0BEN")
    link = page.get_by_role("navigation", name="Workspace").get_by_role("link", name="Makegood")
    expect(link).to_have_accessible_name(re.compile("1 unread"))
    expect(page).to_have_title(re.compile(r"^\(1\) #acme"))
    page.get_by_role("button", name="Acting as Eva Lindqvist").click()
    expect(page.get_by_role("link", name=re.compile("Ben Okafor.*1 unread"))).to_be_visible()
    page.keyboard.press("Escape")
    link.click()
    expect(page.get_by_text("Your commitments this Friday")).to_be_visible()
    expect(link).not_to_have_accessible_name(re.compile("unread"))


@pytest.mark.slow
def test_a_person_acts_as_another(visit: Open, box: Sandbox) -> None:
    """The switch leads to the same place through another's eyes; private channels stay private."""
    page = visit("C0ACME")
    expect(page.get_by_role("link", name="deal-desk")).to_be_visible()
    page.get_by_role("button", name="Acting as Eva Lindqvist").click()
    page.get_by_role("link", name="Ana Souza").click()
    expect(page.get_by_role("button", name="Acting as Ana Souza")).to_be_visible()
    expect(page.get_by_role("link", name="deal-desk")).to_have_count(0)
    send(page, "It is me now")
    expect(message(page, "It is me now")).to_contain_text("Ana Souza")


@pytest.mark.slow
def test_threads_open_at_the_side(visit: Open, box: Sandbox) -> None:
    """A reply goes to its thread, which the message counts and opens."""
    page = visit("C0ACME")
    said = message(page, "We still owe them")
    said.hover()
    said.get_by_role("link", name="Reply in thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    thread.get_by_role("textbox", name="Reply").fill("Tuesday")
    thread.get_by_role("textbox", name="Reply").press("Enter")
    expect(thread.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("log").get_by_role("link", name="1 reply")).to_be_visible()
    expect(page.get_by_role("log").get_by_text("Tuesday", exact=True)).to_have_count(0)
    root = next(one for one in box.messages("C0ACME") if "owe them" in one.text)
    assert box.messages("C0ACME")[-1].thread_ts == root.ts


@pytest.mark.slow
def test_the_clock_leaps(visit: Open, box: Sandbox) -> None:
    """An hour, a day, to the next working morning, and to any moment, by the acting person's clocks."""
    page = visit("C0ACME")
    clock = page.get_by_role("region", name="Clock")
    expect(clock).to_contain_text("Fri 20 Nov 2026, 15:2")
    clock.get_by_role("button", name="+1 hour").click()
    expect(clock).to_contain_text("Fri 20 Nov 2026, 16:2")
    clock.get_by_role("button", name="Next day").click()
    expect(clock).to_contain_text("Sat 21 Nov 2026, 16:2")
    clock.get_by_role("button", name="Next working morning").click()
    expect(clock).to_contain_text("Mon 23 Nov 2026, 09:35")
    clock.get_by_label("Date and time").fill("2027-01-04T08:00")
    clock.get_by_role("button", name="Set clock").click()
    expect(clock).to_contain_text("Mon 4 Jan 2027, 08:00")
    assert box.clock.now().astimezone(BERLIN).strftime("%Y-%m-%d %H:%M") == "2027-01-04 08:00"


@pytest.mark.slow
def test_on_a_phone(visit: Open, app: PageApp) -> None:
    """Nothing is wider than the screen, the channels are one tap away, and a brief's buttons can be pressed."""
    app.brief("U0EVA")
    page = visit("app", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Done").first.click()
    expect(page.get_by_text("(edited)")).to_be_visible()
    channel = page.get_by_role("link", name="general")
    expect(channel).to_have_count(0)
    page.get_by_role("button", name="Channels").click()
    channel.click()
    expect(page.get_by_role("heading", name="general")).to_be_visible()
    page.get_by_role("button", name="Set…").click()
    page.get_by_label("Date and time").fill("2026-12-01T08:00")
    page.get_by_role("button", name="Set clock").click()
    expect(page.get_by_role("region", name="Clock")).to_contain_text("Tue 1 Dec 2026, 08:00")
