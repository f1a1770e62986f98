"""An account may be restricted to the people of its plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_account_restricted",
        "account",
        ["workspace_id"],
        unique=False,
        sqlite_where=sa.text("restricted = 1"),
        postgresql_where=sa.text("restricted"),
    )
