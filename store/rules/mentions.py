"""Why a commitment is mentioned in a brief: the names of the occasions, and the ladder of dates among them. Pure.

Days are counted in working days, from the last working day on or before the due date, so that what falls on a day
off is asked for on the working day before. Overdue begins on the next working morning.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.rules.working_days import WorkingDays

# The ladder: what its owner hears, or who stands in for them, as the date comes nearer and passes.
SOON, EVE, TODAY, OVERDUE = "soon", "eve", "today", "overdue"
# Back-off in working days overdue: insisting daily gets a bot muted, a single nudge gets forgotten.
OVERDUE_STEPS = (1, 3, 7, 15, 30, 60, 90)
# After its last step a commitment waits for the account's review.
LAST_STEP = OVERDUE_STEPS[-1]
LAST = f"{OVERDUE}-{LAST_STEP}"
# The first mention comes within a week of the due date.
AHEAD = timedelta(days=7)
# Nothing due later than this can deserve a mention for its date; holidays can pull a due date forward by some days.
HORIZON = AHEAD + timedelta(days=14)
# What was due longer ago has been waiting for its review, even if its owner works one day a week: nobody looks.
FORGOTTEN = timedelta(days=730)

# Besides the ladder: in the summary of a week; once a quiet time has ended; once a week while it is blocked.
WEEK, AGAIN, BLOCKED = "week", "again", "blocked"
# On the last morning before an absence: it falls due meanwhile.
LEAVING = "leaving"
# What others hear: the account's owner of what stays overdue, whoever is in the way, whoever must find an owner.
ESCALATED, BLOCKING, UNOWNED = "escalated", "blocking", "unowned"
# Marks on an occasion: said to a stand-in; with word that the account's owner hears of it next; for the last time;
# together with what somebody did, of which the reader had not heard yet.
STANDING_IN, WARNED, FINAL, NEWS = "for:", ":warned", ":last", "new:"


def ladder(due_on: date, today: date, working_days: WorkingDays) -> str | None:
    """The newest step that a commitment due on `due_on` has reached on working day `today`, or None.

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
    return f"{OVERDUE}-{reached[-1]}" if reached else None


def step_of(occasion: str) -> str:
    """The occasion without its marks: "for:overdue-3:warned" is "overdue-3"."""
    return occasion.removeprefix(NEWS).removeprefix(STANDING_IN).removesuffix(WARNED).removesuffix(FINAL)


def is_warning(occasion: str | None) -> bool:
    return bool(occasion) and str(occasion).endswith(WARNED)


def is_last(occasion: str | None) -> bool:
    """Whether nothing comes after this mention until the account's review."""
    return bool(occasion) and (str(occasion).endswith(FINAL) or step_of(str(occasion)) == LAST)


def is_overdue(occasion: str) -> bool:
    return step_of(occasion).startswith(OVERDUE)


def tells_who_hears(occasion: str | None) -> bool:
    """Whether what is said on this occasion says as well that the account's owner will hear of it, or has heard."""
    step = step_of(occasion or "")
    return is_warning(occasion) or is_overdue(step) or step == WEEK
