"""The rhythm of the weekly digest in an account's channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "weekly_digest",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=True),
        sa.Column("weekday", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hour", sa.Integer(), server_default="9", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_weekly_digest"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_weekly_digest_workspace_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_weekly_digest_account_id"),
        sa.UniqueConstraint("account_id", name="uq_weekly_digest_account_id"),
    )
    op.create_index(
        "ix_weekly_digest_next_at", "weekly_digest", ["next_at"], unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"), postgresql_where=sa.text("next_at IS NOT NULL"),
    )  # fmt: skip
