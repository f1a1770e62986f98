"""The day on which an overdue commitment is escalated to the account's lead, and the warning before. Pure.

Where the lead owns the commitment, the account's coach hears in the lead's place.

The rules count the owner's working days from the due date or from the last progress, the later of the two. Each
progress starts the count again; the recording is the first progress. Days of the owner's absence count too, because
the client waits on them as well. The owner is warned before the lead hears. If the owner will be away, the
stand-in gets the warning. If no stand-in hears on a later morning, the warning comes on the owner's last morning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.rules.calendar.working_days import DAY
from store.rules.nudging.occasions import LAST_STEP
from store.rules.nudging.readers import is_due_by_end, stand_in

if TYPE_CHECKING:
    from datetime import date

    from store.rules.nudging.readers import CommitmentFacts

# The escalation comes on the second working day after progress at the earliest: the owner is warned on the first.
AT_LEAST = 2
# Days. The search for a lead's next day at work ends after this many.
_FARTHEST = 400


def counts_from(item: CommitmentFacts) -> date:
    """The day after which working days count towards escalation."""
    return max(_due(item), _progress(item))


def day_of(item: CommitmentFacts) -> date | None:
    """The first day on which the lead should hear, if nothing changes before; None if there is no escalation."""
    if item.is_blocked or item.escalation_contact is None:
        return None
    day = counts_from(item)
    for _ in range(_after(item)):
        day = item.owner.works.next_after(day)
    # Nobody was told since the last progress: the owner has this day, their first morning back, to act.
    if item.owner.hears_on(day) and not _was_heard(item, day):
        day = item.owner.works.next_after(day)
    return day


def has_come(item: CommitmentFacts, today: date) -> bool:
    """Whether the escalation has come: the lead should hear on `today`, or should have heard before."""
    day = day_of(item)
    return day is not None and today >= day


def heard_on(item: CommitmentFacts) -> date | None:
    """The day on which the lead hears, if nothing changes before: their first day at work from `day_of` on.

    None if there is no escalation, or no such day within 400 days.
    """
    day = day_of(item)
    return None if day is None else _contact_hears(item, day)


def is_last_chance(item: CommitmentFacts, today: date) -> bool:
    """Whether `today` is the last morning for a warning: no later morning of the owner or stand-in before `day_of`.

    While the lead is away, each morning from `day_of` until the lead's return is one too.
    """
    day = day_of(item)
    heard = None if day is None else _contact_hears(item, day)
    if day is None or heard is None or today >= heard:
        return False
    return not any(_somebody_hears(item, today + n * DAY) for n in range(1, (day - today).days))


def _contact_hears(item: CommitmentFacts, since: date) -> date | None:
    escalation_contact = item.escalation_contact
    days = (since + n * DAY for n in range(_FARTHEST))
    return None if escalation_contact is None else next(filter(escalation_contact.hears_on, days), None)


def _was_heard(item: CommitmentFacts, before: date) -> bool:
    """Whether the owner or a stand-in had a morning after the last progress and before the day `before`."""
    since = _progress(item)
    return any(_somebody_hears(item, before - n * DAY) for n in range(1, (before - since).days))


def _somebody_hears(item: CommitmentFacts, day: date) -> bool:
    return item.owner.hears_on(day) or _is_covered(item, day)


def _is_covered(item: CommitmentFacts, day: date) -> bool:
    """Whether a stand-in hears of the commitment on that day.

    False if the stand-in is the account's lead: the lead needs no warning about an escalation to the lead.
    """
    away, deputy = item.owner.away_on(day), stand_in(item, day)
    if away is None or deputy is None or deputy == item.escalation_contact:
        return False
    return deputy.hears_on(day) and is_due_by_end(item, away, deputy)


def working_days_overdue(item: CommitmentFacts, today: date) -> int:
    """The owner's working days since the due date; 0 if the commitment is not overdue."""
    return item.owner.works.count_between(_due(item), today)


def waits_for_review(item: CommitmentFacts, today: date) -> bool:
    """Whether the commitment has been overdue for 90 working days or more, and waits for the account's review."""
    return working_days_overdue(item, today) >= LAST_STEP


def _after(item: CommitmentFacts) -> int:
    return max(item.escalate_after, AT_LEAST if _progress(item) >= _due(item) else 1)


def _due(item: CommitmentFacts) -> date:
    return item.owner.works.last_until(item.due_on)


def _progress(item: CommitmentFacts) -> date:
    """The day of the last progress.

    For progress in the owner's absence without a stand-in: the owner's first day back, when they see it.
    """
    day = item.touched_on or item.created_on
    away = item.owner.away_on(day)
    if away is None or _is_covered(item, day):
        return day
    back_on = item.owner.works.next_after(away.last_day)
    while item.owner.away_on(back_on) is not None:
        back_on = item.owner.works.next_after(back_on)
    return back_on
