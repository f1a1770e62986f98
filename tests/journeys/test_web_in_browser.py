"""The web pages in a real browser: wide, on a phone, without scripts, by keyboard, on paper, and for everybody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.demo.running import Demo
from handlers import ids
from sandbox.tests import browsing
from store import accounts, people, web_access
from tests.journeys.screens import AA, DESK, PHONE, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

browser = browsing.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, whose Acme has a whole plan."""
    database = tmp_path_factory.mktemp("demo") / "demo.db"
    demo = Demo(port=0, database=f"sqlite:///{database}")
    demo.start()
    yield demo
    assert demo.stop()


@pytest.fixture
def axe() -> Any:
    """The library that checks a page for accessibility; it has no types."""
    return Axe()


@pytest.fixture
def link(demo: Demo) -> Callable[..., str]:
    """Makes a personal link, of Eva unless another person is named, to the plan of that account."""

    def make(name: str, user: str = "U0EVA", ago: timedelta = timedelta()) -> str:
        with demo.makegood.ledger.begin() as tx:
            person = people.viewer(tx, demo.box.seed.team_id, user)
            assert person is not None
            account = accounts.named(tx, person, name)
            assert account is not None
            token = web_access.make_link(tx, person, account, demo.box.clock.now() - ago)
        return f"{demo.makegood.settings.public_url}/plan/open/{token}"

    return make


@pytest.fixture
def plan(browser: Browser, link: Callable[[str], str]) -> Iterator[Page]:
    """Acme's plan in a window without scripts, after the button of the link."""
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(browsing.PATIENCE)
    failures: list[str] = []
    page.on("console", lambda said: failures.append(said.text))
    page.goto(link("Acme Corporation"))
    page.get_by_role("button", name="Open the account plan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme Corporation")
    yield page
    context.close()
    # A page that refuses has a status of its own, which the console tells.
    assert [one for one in failures if not re.search("status of (403|410)", one)] == []


def test_without_scripts(plan: Page) -> None:
    """The link, the plan, the list of accounts and the end of the session need no script."""
    assert re.search(r"/plan/\d+$", plan.url)
    plan.get_by_role("link", name="Accounts").click()
    plan.get_by_role("link", name="Globex").click()
    expect(plan.get_by_role("heading", level=1)).to_contain_text("Globex")
    plan.get_by_role("button", name="Sign out").click()
    expect(plan.get_by_role("heading", level=1)).to_have_text("You are signed out")
    plan.go_back()
    plan.reload()
    expect(plan.get_by_role("heading", level=1)).not_to_contain_text("Globex")


@pytest.mark.parametrize(
    "size", [pytest.param(PHONE, id="phone"), pytest.param(DESK, id="desk", marks=pytest.mark.slow)]
)
def test_it_fits(plan: Page, size: tuple[int, int]) -> None:
    """No part of the page is wider than the screen."""
    plan.set_viewport_size({"width": size[0], "height": size[1]})
    assert width_of(plan) <= size[0]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "size", [pytest.param(PHONE, id="phone"), pytest.param(DESK, id="desk", marks=pytest.mark.slow)]
)
def test_for_everybody(
    browser: Browser, link: Callable[[str], str], axe: Any, size: tuple[int, int], scheme: str
) -> None:  # fmt: skip
    """No page breaks a rule of WCAG AA that a program can check."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    address = link("Acme Corporation")
    seen = []
    steps: tuple[Callable[[], object], ...] = (
        lambda: page.goto(address),
        lambda: page.get_by_role("button", name="Open the account plan").click(),
        lambda: page.goto(re.sub("/open/.*", "", address)),
        lambda: page.goto(re.sub("/open/.*", "/open/wrong", address)),
    )
    for step in steps:
        step()
        found = axe.run(page, options=AA)
        assert found.violations_count == 0, found.generate_report()
        seen.append(page.title())
    assert seen[1] == "Acme Corporation: account plan"
    assert len(set(seen)) == len(seen)
    context.close()


def test_by_keyboard(plan: Page) -> None:
    """Tab goes to the list of accounts, then to the end of the session."""
    plan.keyboard.press("Tab")
    expect(plan.get_by_role("link", name="Accounts")).to_be_focused()
    plan.keyboard.press("Tab")
    expect(plan.get_by_role("button", name="Sign out")).to_be_focused()
    plan.keyboard.press("Shift+Tab")
    plan.keyboard.press("Enter")
    expect(plan.get_by_role("heading", level=1)).to_have_text("Accounts")


def test_on_paper(plan: Page, tmp_path: Path) -> None:
    """Acme's plan is printed on at most two pages of A4, and what is for the screen alone is not."""
    plan.pdf(path=tmp_path / "plan.pdf", prefer_css_page_size=True)
    printed = (tmp_path / "plan.pdf").read_bytes()
    sheets = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    assert {(round(float(width)), round(float(height))) for width, height in sheets} == {(595, 842)}
    plan.emulate_media(media="print")
    expect(plan.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(plan.get_by_role("heading", name="Commitments")).to_be_visible()


@pytest.mark.slow
def test_from_slack(demo: Demo, browser: Browser) -> None:
    """A person presses “Open as a page” in Slack and then the button with the link, which opens a new window."""
    box = demo.box
    assert box.command("U0EVA", "C0ACME", "/plan", "Acme Corporation").ok
    shown = box.messages("C0ACME", viewer="U0EVA")[-1]
    value = next(e["value"] for b in shown.blocks for e in b.get("elements", ()) if e.get("action_id") == ids.PLAN_PAGE)
    asked = box.press("U0EVA", action_id=ids.PLAN_PAGE, value=value, channel=shown.channel, ts=shown.ts)
    assert asked.view is not None
    with browsing.windows(browser) as show:
        page = show(f"{box.url}/?as=U0EVA", *DESK)
        with page.expect_popup() as popup:
            page.get_by_role("button", name="Open in the browser").or_(
                page.get_by_role("link", name="Open in the browser")
            ).click()
        popup.value.get_by_role("button", name="Open the account plan").click()
        expect(popup.value.get_by_role("heading", level=1)).to_contain_text("Acme Corporation")


# ---- links that do not open -------------------------------------------------------------------------------


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    """A window of a browser in which nobody is signed in."""
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    page.set_default_timeout(browsing.PATIENCE)
    yield page
    context.close()


def open_plan(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Open the account plan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Acme Corporation")


@pytest.mark.slow
def test_a_link_that_was_used(plan: Page, window: Page, link: Callable[..., str]) -> None:
    """In the browser that used it the link leads to the plan; another browser reads that it was used, and what to do
    now.
    """
    address = link("Acme Corporation")
    open_plan(window, address)
    window.goto(address)
    expect(window.get_by_role("heading", level=1)).to_contain_text("Acme Corporation")
    plan.context.clear_cookies()
    plan.goto(address)
    expect(plan.locator("main")).to_contain_text("used already")
    expect(plan.locator("main")).to_contain_text("Open as a page")
    expect(plan.get_by_role("button")).to_have_count(0)


@pytest.mark.slow
def test_a_link_that_is_over(demo: Demo, window: Page, link: Callable[..., str]) -> None:
    """An expired link says so, and so does one that was ended from Slack while its page stood open."""
    window.goto(link("Acme Corporation", ago=timedelta(minutes=6)))
    expect(window.locator("main")).to_contain_text("works for 5 minutes")
    window.goto(link("Acme Corporation"))
    with demo.makegood.ledger.begin() as tx:
        eva = people.viewer(tx, demo.box.seed.team_id, "U0EVA")
        assert eva is not None
        web_access.end_all(tx, eva, demo.box.clock.now())
    window.get_by_role("button", name="Open the account plan").click()
    expect(window.locator("main")).to_contain_text("ended from Slack")


@pytest.mark.slow
def test_a_link_of_another_person(window: Page, link: Callable[..., str]) -> None:
    """Where Ana is signed in, Eva's link says whose it is; once Ana is signed out, it opens the plan for Eva."""
    open_plan(window, link("Acme Corporation", user="U0ANA"))
    evas = link("Acme Corporation")
    window.goto(evas)
    expect(window.get_by_role("heading", level=1)).to_have_text("This link is for another person")
    expect(window.locator("main")).to_contain_text("Eva Lindqvist")
    window.get_by_role("button", name="Sign Ana Souza out").click()
    open_plan(window, evas)
