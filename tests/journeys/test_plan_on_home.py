"""The page of an account on the Home tab: everything about it is done there, and others see it at once."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from handlers import ids
from handlers.plan import pages
from handlers.plan.pages import SECTIONS
from handlers.slack import blocks as b
from handlers.slack.refs import Ref, ViewName
from store import accounts
from store.commitments import Draft, record
from store.plan import basis, section
from store.plan.figures import SECTION as FIGURES
from store.rules.names import fold
from store.tables import Account, Side, Subject
from tests.journeys.conftest import BotInWorkspace, words, words_of
from tests.journeys.plan_sections import has_account, values
from tests.store.plan_sections import good

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Message, Outcome, View

# Statements of the page, besides that which finds its viewer.
STATEMENTS = 12
# 300 characters that take one, two and four bytes, and that Slack escapes.
NAMES = ("x" * 300, "ж" * 300, "😀" * 300, "&" * 300)


def home(town: BotInWorkspace, user: str = "U0EVA") -> View:
    shown = town.box.home(user)
    assert shown is not None
    return shown


def on_home(town: BotInWorkspace, action_id: str, value: str, user: str = "U0EVA") -> Outcome:
    outcome = town.box.press(user, action_id=action_id, value=value, home=True)
    assert outcome.problem is None, outcome
    return outcome


def press(town: BotInWorkspace, action_id: str, starts: str = "", user: str = "U0EVA") -> Outcome:
    """Press the first such button of the Home tab whose value begins so."""
    found = next(value for value in values(home(town, user).blocks, action_id) if value.startswith(starts))
    return on_home(town, action_id, found, user)


def edits(town: BotInWorkspace, kind: str, user: str = "U0EVA") -> list[str]:
    """The entries of the menus that edit a row of that kind."""
    menus = [block.get("accessory") or {} for block in home(town, user).blocks]
    found = [option["value"] for menu in menus for option in menu.get("options", ())]
    return [value for value in found if value.startswith(f"{ids.SECTION_EDIT}|{kind}:")]


def opens_account(town: BotInWorkspace, user: str = "U0EVA") -> None:
    """Open Home, its accounts, and the first account."""
    town.box.open_home(user)
    press(town, ids.HOME_ACCOUNTS, user=user)
    press(town, ids.OPEN_ACCOUNT, user=user)


def saved(town: BotInWorkspace, opened: Outcome, user: str = "U0EVA", **fields: Any) -> None:
    assert opened.view is not None
    done = town.submit(user, opened.view, **fields)
    assert (done.problem, done.errors) == (None, {})


def fill(town: BotInWorkspace, rows: int) -> None:
    """So many rows of each section."""
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        account = accounts.named(tx, eva, "Acme")
        assert account is not None
        for kind, one in SECTIONS.items():
            for number in range(rows):
                given = good(one.section) | {"year": str(2000 + number), "quarter": f"Q1 {2000 + number}"}
                given |= {"unit": f"Plant {number}"} if kind == Subject.CELL else {}
                given |= {"opportunity": str(number + 1)} if kind == Subject.BUYER else {}
                given |= {"name": f"N{number} M{number}"} if kind == Subject.STAKEHOLDER else {}
                given = {f.name: given[f.name] for f in one.section.fields if f.name in given}
                section.add(
                    tx, eva, one.section, account, given, origin_key=f"{kind}:{number}", now=town.box.clock.now()
                )  # fmt: skip


def test_an_opening_that_comes_late_undoes_no_press(town: BotInWorkspace) -> None:
    """A choice that a person makes while Home is still being drawn stays. The next visit begins anew."""
    has_account(town)
    town.box.open_home("U0EVA")
    opening = {"user": "U0EVA", "channel": "D0EVA", "tab": "home", "view": town.box.objects.view(home(town))}
    press(town, ids.HOME_ACCOUNTS)
    assert "Your accounts" in words_of(home(town))

    ack = town.box.events.emit("app_home_opened", opening)

    assert ack is not None
    assert ack.ok
    assert "Your accounts" in words_of(home(town))
    town.has_recorded("U0EVA", ("U0EVA", "call Marcus", "2026-12-04"))
    town.settled()
    assert "Your accounts" in words_of(home(town))
    assert "My commitments (1)" in words_of(home(town))
    town.box.open_home("U0EVA")
    assert "Your accounts" not in words_of(home(town))


def test_the_head_says_who_and_how_it_stands(town: BotInWorkspace) -> None:
    """Sponsor, review, penetration and what each side kept; *Book a review* and *Open the review* work in place."""
    has_account(town)
    opens_account(town)
    head = words_of(home(town))
    assert "Sponsor" not in head
    assert "Review: " not in head
    assert "Penetration:" not in head
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.get(tx, eva, 1)
        form = {"sponsor": "U0ANA", "category": "A"}
        basis.edit(tx, eva, acme.id, form, version=1, origin_key="basis", now=now)
        for state, unit in (("has", "Lyon"), ("open", "Turin")):
            given = {"offering": "new:Analytics", "unit": unit, "state": state}
            section.add(tx, eva, SECTIONS[Subject.CELL].section, acme, given, origin_key=unit, now=now)
    opens_account(town)
    head = words_of(home(town))
    assert "Sponsor: *Ana Souza*" in head
    assert "Review: none is booked" in head
    assert "Penetration: 50 % (as of Mon 23 Nov 2026)" in head
    saved(town, press(town, ids.REVIEW_BOOK), day="2026-12-08")
    assert "Review: Tue 8 Dec 2026, 10:00" in words_of(home(town))
    assert "Acme: review" in words_of(press(town, ids.REVIEW_OPEN).view)
    opens_account(town, "U0BEN")
    assert values(home(town, "U0BEN").blocks, ids.REVIEW_BOOK) == []


def test_everything_is_done_in_place(town: BotInWorkspace) -> None:
    """From the list of accounts to a row and back, the Home tab shows each page in place; what is added and edited
    there stands there at once.
    """
    has_account(town)
    opens_account(town)
    assert "*Acme*" in words_of(home(town))
    saved(town, press(town, ids.SECTION_ADD, "risk:"), name="Late delivery")
    assert "*Late delivery*" in words_of(home(town))
    (edit,) = edits(town, "risk")
    saved(town, on_home(town, ids.MORE, edit), impact="high")
    assert "impact high" in words_of(home(town))
    press(town, ids.SECTION_OPEN, "risk:")
    assert "Acme: Risks" in words_of(home(town))
    saved(town, press(town, ids.SECTION_ADD, "risk:"), name="Budget freeze")
    assert "*Budget freeze*" in words_of(home(town))
    saved(town, press(town, ids.SECTION_ARCHIVE, "risk:"), reason="It is over.")
    assert "*Archived* (1)" in words_of(home(town))
    press(town, ids.SECTION_RESTORE, "risk:")
    assert "*Archived*" not in words_of(home(town))
    press(town, ids.SECTION_SHOW, "risk:")
    assert "you added it" in words_of(home(town))
    press(town, ids.SECTION_OPEN, "risk:")
    press(town, ids.PLAN_OPEN)
    press(town, ids.OPEN_ACCOUNT)
    saved(town, press(town, ids.EDIT_ACCOUNT), currency="EUR")
    assert "changed the currency from none to EUR" in words_of(home(town))
    press(town, ids.OPEN_ACCOUNTS)
    assert values(home(town).blocks, ids.OPEN_ACCOUNT) != []
    assert town.box.modals("U0EVA") == []


def test_the_commitments_of_both_sides(town: BotInWorkspace) -> None:
    """The page shows the most urgent of each side and how many there are; the list of all is acted on in place."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        for side in Side:
            for number in range(5):
                draft = Draft(f"{side} {number}", eva, now.date() + timedelta(days=number), account=acme, side=side)
                record(tx, eva, draft, origin_key=f"{side}{number}", now=now)
    opens_account(town)
    shown = words_of(home(town))
    assert "*We owe (5)*" in shown
    assert "*They owe us (5)*" in shown
    assert "theirs 2" in shown
    assert "theirs 3" not in shown
    press(town, ids.PAGE_OPEN, "")
    assert "ours 4" in words_of(home(town))
    menus = [block.get("accessory") or {} for block in home(town).blocks]
    done = next(o["value"] for menu in menus for o in menu.get("options", ()) if o["value"].startswith(ids.DONE))
    on_home(town, ids.MORE, done)
    assert "9 commitments" in words_of(home(town))
    press(town, ids.PLAN_OPEN)
    assert "*We owe (4)*" in words_of(home(town))


def test_two_people_at_one_account(town: BotInWorkspace) -> None:
    """A change by one of them stands on the page that the other has open, and so do a commitment and a new lead."""
    has_account(town)
    for user in ("U0EVA", "U0BEN"):
        opens_account(town, user)
    assert values(home(town, "U0BEN").blocks, ids.SECTION_ADD) == []
    saved(town, press(town, ids.SECTION_ADD, "risk:"), name="Late delivery")
    town.settled()
    assert "*Late delivery*" in words_of(home(town, "U0BEN"))
    (edit,) = edits(town, "risk")
    saved(town, on_home(town, ids.MORE, edit), name="Later delivery")
    town.receipt("U0ANA", "send the plan tomorrow for Acme")
    town.settled()
    assert "*Later delivery*" in words_of(home(town, "U0BEN"))
    assert "send the plan" in words_of(home(town, "U0BEN"))
    press(town, ids.OPEN_ACCOUNT)
    saved(town, press(town, ids.EDIT_ACCOUNT), owner="U0BEN")
    town.settled()
    assert "Lead: *Ben" in words_of(home(town, "U0BEN"))
    assert values(home(town, "U0BEN").blocks, ids.SECTION_ADD) != []


def test_tables_and_charts(bare_town: BotInWorkspace) -> None:
    """Years are a chart and many opportunities a table, on the Home tab and in the answer to a command; where Slack
    knows neither, the same page stands without them.
    """
    town = bare_town
    has_account(town)
    fill(town, 5)
    opens_account(town)
    new = frozenset({"data_table", "data_visualization"})
    assert new <= {block["type"] for block in home(town).blocks}
    assert new <= {block["type"] for block in answer(town).blocks}
    town.box.world.unknown_blocks = new
    press(town, ids.SECTION_OPEN, "opportunity:")
    press(town, ids.PLAN_OPEN)
    for blocks, said in ((home(town).blocks, words_of(home(town))), (answer(town).blocks, words(answer(town)))):
        assert {block["type"] for block in blocks} == {"section", "actions"}
        assert "*Opportunity*  ·  *Stage*" in said


def test_figures_stand_beside_the_quarter_before(town: BotInWorkspace) -> None:
    """Many figures are a table: each in its newest quarter, beside what it was in the quarter before, where that is
    known.
    """
    has_account(town)
    told = (("Uptime", "Q3 2026", "99.95"), ("Uptime", "Q2 2026", "99.9"), ("Uptime", "Q1 2026", "99"),
            ("Tickets", "Q3 2026", "12"), ("Tickets", "Q1 2026", "20"))  # fmt: skip
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.named(tx, eva, "Acme")
        assert acme is not None
        for name, quarter, value in told:
            given = {"name": name, "quarter": quarter, "value": value, "unit": "%" if name == "Uptime" else ""}
            section.add(tx, eva, FIGURES, acme, given, origin_key=f"{name}{quarter}", now=now)
    opens_account(town)
    (table,) = [block for block in home(town).blocks if block["type"] == "data_table"]
    assert [[str(cell.get("text", cell.get("value"))) for cell in row] for row in table["rows"]] == [
        ["Figure", "Quarter", "Value", "Quarter before", "Source"],
        ["Tickets", "Q3 2026", "12", "–", "–"],
        ["Uptime", "Q3 2026", "99.95 %", "99.9 %", "–"],
    ]


def test_an_account_that_is_gone(town: BotInWorkspace) -> None:
    """A page of an account that the person does not see any more gives way to the list; one that was merged shows the
    account that stays.
    """
    has_account(town)
    has_account(town, "Globex")
    opens_account(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme, globex = accounts.named(tx, eva, "Acme"), accounts.named(tx, eva, "Globex")
        assert acme is not None
        assert globex is not None
        accounts.merge(tx, eva, acme.id, globex.id, version=acme.version, origin_key="m", now=now)
    town.settled()
    assert "*Globex*" in words_of(home(town))
    saved(town, press(town, ids.SECTION_ADD, "risk:"), name="Late delivery")
    assert "*Late delivery*" in words_of(home(town))


@pytest.mark.parametrize("name", NAMES)
def test_the_longest_names_fit(town: BotInWorkspace, name: str) -> None:
    """Slack takes the page on the Home tab, in a message and in a modal, with the longest names in each section."""
    has_account(town)
    fill(town, 5)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(currency="EUR", name=name, name_key=fold(name)))
        for one in SECTIONS.values():
            tx.execute(sa.update(one.section.table).values(name=name))
    opens_account(town)
    assert "*Risks*  ·  5" in words_of(home(town))
    assert "*Risks*  ·  5" in words(answer(town, name))
    listed = town.commit("U0EVA", f"account {name}").messages[-1]
    assert town.press("U0EVA", listed, ids.PLAN_OPEN).view is not None


def answer(town: BotInWorkspace, name: str = "Acme") -> Message:
    """The answer to `/plan Acme`."""
    assert town.box.command("U0EVA", "C0ACME", "/plan", name).problem is None
    return town.box.messages("C0ACME", viewer="U0EVA")[-1]


@contextmanager
def counted(town: BotInWorkspace) -> Iterator[list[str]]:
    """The statements that run in this thread during the block; the bot's own threads watch the ledger meanwhile."""
    seen: list[str] = []
    mine = threading.get_ident()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if threading.get_ident() == mine:
            seen.append(statement)

    sa.event.listen(town.makegood.ledger.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(town.makegood.ledger.engine, "before_cursor_execute", note)


def test_twelve_statements_however_large(town: BotInWorkspace) -> None:
    """The page takes at most twelve statements, with a row in each section as with many."""
    has_account(town)
    found = []
    for rows in (1, 30):
        fill(town, rows)
        with town.makegood.ledger.read() as tx, counted(town) as statements:
            eva = town.person(tx, "U0EVA")
            account = accounts.named(tx, eva, "Acme")
            assert account is not None
            statements.clear()
            drawn = pages.plan_of(tx, eva, Ref(view=ViewName.PLAN, extra=str(account.id)), town.box.clock.now())
            b.home(drawn)
        found.append(len(statements))
    assert found[0] == found[1] <= STATEMENTS, found
