"""Who hears of a commitment on a given day: its owner, or whoever hears in their place or besides them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from store.rules.mornings import Habits
    from store.rules.working_days import WorkingDays

# Its owner; who stands in while the owner is away; who must find a new owner; who owns the account; who is in the way.
Role = Literal["owner", "stand-in", "heir", "account", "blocker"]
OWNER: Role = "owner"
STAND_IN: Role = "stand-in"
HEIR: Role = "heir"
ACCOUNT: Role = "account"
BLOCKER: Role = "blocker"


@dataclass(frozen=True)
class Away:
    """An absence, both days included. `delegate` is None where nobody hears meanwhile."""

    first_day: date
    last_day: date
    delegate: Somebody | None = None

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True)
class Somebody:
    """A person as the rules see them. `is_here`: not gone, no app, no guest; `weekly`: wants one summary a week."""

    id: int
    habits: Habits
    is_here: bool = True
    weekly: bool = False
    absences: tuple[Away, ...] = ()

    @property
    def works(self) -> WorkingDays:
        return self.habits.working_days

    def away_on(self, day: date) -> Away | None:
        return next((one for one in self.absences if one.covers(day)), None)

    def hears_on(self, day: date) -> bool:
        """Whether anything may come to them by itself on that local day of theirs."""
        return self.is_here and self.works.works_on(day) and self.away_on(day) is None


@dataclass(frozen=True)
class Item:
    """An open commitment as the rules see it. The days are the owner's local ones.

    `touched_on`: the last progress, None if there was none since it was recorded. `escalate_after`: working days
    overdue after which the account's owner hears. `admin`: who looks after what nobody else does.
    """

    id: int
    due_on: date
    created_on: date
    owner: Somebody
    touched_on: date | None = None
    quiet_until: date | None = None
    is_blocked: bool = False
    creator: Somebody | None = None
    account_owner: Somebody | None = None
    blocker: Somebody | None = None
    admin: Somebody | None = None
    escalate_after: int = 5

    @property
    def overseer(self) -> Somebody | None:
        """Who hears when it stays overdue: the account's owner, if that is somebody else who is here."""
        owner = self.account_owner
        return owner if owner is not None and owner.is_here and owner.id != self.owner.id else None


def role_of(reader: Somebody, item: Item, today: date) -> Role | None:
    """As what `reader` hears of it on their local day `today`; None if it is not for them."""
    return next((role for role, one in audience(item, today).items() if one.id == reader.id), None)


def audience(item: Item, today: date) -> dict[Role, Somebody]:
    """Who hears of it on `today` and as what, each person once, in the first role that is theirs."""
    found: dict[Role, Somebody] = {}

    def add(role: Role, one: Somebody | None) -> None:
        if one is not None and one.is_here and all(one.id != other.id for other in found.values()):
            found[role] = one

    if item.owner.is_here:
        add(OWNER, item.owner)
    else:
        add(HEIR, heir(item))
    if item.is_blocked:
        add(BLOCKER, item.blocker)
    if item.owner.is_here:
        add(STAND_IN, stand_in(item, today))
        if not item.is_blocked:
            add(ACCOUNT, item.account_owner)
    return found


def heir(item: Item) -> Somebody | None:
    """Who must find an owner for what somebody who has left still owns: the account's owner, else its creator, else
    an admin; the next in line where one of them has left too.
    """
    in_line = (item.account_owner, item.creator, item.admin)
    return next((one for one in in_line if one is not None and one.is_here), None)


def falls_into(item: Item, away: Away, reader: Somebody) -> bool:
    """Whether it falls due in that absence, for its owner or for `reader`, who stands in: where either has days off
    around a due date it is due for them before. What was due before the absence is not theirs.
    """
    due = min(one.works.last_until(item.due_on) for one in (reader, item.owner))
    return item.due_on >= away.first_day and due <= away.last_day


def stand_in(item: Item, today: date) -> Somebody | None:
    """Who hears what falls due while its owner is away: the delegate; where they are away too or have left, the
    account's owner; then the person who gave it to its owner. Nobody where the owner is there, or named no delegate.
    """
    away = item.owner.away_on(today)
    if away is None or away.delegate is None:
        return None
    giver = item.creator if item.creator is not None and item.creator.id != item.owner.id else None
    in_line = (away.delegate, item.overseer, giver)
    return next((one for one in in_line if one is not None and one.is_here and one.away_on(today) is None), None)


def nobody_hears(item: Item) -> bool:
    """Whether nobody hears of it on the day on which it is due, although its owner, who is away then, named a delegate:
    everybody in line is away as well.
    """
    due = item.owner.works.last_until(item.due_on)
    away = item.owner.away_on(due)
    return away is not None and away.delegate is not None and stand_in(item, due) is None
