"""Whether promises were kept: the date that counts, how late one was done, and the sums of a quarter. Pure.

The date that counts for a commitment is the one agreed last before it fell due. A new date that is given in time is
agreed with those who wait; one that is given after the due date has passed comes too late, and the promise is broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from store.rules.calendar.working_days import WorkingDays

_MONTHS = 3


def days_late(due_on: date, done_on: date, works: WorkingDays) -> int:
    """How late a commitment was done: in working days of its owner if late, as a negative number of days if early.

    It is 0 on the due date, and on the days off that follow: nobody waits on them.
    """
    return works.count_between(due_on, done_on) if done_on > due_on else (done_on - due_on).days


def agreed_date(first: date, moves: Sequence[tuple[date, date]]) -> date:
    """The date agreed last before the commitment fell due. `moves`: (day of the change, new date), oldest first."""
    agreed = first
    for on, new in moves:
        if on > agreed:
            break
        agreed = new
    return agreed


@dataclass(frozen=True)
class Promise:
    """A commitment for the sums of a quarter. `agreed`: see `agreed_date`; `ended_on`: None while it is open.

    Its days are the owner's local days, and `works` are the owner's working days.
    """

    agreed: date
    works: WorkingDays
    ended_on: date | None = None
    is_done: bool = False


@dataclass(frozen=True)
class Kept:
    """How many promises of a quarter were `kept` on time, of how many that count (`total`)."""

    kept: int = 0
    total: int = 0


def kept_in(promises: Iterable[Promise], first: date, today: date) -> Kept:
    """The sums of the quarter that begins on `first`, as of `today` in it.

    A promise counts in the quarter of its agreed date, as soon as it is done or that date has passed. A commitment that
    was cancelled before its date had passed does not count; one that was cancelled later was not kept.
    """
    last = quarter_after(first) - DAY
    counted = [one for one in promises if first <= one.agreed <= last and _counts(one, today)]
    return Kept(sum(is_kept(one) for one in counted), len(counted))


def _counts(one: Promise, today: date) -> bool:
    if one.is_done:
        return True
    return days_late(one.agreed, one.ended_on or today, one.works) > 0


def is_kept(one: Promise) -> bool:
    """Whether it was done on time."""
    return one.is_done and one.ended_on is not None and days_late(one.agreed, one.ended_on, one.works) <= 0


def quarter_of(day: date, fiscal_year_start: int) -> date:
    """The first day of the quarter of `day`, in years that begin in the month `fiscal_year_start` (1 … 12)."""
    into = (day.month - fiscal_year_start) % _MONTHS
    month = day.month - into
    return day.replace(day=1, month=month) if month > 0 else day.replace(day=1, month=month + 12, year=day.year - 1)


def quarter_after(first: date) -> date:
    """The first day of the quarter after the one that begins on `first`."""
    month = first.month + _MONTHS
    return first.replace(month=month) if month <= 12 else first.replace(month=month - 12, year=first.year + 1)  # noqa: PLR2004  months
