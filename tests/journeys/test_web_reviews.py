"""The reviews of an account in a browser: the coming one, and the minutes of the last ones with their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers import ids
from store import accounts
from store.accounts import access
from store.tables import Habit, Question, Verdict
from tests.journeys.conftest import PUBLIC_URL
from tests.journeys.plan_sections import has_account
from tests.journeys.reviews import begun, promises, review
from tests.journeys.web_pages import read, signed_in, visitor

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace

EVIL = "<b>bold</b> & <script>alert(1)</script>"


def held(town: BotInWorkspace) -> None:
    """Acme's review with two promises, one terminated; an answer and scores; closed, corrected, the next one booked."""
    has_account(town)
    promises(town, 2)
    session = begun(town, "Acme on 12 Jan 2027 10:00 with @eva @ana")
    session.press(ids.REVIEW_ITEMS)
    session.choose(1, Verdict.KEEP)
    session.choose(2, Verdict.TERMINATE)
    session.submit(reason="Nobody needs it.")
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_ANSWER)
    session.submit(**{Question.GAINED: EVIL})
    session.press(ids.REVIEW_SCORE)
    session.submit(**dict.fromkeys(Habit, "3"))
    session.press(ids.REVIEW_CLOSE)
    session.submit(day="2027-04-12", time="10:00")
    session.press(ids.REVIEW_MINUTES)
    session.press(ids.REVIEW_CORRECT)
    session.submit(remark="Dana was there too.")
    town.box.close("U0EVA", session.top.id)


def test_the_minutes_with_the_live_state(town: BotInWorkspace) -> None:
    """The coming review, each item as it was decided and as it stands now, answers, scores, correction, versions."""
    held(town)
    browser = signed_in(town)
    path = "/plan/1/reviews"
    assert f'href="{path}"' in browser.get("/plan/1").html
    page = browser.get(path)
    said = read(page)
    for part in (
        "Next review Mon 12 Apr 2027, 10:00", "Monday 23 November 2026", "Ours: Eva Lindqvist, Ana Souza",
        "promise 1 #1 Carried over Eva Lindqvist Fri 4 Dec 2026 in 11 days", "promise 2 #2 Terminated", "ended", EVIL,
        "Self-check 12 of 16", "Corrected by Eva Lindqvist: Dana was there too.", "Version 2, Eva Lindqvist",
        "Version 1, Eva Lindqvist",
    ):  # fmt: skip
        assert part in said, part
    assert "<script" not in page.html
    town.commit("U0EVA", "done 1")
    assert "Fri 4 Dec 2026 done" in read(browser.get(path))


def test_an_account_without_a_review(town: BotInWorkspace) -> None:
    """The page says that none is planned and none was held."""
    has_account(town)
    said = read(signed_in(town).get("/plan/1/reviews"))
    assert "None is planned" in said
    assert "No review was held yet" in said


def test_the_last_minutes_lead_there(town: BotInWorkspace) -> None:
    """*Open as a page* below `/review Acme last` gives a personal link, which opens the page of the reviews."""
    held(town)
    form = town.form("U0EVA", review(town, "Acme last"), ids.PLAN_PAGE)
    (address,) = [one["url"] for block in form.blocks for one in block.get("elements", ()) if "url" in one]
    assert address.startswith(f"{PUBLIC_URL}/plan/open/")
    browser = visitor(town)
    assert browser.get(address).status == 200
    assert browser.press(address).place == "/plan/1/reviews"
    assert "Dana was there too." in read(browser.get("/plan/1/reviews"))
    assert visitor(town).get("/plan/1/reviews").status == 403
    assert visitor(town).get(address.replace("/reviews", "/elsewhere")).status == 404


def test_a_restricted_account(town: BotInWorkspace) -> None:
    """A colleague outside of the team finds nothing of the account there after it is restricted."""
    held(town)
    browser = signed_in(town, "U0BEN")
    assert browser.get("/plan/1/reviews").status == 200
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        known = {one.id for one in access.joining(tx, acme)}
        access.restrict(tx, eva, acme.id, known=known, origin_key="restrict", now=town.box.clock.now())
    page = browser.get("/plan/1/reviews")
    assert page.status == 404
    assert "Acme" not in page.html
