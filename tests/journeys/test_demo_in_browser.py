"""The demo as its users see it: `makegood demo` in a process of its own, its page in a real browser."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from handlers.slack.words import full_date
from sandbox.tests import browsing
from sandbox.tests.page.page_actions import Open, message, send
from tests.journeys.demo_page import Demo, act_as, choose, clock_of, go_to, messages_of_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

browser = browsing.browser
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = 4
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, its clock set to eleven on the coming Monday, when “Friday” can mean one day only."""
    with Demo(tmp_path_factory.mktemp("demo")) as demo:
        page = browser.new_page()
        page.goto(demo.url)
        today = today_of(page)
        monday = today + timedelta(days=7 - today.weekday())
        page.get_by_label("Date and time").fill(f"{monday}T11:00")
        page.get_by_role("button", name="Set clock").click()
        # On its way the clock stops at everybody's morning of that day.
        expect(clock_of(page)).to_contain_text(f"Mon {monday.day} {monday:%b %Y}, 11:00")
        page.close()
        yield demo
        status, _ = demo.ended()
        assert status == 0


@pytest.fixture
def visit(demo: Demo, browser: Browser) -> Iterator[Open]:
    """Opens the demo's address in a new window; fails if the browser's console had an error."""
    with browsing.windows(browser) as show:

        def open_page(*, width: int = 1280, height: int = 900) -> Page:
            return show(demo.url, width, height)

        yield open_page


# -- what a person does on the page ------------------------------------------------------------------------


def today_of(page: Page) -> date:
    """The day in Berlin by the page's clock."""
    instant = page.locator("#now").get_attribute("datetime")
    assert instant
    return datetime.fromisoformat(instant).astimezone(BERLIN).date()


def home_of_app(page: Page) -> Page:
    go_to(page, "Makegood").get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_role("button", name="New commitment")).to_be_visible()
    return page


def recorded(page: Page, line: str, action: str) -> int:
    """Type the line in the channel; the number on its receipt."""
    send(page, line)
    receipt = message(page, action).filter(has_text="Recorded as #")
    expect(receipt).to_be_visible()
    found = re.search(r"Recorded as #(\d+)", receipt.inner_text())
    assert found
    return int(found[1])


def fill_in(dialog: Locator, *, action: str, owner: str, due: date, account: str, note: str) -> None:
    """Fills in every field of the form that takes text or a choice."""
    dialog.get_by_label("Action", exact=True).fill(action)
    dialog.get_by_label("Owner").select_option(label=owner)
    dialog.get_by_label("Due date").fill(due.isoformat())
    dialog.get_by_label("Account").fill("")
    dialog.get_by_label("Account").press_sequentially(account[:3])
    dialog.get_by_role("option", name=account, exact=True).click()
    # The form follows the account; an update that came after an error would take the error away.
    expect(dialog.get_by_label("Account")).not_to_have_attribute("aria-busy", "true")
    dialog.get_by_label("They owe us").check()
    dialog.get_by_label("Note").fill(note)


# -- what must come of it --------------------------------------------------------------------------------------


def test_one_line_becomes_a_receipt_and_is_shared(visit: Open) -> None:
    """The receipt has number, owner, account and full date with weekday, and stays private when the channel sees the
    item.
    """
    page = go_to(visit(), "acme")
    friday = today_of(page) + timedelta(days=FRIDAY - today_of(page).weekday())
    send(page, "/commit @ana send the pricing sheet to Dana by Friday for Acme")
    receipt = message(page, "send the pricing sheet to Dana").filter(has_text="Recorded as #")
    for words in ("Only visible to you", "Ana Souza", "Acme Corporation", full_date(friday), "Friday"):
        expect(receipt).to_contain_text(words)
    expect(receipt).to_contain_text(re.compile(r"Recorded as #\d+"))
    receipt.get_by_role("button", name="Share here").click()
    shared = message(page, "shared a commitment").filter(has_text="send the pricing sheet to Dana")
    expect(shared).to_have_count(1)
    expect(shared).not_to_contain_text("Only visible to you")
    act_as(page, "Ben Okafor")
    expect(shared).to_have_count(1)
    expect(receipt).to_have_count(0)


@pytest.mark.slow
def test_a_form_with_an_error_keeps_everything(visit: Open) -> None:
    """A past date gives an error at its field, the other values stay; corrected, the form turns into the receipt."""
    page = go_to(visit(), "acme")
    today = today_of(page)
    send(page, "/commit")
    dialog = page.get_by_role("dialog", name="New commitment")
    note = "Ask for the signed copy.\nLegal has it."
    fill_in(dialog, action="Return the signed order", owner="Ben Okafor", due=today - timedelta(days=1),
            account="Globex", note=note)  # fmt: skip
    dialog.get_by_role("button", name="Record").click()
    expect(dialog.get_by_label("Due date")).to_have_accessible_description(re.compile("has already passed"))
    expect(dialog.get_by_label("Action", exact=True)).to_have_value("Return the signed order")
    expect(dialog.get_by_label("Owner")).to_have_value("U0BEN")
    expect(dialog.get_by_label("Due date")).to_have_value((today - timedelta(days=1)).isoformat())
    expect(dialog.get_by_label("Account")).to_have_value("Globex")
    expect(dialog.get_by_label("They owe us")).to_be_checked()
    expect(dialog.get_by_label("Note")).to_have_value(note)
    dialog.get_by_label("Due date").fill((today + timedelta(days=9)).isoformat())
    dialog.get_by_role("button", name="Record").click()
    receipt = page.get_by_role("dialog", name="Makegood")
    for words in ("Recorded as #", "Ben Okafor", "Globex", "they owe us", full_date(today + timedelta(days=9))):
        expect(receipt).to_contain_text(words)
    receipt.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.slow
def test_the_owner_accepts_and_finishes(visit: Open) -> None:
    """Ana's notice asks whether she agrees; each press updates it in place, there and in the channel."""
    page = go_to(visit(), "acme")
    number = recorded(page, "/commit @ana sign the escrow by today for Acme", "sign the escrow")
    message(page, "sign the escrow").get_by_role("button", name="Share here").click()
    shared = message(page, "shared a commitment").filter(has_text="sign the escrow")
    expect(shared).to_contain_text("not accepted yet")
    notice = message(messages_of_app(act_as(page, "Ana Souza")), "sign the escrow")
    expect(notice).to_contain_text("Eva Lindqvist committed you to this")
    expect(notice.get_by_role("button", name=f"Hand back: #{number}")).to_be_visible()
    notice.get_by_role("button", name=f"Accept: #{number}").click()
    expect(notice.get_by_role("button", name=f"Accept: #{number}")).to_have_count(0)
    expect(notice).not_to_contain_text("not accepted yet")
    notice.get_by_role("button", name=f"Done: #{number}").click()
    expect(notice).to_contain_text(f"#{number} · done")
    expect(notice).to_have_count(1)
    expect(notice.get_by_role("button", name=f"Done: #{number}")).to_have_count(0)
    go_to(act_as(page, "Eva Lindqvist"), "acme")
    expect(shared).to_contain_text(f"#{number} · done")
    expect(shared).to_have_count(1)


@pytest.mark.slow
def test_a_colleagues_words_become_a_commitment(visit: Open) -> None:
    """From a message's menu the form has its text as action, and the commitment links back to the message."""
    page = go_to(visit(), "acme")
    said = message(page, "We still owe them the SOC 2 report")
    said.hover()
    said.get_by_role("button", name="More about this message").click()
    page.get_by_role("menuitem", name="Make it a commitment").click()
    dialog = page.get_by_role("dialog", name="New commitment")
    expect(dialog.get_by_label("Action", exact=True)).to_have_value("We still owe them the SOC 2 report")
    dialog.get_by_label("Due date").fill((today_of(page) + timedelta(days=8)).isoformat())
    dialog.get_by_role("button", name="Record").click()
    receipt = page.get_by_role("dialog", name="Makegood")
    expect(receipt).to_contain_text("We still owe them the SOC 2 report")
    found = re.search(r"Recorded as #(\d+)", receipt.inner_text())
    assert found
    receipt.get_by_role("button", name="Dismiss").click()
    send(page, f"/commit {found[1]}")
    expect(page.get_by_role("link", name="Where it was said")).to_have_attribute(
        "href", re.compile("archives/C0ACME/p")
    )


@pytest.mark.slow
def test_home_shows_and_follows(visit: Open) -> None:
    """Home shows this week, later, and on a tab what one waits for; done items leave it without a press there."""
    page = go_to(visit(), "acme")
    in_3_weeks = today_of(page) + timedelta(days=21)
    own = recorded(page, "/commit book the room by Sunday", "book the room")
    recorded(page, f"/commit plan the summit by {in_3_weeks}", "plan the summit")
    other = recorded(page, "/commit @ana count the seats by today", "count the seats")
    home = home_of_app(page)
    for heading in ("This week", "Later"):
        expect(home.get_by_role("heading", name=re.compile(rf"^{heading} \(\d+\)"))).to_be_visible()
    expect(home.get_by_text("plan the summit")).to_be_visible()
    row = home.locator(".section").filter(has_text=f"#{own} ·")
    choose(row.get_by_role("button", name="More options"), home.get_by_role("menuitem", name="Done"))
    expect(home.get_by_text(f"#{own} · done")).to_be_visible()
    expect(home.get_by_role("button", name=f"Reopen: #{own}")).to_be_visible()
    home.get_by_role("button", name=re.compile(r"^I wait for \(\d+\)")).click()
    expect(home.get_by_text("count the seats")).to_be_visible()
    ana = messages_of_app(act_as(visit(), "Ana Souza"))
    message(ana, "count the seats").get_by_role("button", name=f"Done: #{other}").click()
    expect(message(ana, "count the seats")).to_contain_text("done")
    expect(home.get_by_text("count the seats")).to_have_count(0)
    home.get_by_role("button", name=re.compile(r"^My commitments \(\d+\)")).click()
    expect(home.get_by_text("plan the summit")).to_be_visible()


def morning(page: Page) -> tuple[Locator, date]:
    """Turns the clock to the next working morning; returns Eva's brief, and its day."""
    before = today_of(page)
    clock_of(page).get_by_role("button", name="Next working morning").click()
    day = before + timedelta(days=3 if before.weekday() == FRIDAY else 1)
    expect(clock_of(page)).to_contain_text(f"{day.day} {day:%b %Y}, 09:35")
    brief = message(messages_of_app(page), "Good morning, Eva").filter(has_text=full_date(day))
    expect(brief).to_have_count(1)
    return brief, day


def from_menu(page: Page, brief: Locator, number: int, words: str) -> None:
    """Choose an entry of the "…" menu of an item in a brief."""
    row = brief.locator(".section").filter(has_text=f"#{number} ·")
    choose(row.get_by_role("button", name="More options"), page.get_by_role("menuitem", name=words, exact=True))


@pytest.mark.slow
def test_the_next_working_morning_brings_the_brief(visit: Open) -> None:
    """The brief is one message with the due items, marked unread until it is read, and its buttons work there."""
    page = go_to(visit(), "acme")
    first = recorded(page, "/commit call Marcus tomorrow for Acme", "call Marcus")
    second = recorded(page, "/commit thank Priya tomorrow for Globex", "thank Priya")
    brief, day = morning(page)
    expect(brief).to_contain_text("Due today")
    from_menu(page, brief, first, "Done")
    expect(brief).to_contain_text(f"#{first} · done")
    from_menu(page, brief, second, "New date")
    form = page.get_by_role("dialog", name="New date")
    form.get_by_label("New date", exact=True).fill((day + timedelta(days=10)).isoformat())
    form.get_by_label("Why does it move?").fill("She is away")
    form.get_by_role("button", name="Move").click()
    expect(form).to_have_count(0)
    expect(brief).to_contain_text("in 10 days")
    expect(brief).to_have_count(1)


@pytest.mark.slow
def test_the_same_brief_on_a_phone(visit: Open) -> None:
    """At 390 by 844 pixels all of the brief can be read and pressed, and nothing scrolls sideways."""
    wide = go_to(visit(), "acme")
    number = recorded(wide, "/commit write the thank-you note tomorrow for Acme", "write the thank-you note")
    _, day = morning(wide)
    page = visit(**PHONE)
    page.goto(wide.url)
    brief = message(page, "Good morning, Eva").filter(has_text=full_date(day))
    for words in ("Due today", "write the thank-you note", f"#{number}"):
        expect(brief).to_contain_text(words)
    assert sideways(page) == 0
    for button in brief.get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        assert box["height"] >= 24
    done = brief.get_by_role("button", name=f"Done: #{number}")
    done.scroll_into_view_if_needed()
    done.click()
    expect(brief).to_contain_text(f"#{number} · done")
    assert sideways(page) == 0


def sideways(page: Page) -> int:
    """By how many pixels the page, or an element that scrolls in it, is wider than the screen."""
    wider: int = page.evaluate(
        "Math.max(...[document.documentElement, document.body, ...document.querySelectorAll('main, .scroll')]"
        ".map((part) => part.scrollWidth - Math.min(part.clientWidth, innerWidth)))"
    )
    return wider


@pytest.mark.slow
def test_it_ends_while_it_is_looked_at(browser: Browser, tmp_path: Path) -> None:
    """Open pages hold connections for updates: these neither delay the end nor cause an error."""
    with Demo(tmp_path) as demo:
        pages = [browser.new_page() for _ in range(4)]
        for page in pages:
            with page.expect_request("**/news?*"):
                page.goto(demo.url)
        assert demo.ended() == (0, "")
        for page in pages:
            page.close()
    assert list(tmp_path.iterdir()) == []
