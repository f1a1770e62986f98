"""The page for the client in a real browser: from Slack to the phone of the client and back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.demo.running import Demo
from handlers import ids
from sandbox.tests import browsing
from store.clients import links
from store.plan import section
from store.plan.people import SECTION
from store.tables import Expectation, Person, Sharing, Stakeholder
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
    Slack, and the page says so. The review shows what Dana agreed to as agreed.
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

        answer = demo.box.command("U0EVA", "C0ACME", "/review", "").messages[-1]
        for button in (ids.REVIEW_START, ids.REVIEW_ITEMS):
            demo.box.press("U0EVA", action_id=button, channel=answer.channel, ts=answer.ts)
        agreed = re.compile(r"Confirm the migration weekend\s*#\d+[^#]*agreed")
        expect(eva.get_by_role("dialog").last).to_contain_text(agreed)


def test_one_page_for_two(demo: Demo, browser: Browser) -> None:
    """Eva makes one link for Dana and Marcus. Each chooses their own name on a phone; Dana agrees to what we expect of
    her, which Marcus does not see. Before Eva ends that link by a new one, she is asked, and reads whom it is shared
    with.
    """
    with demo.makegood.ledger.begin() as tx:
        wished = Expectation.agreed_on.is_(None), Expectation.name == "An introduction to the next CIO"
        tx.scalars(sa.select(Expectation).where(*wished)).one().sharing = Sharing.SHAREABLE
    with browsing.windows(browser) as show:
        eva = show(f"{demo.box.url}/?as=U0EVA", *DESK)
        demo.box.command("U0EVA", "C0ACME", "/plan", "Acme Corporation page for Dana")
        eva.get_by_role("button", name="For several …").click()
        form = eva.get_by_role("dialog", name="One link for several")
        form.get_by_label("Marcus Reed").check()
        form.get_by_role("button", name="Make the link").click()
        shown = eva.get_by_text(re.compile(r"/client/[\w-]{43}"))
        address = re.search(r"http://\S+/client/[\w-]{43}", shown.inner_text())
        assert address is not None

        dana, marcus = phone(browser), phone(browser)
        for one, name in ((dana, "Dana Whitfield"), (marcus, "Marcus Reed")):
            one.goto(address[0])
            assert width_of(one) <= PHONE[0]
            one.get_by_role("link", name=name).click()
            expect(one.get_by_text(name, exact=True).first).to_be_visible()
        expect(marcus.get_by_text("An introduction to the next CIO")).to_have_count(0)
        item(dana, "An introduction to the next CIO").get_by_role("button", name="I agree").click()
        expect(dana.get_by_role("listitem").filter(has_text="An introduction")).to_contain_text("agreed on")

        eva.get_by_role("button", name="New link").click()
        question = eva.get_by_role("dialog", name="New link for Dana alone?")
        expect(question).to_contain_text("Dana shares the present link with Marcus Reed. It ends for them too")
        marcus.reload()
        expect(marcus.get_by_role("heading", name="Our agreements")).to_be_visible()
        question.get_by_role("button", name="Make it").click()
        expect(eva.get_by_text("The earlier link has ended for Marcus Reed too")).to_be_visible()
        marcus.reload()
        expect(marcus.get_by_role("button", name="Ask for a new one")).to_be_visible()
        for one in (dana, marcus):
            one.context.close()


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
    for look in (page.url, re.sub("/client/.*", "/client/wrong", address), for_two(demo), address):
        page.goto(look)
        found = axe.run(page, options=AA)
        assert found.violations_count == 0, found.generate_report()
        assert width_of(page) <= size[0]
    context.close()


def for_two(demo: Demo) -> str:
    """The address of one link for Dana and Marcus; Dana's own ends."""
    with demo.makegood.ledger.begin() as tx:
        eva = tx.scalars(sa.select(Person).where(Person.slack_id == "U0EVA")).one()
        names = "Dana Whitfield", "Marcus Reed"
        found = tx.scalars(sa.select(Stakeholder.id).where(Stakeholder.name.in_(names))).all()
        first, *others = section.by_ids(tx, eva, SECTION, found).values()
        token = links.make(tx, eva, first, demo.box.clock.now(), also=others)
    return f"{demo.makegood.settings.public_url}/client/{token}"


def test_on_paper(demo: Demo, browser: Browser) -> None:
    """On paper there is no button, no form and no word about these; the contact stands there."""
    ((_, address),) = demo.box.world.outside
    page = phone(browser)
    page.goto(address)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="I agree").first).to_be_hidden()
    for words in ("If that is not you", "Nothing here changes"):
        expect(page.get_by_text(words)).to_be_hidden()
    expect(page.get_by_text("Your contact here")).to_be_visible()
    expect(page.get_by_role("heading", name="We owe you")).to_be_visible()
    page.context.close()


def test_from_the_bar(demo: Demo, browser: Browser) -> None:
    """The demo's bar leads to Dana's page."""
    with browsing.windows(browser) as show:
        page = show(f"{demo.box.url}/?as=U0EVA", *DESK)
        with page.expect_popup() as popup:
            page.get_by_role("link", name="Dana’s page").click()
        expect(popup.value.get_by_text("Dana Whitfield", exact=True).first).to_be_visible()
