"""The rows that a viewer may look at. Every query about accounts and what belongs to them uses this.

A restricted account, with all that belongs to it, is seen by its lead, its coach, its sponsor, its plan team and the
admins of the workspace, and by nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from store.tables import Account, Person, PlanMember, core

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from store.tables import Absence, Commitment, Offering, Proposal, Review, SectionRow, Stakeholder


_RESTRICTED, _TEAM, _READERS = aliased(Account), core(PlanMember), core(Person).alias()
# The people of an account beside its plan team.
_ROLES = ("owner_id", "coach_id", "sponsor_id")


def seen_by(
    table: type[Absence | Account | Commitment | Offering | Person | Proposal | Review | SectionRow], viewer: Person
) -> sa.ColumnElement[bool]:
    """The condition for the rows of `table` that `viewer` may look at: the rows of their workspace, without those of
    accounts that are hidden from them.
    """
    of_workspace = table.workspace_id == viewer.workspace_id
    if viewer.is_admin:
        return of_workspace
    return sa.and_(of_workspace, *_beside(table, sa.literal(viewer.workspace_id), sa.literal(viewer.id)))


def seen_at(
    table: type[Commitment | SectionRow], viewer: Person, account: Account
) -> sa.ColumnElement[bool]:  # fmt: skip
    """The condition `seen_by` for the rows of one account.

    It names no workspace: SQLite would read all rows of the workspace by an index of theirs, instead of the account's.
    """
    return table.account_id == seen_id(viewer, account)


def seen_id(viewer: Person, account: Account) -> sa.ScalarSelect[int]:
    """The id of the account; NULL if the viewer does not see it. One serves for many tables: it takes long to build."""
    return sa.select(Account.id).where(seen_by(Account, viewer), Account.id == account.id).scalar_subquery()


def seen_by_asker(table: type[Account | Commitment | Stakeholder]) -> sa.ColumnElement[bool]:
    """The condition `seen_by` in a statement that is built once; `asker` gives its parameters."""
    workspace, person = (sa.bindparam(name, type_=sa.BigInteger) for name in ("asker_workspace", "asker_person"))
    sees_all = sa.bindparam("asker_sees_all", type_=sa.Boolean) == sa.true()
    return sa.and_(table.workspace_id == workspace, sa.or_(sees_all, sa.and_(*_beside(table, workspace, person))))


def asker(viewer: Person) -> dict[str, Any]:
    """The parameters of `seen_by_asker`."""
    return {"asker_workspace": viewer.workspace_id, "asker_person": viewer.id, "asker_sees_all": viewer.is_admin}


def seen_by_reader(account_id: sa.ColumnElement[Any], person_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The condition that the person of each row may look at the account of the row, for questions about many people.

    One subquery with joins: SQLAlchemy would not tie the row to a subquery inside of another one.
    """
    member = sa.and_(_TEAM.c.account_id == _RESTRICTED.id, _TEAM.c.person_id == _READERS.c.id)
    people = sa.join(_RESTRICTED, _READERS, sa.true()).outerjoin(_TEAM, member)
    hidden = sa.select(_RESTRICTED.id).select_from(people).where(
        _RESTRICTED.id == account_id, _RESTRICTED.restricted, _READERS.c.id == person_id,
        sa.not_(_READERS.c.is_admin), _TEAM.c.id.is_(None), *_without_role(_READERS.c.id),
    )  # fmt: skip
    return sa.not_(hidden.exists())


def people_of(tx: Session, account_ids: Collection[int]) -> dict[int, set[int]]:
    """For each of these accounts the ids of its lead, coach, sponsor and plan team: who sees it if it is restricted,
    beside admins.
    """
    found: dict[int, set[int]] = {one: set() for one in account_ids}
    if not found:
        return found
    roles = sa.select(Account.id, *(getattr(Account, role) for role in _ROLES)).where(Account.id.in_(list(found)))
    for account_id, *those in tx.execute(roles):
        found[account_id] |= {one for one in those if one is not None}
    team = sa.select(_TEAM.c.account_id, _TEAM.c.person_id).where(_TEAM.c.account_id.in_(list(found)))
    for account_id, person_id in tx.execute(team):
        found[account_id].add(person_id)
    return found


def _beside(
    table: type[Any], workspace: sa.ColumnElement[int], person: sa.ColumnElement[int]
) -> list[sa.ColumnElement[bool]]:
    """The conditions for the rows beside those of hidden accounts. The subquery does not depend on the row: the
    database asks it once, by an index that holds the restricted accounts alone.
    """
    hidden = sa.select(_RESTRICTED.id).where(
        _RESTRICTED.workspace_id == workspace, _RESTRICTED.restricted, *_strangers(person)
    )
    if table is Account:
        # A name that was merged into a hidden account is hidden too.
        merged = Account.merged_into_id
        return [Account.id.not_in(hidden), sa.or_(merged.is_(None), merged.not_in(hidden))]
    column = core(table).c.get("account_id")
    if column is None:
        return []
    beside = table.account_id.not_in(hidden)
    return [sa.or_(table.account_id.is_(None), beside) if column.nullable else beside]


def _strangers(person_id: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    """The conditions that the person has no part in the restricted account."""
    team = sa.select(_TEAM.c.account_id).where(_TEAM.c.person_id == person_id)
    return [*_without_role(person_id), _RESTRICTED.id.not_in(team)]


def _without_role(person_id: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    return [sa.func.coalesce(getattr(_RESTRICTED, role), 0) != person_id for role in _ROLES]
