"""Indexes for the news of a person: the commitments that they wait for, by the time of their last progress."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("touched_at IS NOT NULL")
    for one in ("owner", "creator", "account"):
        op.create_index(
            f"ix_commitment_{one}_touched", "commitment", [f"{one}_id", "touched_at"], unique=False,
            sqlite_where=where, postgresql_where=where,
        )  # fmt: skip
