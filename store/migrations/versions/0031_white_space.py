"""White space: the state of each offering at an account or one of its units.

As with commitments, no row is ever deleted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
SQLITE_GUARD = """CREATE TRIGGER cell_is_never_deleted BEFORE DELETE ON cell
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: cell'); END"""
POSTGRESQL_GUARD = """CREATE TRIGGER cell_is_never_deleted BEFORE DELETE ON cell
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()"""


def upgrade() -> None:
    op.create_table(
        "cell",
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
        sa.Column("offering_id", KEY, nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("decider_id", KEY, nullable=True),
        sa.CheckConstraint("state IN ('has', 'open', 'competitor', 'never')", name=op.f("ck_cell_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_cell_account_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_cell_owner_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_cell_workspace_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_cell_offering_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["stakeholder.id"], name=op.f("fk_cell_decider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell")),
        sa.UniqueConstraint("workspace_id", "origin_key", name=op.f("uq_cell_workspace_id_origin_key")),
    )
    op.create_index("ix_cell_account", "cell", ["account_id"], unique=False)
    op.create_index("ix_cell_offering", "cell", ["offering_id"], unique=False)
    op.execute(SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD)
