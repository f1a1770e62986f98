"""Take the pictures of docs/images from the running demo.

    .venv/bin/python docs/screenshots.py

Needs a Chromium on the PATH, and a font with emoji (Debian: fonts-noto-color-emoji), or emoji are drawn as boxes.
The demo tells its story as of today, so the dates in the pictures are those of the day on which they are taken.
"""
# ruff: noqa: INP001, T201  a script that says what it does, in no package

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = Path(__file__).parent / "images"
WIDE, PHONE = (1280, 800), (390, 844)
# Bytes: somebody reads the README over a telephone.
LARGEST = 200_000
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Nothing but the demo is talked to.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
LINE = "/commit @ana send the pricing sheet to Dana in 3 days for Acme"


def main() -> None:
    """Play a short scene as Eva, the demo's account manager, and take a picture of each surface."""
    IMAGES.mkdir(exist_ok=True)
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        morning(browser, url)
        channel(browser, url)
        account(browser, url)
        client(browser, url)
        review(browser, url)
        browser.close()


def morning(browser: Browser, url: str) -> None:
    """What comes by itself on the next working morning."""
    page = opened(browser, f"{url}?as=U0EVA&in=app")
    page.get_by_role("button", name="Next working morning").click()
    take(page, page.get_by_text("Good morning, Eva"), "brief")
    page.close()
    page = opened(browser, f"{url}?as=U0EVA&in=home")
    take(page, page.get_by_text("open commitments"), "home")
    page.close()
    page = opened(browser, f"{url}?as=U0EVA&in=app", size=PHONE)
    take(page, page.get_by_text("Good morning, Eva"), "phone")
    page.close()


def channel(browser: Browser, url: str) -> None:
    """What she does then, in the channel of her account."""
    page = opened(browser, f"{url}?as=U0EVA&in=C0ACME")
    send(page, LINE)
    take(page, page.get_by_text("Recorded as #"), "receipt")
    send(page, "/commit 1")
    take(page, page.get_by_text("you recorded it"), "history")
    send(page, "/commit")
    form = page.get_by_role("dialog", name="New commitment")
    form.get_by_label("Action", exact=True).fill("Send the SOC 2 report")
    form.get_by_label("Due date").fill(yesterday(page))
    form.get_by_role("button", name="Record").click()
    take(page, form.get_by_text("has already passed"), "form")
    form.get_by_role("button", name="Discard").click()
    expect(form).to_have_count(0)
    page.close()


def account(browser: Browser, url: str) -> None:
    """The page of her account on the Home tab, from the list of her accounts."""
    for size, name in ((WIDE, "plan"), (PHONE, "plan_phone")):
        page = opened(browser, f"{url}?as=U0EVA&in=home", size=size)
        page.get_by_role("button", name="Accounts", exact=True).click()
        page.get_by_role("button", name="Open Acme").first.click()
        take(page, page.get_by_text("About the account"), name)
        page.close()


def client(browser: Browser, url: str) -> None:
    """The page of a person of theirs, on a phone."""
    page = opened(browser, f"{url}?as=U0EVA&in=C0ACME", size=PHONE)
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Dana’s page").click()
    take(popup.value, popup.value.get_by_text("Dana Whitfield", exact=True), "client")
    popup.value.close()
    page.close()


def review(browser: Browser, url: str) -> None:
    """The review of her account: the digest before it, and the prompt when it begins."""
    page = opened(browser, f"{url}?as=U0EVA&in=C0ACME")
    page.get_by_role("button", name="Next review").click()
    take(page, page.get_by_text(re.compile("Review of Acme Corporation on")), "digest")
    take(page, page.get_by_text("begins now"), "review")
    page.close()


@contextmanager
def demo() -> Iterator[str]:
    """The demo on a free port, and its address."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=IMAGES.parent.parent)  # noqa: S603  our own program
    try:
        said = process.stdout.readline() if process.stdout else ""
        address = re.search(r"http://\S+/", said)
        if address is None:
            raise RuntimeError(f"the demo did not say where it is: {said!r}")
        yield address.group()
    finally:
        process.terminate()
        process.wait(20)


def opened(browser: Browser, address: str, *, size: tuple[int, int] = WIDE) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(address)
    return page


def send(page: Page, line: str) -> None:
    """Type into the composer and send; the suggestions, which take the first Enter, are put away before."""
    box = page.get_by_role("textbox", name="Message")
    box.fill(line)
    box.press("Escape")
    page.get_by_role("button", name="Send").click()


def yesterday(page: Page) -> str:
    """By the clock that the page shows, as a date field takes it."""
    now = datetime.fromisoformat(page.locator("#now").get_attribute("datetime") or "")
    return (now - timedelta(days=1)).date().isoformat()


def take(page: Page, awaited: Locator, name: str) -> None:
    """A picture of what stands in the window once `awaited` is there."""
    expect(awaited.last).to_be_visible(timeout=20_000)
    awaited.last.scroll_into_view_if_needed()
    page.mouse.move(0, 0)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled", caret="hide")
    size = path.stat().st_size
    print(f"{path.name}: {size // 1000} KB")
    if size > LARGEST:
        raise RuntimeError(f"{path.name} is larger than {LARGEST // 1000} KB")


if __name__ == "__main__":
    main()
