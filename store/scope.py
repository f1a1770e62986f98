"""What a viewer may look at. Every question about accounts and commitments starts here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlalchemy as sa

    from store.tables import Absence, Account, Commitment, Person, Stakeholder


def seen_by(
    table: type[Absence | Account | Commitment | Person | Stakeholder], viewer: Person
) -> sa.ColumnElement[bool]:
    """The rows of `table` that `viewer` may look at: those of their workspace."""
    return table.workspace_id == viewer.workspace_id
