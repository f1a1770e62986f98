"""A real browser for the tests that look at pages; a file that wants it says `browser = browsing.browser`."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Route

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Nothing but the address that a test visits is talked to.
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Milliseconds that a busy machine may take to show something.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a file of tests; where no Chromium is installed there is nothing to look through."""
    if _CHROMIUM is None:
        pytest.skip("no chromium on this machine's PATH")
    with sync_playwright() as playwright:
        # A Chromium below a shifted clock (.ci/on-a-day) keeps every processor busy, and pages show the demo's time.
        on_time: dict[str, str | float | bool] = {**os.environ}
        on_time.pop("LD_PRELOAD", None)
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_QUIET, env=on_time)
        yield browser
        browser.close()


@contextmanager
def windows(browser: Browser) -> Iterator[Callable[[str, int, int], Page]]:
    """Opens an address in a window of its own, so wide and high; fails if a console told of an error."""
    pages: list[Page] = []
    failures: list[str] = []

    def open_page(address: str, width: int, height: int) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", lambda said: failures.append(said.text) if said.type in {"error", "warning"} else None)
        pages.append(page)
        page.goto(address)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert failures == []


def held(page: Page, address: str) -> list[Route]:
    """The page's requests to that address from now on, each held until the test calls its `continue_`."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(address, hold)
    return waiting
