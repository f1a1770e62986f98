"""Personal links to the web pages: they open a plan once, for one person, and say why when they do not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.app import compose
from bot.service import Parts, Service
from handlers import ids
from store import web_access
from store.tables import Base, WebGuess, WebLink, WebSession
from tests.journeys.conftest import PUBLIC_URL, given_for, open_town, words, words_of
from tests.journeys.forms import open_settings
from tests.journeys.plan_sections import has_account, open_plan
from tests.journeys.processes import down
from tests.journeys.web_pages import Visitor, personal_link, signed_in, visitor

if TYPE_CHECKING:
    from tests.bot.conftest import Log
    from tests.journeys.conftest import BotInWorkspace


def stored(town: BotInWorkspace) -> dict[str, Any]:
    """All rows of all tables."""
    with town.makegood.ledger.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(sa.select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
        }


def end_sessions(town: BotInWorkspace, user: str = "U0EVA") -> str:
    """Press “End my web sessions” in the settings; the words of the answer."""
    form = open_settings(town, user)
    outcome = town.box.press(user, action_id=ids.PLAN_END_SESSIONS, view_id=form.id)
    assert outcome.problem is None, outcome
    said = words_of(outcome.view)
    for shown in reversed(town.box.modals(user)):
        town.box.close(user, shown.id)
    return said


def test_from_slack_to_the_page(town: BotInWorkspace) -> None:
    """The button in Slack gives a link; its page has one button, which opens the plan and signs the browser in."""
    has_account(town)
    link = personal_link(town)
    assert re.fullmatch(re.escape(PUBLIC_URL) + r"/plan/open/[\w-]{43}", link)
    browser = visitor(town)
    asked = browser.get(link)
    assert (asked.status, asked.html.count("<button"), 'method="post"' in asked.html) == (200, 1, True)
    assert "Eva Lindqvist" in asked.html
    opened = browser.press(link)
    assert opened.status == 303
    assert opened.place is not None
    page = browser.get(opened.place)
    assert page.status == 200
    assert "Acme" in page.html


def test_the_cookie(town: BotInWorkspace) -> None:
    """The cookie goes to the pages alone, over TLS alone, to no script, and to no other site's form."""
    has_account(town)
    given = visitor(town).press(personal_link(town)).headers["Set-Cookie"]
    name, *parts = given.split("; ")
    assert re.fullmatch(r"makegood_session=[\w-]{43}", name)
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/plan", "Max-Age=43200"} <= set(parts)


def test_without_tls_on_this_machine_alone(database_url: str) -> None:
    """A demo on this machine speaks plain HTTP, over which a browser sends no secure cookie."""
    address = "http://127.0.0.1:3000"
    with open_town(database_url, public_url=address) as town:
        has_account(town)
        link = personal_link(town).removeprefix(address)
        assert "Secure" not in visitor(town).press(link, origin=address).headers["Set-Cookie"]


def test_only_with_a_public_address(database_url: str) -> None:
    """Without PUBLIC_URL Slack shows no button, and the server has no page but its first."""
    with open_town(database_url, public_url=None) as town:
        has_account(town)
        assert "Open as a page" not in words_of(open_plan(town))
        assert "End my web sessions" not in words_of(open_settings(town))
        assert [visitor(town).get(path).status for path in ("/plan", "/plan/1", "/plan/open/x", "/")] == [
            404, 404, 404, 200,
        ]  # fmt: skip


def test_only_hashes_are_stored(town: BotInWorkspace) -> None:
    """Neither the token of a link nor that of a session is in the database, or in the log."""
    has_account(town)
    link = personal_link(town)
    browser = visitor(town)
    browser.get(link)
    browser.press(link)
    tokens = [link.rpartition("/")[2], browser.cookies["makegood_session"].value]
    everything = str(stored(town))
    assert [token for token in tokens if token in everything] == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(town: BotInWorkspace, method: str) -> None:
    """A scanner that opens the link twenty times changes no row, and the link still works."""
    has_account(town)
    link = personal_link(town)
    before = stored(town)
    assert {visitor(town).ask(method, link).status for _ in range(20)} == {200}
    assert stored(town) == before
    assert visitor(town).press(link).status == 303


def test_expired(town: BotInWorkspace) -> None:
    """After five minutes the link is gone, and its page says so."""
    has_account(town)
    link = personal_link(town)
    town.pass_by(minutes=5, seconds=-1)
    assert visitor(town).get(link).status == 200
    town.pass_by(seconds=1)
    for page in (visitor(town).get(link), visitor(town).press(link)):
        assert page.status == 410
        assert "works for 5 minutes" in page.html
        assert "Open as a page" in page.html


def test_used(town: BotInWorkspace) -> None:
    """A link that was used is gone for all other browsers; in its own browser it leads to the plan."""
    has_account(town)
    link, mine = personal_link(town), visitor(town)
    assert mine.press(link).status == 303
    for page in (visitor(town).get(link), visitor(town).press(link)):
        assert page.status == 410
        assert "used already" in page.html
    assert [page.status for page in (mine.get(link), mine.press(link))] == [303, 303]


@pytest.mark.both_databases
def test_ended_from_slack(town: BotInWorkspace) -> None:
    """“End my web sessions” ends the person's sessions and unused links, and nobody else's."""
    has_account(town)
    mine, anas = signed_in(town), signed_in(town, "U0ANA")
    link = personal_link(town)
    assert "1 web session ended" in end_sessions(town)
    gone = visitor(town).get(link)
    assert gone.status == 410
    assert "ended from Slack" in gone.html
    over = mine.get("/plan/1")
    assert over.status == 403
    assert "not signed in" in over.html
    assert "Open as a page" in over.html
    assert anas.get("/plan/1").status == 200
    assert "no open web session" in end_sessions(town)


def test_another_persons(town: BotInWorkspace) -> None:
    """A link opened where another person is signed in is refused, says whose it is, and is not used up."""
    has_account(town)
    evas, ana = personal_link(town), signed_in(town, "U0ANA")
    for page in (ana.get(evas), ana.press(evas)):
        assert page.status == 403
        assert "made for <strong>Eva Lindqvist" in page.html
        assert "Ana Souza" in page.html
    assert ana.get("/plan/1").status == 200
    assert "You are signed out" in ana.press("/plan/end").html
    assert ana.get("/plan/1").status == 403
    assert ana.press(evas).status == 303


def test_a_session_lasts_twelve_hours(town: BotInWorkspace) -> None:
    """After twelve hours the page asks to be opened from Slack again."""
    has_account(town)
    browser = signed_in(town)
    town.pass_by(hours=12, seconds=-1)
    assert browser.get("/plan/1").status == 200
    town.pass_by(seconds=1)
    assert browser.get("/plan/1").status == 403


@pytest.mark.parametrize("change", ["deleted", "is_restricted", "is_ultra_restricted"])
def test_an_outsiders_sessions_end(town: BotInWorkspace, change: str) -> None:
    """A person who leaves or becomes a guest reads nothing any more, also when they are a colleague again."""
    has_account(town)
    link, browser = personal_link(town, "U0ANA"), signed_in(town, "U0ANA")
    outside: Any = {change: True}
    back: Any = {change: False}
    town.box.change_user("U0ANA", **outside)
    assert browser.get("/plan/1").status == 403
    assert visitor(town).get(link).status == 403
    town.box.change_user("U0ANA", **back)
    assert browser.get("/plan/1").status == 403
    assert visitor(town).get(link).status == 410


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_another_sites_form(town: BotInWorkspace, origin: str) -> None:
    """A form of another site neither uses up a link nor ends a session."""
    has_account(town)
    link, browser = personal_link(town), signed_in(town, "U0ANA")
    assert visitor(town).press(link, origin).status == 403
    assert browser.press("/plan/end", origin).status == 403
    assert browser.get("/plan/1").status == 200
    assert visitor(town).press(link).status == 303


@pytest.mark.both_databases
def test_of_many_at_once_one_opens(town: BotInWorkspace) -> None:
    """Eight browsers press at the same moment: one is signed in, the others read that the link was used."""
    has_account(town)
    link = personal_link(town)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: visitor(town).press(link).status, range(8)))
    assert sorted(answers) == [303, *[410] * 7]
    with town.makegood.ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(WebSession)) == 1


@pytest.mark.both_databases
def test_two_replicas(town: BotInWorkspace, database_url: str) -> None:
    """A link that one process made opens at another, once; a session holds at both, and ends at both."""
    other = Service(compose(given_for(town.box, database_url), clock=town.box.clock.now), Parts(web=True))
    other.start()
    try:
        has_account(town)
        link, browser = personal_link(town), Visitor(other.port)
        assert browser.press(link).status == 303
        assert visitor(town).press(link).status == 410
        assert browser.get("/plan/1").status == 200
        browser.port = town.service.port
        assert browser.get("/plan/1").status == 200
        end_sessions(town)
        for port in (other.port, town.service.port):
            browser.port = port
            assert browser.get("/plan/1").status == 403
    finally:
        other.stop()


@pytest.mark.both_databases
def test_guessing(town: BotInWorkspace) -> None:
    """After twenty wrong links within ten minutes a network has to wait; others, and people who read, do not."""
    has_account(town)
    link, reading = personal_link(town), signed_in(town, "U0ANA")
    here, there = {"X_Forwarded_For": "203.0.113.7"}, {"X_Forwarded_For": "2001:db8:1:2::9"}
    for number in range(web_access.MOST_GUESSES):
        assert visitor(town).get(f"/plan/open/wrong{number}", **here).status == 404
    assert visitor(town).get("/plan/open/wrong", **here).status == 429
    assert visitor(town).press(link, **here).status == 429
    assert reading.get("/plan/1", **here).status == 200
    assert visitor(town).get(link, **there).status == 200
    town.pass_by(minutes=4)
    with town.makegood.ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(WebGuess)) == web_access.MOST_GUESSES
    town.pass_by(minutes=6)
    assert visitor(town).get("/plan/open/wrong", **here).status == 404


@pytest.mark.both_databases
def test_guessing_a_session(town: BotInWorkspace) -> None:
    """A cookie that nobody was given counts as a guess, for all addresses of an IPv6 network together."""
    has_account(town)
    statuses = [
        visitor(town).get("/plan/1", Cookie="makegood_session=wrong", X_Forwarded_For=f"2001:db8:1:2::{n}").status
        for n in range(1, web_access.MOST_GUESSES + 2)
    ]
    assert statuses == [*[403] * web_access.MOST_GUESSES, 429]


@pytest.mark.both_databases
def test_what_is_over_is_swept(town: BotInWorkspace) -> None:
    """A week after their end links and sessions are deleted, with a round of the planner."""
    has_account(town)
    signed_in(town)
    town.pass_by(days=7, hours=11)
    town.makegood.tick()
    with town.makegood.ledger.read() as tx:
        left = [tx.scalar(sa.select(sa.func.count()).select_from(table)) for table in (WebLink, WebSession)]
    assert left == [0, 1]
    town.pass_by(hours=2)
    town.makegood.tick()
    with town.makegood.ledger.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(WebSession)) == 0


@pytest.mark.parametrize("path", ["/plan/2", "/plan/99999999999999999999", "/plan/nothing", "/plan/open/"])
def test_nothing_is_here(town: BotInWorkspace, path: str) -> None:
    """Addresses of no account are answered with 404, also to a person who is signed in."""
    has_account(town)
    assert signed_in(town).get(path).status in {400, 404}


def test_the_link_is_never_logged(bare_town: BotInWorkspace, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when the server fails while it answers it."""

    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    has_account(bare_town)
    link = personal_link(bare_town)
    with monkeypatch.context() as patch:
        patch.setattr(web_access, "check_link", fail)
        assert visitor(bare_town).get(link).status == 500
    (failed,) = log.events("request_failed")
    assert failed["rule"] == "/plan/open/<token>"
    assert link.rpartition("/")[2] not in log.text


@pytest.mark.both_databases
def test_the_ledger_cannot_be_reached(bare_town: BotInWorkspace, database_url: str) -> None:
    """A page says so with 503, and is there again afterwards."""
    has_account(bare_town)
    link = personal_link(bare_town)
    with down(database_url):
        page = visitor(bare_town).press(link)
        assert page.status == 503
        assert "try again in a minute" in page.html
    assert visitor(bare_town).press(link).status == 303


def test_slack_shows_it_once(town: BotInWorkspace) -> None:
    """The link is the address of a button in a view, never part of a message, so Slack previews nothing."""
    has_account(town)
    link = personal_link(town)
    sent = [call.args for call in town.box.calls if link in str(call.args)]
    assert len(sent) == 1
    assert set(sent[0]) >= {"trigger_id", "view"}
    assert link not in str([words(message) for message in town.box.dm("U0EVA")])
    assert timedelta(minutes=5) == web_access.LINK_LIVES
