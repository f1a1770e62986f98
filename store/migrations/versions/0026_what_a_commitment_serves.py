"""A commitment may serve a row of its account's plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commitment", sa.Column("serves_kind", sa.Text()))
    op.add_column("commitment", sa.Column("serves_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    where = sa.text("serves_id IS NOT NULL")
    op.create_index(
        "ix_commitment_serves", "commitment", ["serves_id", "serves_kind"], unique=False, sqlite_where=where,
        postgresql_where=where,
    )  # fmt: skip
