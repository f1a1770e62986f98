"""The web pages as a browser asks for them, without a script: addresses, forms and a cookie."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING

from handlers import ids
from tests.journeys.conftest import PATIENCE, PUBLIC_URL
from tests.journeys.plan_sections import open_plan

if TYPE_CHECKING:
    from http.client import HTTPMessage

    from sandbox import View
    from tests.journeys.conftest import BotInWorkspace


@dataclass(frozen=True)
class Page:
    """An answer of the server."""

    status: int
    html: str
    headers: HTTPMessage

    @property
    def place(self) -> str | None:
        """The address to go to."""
        return self.headers["Location"]


class Visitor:
    """A browser of one person. It follows no redirect by itself."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies = SimpleCookie()

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Page:
        """Ask for that path, or for an address of the server; a form sends its `body`."""
        sent = {"Cookie": "; ".join(f"{one.key}={one.value}" for one in self.cookies.values() if one.value)}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path.removeprefix(PUBLIC_URL), body, headers=sent | named)
            answered = connection.getresponse()
            page = Page(answered.status, answered.read().decode(), answered.headers)
        finally:
            connection.close()
        for given in answered.headers.get_all("Set-Cookie") or ():
            self.cookies.load(given)
        return page

    def get(self, path: str, **headers: str) -> Page:
        return self.ask("GET", path, **headers)

    def press(self, path: str, origin: str = PUBLIC_URL, **headers: str) -> Page:
        """Press the button of a form of that path, on a page of `origin`."""
        return self.ask("POST", path, Origin=origin, **headers)


def visitor(town: BotInWorkspace) -> Visitor:
    return Visitor(town.service.port)


def personal_link(town: BotInWorkspace, user: str = "U0EVA", name: str = "Acme") -> str:
    """Press “Open as a page” on the account plan; the address behind the button in the browser."""
    plan = open_plan(town, user, name)
    value = next(e["value"] for block in plan.blocks for e in block.get("elements", ())
                 if e.get("action_id") == ids.PLAN_PAGE)  # fmt: skip
    view: View | None = town.box.press(user, action_id=ids.PLAN_PAGE, value=value, view_id=plan.id).view
    assert view is not None
    (address,) = [e["url"] for block in view.blocks for e in block.get("elements", ()) if "url" in e]
    for shown in reversed(town.box.modals(user)):
        town.box.close(user, shown.id)
    return str(address)


def signed_in(town: BotInWorkspace, user: str = "U0EVA", name: str = "Acme") -> Visitor:
    """A browser in which this person has opened the plan by a personal link."""
    browser = visitor(town)
    opened = browser.press(personal_link(town, user, name))
    assert opened.status == 303, opened
    return browser


def read(page: Page) -> str:
    """The words of a page, in one line."""
    assert page.status == 200, page
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.html)).split())
