"""A year of an organisation, simulated: how often people hear from the bot, and what it gets wrong.

Method: sixty people in five time zones with their own weeks, holidays and habits (simulated_team.py) promise each other
nine hundred things in twelve months. They are diligent, busy or late; they travel, some with a stand-in; some leave;
they move dates, name what blocks them, say "not today". Some promises come again and again. The accounts have coaches,
most have channels, and reviews are booked, moved, forgotten, called off and held (reviewing.py). All of it is drawn
from one seed. The program is the real one: ledger, rules, planner, renderer and courier, in front of the sandbox's
workspace. Only time is simulated: the clock stands still while somebody acts and then jumps to the next thing that
happens, so a year takes minutes. Between them and the sandbox there is no network: calls are handed
over as JSON. The planner looks every quarter of an hour of that time, where in earnest it looks every ten seconds.

The counts come from the messages that the sandbox took, with its time, and from what the simulated people know
of their own doings (observed.py), never from the ledger. Wanted: nothing that fell due without a mention before (unless
it was recorded on its last day, or nobody was there to be told), no message outside of working hours, no brief about
something that had ended, nothing twice on the same occasion, nobody escalated without a word, no commitment read of
before its owner could have; each digest and prompt of a review once, at its time (observed_reviews.py),
and each digest of an account or a quarter (observed_digests.py). How many messages come to a person in a working week
is reported. The answer to `/commit away` counts as a mention, not as a message.

    python -m tests.simulation.year [--seed 1] [--people 60] [--commitments 900] [--months 12] [--picture FILE.svg]
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from sqlalchemy.orm import aliased

from bot import agenda, logs
from bot.courier import Courier
from bot.manifest import for_address
from handlers.people import profile
from handlers.slack import surfaces
from handlers.slack.blocks import resolved
from sandbox import ChannelSeed, Clock, Sandbox, Seed, User
from store import absences, accounts, commitments, migrate, people, workspaces
from store.commitments import Draft
from store.db import Ledger
from store.errors import LedgerError
from store.rules.rhythm import Rhythm, Unit
from store.tables import Commitment, Outbox, Person, Review, Side, WeeklyDigest
from tests.simulation.observed import (
    COACHED,
    ESCALATED,
    GONE,
    NEW,
    NOTICE,
    RECEIPT,
    SIGNALS,
    Findings,
    Heard,
    Shown,
    Witness,
    read,
)
from tests.simulation.observed_digests import judge_digests
from tests.simulation.observed_reviews import judge_reviews, judge_series
from tests.simulation.picture import drawn
from tests.simulation.reviewing import Reviewing
from tests.simulation.simulated_team import BEGIN, DAY, WAYS, Colleague, Known, Organisation, Promise, Trip, invent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from sandbox import Reply
    from tests.simulation import simulated_team

    Act = Callable[[Session, Person], Any]

TEAM, TICK = "T0YEAR", timedelta(minutes=15)


class StandingClock(Clock):
    """Time that passes only when it is moved."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


class NearClient(WebClient):
    """Slack's client without a wire: calls go to the sandbox as JSON, by hand."""

    def __init__(self, box: Sandbox) -> None:
        super().__init__(token=box.bot_token, retry_handlers=[])
        self._box = box

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        args = {**(given.get("params") or {}), **(given.get("data") or {}), **(given.get("json") or {})}
        reply = self._box.api.call(api_method, json.loads(json.dumps(args)), self.token)
        response = SlackResponse(
            client=self, http_verb="POST", api_url=api_method, req_args={}, data=json.loads(json.dumps(reply.body)),
            headers=dict(reply.headers), status_code=reply.status,
        )  # fmt: skip
        response.validate()  # type: ignore[no-untyped-call]  # the SDK's own check
        return response


class Year:
    """The organisation at work, with the bot among them."""

    def __init__(self, organisation: Organisation, database_url: str, seed: int) -> None:
        self.organisation = organisation
        self.heard: list[Heard] = []
        # Acts that the program refused.
        self.refused: list[str] = []
        self._seed = seed
        self._coming: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._clock = StandingClock(datetime(BEGIN.year, BEGIN.month, BEGIN.day, tzinfo=UTC) - 2 * DAY)
        self._ledger = Ledger(database_url)
        admin = next(iter(organisation.people))
        users = tuple(
            User(one.slack_id, one.slack_id.lower(), one.name, tz=one.zone, is_admin=one.slack_id == admin)
            for one in organisation.people.values()
        )
        channels = tuple(
            ChannelSeed(one.channel, one.name.lower().replace(" ", "-"), tuple(organisation.people))
            for one in organisation.customers
            if one.channel
        )
        self._box = Sandbox(
            for_address("https://bot.makegood.example"), app_url=None, clock=self._clock,
            seed=Seed(team_id=TEAM, users=users, channels=channels),
        )  # fmt: skip
        self._box.api.intercept = self._overhear
        client = NearClient(self._box)
        self._courier = Courier(self._ledger, lambda _: client, self._clock.now, pace=timedelta(0))
        self.by_number: dict[int, Promise] = {}
        self._news = True
        self._ledger.on_outbox_change = self._note_news
        self._reviewing = Reviewing(self)
        self._newest = 0
        # Occurrences of series on another day than their people expect.
        self._wrong_days: list[str] = []

    @property
    def now(self) -> datetime:
        return self._clock.at

    def run(self) -> Findings:
        migrate.upgrade(self._ledger)
        self._settle_in()
        for promise in self.organisation.promises:
            self.at(promise.at, partial(self._record, promise))
        for person in self.organisation.people.values():
            for trip in person.trips:
                self.at(person.at(trip.said, 9), partial(self._travel, person, trip))
            if person.leaves:
                self.at(person.at(person.leaves, 19), partial(self._leave, person))
        self._reviewing.begin()
        self._live(datetime.combine(self.organisation.end, datetime.min.time(), UTC) + DAY)
        self._courier.stop()
        self._box.stop()
        self._ledger.close()
        found = Witness(self.organisation, self.heard).findings()
        found.series += self._wrong_days
        found.counts["occurrences"] = sum(one.story[0].did == "repeat" for one in self.by_number.values())
        judge_series(self.organisation, self.now, found)
        judge_reviews(self.organisation, self.heard, found)
        judge_digests(self.organisation, self.heard, found)
        return found

    def _note_news(self) -> None:
        self._news = True

    # -- time ----------------------------------------------------------------------------------------------

    def _live(self, until: datetime) -> None:
        while True:
            morning = self._next_look()
            thing = self._coming[0][0] if self._coming else until
            if min(morning, thing) >= until:
                return
            if morning <= thing:
                self._clock.at = max(self._clock.at, morning)
                agenda.plan(self._ledger, self._clock.at)
                self._news = True
            else:
                self._clock.at, _, happen = heapq.heappop(self._coming)
                happen()
            self.meet_following()
            if self._news:
                self._news = False
                while self._courier.deliver_one():
                    pass

    def _next_look(self) -> datetime:
        """The next look at which the planner has something to write, or the courier something that has waited."""
        due = (Person.next_brief_at, Review.next_at, Commitment.repeat_at, WeeklyDigest.next_at)
        waits = sa.select(sa.func.min(Outbox.not_before)).where(Outbox.not_before > self._clock.at)
        with self._ledger.read() as tx:
            found: list[datetime | None] = [tx.scalar(sa.select(sa.func.min(column))) for column in due]
            found.append(tx.scalar(waits))
        at = min((one for one in found if one is not None), default=None)
        if at is None:
            return datetime.max.replace(tzinfo=UTC)
        begun = datetime.combine(at.date(), datetime.min.time(), UTC)
        return begun + -((begun - at) // TICK) * TICK

    def at(self, at: datetime, happen: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (max(at, self._clock.at), next(self._numbers), happen))

    # -- what people do ------------------------------------------------------------------------------------

    @contextmanager
    def acting(self, slack_id: str) -> Iterator[tuple[Session, Person]]:
        with self._ledger.begin() as tx:
            viewer = people.viewer(tx, TEAM, slack_id)
            assert viewer is not None
            if viewer.is_admin:
                # Before an admin acts, Slack is asked whether they are one.
                user = self._box.world.users[slack_id]
                people.sync(tx, viewer.workspace, [profile(self._box.objects.user(user), TEAM)], now=self._clock.at)
            yield tx, viewer

    def _settle_in(self) -> None:
        everybody = self.organisation.people
        with self._ledger.begin() as tx:
            workspace = workspaces.ensure(tx, team_id=TEAM, name="The year", now=self._clock.at)
            office = self.organisation.office
            workspace.working_week, workspace.holidays_region = office.weekdays, office.region
            profiles = [profile(self._box.objects.user(user), TEAM) for user in self._box.world.users.values()]
            people.sync(tx, workspace, profiles, now=self._clock.at)
            for one in people.by_slack_ids(tx, workspace, everybody):
                known = everybody[one.slack_id]
                one.working_week, one.holidays_region = known.weekdays, known.region
                one.send_hour, one.weekly = known.hour, known.weekly
                one.workspace = workspace
                people.reschedule(one, self._clock.at)
        for customer in self.organisation.customers:
            with self.acting(customer.owner) as (tx, viewer):
                made = accounts.create(
                    tx, viewer, customer.name, now=self._clock.at, category=customer.category, channel=customer.channel
                )
                coach = people.viewer(tx, TEAM, customer.coach)
                assert coach is not None
                made.coach_id = coach.id

    def _record(self, promise: Promise) -> None:
        if not self.is_here(promise.creator) or not self.is_here(promise.first_owner):
            return
        with self.acting(promise.creator) as (tx, viewer):
            owner = people.as_owner(tx, viewer, promise.first_owner)
            account = accounts.named(tx, viewer, promise.account.name) if promise.account else None
            side = Side.THEIRS if promise.theirs else Side.OURS
            rhythm = _rhythm(promise.rhythm) if promise.rhythm else None
            draft = Draft("Send what was promised", owner, promise.first_due_on, account, side=side, rhythm=rhythm)
            made = commitments.record(tx, viewer, draft, origin_key=self.gesture(), now=self._clock.at)
            promise.number = made.number
        self._newest = promise.number
        self._known(promise, "record", promise.creator)

    def _known(self, promise: Promise, did: str, by: str) -> None:
        """The promise is known from now on; perhaps its owner finishes it early."""
        self.by_number[promise.number] = promise
        promise.story.append(Known(self._clock.at, did, promise.first_owner, promise.first_due_on, by=by))
        owner_way = self.organisation.people[promise.first_owner].way
        days = (promise.first_due_on - self._clock.at.date()).days
        chance = self.chance("record", promise.number)
        if days > 2 and chance.random() < {"diligent": 0.35, "busy": 0.2, "late": 0.05}[owner_way]:
            early = self.at_work(promise.first_owner, self._clock.at + chance.uniform(0.2, 0.95) * days * DAY)
            self.at(early, partial(self._do, promise, promise.first_owner, "finish"))

    def meet_following(self) -> None:
        """Learns the numbers of the occurrences that series have recorded. Their days are counted anew."""
        with self._ledger.read() as tx:
            before = aliased(Commitment)
            rows = tx.execute(
                sa.select(Commitment.number, Commitment.due_on, before.number)
                .join(before, before.next_number == Commitment.number)
                .where(Commitment.number > self._newest)
                .order_by(Commitment.number)
            ).all()
        for number, due_on, follows in rows:
            self._newest = number
            promise = self._following(self.by_number[follows], number)
            if promise.first_due_on != due_on:
                self._wrong_days.append(f"#{number} is due {due_on}, and not {promise.first_due_on}")
            self.organisation.promises.append(promise)
            self._known(promise, "repeat", promise.first_owner)

    def _following(self, before: Promise, number: int) -> Promise:
        """The occurrence after this one: due after today, on its day or the last working day before it."""
        assert before.rhythm is not None
        assert before.on is not None
        assert before.first_on is not None
        owner = self.organisation.people[before.now.owner]
        on = before.on
        while (due_on := owner.last_working_day(on := before.rhythm.after(on, before.first_on))) <= owner.day(self.now):
            pass
        following = Promise(
            before.creator, before.account, before.theirs, self.now, owner.slack_id, due_on, number,
            rhythm=before.rhythm, first_on=before.first_on, on=on,
        )  # fmt: skip
        before.rhythm = None
        return following

    def _travel(self, person: Colleague, trip: Trip) -> None:
        if not self.is_here(person.slack_id):
            person.trips.remove(trip)
            return
        delegate = trip.delegate if trip.delegate and self.is_here(trip.delegate) else None
        with self.acting(person.slack_id) as (tx, viewer):
            taken = absences.set_absence(tx, viewer, trip.first, trip.last, delegate, now=self._clock.at)
            receipt = surfaces.absence_receipt(tx, viewer, taken, self._clock.at)
        self.heard.append(read(self._clock.at, person.slack_id, "", resolved(receipt), RECEIPT))
        person.trips[person.trips.index(trip)] = Trip(trip.first, trip.last, trip.said, delegate)

    def _leave(self, person: Colleague) -> None:
        with self._box.world.lock:
            user = self._box.world.users[person.slack_id]
            gone = self._box.world.put_user(replace(user, deleted=True))
        with self._ledger.begin() as tx:
            workspace = workspaces.by_team(tx, TEAM)
            assert workspace is not None
            people.sync(tx, workspace, [profile(self._box.objects.user(gone), TEAM)], now=self._clock.at)

    def _do(self, promise: Promise, who: str, verb: str) -> None:
        """Person `who` carries out `verb`, if the promise is still open and theirs to change."""
        known = promise.now
        if not known.is_open or not self.is_here(who) or (verb not in {"give", "unblock"} and known.owner != who):
            return
        try:
            with self.acting(who) as (tx, viewer):
                after = _VERBS[verb](self, tx, viewer, promise, known)
        except LedgerError as error:
            self.refused.append(f"{verb} #{promise.number} by {who}: {error}")
            return
        if after is not known:
            promise.story.append(replace(after, by=who))

    def _finish(self, tx: Session, viewer: Person, promise: Promise, known: Known) -> Known:
        commitments.finish(tx, viewer, promise.number, origin_key=self.gesture(), now=self._clock.at)
        return self._after(known, "finish", is_open=False)

    def _cancel(self, tx: Session, viewer: Person, promise: Promise, known: Known) -> Known:
        version = commitments.get(tx, viewer, promise.number).version
        commitments.cancel(
            tx, viewer, promise.number, "Not wanted any more", version=version, origin_key=self.gesture(),
            now=self._clock.at,
        )  # fmt: skip
        return self._after(known, "cancel", is_open=False)

    def _move(self, tx: Session, viewer: Person, promise: Promise, known: Known) -> Known:
        today = self.organisation.people[viewer.slack_id].day(self._clock.at)
        days = self.chance("move", promise.number, len(promise.story)).choice((1, 2, 3, 5, 7, 14, 21))
        due_on = max(today, known.due_on) + days * DAY
        version = commitments.get(tx, viewer, promise.number).version
        commitments.move(
            tx, viewer, promise.number, due_on, "It takes longer", version=version, origin_key=self.gesture(),
            now=self._clock.at,
        )  # fmt: skip
        return self._after(known, "move", due_on=due_on, quiet_until=None)

    def _block(self, tx: Session, viewer: Person, promise: Promise, known: Known) -> Known:
        here = [one for one in self.organisation.people if one != viewer.slack_id and self.is_here(one)]
        chance = self.chance("block", promise.number, len(promise.story))
        named = chance.choice(here) if chance.random() < 0.6 else None
        blocker = people.viewer(tx, TEAM, named) if named else None
        version = commitments.get(tx, viewer, promise.number).version
        commitments.block(
            tx, viewer, promise.number, "Waiting for the price list", blocker, version=version,
            origin_key=self.gesture(), now=self._clock.at,
        )  # fmt: skip
        return self._after(known, "block", is_blocked=True, blocker=named)

    def _unblock(self, tx: Session, viewer: Person, promise: Promise, known: Known) -> Known:
        if not known.is_blocked:
            return known
        commitments.unblock(tx, viewer, promise.number, origin_key=self.gesture(), now=self._clock.at)
        return self._after(known, "unblock", is_blocked=False, blocker=None)

    def _put_off(self, tx: Session, viewer: Person, promise: Promise, known: Known) -> Known:
        today = self.organisation.people[viewer.slack_id].day(self._clock.at)
        last = commitments.latest_snooze(commitments.get(tx, viewer, promise.number), viewer, today)
        days = self.chance("put off", promise.number, len(promise.story)).choice((1, 2, 4))
        until = min(last, today + days * DAY)
        commitments.snooze(tx, viewer, promise.number, until, origin_key=self.gesture(), now=self._clock.at)
        return self._after(known, "put off", quiet_until=until)

    def _give(self, tx: Session, viewer: Person, promise: Promise, known: Known) -> Known:
        today = self.organisation.people[viewer.slack_id].day(self._clock.at)
        fit = [
            one.slack_id for one in self.organisation.people.values()
            if one.slack_id != known.owner and one.is_here(today + DAY)
        ]  # fmt: skip
        to = self.chance("give", promise.number, len(promise.story)).choice(fit)
        version = commitments.get(tx, viewer, promise.number).version
        owner = people.as_owner(tx, viewer, to)
        commitments.hand_over(
            tx, viewer, promise.number, owner, None, version=version, origin_key=self.gesture(), now=self._clock.at
        )
        return self._after(known, "give", owner=to, quiet_until=None)

    def _after(self, known: Known, did: str, **changed: Any) -> Known:
        return replace(known, at=self._clock.at, did=did, **changed)

    # -- what people read ------------------------------------------------------------------------------------

    def _overhear(self, method: str, args: dict[str, Any], act: Callable[[], Reply]) -> Reply:
        reply = act()
        if method == "chat.postMessage":
            assert reply.body.get("ok"), reply.body
            to = self._box.world.channels[args["channel"]].im_user or args["channel"]
            one = read(self._clock.at, to, args["text"], args["blocks"])
            self.heard.append(one)
            self._reviewing.heard(one)
            if one.about:
                return reply
            for item in one.items:
                self._consider(one, item)
        return reply

    def _consider(self, heard: Heard, item: Shown) -> None:
        """Plans the reader's act on a shown item, some hours later."""
        promise = self.by_number.get(item.number)
        if promise is None:
            return
        wants = self._wish(heard, item, promise)
        if wants is None:
            return
        who, verb = wants
        hours = self.chance("answer", item.number, heard.to, heard.at.date()).uniform(0.2, 7)
        later = self.at_work(who, heard.at + timedelta(hours=hours))
        self.at(later, partial(self._do, promise, who, verb))

    def _wish(self, heard: Heard, item: Shown, promise: Promise) -> tuple[str, str] | None:
        known, roll = promise.now, self.chance("wish", item.number, heard.to, heard.at.date(), heard.kind).random()
        if item.heading == GONE:
            return (heard.to, "give") if roll < 0.7 else None
        if item.heading == ESCALATED:
            leads = promise.account is not None and promise.account.owner == heard.to
            return (heard.to, "give") if leads and roll < 0.15 else (known.owner, "finish") if roll < 0.5 else None
        if item.heading == "You are in the way of":
            return (known.owner, "unblock") if roll < 0.5 else None
        if known.owner != heard.to or heard.kind == NOTICE:
            return None
        if known.is_blocked:
            return (heard.to, "unblock") if roll < 0.4 else None
        return self._own(heard, item, roll)

    def _own(self, heard: Heard, item: Shown, roll: float) -> tuple[str, str] | None:
        way = self.organisation.people[heard.to].way
        heading = item.heading
        if heading == NEW:
            today = self.organisation.people[heard.to].day(heard.at)
            due_on = self.by_number[item.number].known(heard.at).due_on
            heading = "Due within a week" if due_on > today else "Due today" if due_on == today else "Overdue"
        step = {"Due within a week": "soon", "Due this week": "soon", "Due on the next working day": "eve"}.get(
            heading,
            "today" if heading in {"Due today", "Due before your next working day", "Put off until now"} else "overdue",
        )
        done = WAYS[way][1][step]
        wishes = {"diligent": (0.04, 0.01, 0.01), "busy": (0.12, 0.05, 0.06), "late": (0.18, 0.06, 0.15)}[way]
        verbs = ("finish", "move", "block", "put off", "give", "cancel")
        for verb, chance in zip(verbs, (done, *wishes, 0.02, 0.02), strict=True):
            roll -= chance
            if roll < 0:
                return heard.to, verb
        return None

    def at_work(self, who: str, at: datetime) -> datetime:
        """That moment, or the next moment at which this person works."""
        person = self.organisation.people[who]
        day = person.day(at)
        if person.is_at_work(day) and person.at(day, 8) <= at <= person.at(day, 19):
            return at
        for n in range(1, 90):
            if person.is_at_work(day + n * DAY):
                return person.at(day + n * DAY, self.chance("hour", who, day + n * DAY, at).uniform(9.8, 17))
        return at

    def is_here(self, who: str) -> bool:
        person = self.organisation.people[who]
        return person.leaves is None or self._clock.at < person.at(person.leaves, 19)

    def chance(self, *about: object) -> random.Random:
        """The chances of one decision. Each decision has its own: a message more or less changes no other decision."""
        return random.Random(f"doings:{self._seed}:{':'.join(map(str, about))}")

    def gesture(self) -> str:
        return f"year:{next(self._numbers)}"


_VERBS: dict[str, Callable[[Year, Session, Person, Promise, Known], Known]] = {
    "finish": Year._finish, "cancel": Year._cancel, "move": Year._move, "block": Year._block,
    "unblock": Year._unblock, "put off": Year._put_off, "give": Year._give,
}  # fmt: skip


def _rhythm(rhythm: simulated_team.Rhythm) -> Rhythm:
    return Rhythm(Unit.WEEK, rhythm.weeks) if rhythm.weeks else Rhythm(Unit.MONTH, rhythm.months)


def live(database_url: str, *, seed: int, people: int, commitments: int, months: int) -> tuple[Year, Findings]:
    """Simulates one span of time; returns the year and its findings."""
    year = Year(invent(seed, people, commitments, months), database_url, seed)
    return year, year.run()


def report(found: Findings, year: Year, seconds: float) -> str:
    """The figures, one subject a line, and the first faults in words."""
    counts, organisation = found.counts, year.organisation
    mean = sum(found.messages) / len(found.messages)
    said = (
        f"{len(organisation.people)} people, {len(organisation.promises)} commitments, until {organisation.end}:"
        f" simulated in {seconds:.0f} s\n"
        f"messages to a person in a working week: median {found.median:g}, mean {mean:.2f},"
        f" 95th percentile {found.p95:g}, worst {max(found.messages)}"
        f" ({len(found.messages):,} person-weeks)\n"
        f"of these briefs {counts['brief']:,} with {counts['items']:,} items, worst week {max(found.briefs)};"
        f" notices {counts['notice']:,}; lines of news {counts['news']:,}\n"
        f"due dates that came {counts['dates that came']:,}; never mentioned before {len(found.missed)} (wanted 0;"
        f" besides set on their last day {counts['set too late']}, nobody there to be told"
        f" {counts['nobody was there']})\n"
        f"messages outside working hours, on a day off or while away {len(found.outside)} (wanted 0)\n"
        f"briefs about something that had ended {len(found.closed)} (wanted 0)\n"
        f"the same thing twice {len(found.doubled)} (wanted 0)\n"
        f"escalations {counts['escalations']}, without a word before {len(found.unannounced)} (wanted 0);"
        f" nobody was there to hear it {counts['nobody to announce it to']};"
        f" warnings {counts['warnings']}; asked to find an owner {counts['of leavers']}\n"
        f"messages to a person in all: {found.of_a_person}; in an account's channel in a week at most"
        f" {max(found.in_channels, default=0)}, in all {counts['messages in channels']}\n"
        f"read of before its owner could {len(found.before_owner)} (wanted 0; besides while the owner was not at work"
        f" {counts['before its owner was at work']})\n"
        f"reviews held {counts['reviews held']}, not held {counts['reviews not held']}; digests"
        f" {counts['digest posted']} of {counts['digests due']}, prompts {counts['prompt posted']} of"
        f" {counts['prompts due']}, minutes {counts['minutes posted']}, lines on the morning before"
        f" {counts['mornings before a review']}, questions {counts['reviews asked for']}; wrong {len(found.reviews)}"
        f" (wanted 0); digests of nothing {counts['digests of nothing']}\n"
        f"weekly digests {counts['weekly digests']} of {counts['weekly digests due']}, digests of a quarter"
        f" {counts['quarter digests']} of {counts['quarter digests due']}; wrong {len(found.digests)} (wanted 0)\n"
        f"occurrences of series {counts['occurrences']}, missed or on a wrong day {len(found.series)} (wanted 0);"
        f" signals read by leads {counts[SIGNALS]}, accounts read by coaches {counts[COACHED]}\n"
        f"gestures refused by the program {len(year.refused)}"
    )
    wrongs = {**found.faults, "refused": year.refused}
    return "\n".join([said, *(f"  {name}: {one}" for name, wrong in wrongs.items() for one in wrong[:12])])


def main() -> None:
    parser = argparse.ArgumentParser(description="A year of an organisation, simulated.")
    for name, default in (("seed", 1), ("people", 60), ("commitments", 900), ("months", 12)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    logs.configure(level="error", style="json")
    shm = Path("/dev/shm")
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="makegood-year-", dir=shm if shm.is_dir() else None) as folder:
        year, found = live(
            f"sqlite:///{folder}/year.db", seed=given.seed, people=given.people, commitments=given.commitments,
            months=given.months,
        )  # fmt: skip
    print(report(found, year, time.perf_counter() - started))  # noqa: T201  what the command is for
    if given.picture:
        given.picture.write_text(drawn(found), encoding="utf-8")


if __name__ == "__main__":
    main()
