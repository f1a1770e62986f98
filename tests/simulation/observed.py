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
# Hours after a person's send hour in which the bot may write to them.
HOURS = 9
STEPS = (1, 3, 7, 15, 30, 60, 90)
WEEK = timedelta(days=7)
_HEADING = re.compile(r"\*([^*\n]+)\*")
_NUMBER = re.compile(r"^#(\d+) · (done|cancelled)?", re.MULTILINE)
# In the receipt of an absence: what falls due meanwhile.
_LISTED = re.compile(r"^• \*#(\d+)\*.*$", re.MULTILINE)
_OTHERS = "For "
# Headings under which the same thing may stand again after a week.
NEW, CALLED_OFF = "New for you", "Cancelled meanwhile"
WEEKLY = {"Blocked", "You are in the way of", "Overdue at your accounts", "Needs an owner", "Due this week"}
BLOCKED, ESCALATED, GONE = "Blocked", "Overdue at your accounts", "Needs an owner"
# Acts of a colleague that others are told of.
_TOLD_OF = {"record", "give", "cancel"}
_LADDER = {
    "Due while you are away": "leaving",
    "Due within a week": "soon",
    "Due on the next working day": "eve",
    "Due today": "today",
}


@dataclass(frozen=True)
class Shown:
    """One item of a message: under which heading, whether it is shown as ended, whether it warns of the next step or
    says that it was taken.
    """

    number: int
    heading: str
    ended: bool
    warns: bool
    confesses: bool = False


@dataclass(frozen=True)
class Heard:
    """A message that came to somebody."""

    at: datetime
    to: str
    kind: str
    items: tuple[Shown, ...]
    words: str


def read(at: datetime, to: str, text: str, blocks: Iterable[dict[str, Any]], kind: str = NOTICE) -> Heard:
    """A message as it was posted, or a receipt as it was shown."""
    heading, items, words = "", [], [text]
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
        elif found := _NUMBER.search(said):
            words_after = ("Unless something happens" in said, "has heard of this" in said)
            items.append(Shown(int(found[1]), heading, bool(found[2]), *words_after))
    return Heard(at, to, kind, tuple(items), "\n".join(words))


@dataclass
class Findings:
    """The results. Every list should be empty; each entry says in words what was wrong."""

    missed: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unannounced: list[str] = field(default_factory=list)
    # Messages of each person in each of their weeks at work: briefs, and everything.
    briefs: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def median(self) -> float:
        return statistics.median(self.messages)


class Witness:
    """Holds what was heard against what the organisation knows."""

    def __init__(self, organisation: Organisation, heard: list[Heard]) -> None:
        self._all = organisation
        self._heard = heard
        self._by_number = {one.number: one for one in organisation.promises if one.number}
        self._told: defaultdict[int, list[tuple[datetime, str]]] = defaultdict(list)
        for one in heard:
            for item in one.items:
                self._told[item.number].append((one.at, one.to))

    def findings(self) -> Findings:
        found = Findings()
        self._weeks(found)
        self._hours(found)
        self._closed(found)
        self._doubled(found)
        self._told_twice(found)
        self._missed(found)
        self._escalations(found)
        return found

    # -- how much ------------------------------------------------------------------------------------------

    def _weeks(self, found: Findings) -> None:
        counted: Counter[tuple[str, date, str]] = Counter()
        for one in self._all_that_came():
            found.counts[one.kind] += 1
            found.counts["items"] += len(one.items) if one.kind == BRIEF else 0
            counted[one.to, self._week(one), one.kind] += 1
        for person in self._all.people.values():
            for week in self._weeks_at_work(person):
                briefs = counted[person.slack_id, week, BRIEF]
                found.briefs.append(briefs)
                found.messages.append(briefs + counted[person.slack_id, week, NOTICE])

    def _all_that_came(self) -> Iterator[Heard]:
        """Without the answers to what people did themselves."""
        return (one for one in self._heard if one.kind != RECEIPT)

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
            if not (person.is_at_work(day) and is_on):
                found.outside.append(f"{one.to} ({person.zone}) had a {one.kind} at {one.at:%a %Y-%m-%d %H:%M} UTC")

    # -- what ----------------------------------------------------------------------------------------------

    def _closed(self, found: Findings) -> None:
        for one in self._heard:
            for item in one.items:
                known = self._by_number[item.number].known(one.at)
                if one.kind == BRIEF and item.heading != CALLED_OFF and (item.ended or not known.is_open):
                    found.closed.append(
                        f"{one.to} was asked for #{item.number} at {one.at:%Y-%m-%d %H:%M}, ended before"
                    )

    def _doubled(self, found: Findings) -> None:
        last: dict[tuple[Any, ...], date] = {}
        for one, item in self._shown(BRIEF):
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
                if one.kind == NOTICE or item.heading in {NEW, CALLED_OFF}:
                    deeds = [each.at for each in self._by_number[item.number].story if each.did in _TOLD_OF]
                    key = (one.to, item.number, max(at for at in deeds if at <= one.at))
                    if key in told:
                        found.doubled.append(f"{one.to} was told twice of #{item.number}, at {one.at:%Y-%m-%d %H:%M}")
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
