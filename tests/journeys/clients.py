"""The page of one of the client's people: a colleague gives it in Slack, and the person uses it in a browser."""

from __future__ import annotations

import html
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import sqlalchemy as sa

from bot.app import compose
from bot.service import Parts, Service
from handlers import ids
from store import accounts, stakeholders
from tests.journeys.conftest import PUBLIC_URL, given_for, words_of
from tests.journeys.plan_sections import has_account, values
from tests.journeys.web_pages import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import View
    from tests.journeys.conftest import BotInWorkspace
    from tests.journeys.web_pages import Page

# A browser in which a person opens a page.
PERSON = {"User_Agent": "Mozilla/5.0 (iPhone)", "Sec_Fetch_Dest": "document", "Sec_Fetch_Mode": "navigate"}


def has_dana(town: BotInWorkspace) -> None:
    """Eva's account Acme, with Dana Whitfield."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        stakeholders.create(tx, eva, "Dana Whitfield", account=acme, now=town.box.clock.now())


def promised(town: BotInWorkspace, action: str, *, internal: bool = False, **more: Any) -> None:
    """Eva records a commitment of Acme that the client sees."""
    with town.makegood.ledger.read() as tx:
        acme = accounts.named(tx, town.person(tx, "U0EVA"), "Acme")
    due = more.pop("due", "2026-12-04")
    town.has_recorded("U0EVA", (more.pop("owner", "U0EVA"), action, due), account=acme, internal=internal, **more)


def open_page(town: BotInWorkspace, user: str = "U0EVA", line: str = "Acme page for Dana") -> View:
    """Type `/plan Acme page for Dana`; the modal."""
    outcome = town.box.command(user, "C0GENERAL", "/plan", line)
    assert outcome.problem is None, outcome
    view: View | None = outcome.view
    assert view is not None, outcome
    return view


def press(town: BotInWorkspace, action_id: str, user: str = "U0EVA", nth: int = 0) -> View:
    """Press a button of the modal on top; the modal on top then."""
    view = town.box.modals(user)[-1]
    value = values(view.blocks, action_id)[nth]
    outcome = town.box.press(user, action_id=action_id, value=value, view_id=view.id)
    assert outcome.problem is None, outcome
    top: View = town.box.modals(user)[-1]
    return top


def made_page(town: BotInWorkspace, user: str = "U0EVA") -> str:
    """Make the page for Dana in Slack, and close the modal; its address."""
    open_page(town, user)
    said = words_of(press(town, ids.CLIENT_LINK, user))
    for shown in reversed(town.box.modals(user)):
        town.box.close(user, shown.id)
    found = re.search(re.escape(PUBLIC_URL) + r"/client/[\w-]{43}", said)
    assert found is not None, said
    return found[0]


class Dana(Visitor):
    """The client's person in a browser of hers."""

    def __init__(self, town: BotInWorkspace, address: str) -> None:
        super().__init__(town.service.port)
        self.address = address

    def look(self, more: str = "", **headers: str) -> Page:
        return self.ask("GET", self.address + more, **(PERSON | headers))

    def send(self, act: str, number: int | None = None, *, gesture: str = "", **fields: str) -> Page:
        """Send a form of the page; each has a gesture of its own unless one is given."""
        page = self.look(f"/{number}" if number is not None and act in {"date", "question"} else "")
        nonce = gesture or re.findall(r'name="gesture" value="([\w-]+)"', page.html)[0]
        values = {"act": act, "gesture": nonce} | fields
        if act == "agree" and "version" not in fields:
            version = re.search(rf'id="n{number}".*?name="version" value="(\d+)"', page.html, re.DOTALL)
            values["version"] = version[1] if version else "1"
        path = self.address + (f"/{number}" if number is not None else "")
        return self.post(path, urlencode(values))

    def post(self, path: str, body: str, origin: str = PUBLIC_URL) -> Page:
        return self.ask("POST", path, body, Origin=origin, Content_Type="application/x-www-form-urlencoded", **PERSON)


@contextmanager
def second_replica(town: BotInWorkspace) -> Iterator[int]:
    """Another process on the same ledger that answers browsers; its port."""
    given = given_for(town.box, str(town.makegood.settings.database_url.get_secret_value()))
    other = Service(compose(given, clock=town.box.clock.now), Parts(web=True, work=False))
    other.start()
    try:
        yield other.port
    finally:
        other.stop()


@contextmanager
def listening(town: BotInWorkspace) -> Iterator[list[tuple[str, str]]]:
    """The statements that requests send to the database, each with its values as text."""
    sent: list[tuple[str, str]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        # The watch over the database has a thread of its own, and a clock.
        if threading.current_thread().name.startswith("waitress"):
            sent.append((statement, repr(values)))

    engine = town.makegood.ledger.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def read(page: Page) -> str:
    """The words of a page, in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.html)).split())
