"""From rows to what the rules look at: items and the people around them, loaded for many at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from store import absences, people
from store.rules.calendar.brief_times import local_day
from store.rules.calendar.working_days import WEEK
from store.rules.nudging.occasions import FORGOTTEN, HORIZON
from store.rules.nudging.readers import Away, CommitmentFacts, PersonFacts
from store.scope import people_of
from store.tables import Absence, Account, Commitment, Person, State, Workspace, core

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    # The columns of `_facts`.
    Facts = Any

_ITEMS, _ACCOUNTS, _PEOPLE, _AWAY = core(Commitment), core(Account), core(Person), core(Absence)
_OWNER = _PEOPLE.alias()
# Absences that have ended matter for a while. A person who was away on the first morning of a week gets its summary on
# their return, and a commitment that they were given in between counts from their return.
PAST = timedelta(days=60)
_PEOPLE_IN = ("owner_id", "creator_id", "account_owner_id", "account_coach_id", "blocker_id")


def items_before(tx: Session, readers: Sequence[Person], days: Mapping[int, date]) -> list[CommitmentFacts]:
    """The commitments that a rule may mention to `readers` (with their workspaces) on their local days `days[id]`.

    The number of statements is always the same. Each finds its rows by an index on a person.
    """
    first, last = min(days.values()), max(days.values())
    fallback_admins = [one.id for one in _admins(tx, [reader for reader in readers if reader.is_admin])]
    given: dict[str, Any] = {
        "readers": [reader.id for reader in readers], "first": first, "last": last, "oldest": first - FORGOTTEN,
        "horizon": last + HORIZON,
    }  # fmt: skip
    if fallback_admins:
        rows = tx.execute(_REACH_OF_FALLBACK_ADMINS, given | {"fallback_admins": fallback_admins})
    else:
        rows = tx.execute(_REACH, given)
    # Several ways can lead to the same commitment.
    found = sorted({row.id: row for row in rows}.values(), key=lambda row: (row.due_on, row.id))
    return _items(tx, found, readers, from_day=first)


def item_of(tx: Session, commitment: Commitment, *, from_day: date, **otherwise: Any) -> CommitmentFacts:  # noqa: ANN401  columns
    """One commitment, open or not, as the rules see it, with absences since `from_day`.

    `otherwise` gives columns another value than they have: what they were on an earlier day.
    """
    row = tx.execute(_facts().where(_ITEMS.c.id == commitment.id)).one()
    values = SimpleNamespace(**{**row._mapping, **otherwise})  # noqa: SLF001  the documented name of a row's mapping
    return _items(tx, [values], [], from_day=from_day)[0]


def items_of(tx: Session, ids: Collection[int], *, from_day: date) -> dict[int, CommitmentFacts]:
    """These commitments as the rules see them, by id, with absences since `from_day`."""
    found = tx.execute(_facts().where(_ITEMS.c.id.in_(list(ids)))).all()
    return {item.id: item for item in _items(tx, found, [], from_day=from_day)}


def items_owned(tx: Session, owner: Person, until: date, *, from_day: date) -> list[CommitmentFacts]:
    """This person's open commitments that are due by `until`, for the rules, with absences since `from_day`."""
    owned = _ITEMS.c.owner_id == owner.id, _ITEMS.c.ended_at.is_(None), _ITEMS.c.due_on <= until
    found = tx.execute(_facts().where(*owned).order_by(_ITEMS.c.due_on, _ITEMS.c.id)).all()
    return _items(tx, found, [], from_day=from_day)


def person_facts(tx: Session, those: Iterable[Person], *, from_day: date) -> dict[int, PersonFacts]:
    """These people (with their workspaces) and their delegates as the rules see them, with absences since then."""
    found = {one.id: one for one in those}
    workspaces = {one.workspace_id: one.workspace for one in found.values()}
    away = absences.of_people(tx, found, from_day=from_day)
    delegates = {one.delegate.id: one.delegate for one in away if one.delegate is not None}
    away_too = absences.of_people(tx, delegates, from_day=from_day) if delegates else []
    bare = {one.id: _somebody(one, workspaces[one.workspace_id]) for one in [*found.values(), *delegates.values()]}
    # A delegate is asked whether they are away as well, and no further.
    meanwhile = _by_person(away_too, {})
    seconds = {one: replace(bare[one], absences=tuple(meanwhile[one])) for one in delegates}
    by_person = _by_person(away, seconds)
    return {one: replace(bare[one], absences=tuple(by_person[one])) for one in bare}


def hearing(tx: Session, those: Sequence[Person], days: Mapping[int, date]) -> set[int]:
    """Ids of the people who are at work on their local day `days[id]`, for mentions that wait for such a day. With one
    summary a week, the day must be that of the summary.
    """
    if not those:
        return set()
    seen = person_facts(tx, those, from_day=min(days[one.id] for one in those) - WEEK)
    return {
        one.id
        for one in those
        if seen[one.id].hears_on(days[one.id])
        and (not one.weekly or seen[one.id].summary_day(days[one.id]) == days[one.id])
    }


def _facts() -> sa.Select[Any]:
    # More columns than the types of `select` have room for.
    facts: Any = (
        sa.select(
            _ITEMS.c.id, _ITEMS.c.workspace_id, _ITEMS.c.due_on, _ITEMS.c.created_at, _ITEMS.c.touched_at,
            _ITEMS.c.quiet_until, _ITEMS.c.state, _ITEMS.c.owner_id, _ITEMS.c.creator_id,
            _ITEMS.c.blocker_id, _ACCOUNTS.c.owner_id.label("account_owner_id"),
            _ACCOUNTS.c.coach_id.label("account_coach_id"), _ACCOUNTS.c.category,
            _ACCOUNTS.c.id.label("account_id"), _ACCOUNTS.c.restricted,
        )
        .join(_ACCOUNTS, _ACCOUNTS.c.id == _ITEMS.c.account_id, isouter=True)
    )  # fmt: skip
    return cast("sa.Select[Any]", facts)


def _within_reach() -> list[sa.Select[Any]]:
    """One question for each way in which a commitment can come to somebody on a day from `first` to `last`."""
    days = ("first", "last", "oldest", "horizon")
    first, last, oldest, horizon = (sa.bindparam(name, type_=sa.Date) for name in days)
    readers = sa.bindparam("readers", expanding=True, type_=sa.BigInteger)
    soon = _ITEMS.c.due_on.between(oldest, horizon)
    away = sa.exists().where(
        _AWAY.c.person_id == _ITEMS.c.owner_id, _AWAY.c.delegate_id.is_not(None),
        _AWAY.c.first_day <= last, _AWAY.c.last_day >= first,
    )  # fmt: skip
    left = _facts().join(_OWNER, _OWNER.c.id == _ITEMS.c.owner_id)
    gone = sa.not_(people.here(_OWNER))
    covered = sa.select(_AWAY.c.person_id).where(
        _AWAY.c.delegate_id.in_(readers), _AWAY.c.first_day <= last, _AWAY.c.last_day >= first
    )
    return [
        _facts().where(
            _ITEMS.c.owner_id.in_(readers),
            sa.or_(soon, _ITEMS.c.state == State.BLOCKED, _ITEMS.c.quiet_until.is_not(None)),
        ),
        _facts().where(_ITEMS.c.owner_id.in_(covered), soon),
        left.where(
            _ACCOUNTS.c.owner_id.in_(readers), _ACCOUNTS.c.owner_id != _ITEMS.c.owner_id,
            sa.or_(_ITEMS.c.due_on.between(oldest, last), gone, sa.and_(soon, away)),
        ),
        _facts().where(
            _ACCOUNTS.c.coach_id.in_(readers), _ACCOUNTS.c.owner_id == _ITEMS.c.owner_id,
            _ITEMS.c.due_on.between(oldest, last),
        ),
        left.where(
            _ITEMS.c.creator_id.in_(readers),
            sa.or_(gone, sa.and_(soon, away, _ITEMS.c.creator_id != _ITEMS.c.owner_id)),
        ),
        _facts().where(_ITEMS.c.blocker_id.in_(readers), _ITEMS.c.state == State.BLOCKED),
    ]  # fmt: skip


def _without_owners() -> sa.Select[Any]:
    """Open commitments of outsiders, such as people who have left, in the workspaces of the `fallback_admins`."""
    fallback_admins = sa.bindparam("fallback_admins", expanding=True, type_=sa.BigInteger)
    theirs = sa.select(_PEOPLE.c.workspace_id).where(_PEOPLE.c.id.in_(fallback_admins))
    left = _facts().join(_OWNER, _OWNER.c.id == _ITEMS.c.owner_id)
    return left.where(_OWNER.c.workspace_id.in_(theirs), sa.not_(people.here(_OWNER)))


def _still_open(ways: list[sa.Select[Any]]) -> sa.CompoundSelect[Any]:
    return sa.union_all(*(way.where(_ITEMS.c.ended_at.is_(None)) for way in ways))


def _items(tx: Session, found: Sequence[Facts], known: Sequence[Person], *, from_day: date) -> list[CommitmentFacts]:
    around = {one.id: one for one in known}
    wanted = {getattr(row, name) for row in found for name in _PEOPLE_IN} - {None}
    around |= {one.id: one for one in _people(tx, wanted - around.keys())}
    admins = _fallback_admins(tx, found, around)
    who = person_facts(tx, [*around.values(), *admins.values()], from_day=from_day - PAST)
    sighted = people_of(tx, {row.account_id for row in found if row.restricted})
    return [_in_sight(_item(row, who, around, admins), sighted.get(row.account_id)) for row in found]


def _in_sight(item: CommitmentFacts, sighted: Collection[int] | None) -> CommitmentFacts:
    """Of a restricted account, which only those of the ids `sighted` and admins see: without its other people. Its
    owner and blocker see it.
    """
    if sighted is None:
        return item

    def seeing(one: PersonFacts | None) -> PersonFacts | None:
        return one if one is None or one.sees_all or one.id in sighted else None

    away = tuple(replace(each, delegate=seeing(each.delegate)) for each in item.owner.absences)
    return replace(item, owner=replace(item.owner, absences=away), creator=seeing(item.creator))


def _item(
    row: Facts, who: Mapping[int, PersonFacts], around: Mapping[int, Person], admins: Mapping[int, Person]
) -> CommitmentFacts:
    owner = around[row.owner_id]
    admin, workspace = admins.get(row.workspace_id), owner.workspace
    return CommitmentFacts(
        id=row.id,
        due_on=row.due_on,
        created_on=local_day(row.created_at, owner.zone),
        owner=who[row.owner_id],
        touched_on=local_day(row.touched_at, owner.zone) if row.touched_at else None,
        quiet_until=row.quiet_until,
        is_blocked=row.state == State.BLOCKED,
        creator=who[row.creator_id],
        account_owner=who[row.account_owner_id] if row.account_owner_id else None,
        account_coach=who[row.account_coach_id] if row.account_coach_id else None,
        blocker=who[row.blocker_id] if row.blocker_id else None,
        admin=who[admin.id] if admin else None,
        escalate_after=workspace.escalate_a_after if row.category == "A" else workspace.escalate_after,
    )


def _fallback_admins(tx: Session, found: Sequence[Facts], around: Mapping[int, Person]) -> dict[int, Person]:
    """The admin of each workspace in which somebody who has left still owns one of these, by workspace."""
    orphans = [around[row.owner_id] for row in found if not people.is_here(around[row.owner_id])]
    return {one.workspace_id: one for one in _admins(tx, orphans)} if orphans else {}


def _admins(tx: Session, of: Sequence[Person]) -> list[Person]:
    """In each of these people's workspaces the admin who looks after what nobody else does: the first one here."""
    if not of:
        return []
    workspaces = {one.workspace_id for one in of}
    first = (
        sa.select(sa.func.min(Person.id))
        .where(Person.workspace_id.in_(workspaces), Person.is_admin, people.here(Person))
        .group_by(Person.workspace_id)
    )
    return list(tx.scalars(sa.select(Person).where(Person.id.in_(first)).options(joinedload(Person.workspace))))


def _people(tx: Session, ids: Collection[int]) -> list[Person]:
    wanted = sorted(ids)
    found: list[Person] = []
    for start in range(0, len(wanted), 500):
        chunk = Person.id.in_(wanted[start : start + 500])
        found += tx.scalars(sa.select(Person).where(chunk).options(joinedload(Person.workspace)))
    return found


def _by_person(away: Iterable[Absence], delegates: Mapping[int, PersonFacts]) -> defaultdict[int, list[Away]]:
    found: defaultdict[int, list[Away]] = defaultdict(list)
    for one in away:
        delegate = delegates.get(one.delegate_id) if one.delegate_id else None
        found[one.person_id].append(Away(one.first_day, one.last_day, delegate))
    return found


def _somebody(person: Person, workspace: Workspace) -> PersonFacts:
    schedule, is_here = people.work_schedule(person, workspace), people.is_here(person)
    return PersonFacts(person.id, schedule, is_here, person.weekly, sees_all=person.is_admin)


# Put together once: that takes longer than the database needs to answer.
_REACH = _still_open(_within_reach())
_REACH_OF_FALLBACK_ADMINS = _still_open([*_within_reach(), _without_owners()])
