"""Restricted accounts: only their lead, coach, sponsor and plan team see them, and admins (store/scope.py).

Nobody is left with a promise that they cannot see: the people who have something open at an account are on its plan
team from the moment in which it is restricted, and from then on only people of the team are given something there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store import history, outbox, people
from store.accounts.changing import changed_meanwhile, lock_for_change, save_change
from store.accounts.questions import get
from store.errors import BadInputError, NotAllowedError
from store.scope import people_of
from store.tables import OF_ACCOUNTS, Account, Around, Commitment, CommitmentPerson, Person, Verb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


def check_team(tx: Session, account: Account | None, those: Iterable[Person], *, field: str) -> None:
    """BadInputError at `field`, with their names, if some of those would not see what they are given there. The account
    is locked, or `refresh` has read it anew.
    """
    if account is None or not account.restricted:
        return
    known = people_of(tx, [account.id])[account.id]
    outside = sorted({one.name for one in those if one.id not in known})
    if outside:
        is_not = f"{outside[0]} is" if len(outside) == 1 else f"{' and '.join(outside)} are"
        raise BadInputError(
            f"{account.name} is restricted, and {is_not} not on its plan team. Add them with “Edit the plan's basis” on"
            " its page first, or choose somebody of the team.",
            field=field,
        )


def refresh(tx: Session, account: Account, *, lock: bool = False) -> None:
    """Read anew who sees the account. With `lock` it cannot be restricted before this transaction ends."""
    how: Any = {"read": True, "key_share": True} if lock else None
    tx.refresh(account, ["restricted", "owner_id", "coach_id", "sponsor_id"], with_for_update=how)


def with_open_business(tx: Session, account: Account) -> Sequence[Person]:
    """The colleagues who have something open at the account, by name: owners, helpers and blockers of open commitments,
    owners of series, and owners of rows of its plan.
    """
    is_open = _is_open(account)
    helpers = sa.select(CommitmentPerson.person_id).join(Commitment, Commitment.id == CommitmentPerson.commitment_id)
    ids = [
        sa.select(Commitment.owner_id).where(is_open),
        sa.select(Commitment.blocker_id).where(is_open),
        helpers.where(is_open, CommitmentPerson.part == Around.HELPER),
        *(
            sa.select(table.owner_id).where(table.account_id == account.id, table.archived_at.is_(None))
            for table in OF_ACCOUNTS
            if hasattr(table, "archived_at") and hasattr(table, "owner_id")
        ),
    ]
    which = Person.id.in_(sa.union(*ids)), people.here(Person)
    return tx.scalars(sa.select(Person).where(*which).order_by(Person.name, Person.id)).all()


def joining(tx: Session, account: Account) -> list[Person]:
    """The people with open business at the account who are none of its people: who would not see it if it were
    restricted, and so join its plan team.
    """
    known = people_of(tx, [account.id])[account.id]
    return [one for one in with_open_business(tx, account) if one.id not in known]


def _is_open(account: Account) -> sa.ColumnElement[bool]:
    goes_on = sa.or_(Commitment.ended_at.is_(None), Commitment.repeat_at.is_not(None))
    return sa.and_(Commitment.account_id == account.id, goes_on)


def _joining_now(tx: Session, account: Account) -> list[Person]:
    """The same, after the commitments are locked: nobody is given one before this transaction ends."""
    history.lock(tx, Commitment, sa.select(Commitment).where(_is_open(account)).order_by(Commitment.id))
    return joining(tx, account)


def check_restrict(viewer: Person, account: Account, now: datetime) -> None:
    """NotAllowedError if the viewer may not restrict the account, or show it to all: its lead and coach may, and
    admins. BadInputError without a lead.
    """
    if account.owner is None:
        raise BadInputError(f"{account.name} has no lead. Choose one with “Edit” first: only its people will see it.")
    if viewer.id in {account.owner_id, account.coach_id} or people.acts_as_admin(viewer, now):
        return
    raise NotAllowedError(f"Only the lead or the coach of {account.name}, or a workspace admin, can do that.")


def restrict(
    tx: Session, viewer: Person, account_id: int, *, known: Collection[int], origin_key: str, now: datetime
) -> Account:  # fmt: skip
    """Hide the account from all but its people and admins. The people with open business there join its plan team.

    `known`: the ids of those whom the viewer has read of. BadInputError if there are others by now.
    """
    account = _begin(tx, viewer, account_id, restricted=True, origin_key=origin_key, now=now)
    if account is None:
        return get(tx, viewer, account_id)
    new = _joining_now(tx, account)
    unknown = [one.name for one in new if one.id not in known]
    if unknown:
        raise BadInputError(
            f"By now {', '.join(unknown)} also has something open at {account.name}. Open this form again."
        )
    wanted: dict[str, Any] = {"restricted": True, "team": sorted({*account.team, *(one.id for one in new)})}
    save_change(tx, viewer, account, Verb.RESTRICT, history.set_fields(account, wanted), now, origin_key)
    outbox.keep_account_true(tx, account, now, for_all=True)
    return _again(tx, viewer, account)


def unrestrict(tx: Session, viewer: Person, account_id: int, *, origin_key: str, now: datetime) -> Account:
    """Show the account to all colleagues again. Its plan team stays."""
    account = _begin(tx, viewer, account_id, restricted=False, origin_key=origin_key, now=now)
    if account is None:
        return get(tx, viewer, account_id)
    changes = history.set_fields(account, {"restricted": False})
    save_change(tx, viewer, account, Verb.UNRESTRICT, changes, now, origin_key)
    outbox.keep_account_true(tx, account, now, for_all=True)
    return _again(tx, viewer, account)


def keep_team(tx: Session, viewer: Person, account: Account, changes: dict[str, Any]) -> None:
    """After `changes` of a restricted account, which are extended: nobody loses sight of it by chance.

    A lead, coach or sponsor who is replaced joins the plan team, and so does everybody with open business.
    BadInputError at `team` if one of those, or the viewer, was taken out of it.
    """
    before = {changes[role][0] for role in ("owner_id", "coach_id", "sponsor_id") if role in changes} - {None}
    taken_out = set.difference(*map(set, changes["team"])) if "team" in changes else set()
    lost = _joining_now(tx, account)
    owing = [one.name for one in lost if one.id in taken_out]
    if owing:
        raise BadInputError(
            f"{', '.join(owing)} still has something open here. Hand it over first, or leave them on the team.",
            field="team",
        )
    now_in = {*account.team, *(one.id for one in lost), *before}
    if viewer.id in taken_out - now_in and not viewer.is_admin and not _has_role(viewer, account):
        raise BadInputError("You would not see the account any more. Ask its lead to take you out.", field="team")
    added = history.set_fields(account, {"team": sorted(now_in)})
    if added:
        first = changes.get("team", added["team"])[0]
        changes["team"] = [first, added["team"][1]]


def _has_role(person: Person, account: Account) -> bool:
    return person.id in {account.owner_id, account.coach_id, account.sponsor_id}


def _begin(
    tx: Session, viewer: Person, account_id: int, *, restricted: bool, origin_key: str, now: datetime
) -> Account | None:  # fmt: skip
    account = lock_for_change(tx, viewer, account_id, version=None, origin_key=origin_key, now=now)
    if account is None:
        return None
    check_restrict(viewer, account, now)
    if account.restricted == restricted:
        raise changed_meanwhile(tx, viewer, account)
    return account


def _again(tx: Session, viewer: Person, account: Account) -> Account:
    tx.flush()
    tx.expire(account)
    return get(tx, viewer, account.id)
