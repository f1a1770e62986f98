"""The demo's reviews: Acme has one behind it, with decisions and a self-check, and the next one before it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from store import people, reviews, stakeholders
from store.reviews import Choice, Next
from store.rules.reviews import USUAL_TIME, begins_at
from store.tables import Habit, Question, Verdict

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.tables import Account

# Days ago of the last review, and days until the next one: its digest does not come on the first morning.
HELD_AGO, NEXT_IN = 17.0, 9
_BOOKED_BEFORE = timedelta(days=4)
ANSWERS = {
    Question.GAINED: "Dana: the plants plan in a day now. It was three.",
    Question.GOALS: "All plants on one planning before their fiscal year ends.",
    Question.DARK_SIDE: "Contoso would show Lyon a price for all four sites.",
    Question.ASK: "An introduction to the successor of the CIO.",
}
SCORES = {Habit.CONNECTED: 2, Habit.WRITTEN: 3, Habit.BETTER_LIVES: 2, Habit.EXPECTATION: 4}


def hold(tx: Session, account: Account, today: date, now: datetime) -> None:
    """Hold the last review of the account, as its lead, and book the next one."""
    lead = account.owner
    if lead is None:
        raise RuntimeError(f"{account.name} has no lead")
    at = now - timedelta(days=HELD_AGO)
    booked = reviews.book(tx, lead, account, at, origin_key="demo:review", now=at - _BOOKED_BEFORE)
    theirs = stakeholders.matching(tx, lead, "Dana", account=account)
    ours = [one.person for one in reviews.people_of(tx, booked) if one.person]
    reviews.change_people(tx, lead, booked.id, ours, theirs, origin_key="demo:review:people", now=at - _BOOKED_BEFORE)
    reviews.start(tx, lead, booked.id, origin_key="demo:review:start", now=at)
    choices = [
        Choice(one.commitment.number, one.commitment.version, Verdict.KEEP) for one in reviews.items(tx, lead, booked)
    ]
    reviews.decide_several(tx, lead, booked.id, choices, origin_key="demo:review:keep", now=at)
    reviews.answer(tx, lead, booked.id, ANSWERS, seen={}, origin_key="demo:review:answers", now=at)
    reviews.score(tx, lead, booked.id, SCORES, origin_key="demo:review:scores", now=at)
    works = people.working_days(lead)
    day = works.next_after(today + timedelta(days=NEXT_IN - 1))
    following = Next(begins_at(day, USUAL_TIME, lead.zone))
    reviews.close(tx, lead, booked.id, following, origin_key="demo:review:close", now=at)
    coming = reviews.current(tx, lead, account)
    if coming is not None:
        reviews.change_people(tx, lead, coming.id, ours, theirs, origin_key="demo:review:next", now=at)
