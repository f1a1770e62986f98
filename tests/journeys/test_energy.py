"""Both sides of an account: the balance wherever a lead looks, its charts, and the form that asks for something."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from handlers import ids
from handlers.energy.asking import CHOICES
from store import accounts, commitments
from store.plan import figures, section
from store.tables import Habit, Side
from tests.journeys.both_sides import acme, agrees, everything, has_dana, has_delivered
from tests.journeys.conftest import words, words_of
from tests.journeys.plan_sections import has_account, open_list, open_plan, values
from tests.journeys.plan_sections import press as press_row
from tests.journeys.reviews import Session, review

if TYPE_CHECKING:
    from sandbox import View
    from tests.journeys.conftest import BotInWorkspace

GAVE = "We have delivered 3 and received 0: ask for something."
CHARTS = "data_visualization"


def ask_form(town: BotInWorkspace, view: View, user: str = "U0EVA") -> View:
    """Press *Ask for something* in a modal; the form."""
    value = values(view.blocks, ids.ENERGY_ASK)[-1]
    block_id = next(block["block_id"] for block in view.blocks if value in values([block], ids.ENERGY_ASK))
    opened = town.box.press(user, action_id=ids.ENERGY_ASK, value=value, view_id=view.id, block_id=block_id)
    assert opened.problem is None, opened
    assert opened.view is not None
    return opened.view


def press(town: BotInWorkspace, action_id: str, user: str = "U0EVA") -> View:
    """Press the first such button of the Home tab; the tab as it is then."""
    home = town.box.home(user)
    assert home is not None
    done = town.box.press(user, action_id=action_id, value=values(home.blocks, action_id)[0], home=True)
    assert done.problem is None, done
    home = town.box.home(user)
    assert home is not None
    return home


def both_sides(town: BotInWorkspace, user: str = "U0EVA") -> View:
    """Both sides of the first account, on the Home tab."""
    town.box.open_home(user)
    press(town, ids.HOME_ACCOUNTS, user)
    press(town, ids.OPEN_ACCOUNT, user)
    return press(town, ids.ENERGY_OPEN, user)


def test_the_plan_says_who_gives_and_who_takes(town: BotInWorkspace) -> None:
    """The account's page says the balance both ways, and what each side owes."""
    has_account(town)
    assert "Neither side has delivered or promised anything yet." in words_of(open_plan(town))
    has_delivered(town)
    town.has_recorded("U0EVA", ("U0EVA", "call them", "2026-12-01"), account=acme(town))
    assert f"{GAVE} We owe 1." in words_of(open_plan(town))
    has_delivered(town, 5, Side.THEIRS)
    assert "We have delivered 3 and received 5." in words_of(open_plan(town))
    has_delivered(town, 9, Side.THEIRS)
    said = words_of(open_plan(town))
    assert "They have delivered 14 and received 3: give something back." in said


@pytest.mark.parametrize(
    ("wish", "detail", "action"),
    [
        ("boss", "", "Introduce us to Ines Carvalho"),
        ("peer", "in Graz", "Introduce us to a colleague: in Graz"),
        ("information", "the budget for 2027", "Share information with us: the budget for 2027"),
        ("business", "", "Give us more business"),
        ("reference", "", "Recommend us to others"),
    ],
)
def test_ask_for_something(town: BotInWorkspace, wish: str, detail: str, action: str) -> None:
    """One form records what we ask for as a commitment of theirs, with the person; the page shows it at once."""
    has_account(town)
    dana = has_dana(town, "Ines Carvalho")
    has_delivered(town, stakeholder=dana)
    opened = ask_form(town, open_plan(town))
    assert GAVE in words_of(opened)
    assert all(words in words_of(opened) for words in CHOICES.values())
    offered = town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.STAKEHOLDER, text="dana")
    fields = {"stakeholder": offered[0]["value"]} | ({"detail": detail} if detail else {})
    done = town.submit("U0EVA", opened, wish=wish, **fields)
    assert (done.problem, done.errors) == (None, {})
    recorded = town.commitment(4)
    assert (recorded.action, recorded.side, recorded.owner.slack_id) == (action, Side.THEIRS, "U0EVA")
    assert (recorded.account_id, recorded.stakeholder_id) == (acme(town).id, dana.id)
    assert "*They owe us (1)*" in words_of(town.box.modals("U0EVA")[0])


def test_the_boss_whom_nobody_knows(town: BotInWorkspace) -> None:
    """Without a boss on the map, or without a person, the words name none."""
    has_account(town)
    has_dana(town)
    assert town.submit("U0EVA", ask_form(town, open_plan(town)), wish="boss").errors == {}
    assert (town.commitment(1).action, town.commitment(1).stakeholder) == ("Introduce us to their boss", None)


def test_asked_from_the_page_of_a_person(town: BotInWorkspace) -> None:
    """The person's page has their own balance, and the form begins with them."""
    has_account(town)
    dana = has_dana(town)
    has_delivered(town, stakeholder=dana)
    has_delivered(town, 4, Side.THEIRS)
    open_list(town, kind="stakeholder")
    press_row(town, "U0EVA", ids.SECTION_SHOW, kind="stakeholder")
    person = town.box.modals("U0EVA")[-1]
    assert GAVE in words_of(person)
    opened = ask_form(town, person)
    assert town.submit("U0EVA", opened, wish="peer").errors == {}
    assert town.commitment(8).stakeholder_id == dana.id


def test_what_the_form_refuses(town: BotInWorkspace) -> None:
    """A day in the past is refused at its field; an account that was archived meanwhile, in words. Nothing is kept."""
    has_account(town)
    opened = ask_form(town, open_plan(town))
    assert "due" in town.submit("U0EVA", opened, wish="peer", due="2020-01-01").errors
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        accounts.archive(tx, eva, acme(town).id, "over", version=acme(town).version, origin_key="gone", now=now)
    town.submit("U0EVA", opened, wish="peer")
    assert town.ask("U0EVA", everything) == [] or town.commitment(1).account_id == acme(town).id


@pytest.mark.parametrize("refused", [False, True])
def test_charts_with_their_figures(bare_town: BotInWorkspace, refused: bool) -> None:
    """Both sides on Home: quarters, people, and charts whose figures stand in the text, also where Slack refuses
    charts.
    """
    town = bare_town
    has_account(town)
    has_delivered(town, stakeholder=has_dana(town))
    if refused:
        town.box.world.unknown_blocks = frozenset({CHARTS, "data_table"})
    shown = both_sides(town)
    assert (CHARTS in {block["type"] for block in shown.blocks}) is not refused
    said = words_of(shown)
    for part in (GAVE, "Dana Reyes: We have delivered 3", "We: Oct–Dec 26 100 %", "They: nothing yet",
                 "Done: 7 Oct 0", "23 Nov 3"):  # fmt: skip
        assert part in said.replace("*", ""), part


def test_a_promise_that_slips(town: BotInWorkspace) -> None:
    """A moved date is in the chart of slips; turning the page shows it, and the first charts again."""
    has_account(town)
    has_delivered(town)
    town.has_recorded("U0EVA", ("U0EVA", "call them", "2026-12-01"), account=acme(town))
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        later = now.date() + timedelta(days=30)
        commitments.move(tx, eva, 4, later, "they asked", version=1, origin_key="moved", now=now)
    assert "Dates moved" not in words_of(both_sides(town))
    assert "Oct–Dec 26 1" in words_of(press(town, ids.PAGE_OLDER))
    assert "kept on time, by quarter" in words_of(press(town, ids.PAGE_NEWER))


def test_in_a_modal_the_figures_alone(town: BotInWorkspace) -> None:
    """A modal takes no chart: the figures are text there."""
    has_account(town)
    has_delivered(town)
    plan = open_plan(town)
    value = values(plan.blocks, ids.ENERGY_OPEN)[0]
    town.box.press("U0EVA", action_id=ids.ENERGY_OPEN, value=value, view_id=plan.id)
    view = town.box.modals("U0EVA")[-1]
    assert "We: Oct–Dec 26 100 %" in words_of(view)
    assert {block["type"] for block in view.blocks} <= {"section", "actions", "context"}


def test_a_wish_counts_nowhere(town: BotInWorkspace) -> None:
    """The balance does not count a wish, neither as owed nor when it is done; it does when they agree."""
    has_account(town)
    has_delivered(town)
    assert town.submit("U0EVA", ask_form(town, open_plan(town)), wish="peer").errors == {}
    assert f"{GAVE} Ask for something" in words_of(open_plan(town))
    agrees(town, 4)
    assert "We have delivered 3 and received 0: ask for something. They owe 1." in words_of(open_plan(town))
    with town.makegood.ledger.begin() as tx:
        commitments.finish(tx, town.person(tx, "U0EVA"), 4, origin_key="done:4", now=town.box.clock.now())
    assert "We have delivered 3 and received 1: ask for something." in words_of(open_plan(town))


# ---- in a review ---------------------------------------------------------------------------------------


def has_figure(town: BotInWorkspace, quarter: str, value: str) -> None:
    with town.makegood.ledger.begin() as tx:
        given = {"name": "Uptime", "quarter": quarter, "value": value, "unit": "%"}
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        account = accounts.named(tx, eva, "Acme")
        assert account is not None
        section.add(tx, eva, figures.SECTION, account, given, origin_key=f"figure:{quarter}", now=now)


def session_of(town: BotInWorkspace) -> Session:
    """The review of Acme, which Eva has started."""
    review(town, "Acme on 12 Jan 10:00")
    session = Session(town)
    session.open()
    session.press(ids.REVIEW_START)
    return session


def test_the_value_delivered_in_a_review(town: BotInWorkspace) -> None:
    """The session shows the balance, what we delivered, and each figure beside last quarter's; the minutes keep it."""
    has_account(town)
    has_delivered(town)
    for quarter, value in (("Q1 2026", "99"), ("Q2 2026", "99.5"), ("Q3 2026", "99.9")):
        has_figure(town, quarter, value)
    session = session_of(town)
    shown = words_of(session.top)
    for part in (GAVE, "We delivered: #3 ours 3, #2 ours 2, #1 ours 1", "Uptime: 99.9 % in Q3 2026, 99.5 % in Q2 2026"):
        assert part in shown
    assert "Q1 2026" not in shown
    session.press(ids.REVIEW_SCORE)
    session.submit(**dict.fromkeys(Habit, "3"))
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12", time="10:00").errors == {}
    has_delivered(town, 5, Side.THEIRS)
    shown = words(review(town, "Acme last"))
    for part in (GAVE, "We delivered: #3, #2, #1", "99.5 % in Q2 2026", "We: Oct–Dec 26 100 %",
                 "Self-check: 23 Nov 26 12"):  # fmt: skip
        assert part in shown


def test_asked_in_a_review(town: BotInWorkspace) -> None:
    """A wish that comes up in the review needs no verdict of it, and stands in its minutes."""
    has_account(town)
    has_delivered(town)
    session = session_of(town)
    opened = ask_form(town, session.top)
    assert town.submit("U0EVA", opened, wish="reference").errors == {}
    town.box.close("U0EVA", town.box.modals("U0EVA")[-1].id)
    session.press(ids.REVIEW_CLOSE)
    assert session.submit(day="2027-04-12", time="10:00").errors == {}
    assert "new: #4 Recommend us to others" in words(review(town, "Acme last"))
