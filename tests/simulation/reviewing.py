"""Reviews in the simulated year: people book, move and forget them, hold them, and close them with the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from store import accounts, people, reviews
from store.commitments.questions import get as commitment_of
from store.errors import LedgerError
from store.reviews import Choice, Next
from store.tables import Verdict
from tests.simulation.observed import PROMPT, Heard
from tests.simulation.observed_reviews import ASKED, HELD, NOT_HELD, OPEN, PLANNED
from tests.simulation.simulated_team import DAY, Appointment, Customer, Standing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.tables import Account, Commitment, Person
    from tests.simulation.simulated_team import Known
    from tests.simulation.year import Year

MINUTE = timedelta(minutes=1)
TEN = 10


class Reviewing:
    """The reviews of the organisation in a year."""

    def __init__(self, year: Year) -> None:
        self._year = year
        self._ids: dict[Appointment, int] = {}
        self._current: dict[str, Appointment] = {}

    def begin(self) -> None:
        """In the first weeks the lead of each account with a rhythm books its first review."""
        for customer in self._year.organisation.customers:
            lead = self._year.organisation.people[customer.owner]
            days = self._year.chance("first review", customer.name).randrange(3, 20)
            at = self._year.at_work(customer.owner, lead.at(date(2026, 1, 5) + days * DAY, 11))
            self._year.at(at, partial(self._book, customer))

    def heard(self, one: Heard) -> None:
        """A prompt was posted, or a brief asks whether a review was held: a colleague acts."""
        if one.kind == PROMPT:
            self._answer_prompt(one)
        for name, said in one.reviews:
            if ASKED in said:
                self._answer_question(one, self._current[name])

    # -- before ----------------------------------------------------------------------------------------------

    def _book(self, customer: Customer) -> None:
        who = self._who_acts(customer)
        if who is None or customer.name in self._current:
            return
        with self._year.acting(who) as (tx, viewer):
            account = self._account(tx, viewer, customer)
            starts_at = self._proposed(tx, viewer, account)
            if starts_at is None:
                return
            made = reviews.book(tx, viewer, account, starts_at, origin_key=self._year.gesture(), now=self._year.now)
            others = [one for one in sorted(self._year.organisation.people) if self._year.is_here(one)]
            invited = {customer.owner, customer.coach, self._year.chance("invited", customer.name).choice(others)}
            here = [people.as_owner(tx, viewer, one) for one in sorted(invited) if self._year.is_here(one)]
            reviews.change_people(tx, viewer, made.id, here, (), origin_key=self._year.gesture(), now=self._year.now)
        self._booked(customer, made.id, frozenset(one.slack_id for one in here), starts_at, viewer.zone)

    def _booked(self, customer: Customer, id_: int, who: frozenset[str], starts_at: datetime, zone: str) -> None:
        one = Appointment(customer, who, [Standing(self._year.now, PLANNED, starts_at, zone)])
        self._year.organisation.appointments.append(one)
        self._ids[one], self._current[customer.name] = id_, one
        chance = self._year.chance("review", customer.name, starts_at)
        roll, days = chance.random(), chance.randrange(1, 12)
        early = self._year.at_work(self._who_acts(customer) or customer.owner, starts_at - days * DAY)
        if roll < 0.12:
            self._year.at(early, partial(self._move, one))
        elif roll < 0.17:
            self._year.at(early, partial(self._call_off, one))

    @staticmethod
    def _account(tx: Session, viewer: Person, customer: Customer) -> Account:
        found = accounts.named(tx, viewer, customer.name)
        assert found is not None
        return found

    def _proposed(self, tx: Session, viewer: Person, account: Account) -> datetime | None:
        """Ten o'clock on the day that the program proposes."""
        day = reviews.due_day(tx, viewer, account, self._year.now)
        return None if day is None else self._year.organisation.people[viewer.slack_id].at(day, TEN)

    def _move(self, one: Appointment) -> None:
        who = self._who_acts(one.customer)
        if who is None or one.now.state != PLANNED:
            return
        person = self._year.organisation.people[who]
        days = self._year.chance("moved", one.customer.name, one.now.starts_at).randrange(2, 12)
        day = person.day(max(one.now.starts_at, self._year.now)) + days * DAY
        # A person who is about to leave books it for the others.
        while not person.is_working_day(day) or person.is_away(day):
            day += DAY
        starts_at = person.at(day, TEN)
        with self._year.acting(who) as (tx, viewer):
            account = self._account(tx, viewer, one.customer)
            reviews.book(tx, viewer, account, starts_at, origin_key=self._year.gesture(), now=self._year.now)
        one.story.append(Standing(self._year.now, PLANNED, starts_at, viewer.zone))

    def _call_off(self, one: Appointment) -> None:
        who = self._who_acts(one.customer)
        if who is None or one.now.state != PLANNED:
            return
        with self._year.acting(who) as (tx, viewer):
            reviews.call_off(
                tx, viewer, self._ids[one], "The client has no time", origin_key=self._year.gesture(),
                now=self._year.now,
            )  # fmt: skip
        self._end(one, NOT_HELD)
        self._year.at(self._year.at_work(who, self._year.now + 5 * DAY), partial(self._book, one.customer))

    def _end(self, one: Appointment, state: str) -> None:
        one.story.append(replace(one.now, at=self._year.now, state=state))
        del self._current[one.customer.name]

    # -- at its time -----------------------------------------------------------------------------------------

    def _answer_prompt(self, heard: Heard) -> None:
        one = self._current[heard.about]
        if self._year.chance("prompt", heard.about, heard.at).random() < 0.8:
            self._year.at(self._year.now + 10 * MINUTE, partial(self._start, one, needs_work=True))

    def _answer_question(self, heard: Heard, one: Appointment) -> None:
        """The lead, or the coach, reads that a review has not begun: it is held today, moved, or given up."""
        roll = self._year.chance("asked", one.customer.name, heard.to, heard.at).random()
        acts = (partial(self._start, one, needs_work=False), partial(self._move, one), partial(self._call_off, one))
        if roll < 0.75:
            self._year.at(self._year.at_work(heard.to, heard.at + 40 * MINUTE), acts[int(roll * 4)])

    def _start(self, one: Appointment, *, needs_work: bool) -> None:
        who = self._who_acts(one.customer, at_work=needs_work)
        if who is None or one.now.state != PLANNED:
            return
        with self._year.acting(who) as (tx, viewer):
            reviews.start(tx, viewer, self._ids[one], origin_key=self._year.gesture(), now=self._year.now)
        one.story.append(replace(one.now, at=self._year.now, state=OPEN))
        self._year.at(self._year.now + 20 * MINUTE, partial(self._decide, one, who, 0))
        self._year.at(self._year.now + 45 * MINUTE, partial(self._close, one, who))

    def _decide(self, one: Appointment, who: str, turn: int) -> None:
        """Gives each open item a verdict, each in a gesture of its own."""
        with self._year.acting(who) as (tx, viewer):
            review = reviews.get(tx, viewer, self._ids[one])
            numbers = [each.commitment.number for each in reviews.items(tx, viewer, review) if each.verdict is None]
        for number in numbers:
            try:
                with self._year.acting(who) as (tx, viewer):
                    self._decide_one(tx, viewer, one, commitment_of(tx, viewer, number), turn)
            except LedgerError as error:
                self._year.refused.append(f"a verdict on #{number} by {who}: {error}")

    def _decide_one(self, tx: Session, viewer: Person, one: Appointment, item: Commitment, turn: int) -> None:
        promise = self._year.by_number[item.number]
        chance = self._year.chance("verdict", item.number, one.now.starts_at, turn)
        verdict = chance.choices(
            (Verdict.KEEP, Verdict.DONE, Verdict.REVAMP, Verdict.TERMINATE), (0.55, 0.25, 0.15, 0.05)
        )[0]
        today = self._year.organisation.people[viewer.slack_id].day(self._year.now)
        choice = Choice(item.number, item.version, verdict)
        if verdict == Verdict.KEEP and chance.random() < 0.15:
            until = today + chance.randrange(3, 20) * DAY
            choice = replace(choice, not_before=until if item.due_on < today else min(until, item.due_on))
            choice = choice if choice.not_before and choice.not_before > today else replace(choice, not_before=None)
        elif verdict == Verdict.REVAMP:
            due_on = max(today, item.due_on) + chance.choice((5, 10, 20)) * DAY
            choice = replace(choice, due_on=due_on, reason="Agreed in the review")
        elif verdict == Verdict.TERMINATE:
            choice = replace(choice, reason="Not needed any more")
        reviews.decide(tx, viewer, self._ids[one], choice, origin_key=self._year.gesture(), now=self._year.now)
        known = self._known_after(promise.now, choice)
        if known is not None:
            promise.story.append(replace(known, at=self._year.now, by=viewer.slack_id))

    @staticmethod
    def _known_after(known: Known, choice: Choice) -> Known | None:
        match choice.verdict:
            case Verdict.DONE:
                return replace(known, did="finish", is_open=False)
            case Verdict.TERMINATE:
                return replace(known, did="cancel", is_open=False)
            case Verdict.REVAMP:
                assert choice.due_on is not None
                return replace(known, did="move", due_on=choice.due_on, quiet_until=None)
        return replace(known, did="put off", quiet_until=choice.not_before) if choice.not_before else None

    def _close(self, one: Appointment, who: str) -> None:
        # Colleagues go on working while it is held: what has changed since gets another verdict.
        self._decide(one, who, 1)
        # A verdict may have ended an occurrence of a series: the next one needs its own.
        self._year.meet_following()
        self._decide(one, who, 2)
        try:
            with self._year.acting(who) as (tx, viewer):
                review = reviews.get(tx, viewer, self._ids[one])
                starts_at = self._proposed(tx, viewer, review.account)
                assert starts_at is not None
                reviews.close(
                    tx, viewer, review.id, Next(starts_at), origin_key=self._year.gesture(), now=self._year.now
                )
                following = reviews.current(tx, viewer, review.account)
                assert following is not None
                who_next = frozenset(row.person.slack_id for row in reviews.people_of(tx, following) if row.person)
        except LedgerError as error:
            self._year.refused.append(f"closing the review of {one.customer.name} by {who}: {error}")
            return
        self._end(one, HELD)
        self._booked(one.customer, following.id, who_next, starts_at, viewer.zone)

    def _who_acts(self, customer: Customer, *, at_work: bool = False) -> str | None:
        """The lead, or the coach after the lead has left; with `at_work` only if they are there today."""
        here = (one for one in (customer.owner, customer.coach) if self._year.is_here(one))
        who = next(here, None)
        if who is None or not at_work:
            return who
        person = self._year.organisation.people[who]
        return who if person.is_at_work(person.day(self._year.now)) else None
