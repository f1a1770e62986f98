"""The readers of a commitment on a given day: its owner, and other people in the owner's place or as well. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto
from typing import TYPE_CHECKING

from store.rules.calendar.brief_times import local_day, morning_is_on, next_morning
from store.rules.calendar.working_days import DAY

if TYPE_CHECKING:
    from datetime import date, datetime

    from store.rules.calendar.brief_times import WorkSchedule
    from store.rules.calendar.working_days import WorkingDays

# A notice waits this long after the person's morning for a brief to show it, and then goes out alone. Mornings are
# spread over 30 minutes: 30 + 20 minutes lie within the hour that every morning lasts at least (brief_times.AT_LEAST).
TAKEN_WITHIN = timedelta(minutes=20)


class Role(StrEnum):
    """The part in which a person hears of a commitment."""

    OWNER = auto()
    # The owner's delegate, or the next in line, while the owner is away.
    STAND_IN = auto()
    # The person who must find a new owner after the owner has left.
    FALLBACK_OWNER = auto()
    # The colleague on whom a blocked commitment waits.
    BLOCKER = auto()
    # The account's lead; its coach, where the lead owns the commitment.
    LEAD = auto()
    COACH = auto()


@dataclass(frozen=True)
class Away:
    """An absence, both days included. `delegate` is None if the person named no delegate."""

    first_day: date
    last_day: date
    delegate: PersonFacts | None = None

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class PersonFacts:
    """The facts about a person. `is_here`: not left, no app, no guest. `weekly`: wants one summary a week. `sees_all`:
    also restricted accounts.
    """

    id: int
    work_schedule: WorkSchedule
    is_here: bool = True
    weekly: bool = False
    absences: tuple[Away, ...] = ()
    sees_all: bool = False

    @property
    def works(self) -> WorkingDays:
        return self.work_schedule.working_days

    def away_on(self, day: date) -> Away | None:
        return next((one for one in self.absences if one.covers(day)), None)

    def hears_on(self, day: date) -> bool:
        """Whether a message may go to this person on their local `day`: here, a working day, no absence."""
        return self.is_here and self.works.works_on(day) and self.away_on(day) is None

    def hears_at(self, now: datetime) -> bool:
        """Whether a message may go to this person at `now` (aware): in their hours on a day on which they are at work.

        Their hours begin at the send hour and last as long as a brief may come (brief_times.WINDOW).
        """
        return self.away_on(local_day(now, self.work_schedule.timezone)) is None and morning_is_on(
            now, self.work_schedule
        )

    def next_notice_time(self, now: datetime) -> datetime:
        """The time (UTC) at which a notice that may not come at `now` goes out alone, if no brief shows it before.

        It is TAKEN_WITHIN after this person's next morning at work.
        """
        at = next_morning(now, self.work_schedule)
        while self.away_on(local_day(at, self.work_schedule.timezone)) is not None:
            at = next_morning(at, self.work_schedule)
        return at + TAKEN_WITHIN

    def summary_day(self, day: date) -> date | None:
        """The morning of the summary for the week of `day`: its first working day without holiday and absence.

        None if the week has no such day.
        """
        first = self.works.first_day_of_week(day)
        days = (first + n * DAY for n in range(7))
        return next((one for one in days if self.works.works_on(one) and self.away_on(one) is None), None)


@dataclass(frozen=True)
class CommitmentFacts:
    """The facts about an open commitment. Its days are the owner's local days.

    `touched_on`: the day of the last progress, None if there was none since it was recorded. `account_owner`: the
    account's lead, `account_coach`: their manager. `escalate_after`: working days overdue after which one of them
    hears. `admin`: the last in line to find a new owner. People who do not see a restricted account are left out, also
    as delegates.
    """

    id: int
    due_on: date
    created_on: date
    owner: PersonFacts
    touched_on: date | None = None
    quiet_until: date | None = None
    is_blocked: bool = False
    creator: PersonFacts | None = None
    account_owner: PersonFacts | None = None
    account_coach: PersonFacts | None = None
    blocker: PersonFacts | None = None
    admin: PersonFacts | None = None
    escalate_after: int = 5

    @property
    def lead(self) -> PersonFacts | None:
        """The account's lead, if that is not the owner."""
        lead = self.account_owner
        return lead if lead is not None and lead.id != self.owner.id else None

    @property
    def escalation_contact(self) -> PersonFacts | None:
        """The person for an escalation: the account's lead, or its coach if the lead owns the commitment. None if that
        person is not here or owns it.
        """
        is_leads = self.account_owner is not None and self.lead is None
        above = self.account_coach if is_leads else self.lead
        return above if above is not None and above.is_here and above.id != self.owner.id else None


def role_of(reader: PersonFacts, item: CommitmentFacts, today: date) -> Role | None:
    """The role in which `reader` hears of the commitment on their local day `today`; None if they do not."""
    return next((role for role, one in audience(item, today).items() if one.id == reader.id), None)


def audience(item: CommitmentFacts, today: date) -> dict[Role, PersonFacts]:
    """The readers of the commitment on `today` by role. A person with several roles has the first of them only."""
    found: dict[Role, PersonFacts] = {}

    def add(role: Role, one: PersonFacts | None) -> None:
        if one is not None and one.is_here and all(one.id != other.id for other in found.values()):
            found[role] = one

    if item.owner.is_here:
        add(Role.OWNER, item.owner)
    else:
        add(Role.FALLBACK_OWNER, fallback_owner(item))
    if item.is_blocked:
        add(Role.BLOCKER, item.blocker)
    if item.owner.is_here:
        add(Role.STAND_IN, stand_in(item, today))
        if not item.is_blocked:
            add(Role.LEAD if item.lead is not None else Role.COACH, item.escalation_contact)
    return found


def fallback_owner(item: CommitmentFacts) -> PersonFacts | None:
    """The person who must find a new owner after the owner has left; None if there is none.

    In this order: the account's lead, the creator, an admin. A person who has left is skipped.
    """
    in_line = (item.account_owner, item.creator, item.admin)
    return next((one for one in in_line if one is not None and one.is_here), None)


def is_due_by_end(item: CommitmentFacts, away: Away, reader: PersonFacts) -> bool:
    """Whether the commitment falls due in the owner's absence or before, for the owner or for `reader`, the stand-in.

    A due date on a day off of one of them counts as the working day before.
    """
    return min(one.works.last_until(item.due_on) for one in (reader, item.owner)) <= away.last_day


def stand_in(item: CommitmentFacts, today: date) -> PersonFacts | None:
    """The stand-in of `today`; None if the owner is at work, named no delegate, or all in line are away.

    In this order: the delegate, the account's lead, the creator if they are not the owner. A person who is away or
    has left is skipped.
    """
    away = item.owner.away_on(today)
    if away is None or away.delegate is None:
        return None
    giver = item.creator if item.creator is not None and item.creator.id != item.owner.id else None
    in_line = (away.delegate, item.lead, giver)
    return next((one for one in in_line if one is not None and one.is_here and one.away_on(today) is None), None)


def nobody_hears(item: CommitmentFacts) -> bool:
    """Whether the owner is away on the due day and named a delegate, but there is no stand-in for that day.

    Everybody in line is then away as well, or has left.
    """
    due = item.owner.works.last_until(item.due_on)
    away = item.owner.away_on(due)
    return away is not None and away.delegate is not None and stand_in(item, due) is None
