"""Energy for energy: the balance of both sides in words and numbers, quarter by quarter."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.calendar.working_days import WorkingDays
from store.rules.energy import Balance, Deed, Given, Progress, Quarter, balance_of, course_of, last_quarters, weigh
from store.rules.kept import Kept, Promise

WORKS = WorkingDays()
TODAY = date(2026, 11, 27)
QUARTERS = last_quarters(TODAY, 1)
# A Thursday of this quarter, and one of the quarter a year ago.
DUE, A_YEAR_AGO = date(2026, 11, 19), date(2025, 11, 20)


def deed(ours: bool = True, due: date = DUE, done: date | None = None, **more: object) -> Deed:
    values = {"person": 1, "begun_on": due - timedelta(days=20)} | more
    return Deed(ours, promise=Promise(due, WORKS, done, is_done=done is not None), due_on=due, **values)  # type: ignore[arg-type]


def side(delivered: int, owes: int = 0, overdue: int = 0) -> Given:
    return Given(owes, overdue, (Quarter(QUARTERS[-1], on_time=delivered),))


@pytest.mark.parametrize(
    ("start", "quarters"),
    [
        (1, [(2025, 10), (2026, 1), (2026, 4), (2026, 7), (2026, 10)]),
        (2, [(2025, 11), (2026, 2), (2026, 5), (2026, 8), (2026, 11)]),
        (12, [(2025, 9), (2025, 12), (2026, 3), (2026, 6), (2026, 9)]),
    ],
)
def test_this_quarter_and_the_last_four(start: int, quarters: list[tuple[int, int]]) -> None:
    """The quarters are those of the fiscal year that begins in the month `start`."""
    assert last_quarters(TODAY, start) == tuple(date(year, month, 1) for year, month in quarters)


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (side(0), side(0), "Neither side has delivered or promised anything yet."),
        (side(0, owes=2), side(0), "We have delivered 0 and received 0."),
        (side(7), side(1), "We have delivered 7 and received 1: ask for something."),
        (side(3), side(0), "We have delivered 3 and received 0: ask for something."),
        (side(2), side(0), "We have delivered 2 and received 0."),
        (side(7), side(4), "We have delivered 7 and received 4."),
        (side(1), side(7), "They have delivered 7 and received 1: give something back."),
        (side(7), side(1, owes=3), "We have delivered 7 and received 1; they have promised 3 more."),
        (side(1, owes=3), side(7), "We have delivered 1 and received 7; we have promised 3 more."),
    ],
)
def test_the_balance_in_words(ours: Given, theirs: Given, words: str) -> None:
    """Both ways: a side that gave less than half, and has promised nothing that would mend it, is named."""
    assert Balance(ours, theirs).words == words


def test_what_is_owed_in_words() -> None:
    """A side that owes nothing is left out."""
    assert Balance(side(0, owes=3, overdue=1), side(1, owes=2)).owed == "We owe 3, 1 overdue. They owe 2."
    assert Balance(side(1), side(0)).owed == ""


@pytest.mark.parametrize(
    ("one", "quarter"),
    [
        (deed(done=DUE), {"on_time": 1, "kept": Kept(1, 1)}),
        (deed(done=DUE + timedelta(days=1)), {"late": 1, "kept": Kept(0, 1)}),
        # Saturday and Sunday after a Friday are not late.
        (deed(due=date(2026, 11, 20), done=date(2026, 11, 22)), {"on_time": 1, "kept": Kept(1, 1)}),
        # It was broken, and it is owed still.
        (deed(), {"kept": Kept(0, 1)}),
        (deed(due=TODAY + timedelta(days=5)), {}),
        (deed(slipped_on=(date(2026, 11, 2), date(2026, 11, 3), date(2026, 9, 30))), {"slips": 2, "kept": Kept(0, 1)}),
        # Delivered in this quarter, promised for the last one.
        (deed(due=date(2026, 9, 30), done=date(2026, 10, 2)), {"late": 1}),
        # Cancelled: nothing was delivered.
        (Deed(True, 1, Promise(DUE, WORKS, DUE), DUE, DUE), {}),
    ],
)
def test_a_promise_in_its_quarter(one: Deed, quarter: dict[str, object]) -> None:
    """It is delivered in the quarter in which it is done, and kept or broken in the quarter for which it was agreed."""
    found = balance_of([one], QUARTERS, TODAY).ours.quarters[-1]
    assert found == Quarter(QUARTERS[-1], **quarter)  # type: ignore[arg-type]


def test_a_year_ago_and_before() -> None:
    """The quarter a year ago is the oldest that counts."""
    before = A_YEAR_AGO - timedelta(days=100)
    found = balance_of([deed(due=A_YEAR_AGO, done=A_YEAR_AGO), deed(due=before, done=before)], QUARTERS, TODAY)
    assert [one.delivered for one in found.ours.quarters] == [1, 0, 0, 0, 0]
    assert found.theirs.delivered == 0


def test_the_course_of_the_quarter() -> None:
    """Each week shows how many promises there were for the quarter, and how many of them were done by then."""
    late_promise = deed(due=date(2026, 12, 10), begun_on=date(2026, 11, 10))
    cancelled = Deed(True, 1, Promise(DUE, WORKS, date(2026, 10, 20)), DUE, date(2026, 10, 2))
    of_next = deed(due=date(2027, 1, 10))
    deeds = [deed(begun_on=date(2026, 9, 1), done=date(2026, 10, 15)), late_promise, cancelled, of_next]
    assert course_of(deeds, QUARTERS[-1], date(2026, 11, 12)) == [
        Progress(date(2026, 10, 7), 2, 0),
        Progress(date(2026, 10, 14), 2, 0),
        Progress(date(2026, 10, 21), 1, 1),
        Progress(date(2026, 10, 28), 1, 1),
        Progress(date(2026, 11, 4), 1, 1),
        Progress(date(2026, 11, 11), 2, 1),
        Progress(date(2026, 11, 12), 2, 1),
    ]


DAYS = st.dates(date(2025, 6, 1), date(2027, 3, 1))
DEEDS = st.lists(
    st.builds(
        lambda ours, person, due, ended, done, begun: Deed(
            ours, person, Promise(due, WORKS, ended, is_done=done and ended is not None), due, min(begun, due)
        ),
        st.booleans(), st.none() | st.integers(1, 3), DAYS, st.none() | st.dates(date(2025, 6, 1), TODAY),
        st.booleans(), DAYS,
    ),
    max_size=30,
)  # fmt: skip


@given(DEEDS)
def test_people_never_exceed_the_account(deeds: list[Deed]) -> None:
    """The balances with all people together are at most the account's, in each number; without a person they are less
    by the promises that name nobody.
    """
    found = weigh(deeds, QUARTERS, TODAY)
    for which in ("ours", "theirs"):
        whole, parts = getattr(found.account, which), [getattr(one, which) for one in found.people.values()]
        for number in ("owes", "overdue", "delivered", "on_time", "late"):
            assert sum(getattr(one, number) for one in parts) <= getattr(whole, number)
        assert whole.on_time + whole.late == whole.delivered
        assert whole.overdue <= whole.owes
        assert all(one.kept.kept <= one.kept.total for one in whole.quarters)
    assert all(one.done <= one.promised for one in found.course)
    named = weigh([one for one in deeds if one.person is not None], QUARTERS, TODAY)
    assert sum(one.ours.owes for one in found.people.values()) == named.account.ours.owes


@given(DEEDS)
def test_both_ways(deeds: list[Deed]) -> None:
    """The same deeds with the sides exchanged give the same balance the other way round; never both ask and give."""
    turned = [Deed(not one.is_ours, one.person, one.promise, one.due_on, one.begun_on) for one in deeds]
    one, other = balance_of(deeds, QUARTERS, TODAY), balance_of(turned, QUARTERS, TODAY)
    assert (one.ours, one.theirs) == (other.theirs, other.ours)
    assert (one.asks, one.gives) == (other.gives, other.asks)
    assert not (one.asks and one.gives)
