"""The demo in a process of its own, and the actions of a person on its page."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from playwright.sync_api import Locator, Page, TimeoutError, expect  # noqa: A004  Playwright's own

if TYPE_CHECKING:
    from pathlib import Path

# Milliseconds in which an open menu can be used.
SOON = 10_000


class Demo:
    """`makegood demo`, from the line with its address until SIGTERM ends it."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "demo", "--port", "0"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout
        line = self._process.stdout.readline()
        found = re.search(r"open (http://127\.0\.0\.1:\d+/) ", line)
        assert found, line + self._process.communicate(timeout=30)[1]
        self.url = found[1]

    def ended(self) -> tuple[int, str]:
        """(exit status, errors it printed) after SIGTERM."""
        self._process.send_signal(signal.SIGTERM)
        _, complaints = self._process.communicate(timeout=60)
        return self._process.returncode, complaints

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


def choose(button: Locator, entry: Locator) -> None:
    """Open a menu and choose an entry. A view that is drawn anew meanwhile closes the menu; then it is opened again, as
    a person does.
    """
    for _ in range(3):
        button.click()
        with suppress(TimeoutError):
            entry.click(timeout=SOON)
            return
    entry.click()


def clock_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Clock")


def go_to(page: Page, name: str) -> Page:
    """Choose a channel or the app at the left, with or without unread messages."""
    link = page.get_by_role("navigation", name="Workspace").get_by_role("link")
    link.filter(has=page.get_by_text(name, exact=True)).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    return page


def messages_of_app(page: Page) -> Page:
    """Opens the conversation with the app."""
    go_to(page, "Makegood").get_by_role("link", name=re.compile("^Messages")).click()
    expect(page.get_by_role("link", name=re.compile("^Messages"))).to_have_attribute("aria-current", "page")
    return page


def act_as(page: Page, name: str) -> Page:
    page.get_by_role("button", name=re.compile("^Acting as")).click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("button", name=f"Acting as {name}")).to_be_visible()
    return page
