"""The rows that a viewer may look at. Every query about accounts and commitments uses this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from store.tables import Absence, Account, Commitment, Person, SectionRow, Stakeholder


def seen_by(
    table: type[Absence | Account | Commitment | Person | SectionRow | Stakeholder], viewer: Person
) -> sa.ColumnElement[bool]:
    """The condition for the rows of `table` that `viewer` may look at: the rows of their workspace."""
    return table.workspace_id == viewer.workspace_id


def seen_by_asker(table: type[Account | Commitment | Stakeholder]) -> sa.ColumnElement[bool]:
    """The condition `seen_by` in a statement that is built once; `asker` gives its parameters."""
    return table.workspace_id == sa.bindparam("asker_workspace", type_=sa.BigInteger)


def asker(viewer: Person) -> dict[str, Any]:
    """The parameters of `seen_by_asker`."""
    return {"asker_workspace": viewer.workspace_id}
