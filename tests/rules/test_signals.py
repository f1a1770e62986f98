"""The signals of an account: tables of cases for each rule, and properties over any facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.signals import (
    MOST,
    AccountFacts,
    Broken,
    Colour,
    ComingDate,
    Contact,
    Health,
    Mend,
    SharedPage,
    SignalKind,
    delay_words,
    health_of,
)

TODAY = date(2026, 11, 27)
NO_CATEGORY = "No fault is known, but the account has no category yet."
REQUIRED = ("decision maker", "economic buyer", "champion")
DANA = Contact(1, "Dana Reyes", TODAY - timedelta(days=400), frozenset({"decision maker"}), 5, "Ana Souza",
               last_met=TODAY - timedelta(days=10))  # fmt: skip
LI = Contact(2, "Li Wei", TODAY - timedelta(days=400), frozenset({"economic buyer", "champion"}), 3, "Ana Souza",
             last_met=TODAY - timedelta(days=20))  # fmt: skip
# An A account at which nothing is wrong.
GREEN = AccountFacts(7, TODAY, TODAY - timedelta(days=30), "A", REQUIRED, (DANA, LI), given=5, received=2)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def said(health: Health) -> list[tuple[str, str, str]]:
    """Kind, weight and words of each signal."""
    return [(one.kind, one.weight, one.words) for one in health.all]


def only(facts: AccountFacts) -> tuple[str, str, str]:
    """The one signal of these facts."""
    (found,) = said(health_of(facts))
    return found


def test_an_account_without_a_fault_is_green() -> None:
    """An account with all of its roles, live relationships and promises of both sides has no signal."""
    assert health_of(GREEN) == Health(Colour.GREEN, ())
    assert health_of(GREEN).why == "Nothing needs attention."


CASES = {
    "an executive left": (
        replace(GREEN, people=(DANA, LI, replace(DANA, id=3, name="Ed Moss", left_on=ago(3)))),
        ("left", "red", "Ed Moss (decision maker) left on 24 Nov 2026, and nobody is named as successor."),
    ),
    "a user left": (
        replace(GREEN, people=(DANA, LI, Contact(3, "Ed Moss", ago(9), left_on=ago(0)))),
        ("left", "amber", "Ed Moss left on 27 Nov 2026, and nobody is named as successor."),
    ),
    "nobody of ours": (
        replace(GREEN, people=(replace(DANA, colleague=None), LI)),
        ("no colleague", "amber", "Nobody of ours looks after Dana Reyes (decision maker)."),
    ),
    "nobody of ours for a mighty one": (
        replace(GREEN, people=(DANA, LI, Contact(3, "Ed Moss", ago(9), influence=4))),
        ("no colleague", "amber", "Nobody of ours looks after Ed Moss."),
    ),
    "not met in time": (
        replace(GREEN, people=(replace(DANA, every=7, agreed="week"), replace(LI, id=3, roles=frozenset()), LI)),
        ("not met", "amber",
         "Dana Reyes (decision maker) was last met on 17 Nov 2026, 10 days ago; a meeting every week is agreed."),
    ),
    "an executive not met in twice the time": (
        replace(GREEN, people=(replace(DANA, every=4, agreed="4 days"), replace(LI, id=3, roles=frozenset()), LI)),
        ("not met", "red",
         "Dana Reyes (decision maker) was last met on 17 Nov 2026, 10 days ago; a meeting every 4 days is agreed."),
    ),
    "never met": (
        replace(GREEN, people=(DANA, LI, Contact(3, "Ed Moss", ago(31), every=30, agreed="month"))),
        ("not met", "amber",
         "Ed Moss has never been met, on the map for 31 days; a meeting every month is agreed."),
    ),
    "one live relationship": (
        replace(GREEN, people=(DANA, replace(LI, last_met=ago(93)))),
        ("one relationship", "red",
         "It all hangs on Dana Reyes (decision maker): no second relationship is alive."),
    ),
    "none": (
        replace(GREEN, people=(replace(DANA, last_met=None), replace(LI, last_met=None))),
        ("one relationship", "red", "No relationship is alive: nobody of 2 people was met in time."),
    ),
    "nobody on the map": (
        replace(GREEN, people=()),
        ("one relationship", "red", "Nobody of theirs is on the map."),
    ),
    "no economic buyer": (
        replace(GREEN, people=(DANA, replace(LI, roles=frozenset({"champion"})))),
        ("roles", "amber", "The map has no economic buyer. An A account needs one."),
    ),
    "two roles missing": (
        replace(GREEN, category="B", people=(DANA,)),
        ("roles", "amber", "The map has no economic buyer and no champion. A B account needs them."),
    ),
    "we alone give": (
        replace(GREEN, given=3, received=0),
        ("one way", "amber", "We gave or promised 3 things within a quarter, and they promised nothing."),
    ),
    "they alone give": (
        replace(GREEN, given=0, received=4),
        ("one way", "amber", "They gave or promised 4 things within a quarter, and we promised nothing."),
    ),
    "growth without opportunities": (
        replace(GREEN, growth=("Penetration 60 %",)),
        ("no opportunity", "amber", "“Penetration 60 %” shall grow, and no opportunity is open."),
    ),
    "three goals": (
        replace(GREEN, growth=("Seats", "Sites", "Share")),
        ("no opportunity", "amber", "“Seats” and 2 other goals shall grow, and no opportunity is open."),
    ),
    "a key date in 60 days": (
        replace(GREEN, dates=(ComingDate(4, "renewal", TODAY + timedelta(days=60)),)),
        ("key date", "amber", "Nothing is planned for the renewal on 26 Jan 2027, in 60 days."),
    ),
    "a key date in 14 days": (
        replace(GREEN, dates=(ComingDate(4, "renewal", TODAY + timedelta(days=14)),)),
        ("key date", "red", "Nothing is planned for the renewal on 11 Dec 2026, in 14 days."),
    ),
    "a key date today": (
        replace(GREEN, dates=(ComingDate(4, "renewal", TODAY),)),
        ("key date", "red", "Nothing is planned for the renewal on 27 Nov 2026, today."),
    ),
    "the review is due": (
        replace(GREEN, review_due_on=ago(1)),
        ("review", "amber", "The review was due on 26 Nov 2026, 1 day ago."),
    ),
    "the review is long due": (
        replace(GREEN, review_due_on=ago(31)),
        ("review", "red", "The review was due on 27 Oct 2026, 31 days ago."),
    ),
    "the next review is not booked": (
        replace(GREEN, review_due_by=TODAY + timedelta(days=30), reviewed_on=ago(70)),
        ("no review", "amber",
         "The last review was on 18 Sep 2026. The next one is due by 27 Dec 2026, and it is not booked."),
    ),
    "the next review is not booked and due": (
        replace(GREEN, review_due_by=ago(30), reviewed_on=ago(130)),
        ("no review", "amber",
         "The last review was on 20 Jul 2026. The next one was due by 28 Oct 2026, 30 days ago, and it is not booked."),
    ),
    "no review for long": (
        replace(GREEN, review_due_by=ago(31), reviewed_on=ago(130)),
        ("no review", "red",
         "The last review was on 20 Jul 2026. The next one was due by 27 Oct 2026, 31 days ago, and it is not booked."),
    ),
    "never a review": (
        replace(GREEN, review_due_by=ago(300)),
        ("no review", "amber",
         "There has been no review. The first was due by 31 Jan 2026, 300 days ago, and it is not booked."),
    ),
    "a broken promise": (
        replace(GREEN, broken=Broken(1, 12, "Send the price", 4, 2)),
        ("late", "amber", "#12 “Send the price” is late by 4 working days, moved twice."),
    ),
    "three broken promises": (
        replace(GREEN, broken=Broken(3, 12, "Send the price", 15)),
        ("late", "red", "#12 “Send the price” is late by 15 working days, and 2 more are late."),
    ),
    "an old plan": (
        replace(GREEN, touched_on=ago(93)),
        ("old plan", "amber", "Nobody has touched the plan since 26 Aug 2026, for 93 days."),
    ),
    "a forgotten page": (
        replace(GREEN, pages=(SharedPage(1, "Dana Reyes", ago(22)),)),
        ("page", "amber", "Nobody has opened or changed the page of Dana Reyes since 5 Nov 2026."),
    ),
    "an account with a name only": (
        AccountFacts(7, TODAY, TODAY),
        ("no category", "green", "Choose a category: it says which people, meetings and reviews this account needs."),
    ),
    "nobody has said what it needs": (
        replace(GREEN, category=None, required_roles=(), touched_on=ago(900)),
        ("no category", "green", "Choose a category: it says which people, meetings and reviews this account needs."),
    ),
    "nearly full": (
        replace(GREEN, penetration=91),
        ("maintain", "green",
         "They buy 91 % of what they could buy from us: maintain it, and put your time elsewhere."),
    ),
    "another category": (
        replace(GREEN, suggested="B"),
        ("category", "green", "Potential and cost to serve suggest category B; it is A today."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_fact_has_its_sentence(case: str) -> None:
    """Each wrong fact gives one signal, with its weight and with numbers, names and dates in the sentence."""
    facts, expected = CASES[case]
    assert only(facts) == expected
    assert health_of(facts).colour == expected[1]
    green = NO_CATEGORY if expected[0] == "no category" else "Nothing needs attention."
    assert health_of(facts).why == (expected[2] if expected[1] != "green" else green)


def test_a_suggested_category_is_hint_enough() -> None:
    """Where the figures suggest a category, the account is not asked for one a second time."""
    (kind, _, words) = only(replace(GREEN, category=None, required_roles=(), suggested="B"))
    assert (kind, words) == ("category", "Potential and cost to serve suggest category B; it has none yet.")


def test_every_kind_has_a_case() -> None:
    """The table above leaves out no kind of signal."""
    assert {expected[0] for _, expected in CASES.values()} == set(SignalKind)


QUIET = {
    "a successor is named": replace(
        GREEN, people=(DANA, LI, replace(DANA, id=3, left_on=ago(3), has_successor=True))
    ),
    "a meeting is planned": replace(
        GREEN, people=(replace(DANA, every=7, agreed="week", next_meeting_on=TODAY), LI)
    ),
    "met on the last day": replace(GREEN, people=(replace(DANA, every=10, agreed="10 days"), LI)),
    "somebody else has the role": replace(GREEN, people=(DANA, replace(LI, roles=frozenset(REQUIRED)))),
    "new people count as live": replace(
        GREEN, people=tuple(replace(one, last_met=None, known_since=ago(92)) for one in (DANA, LI))
    ),
    "a B account may hang on one": replace(GREEN, category="B", required_roles=(), people=(DANA,)),
    "two things of ours": replace(GREEN, given=2, received=0),
    "an open opportunity": replace(GREEN, growth=("Seats",), open_opportunities=1),
    "a date in 61 days": replace(GREEN, dates=(ComingDate(4, "renewal", TODAY + timedelta(days=61)),)),
    "a date that is planned": replace(GREEN, dates=(ComingDate(4, "renewal", TODAY, is_planned=True),)),
    "a date that has passed": replace(GREEN, dates=(ComingDate(4, "renewal", ago(1)),)),
    "a review due today": replace(GREEN, review_due_on=TODAY),
    "a review to be booked in 31 days": replace(GREEN, review_due_by=TODAY + timedelta(days=31)),
    "a plan of a quarter": replace(GREEN, touched_on=ago(92)),
    "an old plan of a D account": replace(GREEN, category="D", required_roles=(), touched_on=ago(900)),
    "a page of three weeks": replace(GREEN, pages=(SharedPage(1, "Our plan", ago(21)),)),
    "ninety percent": replace(GREEN, penetration=90),
    "the category that is suggested": replace(GREEN, suggested="A"),
}  # fmt: skip


@pytest.mark.parametrize("case", QUIET)
def test_on_the_right_side_of_each_limit(case: str) -> None:
    """No signal where the limit is reached and not passed, or where the fact is mended."""
    assert said(health_of(QUIET[case])) == []


@pytest.mark.parametrize(
    ("working_days", "slips", "words"),
    [
        (1, 0, "late by 1 working day"),
        (4, 1, "late by 4 working days, moved once"),
        (4, 2, "late by 4 working days, moved twice"),
        (20, 3, "late by 20 working days, moved 3 times"),
    ],
)
def test_a_delay_in_words(working_days: int, slips: int, words: str) -> None:
    """The state of a late promise comes from its dates."""
    assert delay_words(working_days, slips) == words


def test_the_lead_reads_of_some_elsewhere() -> None:
    """A signal of which escalations, or the reminders of a key date or a review, tell the lead is marked: no brief
    repeats it.
    """
    date_ = ComingDate(4, "renewal", TODAY + timedelta(days=20))
    heard = replace(
        GREEN, broken=Broken(1, 12, "Send", 4), dates=(replace(date_, reminds_lead=True),), review_due_on=ago(3)
    )
    assert [one.is_told for one in health_of(heard).all] == [True, True, True]
    assert [one.is_told for one in health_of(replace(heard, dates=(date_,))).all] == [False, True, True]


@pytest.mark.parametrize(
    ("facts", "mend"),
    [
        (replace(GREEN, given=3, received=0), Mend.ASK_FOR_PROMISE),
        (replace(GREEN, given=0, received=3), Mend.PROMISE),
        (replace(GREEN, people=(DANA, replace(LI, roles=frozenset()))), Mend.GIVE_ROLE),
        (replace(GREEN, category="B", people=()), Mend.ADD_PERSON),
    ],
)
def test_the_step_fits_the_fact(facts: AccountFacts, mend: Mend) -> None:
    """Where one kind of signal has two ways to mend it, the facts choose."""
    assert [one.mend for one in health_of(facts).all] == [mend]


# ---- properties ----------------------------------------------------------------------------------------

days_ago = st.integers(0, 400).map(ago)
maybe_ago = st.none() | days_ago
roles = st.frozensets(st.sampled_from([*REQUIRED, "executive sponsor", "user"]))


@st.composite
def contacts(draw: st.DrawFn) -> tuple[Contact, ...]:
    return tuple(
        Contact(
            number, f"Person {number}", draw(days_ago), draw(roles), draw(st.none() | st.integers(1, 5)),
            draw(st.sampled_from([None, "Ana Souza"])), draw(st.sampled_from([None, 30, 90])), "30 days",
            draw(maybe_ago), draw(st.none() | st.integers(0, 60).map(lambda days: TODAY + timedelta(days=days))),
            draw(st.sampled_from([None, None, ago(5)])), draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 5)))
    )  # fmt: skip


@st.composite
def accounts(draw: st.DrawFn) -> AccountFacts:
    coming = st.integers(-5, 90).map(lambda days: TODAY + timedelta(days=days))
    return AccountFacts(
        7, TODAY, draw(days_ago), draw(st.sampled_from([None, "A", "B", "C", "D"])),
        draw(st.sampled_from([(), REQUIRED])), draw(contacts()), draw(st.integers(0, 5)), draw(st.integers(0, 5)),
        draw(st.none() | st.builds(Broken, st.integers(1, 4), st.just(12), st.just("Send"), st.integers(1, 40),
                                   st.integers(0, 4))),
        tuple(ComingDate(number, "renewal", draw(coming), draw(st.booleans()))
              for number in range(draw(st.integers(0, 3)))),
        draw(st.sampled_from([(), ("Seats",)])), draw(st.integers(0, 1)), draw(st.none() | st.integers(0, 120)),
        draw(st.sampled_from([None, "A", "B"])), draw(maybe_ago),
        draw(st.none() | coming), draw(maybe_ago),
        tuple(SharedPage(number, "Plan", draw(days_ago)) for number in range(draw(st.integers(0, 2)))),
    )  # fmt: skip


@given(accounts())
def test_a_list_shows_seven_at_most_the_worst_first(facts: AccountFacts) -> None:
    """However bad an account is, seven signals are shown, no worse one is left out, and the colour is the first's."""
    health = health_of(facts)
    ranks = [one.weight.rank for one in health.all]
    assert len(health.signals) <= MOST
    assert ranks == sorted(ranks, reverse=True)
    assert health.colour.rank == max(ranks, default=0)
    assert len({one.key for one in health.all}) == len(health.all)
    assert all(one.words.endswith(".") for one in health.all)


def worsened(facts: AccountFacts) -> list[AccountFacts]:
    """The facts with one thing worse, in each possible way."""

    def person(place: int, **worse: object) -> AccountFacts:
        changed = replace(facts.people[place], **worse)  # type: ignore[arg-type]
        return replace(facts, people=(*facts.people[:place], changed, *facts.people[place + 1 :]))

    later = [
        person(place, last_met=one.last_met and one.last_met - timedelta(days=100))
        for place, one in enumerate(facts.people)
    ]
    lonely = [person(place, colleague=None) for place in range(len(facts.people))]
    unplanned = [person(place, next_meeting_on=None) for place in range(len(facts.people))]
    forgotten = [person(place, known_since=one.known_since - timedelta(days=100))
                 for place, one in enumerate(facts.people)]  # fmt: skip
    unnamed = [person(place, has_successor=False) for place in range(len(facts.people))]
    gone = [person(place, left_on=ago(1), has_successor=False)
            for place, one in enumerate(facts.people) if one.left_on is None and one.roles - {"user"}]  # fmt: skip
    return [
        *later, *lonely, *unplanned, *forgotten, *unnamed, *gone,
        replace(facts, touched_on=facts.touched_on - timedelta(days=100)),
        replace(facts, required_roles=REQUIRED),
        replace(facts, received=0, given=facts.given + 1) if facts.given >= facts.received else
        replace(facts, given=0, received=facts.received + 1),
        replace(facts, broken=replace(facts.broken, working_days=facts.broken.working_days + 10) if facts.broken
                else Broken(1, 12, "Send", 1)),
        replace(facts, open_opportunities=0),
        replace(facts, dates=tuple(replace(one, is_planned=False) for one in facts.dates)),
        replace(facts, review_due_on=(facts.review_due_on or TODAY) - timedelta(days=40)),
        replace(facts, review_due_by=(facts.review_due_by or TODAY) - timedelta(days=40)),
        replace(facts, pages=tuple(replace(one, touched_on=ago(300)) for one in facts.pages)),
    ]  # fmt: skip


@given(accounts())
def test_worse_facts_never_give_a_better_colour(facts: AccountFacts) -> None:
    """When a thing at an account gets worse, its colour stays or gets worse."""
    before = health_of(facts).colour.rank
    for worse in worsened(facts):
        assert health_of(worse).colour.rank >= before


def mended(facts: AccountFacts, kind: SignalKind, subject: int) -> AccountFacts:
    """The facts after the step that mends this signal."""

    def person(**better: object) -> AccountFacts:
        return replace(facts, people=tuple(
            replace(one, **better) if one.id == subject else one for one in facts.people  # type: ignore[arg-type]
        ))  # fmt: skip

    two = tuple(Contact(90 + n, "New", TODAY) for n in range(2))
    new = Contact(99, "New", ago(400), frozenset(facts.required_roles), colleague="Ana Souza")
    return {
        SignalKind.LEFT: lambda: person(has_successor=True),
        SignalKind.NO_COLLEAGUE: lambda: person(colleague="Ana Souza"),
        SignalKind.NOT_MET: lambda: person(last_met=TODAY),
        SignalKind.ONE_RELATIONSHIP: lambda: replace(facts, people=(*facts.people, *two)),
        SignalKind.ROLES: lambda: replace(facts, people=(*facts.people, new)),
        SignalKind.ONE_WAY: lambda: replace(facts, given=1, received=1),
        SignalKind.NO_OPPORTUNITY: lambda: replace(facts, open_opportunities=1),
        SignalKind.KEY_DATE: lambda: replace(facts, dates=tuple(
            replace(one, is_planned=one.is_planned or one.id == subject) for one in facts.dates)),
        SignalKind.REVIEW: lambda: replace(facts, review_due_on=TODAY),
        SignalKind.NO_REVIEW: lambda: replace(facts, review_due_by=None),
        SignalKind.LATE: lambda: replace(facts, broken=None),
        SignalKind.OLD_PLAN: lambda: replace(facts, touched_on=TODAY),
        SignalKind.PAGE: lambda: replace(facts, pages=tuple(
            replace(one, touched_on=TODAY) if one.id == subject else one for one in facts.pages)),
        SignalKind.NO_CATEGORY: lambda: replace(facts, category="D"),
        SignalKind.MAINTAIN: lambda: replace(facts, penetration=50),
        SignalKind.CATEGORY: lambda: replace(facts, suggested=facts.category),
    }[kind]()  # fmt: skip


@given(accounts())
def test_a_mended_fact_removes_exactly_its_signal(facts: AccountFacts) -> None:
    """After the step that mends a signal, that signal is gone, and all others stand."""
    found = health_of(facts).all
    for signal in found:
        after = health_of(mended(facts, signal.kind, signal.subject[1])).all
        gone = {one.key for one in found} - {one.key for one in after}
        # A meeting also brings the relationship to life.
        side_effects = {one.key for one in found if one.kind == SignalKind.ONE_RELATIONSHIP}
        assert signal.key in gone
        assert gone - {signal.key} <= (side_effects if signal.kind == SignalKind.NOT_MET else set())
