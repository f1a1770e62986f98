"""Helpers for working lives: days that pass, settings, absences, leavers, and verbs used without Slack."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import absences, accounts, people
from store.tables import Commitment, Workspace
from tests.journeys.forms import save

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.journeys.conftest import BotInWorkspace

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
# On a Tuesday: a quarter to ten in Berlin; and the same in New York.
NINE, NINE_IN_NEW_YORK = (8, 45), (14, 45)
# The hours (UTC) at which these tests look: before and after nine in Berlin, before and after nine in New York,
# the evening in both. A brief may go out until six in the evening.
LOOKS = ((7, 30), (8, 45), (13, 30), (14, 45), (20, 0), (23, 30))


def live_through(town: BotInWorkspace, first: date, last: date) -> None:
    """Let every day from `first` to `last` pass, with rounds several times a day."""
    day = first
    while day <= last:
        for hour, minute in LOOKS:
            town.jump(day.year, day.month, day.day, hour, minute)
        day += timedelta(days=1)


def works(town: BotInWorkspace, region: str) -> None:
    """Set the workspace's public holidays to that region's."""
    save(town, "U0ADA", workspace_region=region)


def of(town: BotInWorkspace, user: str, **values: Any) -> None:
    """Sets the person's own settings and plans their briefs anew."""
    with town.makegood.ledger.begin() as tx:
        person = people.get(tx, town.person(tx, user).id)
        for name, value in values.items():
            setattr(person, name, value)
        people.reschedule(person, town.box.clock.now())


def house(town: BotInWorkspace, **values: Any) -> None:
    with town.makegood.ledger.begin() as tx:
        workspace = tx.scalars(sa.select(Workspace)).one()
        for name, value in values.items():
            setattr(workspace, name, value)
        people.reschedule_everybody(tx, workspace, town.box.clock.now())


def account(town: BotInWorkspace, owner: str, name: str = "Acme", category: str = "B") -> Any:
    with town.makegood.ledger.begin() as tx:
        return accounts.create(tx, town.person(tx, owner), name, now=town.box.clock.now(), category=category)


def away(town: BotInWorkspace, user: str, first: date, last: date, delegate: str | None = None) -> None:
    with town.makegood.ledger.begin() as tx:
        absences.set_absence(tx, town.person(tx, user), first, last, delegate, now=town.box.clock.now())


def act(
    town: BotInWorkspace, user: str, verb: Callable[..., Commitment], number: int, *given: Any, **more: Any
) -> None:
    now = town.box.clock.now()
    with town.makegood.ledger.begin() as tx:
        verb(tx, town.person(tx, user), number, *given, **more, origin_key=f"{verb.__name__}:{number}:{now}", now=now)


def leave(town: BotInWorkspace, *users: str) -> None:
    for user in users:
        town.box.change_user(user, deleted=True)
