"""The page for the client in a real browser: from Slack to the phone of the client and back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.demo.running import Demo
from sandbox.tests import browsing
from tests.journeys.screens import AA, DESK, PHONE, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
browser = browsing.browser


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, whose Acme has promises that Dana sees."""
    database = tmp_path_factory.mktemp("demo") / "demo.db"
    demo = Demo(port=0, database=f"sqlite:///{database}")
    demo.start()
    yield demo
    assert demo.stop()


def phone(browser: Browser, **more: Any) -> Page:
    """A phone without scripts."""
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=False, **more)
    page = context.new_page()
    page.set_default_timeout(browsing.PATIENCE)
    return page


def item(page: Page, words: str) -> Any:
    return page.get_by_role("listitem").filter(has_text=words).filter(has=page.get_by_role("button"))


def test_both_sides(demo: Demo, browser: Browser) -> None:
    """Eva makes the page; Dana, on a phone, agrees, proposes a date and asks a question; Eva confirms and answers in
    Slack, and the page says so.
    """
    day = (demo.box.clock.now() + timedelta(days=45)).date()
    proposed = f"{day.day} {day:%b %Y}"
    with browsing.windows(browser) as show:
        eva = show(f"{demo.box.url}/?as=U0EVA", *DESK)
        demo.box.command("U0EVA", "C0ACME", "/plan", "Acme Corporation page for Dana")
        eva.get_by_role("button", name="New link").click()
        shown = eva.get_by_text(re.compile(r"/client/[\w-]{43}"))
        address = re.search(r"http://\S+/client/[\w-]{43}", shown.inner_text())
        assert address is not None
        eva.get_by_role("button", name="Close", exact=True).last.click()

        dana = phone(browser)
        dana.goto(address[0])
        item(dana, "Confirm the migration weekend").get_by_role("button", name="I agree").click()
        expect(item(dana, "Confirm the migration weekend")).to_contain_text("agreed by Dana Whitfield")
        item(dana, "Sign the data processing agreement").get_by_role("link").click()
        dana.locator("#date-day").fill(day.isoformat())
        dana.locator("#date-text").fill("our lawyer is back then")
        dana.get_by_role("button", name="Propose it").click()
        expect(item(dana, "Sign the data processing agreement")).to_contain_text("waits for our answer")
        dana.get_by_text("Ask a question").click()
        dana.locator("#question-text").fill("Who comes to the review?")
        dana.get_by_role("button", name="Send it").click()

        demo.box.command("U0EVA", "C0ACME", "/plan", "Acme Corporation page for Dana")
        eva.get_by_role("button", name=re.compile("^Confirm")).click()
        expect(eva.get_by_role("dialog").get_by_text(proposed)).to_have_count(0)
        eva.get_by_role("button", name=re.compile("^Answer")).click()
        eva.get_by_label("Your answer").fill("Eva and Ben do.")
        eva.get_by_role("dialog").last.get_by_role("button", name="Answer", exact=True).click()
        expect(eva.get_by_text("Who comes to the review?")).to_have_count(0)

        dana.goto(address[0])
        expect(dana.get_by_text("Eva and Ben do.")).to_be_visible()
        expect(item(dana, "Sign the data processing agreement")).to_contain_text(proposed)
        dana.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_for_everybody(demo: Demo, browser: Browser, size: tuple[int, int], scheme: str) -> None:
    """No page breaks a rule of WCAG AA that a program can check, and none is wider than its screen."""
    ((_, address),) = demo.box.world.outside
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page, axe = context.new_page(), Axe()
    page.goto(address)
    first = page.get_by_role("button", name="I agree").first
    first.click()
    for path in ("?lang=de", "?lang=fr", "?lang=es"):
        page.goto(address + path)
        found = axe.run(page, options=AA)
        assert found.violations_count == 0, found.generate_report()
        assert width_of(page) <= size[0]
    page.goto(address)
    page.get_by_role("link", name="Another date or a question").first.click()
    for look in (page.url, re.sub("/client/.*", "/client/wrong", address)):
        page.goto(look)
        found = axe.run(page, options=AA)
        assert found.violations_count == 0, found.generate_report()
    context.close()


def test_on_paper(demo: Demo, browser: Browser) -> None:
    """On paper there is no button and no form."""
    ((_, address),) = demo.box.world.outside
    page = phone(browser)
    page.goto(address)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="I agree").first).to_be_hidden()
    expect(page.get_by_role("heading", name="We owe you")).to_be_visible()
    page.context.close()


def test_from_the_bar(demo: Demo, browser: Browser) -> None:
    """The demo's bar leads to Dana's page."""
    with browsing.windows(browser) as show:
        page = show(f"{demo.box.url}/?as=U0EVA", *DESK)
        with page.expect_popup() as popup:
            page.get_by_role("link", name="Dana’s page").click()
        expect(popup.value.get_by_text("Dana Whitfield", exact=True)).to_be_visible()
