"""A quarter of an account in the demo and a real browser: from the digest to the closed review."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox.tests import browsing
from sandbox.tests.page.page_actions import message, send
from tests.journeys.demo_page import Demo, act_as, clock_of, go_to, messages_of_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
browser = browsing.browser


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Eva's window on the demo, in the channel of her account."""
    with Demo(tmp_path) as demo:
        with browsing.windows(browser) as show:
            yield go_to(show(demo.url, 1280, 900), "acme")
        assert demo.ended()[0] == 0


def test_a_quarter(page: Page) -> None:
    """The clock goes to the next review: its digest has come before, and its prompt stands. Ana finishes a promise; Eva
    starts the review, answers a question, decides all and closes it with the tick for the calendars. Ana gets her file,
    Ben opens an item from the minutes in the channel, and the next review begins with these decisions.
    """
    clock_of(page).get_by_role("button", name="Next review").click()
    digest = message(page, "Please bring")
    expect(digest).to_contain_text("and what became of it", timeout=60_000)
    expect(digest).to_contain_text("carried over: #2 Answer the security questionnaire – done")
    prompt = message(page, "The review of Acme Corporation begins now")
    expect(prompt).to_have_count(1, timeout=60_000)
    ana = go_to(act_as(page, "Ana Souza"), "acme")
    send(ana, "/commit done 4")
    expect(message(ana, "Only visible to you").last).to_contain_text("done")
    page = go_to(act_as(ana, "Eva Lindqvist"), "acme")
    prompt = message(page, "The review of Acme Corporation begins now")
    prompt.get_by_role("button", name="Start review").click()
    # A form that was saved leaves another title.
    review = page.get_by_role("dialog").last
    expect(review).to_contain_text("going on now")
    decide_and_close(page)
    minutes = message(page, ": minutes of")
    expect(minutes).to_contain_text("An introduction in Porto")
    expect(minutes).to_contain_text("Next review:")

    ana = messages_of_app(act_as(page, "Ana Souza"))
    file = message(ana, "After the review of Acme Corporation")
    expect(file).to_contain_text("next review")
    with ana.expect_download() as saved:
        file.get_by_role("link", name=re.compile(r"\.ics$")).click()
    assert "BEGIN:VEVENT" in saved.value.path().read_text(encoding="utf-8")

    ben = go_to(act_as(ana, "Ben Okafor"), "acme")
    message(ben, ": minutes of").get_by_role("button", name=re.compile("^Show: #1$")).first.click()
    expect(ben.get_by_role("dialog")).to_contain_text("Publish the migration plan")
    ben.keyboard.press("Escape")
    expect(ben.get_by_role("dialog")).to_have_count(0)

    eva = go_to(act_as(ben, "Eva Lindqvist"), "acme")
    send(eva, "/review Acme last")
    expect(message(eva, "Got the file:").last).to_contain_text("Ana Souza")
    send(eva, "/review Acme")
    expect(message(eva, "Only visible to you").last).to_contain_text("carried over: #1")


def decide_and_close(page: Page) -> None:
    """Eva answers a question, decides all at once, and closes the review with the tick for the calendars."""
    # A form that was saved leaves another title.
    review = page.get_by_role("dialog").last
    review.get_by_role("button", name="Answer").click()
    questions = page.get_by_role("dialog", name="Questions")
    questions.get_by_label("What do we ask of them next?").fill("An introduction in Porto")
    questions.get_by_role("button", name="Save").click()
    expect(review).to_contain_text("1 of 8 answered")
    review.get_by_role("button", name="Decide").click()
    expect(review).to_contain_text("to decide")
    review.get_by_role("button", name="Decide several").click()
    several = page.get_by_role("dialog", name="Decide several")
    several.get_by_role("button", name="Decide", exact=True).click()
    expect(review).to_contain_text("all decided")
    review.get_by_role("button", name="Back to the review").click()
    review.get_by_role("button", name="Close …").click()
    closing = page.get_by_role("dialog", name="Close the review")
    expect(closing.get_by_label("Send a file with their actions")).to_be_checked()
    closing.get_by_role("button", name="Close", exact=True).last.click()
    expect(closing).to_have_count(0)
    expect(review).to_contain_text("Decided on")
    page.keyboard.press("Escape")
