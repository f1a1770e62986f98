"""No surface that the client can reach shows a text of ours that nobody shared: pages, letters and channels."""

from __future__ import annotations

import email
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.policy import SMTP
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from handlers import ids
from handlers.letters import files
from handlers.letters.words import draft
from handlers.plan.pages import SECTIONS
from handlers.web.pages import render
from sandbox import User
from store import accounts, commitments, letters
from store.agreements import Agreement
from store.clients import links, page
from store.plan import section
from store.plan.people import INFLUENCE, ROLES, SUPPORT
from store.plan.people import SECTION as PEOPLE
from store.plan.values import Kind
from store.tables import Account, Commitment, Language, Meeting, Sharing, Side, Stakeholder, State, Way
from tests.journeys.clients import Dana
from tests.journeys.conftest import PUBLIC_URL
from tests.journeys.digests import kept_last_quarter
from tests.journeys.plan_sections import has_account
from tests.journeys.reviews import Session, review
from tests.journeys.web_pages import visitor
from tests.store.plan_sections import add_others, good

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journeys.conftest import BotInWorkspace

CLIENT = User("U0DANA", "dana", "Dana Client", team_id="T0ACME")
# Texts of ours that the client must not read, figures of ours, and texts that are shared: commitments, and what both
# sides expect.
INNER, FIGURE, OUTER, HOPE = "zqx{:04d}", "73{:05d}", "shared point {:04d}", "shared hope {:04d}"
INNER_TEXT, OUTER_TEXT = re.compile(r"zqx\d{4}"), re.compile(r"shared point \d{4}")
HOPE_TEXT = re.compile(r"shared hope \d{4}")
FIGURE_TEXT = re.compile(r"(?<!\w)7[,.\s]?3\d{2}[,.\s]?\d{3}(?!\w)")
# The words of stances, influence and roles of the client's people.
STANCES = {words.lower() for _, words in (*SUPPORT, *INFLUENCE[1::2], *ROLES)} - {"for", "user", "neutral"}
ZONE = "Europe/"


@dataclass
class Plan:
    """A plan that a generator of random numbers fills."""

    town: BotInWorkspace
    chance: random.Random
    count: int = 0
    meetings: list[int] = field(default_factory=list)
    shareable: set[int] = field(default_factory=set)
    # The expectations and meetings that each of the client's people reads, by their id.
    hopes: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def inner(self) -> str:
        self.count += 1
        return INNER.format(self.count)

    def figure(self) -> str:
        self.count += 1
        return FIGURE.format(self.count)

    def outer(self) -> str:
        self.count += 1
        return OUTER.format(self.count)

    def fill(self) -> None:
        """Each section of the plan with a row or two, whose texts and figures are all ours alone."""
        with self.town.makegood.ledger.begin() as tx:
            eva, now = self.town.person(tx, "U0EVA"), self.town.box.clock.now()
            acme = accounts.named(tx, eva, "Acme")
            assert acme is not None
            add_others(tx, eva, acme)
            for row in range(self.chance.choice((1, 2))):
                for kind, words in SECTIONS.items():
                    given = good(words.section) | self._texts(words.section) | {"year": str(2020 + row)}
                    given |= {"state": "open"} if kind == "cell" else {}
                    given |= {"offering": "1"} if row and "offering" in given else {}
                    given |= {"name": f"Dana Person {row}"} if kind == "stakeholder" else {}
                    given |= {"opportunity": str(row + 1)} if kind == "buyer" else {}
                    section.add(tx, eva, words.section, acme, given, origin_key=f"{kind}:{row}", now=now)
            self.meetings = list(tx.scalars(sa.select(Meeting.id)))
            for note in ("strategy", "target_markets", "full_means", "note"):
                if hasattr(acme, note):
                    setattr(acme, note, self.inner())

    def _texts(self, of: section.Section[Any]) -> dict[str, str]:
        found = {}
        for each in of.fields:
            if each.kind in {Kind.LINE, Kind.TEXT} or (each.name == "unit" and not each.choices):
                found[each.name] = self.inner()
            elif each.kind in {Kind.MONEY, Kind.NUMBER}:
                found[each.name] = self.figure()
        return found

    def promise(self) -> None:
        """Commitments of both sides, some of them shared, most with a note, a comment, a block or a reason."""
        for place in range(self.chance.randint(8, 14)):
            with self.town.makegood.ledger.begin() as tx:
                eva, now = self.town.person(tx, "U0EVA"), self.town.box.clock.now()
                acme = accounts.named(tx, eva, "Acme")
                met = section.get(tx, eva, SECTIONS["meeting"].section, self.chance.choice(self.meetings))
                dana = tx.scalars(sa.select(Stakeholder).where(Stakeholder.id == met.stakeholder_ids[0])).one()
                is_shared = self.chance.random() < 0.5
                side = self.chance.choice(list(Side))
                stands = Agreement(dana, now.date(), Way.MEETING) if self.chance.random() < 0.5 else None
                owner = self.town.person(tx, self.chance.choice(("U0EVA", "U0ANA")))
                made = commitments.record(
                    tx, eva,
                    commitments.Draft(
                        self.outer() if is_shared else self.inner(), owner,
                        date(2026, 11, 25) + timedelta(days=self.chance.randint(0, 30)), account=acme, stakeholder=dana,
                        side=side, internal=not is_shared, note=self.inner(), agreed=stands,
                        serves=met if self.chance.random() < 0.7 else None,
                    ),
                    origin_key=f"promise:{place}", now=now,
                )  # fmt: skip
                if is_shared:
                    self.shareable.add(made.number)

    def hope(self) -> None:
        """Expectations of the client's people, and meetings to come, some of them shared."""
        with self.town.makegood.ledger.begin() as tx:
            eva, now = self.town.person(tx, "U0EVA"), self.town.box.clock.now()
            acme = accounts.named(tx, eva, "Acme")
            assert acme is not None
            for person in tx.scalars(sa.select(Stakeholder.id).order_by(Stakeholder.id)).all():
                for kind in ("expectation", "expectation", "expectation", "meeting"):
                    self.count += 1
                    name, is_shared = HOPE.format(self.count), self.chance.random() < 0.6
                    if is_shared:
                        self.hopes[person].add(name)
                    agreed = self.chance.random() < 0.5
                    given = {
                        "stakeholder": str(person), "stakeholders": str(person), "side": self.chance.choice(list(Side)),
                        "name": name if is_shared else self.inner(), "note": self.inner(), "day": "2027-06-01",
                        "state": "planned",
                        "agreed_on": "2026-11-20" if agreed else "", "agreed_how": "call" if agreed else "",
                        "sharing": Sharing.SHAREABLE if is_shared else Sharing.INTERNAL,
                    }  # fmt: skip
                    of = SECTIONS[kind].section
                    mine = {each.name: given[each.name] for each in of.fields if each.name in given}
                    section.add(tx, eva, of, acme, mine, origin_key=name, now=now)

    def change(self, number: int, deed: str = "") -> None:
        """One change of a commitment, at random if none is named, whose words are ours alone."""
        with self.town.makegood.ledger.begin() as tx:
            eva, now = self.town.person(tx, "U0EVA"), self.town.box.clock.now()
            one = commitments.get(tx, eva, number)
            gesture: dict[str, Any] = {"origin_key": f"change:{self.count}", "now": now}
            versioned = {"version": one.version, **gesture}
            deed = deed or self.chance.choice(("block", "comment", "move", "hand_over", "cancel", "finish", "hide"))
            if not one.is_open and deed != "comment":
                return
            if deed == "block":
                commitments.block(tx, eva, number, self.inner(), self.town.person(tx, "U0BEN"), **versioned)
            elif deed == "comment":
                commitments.comment(tx, eva, number, self.inner(), **gesture)
            elif deed == "move":
                later = one.due_on + timedelta(days=self.chance.randint(1, 9))
                commitments.move(tx, eva, number, later, self.inner(), **versioned)
            elif deed == "hand_over":
                other = "U0ANA" if one.owner.slack_id == "U0EVA" else "U0EVA"
                commitments.hand_over(tx, eva, number, self.town.person(tx, other), self.inner(), **versioned)
            elif deed == "cancel":
                commitments.cancel(tx, eva, number, self.inner(), **versioned)
            elif deed == "finish":
                commitments.finish(tx, eva, number, **versioned)
            else:
                commitments.to_team(tx, eva, number, **gesture)
                self.shareable.discard(number)


def leaks(text: str) -> list[str]:
    """The parts of a text that only our team may read."""
    plain = text.casefold()
    return [*INNER_TEXT.findall(plain), *FIGURE_TEXT.findall(plain), *(one for one in STANCES if one in plain),
            *([ZONE] if ZONE.casefold() in plain else [])]  # fmt: skip


def channel_posts(town: BotInWorkspace) -> list[str]:
    """All that the client's people read in the shared channel, with the data that Slack gives their apps."""
    town.settled()
    bot = town.box.seed.bot_user_id
    found = [one for one in town.box.messages("C0SHARED", viewer=CLIENT.id) if one.user == bot]
    return [json.dumps([one.text, one.blocks, one.metadata, one.attachments]) for one in found]


def every_page(town: BotInWorkspace, plan: Plan) -> Iterator[tuple[int, str]]:
    """All that people with a link for several can see in a browser, each with the id of its reader, 0 before they say
    who they are, and -1 where a page shows less than all: one commitment with its forms, refused forms, problems.
    """
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        of = [one for one in section.by_ids(tx, eva, PEOPLE, list(plan.hopes)).values() if one.archived_at is None]
        readers = plan.chance.sample(of, min(3, len(of)))
        token = links.make(tx, eva, readers[0], now, also=readers[1:])
    several = Dana(town, f"{PUBLIC_URL}/client/{token}")
    who = f"?who={readers[0].id}"
    for language in Language:
        chooses = several.look(f"?lang={language}").html
        assert {one.name for one in of if one.name in chooses} == {one.name for one in readers}
        yield 0, chooses
        for one in readers:
            yield one.id, several.look(f"?lang={language}&who={one.id}").html
    assert several.post(several.address + who, "act=question&text=and+now%3F").status == 303
    yield readers[0].id, several.look(who).html
    for number in range(1, town.rows()["commitment"] + 1):
        yield -1, several.look(f"/{number}{who}").html
    hidden = plan.chance.choice(sorted(set(range(1, town.rows()["commitment"] + 1)) - plan.shareable))
    for path, form in ((f"/{hidden}", "act=agree&version=1"), (f"/{hidden}", "act=date&text=x"), ("", "act=question")):
        refused = several.post(several.address + path + who, form)
        assert refused.status == 400
        yield -1, refused.html
    with town.makegood.ledger.begin() as tx:
        person = section.get(tx, town.person(tx, "U0EVA"), PEOPLE, readers[0].id)
        links.end(tx, town.person(tx, "U0EVA"), person, town.box.clock.now())
    for ended in (several.look(), several.look(who), several.look("/1"), visitor(town).get("/client/" + "x" * 43)):
        assert ended.status in {404, 410}
        yield -1, ended.html
    yield -1, several.post(f"{several.address}/new{who}", "").html


def check_pages(town: BotInWorkspace, plan: Plan) -> None:
    """Every page is safe, and each person's has all that they may read, and nothing that is another's."""
    with town.makegood.ledger.read() as tx:
        lately = Commitment.ended_at > town.box.clock.now() - page.LATELY
        stands = Commitment.ended_at.is_(None) | (lately & (Commitment.state == State.DONE))
        points = set(tx.scalars(sa.select(Commitment.action).where(stands, Commitment.internal.is_(False))))
    for reader, html in every_page(town, plan):
        assert leaks(html) == []
        told, hopes = set(OUTER_TEXT.findall(html)), set(HOPE_TEXT.findall(html))
        assert told <= points if reader < 0 else told == (points if reader else set())
        assert hopes <= set().union(*plan.hopes.values()) if reader < 0 else hopes == plan.hopes.get(reader, set())


def every_letter(town: BotInWorkspace) -> Iterator[tuple[str, int, list[str]]]:
    """Each letter: its name, how many shared points it may have, and its forms outside of Slack."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        subjects = [("meeting", one) for one in tx.scalars(sa.select(Meeting.id))]
        subjects += [("stakeholder", one) for one in tx.scalars(sa.select(Stakeholder.id))]
        subjects += [("review", one) for one in tx.scalars(sa.text("SELECT id FROM review WHERE state = 'held'"))]
        for kind, row_id in subjects:
            about = letters.occasion(tx, eva, kind, row_id)
            found = letters.agreed(tx, eva, about)
            for reader in about.readers:
                for language in Language:
                    words = draft(tx, about, found, reader, eva, language, now)
                    kept = letters.write(
                        tx, eva, about, reader, language, subject=words.subject, body=words.body,
                        origin_key=f"letter:{kind}:{row_id}:{reader.id}:{language}:{now.isoformat()}", now=now,
                    )  # fmt: skip
                    mail = email.message_from_bytes(files.eml(kept), policy=SMTP)
                    printed = render("letter.html", viewer=eva, letter=kept, day="", link=files.mailto(kept))
                    article = printed.partition("<article")[2]
                    forms = [
                        words.subject,
                        words.body,
                        str(mail),
                        mail.get_content(),
                        unquote(files.mailto(kept) or ""),
                        article,
                    ]
                    yield f"{kind} {row_id} {language}", len(found.shareable), forms


def check_letters(town: BotInWorkspace) -> int:
    """Every letter is safe, and has each shared point of its subject. Gives how many points all of them have."""
    told = 0
    for name, points, forms in every_letter(town):
        for one in forms:
            assert leaks(one) == [], name
        assert len(set(OUTER_TEXT.findall(forms[1]))) == points, name
        told += points
    return told


def hold_a_review(town: BotInWorkspace) -> None:
    """Acme's review, with every item kept, and answers and corrections that are ours alone."""
    review(town, "Acme on 12 Jan 10:00")
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_START)
    session.press(ids.REVIEW_ITEMS)
    session.press(ids.REVIEW_SEVERAL)
    session.submit()
    session.press(ids.REVIEW_OPEN)
    session.press(ids.REVIEW_ANSWER)
    session.submit(gained="zqx9998", dark_side="zqx9999")
    session.press(ids.REVIEW_SCORE)
    session.submit(connected="3", written="3", better_lives="3", expectation="3")
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12", time="10:00").errors == {}


def in_shared_channel(town: BotInWorkspace) -> None:
    """A person of the client's company reads in the channel of Acme."""
    town.box.add_user(CLIENT)
    town.box.join(CLIENT.id, "C0SHARED")
    town.box.invite_app("C0SHARED")
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(channel="C0SHARED", category="A"))


def shared_plan(town: BotInWorkspace, seed: int) -> Plan:
    """A random plan, each shared commitment of which stands in the shared channel."""
    plan = Plan(town, random.Random(seed))
    has_account(town)
    plan.fill()
    in_shared_channel(town)
    plan.promise()
    plan.hope()
    assert check_letters(town)
    check_pages(town, plan)
    for number in sorted(plan.shareable):
        with town.makegood.ledger.begin() as tx:
            eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
            commitments.share(tx, eva, number, "C0SHARED", others=True, origin_key=f"share:{number}", now=now)
    posts = channel_posts(town)
    assert len(posts) == len(plan.shareable) > 0
    assert [leaks(one) for one in posts if leaks(one)] == []
    return plan


def changed(town: BotInWorkspace, plan: Plan, times: int) -> None:
    """A block and a comment of shared commitments, and so many random changes of any; afterwards nothing of ours stands
    in the channel.
    """
    for deed in ("block", "comment"):
        plan.change(plan.chance.choice(sorted(plan.shareable)), deed)
    for _ in range(times):
        plan.change(plan.chance.randint(1, town.rows()["commitment"]))
    posts = channel_posts(town)
    assert [leaks(one) for one in posts if leaks(one)] == []
    with town.makegood.ledger.read() as tx:
        internal = set(tx.scalars(sa.select(Commitment.action).where(Commitment.internal)))
    assert not set(OUTER_TEXT.findall(" ".join(posts))) & internal
    check_pages(town, plan)


def test_nothing_of_ours_reaches_the_client(town: BotInWorkspace) -> None:
    """Pages in all languages, letters in all languages and forms, posts in a shared channel and their updates show what
    was shared, and nothing else of the plan.
    """
    changed(town, shared_plan(town, seed=1), 12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_over_weeks_and_a_review(town: BotInWorkspace, seed: int) -> None:
    """The same of other plans, with a review, its digest and minutes, and the messages of the weeks after it."""
    plan = shared_plan(town, seed)
    for _ in range(5):
        changed(town, plan, 5)
    hold_a_review(town)
    check_letters(town)
    for days in (8, 45):
        weeks(town, days)
        assert [leaks(one) for one in channel_posts(town) if leaks(one)] == []


def weeks(town: BotInWorkspace, days: int) -> None:
    town.pass_by(days=days)
    town.makegood.tick()


def test_a_digest_for_both_sides(town: BotInWorkspace) -> None:
    """Where the client reads no digest comes; if the form says so, one comes with what was shared, and stays safe."""
    plan = Plan(town, random.Random(1))
    has_account(town)
    plan.fill()
    in_shared_channel(town)
    plan.promise()
    plan.hope()
    number = town.rows()["commitment"] + 1
    kept_last_quarter(town, number)
    town.has_recorded("U0EVA", ("U0EVA", "zqx0000", "2026-11-27"), account=town.ask("U0EVA", accounts.named, "Acme"))
    town.commit("U0EVA", f"done {number + 1}")
    town.makegood.tick()
    weeks(town, 7)
    assert channel_posts(town) == []
    page = town.commit("U0EVA", "account Acme").messages[-1]
    form = town.form("U0EVA", page, ids.DIGEST_CHANGE)
    done = town.submit("U0EVA", form, rhythm="on", for_client="on")
    assert (done.problem, done.errors) == (None, {})
    weeks(town, 7)
    (digest,) = channel_posts(town)
    assert "the week since" in digest
    assert OUTER_TEXT.search(digest)
    company = town.box.seed.team_name
    assert f"{company} owes Acme" in digest
    assert "they owe us" not in digest
    assert "kept on time" not in digest
    assert leaks(digest) == []
    changed(town, plan, 6)


def test_no_link_of_ours_is_unfurled(town: BotInWorkspace) -> None:
    """The app hears of no links in messages, and Slack previews no link in its posts but that of a file of our own."""
    assert "link_shared" not in {*ids.BOT_EVENTS, *(one.event for one in ids.FEATURES.values())}
    assert "links:write" not in ids.SCOPES
    town.receipt("U0EVA", "send it by Friday")
    town.settled()
    posts = [call.args for call in town.box.calls if call.method == "chat.postMessage"]
    assert all(not one.get("unfurl_links") or one["unfurl_links"] == "false" for one in posts)
