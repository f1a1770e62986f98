"""People: the Slack users of a workspace, and the time of each person's next brief."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from store import outbox, web_access
from store.db import UtcDateTime, insert_once
from store.errors import BadInputError, NotFoundError, UnconfirmedError
from store.rules.calendar.brief_times import WorkSchedule, local_day, next_brief, next_morning
from store.rules.calendar.working_days import DAY, working_days_of
from store.scope import seen_by
from store.tables import Person, Workspace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, datetime

    from store.rules.calendar.working_days import WorkingDays


# For so long Slack's statement counts that a person is an admin. A demotion may reach us late, or never.
ADMIN_FOR = timedelta(minutes=1)

_SLACK_USER = ("workspace_id", "slack_id")


@dataclass(frozen=True)
class Profile:
    """Slack's facts about a user: an IANA time zone, a locale like "en-GB", and so on.

    None: Slack does not say, and the ledger keeps its value.
    """

    slack_id: str
    name: str | None
    handle: str | None = ""
    zone: str | None = "UTC"
    locale: str | None = "en-US"
    is_active: bool | None = True
    is_bot: bool | None = False
    is_admin: bool | None = False
    is_external: bool | None = False
    is_guest: bool | None = False

    def said(self) -> dict[str, str | bool]:
        """The facts that Slack gives, by the names of the columns."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def sync(tx: Session, workspace: Workspace, profiles: Iterable[Profile], *, now: datetime) -> None:
    """Update the workspace's people to Slack's facts; new people are added, nobody is removed.

    Each colleague's brief is due on their next working morning; in a new zone, on the next morning there. The Home tab
    of a person who becomes an outsider, or a colleague again, is due for an update, and their web sessions end.
    """
    given = {profile.slack_id: profile for profile in profiles}
    known = {person.slack_id: person for person in by_slack_ids(tx, workspace, given)}
    new = [slack_id for slack_id in given if slack_id not in known]
    for slack_id in new:
        # Another transaction may add the same person now; the second of the two finds the row.
        values = {"workspace_id": workspace.id, "name": slack_id, **given[slack_id].said()}
        insert_once(tx, Person, values, keys=_SLACK_USER)
    for person in [*known.values(), *by_slack_ids(tx, workspace, new)]:
        profile = given[person.slack_id]
        said, was_here = profile.said(), is_here(person)
        moved = said.get("zone", person.zone) != person.zone
        for field, value in said.items():
            if getattr(person, field) != value:
                setattr(person, field, value)
        if profile.is_admin is not None:
            person.admin_as_of = now if profile.is_admin else None
        if not is_here(person):
            person.next_brief_at = None
        elif person.next_brief_at is None:
            person.next_brief_at = next_morning(now, work_schedule(person, workspace))
        elif moved:
            person.next_brief_at = _next_brief(person, workspace, now)
        if is_here(person) != was_here:
            outbox.mark_homes(tx, workspace.id, {person.id}, now)
            # An outsider who is a colleague again signs in anew.
            web_access.end_all(tx, person, now)
    tx.flush()


def by_slack_ids(tx: Session, workspace: Workspace, slack_ids: Iterable[str]) -> list[Person]:
    """The people of these Slack ids whom the ledger knows, read in chunks that both databases take."""
    wanted = list(slack_ids)
    found: list[Person] = []
    for start in range(0, len(wanted), 500):
        chunk = wanted[start : start + 500]
        found += tx.scalars(sa.select(Person).where(Person.workspace_id == workspace.id, Person.slack_id.in_(chunk)))
    return found


def others_among(tx: Session, workspace: Workspace, slack_ids: Iterable[str]) -> tuple[bool, set[str]]:
    """Whether guests or people of another company are among these users; and the ids that the ledger does not know.

    Apps and people who have left do not count, because they read nothing.
    """
    wanted = sorted(slack_ids)
    reads_as_other = sa.and_(Person.is_active, sa.not_(Person.is_bot), sa.not_(here(Person)))
    found: dict[str, bool] = {}
    for start in range(0, len(wanted), 500):
        chunk = Person.slack_id.in_(wanted[start : start + 500])
        rows = tx.execute(sa.select(Person.slack_id, reads_as_other).where(Person.workspace_id == workspace.id, chunk))
        found |= {slack_id: bool(other) for slack_id, other in rows}
    return any(found.values()), set(wanted) - found.keys()


def viewer(tx: Session, team_id: str, slack_id: str) -> Person | None:
    """The person of a request, with their workspace, for reading; None if the ledger does not know them yet."""
    return tx.scalar(
        sa.select(Person)
        .join(Person.workspace)
        .where(Workspace.team_id == team_id, Person.slack_id == slack_id)
        .options(contains_eager(Person.workspace))
    )


def get(tx: Session, person_id: int) -> Person:
    """The person of that id with their workspace. The id comes from our own rows, so the person exists."""
    return tx.scalars(sa.select(Person).where(Person.id == person_id).options(joinedload(Person.workspace))).one()


def names(tx: Session, ids: Collection[int]) -> dict[int, str]:
    """The names of the people of these ids, which come from our own rows."""
    if not ids:
        return {}
    found = tx.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in found}


def name_of(tx: Session, viewer: Person, person_id: int) -> str:
    """The name of a person of the viewer's workspace; NotFoundError if there is none."""
    name = tx.scalar(sa.select(Person.name).where(seen_by(Person, viewer), Person.id == person_id))
    if name is None:
        raise NotFoundError("That person is not in this workspace.")
    return name


def named(tx: Session, viewer: Person, handle: str) -> Person | None:
    """The active person with this `@handle` in the viewer's workspace; None if there is none, or several.

    Colleagues come before outsiders: an outsider is returned only if no colleague has the handle.
    """
    wanted = handle.removeprefix("@").casefold()
    found = tx.scalars(
        sa.select(Person).where(seen_by(Person, viewer), Person.is_active, sa.func.lower(Person.handle) == wanted)
    ).all()
    those = [person for person in found if is_here(person)] or found
    return those[0] if len(those) == 1 else None


def called(tx: Session, viewer: Person, name: str) -> Person | None:
    """The colleague with this first name or whole name; None if there is none, or several."""
    wanted = name.removeprefix("@").casefold()
    full = sa.func.lower(Person.name)
    query = sa.select(Person).where(
        seen_by(Person, viewer), here(Person), sa.or_(full == wanted, full.startswith(f"{wanted} ", autoescape=True))
    )
    found = tx.scalars(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def as_owner(tx: Session, viewer: Person, slack_id: str, *, field: str = "owner") -> Person:
    """The person of that Slack id as the owner of a commitment; BadInputError at `field` if they cannot be one."""
    person = (
        viewer
        if slack_id == viewer.slack_id
        else tx.scalar(sa.select(Person).where(seen_by(Person, viewer), Person.slack_id == slack_id))
    )
    if person is None:
        raise BadInputError("I don't know that person in this workspace. Please choose somebody else.", field=field)
    why = outside(person)
    if why is not None:
        raise BadInputError(f"{person.name} {why}{_INSTEAD[why]}", field=field)
    return person


def as_helpers(tx: Session, viewer: Person, slack_ids: Collection[str], *, field: str) -> list[Person]:
    """The people of these Slack ids as helpers; BadInputError at `field` for outsiders, by name."""
    found = by_slack_ids(tx, viewer.workspace, slack_ids)
    outsiders = [f"{one.name} {why}" for one in found if (why := outside(one)) is not None]
    if outsiders or len(found) < len(slack_ids):
        who = ", ".join(outsiders) or "Somebody among them is not known here"
        raise BadInputError(f"{who}. Choose colleagues of this workspace.", field=field)
    return found


def work_schedule(person: Person, workspace: Workspace | None = None) -> WorkSchedule:
    """The zone, send hour and working days of this person: their own settings, else the workspace's.

    `workspace` must be given if it was not loaded with the person.
    """
    own = workspace or person.workspace
    week = person.working_week or own.working_week
    region = own.holidays_region if person.holidays_region is None else person.holidays_region
    hour = own.send_hour if person.send_hour is None else person.send_hour
    return WorkSchedule(person.id, person.zone, hour, working_days_of(week, region or None))


def working_days(person: Person, workspace: Workspace | None = None) -> WorkingDays:
    """The days on which this person works."""
    return work_schedule(person, workspace).working_days


def send_hour(person: Person, workspace: Workspace | None = None) -> int:
    """The local hour (0 … 23) from which this person's brief may come."""
    return work_schedule(person, workspace).send_hour


class Outside(StrEnum):
    """The reason why a person is an outsider: the rest of a sentence that begins with the name."""

    GONE = "has left this workspace"
    APP = "is an app"
    STRANGER = "is from another company"
    GUEST = "is a guest in this workspace"


# The end of that sentence, for a viewer who chose an outsider as owner.
_INSTEAD = {
    Outside.GONE: ". Choose somebody else.",
    Outside.APP: ", and apps can't keep promises. Choose a person.",
    Outside.STRANGER: ". Choose the colleague who is accountable here, and name them as the client's person.",
    Outside.GUEST: ". Choose the colleague who is accountable here.",
}


def outside(person: Person) -> Outside | None:
    """The reason why this person is an outsider; None for a colleague. Outsiders do not act, read, own or get messages.

    This function alone decides; `here` is the same rule for the database.
    """
    if not person.is_active:
        return Outside.GONE
    if person.is_bot:
        return Outside.APP
    if person.is_external:
        return Outside.STRANGER
    return Outside.GUEST if person.is_guest else None


def is_here(person: Person) -> bool:
    """Whether this person is a colleague and no outsider."""
    return outside(person) is None


def first_here(*those: Person | None) -> Person | None:
    """The first of those who is here; None if nobody is."""
    return next((one for one in those if one is not None and is_here(one)), None)


def first_admin(tx: Session, workspace_id: int, *, but: Person | None = None) -> Person | None:
    """The admin of the workspace with the lowest id, other than `but`; None if there is none."""
    query = sa.select(Person).where(Person.workspace_id == workspace_id, Person.is_admin, here(Person))
    if but is not None:
        query = query.where(Person.id != but.id)
    return tx.scalars(query.order_by(Person.id).limit(1)).first()


def here_with_parts(parts: Iterable[tuple[Person | None, str]]) -> list[str]:
    """“Eva Novak (its lead)” for each person who is here, for a refusal that names who can."""
    return [f"{person.name} ({part})" for person, part in parts if person is not None and is_here(person)]


def acts_as_admin(person: Person, now: datetime) -> bool:
    """Whether this person may act as an admin now. UnconfirmedError if Slack confirmed it too long ago."""
    if not person.is_admin:
        return False
    if person.admin_as_of is None or abs(now - person.admin_as_of) > ADMIN_FOR:
        raise UnconfirmedError(
            "Only admins of this workspace can do that, and Slack does not tell me right now whether you are one."
            " Please try again in a minute."
        )
    return True


def here(table: type[Person] | sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition `is_here` for the rows of people, or of an alias of that table."""
    those: Any = table if isinstance(table, type) else table.c
    return sa.and_(those.is_active, sa.not_(those.is_bot), sa.not_(those.is_external), sa.not_(those.is_guest))


def reschedule(person: Person, now: datetime) -> None:
    """Set the next brief of this person (loaded with their workspace) again, after a change of zone or settings.

    Today's morning counts too while it is on, unless a brief for it was planned already.
    """
    person.next_brief_at = _next_brief(person, person.workspace, now)


def reschedule_everybody(tx: Session, workspace: Workspace, now: datetime) -> None:
    """Set the next brief of each person of a workspace again, after a change of the workspace's settings."""
    theirs = sa.select(Person).where(Person.workspace_id == workspace.id, Person.is_active)
    for person in _in_batches(tx, theirs):
        person.next_brief_at = _next_brief(person, workspace, now)


def clock_set_back(tx: Session, now: datetime) -> None:
    """After the clock went back: people who were planned for a day in the future get their next morning again.

    The outbox still has the key of a brief for such a day, so no brief comes twice.
    """
    later = sa.select(Person).where(Person.next_brief_at > now + DAY).options(joinedload(Person.workspace))
    for person in _in_batches(tx, later):
        if person.briefed_on is not None and person.briefed_on > local_day(now, person.zone):
            person.briefed_on = None
            reschedule(person, now)


def forget_conversation(tx: Session, person: Person, channel: str) -> None:
    """Forget a conversation that Slack does not know any more: the next message opens another one."""
    tx.execute(sa.update(Person).where(Person.id == person.id, Person.dm_channel == channel).values(dm_channel=None))


def next_look(tx: Session, now: datetime) -> datetime | None:
    """The earliest time after `now` at which a person's morning comes; None if there is none."""
    first = sa.func.min(Person.next_brief_at, type_=UtcDateTime())
    found: datetime | None = tx.scalar(sa.select(first).where(Person.next_brief_at > now))
    return found


def claim_due(
    tx: Session, now: datetime, *, limit: int, workspaces: Collection[int] | None = None
) -> list[Person]:  # fmt: skip
    """At most `limit` people whose morning has come, oldest first, locked for this transaction, with their workspace.

    `workspaces` are ids; None means every workspace. On PostgreSQL rows that another planner has locked are skipped; on
    SQLite there is one writer.
    """
    return list(
        tx.scalars(
            sa.select(Person)
            .join(Person.workspace)
            .where(
                Person.next_brief_at <= now,
                sa.true() if workspaces is None else Person.workspace_id.in_(list(workspaces)),
            )
            .order_by(Person.next_brief_at)
            .limit(limit)
            .options(contains_eager(Person.workspace))
            .with_for_update(of=Person, skip_locked=True, key_share=True)
        )
    )


def schedule_next_brief(person: Person, now: datetime, *, looked_at: date | None) -> None:
    """Set the person's next morning. `looked_at` is the local day that was planned now; None if no day was planned."""
    if looked_at is not None and (person.briefed_on is None or person.briefed_on < looked_at):
        person.briefed_on = looked_at
    reschedule(person, now)


def _in_batches(tx: Session, those: sa.Select[Person]) -> Iterator[Person]:
    """The people of a query, for changes; at most 500 are in memory at a time."""
    last = 0
    while found := tx.scalars(those.where(Person.id > last).order_by(Person.id).limit(500)).all():
        last = found[-1].id
        yield from found
        tx.flush()


def _next_brief(person: Person, workspace: Workspace, now: datetime) -> datetime | None:
    return next_brief(now, work_schedule(person, workspace), person.briefed_on) if is_here(person) else None
