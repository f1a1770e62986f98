"""Opportunities name their offering and the objective that they serve; an objective's first figure has a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("objective", sa.Column("start_on", sa.Date(), nullable=True))
    op.add_column("objective", sa.Column("start_source", sa.Text(), nullable=True))
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for table in ("offering", "objective"):
        op.execute(
            f"ALTER TABLE opportunity ADD COLUMN {table}_id {key}"
            f" CONSTRAINT fk_opportunity_{table}_id REFERENCES {table} (id)"
        )
