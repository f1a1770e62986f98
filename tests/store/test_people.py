"""People: when each person's next brief is planned, through joining, leaving, moving, settings and wrong clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot import agenda
from store import people, workspaces
from store.rules.calendar.brief_times import morning
from store.tables import Outbox, Person, Workspace
from tests.conftest import NOW, PROFILES, SmallTeam

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ANA = PROFILES[1]
# Ana's mornings at nine in Berlin; NOW is Monday the 23rd, eleven there.
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))


def synced(office: SmallTeam, *profiles: people.Profile, now: datetime = NOW) -> None:
    with office.ledger.begin() as tx:
        workspace = workspaces.by_team(tx, office.team_id)
        assert workspace
        people.sync(tx, workspace, profiles, now=now)


def ana(tx: Session) -> Person:
    found = tx.scalar(sa.select(Person).where(Person.slack_id == ANA.slack_id))
    assert found
    return people.get(tx, found.id)


def morning_of(office: SmallTeam) -> date | None:
    """The local day of Ana's next brief time, which is that day's morning exactly."""
    with office.ledger.read() as tx:
        person = ana(tx)
        if person.next_brief_at is None:
            return None
        day = person.next_brief_at.astimezone().date()
        days = [day + timedelta(days=n) for n in (-1, 0, 1)]
        return next(one for one in days if morning(one, people.work_schedule(person)) == person.next_brief_at)


def changed(office: SmallTeam, now: datetime, **values: Any) -> None:
    with office.ledger.begin() as tx:
        person = ana(tx)
        for name, value in values.items():
            setattr(person, name, value)
        people.reschedule(person, now)


def planned(office: SmallTeam, now: datetime) -> None:
    agenda.plan(office.ledger, now)


def test_whoever_joins_is_looked_at_on_their_next_working_morning(office: SmallTeam) -> None:
    """New people are planned for their next working morning; apps, guests and leavers are not planned."""
    synced(
        office,
        replace(ANA, slack_id="U1", is_bot=True),
        replace(ANA, slack_id="U2", is_external=True),
        replace(ANA, slack_id="U3", is_active=False),
    )
    assert morning_of(office) == TUESDAY
    with office.ledger.read() as tx:
        waiting = set(tx.scalars(sa.select(Person.slack_id).where(Person.next_brief_at.is_not(None))))
    assert waiting == {profile.slack_id for profile in PROFILES}


def test_leaving_and_coming_back(office: SmallTeam) -> None:
    """A person who left has no next brief; after coming back they have one."""
    synced(office, replace(ANA, is_active=False))
    assert morning_of(office) is None
    synced(office, ANA, now=NOW + timedelta(days=1))
    assert morning_of(office) == WEDNESDAY


def test_another_zone_in_slack_is_another_morning(office: SmallTeam) -> None:
    """A new zone, from its event or the daily list, moves the morning: on the same day if it is still to come."""
    synced(office, replace(ANA, zone="America/New_York"))
    assert morning_of(office) == MONDAY
    synced(office, replace(ANA, zone="Pacific/Auckland"))
    assert morning_of(office) == TUESDAY


def test_people_of_an_older_ledger_get_their_morning_with_the_next_sync(office: SmallTeam) -> None:
    """Where only those with open business were looked at before."""
    with office.ledger.begin() as tx:
        tx.execute(sa.update(Person).values(next_brief_at=None))
    synced(office, *PROFILES)
    assert morning_of(office) == TUESDAY


@pytest.mark.parametrize(
    ("values", "hour", "weekdays", "region"),
    [
        ({}, 8, "01234", "DE"),
        ({"send_hour": 7}, 7, "01234", "DE"),
        ({"working_week": "01236"}, 8, "01236", "DE"),
        ({"holidays_region": "US"}, 8, "01234", "US"),
        ({"holidays_region": ""}, 8, "01234", None),
        ({"send_hour": 0}, 0, "01234", "DE"),
    ],
)
def test_what_somebody_has_not_chosen_is_the_workspaces(
    office: SmallTeam, values: dict[str, Any], hour: int, weekdays: str, region: str | None
) -> None:
    """Hour, week and holidays are the workspace's unless the person chose otherwise; no holidays is a choice, too."""
    with office.ledger.begin() as tx:
        workspace = tx.scalars(sa.select(Workspace)).one()
        workspace.send_hour, workspace.holidays_region = 8, "DE"
    changed(office, NOW, **values)
    with office.ledger.read() as tx:
        person = ana(tx)
        works = people.working_days(person)
        assert people.send_hour(person) == hour
        assert works.weekdays == frozenset(map(int, weekdays))
        assert works.region == region
        assert people.work_schedule(person, person.workspace) == people.work_schedule(person)


def test_a_day_is_looked_at_once_whatever_changes(office: SmallTeam) -> None:
    """Looked at on Tuesday morning, an earlier or later hour, another week or zone bring that day no second look."""
    planned(office, NOW + timedelta(days=1))
    assert morning_of(office) == WEDNESDAY
    for values in ({"send_hour": 13}, {"working_week": "012345"}, {"zone": "America/New_York"}, {"zone": "Asia/Tokyo"}):
        changed(office, NOW + timedelta(days=1, minutes=5), **values)
        assert morning_of(office) == WEDNESDAY


def test_whose_morning_is_on_is_looked_at_now(office: SmallTeam) -> None:
    """Tuesday, a quarter past nine in Berlin: in New York it is still to come, in Athens it is on already."""
    early = datetime(2026, 11, 24, 7, 30, tzinfo=NOW.tzinfo)
    changed(office, early, zone="Europe/Athens")
    assert morning_of(office) == TUESDAY
    planned(office, early)
    with office.ledger.read() as tx:
        assert ana(tx).briefed_on == TUESDAY


def test_a_workspace_that_changes_its_hours_takes_everybody_along(office: SmallTeam) -> None:
    """New hours of the workspace move all people without their own."""
    changed(office, NOW, send_hour=11)
    with office.ledger.begin() as tx:
        workspace = tx.scalars(sa.select(Workspace)).one()
        workspace.send_hour = 14
        people.reschedule_everybody(tx, workspace, NOW)
    with office.ledger.read() as tx:
        hours = {one.slack_id: one.next_brief_at for one in tx.scalars(sa.select(Person))}
    assert hours["U0ANA"] is not None
    assert hours["U0EVA"] is not None
    assert (hours["U0ANA"].hour, hours["U0EVA"].hour) == (10, 13)


def test_everybody_moves_on_business_or_not(office: SmallTeam) -> None:
    """Nobody has anything open; all are looked at each working morning, nothing is planned, and weekends pass."""
    now = NOW
    for _ in range(12):
        now += timedelta(days=1)
        assert agenda.plan(office.ledger, now) == []
    assert morning_of(office) == date(2026, 12, 7)
    with office.ledger.read() as tx:
        assert ana(tx).briefed_on == date(2026, 12, 4)
        assert tx.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0


def test_a_clock_that_was_wrong_costs_one_morning_at_most(office: SmallTeam) -> None:
    """A month ahead for a while: once it is set back, the morning that is on counts, and then every next one."""
    planned(office, NOW + timedelta(days=31))
    assert morning_of(office) == date(2026, 12, 25)
    with office.ledger.begin() as tx:
        people.clock_set_back(tx, NOW)
    assert morning_of(office) == MONDAY
    planned(office, NOW)
    assert morning_of(office) == TUESDAY


def test_a_clock_set_back_by_an_hour_repeats_nothing(office: SmallTeam) -> None:
    """A day that was looked at stays so when the clock is set back."""
    planned(office, NOW + timedelta(days=1))
    with office.ledger.begin() as tx:
        people.clock_set_back(tx, NOW + timedelta(days=1, hours=-1))
    assert morning_of(office) == WEDNESDAY
