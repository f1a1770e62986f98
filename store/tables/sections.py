"""A row of a section of an account plan: the columns that all sections share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, relationship

from store.tables.base import HasHistory, one_of, to

if TYPE_CHECKING:
    from enum import StrEnum

    from store.tables.accounts import Account
    from store.tables.people import Person


class SectionRow(HasHistory):
    """A row of a section of an account plan (store/plan/section.py). It is archived with a reason, never deleted."""

    __abstract__ = True

    account_id: Mapped[int] = to("account")
    name: Mapped[str | None]
    # NULL: the account's lead.
    owner_id: Mapped[int | None] = to("person", nullable=True)
    note: Mapped[str | None]
    archived_at: Mapped[datetime | None]
    archive_reason: Mapped[str | None]
    # Slack's view id: a form that Slack delivers twice adds one row.
    origin_key: Mapped[str]
    created_at: Mapped[datetime]

    @property
    def may_be_restored(self) -> bool:
        """Whether the row is archived, and can be brought back."""
        return self.archived_at is not None

    @declared_attr
    @classmethod
    def account(cls) -> Mapped[Account]:
        return relationship(lazy="raise")

    @declared_attr
    @classmethod
    def owner(cls) -> Mapped[Person | None]:
        return relationship(lazy="raise")


def section_arguments(table: str, **choices: type[StrEnum]) -> tuple[sa.schema.SchemaItem, ...]:
    """The constraints and the index of every section; `choices`: the columns that hold members of an enum."""
    return (
        sa.UniqueConstraint("workspace_id", "origin_key"),
        sa.Index(f"ix_{table}_account", "account_id"),
        *(one_of(column, enum) for column, enum in choices.items()),
    )
