"""The weekly digest of an account in its channel."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from store.tables.accounts import Account
from store.tables.base import Base, key, to


class WeeklyDigest(Base):
    """The rhythm of an account's weekly digest. Every account in use with a channel has one."""

    __tablename__ = "weekly_digest"
    __table_args__ = (
        sa.UniqueConstraint("account_id"),
        sa.Index("ix_weekly_digest_next_at", "next_at", sqlite_where=sa.text("next_at IS NOT NULL"),
                 postgresql_where=sa.text("next_at IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[int] = key()
    workspace_id: Mapped[int] = to("workspace")
    account_id: Mapped[int] = to("account")
    # Whether it comes; NULL: for A and B accounts.
    is_on: Mapped[bool | None]
    # Monday 0 … Sunday 6, and the hour, in the zone of the account's lead.
    weekday: Mapped[int] = mapped_column(default=0, server_default="0")
    hour: Mapped[int] = mapped_column(default=9, server_default="9")
    # Whether it comes where guests or people of another company read, with what the client may see.
    for_client: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Raised by each change, so that two people do not change it over each other.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # When it is due next.
    next_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="raise")
