"""The screens on which pages are looked at, and the rules of accessibility that they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE, DESK = (390, 844), (1280, 900)
# Rules of WCAG 2.2, levels A and AA.
AA = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def width_of(page: Page) -> int:
    """The width that the page needs."""
    box = page.locator("html").bounding_box()
    assert box is not None
    return round(max(box["width"], *(each["x"] + each["width"] for each in _boxes(page))))


def _boxes(page: Page) -> list[dict[str, float]]:
    found = [one.bounding_box() for one in page.locator("main *:visible").all()]
    return [{"x": box["x"], "width": box["width"]} for box in found if box is not None]
