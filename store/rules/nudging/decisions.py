"""The decision whether one reader's brief mentions a commitment on one morning, and the reason if it does not. Pure.

Each role of a reader has one rule; `decide_mention` is the entry point. The planner calls `decide_mention` for today,
and the explanation of a brief calls it for other days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any

from store.rules.nudging import escalation, readers
from store.rules.nudging.occasions import LAST, Occasion, OccasionKind, ladder
from store.rules.nudging.readers import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from store.rules.nudging.readers import CommitmentFacts, PersonFacts


class Reason(StrEnum):
    """The reasons for no mention."""

    NOT_THEIRS, DAY_OFF, AWAY, GONE = auto(), auto(), auto(), auto()
    SNOOZED, SAID, SAID_YESTERDAY, NEW, TOUCHED, NOT_YET = auto(), auto(), auto(), auto(), auto(), auto()
    BLOCKED, IN_SUMMARY, FOR_REVIEW, AFTER_ABSENCE = auto(), auto(), auto(), auto()


# A commitment is fresh for this many working days after it was recorded. A second mention then comes too early.
FRESH = 2


@dataclass(frozen=True, slots=True)
class PastMention:
    """A message about this commitment to the reader: its occasion (None: a notice), the due date in it, and its day."""

    occasion: Occasion | None
    due_on: date
    on: date

    def is_about(self, kind: OccasionKind) -> bool:
        return self.occasion is not None and self.occasion.kind == kind

    @property
    def has_news(self) -> bool:
        """Whether the message reported the action of a colleague."""
        return self.occasion is None or self.occasion.has_news

    @property
    def warns(self) -> bool:
        return self.occasion is not None and self.occasion.warns

    @property
    def is_last(self) -> bool:
        return self.occasion is not None and self.occasion.is_last


@dataclass(frozen=True, slots=True)
class MentionCase:
    """A reader and a commitment on the reader's local day `today`; `said` holds the earlier messages to the reader.

    `owner_heard`: an earlier message told the owner of it, or a person who stood in.
    """

    item: CommitmentFacts
    reader: PersonFacts
    today: date
    said: tuple[PastMention, ...] = ()
    owner_heard: bool = True

    @property
    def step(self) -> Occasion | None:
        return ladder(self.item.due_on, self.today, self.reader.works)

    @property
    def is_due_today(self) -> bool:
        return self.step is not None and self.step.kind == OccasionKind.TODAY

    def was_told(self, *steps: Occasion) -> bool:
        """Whether a brief mentioned one of these steps for the present due date."""
        return any(
            one.occasion is not None and one.due_on == self.item.due_on and one.occasion.step in steps
            for one in self.said
        )

    def last_told(self, kind: OccasionKind) -> date | None:
        """The newest day on which an occasion of this kind was mentioned, for any due date; None if it was not."""
        return max((one.on for one in self.said if one.is_about(kind)), default=None)

    def working_days_since(self, day: date) -> int:
        return self.reader.works.count_between(day, self.today)


@dataclass(frozen=True, slots=True)
class Decision:
    """The occasion of a mention, or None and the reason why there is none."""

    occasion: Occasion | None
    why: Reason | None = None

    def marked(self, **marks: Any) -> Decision:  # noqa: ANN401  the marks of an occasion
        """The decision with these marks on its occasion, if it has one."""
        return replace(self, occasion=replace(self.occasion, **marks)) if self.occasion else self


def _on(kind: OccasionKind) -> Decision:
    return Decision(Occasion(kind))


def decide_mention(look: MentionCase) -> Decision:
    """The verdict for this reader and commitment. `today` may be any day, also a day off of the reader."""
    reader, today = look.reader, look.today
    if not reader.is_here:
        return Decision(None, Reason.GONE)
    if not reader.works.works_on(today):
        return Decision(None, Reason.DAY_OFF)
    if reader.away_on(today):
        return Decision(None, Reason.AWAY)
    role = readers.role_of(reader, look.item, today)
    return _RULES[role](look) if role else Decision(None, Reason.NOT_THEIRS)


def _to_owner(look: MentionCase) -> Decision:
    item, today = look.item, look.today
    if _is_quiet(look):
        return Decision(None, Reason.SNOOZED)
    found = _on_the_ladder(look)
    if _is_left_behind(look):
        return _on(OccasionKind.BEFORE_ABSENCE).marked(warns=found.occasion is not None and found.occasion.warns)
    if found.occasion is None and found.why != Reason.FOR_REVIEW and _wakes(item, look, today):
        return _on(OccasionKind.SNOOZE_ENDED)
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
    return look.today < due and not look.was_told(Occasion(OccasionKind.BEFORE_ABSENCE))


def _to_stand_in(look: MentionCase) -> Decision:
    """A commitment that falls due in its owner's absence: on the day before, on the day and after it. One that is
    overdue already: on the first morning of the absence, and on the next steps.

    On the stand-in's last working morning of the absence, a commitment that is due soon is mentioned too.
    """
    item = look.item
    away = item.owner.away_on(look.today)
    if away is None or not readers.is_due_by_end(item, away, look.reader):
        return Decision(None, Reason.AFTER_ABSENCE)
    if escalation.waits_for_review(item, away.first_day):
        return Decision(None, Reason.FOR_REVIEW)
    found = _on_the_ladder(look)
    if found.occasion == Occasion(OccasionKind.SOON) and look.reader.works.next_after(look.today) <= away.last_day:
        return Decision(None, Reason.NOT_YET)
    return found.marked(stands_in=True)


def _to_fallback_owner(look: MentionCase) -> Decision:
    return _weekly(look, OccasionKind.OWNER_LEFT, look.last_told(OccasionKind.OWNER_LEFT))


def _to_blocker(look: MentionCase) -> Decision:
    """On the first morning after the last progress, or a week after a notice; then once a week."""
    item = look.item
    if escalation.waits_for_review(item, look.today):
        return Decision(None, Reason.FOR_REVIEW)
    if look.today <= (item.touched_on or item.created_on):
        return Decision(None, Reason.TOUCHED)
    notices = (one.on for one in look.said if one.occasion is None)
    told = look.last_told(OccasionKind.BLOCKS_OTHERS)
    heard = [day for day in (told, max(notices, default=None)) if day is not None]
    return _weekly(look, OccasionKind.BLOCKS_OTHERS, max(heard, default=None))


def _to_escalation_contact(look: MentionCase) -> Decision:
    item, today = look.item, look.today
    if not escalation.has_come(item, today):
        return Decision(None, Reason.NOT_YET)
    # On the first morning of a new ledger the owner is told today, and the lead not before the next.
    if not look.owner_heard and item.owner.hears_on(today):
        return Decision(None, Reason.NOT_YET)
    if any(one.due_on == item.due_on and one.is_last for one in look.said):
        return Decision(None, Reason.FOR_REVIEW)
    if escalation.waits_for_review(item, today):
        return _on(OccasionKind.ESCALATED).marked(ends=True)
    began = escalation.counts_from(item)
    kind = OccasionKind.ESCALATED
    told = [one.on for one in look.said if one.due_on == item.due_on and one.on > began and one.is_about(kind)]
    return _weekly(look, kind, max(told, default=None))


def _on_the_ladder(look: MentionCase) -> Decision:
    """The step that is reached, with a warning if the escalation is next. Some readers want one summary a week."""
    if look.item.is_blocked:
        found = _of_blocked(look)
    elif look.reader.weekly:
        found = _of_week(look)
    else:
        found = _of_day(look)
    if _warns(look):
        is_owner = look.reader.id == look.item.owner.id
        ahead = Occasion(OccasionKind.BEFORE_ABSENCE if is_owner else OccasionKind.SOON)
        return Decision(found.occasion or look.step or ahead).marked(warns=True)
    return found


def _of_day(look: MentionCase) -> Decision:
    step = look.step
    if step is None:
        return Decision(None, Reason.NOT_YET)
    in_summary = [Occasion(OccasionKind.WEEK)] if step.kind == OccasionKind.SOON else []
    if look.was_told(step, *in_summary):
        return Decision(None, Reason.FOR_REVIEW if step == LAST else Reason.SAID)
    too_early = _too_early(look, step)
    return Decision(None, too_early) if too_early else Decision(step)


def _too_early(look: MentionCase, step: Occasion) -> Reason | None:
    """The reason why this step waits, or None. The step TODAY waits only if the commitment was recorded today."""
    item = look.item
    since_recorded = look.working_days_since(item.created_on)
    if step.kind == OccasionKind.TODAY:
        return Reason.NEW if since_recorded == 0 else None
    if any(one.has_news and look.working_days_since(one.on) <= 1 for one in look.said):
        return Reason.SAID_YESTERDAY
    touched = item.touched_on
    if touched is not None and touched <= look.today and look.working_days_since(touched) <= 1:
        return Reason.TOUCHED
    # For the owner only: a stand-in has seen no receipt.
    if since_recorded <= FRESH and look.reader.id == item.owner.id and not _is_short(look, step, since_recorded):
        return Reason.NEW
    after_due = (OccasionKind.OVERDUE, OccasionKind.SNOOZE_ENDED)
    told = [one.on for one in look.said if one.occasion and one.occasion.kind in after_due]
    if step.is_overdue and told and look.working_days_since(max(told)) <= 1:
        return Reason.SAID_YESTERDAY
    return None


def _is_short(look: MentionCase, step: Occasion, since_recorded: int) -> bool:
    """The one mention of a fresh commitment: on the day before, or when it is overdue without an earlier mention."""
    if step.kind == OccasionKind.DAY_BEFORE:
        return since_recorded == FRESH
    return step.is_overdue and since_recorded > 0 and not any(one.occasion for one in look.said)


def _of_blocked(look: MentionCase) -> Decision:
    """A blocked commitment: once a week and on the due day, without the other steps."""
    item, today = look.item, look.today
    is_said = look.was_told(Occasion(OccasionKind.TODAY), Occasion(OccasionKind.WEEK))
    if look.is_due_today and today > item.created_on and not is_said:
        return _on(OccasionKind.TODAY)
    if any(one.due_on == item.due_on and one.is_last for one in look.said):
        return Decision(None, Reason.FOR_REVIEW)
    told, since = look.last_told(OccasionKind.BLOCKED), item.touched_on or item.created_on
    found = _weekly(look, OccasionKind.BLOCKED, max(told or since, since))
    if found.occasion and escalation.waits_for_review(item, today):
        return found.marked(ends=True)
    return found if found.occasion or found.why == Reason.IN_SUMMARY else Decision(None, Reason.BLOCKED)


def _of_week(look: MentionCase) -> Decision:
    """The summary of a week, on its first working morning: commitments that are overdue or due within the week.

    A commitment that was recorded or changed on that morning or later is mentioned on its due day.
    """
    item, reader, today = look.item, look.reader, look.today
    if look.step == LAST:
        return Decision(None, Reason.FOR_REVIEW) if look.was_told(LAST) else _on_summary_day(look, LAST)
    if today <= item.created_on:
        return Decision(None, Reason.NEW)
    begins = reader.works.first_day_of_week(today)
    if reader.works.last_until(item.due_on) > reader.works.last_day_of_week(today):
        return Decision(None, Reason.NOT_YET)
    told = any(one.occasion and one.due_on == item.due_on and one.on >= begins for one in look.said)
    if told:
        return Decision(None, Reason.SAID)
    found = _on_summary_day(look, Occasion(OccasionKind.WEEK))
    if found.occasion is None and _came_up_since(look) and look.is_due_today:
        return _on(OccasionKind.TODAY)
    # The summary did not come on its morning, because the bot was not running: mention the commitment now.
    return found if found.occasion or _came_up_since(look) else _on(OccasionKind.WEEK)


def _came_up_since(look: MentionCase) -> bool:
    item, day = look.item, _summary_day(look)
    return day is None or max(item.created_on, item.touched_on or item.created_on) >= day


def _on_summary_day(look: MentionCase, occasion: Occasion) -> Decision:
    return Decision(occasion) if look.today == _summary_day(look) else Decision(None, Reason.IN_SUMMARY)


def _summary_day(look: MentionCase) -> date | None:
    return look.reader.summary_day(look.today)


def _weekly(look: MentionCase, kind: OccasionKind, told: date | None) -> Decision:
    """The first mention, and the next after a week. A reader with a weekly summary gets the mention in that summary."""
    if look.reader.weekly:
        begins = look.reader.works.first_day_of_week(look.today)
        is_said = told is not None and told >= begins
        return Decision(None, Reason.SAID) if is_said else _on_summary_day(look, Occasion(kind))
    if told is None or look.reader.works.week_has_passed(told, look.today):
        return _on(kind)
    return Decision(None, Reason.SAID)


def _warns(look: MentionCase) -> bool:
    item, began = look.item, escalation.counts_from(look.item)
    escalation_contact = item.escalation_contact
    if (
        escalation_contact is None
        or escalation_contact.id == look.reader.id
        or not escalation.is_last_chance(item, look.today)
    ):
        return False
    return not any(one.warns and one.due_on == item.due_on and one.on >= began for one in look.said)


def _is_quiet(look: MentionCase) -> bool:
    """Whether the owner's snooze hides the commitment today.

    Three mentions come in spite of a snooze. If the due date is a day off and the snooze ends on that day or before,
    the mention comes on the working day before. If the commitment falls due in the owner's absence, the mention comes
    on the last morning before the absence: the account's lead would otherwise hear before the owner. For the same
    reason the warning before an escalation comes; a review may let a commitment rest for longer than that.
    """
    item, today = look.item, look.today
    if item.quiet_until is None or today >= item.quiet_until or _is_left_behind(look) or _warns(look):
        return False
    return not look.is_due_today or item.quiet_until > item.due_on or today == item.due_on


def _wakes(item: CommitmentFacts, look: MentionCase, today: date) -> bool:
    """Whether the owner's snooze has ended, and since its end there was no mention and no progress."""
    until = item.quiet_until
    if until is None or today < until or (item.touched_on is not None and item.touched_on >= until):
        return False
    return not any(one.occasion and one.on >= until for one in look.said)


_RULES: dict[Role, Callable[[MentionCase], Decision]] = {
    Role.OWNER: _to_owner,
    Role.STAND_IN: _to_stand_in,
    Role.FALLBACK_OWNER: _to_fallback_owner,
    Role.BLOCKER: _to_blocker,
    Role.LEAD: _to_escalation_contact,
    Role.COACH: _to_escalation_contact,
}
