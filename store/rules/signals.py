"""The signals of an account plan: each is a fault at an account, with its fact and the step that mends it. Pure.

A signal is derived from dates and numbers each time, never typed. The colour of an account is that of its worst signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto
from typing import TYPE_CHECKING

from store.rules.category import is_nearly_full
from store.rules.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# The most signals that a list shows.
MOST = 7
# A relationship or a plan that is older than this is not alive. The count of what each side gave begins so long ago.
QUARTER = timedelta(days=92)
# So many promises of one side, and none of the other, are one-way energy.
ONE_WAY = 3
# Days before a key date from which on a commitment is expected, and from which on its absence is red.
PLAN_AHEAD, PLAN_NOW = timedelta(days=60), timedelta(days=14)
# Days before the end of a review's period from which on it should be booked.
BOOK_AHEAD = timedelta(days=30)
# Days after which a review is red; working days after which a broken promise is red.
REVIEW_RED, LATE_RED = timedelta(days=30), 15
# The days after which a page that is shared with the client is forgotten.
PAGE_FORGOTTEN = timedelta(days=21)
# The roles of an executive. A champion is as hard to replace.
EXECUTIVES = frozenset({"decision maker", "economic buyer", "executive sponsor"})
_HARD_TO_REPLACE = EXECUTIVES | {"champion"}
# The influence (1 … 5) from which on a person counts as an executive.
_MIGHTY = 4
# Categories whose plan is kept up: a D account has none, and neither has an account without a category.
_PLANNED = frozenset("ABC")


class Colour(StrEnum):
    """The colours, from the best to the worst. As the weight of a signal, green is a hint: it changes no colour."""

    GREEN, AMBER, RED = auto(), auto(), auto()

    @property
    def rank(self) -> int:
        return list(Colour).index(self)


class SignalKind(StrEnum):
    """The kinds of signals by the words that the ledger keeps, in the order in which signals of one colour stand."""

    LEFT = "left"
    ONE_RELATIONSHIP = "one relationship"
    KEY_DATE = "key date"
    REVIEW = "review"
    NO_REVIEW = "no review"
    LATE = "late"
    ROLES = "roles"
    NO_COLLEAGUE = "no colleague"
    NOT_MET = "not met"
    ONE_WAY = "one way"
    NO_OPPORTUNITY = "no opportunity"
    OLD_PLAN = "old plan"
    PAGE = "page"
    # Hints.
    NO_CATEGORY = "no category"
    MAINTAIN = "maintain"
    CATEGORY = "category"


class Mend(StrEnum):
    """The steps that mend a signal."""

    NAME_SUCCESSOR, CHOOSE_COLLEAGUE, PLAN_MEETING = auto(), auto(), auto()
    ADD_PERSON, GIVE_ROLE = auto(), auto()
    ASK_FOR_PROMISE, PROMISE, SHOW_PROMISE = auto(), auto(), auto()
    ADD_OPPORTUNITY, PLAN_ACTION, HOLD_REVIEW, BOOK_REVIEW = auto(), auto(), auto(), auto()
    CONFIRM_PLAN, UPDATE_PAGE, CHANGE_CATEGORY = auto(), auto(), auto()


# ---- the facts -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of the client. `roles` and their names are words: "economic buyer". `influence`: 1 … 5.

    `colleague`: the name of the one of ours who looks after them; None if there is none, or they have left.
    `every`: the days agreed between two meetings, and `agreed` the same in words ("3 months"). `known_since`: the day
    on which they came onto the map.
    """

    id: int
    name: str
    known_since: date
    roles: frozenset[str] = frozenset()
    influence: int | None = None
    colleague: str | None = None
    every: int | None = None
    agreed: str = ""
    last_met: date | None = None
    next_meeting_on: date | None = None
    left_on: date | None = None
    has_successor: bool = False

    @property
    def is_executive(self) -> bool:
        return bool(self.roles & EXECUTIVES) or (self.influence or 0) >= _MIGHTY

    @property
    def named(self) -> str:
        """“Dana Reyes (decision maker)”"""
        return f"{self.name} ({', '.join(sorted(self.roles))})" if self.roles else self.name

    def meets_soon(self, today: date) -> bool:
        return self.next_meeting_on is not None and self.next_meeting_on >= today

    def is_alive(self, today: date) -> bool:
        """Whether the relationship is alive: met within the interval agreed, or a quarter; a person who is new on the
        map, or whom we meet soon, counts as well.
        """
        within = timedelta(days=self.every) if self.every else QUARTER
        met = self.last_met is not None and today - self.last_met <= within
        return self.left_on is None and (met or self.meets_soon(today) or today - self.known_since <= QUARTER)


@dataclass(frozen=True, slots=True)
class ComingDate:
    """A key date: its `name` ("renewal"), its next `day`, whether a commitment prepares for it, and whether the lead
    reads of it in the reminders of the date itself.
    """

    id: int
    name: str
    day: date
    is_planned: bool = False
    reminds_lead: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """Our promises that are late: how many, and the worst one with its working days of delay and its slips."""

    count: int
    number: int
    action: str
    working_days: int
    slips: int = 0


@dataclass(frozen=True, slots=True)
class SharedPage:
    """The page of one of the client's people, by their id and name, and the day of its last visit or change."""

    id: int
    name: str
    touched_on: date


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The facts of one account on the local day `today`.

    `given` and `received`: the promises of ours, and of theirs, that are open or were kept within a quarter. `wishes`:
    the open ones of theirs to which nobody of theirs has agreed, which are no promises.
    `growth`: the names of objectives that shall grow and are not reached yet. `penetration`: percent of what they could
    buy that they buy from us. `suggested`: the category that potential and cost to serve suggest.

    `review_due_on`: the day of the review that is booked. `review_due_by`: the last day of the period in which the next
    one is due, where none is booked. `reviewed_on`: the day of the last one.
    """

    id: int
    today: date
    touched_on: date
    category: str | None = None
    required_roles: tuple[str, ...] = ()
    people: tuple[Contact, ...] = ()
    given: int = 0
    received: int = 0
    broken: Broken | None = None
    dates: tuple[ComingDate, ...] = ()
    growth: tuple[str, ...] = ()
    open_opportunities: int = 0
    penetration: int | None = None
    suggested: str | None = None
    review_due_on: date | None = None
    review_due_by: date | None = None
    reviewed_on: date | None = None
    pages: tuple[SharedPage, ...] = ()
    wishes: int = 0

    @property
    def here(self) -> list[Contact]:
        """The people on the map who have not left."""
        return [one for one in self.people if one.left_on is None]


# ---- the signals ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal: its weight, the sentence in plain words, and the step that mends it.

    `subject`: the kind and the id of the row that it is about, a commitment by its number. `age`: in days, so that the
    oldest stands first. `is_told`: the lead reads of it elsewhere, so their brief does not say it again.
    """

    kind: SignalKind
    weight: Colour
    words: str
    mend: Mend
    subject: tuple[str, int]
    age: int = 0
    is_told: bool = False

    @property
    def key(self) -> tuple[str, str, int]:
        """The identity of the signal at its account, for as long as it stands."""
        return (self.kind, *self.subject)

    @property
    def is_hint(self) -> bool:
        return self.weight == Colour.GREEN


@dataclass(frozen=True, slots=True)
class Health:
    """How an account stands: its colour, and all of its signals, worst first."""

    colour: Colour
    all: tuple[Signal, ...]

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Those that a list shows."""
        return self.all[:MOST]

    @property
    def worst(self) -> Signal | None:
        """The signal from which the colour comes; None if the account is green."""
        return self.all[0] if self.all and not self.all[0].is_hint else None

    @property
    def why(self) -> str:
        """The reason for the colour, as a sentence."""
        if self.worst:
            return self.worst.words
        if any(one.kind == SignalKind.NO_CATEGORY for one in self.all):
            return "No fault is known, but the account has no category yet."
        return "Nothing needs attention."


def health_of(facts: AccountFacts) -> Health:
    """The colour and the signals of an account."""
    found = [signal for rule in _RULES for signal in rule(facts)]
    order = list(SignalKind)
    found.sort(key=lambda one: (-one.weight.rank, order.index(one.kind), -one.age, one.subject))
    return Health(found[0].weight if found else Colour.GREEN, tuple(found))


def delay_words(working_days: int, slips: int = 0) -> str:
    """“late by 4 working days, moved twice”"""
    moved = {0: "", 1: ", moved once", 2: ", moved twice"}.get(slips, f", moved {slips} times")
    return f"late by {_counted(working_days, 'working day')}{moved}"


# ---- one rule each -------------------------------------------------------------------------------------


def _left(facts: AccountFacts) -> Iterator[Signal]:
    for one in facts.people:
        if one.left_on is not None and not one.has_successor:
            yield Signal(
                SignalKind.LEFT, Colour.RED if one.roles & _HARD_TO_REPLACE else Colour.AMBER,
                f"{one.named} left on {_day(one.left_on)}, and nobody is named as successor.",
                Mend.NAME_SUCCESSOR, ("stakeholder", one.id), age=(facts.today - one.left_on).days,
            )  # fmt: skip


def _no_colleague(facts: AccountFacts) -> Iterator[Signal]:
    for one in facts.here:
        if one.is_executive and one.colleague is None:
            yield Signal(
                SignalKind.NO_COLLEAGUE, Colour.AMBER, f"Nobody of ours looks after {one.named}.",
                Mend.CHOOSE_COLLEAGUE, ("stakeholder", one.id), age=(facts.today - one.known_since).days,
            )  # fmt: skip


def _not_met(facts: AccountFacts) -> Iterator[Signal]:
    for one in facts.here:
        waited = (facts.today - (one.last_met or one.known_since)).days
        if one.every is None or waited <= one.every or one.meets_soon(facts.today):
            continue
        met = f"was last met on {_day(one.last_met)}" if one.last_met else "has never been met"
        yield Signal(
            SignalKind.NOT_MET, Colour.RED if one.is_executive and waited > 2 * one.every else Colour.AMBER,
            f"{one.named} {met}, {'' if one.last_met else 'on the map for '}"
            f"{_counted(waited, 'day')}{' ago' if one.last_met else ''}; a meeting every {one.agreed} is agreed.",
            Mend.PLAN_MEETING, ("stakeholder", one.id), age=waited - one.every,
        )  # fmt: skip


def _one_relationship(facts: AccountFacts) -> Iterator[Signal]:
    alive = [one for one in facts.here if one.is_alive(facts.today)]
    if facts.category != "A" or len(alive) > 1:
        return
    if alive:
        words = f"It all hangs on {alive[0].named}: no second relationship is alive."
    elif facts.here:
        words = f"No relationship is alive: nobody of {_counted(len(facts.here), 'person', 'people')} was met in time."
    else:
        words = "Nobody of theirs is on the map."
    yield Signal(SignalKind.ONE_RELATIONSHIP, Colour.RED, words, Mend.ADD_PERSON, _of(facts))


def _roles(facts: AccountFacts) -> Iterator[Signal]:
    known = {role for one in facts.here for role in one.roles}
    missing = [f"no {role}" for role in facts.required_roles if role not in known]
    # That an A account has nobody on its map is one signal, not two.
    if missing and (facts.here or facts.category != "A"):
        some = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        article = "An" if facts.category == "A" else "A"
        needs = f"{article} {facts.category} account needs {'one' if len(missing) == 1 else 'them'}."
        mend = Mend.GIVE_ROLE if facts.here else Mend.ADD_PERSON
        yield Signal(SignalKind.ROLES, Colour.AMBER, f"The map has {some}. {needs}", mend, _of(facts))


def _one_way(facts: AccountFacts) -> Iterator[Signal]:
    gives, takes = facts.given >= ONE_WAY and not facts.received, facts.received >= ONE_WAY and not facts.given
    if not gives and not takes:
        return
    some = _counted(facts.given or facts.received, "thing")
    waits = f"; {_counted(facts.wishes, 'wish', 'wishes')} wait{'s' * (facts.wishes == 1)} for their yes"
    words = f"We gave or promised {some} within a quarter, and they promised nothing{waits if facts.wishes else ''}."
    if takes:
        words = f"They gave or promised {some} within a quarter, and we promised nothing."
    yield Signal(SignalKind.ONE_WAY, Colour.AMBER, words, Mend.ASK_FOR_PROMISE if gives else Mend.PROMISE, _of(facts))


def _no_opportunity(facts: AccountFacts) -> Iterator[Signal]:
    if facts.growth and not facts.open_opportunities:
        more = f" and {_counted(len(facts.growth) - 1, 'other goal')}" if len(facts.growth) > 1 else ""
        words = f"{quoted(facts.growth[0])}{more} shall grow, and no opportunity is open."
        yield Signal(SignalKind.NO_OPPORTUNITY, Colour.AMBER, words, Mend.ADD_OPPORTUNITY, _of(facts))


def _key_dates(facts: AccountFacts) -> Iterator[Signal]:
    for one in facts.dates:
        left = one.day - facts.today
        if one.is_planned or not timedelta() <= left <= PLAN_AHEAD:
            continue
        when = {0: "today", 1: "tomorrow"}.get(left.days, f"in {left.days} days")
        yield Signal(
            SignalKind.KEY_DATE, Colour.RED if left <= PLAN_NOW else Colour.AMBER,
            f"Nothing is planned for the {one.name} on {_day(one.day)}, {when}.",
            Mend.PLAN_ACTION, ("key_date", one.id), age=-left.days, is_told=one.reminds_lead,
        )  # fmt: skip


def _review(facts: AccountFacts) -> Iterator[Signal]:
    due = facts.review_due_on
    if due is not None and due < facts.today:
        late = facts.today - due
        words = f"The review was due on {_day(due)}, {_counted(late.days, 'day')} ago."
        weight = Colour.RED if late > REVIEW_RED else Colour.AMBER
        yield Signal(SignalKind.REVIEW, weight, words, Mend.HOLD_REVIEW, _of(facts), age=late.days, is_told=True)


def _no_review(facts: AccountFacts) -> Iterator[Signal]:
    due, last = facts.review_due_by, facts.reviewed_on
    if due is None or facts.today < due - BOOK_AHEAD:
        return
    late = (facts.today - due).days
    weight = Colour.RED if last is not None and late > REVIEW_RED.days else Colour.AMBER
    was = f"The last review was on {_day(last)}" if last is not None else "There has been no review"
    when = f"was due by {_day(due)}, {_counted(late, 'day')} ago" if late > 0 else f"is due by {_day(due)}"
    words = f"{was}. The {'next one' if last else 'first'} {when}, and it is not booked."
    yield Signal(SignalKind.NO_REVIEW, weight, words, Mend.BOOK_REVIEW, _of(facts), age=late)


def _late(facts: AccountFacts) -> Iterator[Signal]:
    one = facts.broken
    if one is None:
        return
    more = f", and {one.count - 1} more {'is' if one.count == 2 else 'are'} late" if one.count > 1 else ""  # noqa: PLR2004  the second
    yield Signal(
        SignalKind.LATE, Colour.RED if one.working_days >= LATE_RED else Colour.AMBER,
        f"#{one.number} {quoted(one.action, 60)} is {delay_words(one.working_days, one.slips)}{more}.",
        Mend.SHOW_PROMISE, ("commitment", one.number), age=one.working_days, is_told=True,
    )  # fmt: skip


def _old_plan(facts: AccountFacts) -> Iterator[Signal]:
    age = facts.today - facts.touched_on
    if facts.category in _PLANNED and age > QUARTER:
        words = f"Nobody has touched the plan since {_day(facts.touched_on)}, for {age.days} days."
        yield Signal(SignalKind.OLD_PLAN, Colour.AMBER, words, Mend.CONFIRM_PLAN, _of(facts), age=age.days)


def _pages(facts: AccountFacts) -> Iterator[Signal]:
    for one in facts.pages:
        age = facts.today - one.touched_on
        if age > PAGE_FORGOTTEN:
            words = f"Nobody has opened or changed the page of {one.name} since {_day(one.touched_on)}."
            yield Signal(SignalKind.PAGE, Colour.AMBER, words, Mend.UPDATE_PAGE, ("stakeholder", one.id), age=age.days)


def _maintain(facts: AccountFacts) -> Iterator[Signal]:
    if is_nearly_full(facts.penetration):
        words = (
            f"They buy {facts.penetration} % of what they could buy from us: maintain it, and put your time elsewhere."
        )
        yield Signal(SignalKind.MAINTAIN, Colour.GREEN, words, Mend.CHANGE_CATEGORY, _of(facts))


def _no_category(facts: AccountFacts) -> Iterator[Signal]:
    # Accounts come into being with a line of a commitment. A colour of their own would hide what is wrong elsewhere.
    if facts.category is None and facts.suggested is None:
        words = "Choose a category: it says which people, meetings and reviews this account needs."
        yield Signal(SignalKind.NO_CATEGORY, Colour.GREEN, words, Mend.CHANGE_CATEGORY, _of(facts))


def _category(facts: AccountFacts) -> Iterator[Signal]:
    if facts.suggested is not None and facts.suggested != facts.category:
        today = f"it is {facts.category} today" if facts.category else "it has none yet"
        words = f"Potential and cost to serve suggest category {facts.suggested}; {today}."
        yield Signal(SignalKind.CATEGORY, Colour.GREEN, words, Mend.CHANGE_CATEGORY, _of(facts))


_RULES: Sequence[Callable[[AccountFacts], Iterable[Signal]]] = (
    _left, _no_colleague, _not_met, _one_relationship, _roles, _one_way, _no_opportunity, _key_dates, _review,
    _no_review, _late, _old_plan, _pages, _no_category, _maintain, _category,
)  # fmt: skip


def _of(facts: AccountFacts) -> tuple[str, int]:
    return "account", facts.id


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _counted(number: int, noun: str, several: str | None = None) -> str:
    """“1 day”, “12 days”"""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"
