"""Offerings: the products and services that a workspace sells.

As with commitments, no row is ever deleted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
SQLITE_GUARD = """CREATE TRIGGER offering_is_never_deleted BEFORE DELETE ON offering
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: offering'); END"""
POSTGRESQL_GUARD = """CREATE TRIGGER offering_is_never_deleted BEFORE DELETE ON offering
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()"""


def upgrade() -> None:
    op.create_table(
        "offering",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("archived_at", INSTANT, nullable=True),
        sa.Column("archive_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_offering_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_offering_workspace_id_name_key")),
    )
    op.execute(SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD)
