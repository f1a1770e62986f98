"""The panel that makes Slack fail, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sandbox.faults import Fault

if TYPE_CHECKING:
    from sandbox import Sandbox
    from sandbox.tests.page.page_actions import Open


def test_slack_is_made_to_fail_and_well_again(visit: Open, box: Sandbox) -> None:
    """Chosen by method, fault and how often; what fails is told, and one button ends it."""
    page = visit("C0ACME")
    page.get_by_role("button", name="Slack is well").click()
    panel = page.get_by_role("dialog", name="Make Slack fail")
    expect(panel.get_by_label("When the app calls")).to_have_value("chat.postMessage")
    panel.get_by_label("When the app calls").select_option("chat.update")
    panel.get_by_label("Slack", exact=True).select_option(label="acts and answers 500")
    panel.get_by_label("How often").select_option(label="one time in five")
    panel.get_by_role("button", name="Fail", exact=True).click()
    fails = page.get_by_role("button", name="Slack fails")
    expect(fails).to_be_visible()
    assert box.faults.active == [Fault("chat.update", "server_error_after", 0, 0.2)]
    fails.click()
    expect(panel.get_by_label("What fails")).to_contain_text("chat.update: acts and answers 500, 20 % of the time")
    panel.get_by_role("button", name="Stop failing").click()
    expect(page.get_by_role("button", name="Slack is well")).to_be_visible()
    assert box.faults.active == []


@pytest.mark.slow
def test_the_panel_fits_a_telephone(visit: Open) -> None:
    """Nothing of the page is wider than the screen, open or closed."""
    page = visit("C0ACME", width=390, height=800)
    page.get_by_role("button", name="Channels").click()
    page.locator(".faults .badge").click()
    expect(page.get_by_role("dialog", name="Make Slack fail")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
