"""Key dates of accounts: the first section of an account plan. As with commitments, no row is ever deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
SQLITE_GUARD = """CREATE TRIGGER key_date_is_never_deleted BEFORE DELETE ON key_date
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: key_date'); END"""
POSTGRESQL_GUARD = """CREATE TRIGGER key_date_is_never_deleted BEFORE DELETE ON key_date
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()"""


def upgrade() -> None:
    op.create_table(
        "key_date",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("owner_id", KEY, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("archived_at", INSTANT, nullable=True),
        sa.Column("archive_reason", sa.Text(), nullable=True),
        sa.Column("origin_key", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recurs", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('renewal', 'budget', 'show', 'other')", name=op.f("ck_key_date_kind")),
        sa.CheckConstraint("recurs IN ('never', 'yearly', 'quarterly')", name=op.f("ck_key_date_recurs")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_key_date_account_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_key_date_owner_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_key_date_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_date")),
        sa.UniqueConstraint("workspace_id", "origin_key", name=op.f("uq_key_date_workspace_id_origin_key")),
    )
    op.create_index("ix_key_date_account", "key_date", ["account_id"], unique=False)
    op.create_index(
        "ix_key_date_owner", "key_date", ["owner_id", "day"], unique=False,
        sqlite_where=sa.text("owner_id IS NOT NULL"), postgresql_where=sa.text("owner_id IS NOT NULL"),
    )  # fmt: skip
    op.execute(SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD)
