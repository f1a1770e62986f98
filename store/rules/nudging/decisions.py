"""The decision whether one reader's brief mentions a commitment on one morning, and the reason if it does not. Pure.

Each role of a reader has one rule; `decide_mention` is the entry point. The planner calls `decide_mention` for today,
and the explanation of a brief calls it for other days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.rules.calendar import weeks
from store.rules.calendar.working_days import DAY
from store.rules.nudging import escalation, readers
from store.rules.nudging.occasions import (
    BEFORE_ABSENCE,
    BLOCKED,
    BLOCKS_OTHERS,
    DAY_BEFORE,
    ESCALATED,
    FINAL,
    LAST,
    NEWS,
    OWNER_LEFT,
    SNOOZE_ENDED,
    SOON,
    STANDING_IN,
    TODAY,
    WARNED,
    WEEK,
    is_last,
    is_overdue,
    is_warning,
    ladder,
    step_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from store.rules.nudging.readers import CommitmentFacts, PersonFacts, Role

# The reasons for no mention.
NOT_THEIRS, DAY_OFF, AWAY, GONE = "not theirs", "day off", "away", "gone"
QUIET, SAID, NEW, TOUCHED, NOT_YET = "quiet", "said", "new", "touched", "not yet"
BLOCKED_QUIETLY, IN_SUMMARY, FOR_REVIEW = "blocked", "weekly summary", "waits for review"
FALLS_OUTSIDE, SAID_YESTERDAY = "falls due outside the absence", "said yesterday"

# A commitment is fresh for this many working days after it was recorded. A second mention then comes too early.
FRESH = 2


@dataclass(frozen=True, slots=True)
class PastMention:
    """A message about this commitment to the reader: its occasion (None: a notice), the due date in it, and its day."""

    occasion: str | None
    due_on: date
    on: date


@dataclass(frozen=True, slots=True)
class MentionCase:
    """A reader and a commitment on the reader's local day `today`; `said` holds the earlier messages to the reader."""

    item: CommitmentFacts
    reader: PersonFacts
    today: date
    said: tuple[PastMention, ...] = ()

    @property
    def step(self) -> str | None:
        return ladder(self.item.due_on, self.today, self.reader.works)

    def was_told(self, *steps: str, since: date | None = None) -> bool:
        """Whether a brief mentioned one of these steps for the present due date (on or after `since`, if given)."""
        return any(
            one.occasion is not None
            and one.due_on == self.item.due_on
            and step_of(one.occasion) in steps
            and (since is None or one.on >= since)
            for one in self.said
        )

    def last_told(self, step: str) -> date | None:
        """The newest day on which this step was mentioned, for any due date; None if it was not."""
        days = (one.on for one in self.said if one.occasion is not None and step_of(one.occasion) == step)
        return max(days, default=None)

    def working_days_since(self, day: date) -> int:
        return self.reader.works.count_between(day, self.today)


@dataclass(frozen=True, slots=True)
class Decision:
    """The occasion of a mention, or None and the reason why there is none."""

    occasion: str | None
    why: str = ""

    def marked(self, *, before: str = "", after: str = "") -> Decision:
        return Decision(f"{before}{self.occasion}{after}", self.why) if self.occasion else self


def decide_mention(look: MentionCase) -> Decision:
    """The verdict for this reader and commitment. `today` may be any day, also a day off of the reader."""
    reader, today = look.reader, look.today
    if not reader.is_here:
        return Decision(None, GONE)
    if not reader.works.works_on(today):
        return Decision(None, DAY_OFF)
    if reader.away_on(today):
        return Decision(None, AWAY)
    role = readers.role_of(reader, look.item, today)
    return _RULES[role](look) if role else Decision(None, NOT_THEIRS)


def _to_owner(look: MentionCase) -> Decision:
    item, today = look.item, look.today
    if _is_quiet(look):
        return Decision(None, QUIET)
    found = _on_the_ladder(look)
    if _is_left_behind(look):
        return Decision(BEFORE_ABSENCE).marked(after=WARNED if is_warning(found.occasion) else "")
    if found.occasion is None and found.why != FOR_REVIEW and _wakes(item, look, today):
        return Decision(SNOOZE_ENDED)
    return found


def _is_left_behind(look: MentionCase) -> bool:
    """Whether today is the owner's last morning before an absence in which the commitment falls due.

    The commitment is then mentioned today, because the next morning at work comes after the due date.
    """
    item, works = look.item, look.reader.works
    away = look.reader.away_on(works.next_after(look.today))
    due = works.last_until(item.due_on)
    if away is None or look.today in {due, item.created_on} or not away.covers(due):
        return False
    return look.today < due and not look.was_told(BEFORE_ABSENCE)


def _to_stand_in(look: MentionCase) -> Decision:
    """A commitment that falls due in its owner's absence: on the day before, on the day and after it.

    On the stand-in's last working morning of the absence, a commitment that is due soon is mentioned too.
    """
    item = look.item
    away = item.owner.away_on(look.today)
    if away is None or not readers.falls_into(item, away, look.reader):
        return Decision(None, FALLS_OUTSIDE)
    found = _on_the_ladder(look)
    if found.occasion == SOON and look.reader.works.next_after(look.today) <= away.last_day:
        return Decision(None, NOT_YET)
    return found.marked(before=STANDING_IN)


def _to_heir(look: MentionCase) -> Decision:
    return _weekly(look, OWNER_LEFT, look.last_told(OWNER_LEFT))


def _to_blocker(look: MentionCase) -> Decision:
    """On the first morning after the last progress, or a week after a notice; then once a week."""
    item = look.item
    if escalation.waits_for_review(item, look.today):
        return Decision(None, FOR_REVIEW)
    if look.today <= (item.touched_on or item.created_on):
        return Decision(None, TOUCHED)
    notices = (one.on for one in look.said if one.occasion is None)
    heard = [day for day in (look.last_told(BLOCKS_OTHERS), max(notices, default=None)) if day is not None]
    return _weekly(look, BLOCKS_OTHERS, max(heard, default=None))


def _to_account_owner(look: MentionCase) -> Decision:
    item, today = look.item, look.today
    if not escalation.has_come(item, today):
        return Decision(None, NOT_YET)
    if any(one.due_on == item.due_on and is_last(one.occasion) for one in look.said):
        return Decision(None, FOR_REVIEW)
    if escalation.waits_for_review(item, today):
        return Decision(ESCALATED + FINAL)
    began = escalation.counts_from(item)
    told = [one.on for one in look.said if one.due_on == item.due_on and one.on > began and _is(one, ESCALATED)]
    return _weekly(look, ESCALATED, max(told, default=None))


def _on_the_ladder(look: MentionCase) -> Decision:
    """The step that is reached, with a warning if the escalation is next. Some readers want one summary a week."""
    if look.item.is_blocked:
        found = _of_blocked(look)
    elif look.reader.weekly:
        found = _of_week(look)
    else:
        found = _of_day(look)
    if _warns(look):
        ahead = BEFORE_ABSENCE if look.reader.id == look.item.owner.id else SOON
        return Decision((found.occasion or look.step or ahead) + WARNED)
    return found


def _of_day(look: MentionCase) -> Decision:
    step = look.step
    if step is None:
        return Decision(None, NOT_YET)
    if look.was_told(step, *([WEEK] if step == SOON else [])):
        return Decision(None, FOR_REVIEW if step == LAST else SAID)
    too_early = _too_early(look, step)
    return Decision(None, too_early) if too_early else Decision(step)


def _too_early(look: MentionCase, step: str) -> str:
    """The reason why this step waits, or "". The step "today" waits only if the commitment was recorded today."""
    item = look.item
    since_recorded = look.working_days_since(item.created_on)
    if step == TODAY:
        return NEW if since_recorded == 0 else ""
    if any(_is_news(one) and look.working_days_since(one.on) <= 1 for one in look.said):
        return SAID_YESTERDAY
    touched = item.touched_on
    if touched is not None and touched <= look.today and look.working_days_since(touched) <= 1:
        return TOUCHED
    # For the owner only: a stand-in has seen no receipt.
    if since_recorded <= FRESH and look.reader.id == item.owner.id and not _is_short(look, step, since_recorded):
        return NEW
    told = [one.on for one in look.said if one.occasion and (is_overdue(one.occasion) or _is(one, SNOOZE_ENDED))]
    if is_overdue(step) and told and look.working_days_since(max(told)) <= 1:
        return SAID_YESTERDAY
    return ""


def _is_short(look: MentionCase, step: str, since_recorded: int) -> bool:
    """The one mention of a fresh commitment: on the day before, or when it is overdue without an earlier mention."""
    if step == DAY_BEFORE:
        return since_recorded == FRESH
    return is_overdue(step) and since_recorded > 0 and not any(one.occasion for one in look.said)


def _of_blocked(look: MentionCase) -> Decision:
    """A blocked commitment: once a week and on the due day, without the other steps."""
    item, today = look.item, look.today
    if look.step == TODAY and today > item.created_on and not look.was_told(TODAY, WEEK):
        return Decision(TODAY)
    if any(one.due_on == item.due_on and is_last(one.occasion) for one in look.said):
        return Decision(None, FOR_REVIEW)
    told = [day for day in (look.last_told(BLOCKED), item.touched_on or item.created_on) if day is not None]
    found = _weekly(look, BLOCKED, max(told))
    if found.occasion and escalation.waits_for_review(item, today):
        return found.marked(after=FINAL)
    return found if found.occasion or found.why == IN_SUMMARY else Decision(None, BLOCKED_QUIETLY)


def _of_week(look: MentionCase) -> Decision:
    """The summary of a week, on its first working morning: commitments that are overdue or due within the week.

    A commitment that was recorded or changed on that morning or later is mentioned on its due day.
    """
    item, reader, today = look.item, look.reader, look.today
    if look.step == LAST:
        return Decision(None, FOR_REVIEW) if look.was_told(LAST) else _on_summary_day(look, LAST)
    if today <= item.created_on:
        return Decision(None, NEW)
    begins = weeks.first_day_of_week(today, reader.works)
    if reader.works.last_until(item.due_on) > weeks.last_day_of_week(today, reader.works):
        return Decision(None, NOT_YET)
    told = any(one.occasion and one.due_on == item.due_on and one.on >= begins for one in look.said)
    if told:
        return Decision(None, SAID)
    found = _on_summary_day(look, WEEK)
    if found.occasion is None and _came_up_since(look) and look.step == TODAY:
        return Decision(TODAY)
    # The summary did not come on its morning, because the bot was not running: mention the commitment now.
    return found if found.occasion or _came_up_since(look) else Decision(WEEK)


def _came_up_since(look: MentionCase) -> bool:
    item, day = look.item, _summary_day(look)
    return day is None or max(item.created_on, item.touched_on or item.created_on) >= day


def _on_summary_day(look: MentionCase, occasion: str) -> Decision:
    return Decision(occasion) if look.today == _summary_day(look) else Decision(None, IN_SUMMARY)


def _summary_day(look: MentionCase) -> date | None:
    return weeks.summary_day(look.today, look.reader.works, look.reader.away_on)


def _weekly(look: MentionCase, occasion: str, told: date | None) -> Decision:
    """The first mention, and the next after a week. A reader with a weekly summary gets the mention in that summary."""
    if look.reader.weekly:
        begins = weeks.first_day_of_week(look.today, look.reader.works)
        return Decision(None, SAID) if told is not None and told >= begins else _on_summary_day(look, occasion)
    if told is None or weeks.week_has_passed(told, look.today, look.reader.works):
        return Decision(occasion)
    return Decision(None, SAID)


def _warns(look: MentionCase) -> bool:
    item, began = look.item, escalation.counts_from(look.item)
    escalation_contact = item.escalation_contact
    if (
        escalation_contact is None
        or escalation_contact.id == look.reader.id
        or not escalation.is_last_chance(item, look.today)
    ):
        return False
    return not any(is_warning(one.occasion) and one.due_on == item.due_on and one.on >= began for one in look.said)


def _is_quiet(look: MentionCase) -> bool:
    """Whether the owner's snooze hides the commitment today.

    Two mentions come in spite of a snooze. If the due date is a day off and the snooze ends on that day or before, the
    mention comes on the working day before. If the commitment falls due in the owner's absence, the mention comes on
    the last morning before the absence: the account's lead would otherwise hear before the owner.
    """
    item, today = look.item, look.today
    if item.quiet_until is None or today >= item.quiet_until or _is_left_behind(look):
        return False
    return look.step != TODAY or item.quiet_until > item.due_on or today == item.due_on


def _wakes(item: CommitmentFacts, look: MentionCase, today: date) -> bool:
    """Whether the owner's snooze has ended, and since its end there was no mention and no progress."""
    until = item.quiet_until
    if until is None or today < until or (item.touched_on is not None and item.touched_on >= until):
        return False
    return not any(one.occasion and one.on >= until for one in look.said)


def _is_news(one: PastMention) -> bool:
    """Whether the message reported the action of a colleague."""
    return one.occasion is None or one.occasion.startswith(NEWS)


def _is(one: PastMention, step: str) -> bool:
    return one.occasion is not None and step_of(one.occasion) == step


_RULES: dict[Role, Callable[[MentionCase], Decision]] = {
    readers.OWNER: _to_owner,
    readers.STAND_IN: _to_stand_in,
    readers.FALLBACK_OWNER: _to_heir,
    readers.BLOCKER: _to_blocker,
    readers.ACCOUNT: _to_account_owner,
}

__all__ = ["DAY", "Decision", "MentionCase", "PastMention", "decide_mention"]
