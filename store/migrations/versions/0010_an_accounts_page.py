"""An account has a coach, can be archived for a reason and restored, and can be merged into another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("archive_reason", sa.Text(), nullable=True))
    # SQLite takes the foreign key of an added column only together with it, and so does PostgreSQL.
    type_ = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column, table in (("coach_id", "person"), ("merged_into_id", "account")):
        op.execute(
            f"ALTER TABLE account ADD COLUMN {column} {type_} CONSTRAINT fk_account_{column} REFERENCES {table} (id)"
        )
    op.create_index("ix_account_merged_into", "account", ["merged_into_id"], unique=False)
