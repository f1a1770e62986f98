"""Names of ten kilobytes, from right to left and with markup, on every surface that the client can reach."""

from __future__ import annotations

import email
import json
import re
from email.policy import SMTP
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from markupsafe import escape

from handlers import ids
from handlers.letters import files
from handlers.letters.words import draft
from sandbox import User
from store import accounts, commitments, letters, reviews, stakeholders
from store.agreements import Agreement
from store.clients import links
from store.plan import expectations, meetings, section
from store.plan.people import SECTION
from store.tables import Account, Language, Person, Sharing, Side, Stakeholder, Way
from tests.journeys.clients import Dana, has_dana
from tests.journeys.conftest import PUBLIC_URL
from tests.journeys.plan_sections import form, open_list
from tests.journeys.web_pages import signed_in

if TYPE_CHECKING:
    from tests.journeys.conftest import BotInWorkspace

SHALOM = "\u05e9\u05dc\u05d5\u05dd"
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")
NAMES = {
    "ten kilobytes": "x" * 10_000,
    "right to left": f"{SHALOM} 12",
    "ten kilobytes from right to left": SHALOM * 1_250,
    "markup": "<b onclick=x>&amp;</b> {{ 7 * 7 }} *x* <!channel>",
}
names = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
# Elements without an end.
_VOID = {"meta", "link", "input", "br"}


class Directions(HTMLParser):
    """Collects the texts from right to left that would change the order of the words beside them: those in no element
    with a direction of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[bool] = []
        self.loose: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.inside.append(tag == "bdi" or ("dir", "auto") in attrs)

    def handle_endtag(self, _tag: str) -> None:
        self.inside.pop()

    def handle_data(self, data: str) -> None:
        if RIGHT_TO_LEFT.search(data) and not any(self.inside):
            self.loose.append(data[:80])


def check_page(html: str) -> None:
    """A page is whole, no markup of a name is markup of the page, and each name has a direction of its own."""
    assert not {"<b onclick", "<!channel>"} & set(re.findall("<b onclick|<!channel>", html))
    assert "{{" not in html or "{{ 7 * 7 }}" in html
    parser = Directions()
    parser.feed(html)
    parser.close()
    assert (parser.inside, parser.loose) == ([], [])


def has_names(town: BotInWorkspace, name: str) -> list[int]:
    """Acme with a life in which each person, colleague and account has that name, and each text begins with it; the ids
    of two people. The names are longer than the ledger takes them; those of colleagues come from Slack.
    """
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        dana = section.get(tx, eva, SECTION, 1)
        marcus = stakeholders.create(tx, eva, "Marcus", account=acme, now=now)
        for place, side in enumerate((*Side, *Side)):
            stands = Agreement(dana, now.date(), Way.CALL) if place < 2 else None
            wanted = commitments.Draft(name[:500], eva, now.date(), acme, dana, side, internal=False, agreed=stands)
            commitments.record(tx, eva, wanted, origin_key=f"made:{place}", now=now)
        commitments.finish(tx, eva, 4, origin_key="done", now=now)
        given = {"stakeholder": "1", "name": name[:100], "sharing": "shareable"}
        agreed = {"agreed_on": "2026-11-20", "agreed_how": "call", "agreed_by": str(marcus.id)}
        for mine in (given | {"side": Side.OURS} | agreed, given | {"side": Side.THEIRS}):
            section.add(tx, eva, expectations.SECTION, acme, mine, origin_key=f"expects:{mine['side']}", now=now)
        given = {"stakeholders": "1", "day": "2026-12-01", "state": "planned"} | given
        del given["stakeholder"]
        section.add(tx, eva, meetings.SECTION, acme, given, origin_key="meets", now=now)
        booked = reviews.book(tx, eva, acme, None, occasion=name[:100], origin_key="review", now=now)
        booked.sharing = Sharing.SHAREABLE
        tx.flush()
        for table in (Person, Account, Stakeholder):
            tx.execute(sa.update(table).values(name=name))
        return [1, marcus.id]


@names
def test_pages(town: BotInWorkspace, name: str) -> None:
    """Each page stands in each language with the names as they are, each in a direction of its own."""
    has_dana(town)
    browser, both = signed_in(town), has_names(town, name)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        people = section.by_ids(tx, eva, SECTION, both)
        token = links.make(tx, eva, people[both[0]], now, also=[people[both[1]]])
    several = Dana(town, f"{PUBLIC_URL}/client/{token}")
    refused = several.post(f"{several.address}/1?who=1", urlencode({"act": "question", "text": name + "x" * 10_000}))
    assert refused.status == 400
    check_page(refused.html)
    for given in ({"act": "question"}, {"act": "commitment", "day": "2026-12-24"}):
        assert several.post(f"{several.address}?who=1", urlencode(given | {"text": name[:500]})).status == 303
    for language in Language:
        for path, who in (("", ""), ("", "&who=1"), ("", f"&who={both[1]}"), ("/1", "&who=1")):
            page = several.look(f"{path}?lang={language}{who}")
            assert (page.status, str(escape(name))[:500] in page.html) == (200, True)
            check_page(page.html)
    preview = browser.get("/plan/1/client/1?lang=de")
    assert (preview.status, str(escape(name)) in preview.html) == (200, True)
    check_page(preview.html.partition("<main>")[2].partition("</main>")[0])


@names
def test_letters(town: BotInWorkspace, name: str) -> None:
    """A letter stands in each language and form, with each name in at most a hundred characters."""
    has_dana(town)
    browser = signed_in(town)
    has_names(town, name)
    for language in Language:
        with town.makegood.ledger.begin() as tx:
            eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
            about = letters.occasion(tx, eva, "stakeholder", 1)
            (reader,) = about.readers
            said = draft(tx, about, letters.agreed(tx, eva, about), reader, eva, language, now)
            kept = letters.write(tx, eva, about, reader, language, subject=f"{name[:100]} {said.subject}"[:200],
                                 body=said.body, origin_key=f"letter:{language}", now=now)  # fmt: skip
            mail = email.message_from_bytes(files.eml(kept), policy=SMTP)
            # A mail program takes no notice of spaces before a subject, where a long one is folded.
            assert mail["Subject"].strip() == kept.subject.strip()
            assert mail.get_content().replace("\r\n", "\n").strip() == kept.body.strip()
            assert max(map(len, files.eml(kept).split(b"\r\n"))) <= 78
            assert name[:90] in kept.body
            # Each name from right to left is set apart in its line, and nothing else is.
            assert RIGHT_TO_LEFT.search(name) or not set(kept.body) & {"\u2068", "\u2069"}
            assert not set(re.sub("\u2068[^\u2068\u2069\n]*\u2069", "", kept.body)) & {*SHALOM, "\u2068", "\u2069"}
            # An action in three hundred characters, a name in a hundred, and the words beside them.
            assert max(map(len, kept.body.splitlines())) < 500
            link = files.mailto(kept)
            assert link is None or parse_qs(urlsplit(link).query)["subject"] == [kept.subject]
        page = browser.get(f"/plan/letters/{kept.id}")
        assert page.status == 200
        check_page(page.html.partition("</header>")[2].replace("</body>", "").replace("</html>", ""))


@names
def test_posts(town: BotInWorkspace, name: str) -> None:
    """A post in a channel that the client reads, and its update, is one that Slack takes; no name is a mention there,
    and one from right to left is set apart.
    """
    town.box.add_user(User("U0DANA", "dana", "Dana Client", team_id="T0ACME"))
    town.box.join("U0DANA", "C0SHARED")
    town.box.invite_app("C0SHARED")
    has_dana(town)
    # As long as a name can be: the ledger and Slack take no longer one.
    has_names(town, name[:100])
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        commitments.share(tx, eva, 1, "C0SHARED", others=True, origin_key="share", now=now)
    for step in ("post", "update"):
        town.settled()
        (post,) = [one for one in town.box.messages("C0SHARED") if one.user == town.box.seed.bot_user_id]
        said = json.dumps([post.text, post.blocks], ensure_ascii=False)
        assert "<!channel>" not in said
        assert not RIGHT_TO_LEFT.search(re.sub("\u2068[^\u2069]*[\u2069…]", "", said)), step
        with town.makegood.ledger.begin() as tx:
            eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
            commitments.finish(tx, eva, 1, origin_key="finish", now=now)


def test_a_name_of_ten_kilobytes_is_refused(town: BotInWorkspace) -> None:
    """No form takes such a name of one of theirs, and says so at its field; a command says that nobody is called so."""
    has_dana(town)
    open_list(town, kind="stakeholder")
    add = form(town, "U0EVA", ids.SECTION_ADD, kind="stakeholder")
    assert "has 3,000 characters; 100 fit" in str(town.submit("U0EVA", add, name="x" * 3_000).errors)
    answer = town.box.command("U0EVA", "C0GENERAL", "/plan", "Acme page for " + "x" * 10_000)
    assert answer.problem is None
    with town.makegood.ledger.read() as tx:
        assert tx.scalars(sa.select(Stakeholder.name)).all() == ["Dana Whitfield"]


@pytest.mark.parametrize(
    "path",
    ["/" + "9" * 10_000, "/" + "9" * 10, "/1?who=" + "9" * 10_000, "?lang=" + "x" * 10_000, "?who=" + quote(SHALOM),
     "x" * 10_000, "/1/" + "x" * 10_000],
    ids=["number", "large number", "who", "language", "name", "token", "deeper"],
)  # fmt: skip
def test_addresses_of_ten_kilobytes(town: BotInWorkspace, path: str) -> None:
    """Any text in the address is answered by a page or a kind refusal, and never by a failure of ours."""
    has_dana(town)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        token = links.make(tx, eva, section.get(tx, eva, SECTION, 1), town.box.clock.now())
    dana = Dana(town, f"{PUBLIC_URL}/client/{token}")
    for method in ("GET", "POST"):
        answered = dana.ask(
            method, dana.address + path, "act=question" if method == "POST" else None, Origin=PUBLIC_URL,
            Content_Type="application/x-www-form-urlencoded", Cookie="makegood_device=" + "x" * 4_000,
        )  # fmt: skip
        assert answered.status in {200, 400, 404, 405, 414, 431}, answered
