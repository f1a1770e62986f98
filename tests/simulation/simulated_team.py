"""The organisation of the simulated year: who works there and how, what they promise each other, and what they do.

This is the simulation's own knowledge. It shares no rule and no calendar with the program: working days are counted
here anew, so that what the program says can be held against it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """An account. `channel`: Slack's id of its channel, if it has one."""

    name: str
    category: str
    owner: str
    coach: str
    channel: str | None = None


@dataclass(frozen=True)
class Rhythm:
    """Every so many weeks, or else months, from the first day on."""

    weeks: int = 0
    months: int = 0

    def after(self, day: date, first: date) -> date:
        if self.weeks:
            return day + self.weeks * 7 * DAY
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - DAY).day
        return date(year, month + 1, min(first.day, last))


@dataclass(frozen=True)
class Known:
    """How a promise stood from `at` on, by what person `by` did."""

    at: datetime
    did: str
    owner: str
    due_on: date
    is_open: bool = True
    is_blocked: bool = False
    blocker: str | None = None
    quiet_until: date | None = None
    by: str = ""


@dataclass(eq=False)
class Promise:
    """A commitment and all that was done about it. `number` is the program's, once it is recorded.

    One with a `rhythm` is the newest of its series; `first_on` and `on` are the days of the series' first occurrence
    and of this one, before they are moved off days off.
    """

    creator: str
    account: Customer | None
    theirs: bool
    at: datetime
    first_owner: str
    first_due_on: date
    number: int = 0
    story: list[Known] = field(default_factory=list)
    rhythm: Rhythm | None = None
    first_on: date | None = None
    on: date | None = None

    def known(self, at: datetime) -> Known:
        """The state of the commitment at that moment."""
        return next(one for one in reversed(self.story) if one.at <= at)

    def progress(self, at: datetime) -> datetime:
        """When something was last done about it before that moment; putting it off is nothing."""
        return next(one.at for one in reversed(self.story) if one.at <= at and one.did != "put off")

    @property
    def now(self) -> Known:
        return self.story[-1]


@dataclass(frozen=True)
class Standing:
    """How a review stood from `at` on: "planned" to begin at `starts_at`, "open", "held" or "not held"; `zone` is where
    its time was agreed on.
    """

    at: datetime
    state: str
    starts_at: datetime
    zone: str


@dataclass(eq=False)
class Appointment:
    """A review and all that was done about it. `who`: the colleagues who take part."""

    customer: Customer
    who: frozenset[str]
    story: list[Standing] = field(default_factory=list)

    def known(self, at: datetime) -> Standing | None:
        """How the review stood at that moment; None before it was booked."""
        return next((one for one in reversed(self.story) if one.at <= at), None)

    @property
    def now(self) -> Standing:
        return self.story[-1]

    def spans(self) -> Iterator[tuple[Standing, datetime]]:
        """Each standing, and until when it was so."""
        ends = [one.at for one in self.story[1:]]
        yield from zip(self.story, [*ends, datetime.max.replace(tzinfo=UTC)], strict=True)


@dataclass
class Organisation:
    """`office` has the working days of the workspace, which count for messages in channels."""

    people: dict[str, Colleague]
    customers: list[Customer]
    promises: list[Promise]
    end: date
    office: Colleague
    appointments: list[Appointment] = field(default_factory=list)
    begin: date = BEGIN

    def in_charge(self, customer: str, at: datetime) -> Colleague | None:
        """The lead of that account at that moment, or the coach after the lead has left; None if both have."""
        its = next(one for one in self.customers if one.name == customer)
        both = (self.people[its.owner], self.people[its.coach])
        return next((one for one in both if one.is_here(one.day(at))), None)


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
        _customer(n, chance.choices("ABCD", (3, 4, 2, 1))[0], chance.choice(names[: people // 3 + 2]), names, seed)
        for n in range(max(3, people // 2))
    ]
    promises = [_promise(chance, everybody, customers, end) for _ in range(commitments)]
    _make_series(random.Random(f"series:{seed}:{commitments}"), promises)
    office = Colleague("", "The office", "Europe/Berlin", "01234", "DE", 9, "diligent", weekly=False)
    return Organisation(everybody, customers, sorted(promises, key=lambda one: one.at), end, office)


def _customer(number: int, category: str, owner: str, names: list[str], seed: int) -> Customer:
    """Two of three have a channel. The coach is another colleague."""
    name = f"Customer {number:02}"
    coach = random.Random(f"doings:{seed}:coach:{name}").choice(sorted(one for one in names if one != owner))
    return Customer(name, category, owner, coach, f"C{number:05}" if number % 3 else None)


def _make_series(chance: random.Random, promises: list[Promise]) -> None:
    """One in forty comes again and again."""
    for one in chance.sample(promises, max(1, len(promises) // 40)):
        one.rhythm = chance.choice(
            (Rhythm(weeks=1), Rhythm(weeks=2), Rhythm(months=1), Rhythm(months=1), Rhythm(months=3))
        )
        one.first_on = one.on = one.first_due_on


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
