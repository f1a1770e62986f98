"""From an empty workspace to a filled account plan in Slack alone, with the hands of an account manager."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sandbox.tests import browsing
from sandbox.tests.page.page_actions import message, send
from tests.journeys.demo_page import go_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.journeys.conftest import BotInWorkspace

browser = browsing.browser


def choose(form: Locator, label: str, typed: str, option: str | re.Pattern[str]) -> None:
    """Type into a menu that searches, and take the suggestion."""
    form.get_by_label(label).press_sequentially(typed)
    form.get_by_role("option", name=option).first.click()


def fill_person(form: Locator, name: str, *roles: str, stance: str, influence: str, boss: str = "") -> None:
    form.get_by_label("Name", exact=True).fill(name)
    for role in roles:
        form.get_by_label(role, exact=True).check()
    form.get_by_label("Stance").select_option(label=stance)
    form.get_by_label("Influence (optional)").select_option(label=influence)
    if boss:
        choose(form, "Reports to", boss[:3], re.compile(boss))


def fill_objective(form: Locator) -> None:
    form.get_by_label("Objective", exact=True).fill("Analytics in both plants")
    form.get_by_label("Aim").select_option(label="Grow")
    form.get_by_label("Measured by").fill("Seats in use")
    form.get_by_label("Counted as").select_option(label="A number")
    form.get_by_label("From (optional)", exact=True).fill("40")
    form.get_by_label("Target").fill("1.5k")
    form.get_by_label("By (optional)", exact=True).fill("2027-06-30")


def fill_cell(form: Locator, state: str, value: str, unit: str = "") -> None:
    choose(form, "Offering", "Analytics", re.compile("Analytics"))
    if unit:
        choose(form, "Unit", unit, re.compile(unit))
    form.get_by_label("State").select_option(label=state)
    form.get_by_label("Value a year").fill(value)


def fill_opportunity(form: Locator) -> None:
    form.get_by_label("Opportunity", exact=True).fill("Analytics for Lyon")
    form.get_by_label("Stage").select_option(label="Qualified")
    form.get_by_label("Value").fill("120k")
    choose(form, "Objective that it serves", "Ana", re.compile("both plants"))


def fill_renewal(form: Locator) -> None:
    form.get_by_label("Kind").select_option(label="Renewal")
    form.get_by_label("Day").fill("2027-06-30")
    form.get_by_label("How often").select_option(label="Every year")


def add(page: Page, what: str, fill: Callable[[Locator], object]) -> None:
    """Press the button of that name on the account's page, fill in the form, and save: Home shows the row."""
    page.get_by_role("button", name=what, exact=True).last.click()
    form = page.get_by_role("dialog", name=re.compile("^New"))
    fill(form)
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)


def open_acme(page: Page) -> None:
    """The account's page on Home. A press waits until the bot has drawn what opening the app makes it draw."""
    for opens in (
        lambda: go_to(page, "Makegood"),
        lambda: page.get_by_role("link", name="Home", exact=True).click(),
    ):
        with page.expect_response(lambda answer: '"home"' in (answer.request.post_data or "")):
            opens()
    page.get_by_role("button", name="Accounts", exact=True).click()
    page.get_by_role("button", name="Open Acme").click()


@pytest.mark.slow
def test_from_nothing_to_a_filled_plan(town: BotInWorkspace, browser: Browser) -> None:
    """The first line creates account and lead; the page of the account on Home takes people, an objective, white space,
    an opportunity and the renewal; a line about a meeting brings commitments of both sides; the account is green.
    """
    with browsing.windows(browser) as show:
        page = show(f"{town.box.url}/?as=U0EVA&in=C0ACME", 1280, 900)
        send(page, "/commit @ana send the pricing sheet to Dana by Friday for Acme")
        receipt = message(page, "send the pricing sheet to Dana").filter(has_text="Recorded as #1")
        receipt.get_by_role("button", name="Create account “Acme”").click()
        expect(receipt.get_by_role("button", name="Another account")).to_be_visible()

        open_acme(page)
        page.get_by_role("button", name="About the account").click()
        page.get_by_role("button", name="Edit", exact=True).click()
        form = page.get_by_role("dialog", name="Edit account")
        form.get_by_label("Category").select_option(label="A")
        form.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Account plan", exact=True).click()
        expect(page.get_by_role("button", name="Book a review")).to_be_visible()
        home = page.get_by_role("main")
        expect(home).to_contain_text("Nobody of theirs is on the map")

        add(
            page,
            "Add a person",
            lambda form: fill_person(
                form, "Dana Whitfield", "Decision maker", "Economic buyer", stance="For", influence="High"
            ),
        )
        add(
            page,
            "Add a person",
            lambda form: fill_person(
                form, "Marcus Hale", "Champion", stance="Champions us", influence="Rather high", boss="Dana"
            ),
        )
        add(page, "Add an objective", fill_objective)
        add(page, "Add an offering for a unit", lambda form: fill_cell(form, "They have it", "80k"))
        add(page, "Add an offering for a unit", lambda form: fill_cell(form, "Open", "120k", "Lyon"))
        add(page, "Add an opportunity", fill_opportunity)
        add(page, "Add a key date", fill_renewal)

        go_to(page, "acme")
        send(page, "/plan met Dana and Marcus yesterday: they want the API by May\n"
             "we send the offer by Friday\nthey send us the logs by Monday")  # fmt: skip
        agreed = page.get_by_role("dialog")
        expect(agreed).to_contain_text("What was agreed")
        agreed.get_by_role("button", name=re.compile("^(Record|Save)")).click()

        expect(page.get_by_role("dialog")).to_contain_text("they send us the logs")
        page.get_by_role("dialog").get_by_role("button", name="Dismiss").click()
        open_acme(page)
        for words in (
            "Green",
            "Dana Whitfield",
            "Marcus Hale",
            "Analytics in both plants",
            "Analytics in Lyon",
            "Penetration 40 %",
            "Analytics for Lyon",
            "Renewal",
            "they want the API by May",
            "We owe (2)",
            "They owe us (1)",
        ):
            expect(home).to_contain_text(words)
