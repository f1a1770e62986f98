"""Checks the messages about reviews, and the commitments of series, of the simulated year.

The days are counted anew, by the calendars of the simulated people and of their office.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.simulation.observed import BRIEF, DIGEST, HOURS, MINUTES, OF_REVIEWS, PROMPT, Findings, Heard
from tests.simulation.simulated_team import DAY, Appointment, Colleague, Organisation, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

# The planner of the simulation looks every quarter of an hour. Mornings are spread over half an hour, and what has
# waited for a morning goes a quarter of an hour after the brief.
WITHIN = timedelta(minutes=16)
MORNING = WITHIN + timedelta(minutes=30)
AFTER_THE_BRIEF = MORNING + timedelta(minutes=15)
DIGEST_BEFORE = 5
PLANNED, OPEN, HELD, NOT_HELD = "planned", "open", "held", "not held"
ASKED = "Was it held?"
# The lead reads once, days before, that a colleague who takes part will not be there.
AWAY = "Away then:"


def judge_reviews(organisation: Organisation, heard: list[Heard], found: Findings) -> None:
    """Adds what was wrong with digests, prompts and minutes, and with the briefs that mention a review."""
    its: defaultdict[int, list[Heard]] = defaultdict(list)
    for one in heard:
        if one.kind in OF_REVIEWS:
            found.counts[f"{one.kind} posted"] += 1
            _judge_day(organisation, one, found)
            its[_place_of(organisation, one)].append(one)
    found.reviews += [f"a {one.kind} of {one.about} without a review" for one in its[-1]]
    for place, appointment in enumerate(organisation.appointments):
        _judge_once(organisation, appointment, its[place], found)
        _judge_briefs(organisation, appointment, heard, found)
    _count_channels(organisation, heard, found)


def _place_of(organisation: Organisation, one: Heard) -> int:
    """The place of the review that a message is about: the newest one of the account, for minutes that was held."""
    places = [
        place
        for place, each in enumerate(organisation.appointments)
        if each.customer.name == one.about
        and (each.now.state == HELD and each.now.at <= one.at if one.kind == MINUTES else each.story[0].at <= one.at)
    ]
    return places[-1] if places else -1


def _judge_day(organisation: Organisation, one: Heard, found: Findings) -> None:
    """A digest comes to a channel on a working day of the office, and holds something."""
    if one.kind == DIGEST:
        if one.to not in organisation.people and not organisation.office.is_working_day(one.at.date()):
            found.reviews.append(f"the digest of {one.about} came on a day off, {one.at:%a %Y-%m-%d %H:%M}")
        counts = [int(word) for word in one.words.replace("*", " ").split() if word.isdecimal()]
        if not one.items and not any(counts):
            found.counts["digests of nothing"] += 1


def _judge_once(organisation: Organisation, appointment: Appointment, its: list[Heard], found: Findings) -> None:
    name = appointment.customer.name
    for kind, wanted in (
        (DIGEST, _digest_due(organisation, appointment)),
        (PROMPT, _prompts_due(organisation, appointment)),
    ):
        came = [one.at for one in its if one.kind == kind and organisation.in_charge(name, one.at)]
        for due in [one for one in wanted if organisation.in_charge(name, one)]:
            found.counts[f"{kind}s due"] += 1
            within = AFTER_THE_BRIEF if kind == DIGEST and not appointment.customer.channel else WITHIN
            those = [at for at in came if due <= at < due + within]
            if not those:
                found.reviews.append(f"no {kind} of {name} at {due:%a %Y-%m-%d %H:%M}")
            came = [at for at in came if at not in those[:1]]
        # A digest that is posted at the moment of a change may come before it or after it.
        came = [at for at in came if at not in {one.at for one in appointment.story[1:]}]
        found.reviews += [f"one more {kind} of {name} at {at:%a %Y-%m-%d %H:%M}" for at in came]
    held = [one.at for one in appointment.story if one.state == HELD]
    minutes = [one for one in its if one.kind == MINUTES]
    found.counts["reviews held"] += len(held)
    found.counts["reviews not held"] += appointment.now.state == NOT_HELD
    if len(held) != len(minutes):
        found.reviews.append(f"{len(minutes)} minutes of {name}, held {len(held)} times, {appointment.now.at:%Y-%m-%d}")


def _digest_due(organisation: Organisation, appointment: Appointment) -> list[datetime]:
    """The moment of the digest: the first one that came while the review was planned."""
    for standing, until in appointment.spans():
        if standing.state == PLANNED:
            due = _digest_at(organisation.office, standing)
            if not appointment.customer.channel:
                due = _heard_at(organisation.in_charge(appointment.customer.name, due), due)
            if due < min(until, standing.starts_at) and due.date() < organisation.end:
                return [due]
    return []


def _digest_at(office: Colleague, standing: Standing) -> datetime:
    zone = ZoneInfo(standing.zone)
    day = standing.starts_at.astimezone(zone).date()
    for _ in range(DIGEST_BEFORE):
        day = office.last_working_day(day - DAY)
    due = max(datetime.combine(day, time(9), zone), standing.at)
    here = due.astimezone(zone).date()
    return due if office.is_working_day(here) else datetime.combine(office.next_working_day(here), time(9), zone)


def _heard_at(reader: Colleague | None, at: datetime) -> datetime:
    """That moment, or the next hour at which this person is at work, if the message goes to them alone."""
    if reader is None:
        return at
    day = reader.day(at)
    begins = reader.at(day, reader.hour)
    if reader.is_at_work(day) and begins <= at < begins + HOURS * timedelta(hours=1):
        return at
    if at >= begins:
        day += DAY
    while not reader.is_at_work(day):
        day += DAY
    return reader.at(day, reader.hour)


def _prompts_due(organisation: Organisation, appointment: Appointment) -> list[datetime]:
    """Each time at which the review was to begin and had not begun."""
    return [
        standing.starts_at
        for standing, until in appointment.spans()
        if standing.state == PLANNED and standing.starts_at < until and standing.starts_at.date() < organisation.end
    ]


# -- in briefs ---------------------------------------------------------------------------------------------------


def _judge_briefs(organisation: Organisation, appointment: Appointment, heard: list[Heard], found: Findings) -> None:
    name = appointment.customer.name
    lines = [(one, said) for one in heard if one.kind == BRIEF for about, said in one.reviews if about == name]
    for standing, until in appointment.spans():
        if standing.state != PLANNED or organisation.in_charge(name, standing.starts_at) is None:
            continue
        for who in appointment.who:
            person = organisation.people[who]
            told = [
                (one.at, said)
                for one, said in lines
                if one.to == who and ASKED not in said and standing.at <= one.at < until
            ]
            morning = _eve(person, standing)
            if morning is None or morning >= until or morning.date() >= organisation.end:
                continue
            found.counts["mornings before a review"] += 1
            if not any(morning <= at < morning + MORNING for at, _ in told):
                found.reviews.append(f"{who} did not read of the review of {name} on {morning:%a %Y-%m-%d %H:%M}")
            before = [at for at, said in told if AWAY not in said]
            if len(before) > 1:
                found.reviews.append(
                    f"{who} read of the review of {name} {len(before)} times before {standing.starts_at}"
                )
        _judge_asking(organisation, appointment, standing, until, lines, found)


def _eve(person: Colleague, standing: Standing) -> datetime | None:
    """The morning of the working day before the review, if this person is at work then, and the review was planned."""
    starts_on = standing.starts_at.astimezone(ZoneInfo(standing.zone)).date()
    day = person.last_working_day(starts_on - DAY)
    morning = person.at(day, person.hour)
    return morning if person.is_at_work(day) and standing.at <= morning and not person.weekly else None


def _judge_asking(
    organisation: Organisation, appointment: Appointment, standing: Standing, until: datetime,
    lines: list[tuple[Heard, str]], found: Findings,
) -> None:  # fmt: skip
    """The lead, or the coach in their place, is asked on the first working morning after the review, while it has not
    begun.
    """
    lead = organisation.in_charge(appointment.customer.name, standing.starts_at + DAY)
    if lead is None:
        return
    starts_on = standing.starts_at.astimezone(ZoneInfo(standing.zone)).date()
    day = lead.next_working_day(starts_on)
    morning = lead.at(day, lead.hour)
    if morning >= until or day >= organisation.end or not lead.is_at_work(day) or lead.weekly or standing.at > morning:
        return
    found.counts["reviews asked for"] += 1
    if not any(
        morning <= one.at < morning + MORNING and one.to == lead.slack_id and ASKED in said for one, said in lines
    ):
        found.reviews.append(f"{lead.slack_id} was not asked for the review of {appointment.customer.name} on {day}")


def _count_channels(organisation: Organisation, heard: list[Heard], found: Findings) -> None:
    """Messages in each channel in each week."""
    counted: Counter[tuple[str, date]] = Counter()
    for one in heard:
        if one.to not in organisation.people:
            found.counts["messages in channels"] += 1
            counted[one.to, organisation.office.week(one.at.date())] += 1
    weeks = _weeks(organisation, heard)
    channels = [one.channel for one in organisation.customers if one.channel]
    found.in_channels = [counted[channel, week] for week in weeks for channel in channels]


def _weeks(organisation: Organisation, heard: list[Heard]) -> list[date]:
    def every() -> Iterator[date]:
        week = organisation.office.week(heard[0].at.date())
        while week <= organisation.end:
            yield week
            week += 7 * DAY

    return list(every()) if heard else []


# -- series ------------------------------------------------------------------------------------------------------


def judge_series(organisation: Organisation, now: datetime, found: Findings) -> None:
    """Each series goes on: its newest occurrence is open, and its day has not come."""
    for promise in organisation.promises:
        if promise.rhythm is None or not promise.story:
            continue
        known = promise.now
        owner = organisation.people[known.owner]
        if not known.is_open or owner.at(known.due_on, 0) + WITHIN < now - DAY:
            found.series.append(f"nothing follows #{promise.number}, due {known.due_on}")
