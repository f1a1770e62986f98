"""What deserves a mention in a morning brief: pure date arithmetic over one commitment.

Days are counted in the owner's working days, from the last working day on or before the due date, so that
what falls on a day off is asked for on the working day before. Overdue begins on the next working morning.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.rules.working_days import WorkingDays

SOON, EVE, TODAY = "soon", "eve", "today"
# Back-off in working days overdue: insisting daily gets a bot muted, a single nudge gets forgotten.
OVERDUE_STEPS = (1, 3, 7, 15, 30, 60, 90)
# The first mention comes within a week of the due date.
AHEAD = timedelta(days=7)
# Nothing due later than this can deserve a mention; holidays can pull a due date forward by some days.
HORIZON = AHEAD + timedelta(days=14)


def occasion(due_on: date, today: date, working_days: WorkingDays) -> str | None:
    """The newest occasion that a commitment due on `due_on` has reached on working day `today`, or None.

    One of "soon", "eve" (due on the next working day), "today", "overdue-N" with N from OVERDUE_STEPS.
    """
    effective = working_days.last_until(due_on)
    if today == effective:
        return TODAY
    if today < effective:
        if working_days.next_after(today) == effective:
            return EVE
        return SOON if due_on - today <= AHEAD else None
    overdue = working_days.count_between(effective, today)
    reached = [step for step in OVERDUE_STEPS if step <= overdue]
    return f"overdue-{reached[-1]}" if reached else None


def days_overdue(due_on: date, today: date) -> int:
    """Calendar days past the due date, as a person counts them; 0 when not overdue."""
    return max(0, (today - due_on).days)
