"""Buyers: the client's people in an opportunity. As with commitments, no row is ever deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
SQLITE_GUARD = """CREATE TRIGGER buyer_is_never_deleted BEFORE DELETE ON buyer
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: buyer'); END"""
POSTGRESQL_GUARD = """CREATE TRIGGER buyer_is_never_deleted BEFORE DELETE ON buyer
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()"""


def upgrade() -> None:
    op.create_table(
        "buyer",
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
        sa.Column("opportunity_id", KEY, nullable=False),
        sa.Column("stakeholder_id", KEY, nullable=False),
        sa.Column("roles", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_buyer_account_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_buyer_owner_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_buyer_workspace_id")),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_buyer_opportunity_id")),
        sa.ForeignKeyConstraint(["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_buyer_stakeholder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer")),
        sa.UniqueConstraint("workspace_id", "origin_key", name=op.f("uq_buyer_workspace_id_origin_key")),
    )
    op.create_index("ix_buyer_account", "buyer", ["account_id"], unique=False)
    op.execute(SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD)
