"""The page of an account plan: everything that the plan holds, for those who may see it, and nothing else."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from handlers.plan.pages import SECTIONS
from store import accounts, commitments
from store.plan import section
from store.plan.values import Kind
from store.tables import Account, Commitment, Person, SectionRow, Side, Stakeholder
from tests.journeys.plan_sections import form, has_account, open_list, press
from tests.journeys.web_pages import personal_link, read, signed_in, visitor
from tests.store.plan_sections import good

if TYPE_CHECKING:
    from store.plan.section import Section
    from tests.journeys.conftest import BotInWorkspace

TEXTS = {Kind.LINE, Kind.TEXT, Kind.UNIT}
# A row that the table lists; of the white space the picture has the others.
LISTED = {"cell": {"state": "open"}}
RISK = "the What may happen of a risk"
MARKUP = "<b onclick=x>&amp;</b><script>alert(1)</script>\"'"


class Tags(HTMLParser):
    """The names of all elements of a page, and of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def texts_of(one: Section[Any], number: int = 0) -> dict[str, str]:
    """A text of its own for each field of a section that takes any text, by the field's name."""
    more = f" {number}" if number else ""
    return {field.name: f"the {field.label} of a {one.noun}{more}" for field in one.fields if field.kind in TEXTS}


def fill(town: BotInWorkspace, number: int = 0) -> None:
    """Add a row with all its texts to each section of Acme's plan, another one for each number."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        account = accounts.named(tx, eva, "Acme")
        assert account is not None
        for kind, words in SECTIONS.items():
            given = good(words.section) | texts_of(words.section, number) | LISTED.get(kind, {})
            given |= {"year": str(2020 + number)} if "year" in given else {}
            if number and "offering" in given:
                given["offering"] = "1"
            if "opportunity" in given:
                given["opportunity"] = str(number + 1)
            now = town.box.clock.now()
            section.add(tx, eva, words.section, account, given, origin_key=f"test:{kind}:{number}", now=now)


def test_every_section_is_there(town: BotInWorkspace) -> None:
    """Each section with a row has its title, and the texts of the row; the others are named at the end."""
    has_account(town)
    browser = signed_in(town)
    assert all(
        one.section.title in read(browser.get("/plan/1")).partition("Nothing yet in")[2] for one in SECTIONS.values()
    )
    fill(town)
    page = browser.get("/plan/1")
    words = read(page)
    assert "Nothing yet in" not in words
    for kind, one in SECTIONS.items():
        assert f'<h2 id="{kind}">{one.section.title}</h2>' in page.html
        assert [text for text in texts_of(one.section).values() if text not in words] == []


def test_nothing_archived(town: BotInWorkspace) -> None:
    """A row that was archived is on the page no more, and one that is restored is there again."""
    has_account(town)
    fill(town)
    browser = signed_in(town)
    assert RISK in read(browser.get("/plan/1"))
    open_list(town, kind="risk")
    done = town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ARCHIVE, kind="risk"), reason="over")
    assert done.errors == {}
    assert RISK not in read(browser.get("/plan/1"))
    press(town, "U0EVA", ids.SECTION_RESTORE, kind="risk")
    assert RISK in read(browser.get("/plan/1"))


def test_commitments_of_both_sides(town: BotInWorkspace) -> None:
    """The page shows what each side owes, how late it is, how often it was moved, and the kept ones as a sum."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        account = tx.scalars(sa.select(Account)).one()
    town.has_recorded("U0EVA", ("U0ANA", "send the offer", "2026-11-24"), account=account)
    town.has_recorded("U0EVA", ("U0EVA", "sign the order", "2026-12-01"), account=account, side=Side.THEIRS)
    town.has_recorded("U0EVA", ("U0EVA", "call Dana", "2026-11-27"), account=account)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        commitments.finish(tx, eva, 3, origin_key="done", now=now)
        commitments.move(
            tx, eva, 1, date(2026, 11, 25), "they asked", version=1, origin_key="moved", now=town.box.clock.now()
        )
    town.move(2026, 11, 30, 9, 0)
    browser = signed_in(town)
    ours, _, theirs = read(browser.get("/plan/1")).partition("They owe us")
    assert "25 Nov send the offer #1 · Ana Souza · late by 3 working days, moved once" in ours
    assert "Kept on time this quarter 1 of 2 ours" in ours
    assert "call Dana" not in ours
    assert "1 Dec sign the order #2 · Eva Lindqvist" in theirs


def test_people_and_their_meetings(town: BotInWorkspace) -> None:
    """The page draws the relationship map, and says when each person was met last and is met next."""
    has_account(town)
    now = town.box.clock.now()
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        account = accounts.named(tx, eva, "Acme")
        assert account is not None
        dana = section.add(
            tx, eva, SECTIONS["stakeholder"].section, account,
            {"name": "Dana", "title": "CFO", "roles": "decision_maker", "support": "4", "influence": "5",
             "interval_number": "3", "next_meeting_on": "2027-01-14"}, origin_key="dana", now=now,
        )  # fmt: skip
        section.add(
            tx, eva, SECTIONS["meeting"].section, account,
            {"name": "They want it by May", "day": "2026-11-12", "state": "held", "stakeholders": str(dana.id),
             "colleagues": "U0ANA"},
            origin_key="met", now=now,
        )  # fmt: skip
    words = read(signed_in(town).get("/plan/1"))
    assert "Relationship map of Acme" in words
    assert "Dana: for, influence high, met 11 days ago" in words
    assert "every 3 months, last on Thu 12 Nov 2026, next on Thu 14 Jan 2027" in words
    assert "Thu 12 Nov 2026 Dana Ana Souza Held They want it by May" in words
    assert "Dana, CFO Decision maker for, influence high" in words


def test_signals_and_colour(town: BotInWorkspace) -> None:
    """The page and the list of accounts say how an account stands, and why."""
    has_account(town)
    browser = signed_in(town)
    assert "Green" in read(browser.get("/plan/1"))
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(category="A"))
    for path in ("/plan/1", "/plan"):
        words = read(browser.get(path))
        assert "Red" in words
        assert "Nobody of theirs is on the map." in words


def test_markup_in_every_field(town: BotInWorkspace) -> None:
    """Markup in any text of the page is shown as it was typed, and is no markup of the page."""
    has_account(town)
    fill(town)
    town.receipt("U0EVA", "send it by 24 Nov for Acme")
    browser = signed_in(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Commitment).values(action=MARKUP, blocked_by=MARKUP, state="blocked"))
        tx.execute(sa.update(Person).values(name=MARKUP))
        tx.execute(sa.update(Stakeholder).values(name=MARKUP))
        tx.execute(sa.update(Account).values(name=MARKUP, currency=MARKUP))
        for table in SectionRow.__subclasses__():
            one = SECTIONS[table.subject_kind].section
            texts = {field.column: MARKUP for field in one.fields if field.kind in TEXTS}
            tx.execute(sa.update(table).values(texts))
    for path in ("/plan/1", "/plan"):
        page = browser.get(path)
        found = Tags()
        found.feed(page.html)
        assert {"h1", "a"} <= found.names
        assert "script" not in found.names
        assert "onclick" not in found.attributes
        assert MARKUP in html.unescape(page.html)
    titles = [html.unescape(one) for one in re.findall(r"<title>(.*?)</title>", browser.get("/plan/1").html)]
    assert f"{MARKUP}: account plan" in titles


@pytest.mark.parametrize(
    ("text", "is_link"),
    [
        ("https://crm.example/acme?a=1&b=2", True),
        ("javascript:alert(1)", False),
        ("https://crm.example/ and more", False),
        ('https://crm.example/"onclick="x', True),
    ],
)
def test_addresses(town: BotInWorkspace, text: str, is_link: bool) -> None:
    """An address of the web is a link that says nothing about us; nothing else is a link."""
    has_account(town)
    fill(town)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(SECTIONS["opportunity"].section.table).values(crm=text))
    page = signed_in(town).get("/plan/1").html
    assert (
        f'<a href="{html.escape(text, quote=True).replace("&quot;", "&#34;")}" rel="noopener noreferrer">' in page
    ) == is_link
    found = Tags()
    found.feed(page)
    assert "onclick" not in found.attributes


def test_an_account_that_was_merged(town: BotInWorkspace) -> None:
    """The address of an account that was merged into another shows the other."""
    has_account(town)
    has_account(town, "Initech")
    browser = signed_in(town)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        found: Any = {one.name: one for one in tx.scalars(sa.select(Account))}
        accounts.merge(
            tx, eva, found["Acme"].id, found["Initech"].id, version=1, origin_key="m", now=town.box.clock.now()
        )
    assert "Initech" in read(browser.get(f"/plan/{found['Acme'].id}"))


def test_the_list_of_accounts(town: BotInWorkspace) -> None:
    """The accounts that a person leads come first, then the others, each with a link to its plan."""
    has_account(town)
    has_account(town, "Initech", owner="U0ANA")
    page = signed_in(town).get("/plan")
    words = read(page)
    assert words.index("My accounts") < words.index("Acme") < words.index("Other accounts") < words.index("Initech")
    assert set(re.findall(r'href="(/plan/\d+)"', page.html)) == {"/plan/1", "/plan/2"}


def test_headers(town: BotInWorkspace) -> None:
    """A page is kept by no cache, shown in no frame, and runs no script."""
    has_account(town)
    browser = signed_in(town)
    for path in ("/plan/1", "/plan", "/plan/open/wrong"):
        headers = browser.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")


def test_as_many_questions_for_a_large_plan(town: BotInWorkspace) -> None:
    """The page asks the database as often for twenty rows of each section as for one."""
    has_account(town)
    fill(town)
    browser = signed_in(town)
    browser.get("/plan/1")
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    sa.event.listen(town.makegood.ledger.engine, "before_cursor_execute", note)
    read(browser.get("/plan/1"))
    once = len(asked)
    for number in range(1, 20):
        fill(town, number)
    asked.clear()
    assert f"{RISK} 19" in read(browser.get("/plan/1"))
    assert len(asked) == once


@pytest.mark.parametrize(
    ("user", "sees"), [("U0EVA", True), ("U0BEN", True), ("U0ADA", True), ("U0ANA", False)],
    ids=["lead", "coach", "admin", "outside"],
)  # fmt: skip
def test_a_restricted_account(town: BotInWorkspace, user: str, sees: bool) -> None:
    """Its people and admins see it; a session and a link from before show it to nobody else, not even its name."""
    has_account(town)
    has_account(town, "Initech")
    browser, before = signed_in(town, user, "Initech"), personal_link(town, user, "Acme")
    with town.makegood.ledger.begin() as tx:
        ben = town.person(tx, "U0BEN")
        tx.execute(sa.update(Account).where(Account.name == "Acme").values(restricted=True, coach_id=ben.id))
    assert browser.get("/plan/1").status == (200 if sees else 404)
    assert visitor(town).get(before).status == (200 if sees else 404)
    used = visitor(town)
    used.press(before)
    assert used.get("/plan/1").status == (200 if sees else 403)
    for path in ("/plan", "/plan/1"):
        assert ("Acme" in browser.get(path).html) == sees
