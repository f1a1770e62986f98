"""Energy for energy: the deliveries of each side of an account to the other, quarter by quarter, and its debts.
Pure; days are local days of the owner of each promise.

Only promises count. A wish, to which the client has not agreed, is given by nobody (store/commitments/energy.py).
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from store.rules.kept import Kept, Promise, days_late, kept_in, quarter_after, quarter_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

# This quarter and the last four: the same quarter a year ago stands beside this one.
QUARTERS = 5
# A side that has delivered fewer is not asked for an answer yet.
ENOUGH = 3
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Deed:
    """A promise of our side (`is_ours`) or theirs, with or to the client's `person` (an id). `begun_on` is None where
    nobody asks for the course.

    `slipped_on`: the days on which it was moved to a later date.
    """

    is_ours: bool
    person: int | None
    promise: Promise
    due_on: date
    begun_on: date | None
    slipped_on: tuple[date, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.promise.ended_on is None

    @property
    def is_on_time(self) -> bool:
        """Of one that was delivered: whether that was by the date that counts."""
        promise = self.promise
        return promise.ended_on is not None and days_late(promise.agreed, promise.ended_on, promise.works) <= 0


@dataclass(frozen=True, slots=True)
class Quarter:
    """One side in a quarter: how many it delivered on time and late, how many of the promises for it were `kept`, and
    how many times it moved one to a later date.
    """

    first: date
    on_time: int = 0
    late: int = 0
    kept: Kept = field(default_factory=Kept)
    slips: int = 0

    @property
    def delivered(self) -> int:
        return self.on_time + self.late


@dataclass(frozen=True, slots=True)
class Given:
    """One side: how many promises it `owes` now, how many of these are `overdue`, its quarters, the oldest first."""

    owes: int
    overdue: int
    quarters: tuple[Quarter, ...]

    @property
    def on_time(self) -> int:
        return sum(one.on_time for one in self.quarters)

    @property
    def late(self) -> int:
        return sum(one.late for one in self.quarters)

    @property
    def delivered(self) -> int:
        return self.on_time + self.late


@dataclass(frozen=True, slots=True)
class Balance:
    """Both sides beside each other."""

    ours: Given
    theirs: Given

    @property
    def is_empty(self) -> bool:
        return not any(one.owes or one.delivered for one in (self.ours, self.theirs))

    @property
    def asks(self) -> bool:
        """Whether we have given much more than they gave and promised: it is time to ask for something."""
        return is_one_way(self.ours.delivered, self.theirs.delivered + self.theirs.owes)

    @property
    def gives(self) -> bool:
        """The same the other way round: it is time to give something back."""
        return is_one_way(self.theirs.delivered, self.ours.delivered + self.ours.owes)

    @property
    def words(self) -> str:
        """The balance as a sentence: “We have delivered 7 and received 1: ask for something.”"""
        ours, theirs = self.ours.delivered, self.theirs.delivered
        if self.is_empty:
            return "Neither side has delivered or promised anything yet."
        if self.gives:
            return f"They have delivered {theirs} and received {ours}: give something back."
        said = f"We have delivered {ours} and received {theirs}"
        if self.asks:
            return f"{said}: ask for something."
        if is_one_way(ours, theirs):
            return f"{said}; they have promised {self.theirs.owes} more."
        if is_one_way(theirs, ours):
            return f"{said}; we have promised {self.ours.owes} more."
        return f"{said}."

    @property
    def owed(self) -> str:
        """The debts as a sentence: “We owe 3, 1 overdue. They owe 2.” Empty if neither side owes anything."""
        sides = (("We owe", self.ours), ("They owe", self.theirs))
        return " ".join(
            f"{name} {one.owes}{f', {one.overdue} overdue' if one.overdue else ''}." for name, one in sides if one.owes
        )


def is_one_way(gave: int, received: int) -> bool:
    """Whether a side that gave so much has received so little that the balance is lost: less than half."""
    return gave >= ENOUGH and 2 * received < gave


@dataclass(frozen=True, slots=True)
class Progress:
    """The promises of both sides for a quarter as of `day`: how many there were, and how many of these were done."""

    day: date
    promised: int
    done: int


@dataclass(frozen=True)
class Energy:
    """An account: the balance of both sides, the balance with each of the client's people by id, and the course of this
    quarter, week by week until today.
    """

    account: Balance
    people: Mapping[int, Balance]
    course: Sequence[Progress]


def last_quarters(today: date, fiscal_year_start: int) -> tuple[date, ...]:
    """The first days of the last quarters and of the one of `today`, the oldest first."""
    found = [quarter_of(today, fiscal_year_start)]
    while len(found) < QUARTERS:
        found.insert(0, quarter_of(found[0] - DAY, fiscal_year_start))
    return tuple(found)


def weigh(deeds: Sequence[Deed], quarters: Sequence[date], today: date) -> Energy:
    """The energy of an account whose promises these are, in `quarters`, of which the last one holds `today`."""
    of_person: dict[int, list[Deed]] = {}
    for one in deeds:
        if one.person is not None:
            of_person.setdefault(one.person, []).append(one)
    return Energy(
        balance_of(deeds, quarters, today),
        {person: balance_of(theirs, quarters, today) for person, theirs in of_person.items()},
        course_of(deeds, quarters[-1], today),
    )


def balance_of(deeds: Iterable[Deed], quarters: Sequence[date], today: date) -> Balance:
    """The balance of these promises."""
    sides: dict[bool, list[Deed]] = {True: [], False: []}
    for one in deeds:
        sides[one.is_ours].append(one)
    return Balance(_given(sides[True], quarters, today), _given(sides[False], quarters, today))


def course_of(deeds: Iterable[Deed], first: date, today: date) -> list[Progress]:
    """The course of the quarter that begins on `first`: the state at the end of each of its weeks, and of today.

    A promise that was cancelled counts until that day.
    """
    last = quarter_after(first) - DAY
    those = [one for one in deeds if first <= one.promise.agreed <= last]
    days, day = [], first + WEEK - DAY
    while day < today:
        days.append(day)
        day += WEEK
    return [_progress(those, day) for day in (*days, today)]


def _progress(deeds: Sequence[Deed], day: date) -> Progress:
    promised = done = 0
    for one in deeds:
        ended_on = one.promise.ended_on
        has_ended = ended_on is not None and ended_on <= day
        if one.begun_on is not None and one.begun_on <= day and (one.promise.is_done or not has_ended):
            promised += 1
            done += has_ended
    return Progress(day, promised, done)


def _given(deeds: Sequence[Deed], quarters: Sequence[date], today: date) -> Given:
    open_ = [one for one in deeds if one.is_open]
    overdue = sum(one.due_on < today for one in open_)
    of: dict[date, list[Deed]] = {first: [] for first in quarters}
    for one in deeds:
        days = (one.promise.agreed, one.promise.ended_on, *one.slipped_on)
        for place in {bisect(quarters, day) for day in days if day is not None} - {0}:
            of[quarters[place - 1]].append(one)
    return Given(len(open_), overdue, tuple(_quarter(of[first], first, today) for first in quarters))


def _quarter(deeds: Sequence[Deed], first: date, today: date) -> Quarter:
    last = quarter_after(first) - DAY
    on_time = late = slips = 0
    for one in deeds:
        ended_on = one.promise.ended_on
        if ended_on is not None and first <= ended_on <= last and one.promise.is_done:
            on_time, late = (on_time + 1, late) if one.is_on_time else (on_time, late + 1)
        if one.slipped_on:
            slips += sum(first <= day <= last for day in one.slipped_on)
    kept = kept_in((one.promise for one in deeds), first, today)
    return Quarter(first, on_time, late, kept, slips)
