"""Signals: on the page and in the plan of an account, in the lead's brief when new, in the coach's once a week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import ids
from handlers.plan.signals import MENDED, NEW
from store import absences, accounts
from store.plan import section
from store.plan.people import SECTION
from store.rules.signals import SignalKind
from store.tables import Account, RaisedSignal, Side
from tests.journeys.both_sides import agreement, agrees
from tests.journeys.conftest import read, words, words_of
from tests.journeys.forms import save
from tests.journeys.plan_sections import form, has_account, open_plan, press, values
from tests.journeys.reading import LAST_WEEK, briefs, days, headings
from tests.journeys.reviews import review
from tests.journeys.working_lives import live_through, of

if TYPE_CHECKING:
    from sandbox import View
    from tests.journeys.conftest import BotInWorkspace

BERLIN = "Europe/Berlin"
# A plan that takes an evening is not filled in.
MOST_INPUTS = 12
LONELY = "Nobody of theirs is on the map."
LEFT = "Dana Reyes (executive sponsor) left on 23 Nov 2026, and nobody is named as successor."
UNMET = "a meeting every month is agreed."
OLD = "Nobody has touched the plan since 23 Nov 2026, for 93 days."


def is_set(town: BotInWorkspace, **columns: object) -> None:
    """Give Acme these columns."""
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(**columns))


def has_a_account(town: BotInWorkspace, name: str = "Acme", owner: str = "U0EVA") -> Account:
    with town.makegood.ledger.begin() as tx:
        now = town.box.clock.now()
        return accounts.create(tx, town.person(tx, owner), name, category="A", now=now)


def coached_by(town: BotInWorkspace, user: str) -> None:
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(coach_id=town.person(tx, user).id))


def raised(town: BotInWorkspace) -> list[tuple[str, date | None]]:
    """The kind of each signal, and the day on which it was mended."""
    with town.makegood.ledger.read() as tx:
        return [(row.kind, row.ended_on) for row in tx.scalars(sa.select(RaisedSignal).order_by(RaisedSignal.id))]


def promises(town: BotInWorkspace, number: int = 3, side: Side = Side.OURS) -> None:
    """Eva has promised so many things to Acme, far ahead."""
    with town.makegood.ledger.read() as tx:
        acme = tx.scalars(sa.select(Account)).one()
    agreed = agreement(town) if side == Side.THEIRS else None
    for each in range(number):
        promise = ("U0EVA", f"{side} {each}", "2027-06-01")
        town.has_recorded("U0EVA", promise, account=acme, side=side, agreed=agreed)


# ---- on the page and in the plan -----------------------------------------------------------------------


def test_the_page_and_the_plan_say_the_colour_and_why(town: BotInWorkspace) -> None:
    """Both begin with the colour in a word and the signals, each with its button; a green account says so."""
    has_account(town)
    is_set(town, category="C")
    for shown in (words(town.commit("U0EVA", "account Acme").messages[-1]), words_of(open_plan(town))):
        assert ":large_green_circle: *Green*: Nothing needs attention." in shown
    promises(town)
    for shown in (words(town.commit("U0EVA", "account Acme").messages[-1]), words_of(open_plan(town))):
        assert ":large_orange_circle: *Amber*: 1 signal" in shown
        assert "We gave or promised 3 things within a quarter, and they promised nothing." in shown
        assert "Ask for something" in shown


def test_an_account_of_which_nothing_is_known(town: BotInWorkspace) -> None:
    """Without a category no fault is known; the list, the page and the plan say so, and a button chooses one."""
    has_account(town)
    assert "no category · lead: you" in words(town.commit("U0EVA", "accounts").messages[-1])
    page = town.commit("U0EVA", "account Acme").messages[-1]
    for shown in (words(page), words_of(open_plan(town))):
        assert ":large_green_circle: *Green*: No fault is known, but the account has no category yet." in shown
        assert "Choose a category: it says which people, meetings and reviews this account needs." in shown
    town.jump(2026, 11, 24, 8, 45)
    assert briefs(town, "U0EVA") == []
    assert town.submit("U0EVA", town.form("U0EVA", page, ids.EDIT_ACCOUNT), category="C").errors == {}
    assert "*Green*: Nothing needs attention." in words(town.commit("U0EVA", "account Acme").messages[-1])


def test_a_colleague_sees_no_button_that_fails(town: BotInWorkspace) -> None:
    """A person who may not change the account reads the signals without the buttons of its parties."""
    has_a_account(town)
    is_set(town, created_at=town.box.clock.now() - timedelta(days=200))
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.text("UPDATE account SET category = 'B'"))
    town.jump(2027, 2, 24, 8, 45)
    assert OLD in words_of(open_plan(town))
    assert values(town.box.modals("U0EVA")[-1].blocks, ids.PLAN_CONFIRM)
    assert OLD in words_of(open_plan(town, "U0BEN"))
    assert values(town.box.modals("U0BEN")[-1].blocks, ids.PLAN_CONFIRM) == []


def test_a_plan_that_is_still_true(town: BotInWorkspace) -> None:
    """The lead reads once that the plan is a quarter old. One press says that it is still true."""
    has_account(town)
    is_set(town, category="C")
    town.jump(2027, 2, 24, 8, 45)
    (brief,) = briefs(town, "U0EVA")
    assert f"Acme\n{OLD}" in read(brief)
    town.press("U0EVA", brief, ids.PLAN_CONFIRM)
    town.again()
    town.makegood.tick()
    town.settled()
    (brief,) = briefs(town, "U0EVA")
    assert "nobody had touched the plan for a quarter" in read(brief)
    assert "Mended." in read(brief)
    assert raised(town) == [("old plan", date(2027, 2, 24))]
    assert "confirmed the plan" in words(town.commit("U0EVA", "account Acme").messages[-1])
    live_through(town, date(2027, 2, 25), date(2027, 3, 12))
    assert len(briefs(town, "U0EVA")) == 1


def test_a_new_account_is_green_after_a_dozen_inputs(town: BotInWorkspace) -> None:
    """An A account is green after its name, its category, and two people with their roles, all in Slack."""
    inputs = 1
    receipt = town.receipt("U0EVA", "send the offer by 1 June 2027 for Acme")
    town.press("U0EVA", receipt, ids.CREATE_ACCOUNT)
    page = town.commit("U0EVA", "account Acme").messages[-1]

    def fill(opened: View, **fields: object) -> int:
        assert town.submit("U0EVA", opened, **fields).errors == {}
        return len(fields)

    inputs += fill(town.form("U0EVA", page, ids.EDIT_ACCOUNT), category="A")
    assert "*Red*: 1 signal" in words_of(open_plan(town))
    for name, roles in (
        ("Dana Reyes", ["decision_maker", "economic_buyer"]),
        ("Li Wei", ["champion"]),
    ):
        inputs += fill(form(town, "U0EVA", ids.SECTION_ADD, kind="stakeholder"), name=name, roles=roles)
    assert "*Green*: Nothing needs attention." in words_of(town.box.modals("U0EVA")[-1])
    assert inputs <= MOST_INPUTS


def test_a_meeting_is_planned_from_its_signal(town: BotInWorkspace) -> None:
    """The button opens the form of a planned meeting, with the client's person and the one of ours who looks after
    them; saved, it mends the signal.
    """
    unmet(town)
    assert UNMET in words_of(open_plan(town))
    opened = form(town, "U0EVA", ids.PLAN_MEETING, kind="stakeholder")
    elements = [block["element"] for block in opened.blocks if "element" in block]
    begins = str([{key: said for key, said in one.items() if key.startswith("initial")} for one in elements])
    assert [said in begins for said in ("Dana Whitfield", "U0ANA", "U0EVA", "planned", "initial_date")] == [
        True, True, False, True, False,
    ]  # fmt: skip
    assert town.submit("U0EVA", opened, day="2027-02-03").errors == {}
    town.settled()
    assert UNMET not in words_of(open_plan(town))


def test_a_meeting_is_planned_by_those_who_may(town: BotInWorkspace) -> None:
    """A colleague without a part in the plan sees no such button; who has lost sight of the account opens no form."""
    unmet(town)
    assert UNMET in words_of(open_plan(town, "U0BEN"))
    assert values(town.box.modals("U0BEN")[-1].blocks, ids.PLAN_MEETING) == []
    open_plan(town)
    with town.makegood.ledger.begin() as tx:
        lead = town.person(tx, "U0ANA").id
    is_set(town, restricted=True, owner_id=lead)
    refused = press(town, "U0EVA", ids.PLAN_MEETING, kind="stakeholder").view
    assert refused is None or "Dana" not in str(refused.blocks)
    assert not any(view.callback_id == ids.FORM_SECTION for view in town.box.modals("U0EVA"))


def unmet(town: BotInWorkspace) -> None:
    """Dana, whom Ana looks after, was on the map of Acme for two months, and a meeting every month is agreed."""
    acme = has_a_account(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        ana, acme = town.person(tx, "U0ANA"), accounts.get(tx, eva, acme.id)
        given = {"name": "Dana Whitfield", "interval_number": "1", "interval_unit": "months", "owner": ana.slack_id}
        section.add(tx, eva, SECTION, acme, given, origin_key="dana", now=now)
    town.jump(2027, 1, 25, 8, 45)


def test_each_kind_has_its_words() -> None:
    """Digests have words for each kind of signal that is no hint, for one that is new and for one that is mended."""
    hints = {SignalKind.NO_CATEGORY, SignalKind.MAINTAIN, SignalKind.CATEGORY}
    assert NEW.keys() == MENDED.keys() == set(SignalKind) - hints


# ---- in the lead's brief -------------------------------------------------------------------------------


def test_a_new_signal_is_told_once(town: BotInWorkspace) -> None:
    """The lead reads a new signal on the next working morning, and never again while it stands; nobody else does."""
    has_a_account(town)
    live_through(town, date(2026, 11, 23), date(2026, 12, 11))
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 24)]
    (brief,) = briefs(town, "U0EVA")
    assert headings(brief) == ["Signals at your accounts"]
    assert f"Red  ·  Acme\n{LONELY}" in read(brief)
    assert brief.text == f"1 for Tuesday 24 November 2026: Acme: {LONELY}"
    assert [briefs(town, user) for user in ("U0ANA", "U0BEN", "U0ADA")] == [[], [], []]


def test_promise_asked_from_the_brief(town: BotInWorkspace) -> None:
    """The button opens the form that asks for something. It records a wish; when they agree, the line is mended."""
    has_account(town)
    promises(town)
    town.jump(2026, 11, 24, 8, 45)
    (brief,) = briefs(town, "U0EVA")
    opened = town.form("U0EVA", brief, ids.ENERGY_ASK)
    assert town.submit("U0EVA", opened, wish="information", due="2027-06-01").errors == {}
    assert town.commitment(4).side == Side.THEIRS
    assert town.commitment(4).account is not None
    town.makegood.tick()
    town.settled()
    assert "and they promised nothing; 1 wish waits for their yes." in words_of(open_plan(town))
    agrees(town, 4)
    town.makegood.tick()
    town.settled()
    assert "Mended." in read(briefs(town, "U0EVA")[0])
    assert raised(town) == [("one way", date(2026, 11, 24))]


def test_mended_before_the_morning(town: BotInWorkspace) -> None:
    """A signal that is mended before the brief is not told, and one that comes again later is new."""
    has_account(town)
    promises(town)
    town.makegood.tick()
    promises(town, 1, Side.THEIRS)
    town.jump(2026, 11, 24, 8, 45)
    assert briefs(town, "U0EVA") == []
    assert raised(town) == [("one way", date(2026, 11, 24))]


def test_what_the_reminders_tell_is_not_told_twice(town: BotInWorkspace) -> None:
    """A late promise and the lead's own key date are on the page, and no signal of them is in the brief."""
    has_account(town)
    with town.makegood.ledger.read() as tx:
        acme = tx.scalars(sa.select(Account)).one()
    town.has_recorded("U0EVA", ("U0EVA", "send it", "2026-11-20"), account=acme, at=LAST_WEEK)
    open_plan(town)
    assert town.submit("U0EVA", form(town, "U0EVA", ids.SECTION_ADD), day="2026-12-01").errors == {}
    assert "#1 “send it” is late by 1 working day." in words_of(open_plan(town))
    assert "Nothing is planned for the renewal on 1 Dec 2026, in 8 days." in words_of(open_plan(town))
    town.jump(2026, 11, 24, 8, 45)
    assert headings(briefs(town, "U0EVA")[0]) == ["Overdue", "Key dates"]
    assert raised(town) == []


def test_late_is_counted_in_one_way(town: BotInWorkspace) -> None:
    """Lists, details, the plan and its signal count the working days of the owner, in the same words."""
    has_account(town)
    with town.makegood.ledger.read() as tx:
        acme = tx.scalars(sa.select(Account)).one()
    town.has_recorded("U0EVA", ("U0EVA", "send it", "2026-11-19"), account=acme, at=LAST_WEEK)
    late = "late by 2 working days"
    assert f"due *Thu 19 Nov 2026* ({late})" in words(town.commit("U0EVA", "overdue").messages[-1])
    assert f"due *Thu 19 Nov 2026* ({late})" in words(town.commit("U0EVA", "1").messages[-1])
    assert words_of(open_plan(town)).count(late) == len(["the signal", "We owe"])


def test_late_on_days_off(town: BotInWorkspace) -> None:
    """On the days off after the date a list says that no working day has passed."""
    town.has_recorded("U0EVA", ("U0EVA", "send it", "2026-11-27"))
    town.move(2026, 11, 28, 9, 0)
    assert "(late, no working day since)" in words(town.commit("U0EVA", "overdue").messages[-1])


def test_a_lead_who_is_away_reads_it_on_return(town: BotInWorkspace) -> None:
    """While the lead is away nobody reads the signal; the first brief afterwards tells it."""
    has_a_account(town)
    with town.makegood.ledger.begin() as tx:
        eva = town.person(tx, "U0EVA")
        absences.set_absence(tx, eva, date(2026, 11, 24), date(2026, 11, 27), "U0ANA", now=town.box.clock.now())
    live_through(town, date(2026, 11, 24), date(2026, 12, 1))
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 30)]
    assert all(LONELY not in read(one) for one in briefs(town, "U0ANA"))


def test_with_one_summary_a_week(town: BotInWorkspace) -> None:
    """A lead with one summary a week reads signals in that summary."""
    of(town, "U0EVA", weekly=True)
    has_a_account(town)
    live_through(town, date(2026, 11, 24), date(2026, 12, 4))
    assert days(town, "U0EVA", BERLIN) == [date(2026, 11, 30)]


def test_a_new_lead_reads_what_stands(town: BotInWorkspace) -> None:
    """The signals of an account that changes hands are new to the next lead."""
    has_a_account(town)
    town.jump(2026, 11, 24, 8, 45)
    with town.makegood.ledger.begin() as tx:
        tx.execute(sa.update(Account).values(owner_id=town.person(tx, "U0ANA").id))
    town.jump(2026, 11, 25, 8, 45)
    assert LONELY in read(briefs(town, "U0ANA")[0])
    assert len(briefs(town, "U0EVA")) == 1


def test_five_of_many_at_once(town: BotInWorkspace) -> None:
    """A lead of seven accounts reads of five on the first morning and of the others on the next."""
    for number in range(7):
        has_a_account(town, f"Account {number}")
    town.jump(2026, 11, 24, 8, 45)
    town.jump(2026, 11, 25, 8, 45)
    assert [read(one).count(LONELY) for one in briefs(town, "U0EVA")] == [5, 2]


def test_an_archived_account_has_no_signals(town: BotInWorkspace) -> None:
    """The signals of an account end with it: no brief tells them, and the page has no colour."""
    has_a_account(town)
    town.makegood.tick()
    with town.makegood.ledger.begin() as tx:
        accounts.archive(tx, town.person(tx, "U0EVA"), 1, "lost", version=1, origin_key="a", now=town.box.clock.now())
    live_through(town, date(2026, 11, 24), date(2026, 11, 25))
    assert briefs(town, "U0EVA") == []
    assert [ended is not None for _, ended in raised(town)] == [True]
    assert "*Red*" not in words(town.commit("U0EVA", "account Acme").messages[-1])


def test_a_person_who_left(town: BotInWorkspace) -> None:
    """The signal of a person who left stands on that day, and the button in the brief names their successor."""
    has_account(town)
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        acme = accounts.get(tx, eva, 1)
        for name, roles in (("Dana Reyes", "executive_sponsor"), ("Li Wei", "user")):
            section.add(tx, eva, SECTION, acme, {"name": name, "roles": roles}, origin_key=name, now=now)
        section.edit(tx, eva, SECTION, 1, {"left_on": "2026-11-23"}, version=1, origin_key="left", now=now)
    assert LEFT in words_of(open_plan(town))
    town.makegood.tick()
    assert raised(town) == [("left", None)]
    town.jump(2026, 11, 24, 8, 45)
    (brief,) = briefs(town, "U0EVA")
    assert f"Red  ·  Acme\n{LEFT}" in read(brief)
    opened = town.form("U0EVA", brief, ids.SECTION_LEFT)
    town.box.suggestions("U0EVA", view_id=opened.id, action_id=ids.CLIENT_PERSON, text="li", block_id="successor")
    assert town.submit("U0EVA", opened, successor="2").errors == {}
    town.makegood.tick()
    town.settled()
    assert "Mended." in read(briefs(town, "U0EVA")[0])
    assert "*Green*" in words_of(open_plan(town))


# ---- reviews -------------------------------------------------------------------------------------------


def test_a_review_that_nobody_has_booked(town: BotInWorkspace) -> None:
    """A month before the end of the period the lead reads that the review is not booked. *Book the review* mends it."""
    has_account(town)
    is_set(town, category="C")
    assert "is not booked" not in words_of(open_plan(town))
    town.jump(2027, 12, 1, 8, 45)
    brief = briefs(town, "U0EVA")[-1]
    assert "There has been no review. The first is due by 31 Dec 2027, and it is not booked." in read(brief)
    opened = town.form("U0EVA", brief, ids.REVIEW_BOOK)
    assert town.submit("U0EVA", opened, day="2027-12-14").errors == {}
    town.makegood.tick()
    town.settled()
    assert "no review was booked" in read(briefs(town, "U0EVA")[-1])
    assert ("no review", date(2027, 12, 1)) in raised(town)
    assert "is not booked" not in words_of(open_plan(town))


def test_a_review_that_is_overdue(town: BotInWorkspace) -> None:
    """A review whose day has passed is overdue on the plan, and the button opens it, for everybody who may look."""
    has_account(town)
    is_set(town, category="C")
    review(town, "Acme on 26 Nov 2026 10:00")
    town.jump(2026, 11, 30, 8, 45)
    said = "The review was due on 26 Nov 2026, 4 days ago."
    for user in ("U0EVA", "U0BEN"):
        plan = open_plan(town, user)
        assert said in words_of(plan)
        its_line = next(block["block_id"] for block in plan.blocks if said in str(block))
        town.box.press(user, action_id=ids.REVIEW_OPEN, view_id=plan.id, block_id=its_line)
        assert "Acme: review" in words_of(town.box.modals(user)[-1])
    assert said not in read(briefs(town, "U0EVA")[-1])
    assert raised(town) == []


def test_what_a_category_needs_is_a_setting(town: BotInWorkspace) -> None:
    """After an admin has changed the roles and reviews of a category, its accounts are measured by these at once."""
    has_account(town)
    is_set(town, category="B")
    assert "*Green*" in words_of(open_plan(town))
    save(town, "U0ADA", roles_b=["champion"], review_months_b="1")
    assert "The map has no champion. A B account needs one." in words_of(open_plan(town))
    town.makegood.tick()
    assert raised(town) == [("roles", None)]
    save(town, "U0ADA", roles_b=[])
    town.makegood.tick()
    assert raised(town) == [("roles", date(2026, 11, 23))]
    town.jump(2026, 12, 2, 8, 45)
    assert "The first is due by 31 Dec 2026, and it is not booked." in words_of(open_plan(town))


# ---- in the coach's brief ------------------------------------------------------------------------------


def test_a_coach_reads_once_a_week(town: BotInWorkspace) -> None:
    """The coach of an account in red reads of it on the first working morning of each week, with its worst signal."""
    has_a_account(town)
    coached_by(town, "U0ANA")
    live_through(town, date(2026, 11, 24), date(2026, 12, 8))
    assert days(town, "U0ANA", BERLIN) == [date(2026, 11, 30), date(2026, 12, 7)]
    for brief in briefs(town, "U0ANA"):
        assert headings(brief) == ["Accounts that you coach"]
        assert f"Red  ·  Acme  ·  Eva Lindqvist leads it\n{LONELY}" in read(brief)
    assert town.press("U0ANA", briefs(town, "U0ANA")[0], ids.PLAN_OPEN).view is not None


def test_a_coach_reads_of_amber_too(town: BotInWorkspace) -> None:
    """An account in amber is in the first brief of a week, which comes for it if nothing else is due, in no other."""
    has_account(town)
    promises(town)
    coached_by(town, "U0ANA")
    live_through(town, date(2026, 11, 24), date(2026, 12, 1))
    assert days(town, "U0ANA", BERLIN) == [date(2026, 11, 30)]
    town.has_recorded("U0ANA", ("U0ANA", "own", "2026-12-03"), ("U0ANA", "own too", "2026-12-04"), at=LAST_WEEK)
    live_through(town, date(2026, 12, 2), date(2026, 12, 4))
    first, *others = briefs(town, "U0ANA")
    assert "Amber  ·  Acme" in read(first)
    assert others
    assert all("Accounts that you coach" not in headings(one) for one in others)


@pytest.mark.both_databases
def test_the_brief_of_a_green_account_is_quiet(town: BotInWorkspace) -> None:
    """An account at which nothing is wrong adds no line and no brief."""
    has_account(town)
    coached_by(town, "U0ANA")
    live_through(town, date(2026, 11, 24), date(2026, 12, 8))
    assert briefs(town, "U0EVA") == briefs(town, "U0ANA") == []
