"""The page of a workspace, the app behind it, and a browser in front."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sandbox import Clock, Sandbox
from tests.sandbox.page.app import MANIFEST, PageApp
from tests.sandbox.page.hands import Open

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Nothing but the sandbox is talked to.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FRIDAY = datetime(2026, 11, 20, 14, 20, tzinfo=UTC)

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a file of tests; without a chromium there is nothing to look through."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine's PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """Northwind on a Friday afternoon, twenty past three in Berlin."""
    clock = Clock()
    clock.move_to(FRIDAY)
    with Sandbox(MANIFEST, app_url=None, clock=clock) as running:
        yield running


@pytest.fixture
def app(box: Sandbox) -> PageApp:
    return PageApp(box)


@pytest.fixture
def visit(box: Sandbox, app: PageApp, browser: Browser) -> Iterator[Open]:
    """Opens the page in a window of its own; fails when the page's script did."""
    pages: list[Page] = []
    failures: list[str] = []

    def open_page(where: str, *, user: str = "U0EVA", width: int = 1280, height: int = 900, **more: str) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda said: failures.append(said.text) if said.type == "error" else None)
        pages.append(page)
        query = "&".join(f"{name}={value}" for name, value in {"as": user, "in": where, **more}.items())
        page.goto(f"{box.url}/?{query}")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert failures == []
