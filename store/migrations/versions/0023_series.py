"""Commitments come again and again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commitment", sa.Column("rhythm", sa.Text()))
    op.add_column("commitment", sa.Column("series_on", sa.Date()))
    op.add_column("commitment", sa.Column("repeat_at", sa.DateTime(timezone=True)))
    op.add_column("commitment", sa.Column("next_number", sa.Integer()))
    op.add_column("commitment", sa.Column("next_on", sa.Date()))
    where = sa.text("repeat_at IS NOT NULL")
    op.create_index(
        "ix_commitment_repeat_at", "commitment", ["repeat_at"], unique=False, sqlite_where=where, postgresql_where=where
    )
