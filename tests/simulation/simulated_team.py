"""The organisation of the simulated year: who works there and how, what they promise each other, and what they do.

This is the simulation's own knowledge. It shares no rule and no calendar with the program: working days are counted
here anew, so that what the program says can be held against it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

DAY = timedelta(days=1)
BEGIN = date(2026, 1, 5)
# Where people work: zone, weekdays (Monday 0), region of public holidays, hour at which briefs come.
PLACES = (
    ("Europe/Berlin", "01234", "DE", 9), ("America/New_York", "01234", "US", 9), ("Asia/Jerusalem", "01236", "IL", 9),
    ("Asia/Tokyo", "01234", "JP", 8), ("America/Sao_Paulo", "01234", "BR", 10),
)  # fmt: skip
# How people are: of how many in a hundred, and how likely they do something about an item on a day on which they
# read of it, by what the brief says about it.
WAYS = {
    "diligent": (45, {"soon": 0.35, "eve": 0.5, "today": 0.85, "overdue": 0.9}),
    "busy": (35, {"soon": 0.15, "eve": 0.3, "today": 0.6, "overdue": 0.45}),
    "late": (20, {"soon": 0.03, "eve": 0.08, "today": 0.2, "overdue": 0.12}),
}


@dataclass(frozen=True)
class Trip:
    """Days off, both included, said on day `said`; `delegate` is the Slack id of who stands in, if anybody does."""

    first: date
    last: date
    said: date
    delegate: str | None


@dataclass(eq=False)
class Colleague:
    """A person of the organisation. `leaves`: their last day."""

    slack_id: str
    name: str
    zone: str
    weekdays: str
    region: str
    hour: int
    way: str
    weekly: bool
    trips: list[Trip] = field(default_factory=list)
    leaves: date | None = None

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def at(self, day: date, hours: float) -> datetime:
        """The instant of that local wall time."""
        wall = datetime.combine(day, time(), ZoneInfo(self.zone)) + timedelta(hours=hours)
        return wall.astimezone(UTC)

    def is_working_day(self, day: date) -> bool:
        return str(day.weekday()) in self.weekdays and day not in _days_off(self.region, day.year)

    def is_away(self, day: date) -> Trip | None:
        return next((trip for trip in self.trips if trip.first <= day <= trip.last), None)

    def is_here(self, day: date) -> bool:
        return self.leaves is None or day <= self.leaves

    def is_at_work(self, day: date) -> bool:
        return self.is_here(day) and self.is_working_day(day) and self.is_away(day) is None

    def last_working_day(self, until: date) -> date:
        while not self.is_working_day(until):
            until -= DAY
        return until

    def next_working_day(self, after: date) -> date:
        while not self.is_working_day(after := after + DAY):
            pass
        return after

    def working_days(self, after: date, until: date) -> int:
        """How many lie in (after, until]."""
        return sum(self.is_working_day(after + n * DAY) for n in range(1, (until - after).days + 1))

    def week(self, day: date) -> date:
        """The first day of the week of `day`, as this person works."""
        return day - (day.weekday() - (6 if "6" in self.weekdays else 0)) % 7 * DAY


@dataclass(frozen=True)
class Customer:
    name: str
    category: str
    owner: str


@dataclass(frozen=True)
class Known:
    """How a promise stood from `at` on, by what somebody did."""

    at: datetime
    did: str
    owner: str
    due_on: date
    is_open: bool = True
    is_blocked: bool = False
    blocker: str | None = None
    quiet_until: date | None = None


@dataclass(eq=False)
class Promise:
    """A commitment and all that was done about it. `number` is the program's, once it is recorded."""

    creator: str
    account: Customer | None
    theirs: bool
    at: datetime
    first_owner: str
    first_due_on: date
    number: int = 0
    story: list[Known] = field(default_factory=list)

    def known(self, at: datetime) -> Known:
        """The state of the commitment at that moment."""
        return next(one for one in reversed(self.story) if one.at <= at)

    def progress(self, at: datetime) -> datetime:
        """When something was last done about it before that moment; putting it off is nothing."""
        return next(one.at for one in reversed(self.story) if one.at <= at and one.did != "put off")

    @property
    def now(self) -> Known:
        return self.story[-1]


@dataclass
class Organisation:
    people: dict[str, Colleague]
    customers: list[Customer]
    promises: list[Promise]
    end: date


@cache
def _days_off(region: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(region, years=year))


def invent(seed: int, people: int, commitments: int, months: int) -> Organisation:
    """The same organisation for the same figures."""
    chance = random.Random(f"{seed}:{people}:{commitments}:{months}")
    end = BEGIN + timedelta(days=round(months * 30.4))
    everybody = {one.slack_id: one for one in _people(chance, people)}
    for one in everybody.values():
        _travels(chance, one, everybody, end)
    # One in fifteen leaves in the course of the year.
    for one in chance.sample(list(everybody.values())[1:], max(1, people // 15 * months // 12)):
        one.leaves = BEGIN + chance.uniform(0.4, 0.8) * (end - BEGIN)
    names = list(everybody)
    customers = [
        Customer(f"Customer {n:02}", chance.choices("ABCD", (3, 4, 2, 1))[0], chance.choice(names[: people // 3 + 2]))
        for n in range(max(3, people // 2))
    ]
    promises = [_promise(chance, everybody, customers, end) for _ in range(commitments)]
    return Organisation(everybody, customers, sorted(promises, key=lambda one: one.at), end)


def _people(chance: random.Random, count: int) -> list[Colleague]:
    ways = [way for way, (share, _) in WAYS.items() for _ in range(share)]
    return [
        Colleague(
            f"U{n:05}", f"Person {n}", *PLACES[n % len(PLACES)], way=chance.choice(ways), weekly=chance.random() < 0.1
        )
        for n in range(count)
    ]


def _travels(chance: random.Random, one: Colleague, everybody: dict[str, Colleague], end: date) -> None:
    """Some five weeks a year, in stretches; for half of the longer ones somebody stands in."""
    day = BEGIN + timedelta(days=chance.randrange(10, 60))
    while day < end:
        length = chance.choice((1, 3, 5, 10, 14))
        delegate = chance.choice([other for other in everybody if other != one.slack_id])
        stands_in = length > 2 and chance.random() < 0.5
        last = day + (length - 1) * DAY
        one.trips.append(Trip(day, last, day - chance.randrange(1, 9) * DAY, delegate if stands_in else None))
        day = last + timedelta(days=chance.randrange(30, 90))


def _promise(
    chance: random.Random, everybody: dict[str, Colleague], customers: list[Customer], end: date
) -> Promise:  # fmt: skip
    while True:
        day = BEGIN + timedelta(days=chance.randrange((end - BEGIN).days))
        creator = chance.choice(list(everybody.values()))
        owner = creator if chance.random() < 0.6 else chance.choice(list(everybody.values()))
        if creator.is_at_work(day) and owner.is_here(day + DAY):
            break
    due_on = day + chance.choice((0, 1, 2, 3, 5, 7, 10, 14, 20, 30, 45, 60)) * DAY
    at = creator.at(day, chance.uniform(9, 17.5))
    account = chance.choice(customers) if chance.random() < 0.75 else None
    return Promise(creator.slack_id, account, account is not None and chance.random() < 0.2, at, owner.slack_id, due_on)
