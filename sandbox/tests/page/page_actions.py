"""Actions of a test on the page. Elements are found by role and name, as a person finds them."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]
"""Opens the page at a place: `visit("C0ACME", user="U0EVA")`."""


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def send(page: Page, text: str) -> None:
    composer(page).fill(text)
    composer(page).press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.get_by_role("article").filter(has_text=text)


def commit(page: Page) -> Locator:
    """The commitment's dialog, opened by the command."""
    send(page, "/commit")
    dialog = page.get_by_role("dialog", name="New commitment")
    expect(dialog).to_be_visible()
    return dialog
