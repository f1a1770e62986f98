"""People: the Slack users of a workspace, and when each of them hears from us next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from store import workspaces
from store.db import UtcDateTime, insert_once
from store.errors import BadInputError
from store.prepared import Prepared
from store.rules.mornings import next_morning
from store.scope import seen_by
from store.tables import Commitment, Person, Workspace, as_read, core

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


_SLACK_USER = ("workspace_id", "slack_id")
_PEOPLE, _WORKSPACES = core(Person), core(Workspace)
_VIEWER = Prepared(
    sa.select(*_PEOPLE.c, *_WORKSPACES.c)
    .join_from(_PEOPLE, _WORKSPACES)
    .where(_WORKSPACES.c.team_id == sa.bindparam("team"), _PEOPLE.c.slack_id == sa.bindparam("user"))
)
EXPECT = Prepared(
    sa.update(_PEOPLE)
    .where(_PEOPLE.c.id == sa.bindparam("person"))
    .values(next_brief_at=sa.func.coalesce(_PEOPLE.c.next_brief_at, sa.bindparam("brief_at", type_=UtcDateTime)))
)


@dataclass(frozen=True)
class Profile:
    """What Slack says of a user. `zone` is an IANA name, `locale` like "en-GB"."""

    slack_id: str
    name: str
    handle: str = ""
    zone: str = "UTC"
    locale: str = "en-US"
    is_active: bool = True
    is_bot: bool = False
    is_admin: bool = False
    is_external: bool = False


def sync(tx: Session, workspace: Workspace, profiles: Iterable[Profile], *, now: datetime) -> None:
    """Bring the workspace's people up to date with Slack; new ones are added, nobody is removed.

    A changed zone moves the next brief to that zone's next working morning.
    """
    given = {profile.slack_id: profile for profile in profiles}
    known = {person.slack_id: person for person in by_slack_ids(tx, workspace, given)}
    for slack_id, profile in given.items():
        person = known.get(slack_id)
        if person is None:
            # Somebody else may be adding them at this very moment; whoever is second finds them there.
            insert_once(tx, Person, {"workspace_id": workspace.id, **asdict(profile)}, keys=_SLACK_USER)
            continue
        moved = person.zone != profile.zone
        for field, value in asdict(profile).items():
            if getattr(person, field) != value:
                setattr(person, field, value)
        if moved and person.next_brief_at is not None:
            person.next_brief_at = _next_brief(person, workspace, now)
    tx.flush()


def by_slack_ids(tx: Session, workspace: Workspace, slack_ids: Iterable[str]) -> list[Person]:
    """The known ones among `slack_ids`, in chunks that both databases take."""
    wanted = list(slack_ids)
    found: list[Person] = []
    for start in range(0, len(wanted), 500):
        chunk = wanted[start : start + 500]
        found += tx.scalars(sa.select(Person).where(Person.workspace_id == workspace.id, Person.slack_id.in_(chunk)))
    return found


def viewer(tx: Session, team_id: str, slack_id: str) -> Person | None:
    """The person who asks, with their workspace, to look at; None if the ledger does not know them yet."""
    found = _VIEWER.rows(tx, team=team_id, user=slack_id)
    if not found:
        return None
    of_person, of_workspace = found[0][: len(_PEOPLE.c)], found[0][len(_PEOPLE.c) :]
    workspace = as_read(Workspace, dict(zip(_WORKSPACES.c.keys(), of_workspace, strict=True)))
    return as_read(Person, {**dict(zip(_PEOPLE.c.keys(), of_person, strict=True)), "workspace": workspace})


def get(tx: Session, person_id: int) -> Person:
    """The person of that id with their workspace. The id comes from our own rows, so it exists."""
    return tx.scalars(sa.select(Person).where(Person.id == person_id).options(joinedload(Person.workspace))).one()


def named(tx: Session, viewer: Person, handle: str) -> Person | None:
    """The person whom `@handle` means in the viewer's workspace, if exactly one active person bears it."""
    wanted = handle.removeprefix("@").casefold()
    found = tx.scalars(
        sa.select(Person)
        .where(seen_by(Person, viewer), Person.is_active, sa.func.lower(Person.handle) == wanted)
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def as_owner(tx: Session, viewer: Person, slack_id: str, *, field: str = "owner") -> Person:
    """The person who is to own a commitment; BadInputError at `field` if they cannot."""
    person = (
        viewer
        if slack_id == viewer.slack_id
        else tx.scalar(sa.select(Person).where(seen_by(Person, viewer), Person.slack_id == slack_id))
    )
    if person is None:
        raise BadInputError("I don't know that person in this workspace. Please choose somebody else.", field=field)
    if person.is_bot:
        raise BadInputError(f"{person.name} is an app, and apps can't keep promises. Choose a person.", field=field)
    if not person.is_active:
        raise BadInputError(f"{person.name} has left this workspace. Choose somebody else.", field=field)
    if person.is_external:
        raise BadInputError(
            f"{person.name} is from another company. Choose the colleague who is accountable here, and name"
            " them as the client's person.",
            field=field,
        )
    return person


def expect_brief(tx: Session, person: Person, workspace: Workspace, now: datetime) -> None:
    """See to it that `person`, who has open business now, is looked at on their next working morning.

    The row is written even where nothing changes: the lock on it orders this transaction against a planner
    that is just finding that the person has nothing open.
    """
    EXPECT.count(tx, **expected(person, workspace, now))


def expected(person: Person, workspace: Workspace, now: datetime) -> dict[str, Any]:
    """The parameters of EXPECT. Of somebody who has left nothing is expected."""
    return {"person": person.id if person.is_active else None, "brief_at": _next_brief(person, workspace, now)}


def claim_due(tx: Session, now: datetime, *, limit: int) -> list[Person]:
    """People whose morning has come, oldest first, locked for this transaction, with their workspace.

    Rows that another planner holds are passed over (PostgreSQL); on SQLite there is one writer.
    """
    return list(
        tx.scalars(
            sa.select(Person)
            .join(Person.workspace)
            .where(Person.next_brief_at <= now)
            .order_by(Person.next_brief_at)
            .limit(limit)
            .options(contains_eager(Person.workspace))
            .with_for_update(of=Person, skip_locked=True, key_share=True)
        )
    )


def with_open_business(tx: Session, person_ids: Iterable[int]) -> set[int]:
    """Those among `person_ids` who own an open commitment."""
    ids = list(person_ids)
    open_one = sa.exists().where(Commitment.owner_id == Person.id, Commitment.ended_at.is_(None))
    return set(tx.scalars(sa.select(Person.id).where(Person.id.in_(ids), open_one)))


def plan_next_brief(person: Person, now: datetime, *, has_open_business: bool) -> None:
    """Move the person's morning on: the next working one, or none while nothing is open."""
    waits = has_open_business and person.is_active
    person.next_brief_at = _next_brief(person, person.workspace, now) if waits else None


def _next_brief(person: Person, workspace: Workspace, now: datetime) -> datetime:
    return next_morning(now, person.zone, workspace.send_hour, workspaces.working_days(workspace), person.id)
