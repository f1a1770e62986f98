"""The page of one of the client's people: a link without a login, what stands there, and what they propose."""

from __future__ import annotations

import html
import random
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from store import accounts, commitments, history, reviews, stakeholders
from store.agreements import Standing, standing
from store.clients import links
from store.plan import expectations, meetings, section
from store.plan.people import SECTION, merge
from store.rules.calendar.brief_times import zone_of
from store.tables import (
    Base,
    ClientLink,
    ClientOpen,
    ClientPost,
    Commitment,
    Expectation,
    Language,
    Proposal,
    ProposalState,
    Review,
    Sharing,
    Side,
    Stakeholder,
    core,
)
from tests.journeys.clients import (
    PERSON,
    Dana,
    has_dana,
    listening,
    made_page,
    open_page,
    press,
    promised,
    read,
    second_replica,
)
from tests.journeys.conftest import PUBLIC_URL, open_town, words, words_of
from tests.journeys.conftest import read as told_by
from tests.journeys.web_pages import visitor

if TYPE_CHECKING:
    from sandbox import Message, View
    from tests.journeys.conftest import BotInWorkspace
    from tests.journeys.web_pages import Page

SECRETS = ("walk away below 80", "their lawyer is a nuisance", "ask Ben", "sceptical of us")


@pytest.fixture
def dana(town: BotInWorkspace) -> Dana:
    """Dana with the page that Eva gave her; one promise of each side stands there, and one is for our team."""
    has_dana(town)
    promised(town, "send the offer")
    promised(town, "sign the order", side=Side.THEIRS)
    promised(town, "squeeze them", internal=True)
    return Dana(town, made_page(town))


def stored(town: BotInWorkspace, *but: type[Any]) -> dict[str, Any]:
    """All rows of all tables besides those."""
    left_out = {core(one).name for one in but}
    with town.makegood.ledger.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(sa.select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
            if table.name not in left_out
        }


def notice(town: BotInWorkspace, user: str = "U0EVA") -> Message:
    """The newest message to this person."""
    town.settled()
    return town.box.messages(town.box.world.im(user).id)[-1]


def test_from_slack_to_the_page(town: BotInWorkspace, dana: Dana) -> None:
    """`/plan Acme page for Dana` gives an address once. Its page names Dana, and shows what was shared."""
    page = dana.look()
    assert page.status == 200
    said = read(page)
    assert "This page is for Dana Whitfield" in said
    assert said.index("We owe you") < said.index("send the offer") < said.index("You owe us") < said.index("sign the")
    assert "squeeze" not in page.html
    again = words_of(open_page(town))
    assert "/client/" not in again
    assert "The link works until Sat 22 May 2027" in again or "22 May 2027" in again
    with town.makegood.ledger.read() as tx:
        (kept,) = tx.scalars(sa.select(ClientLink.token_hash))
    assert re.fullmatch(r"[0-9a-f]{64}", kept)
    assert kept not in dana.address


def test_what_the_browser_is_told(dana: Dana) -> None:
    """No script, nothing from elsewhere, no frame, no index, no referrer; neutral words for previews, early."""
    page = dana.look()
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    early = page.html[:2048]
    assert '<meta property="og:title" content="Our agreements">' in early
    assert "noindex" in early
    for name in ("Acme", "Dana"):
        assert name not in "".join(re.findall(r"og:[^>]*>", page.html))
    assert not re.search(r"<script|\son\w+=|https?://", page.html)


@pytest.mark.parametrize(
    ("language", "owed"),
    [("de-AT,de;q=0.9", "Das schulden wir Ihnen"), ("fr", "Ce que nous vous devons"), ("es-MX", "Lo que le debemos"),
     ("pt", "We owe you")],
)  # fmt: skip
def test_in_their_language(dana: Dana, language: str, owed: str) -> None:
    """The browser's language is taken, English for others; a switch on the page wins."""
    assert owed in read(dana.look(Accept_Language=language))
    assert "Ce que nous vous devons" in read(dana.look("?lang=fr", Accept_Language=language))
    assert '<html lang="fr">' in dana.look("?lang=fr").html


def test_in_the_language_of_letters(town: BotInWorkspace, dana: Dana) -> None:
    """The language of our letters to Dana counts before her browser's, also when the link has ended, and the switch
    before both.
    """
    with town.makegood.ledger.begin() as tx:
        tx.scalars(sa.select(Stakeholder)).one().language = Language.FR
    assert "Ce que nous vous devons" in read(dana.look(Accept_Language="de"))
    assert "Das schulden wir Ihnen" in read(dana.look("?lang=de", Accept_Language="es"))
    assert (dana.send("question", text="combien ?").place or "").endswith("lang=fr#said")
    made_page(town)
    assert "Ce lien n’est plus valable" in read(dana.look(Accept_Language="de"))


def test_what_comes_next_and_what_was_done(town: BotInWorkspace, dana: Dana) -> None:
    """The page has the next meeting with Dana, the next review with its agenda at its own hour, and what was done in
    the last three months; nothing of these before they are shared, and no meeting without her.
    """
    marcus = has_marcus(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        for day, who, sharing in (("2026-11-30", "1", "internal"), ("2026-12-01", str(marcus), "shareable"),
                                  ("2026-12-02", "1", "shareable"), ("2026-12-03", "1", "shareable")):  # fmt: skip
            given = {"stakeholders": who, "day": day, "state": "planned", "name": f"visit of {day}", "sharing": sharing}
            section.add(tx, eva, meetings.SECTION, acme, given, origin_key=f"m{day}", now=now)
        at = now + timedelta(days=21)
        booked = reviews.book(tx, eva, acme, at, origin_key="r", now=now)
        commitments.finish(tx, eva, 1, origin_key="f", now=now)
    said = read(dana.look())
    assert "Meeting : Wed, 2 Dec 2026 · visit of 2026-12-02" in said
    assert [day for day in ("2026-11-30", "2026-12-01", "2026-12-03") if f"visit of {day}" in said] == []
    assert "Review :" not in said
    assert said.index("Done lately") < said.index("send the offer")
    with town.makegood.ledger.begin() as tx:
        tx.get_one(Review, booked.id).sharing = Sharing.SHAREABLE
    hour = f"{at.astimezone(zone_of(booked.zone)):%H:%M}"
    assert f"Review : Mon, 14 Dec 2026, {hour} What became of our agreements" in read(dana.look())
    town.pass_by(days=93)
    assert "send the offer" not in read(dana.look())


# ---- links -------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_links_end(town: BotInWorkspace, dana: Dana) -> None:
    """A link ends when it is renewed, when it is ended, and after 180 days; then it answers 410."""
    renewed = Dana(town, made_page(town))
    assert (dana.look().status, renewed.look().status) == (410, 200)
    open_page(town)
    press(town, ids.CLIENT_END)
    gone = renewed.look("?lang=de")
    assert (gone.status, "Dieser Link gilt nicht mehr" in gone.html) == (410, True)
    third = Dana(town, made_page(town))
    town.pass_by(days=179)
    assert third.look().status == 200
    town.pass_by(days=1)
    assert third.look().status == 410


def test_the_end_of_the_person(town: BotInWorkspace, dana: Dana) -> None:
    """A link ends on the day on which the person leaves, and when the account is archived."""
    with town.makegood.ledger.begin() as tx:
        tx.scalars(sa.select(Stakeholder)).one().left_on = town.box.clock.now().date()
    assert dana.look().status == 410
    with town.makegood.ledger.begin() as tx:
        tx.scalars(sa.select(Stakeholder)).one().left_on = None
    assert dana.look().status == 200
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        accounts.archive(tx, eva, acme.id, "they are bankrupt", version=acme.version, origin_key="a",
                         now=town.box.clock.now())  # fmt: skip
    assert dana.look().status == 410
    assert "bankrupt" not in dana.look().html


def test_a_new_one_is_asked_for(town: BotInWorkspace, dana: Dana) -> None:
    """On the page of an ended link Dana asks for a new one; Eva reads it once, and a new link settles it."""
    open_page(town)
    press(town, ids.CLIENT_END)
    town.box.close("U0EVA", town.box.modals("U0EVA")[-1].id)
    for _ in range(2):
        asked = dana.post(f"{dana.address}/new?lang=es", "gesture=abcdefghijklmnop")
        assert (asked.status, "Tendrá noticias nuestras" in asked.html) == (200, True)
    told = notice(town)
    assert "Dana Whitfield of Acme, on their page, asks for a new link to their page" in told_by(told)
    assert len(town.outbox("proposed")) == 1
    made_page(town)
    assert "confirmed it" in words(notice(town))


@pytest.mark.both_databases
def test_two_replicas(town: BotInWorkspace, dana: Dana) -> None:
    """A link that is ended on one replica works on no other."""
    with second_replica(town) as port:
        there = Dana(town, dana.address)
        there.port = port
        assert there.look().status == 200
        made_page(town)
        assert (there.look().status, dana.look().status) == (410, 410)


def has_marcus(town: BotInWorkspace, name: str = "Marcus Reed") -> int:
    """Marcus, another person of Acme; the id."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        return stakeholders.create(tx, eva, name, account=acme, now=town.box.clock.now()).id


def for_several(town: BotInWorkspace, *others: int) -> str:
    """*For several …* in “Page for Dana”; the address, after the modals are closed."""
    open_page(town)
    form = press(town, ids.CLIENT_SEVERAL)
    shown = town.submit("U0EVA", form, shared_with=[str(one) for one in others]).view
    assert shown is not None
    found = re.search(re.escape(PUBLIC_URL) + r"/client/[\w-]{43}", words_of(shown))
    assert found is not None
    for view in reversed(town.box.modals("U0EVA")):
        town.box.close("U0EVA", view.id)
    return found[0]


@pytest.mark.both_databases
def test_one_link_for_several(town: BotInWorkspace, dana: Dana) -> None:
    """Several people share a link: each chooses their name, sees what is theirs and agrees in that name. Dana's own
    link ends.
    """
    marcus = has_marcus(town)
    expects(town, "of Dana alone")
    expects(town, "of Marcus alone", stakeholder=str(marcus))
    both = Dana(town, for_several(town, marcus))
    assert dana.look().status == 410
    chooses = both.look("?lang=de")
    assert "Wer sind Sie?" in read(chooses)
    assert "send the offer" not in chooses.html
    assert f"?lang=de&amp;who={marcus}" in chooses.html or f"?lang=de&who={marcus}" in chooses.html
    assert "This page is for Dana Whitfield" in read(both.look("?who=1"))
    his = both.look(f"?who={marcus}")
    assert "This page is for Marcus Reed" in read(his)
    assert ("of Marcus alone" in his.html, "of Dana alone" in his.html) == (True, False)
    form = re.search(r'action="(/client/[^"]+/1\?[^"]+)".*?name="gesture" value="([\w-]+)"', his.html, re.DOTALL)
    assert form is not None
    done = both.post(html.unescape(form[1]), f"act=agree&version=1&gesture={form[2]}")
    assert (done.status, f"&who={marcus}#n1" in (done.place or "")) == (303, True)
    with town.makegood.ledger.read() as tx:
        assert tx.scalars(sa.select(Commitment.agreed_by_id).where(Commitment.number == 1)).one() == marcus
    assert "It is shared with Marcus Reed" in words_of(open_page(town)).replace("*", "")
    nobody = both.look("?who=999")
    assert "Who are you?" in read(nobody)


def test_a_shared_link_ends_for_all(town: BotInWorkspace, dana: Dana) -> None:
    """A shared link ends for all when one of them leaves, or gets a page of their own, and a new one is asked for."""
    marcus = has_marcus(town)
    both = Dana(town, for_several(town, marcus))
    with town.makegood.ledger.begin() as tx:
        tx.get_one(Stakeholder, marcus).left_on = town.box.clock.now().date()
    assert (both.look("?who=1").status, both.look().status) == (410, 410)
    assert "There is no link to the page now" in words_of(open_page(town))
    # Only one of them is still there: nobody else asks.
    asked = both.post(f"{both.address}/new", "gesture=abcdefghijklmnop")
    assert asked.status == 200
    assert "Dana Whitfield of Acme, on their page, asks for a new link" in told_by(notice(town))
    with town.makegood.ledger.begin() as tx:
        tx.get_one(Stakeholder, marcus).left_on = None
    assert both.look("?who=1").status == 200
    made_page(town)
    assert both.look(f"?who={marcus}").status == 410


@pytest.mark.both_databases
def test_links_are_read_once(town: BotInWorkspace, dana: Dana) -> None:
    """“Page for Dana” reads her link, and those who share it, in one statement."""
    for_several(town, has_marcus(town, "Priya Nair"), has_marcus(town))
    with listening(town) as sent:
        view = open_page(town)
    assert "It is shared with *Marcus Reed, Priya Nair*" in words_of(view)
    assert len([said for said, _ in sent if "FROM client_link" in said]) == 1


def asks_first(view: View, action_id: str) -> str:
    """The question before the press of that button of a modal; empty if there is none."""
    buttons = [one for block in view.blocks for one in block.get("elements", ()) if one.get("action_id") == action_id]
    return " ".join(str(part["text"]) for one in buttons for part in one.get("confirm", {}).values())


def test_a_shared_link_does_not_end_in_silence(town: BotInWorkspace, dana: Dana) -> None:
    """Before a new link ends one that others share, Slack asks and names them; afterwards the modal says so. Nobody is
    asked about a link of one person.
    """
    for_several(town, has_marcus(town))
    view = open_page(town)
    for button in (ids.CLIENT_LINK, ids.CLIENT_END):
        assert "Dana shares the present link with Marcus Reed. It ends for them too" in asks_first(view, button)
    made = press(town, ids.CLIENT_LINK)
    assert "The earlier link has ended for Marcus Reed too" in words_of(made).replace("*", "")
    assert (asks_first(made, ids.CLIENT_LINK), asks_first(made, ids.CLIENT_END)) == ("", "")


def test_a_shared_link_that_had_ended(town: BotInWorkspace, dana: Dana) -> None:
    """Nothing is said of a shared link that ended when one of its people left: nobody loses it by a new one."""
    marcus = has_marcus(town)
    has_marcus(town, "Priya Nair")
    for_several(town, marcus)
    with town.makegood.ledger.begin() as tx:
        tx.get_one(Stakeholder, marcus).left_on = town.box.clock.now().date()
    open_page(town)
    assert "Shared now" not in words_of(press(town, ids.CLIENT_SEVERAL))
    open_page(town)
    made = press(town, ids.CLIENT_LINK)
    assert "Copy this address" in words_of(made)
    assert "has ended for" not in words_of(made)


def test_another_shared_link(town: BotInWorkspace, dana: Dana) -> None:
    """*For several …* says which links are shared now, and has those who share this one chosen; afterwards it says
    for whom the earlier one ended.
    """
    marcus = has_marcus(town)
    priya = has_marcus(town, "Priya Nair")
    for_several(town, marcus)
    open_page(town)
    form = press(town, ids.CLIENT_SEVERAL)
    assert "Shared now:\n• Dana Whitfield, Marcus Reed" in words_of(form)
    assert [one["value"] for one in menu_of(form).get("initial_options", ())] == [str(marcus)]
    shown = town.submit("U0EVA", form, shared_with=[str(priya)]).view
    assert shown is not None
    said = words_of(shown).replace("*", "")
    assert "It is shared with Priya Nair" in said
    assert "The earlier link has ended for Marcus Reed too" in said


def menu_of(form: View) -> dict[str, Any]:
    """The menu of *For several …*"""
    (menu,) = [block["element"] for block in form.blocks if block.get("block_id") == ids.SHARED_WITH]
    return dict(menu)


def test_more_people_than_a_menu_has_room_for(town: BotInWorkspace, dana: Dana) -> None:
    """*For several …* says that not all are in its menu; those who share the link, and then the influential, are."""
    marcus = has_marcus(town)
    for_several(town, marcus)
    people = [has_marcus(town, f"Anna {number:03}") for number in range(120)]
    with town.makegood.ledger.begin() as tx:
        tx.get_one(Stakeholder, people[-1]).influence = 5
    open_page(town)
    form = press(town, ids.CLIENT_SEVERAL)
    assert "room for 100 of 121 people: those with the most influence" in words_of(form)
    offered = [one["value"] for one in menu_of(form)["options"]]
    assert (len(offered), offered[:2]) == (100, [str(marcus), str(people[-1])])


@pytest.mark.both_databases
def test_merged_on_a_shared_link(town: BotInWorkspace, dana: Dana) -> None:
    """Two rows of one person share a link, and are merged: the page asks for no name any more."""
    marcus = has_marcus(town)
    both = Dana(town, for_several(town, marcus))
    both.look(f"?who={marcus}")
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        version = section.get(tx, eva, SECTION, marcus).version
        merge(tx, eva, marcus, 1, version=version, origin_key="m", now=town.box.clock.now())
    assert "This page is for Dana Whitfield" in read(both.look())


@pytest.mark.both_databases
def test_guesses(town: BotInWorkspace, dana: Dana) -> None:
    """A wrong token is not here, in the reader's language; twenty of them, and the network waits."""
    stranger = visitor(town)
    for _ in range(20):
        missing = stranger.get("/client/" + "x" * 43, Accept_Language="de")
        assert (missing.status, "Hier ist nichts" in missing.html) == (404, True)
    assert stranger.get(dana.address).status == 429
    town.pass_by(minutes=11)
    assert dana.look().status == 200


def test_only_those_who_may(town: BotInWorkspace, dana: Dana) -> None:
    """A colleague who may not change Dana gives no page, and is told who can."""
    outcome = town.box.command("U0BEN", "C0GENERAL", "/plan", "Acme page for Dana")
    assert "Eva Lindqvist" in words(outcome.messages[-1])
    assert dana.look().status == 200


def test_without_a_web_address(database_url: str) -> None:
    """Without PUBLIC_URL the colleague reads what is missing, and who sets it."""
    with open_town(database_url, public_url=None) as town:
        has_dana(town)
        outcome = town.box.command("U0EVA", "C0GENERAL", "/plan", "Acme page for Dana")
        assert "PUBLIC_URL" in words(outcome.messages[-1])


# ---- looking changes nothing ---------------------------------------------------------------------------------


def test_robots_change_nothing(town: BotInWorkspace, dana: Dana) -> None:
    """Twenty requests of mail scanners, for every address, change nothing at all, and are no opens."""
    before = stored(town)
    robots: list[dict[str, str]] = [
        {"User_Agent": "Slackbot-LinkExpanding 1.0"}, {"User_Agent": "python-requests/2.32"},
        {"User_Agent": "Mozilla/5.0"}, PERSON | {"User_Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"},
    ]  # fmt: skip
    for number in range(20):
        for more in ("", "?lang=de", "/1", "/2?lang=fr"):
            assert dana.ask("GET", dana.address + more, **robots[number % len(robots)]).status == 200
        assert dana.ask("HEAD", dana.address, **PERSON).status == 200
    assert stored(town) == before


def test_opens(town: BotInWorkspace, dana: Dana) -> None:
    """Eva sees on which days the page was opened, and that a second device opened it; nothing else changes."""
    before = stored(town, ClientOpen)
    for _ in range(3):
        dana.look()
    said = words_of(open_page(town))
    assert "Opened on Mon 23 Nov" in said
    assert "devices" not in said
    town.pass_by(days=1)
    dana.look()
    Dana(town, dana.address).look()
    said = words_of(open_page(town))
    assert "opened on 2 devices" in said.replace("*", "")
    assert "Tue 24 Nov 2026 (2 devices), Mon 23 Nov 2026" in said
    assert stored(town, ClientOpen) == before


# ---- what they do ------------------------------------------------------------------------------------------


def test_agree(town: BotInWorkspace, dana: Dana) -> None:
    """*I agree* counts at once: the commitment is agreed by Dana on her page, and its history says so."""
    assert dana.send("agree", 1).status == 303
    kept = town.commitment(1)
    assert (kept.agreed_on is not None, kept.agreed_how) == (True, "page")
    assert "agreed by Dana Whitfield on Mon, 23 Nov 2026" in read(dana.look())
    assert "Dana Whitfield" in words(town.item("U0EVA"))


def expects(town: BotInWorkspace, name: str, **given: str) -> Expectation:
    """Eva writes down an expectation in the relationship plan with Dana, which Dana sees."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        values = {"stakeholder": "1", "side": "theirs", "name": name, "sharing": "shareable"} | given
        return section.add(tx, eva, expectations.SECTION, acme, values, origin_key=name, now=town.box.clock.now())


@pytest.mark.both_databases
def test_agree_to_an_expectation(town: BotInWorkspace, dana: Dana) -> None:
    """*I agree* on an expectation counts at once, in the words that stood there; Eva hears of it, and its history names
    Dana. New words are to be agreed again.
    """
    expects(town, "one invoice a quarter")
    expects(town, "a word before each change", sharing="internal")
    assert "one invoice a quarter not agreed yet I agree" in read(dana.look())
    gesture = "a" * 22
    for _ in range(2):
        assert dana.send("expect", row="1", version="1", gesture=gesture).status == 303
    assert "one invoice a quarter agreed on Mon, 23 Nov 2026" in read(dana.look())
    told = notice(town)
    assert "Dana Whitfield of Acme, on their page, agrees to what they expect of us:" in told_by(told)
    assert "one invoice a quarter" in told_by(told)
    assert "Confirm" not in words(told)
    assert len(town.outbox("proposed")) == 1
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        row = section.get(tx, eva, expectations.SECTION, 1)
        (entry,) = [one for one in history.entries(tx, eva, row) if one.verb == "agree"]
        assert (entry.by, row.agreed_how) == ("Dana Whitfield", "page")
        section.edit(tx, eva, expectations.SECTION, 1, {"name": "one invoice a month"}, version=row.version,
                     origin_key="e", now=town.box.clock.now())  # fmt: skip
    assert "one invoice a month not agreed yet" in read(dana.look())


def test_an_expectation_to_which_another_agreed(town: BotInWorkspace, dana: Dana) -> None:
    """Marcus agreed to what stands on Dana's page. On the day on which he leaves it is to be agreed again there, which
    Dana can.
    """
    agreed = {"agreed_on": "2026-11-20", "agreed_how": "call", "agreed_by": str(has_marcus(town))}
    expects(town, "one invoice a quarter", **agreed)
    with town.makegood.ledger.begin() as tx:
        tx.get_one(Stakeholder, int(agreed["agreed_by"])).left_on = town.box.clock.now().date() + timedelta(days=1)
    assert "one invoice a quarter agreed on Fri, 20 Nov 2026" in read(dana.look())
    town.pass_by(days=1)
    assert "one invoice a quarter not agreed yet I agree" in read(dana.look())
    assert dana.send("expect", row="1", version="1").status == 303
    assert "one invoice a quarter agreed on Tue, 24 Nov 2026" in read(dana.look())


@pytest.mark.parametrize(("row", "version"), [("1", "7"), ("2", "1"), ("3", "1"), ("99", "1")])
def test_agree_to_no_other_expectation(town: BotInWorkspace, dana: Dana, row: str, version: str) -> None:
    """Nobody agrees to words that they have not seen, to what is for our team, or to what another person expects."""
    expects(town, "one invoice a quarter")
    expects(town, "a word before each change", sharing="internal")
    with town.makegood.ledger.begin() as tx:
        acme = accounts.named(tx, town.person(tx, "U0EVA"), "Acme")
        stakeholders.create(tx, town.person(tx, "U0EVA"), "Marcus", account=acme, now=town.box.clock.now())
    expects(town, "his own", stakeholder="2")
    refused = dana.send("expect", row=row, version=version)
    assert (refused.status, "This has changed meanwhile" in refused.html) == (400, True)
    with town.makegood.ledger.read() as tx:
        assert tx.scalars(sa.select(Expectation.agreed_on)).all() == [None] * 3


def test_agree_to_what_stood_there(town: BotInWorkspace, dana: Dana) -> None:
    """Nobody agrees to words that they have not seen: a change since then is refused, kindly."""
    with town.makegood.ledger.begin() as tx:
        town.person(tx, "U0EVA")
        commitments.move(tx, town.person(tx, "U0EVA"), 1, (town.box.clock.now() + timedelta(days=30)).date(), "late",
                         version=1, origin_key="m", now=town.box.clock.now())  # fmt: skip
    refused = dana.send("agree", 1, version="1")
    assert (refused.status, "This has changed meanwhile" in refused.html) == (400, True)
    assert town.commitment(1).agreed_on is None


@pytest.mark.parametrize(
    ("act", "number", "fields"),
    [
        ("date", 1, {"day": "2026-12-11", "text": "our board meets"}),
        ("question", 1, {"text": "with VAT?"}),
        ("question", None, {"text": "who signs?"}),
        ("commitment", None, {"side": "you", "text": "introduce you", "day": "2026-12-18"}),
    ],
)
def test_a_proposal_changes_nothing_else(
    town: BotInWorkspace, dana: Dana, act: str, number: int | None, fields: dict[str, str]
) -> None:  # fmt: skip
    """A proposal stands on the page as proposed. In the ledger there is the proposal, and the message about it, and
    nothing else.
    """
    before = stored(town, Proposal, ClientPost, ClientOpen)
    assert dana.send(act, number, **fields).status == 303
    assert "proposed, waits for our answer" in read(dana.look())
    now = stored(town, Proposal, ClientPost, ClientOpen)
    assert {name for name in now if now[name] != before[name]} == {"outbox"}


def test_done_and_confirmed(town: BotInWorkspace, dana: Dana) -> None:
    """*It is done* is proposed, changes nothing, and is done when Eva confirms it in Slack. The page says both."""
    before = stored(town, Proposal, ClientPost, ClientOpen)
    dana.send("done", 2)
    assert "It is done: proposed, waits for our answer" in read(dana.look())
    now = stored(town, Proposal, ClientPost, ClientOpen)
    assert {name for name in now if now[name] != before[name]} == {"outbox"}
    told = notice(town)
    assert "Dana Whitfield of Acme, on their page, says that it is done:\n#2 sign the order" in told_by(told)
    town.press("U0EVA", told, ids.PROPOSAL_CONFIRM)
    assert town.commitment(2).state == "done"
    assert "Eva Lindqvist confirmed it" in words(notice(town))
    page = read(dana.look())
    assert "It is done : sign the order confirmed" in page.replace(" :", " :") or "confirmed" in page


def test_a_date_and_a_question(town: BotInWorkspace, dana: Dana) -> None:
    """Another date moves the commitment when it is confirmed; a question is answered in words on the page."""
    dana.send("date", 1, day="2026-12-11", text="our board meets on the 10th")
    told = notice(town)
    assert "proposes Fri 11 Dec 2026 instead of Fri 4 Dec 2026" in told_by(told)
    assert "our board meets" in told_by(told)
    town.press("U0EVA", told, ids.PROPOSAL_CONFIRM)
    kept = town.commitment(1)
    assert (kept.due_on.isoformat(), kept.slips) == ("2026-12-11", 1)
    town.pass_by(hours=2)
    dana.send("question", 1, text="with VAT?")
    told = notice(town)
    town.submit("U0EVA", town.form("U0EVA", told, ids.PROPOSAL_ANSWER), reason="without, as always")
    assert "without, as always" in read(dana.look())
    assert "answered" in words(notice(town))


def test_a_new_commitment(town: BotInWorkspace, dana: Dana) -> None:
    """A commitment of either side is recorded when Eva confirms it, and stands on the page then."""
    dana.send("commitment", side="you", text="introduce you to our CFO", day="2026-12-18")
    assert "A new commitment · You · Fri, 18 Dec 2026 introduce you to our CFO" in read(dana.look())
    told = notice(town)
    assert "proposes that they do this by Fri 18 Dec 2026" in told_by(told)
    town.press("U0EVA", told, ids.PROPOSAL_CONFIRM)
    kept = town.commitment(4)
    assert (kept.action, kept.side, kept.internal) == ("introduce you to our CFO", Side.THEIRS, False)
    assert 'id="n4"' in dana.look().html


@pytest.mark.both_databases
@pytest.mark.parametrize(("act", "number", "kept"), [("date", 2, 2), ("commitment", None, 4)])
def test_what_they_propose_is_agreed(town: BotInWorkspace, dana: Dana, act: str, number: int | None, kept: int) -> None:
    """A date and a commitment that Dana proposed and Eva confirmed are agreed by Dana: nobody asks her again. The
    history says so.
    """
    dana.send(act, number, text="introduce you to our CFO", side="you", day="2026-12-18")
    town.press("U0EVA", notice(town), ids.PROPOSAL_CONFIRM)
    item = town.commitment(kept)
    assert (item.side, item.due_on.isoformat(), item.agreed_how) == (Side.THEIRS, "2026-12-18", "page")
    assert standing(item, town.box.clock.now().date()) == Standing.AGREED
    assert "due Fri, 18 Dec 2026 · agreed by Dana Whitfield on Mon, 23 Nov 2026" in read(dana.look())
    assert "agreed with Dana Whitfield on their page" in told_by(town.item("U0EVA", kept))


@pytest.mark.parametrize("change", ["words", "leaves"])
def test_what_they_did_not_propose_is_not_agreed(town: BotInWorkspace, dana: Dana, change: str) -> None:
    """A date that was proposed for other words, or by somebody who has left since, is still to be agreed."""
    dana.send("date", 2, text="our board meets", day="2026-12-18")
    town.pass_by(hours=1)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        if change == "leaves":
            tx.scalars(sa.select(Stakeholder)).one().left_on = now.date()
        else:
            one = commitments.get(tx, eva, 2)
            wanted = commitments.Draft("sign two orders", one.owner, one.due_on, one.account, side=one.side,
                                       internal=False)  # fmt: skip
            commitments.edit(tx, eva, 2, wanted, version=1, origin_key="e", now=now)
    town.press("U0EVA", notice(town), ids.PROPOSAL_CONFIRM)
    item = town.commitment(2)
    assert (item.due_on.isoformat(), item.agreed_on) == ("2026-12-18", None)


def test_in_the_brief(town: BotInWorkspace, dana: Dana) -> None:
    """A proposal outside of Eva's hours comes in her next brief, above her own promises, with its buttons."""
    town.move(2026, 11, 23, 21, 0)
    dana.send("question", text="who signs?")
    town.settled()
    assert town.box.messages(town.box.world.im("U0EVA").id) == []
    town.jump(2026, 11, 24, 8, 45)
    brief = notice(town)
    assert "From the client" in words(brief)
    town.submit("U0EVA", town.form("U0EVA", brief, ids.PROPOSAL_ANSWER), reason="Ana does")
    assert "Ana does" in read(dana.look())


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("question", {"text": "  "}, "Please write a few words."),
        ("question", {"text": "x" * 10_000}, "That is too long."),
        ("date", {"day": "2026-11-20", "text": "why not"}, "That day has passed."),
        ("date", {"day": "soon", "text": "why not"}, "Please choose a date."),
        ("date", {"day": "2031-01-01", "text": "why not"}, "more than two years"),
    ],
)
def test_refused_forms(town: BotInWorkspace, dana: Dana, act: str, fields: dict[str, str], said: str) -> None:
    """A form that cannot be stored comes back with the reason and what was typed; nothing is proposed."""
    refused = dana.send(act, 1, **fields)
    assert (refused.status, said in refused.html) == (400, True)
    assert fields["text"].strip()[:50] in refused.html
    assert town.outbox("proposed") == []


def test_not_by_another_site(town: BotInWorkspace, dana: Dana) -> None:
    """A form that another site sends changes nothing, nor does one without an origin."""
    before = stored(town, ClientOpen)
    for origin in ("https://evil.example", "null", ""):
        refused = dana.post(f"{dana.address}/1", "act=agree&version=1&gesture=abcdefghijklmnop", origin)
        assert refused.status == 403
    assert stored(town, ClientOpen) == before


@pytest.mark.both_databases
@pytest.mark.parametrize("ends", [ids.CLIENT_LINK, ids.CLIENT_END], ids=["renewed", "revoked"])
def test_a_form_of_a_link_that_has_ended(town: BotInWorkspace, dana: Dana, ends: str) -> None:
    """A form that was open while its link was renewed or revoked, and one that was sent before and is sent again, are
    answered as the page is, and change nothing.
    """
    assert dana.send("question", text="who signs?", gesture="abcdefghijklmnop").status == 303
    open_page(town)
    press(town, ends)
    town.settled()
    before = stored(town)
    for path, form in (("", "act=question&text=who+signs?&gesture=abcdefghijklmnop"), ("/1", "act=agree&version=1"),
                       ("/1", "act=done"), ("/1", "act=date&day=2026-12-11&text=x"),
                       ("", "act=commitment&side=you&text=x&day=2026-12-11"), ("", "act=expect&row=1")):  # fmt: skip
        answered = dana.post(dana.address + path, form)
        assert (answered.status, "Ask for a new one" in answered.html) == (410, True)
    assert stored(town) == before


def test_no_other_method(town: BotInWorkspace, dana: Dana) -> None:
    """A page answers GET, HEAD and POST; what else a program may try changes nothing."""
    before = stored(town)
    for method in ("OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND"):
        for path in ("", "/1", "/new"):
            assert dana.ask(method, dana.address + path, **PERSON).status == 405
    assert stored(town) == before


@pytest.mark.both_databases
def test_replayed(town: BotInWorkspace, dana: Dana) -> None:
    """The same form sent again, and at the same moment, proposes once; what is not shared cannot be named."""
    for _ in range(3):
        assert dana.send("question", text="who signs?", gesture="abcdefghijklmnop").status == 303
    for _ in range(2):
        assert dana.send("done", 2).status == 303
    assert len(town.outbox("proposed")) == 2
    assert dana.send("done", 3).status == 400
    assert dana.send("question", 3, text="and this?", gesture="ponmlkjihgfedcba").status == 400


@pytest.mark.both_databases
def test_two_at_once(town: BotInWorkspace, dana: Dana) -> None:
    """Two forms at the same moment: a date is proposed once, the later one stands."""
    from concurrent.futures import ThreadPoolExecutor

    twins = [Dana(town, dana.address) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda one: one[1].send("date", 1, day=f"2026-12-1{one[0]}", text="better"),
                                enumerate(twins)))  # fmt: skip
    assert [one.status for one in done] == [303, 303]
    with town.makegood.ledger.read() as tx:
        (kept,) = tx.scalars(sa.select(Proposal))
    assert (kept.version, kept.state) == (2, ProposalState.OPEN)


@pytest.mark.both_databases
def test_limits(town: BotInWorkspace, dana: Dana) -> None:
    """After thirty forms within an hour a link waits; the limit is in the database."""
    with town.makegood.ledger.begin() as tx:
        link = tx.scalars(sa.select(ClientLink)).one()
        for _ in range(links.MOST_OF_LINK):
            links.count_post(tx, link, "192.0.2.1", town.box.clock.now())
    refused = dana.send("question", text="one more")
    assert (refused.status, "Please wait a little" in refused.html) == (429, True)
    town.pass_by(minutes=61)
    assert dana.send("question", text="one more").status == 303


@pytest.mark.both_databases
def test_a_refused_form_counts(town: BotInWorkspace, dana: Dana) -> None:
    """Forms that are refused count for the limit like any other."""
    before = town.rows()["client_post"]
    assert dana.send("question", text=" ").status == 400
    assert town.rows()["client_post"] == before + 1


@pytest.mark.both_databases
def test_a_limit_for_an_address(town: BotInWorkspace, dana: Dana) -> None:
    """After sixty forms within an hour a network address waits, whichever link it has."""
    marcus = has_marcus(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        for name in ("Anna", "Bea"):
            one = stakeholders.create(tx, eva, name, account=accounts.named(tx, eva, "Acme"), now=now)
            links.make(tx, eva, section.get(tx, eva, SECTION, one.id), now)
        token = links.make(tx, eva, section.get(tx, eva, SECTION, marcus), now)
        for link in tx.scalars(sa.select(ClientLink).order_by(ClientLink.id).limit(3)).all():
            for _ in range(links.MOST_OF_ADDRESS // 3):
                links.count_post(tx, link, "127.0.0.1", now)
    his = Dana(town, f"{PUBLIC_URL}/client/{token}")
    assert his.send("question", text="one more").status == 429
    town.pass_by(minutes=61)
    assert his.send("question", text="one more").status == 303


# ---- nothing of ours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_nothing_internal(town: BotInWorkspace, seed: int) -> None:
    """However a plan is filled: nothing that is for our team, no note, reason or colleague is on the page or in an
    error; everything that was shared is.
    """
    chance, now = random.Random(seed), town.box.clock.now()
    has_dana(town)
    shown: list[str] = []
    hidden = list(SECRETS)
    with town.makegood.ledger.begin() as tx:
        eva, ben = town.person(tx, "U0EVA"), town.person(tx, "U0BEN")
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        other = stakeholders.create(tx, eva, "Marcus Hidden", account=acme, now=now)
        hidden += ["Marcus Hidden", "Ben Ortega", "Globex"]
        globex = accounts.create(tx, eva, "Globex", now=now)
        for number in range(24):
            name, is_shared = f"item{seed}x{number}y", chance.random() < 0.5
            (shown if is_shared else hidden).append(name)
            draft = commitments.Draft(
                name, chance.choice([eva, ben]), (now + timedelta(days=number)).date(), acme,
                side=chance.choice(list(Side)), internal=not is_shared, note=SECRETS[0],
            )  # fmt: skip
            made = commitments.record(tx, eva, draft, origin_key=name, now=now)
            match chance.randrange(4):
                case 0:
                    commitments.finish(tx, eva, made.number, origin_key=f"f{name}", now=now)
                case 1:
                    commitments.block(tx, eva, made.number, SECRETS[1], None, version=1, origin_key=f"b{name}", now=now)
                case 2:
                    commitments.comment(tx, eva, made.number, SECRETS[2], origin_key=f"c{name}", now=now)
        for number in range(8):
            name, is_shared = f"expected{seed}x{number}y", chance.random() < 0.5
            to = chance.choice(["1", str(other.id)])
            (shown if is_shared and to == "1" else hidden).append(name)
            given = {"stakeholder": to, "side": chance.choice(list(Side)), "name": name, "note": SECRETS[3],
                     "sharing": Sharing.SHAREABLE if is_shared else Sharing.INTERNAL}  # fmt: skip
            section.add(tx, eva, expectations.SECTION, acme, given, origin_key=name, now=now)
        given = {"stakeholders": "1", "day": "2026-12-01", "state": "planned", "name": "hidden meeting"}
        section.add(tx, eva, meetings.SECTION, acme, given, origin_key="m", now=now)
        hidden.append("hidden meeting")
        draft = commitments.Draft("of another client", eva, now.date(), globex, internal=False)
        commitments.record(tx, eva, draft, origin_key="globex", now=now)
        hidden.append("of another client")
        reviews.book(tx, eva, acme, None, occasion="a hidden occasion", origin_key="r", now=now)
        hidden.append("a hidden occasion")
    dana = Dana(town, made_page(town))
    pages = [dana.look(), dana.look("/1"), dana.look("/2"), dana.look("/99"), dana.send("done", 3)]
    with town.makegood.ledger.read() as tx:
        item = tx.scalars(
            sa.select(Commitment).where(Commitment.internal.is_(False), Commitment.ended_at.is_(None))
        ).first()
    assert item is not None
    pages += [dana.send("date", item.number, day="no", text="x")]
    assert [name for name in shown if name not in pages[0].html] == []
    for page in pages:
        assert [name for name in hidden if name in page.html] == []


@pytest.mark.both_databases
def test_wild_names(town: BotInWorkspace, dana: Dana) -> None:
    """Markup and text from right to left stand there as they are, with their own direction."""
    promised(town, "<b onclick=x>&amp;</b> \u0634\u0643\u0631\u0627", due="2026-12-05")
    page = dana.look()
    assert "<b onclick" not in page.html
    assert "&lt;b onclick=x&gt;" in page.html
    assert 'class="what" dir="auto"' in page.html


def test_preview(town: BotInWorkspace, dana: Dana) -> None:
    """*Preview* shows Eva exactly the words that Dana reads, without the forms."""
    open_page(town)
    view = press(town, ids.CLIENT_PREVIEW)
    (address,) = [e["url"] for block in view.blocks for e in block.get("elements", ()) if "url" in e]
    browser = visitor(town)
    opened = browser.press(address)
    assert opened.place is not None
    page = browser.get(opened.place)
    assert (page.status, "<form method" in page.html.replace("sign", "")) == (200, False)
    assert "Preview: this is what Dana Whitfield sees" in read(page)
    assert "squeeze" not in page.html
    assert lines_of(page) == lines_of(dana.look())
    assert "send the offer" in lines_of(page)


def lines_of(page: Page) -> list[str]:
    """The texts of a page without the words about it, its buttons and its forms."""
    main = page.html.partition("<section")[2].partition('<section class="part forms"')[0]
    shown = re.sub(r"<form.*?</form>|<h2.*?</h2>", "", main, flags=re.DOTALL)
    return [" ".join(html.unescape(re.sub("<[^>]*>", " ", one)).split()) for one in re.findall("<p.*?</p>", shown)]


@pytest.mark.both_databases
def test_forgotten(town: BotInWorkspace, dana: Dana) -> None:
    """Three weeks without a visit or a change are a signal, whose button opens the page of Dana in Slack."""

    def plan() -> Message:
        shown: Message = town.box.command("U0EVA", "C0GENERAL", "/plan", "Acme").messages[-1]
        return shown

    dana.look()
    town.pass_by(days=21)
    assert "Nobody has opened" not in told_by(plan())
    town.pass_by(days=1)
    assert "Nobody has opened or changed the page of Dana Whitfield since 23 Nov 2026" in told_by(plan())
    view = town.press("U0EVA", plan(), ids.CLIENT_PAGE).view
    assert "The link works until" in words_of(view)
    dana.look()
    assert "Nobody has opened" not in told_by(plan())
