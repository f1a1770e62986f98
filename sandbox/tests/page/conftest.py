"""The page of a workspace, the app behind it, and a browser in front."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from sandbox import Clock, Sandbox
from sandbox.tests import browsing
from sandbox.tests.page.app import MANIFEST, PageApp
from sandbox.tests.page.page_actions import Open

FRIDAY = datetime(2026, 11, 20, 14, 20, tzinfo=UTC)

browser = browsing.browser


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
    with browsing.windows(browser) as show:

        def open_page(where: str, *, user: str = "U0EVA", width: int = 1280, height: int = 900, **more: str) -> Page:
            query = "&".join(f"{name}={value}" for name, value in {"as": user, "in": where, **more}.items())
            return show(f"{box.url}/?{query}", width, height)

        yield open_page
