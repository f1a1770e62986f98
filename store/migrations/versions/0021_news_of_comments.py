"""Indexes for the news of a person: the commitments with new comments; and the time from which on a person follows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commitment_person", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    where = sa.text("commented_at IS NOT NULL")
    for one in ("owner", "creator", "account"):
        op.create_index(
            f"ix_commitment_{one}_commented", "commitment", [f"{one}_id", "commented_at"], unique=False,
            sqlite_where=where, postgresql_where=where,
        )  # fmt: skip
