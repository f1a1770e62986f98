"""The ladder of dates: which step a commitment has reached on a working day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.rules.calendar.working_days import WorkingDays
from store.rules.nudging.occasions import OVERDUE_STEPS, Occasion, OccasionKind, ladder

WEEK = WorkingDays()

weeks = st.sets(st.integers(0, 6), min_size=1).map(lambda days: WorkingDays(frozenset(days)))
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def step(due: date, today: date, works: WorkingDays) -> str | None:
    """The step of the ladder, in the ledger's words."""
    found = ladder(due, today, works)
    return found.encode() if found else None


# Due on Friday 27 November 2026; Mondays are 16, 23, 30 November and 7 December.
@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 19), None),
        (date(2026, 11, 20), "soon"),
        (date(2026, 11, 25), "soon"),
        (date(2026, 11, 26), "eve"),
        (date(2026, 11, 27), "today"),
        (date(2026, 11, 30), "overdue-1"),
        (date(2026, 12, 1), "overdue-1"),
        (date(2026, 12, 2), "overdue-3"),
        (date(2026, 12, 8), "overdue-7"),
        (date(2026, 12, 18), "overdue-15"),
        (date(2027, 1, 8), "overdue-30"),
        (date(2027, 2, 19), "overdue-60"),
        (date(2027, 4, 2), "overdue-90"),
        (date(2028, 4, 3), "overdue-90"),
    ],
)
def test_occasions_of_a_friday(today: date, expected: str | None) -> None:
    """A week ahead, the day before, the day itself, then 1, 3, 7, 15, 30, 60 and 90 working days overdue."""
    assert step(date(2026, 11, 27), today, WEEK) == expected


@pytest.mark.parametrize(
    ("due", "today", "expected"),
    [
        (date(2026, 11, 28), date(2026, 11, 27), "today"),
        (date(2026, 11, 29), date(2026, 11, 26), "eve"),
        (date(2026, 11, 29), date(2026, 11, 30), "overdue-1"),
        (date(2026, 12, 25), date(2026, 12, 24), "today"),
        (date(2026, 12, 28), date(2026, 12, 24), "eve"),
    ],
)
def test_what_falls_on_a_day_off_is_asked_for_before(due: date, today: date, expected: str) -> None:
    """Weekends and holidays pull the question forward, never back; overdue begins on the next working day."""
    works = WorkingDays(region="DE")
    assert step(due, today, works) == expected


@given(days, weeks)
def test_occasions_never_go_back(due: date, works: WorkingDays) -> None:
    """Walking through a person's working days, occasions only ever advance, and each step is reached."""
    order = [None, "soon", "eve", "today", *(f"overdue-{step}" for step in OVERDUE_STEPS)]
    day, seen = works.next_after(due - timedelta(days=15)), []
    for _ in range(130):
        seen.append(order.index(step(due, day, works)))
        day = works.next_after(day)
    assert seen == sorted(seen)
    assert set(order[3:]) <= {order[at] for at in seen}


# Kinds whose text has a date or a number.
WITH_MORE = {OccasionKind.OVERDUE, OccasionKind.DAYS_BEFORE, OccasionKind.AWAY}
STEPS = [
    *(kind for kind in OccasionKind if kind not in {*WITH_MORE, OccasionKind.NEWS}),
    *(f"overdue-{step}" for step in OVERDUE_STEPS),
]


def occasions() -> st.SearchStrategy[Occasion]:
    """Any occasion that a rule can make."""
    marks = {mark: st.booleans() for mark in ("stands_in", "warns", "ends", "has_news")}
    plain = st.sampled_from([kind for kind in OccasionKind if kind not in WITH_MORE])
    return st.one_of(
        st.builds(Occasion, plain, **marks),
        st.builds(Occasion, st.just(OccasionKind.OVERDUE), st.sampled_from(OVERDUE_STEPS), **marks),
        st.builds(Occasion, st.just(OccasionKind.OVERDUE), st.integers(1, 400), days),
        st.builds(Occasion, st.just(OccasionKind.DAYS_BEFORE), st.integers(1, 400), days),
        st.builds(Occasion, st.just(OccasionKind.AWAY), st.just(0), days),
    )


@given(occasions())
def test_an_occasion_reads_as_it_was_written(one: Occasion) -> None:
    """The ledger's text of an occasion gives the same occasion."""
    assert Occasion.decode(one.encode()) == one


@pytest.mark.parametrize("mark", ["", ":warned", ":last"])
@pytest.mark.parametrize("for_", ["", "for:"])
@pytest.mark.parametrize("new", ["", "new:"])
def test_the_texts_of_older_ledgers_are_read(new: str, for_: str, mark: str) -> None:
    """Each step with each mark, as every version has written them, is read, and written the same again."""
    for text in (f"{new}{for_}{step}{mark}" for step in STEPS):
        found = Occasion.decode(text)
        assert found.encode() == text
        assert (found.has_news, found.stands_in) == (bool(new), bool(for_))
        assert (found.warns, found.ends) == (mark == ":warned", mark == ":last")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new:", Occasion(OccasionKind.NEWS, has_news=True)),
        ("for:overdue-3:warned", Occasion(OccasionKind.OVERDUE, 3, stands_in=True, warns=True)),
        ("escalated:last", Occasion(OccasionKind.ESCALATED, ends=True)),
        ("60 days before 2027-01-29", Occasion(OccasionKind.DAYS_BEFORE, 60, date(2027, 1, 29))),
        ("overdue-6 since 2026-12-17", Occasion(OccasionKind.OVERDUE, 6, date(2026, 12, 17))),
    ],
)
def test_what_a_text_says(text: str, expected: Occasion) -> None:
    """A kind, its days, and its marks."""
    assert Occasion.decode(text) == expected


@pytest.mark.parametrize(
    "text", ["later", "overdue-", "today:told", "3 days before", "14 days before 2027-02-30", "soon since 2026-12-17"]
)
def test_any_other_text_is_refused(text: str) -> None:
    """A text that no version has written is an error, never a wrong occasion."""
    with pytest.raises(ValueError, match=r"."):
        Occasion.decode(text)
