"""The signals of accounts: when each began to stand, and when it was mended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "signal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("about_kind", sa.Text(), nullable=False),
        sa.Column("about_id", KEY, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("weight IN ('amber', 'red')", name=op.f("ck_signal_weight")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signal_account_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_signal_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
    )
    stands = sa.text("ended_on IS NULL")
    op.create_index(
        "ix_signal_standing", "signal", ["account_id", "kind", "about_kind", "about_id"], unique=True,
        sqlite_where=stands, postgresql_where=stands,
    )  # fmt: skip
    op.add_column("account", sa.Column("next_check_at", sa.DateTime(timezone=True)))
    is_set = sa.text("next_check_at IS NOT NULL")
    op.create_index(
        "ix_account_next_check_at", "account", ["next_check_at"], unique=False, sqlite_where=is_set,
        postgresql_where=is_set,
    )  # fmt: skip
    # The accounts in use are compared at the first tick.
    op.execute("UPDATE account SET next_check_at = created_at WHERE archived_at IS NULL AND merged_into_id IS NULL")
