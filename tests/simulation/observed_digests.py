"""Checks the weekly digests in the channels of the simulated year, and those that coaches get before a quarter ends.

The days are counted anew, by the calendars of the simulated people and of their office.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.observed import QUARTER, WEEK, WEEKLY_DIGEST, Findings, Heard
from tests.simulation.observed_reviews import MORNING, WITHIN
from tests.simulation.simulated_team import DAY, Colleague, Customer, Organisation, Promise

if TYPE_CHECKING:
    from collections.abc import Iterator

# Accounts of these categories have a weekly digest, on Monday at this hour of the lead; and coaches hear within so many
# working days before a quarter ends.
CATEGORIES, HOUR, BEFORE = "AB", 9, 5


def judge_digests(organisation: Organisation, heard: list[Heard], found: Findings) -> None:
    """Adds what was wrong with weekly digests and with those of a quarter."""
    for customer in organisation.customers:
        its = [one for one in heard if one.kind == WEEKLY_DIGEST and one.about == customer.name]
        _judge_weekly(organisation, customer, its, found)
    for coach in sorted({one.coach for one in organisation.customers}):
        its = [one for one in heard if one.kind == QUARTER and one.to == coach]
        _judge_quarters(organisation, organisation.people[coach], its, found)


# -- in channels -------------------------------------------------------------------------------------------------


def _judge_weekly(organisation: Organisation, customer: Customer, its: list[Heard], found: Findings) -> None:
    name, wanted = customer.name, customer.category in CATEGORIES and customer.channel is not None
    found.counts["weekly digests"] += len(its)
    came = Counter(organisation.office.week(one.at.date()) for one in its)
    found.digests += [
        f"{count} weekly digests of {name} in the week of {week}" for week, count in came.items() if count > 1
    ]
    for one in its:
        if not wanted or one.to != customer.channel:
            found.digests.append(f"a weekly digest of {name} came to {one.to}, at {one.at:%Y-%m-%d %H:%M}")
        if not any(due <= one.at < due + WITHIN for due in _due_on(organisation, customer, one.at.date())):
            found.digests.append(f"the weekly digest of {name} came at {one.at:%a %Y-%m-%d %H:%M} UTC")
        if not one.items:
            found.digests.append(f"the weekly digest of {name} at {one.at:%Y-%m-%d %H:%M} shows nothing")
    for day in _first_days(organisation) if wanted else ():
        due = _due_on(organisation, customer, day)
        if not due:
            continue
        last = max((one.at for one in its if one.at < due[0]), default=due[0] - WEEK)
        if not any(_tells(one, day, last, due[0]) for one in organisation.promises if one.account is customer):
            continue
        found.counts["weekly digests due"] += 1
        if not any(at <= one.at < at + WITHIN for at in due for one in its):
            found.digests.append(f"no weekly digest of {name} on {day}")


def _first_days(organisation: Organisation) -> Iterator[date]:
    """The first working day of each week of the office."""
    week = organisation.office.week(organisation.end) - 60 * WEEK
    while week < organisation.end:
        day = organisation.office.next_working_day(week - DAY)
        if organisation.begin <= day < min(week + WEEK, organisation.end):
            yield day
        week += WEEK


def _due_on(organisation: Organisation, customer: Customer, day: date) -> list[datetime]:
    """The times at which a digest may come on that day: by the clock of the lead, or of the coach after the lead has
    left, whose clock counts from the next week on.
    """
    if organisation.in_charge(customer.name, datetime.combine(day, datetime.min.time(), UTC)) is None:
        return []
    if organisation.office.next_working_day(organisation.office.week(day) - DAY) != day:
        return []
    clocks = [organisation.people[one] for one in (customer.owner, customer.coach)]
    return [one.at(day, HOUR) for one in clocks]


def _tells(promise: Promise, today: date, since: datetime, at: datetime) -> bool:
    """Whether the digest has a line about it: overdue, due within a week, or else done or moved since the last one.
    Nobody at a client agrees to anything here, and without that the client's part is a wish.
    """
    if promise.theirs or not promise.story or promise.story[0].at > at:
        return False
    known = promise.known(at)
    if known.is_open and known.due_on < today + WEEK:
        return True
    meanwhile = [one for one in promise.story if since < one.at <= at]
    return any(one.did == "finish" if not known.is_open else one.did == "move" for one in meanwhile)


# -- to coaches --------------------------------------------------------------------------------------------------


def _judge_quarters(organisation: Organisation, coach: Colleague, its: list[Heard], found: Findings) -> None:
    found.counts["quarter digests"] += len(its)
    names = [one.name for one in organisation.customers if one.coach == coach.slack_id]
    found.digests += [
        f"the digest of {coach.slack_id} at {one.at:%Y-%m-%d %H:%M} names none of their accounts"
        for one in its
        if not any(name in one.words for name in names)
    ]
    for last in _quarters(organisation):
        begins = last + DAY
        for _ in range(BEFORE):
            begins = coach.last_working_day(begins - DAY)
        days = [begins + n * DAY for n in range((last - begins).days + 1)]
        mornings = [coach.at(day, coach.hour) for day in days if _gets_a_brief(coach, day) and day < organisation.end]
        came = [one.at for one in its if begins <= coach.day(one.at) <= last]
        found.counts["quarter digests due"] += bool(mornings)
        if len(came) != bool(mornings) or (came and not mornings[0] <= came[0] < mornings[0] + MORNING):
            found.digests.append(f"{coach.slack_id} had {len(came)} digests of the quarter until {last}")
    known = [one for one in its if any(0 <= (last - coach.day(one.at)).days < 14 for last in _quarters(organisation))]
    if len(known) != len(its):
        found.digests.append(f"{coach.slack_id} had a digest of a quarter that did not end")


def _gets_a_brief(person: Colleague, day: date) -> bool:
    """Whether briefs come to this person on that day: on each day at work, or on the first one of the week."""
    before = range((day - person.week(day)).days)
    is_later = person.weekly and any(person.is_at_work(person.week(day) + n * DAY) for n in before)
    return person.is_at_work(day) and not is_later


def _quarters(organisation: Organisation) -> Iterator[date]:
    """The last days of the calendar quarters that end in the simulated time."""
    day = organisation.begin
    while day < organisation.end:
        if (day + DAY).day == 1 and day.month % 3 == 0:
            yield day
        day += timedelta(days=1)
