"""Reads the messages of the simulated year and checks them against what the simulated people did.

A message is what stood in Slack when it was posted: its headings, the numbers under them, the time. Nothing is asked of
the ledger.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.simulated_team import DAY, Colleague, Known, Organisation, Promise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BRIEF, NOTICE, RECEIPT = "brief", "notice", "receipt"
# About the review of an account, to its channel or its lead.
DIGEST, PROMPT, MINUTES = "digest", "prompt", "minutes"
OF_REVIEWS = {DIGEST, PROMPT, MINUTES}
# About an account in its channel, with the rest of it in a thread; and to its coach.
WEEKLY_DIGEST, REST, QUARTER = "weekly digest", "rest of a digest", "digest of a quarter"
# Hours after a person's send hour in which the bot may write to them.
HOURS = 9
# Hours after it by which their brief has come: mornings are spread over half an hour, and the simulated planner looks
# every quarter of one. Two colleagues of one office may read in either order.
BRIEF_BY = 0.75
STEPS = (1, 3, 7, 15, 30, 60, 90)
WEEK = timedelta(days=7)
_HEADING = re.compile(r"\*([^*\n]+)\*")
_NUMBER = re.compile(r"^#(\d+) · (done|cancelled)?", re.MULTILINE)
# In the receipt of an absence: what falls due meanwhile.
_LISTED = re.compile(r"^• \*#(\d+)\*.*$", re.MULTILINE)
_OTHERS = "For "
# Headings under which the same thing may stand again after a week.
NEW, CALLED_OFF, TOLD = "New for you", "Cancelled meanwhile", "Told to you"
WEEKLY = {"Blocked", "You are in the way of", "Overdue at your accounts", "Needs an owner", "Due this week"}
BLOCKED, ESCALATED, GONE = "Blocked", "Overdue at your accounts", "Needs an owner"
# Acts of a colleague that others are told of.
_TOLD_OF = {"record", "give", "cancel"}
_LADDER = {
    "Due while you are away": "leaving",
    "Due within a week": "soon",
    "Due on the next working day": "eve",
    "Due today": "today",
    "Due before your next working day": "today",
}
# The words of a colleague's step, in a notice or in a line of a brief, and what it was.
_STEPS_TOLD = {
    "moved it from": "move", "marked it done": "finish", "marked it blocked": "block", "unblocked it": "unblock",
    "handed it over": "give", "cancelled it": "cancel",
}  # fmt: skip
_ABOUT_ACCOUNTS = (
    (WEEKLY_DIGEST, re.compile(r"(.+): the week since .+")),
    (REST, re.compile(r"(.+): the rest of the week")),
    (QUARTER, re.compile(r"The quarter until (.+): the accounts that you coach")),
    (DIGEST, re.compile(r"Review of (.+) on .+: the digest")),
    (PROMPT, re.compile(r"The review of (.+) begins now\.")),
    (MINUTES, re.compile(r"Minutes of the review of (.+)")),
)
# A review in a brief, and what is said of it.
_REVIEW = re.compile(r"\*Review of ([^*]+)\*  ·  (.*)")
REVIEWS = "Reviews"
# A signal at an account in a brief: the account, and in the next line the words.
_SIGNAL = re.compile(r"\S+ \*\w+\*  ·  \*([^*]+)\*[^\n]*\n(.*)")
SIGNALS, COACHED = "Signals at your accounts", "Accounts that you coach"
_ANY_NUMBER = re.compile(r"#(\d+)")
# A line of the news at the end of a brief.
_NEWS = re.compile(r"^• \*#(\d+)\*.* – (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """One item of a message: under which heading, whether it is shown as ended, whether it warns of the next step or
    says that it was taken, and the step of a colleague that it tells.
    """

    number: int
    heading: str
    ended: bool
    warns: bool
    confesses: bool = False
    step: str = ""


@dataclass(frozen=True)
class Heard:
    """A message that came to a person or a channel.

    `news`: the numbers and words of the lines at its end; `reviews`: the accounts whose reviews a brief mentions, with
    the words; `signals`: the headings, accounts and words of signals; `about`: the account of a message about one, or
    about a review of it; the end of a quarter.
    """

    at: datetime
    to: str
    kind: str
    items: tuple[Shown, ...]
    words: str
    news: tuple[tuple[int, str], ...] = ()
    reviews: tuple[tuple[str, str], ...] = ()
    signals: tuple[tuple[str, str, str], ...] = ()
    about: str = ""


def read(at: datetime, to: str, text: str, blocks: Iterable[dict[str, Any]], kind: str = NOTICE) -> Heard:
    """A message as it was posted, or a receipt as it was shown."""
    blocks = list(blocks)
    for named, pattern in _ABOUT_ACCOUNTS:
        if found := pattern.fullmatch(text):
            return _read_about_account(at, to, named, found[1], blocks)
    heading, items, words, news, reviews, signals = "", [], [text], [], [], []
    for block in blocks:
        said = (block.get("text") or {}).get("text", "") if block["type"] in {"header", "section"} else ""
        words.append(said)
        if block["type"] == "header":
            kind = BRIEF
        elif whole := _HEADING.fullmatch(said):
            heading = whole[1]
        elif kind == RECEIPT:
            items += [
                Shown(int(one[1]), heading, ended=False, warns="hears of it" in one[0])
                for one in _LISTED.finditer(said)
            ]
        elif said.startswith("*Since "):
            news += [(int(number), told) for number, told in _NEWS.findall(said)]
        elif heading in {REVIEWS, SIGNALS, COACHED}:
            reviews += _REVIEW.findall(said)
            signals += [(heading, *found) for found in _SIGNAL.findall(said)]
        elif found := _NUMBER.search(said):
            words_after = ("Unless something happens" in said, "has heard of this" in said)
            # A notice of one commitment opens with the step, and a line of a brief or bundle ends with it.
            opening = "" if items or heading else words[-2]
            step = next((did for told, did in _STEPS_TOLD.items() if told in said or told in opening), "")
            items.append(Shown(int(found[1]), heading, bool(found[2]), *words_after, step))
    return Heard(at, to, kind, tuple(items), "\n".join(words), tuple(news), tuple(reviews), tuple(signals))


def _read_about_account(at: datetime, to: str, kind: str, about: str, blocks: Iterable[dict[str, Any]]) -> Heard:
    words = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    # The first section is a title.
    numbers = dict.fromkeys(int(one) for said in words[1:] for one in _ANY_NUMBER.findall(said))
    items = tuple(Shown(number, kind, ended=False, warns=False) for number in numbers)
    return Heard(at, to, kind, items, "\n".join(words), about=about)


@dataclass
class Findings:
    """The results. Every list should be empty; each entry says in words what was wrong."""

    missed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unannounced: list[str] = field(default_factory=list)
    before_owner: list[str] = field(default_factory=list)
    reviews: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    # Messages of each person in each of their weeks at work: briefs, and everything.
    briefs: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    # Messages of each person in the whole time.
    per_person: list[int] = field(default_factory=list)
    # Messages in each account's channel in a week.
    in_channels: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> dict[str, list[str]]:
        """All lists that should be empty."""
        return {
            "missed": self.missed, "outside": self.outside, "closed": self.closed, "doubled": self.doubled,
            "unannounced": self.unannounced, "before its owner": self.before_owner, "reviews": self.reviews,
            "series": self.series, "digests": self.digests,
        }  # fmt: skip

    @property
    def median(self) -> float:
        return statistics.median(self.messages)

    @property
    def p95(self) -> float:
        """The number of messages that 95 of 100 working weeks do not exceed."""
        return statistics.quantiles(self.messages, n=20)[-1]

    @property
    def of_a_person(self) -> str:
        """The messages to one person in the whole time: median, 95th percentile and most."""
        p95 = statistics.quantiles(self.per_person, n=20)[-1]
        return f"median {statistics.median(self.per_person):g}, 95th percentile {p95:g}, most {max(self.per_person)}"


class Witness:
    """Holds what was heard against what the organisation knows."""

    def __init__(self, organisation: Organisation, heard: list[Heard]) -> None:
        self._all = organisation
        self._heard = heard
        self._by_number = {one.number: one for one in organisation.promises if one.number}
        self._told: defaultdict[int, list[tuple[datetime, str]]] = defaultdict(list)
        for one in heard:
            for item in one.items if one.kind in {BRIEF, NOTICE, RECEIPT} else ():
                self._told[item.number].append((one.at, one.to))

    def findings(self) -> Findings:
        found = Findings()
        self._weeks(found)
        self._hours(found)
        self._closed(found)
        self._doubled(found)
        self._told_twice(found)
        self._news_twice(found)
        self._missed(found)
        self._escalations(found)
        self._before_owner(found)
        self._signals(found)
        return found

    # -- how much ------------------------------------------------------------------------------------------

    def _weeks(self, found: Findings) -> None:
        counted: Counter[tuple[str, date, str]] = Counter()
        for one in self._all_that_came():
            found.counts[one.kind] += 1
            found.counts["items"] += len(one.items) if one.kind == BRIEF else 0
            counted[one.to, self._week(one), one.kind] += 1
        for person in self._all.people.values():
            its = [number for (to, _, _), number in counted.items() if to == person.slack_id]
            found.per_person.append(sum(its))
            for week in self._weeks_at_work(person):
                briefs = counted[person.slack_id, week, BRIEF]
                found.briefs.append(briefs)
                others = sum(counted[person.slack_id, week, kind] for kind in (NOTICE, *OF_REVIEWS, QUARTER))
                found.messages.append(briefs + others)

    def _all_that_came(self) -> Iterator[Heard]:
        """The messages to people, without the answers to what they did themselves."""
        return (one for one in self._heard if one.kind != RECEIPT and one.to in self._all.people)

    def _week(self, heard: Heard) -> date:
        person = self._all.people[heard.to]
        return person.week(person.day(heard.at))

    def _weeks_at_work(self, person: Colleague) -> Iterator[date]:
        first = min(person.day(self._heard[0].at), self._all.end) if self._heard else self._all.end
        week = person.week(first)
        while week <= self._all.end:
            if any(person.is_at_work(week + n * DAY) for n in range(7)):
                yield week
            week += WEEK

    # -- when ----------------------------------------------------------------------------------------------

    def _hours(self, found: Findings) -> None:
        for one in self._all_that_came():
            person = self._all.people[one.to]
            day = person.day(one.at)
            is_on = person.at(day, person.hour) <= one.at < person.at(day, person.hour + HOURS)
            # A review begins, and ends, at the time that people have agreed on.
            if one.kind in {PROMPT, MINUTES}:
                continue
            if not (person.is_at_work(day) and is_on):
                wrong = found.reviews if one.kind == DIGEST else found.outside
                wrong.append(f"{one.to} ({person.zone}) had a {one.kind} at {one.at:%a %Y-%m-%d %H:%M} UTC")

    # -- what ----------------------------------------------------------------------------------------------

    def _closed(self, found: Findings) -> None:
        for one in self._heard:
            for item in one.items:
                known = self._by_number[item.number].known(one.at)
                if one.kind == BRIEF and item.heading not in {CALLED_OFF, TOLD} and (item.ended or not known.is_open):
                    found.closed.append(
                        f"{one.to} was asked for #{item.number} at {one.at:%Y-%m-%d %H:%M}, ended before"
                    )

    def _doubled(self, found: Findings) -> None:
        last: dict[tuple[Any, ...], date] = {}
        for one, item in self._shown(BRIEF):
            if item.heading == TOLD:
                continue
            person, promise = self._all.people[one.to], self._by_number[item.number]
            day, known = person.day(one.at), promise.known(one.at)
            occasion = self._occasion(person, item, known, promise.progress(one.at), day)
            keys: list[tuple[Any, ...]] = [(one.to, item.number, "on that day", day)]
            keys += [(one.to, item.number, known.due_on, occasion)] if not item.warns else []
            for key in keys:
                before = last.get(key)
                if before is not None and not _may_come_again(person, occasion, known, before, day):
                    found.doubled.append(f"{one.to} heard of #{item.number} twice as {key[2:]}: {before} and {day}")
                last[key] = day

    def _told_twice(self, found: Findings) -> None:
        """Checks that a colleague's act is told once: in a notice, or in the brief."""
        told: set[tuple[str, int, datetime]] = set()
        for one in self._all_that_came():
            for item in one.items:
                if one.kind == NOTICE or item.heading in {NEW, CALLED_OFF, TOLD}:
                    which = {item.step} if item.step else _TOLD_OF
                    deeds = [each.at for each in self._by_number[item.number].story if each.did in which]
                    key = (one.to, item.number, max(at for at in deeds if at <= one.at))
                    if key in told:
                        found.doubled.append(f"{one.to} was told twice of #{item.number}, at {one.at:%Y-%m-%d %H:%M}")
                    told.add(key)

    def _news_twice(self, found: Findings) -> None:
        """Checks that the news of a brief is in no other brief to the same person."""
        told: set[tuple[str, int, str, datetime]] = set()
        for one in self._heard:
            found.counts["news"] += len(one.news)
            for number, said in one.news:
                key = (one.to, number, said, self._by_number[number].known(one.at - DAY / 1440).at)
                if key in told:
                    found.doubled.append(f"{one.to} read twice of #{number}: {said}, at {one.at:%Y-%m-%d %H:%M}")
                told.add(key)

    def _shown(self, *kinds: str) -> Iterator[tuple[Heard, Shown]]:
        return ((one, item) for one in self._heard if one.kind in kinds for item in one.items)

    @staticmethod
    def _occasion(person: Colleague, item: Shown, known: Known, progress: datetime, day: date) -> str:
        """The occasion of a shown item; computed here where its heading does not name it."""
        if item.heading == ESCALATED:
            # Progress begins anew.
            return f"{ESCALATED}, after {progress:%Y-%m-%d %H:%M}"
        if item.heading in WEEKLY | {NEW, CALLED_OFF}:
            return item.heading
        until = known.quiet_until if known.owner == person.slack_id and item.heading == "Ask them" else None
        if item.heading.startswith("Put off") or (until and day == person.next_working_day(until - DAY)):
            return f"put off until {known.quiet_until}"
        if item.heading in _LADDER:
            return _LADDER[item.heading]
        stands_in = item.heading.startswith(_OTHERS)
        step = _step(person, known.due_on, day)
        if step in {"soon", "eve"} and person.is_away(person.next_working_day(day)):
            step = "leaving"
        elif known.is_blocked and (stands_in or known.owner == person.slack_id) and step != "today":
            return BLOCKED
        return f"{_OTHERS}another: {step}" if stands_in else step

    # -- what was not said ---------------------------------------------------------------------------------------

    def _missed(self, found: Findings) -> None:
        for promise in self._by_number.values():
            for known, until in _dates(promise):
                self._judge_date(found, promise, known, until)

    def _judge_date(self, found: Findings, promise: Promise, known: Known, until: datetime | None) -> None:
        owner = self._all.people[known.owner]
        due = owner.last_working_day(known.due_on)
        evening = owner.at(due, owner.hour + HOURS)
        if due > self._all.end or (until is not None and until <= owner.at(due, owner.hour + 1)):
            return
        found.counts["dates that came"] += 1
        if owner.day(known.at) >= due:
            found.counts["set too late"] += 1
        elif any(
            # For a stand-in the due date counts in the stand-in's own zone.
            known.at <= at
            and (at <= evening or (to != known.owner and self._all.people[to].day(at) <= known.due_on))
            and self._is_for(promise, known, to, at)
            for at, to in self._told[promise.number]
        ):
            found.counts["mentioned in time"] += 1
        elif not any(
            owner.is_at_work(owner.day(known.at) + n * DAY) for n in range(1, (due - owner.day(known.at)).days + 1)
        ):
            self._while_away(found, promise, known, due)
        else:
            found.missed.append(
                f"#{promise.number} of {known.owner}, due {known.due_on}, set {known.at:%Y-%m-%d %H:%M}"
            )

    def _while_away(self, found: Findings, promise: Promise, known: Known, due: date) -> None:
        """Nobody was there to be told: fine, unless somebody stood in who was."""
        owner = self._all.people[known.owner]
        trip = owner.is_away(due)
        stand_in = self._all.people[trip.delegate] if trip and trip.delegate else None
        days = [day for day in _between(known.at.date(), due) if stand_in and stand_in.is_at_work(day)]
        if stand_in and trip and due in days and promise.now.owner == known.owner:
            found.missed.append(
                f"#{promise.number} of {known.owner}, away, due {known.due_on}; {trip.delegate} stood in"
            )
        else:
            found.counts["nobody was there"] += 1

    def _is_for(self, promise: Promise, known: Known, to: str, at: datetime) -> bool:
        """Whether telling `to` counts: its owner, who stands in, or who looks after what a leaver leaves."""
        owner = self._all.people[known.owner]
        trip = owner.is_away(owner.day(at))
        others = {trip.delegate} if trip else set()
        if trip or not owner.is_here(owner.day(at)):
            others |= {promise.account.owner if promise.account else None, promise.creator}
        if not owner.is_here(owner.day(at)):
            # An admin looks after what nobody else does.
            others.add(next(iter(self._all.people)))
        return to == known.owner or to in others

    # -- who else hears --------------------------------------------------------------------------------------------

    def _escalations(self, found: Findings) -> None:
        warned: defaultdict[int, list[datetime]] = defaultdict(list)
        # A receipt can warn as well as a brief.
        for one, item in self._shown(BRIEF, RECEIPT):
            known = self._by_number[item.number].known(one.at)
            if item.warns or item.confesses:
                warned[item.number].append(one.at)
            found.counts["warnings"] += item.warns
            if item.heading == GONE:
                found.counts["of leavers"] += 1
            if item.heading == ESCALATED:
                found.counts["escalations"] += 1
                if known.owner == one.to:
                    found.unannounced.append(f"#{item.number} was escalated to its own owner {one.to}")
                    continue
                since = self._by_number[item.number].progress(one.at)
                if any(since <= at < one.at for at in warned[item.number]):
                    found.counts["announced"] += 1
                elif self._could_be_warned(known, since, one.at):
                    found.unannounced.append(
                        f"{one.to} heard of #{item.number} at {one.at:%Y-%m-%d}, its owner did not"
                    )
                else:
                    found.counts["nobody to announce it to"] += 1

    def _could_be_warned(self, known: Known, since: datetime, at: datetime) -> bool:
        """Whether its owner had a morning at work after the last progress and before the day of that moment."""
        owner = self._all.people[known.owner]
        days = [owner.day(since), *_between(owner.day(since), owner.day(at) - DAY)]
        return any(owner.is_at_work(day) and since < owner.at(day, owner.hour) for day in days)

    def _before_owner(self, found: Findings) -> None:
        """Checks that nobody, and no channel, reads of a commitment before its owner could."""
        for one in self._heard:
            for number in dict.fromkeys([*(item.number for item in one.items), *(number for number, _ in one.news)]):
                promise = self._by_number[number]
                known = promise.known(one.at)
                if (
                    one.kind == RECEIPT
                    or one.to == known.owner
                    or not known.is_open
                    or self._knows(promise, known, one.at)
                ):
                    continue
                if self._was_at_work(known.owner, _owned_since(promise, one.at), one.at):
                    found.before_owner.append(
                        f"{one.to} had a {one.kind} with #{number} at {one.at:%Y-%m-%d %H:%M}, its owner"
                        f" {known.owner} did not know it"
                    )
                else:
                    found.counts["before its owner was at work"] += 1

    def _signals(self, found: Findings) -> None:
        """Checks that a lead reads of a signal once, and nobody else does; a coach reads of accounts once a week."""
        customers = {one.name: one for one in self._all.customers}
        last: dict[tuple[str, ...], date] = {}
        for one in self._heard:
            person = self._all.people.get(one.to)
            for heading, name, words in one.signals:
                assert person is not None
                found.counts[heading] += 1
                reader = customers[name].owner if heading == SIGNALS else customers[name].coach
                if one.to != reader:
                    found.doubled.append(f"{one.to} read of {name}, which {reader} hears of: {words}")
                key = (one.to, name, words) if heading == SIGNALS else (one.to, name)
                before, day = last.get(key), person.day(one.at)
                if before is not None and person.week(before) == person.week(day):
                    found.doubled.append(f"{one.to} read of {name} on {before} and {day}: {words}")
                last[key] = day

    def _knows(self, promise: Promise, known: Known, at: datetime) -> bool:
        """Whether the owner of that moment has recorded it, changed it or read of it since it is theirs."""
        since = _owned_since(promise, at)
        deeds = [each for each in promise.story if since <= each.at <= at]
        if any(each.by == known.owner for each in deeds):
            return True
        # Two briefs may come at one look of the planner.
        return any(to == known.owner and since <= told <= at for told, to in self._told[promise.number])

    def _was_at_work(self, who: str, since: datetime, at: datetime) -> bool:
        """Whether this person was at work in that time, after the time of their brief."""
        owner = self._all.people[who]
        days = [owner.day(since), *_between(owner.day(since), owner.day(at))]
        return any(
            owner.is_at_work(day)
            and max(since, owner.at(day, owner.hour + BRIEF_BY)) < min(at, owner.at(day, owner.hour + HOURS))
            for day in days
        )


def _owned_since(promise: Promise, at: datetime) -> datetime:
    """Since when the owner of that moment has it."""
    story = [one for one in promise.story if one.at <= at]
    since = story[-1]
    for one in reversed(story):
        if one.owner != since.owner:
            break
        since = one
    return since.at


def _dates(promise: Promise) -> Iterator[tuple[Known, datetime | None]]:
    """Each due date an owner had, from when, and until when it stood (None: still does, or to the end)."""
    for place, known in enumerate(promise.story):
        before = promise.story[place - 1] if place else None
        if not known.is_open or (before and (before.due_on, before.owner) == (known.due_on, known.owner)):
            continue
        rest = promise.story[place + 1 :]
        ended = next(
            (one.at for one in rest if not one.is_open or (one.due_on, one.owner) != (known.due_on, known.owner)), None
        )
        yield known, ended


def _between(after: date, until: date) -> list[date]:
    """The days in (after, until]."""
    return [after + n * DAY for n in range(1, (until - after).days + 1)]


def _step(person: Colleague, due_on: date, day: date) -> str:
    due = person.last_working_day(due_on)
    if day <= due:
        return "today" if day == due else "eve" if person.working_days(day, due) == 1 else "soon"
    overdue = person.working_days(due, day)
    return f"overdue {max((step for step in STEPS if step <= overdue), default=0)}"


def _may_come_again(person: Colleague, occasion: str, known: Known, before: date, day: date) -> bool:
    """Whether the occasion may come again: a weekly one after a week, or in another week for people with one summary a
    week, also of what they hear as a stand-in; and a snoozed one when its snooze has ended.
    """
    if known.quiet_until is not None and known.owner == person.slack_id and before < known.quiet_until <= day:
        return True
    if person.weekly:
        return person.week(before) != person.week(day)
    return occasion.partition(",")[0] in WEEKLY and _a_week_has_passed(person, before, day)


def _a_week_has_passed(person: Colleague, since: date, day: date) -> bool:
    return day - since >= WEEK or day >= person.last_working_day(since + WEEK) > since
