"""The occasions on which a brief mentions a commitment, and the ladder: the steps that follow its due date. Pure.

Days are working days, counted from the last working day on or before the due date: a commitment that is due on a
day off is mentioned on the working day before. It is overdue from the next working morning on.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.rules.calendar.working_days import WorkingDays

# The ladder: the occasions for the owner or the stand-in, before, on and after the due date.
SOON, DAY_BEFORE, TODAY, OVERDUE = "soon", "eve", "today", "overdue"
# Working days overdue, further and further apart: people mute a bot that reminds daily, and forget one reminder.
OVERDUE_STEPS = (1, 3, 7, 15, 30, 60, 90)
# After its last step a commitment waits for the account's review.
LAST_STEP = OVERDUE_STEPS[-1]
LAST = f"{OVERDUE}-{LAST_STEP}"
# The first mention comes within a week of the due date.
AHEAD = timedelta(days=7)
# A commitment due later than this gets no mention for its date. Holidays can move the mention some days earlier.
HORIZON = AHEAD + timedelta(days=14)
# A commitment due longer ago is not checked: it waits for its review, even if its owner works one day a week.
FORGOTTEN = timedelta(days=730)

# Not on the ladder: in the summary of a week; after the end of a snooze; once a week while it is blocked.
WEEK, SNOOZE_ENDED, BLOCKED = "week", "again", "blocked"
# On the last morning before an absence in which the commitment falls due.
BEFORE_ABSENCE = "leaving"
# For other people: the account's lead at an escalation, the blocker, the person who must find a new owner.
ESCALATED, BLOCKS_OTHERS, OWNER_LEFT = "escalated", "blocking", "unowned"
# Marks on an occasion: for a stand-in; with a warning that the account's lead hears next; the last mention;
# together with a colleague's action that is new to the reader.
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
            return DAY_BEFORE
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
    """Whether this mention is the last before the account's review."""
    return bool(occasion) and (str(occasion).endswith(FINAL) or step_of(str(occasion)) == LAST)


def is_overdue(occasion: str) -> bool:
    return step_of(occasion).startswith(OVERDUE)


def tells_who_hears(occasion: str | None) -> bool:
    """Whether a mention on this occasion also says that the account's lead will hear, or has heard."""
    step = step_of(occasion or "")
    return is_warning(occasion) or is_overdue(step) or step == WEEK
