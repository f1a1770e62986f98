"""The basis of an account's plan: its place in the customer's organisation, its worth, its period and its team."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("crm", "strategy", "target_markets", "full_means"):
        op.add_column("account", sa.Column(name, sa.Text(), nullable=True))
    for name in ("potential", "cost_to_serve", "target"):
        op.add_column("account", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("period_start", "period_end"):
        op.add_column("account", sa.Column(name, sa.Date(), nullable=True))
    # As in 0010: an added column takes its constraint together with it.
    type_ = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column, table in (("parent_id", "account"), ("sponsor_id", "person")):
        op.execute(
            f"ALTER TABLE account ADD COLUMN {column} {type_} CONSTRAINT fk_account_{column} REFERENCES {table} (id)"
        )
    op.execute(
        "ALTER TABLE account ADD COLUMN kind TEXT"
        " CONSTRAINT ck_account_kind CHECK (kind IN ('entity', 'unit', 'budget'))"
    )
    op.create_index("ix_account_parent", "account", ["parent_id"], unique=False)
    op.create_table(
        "plan_member",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        *(
            sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"], name=f"fk_plan_member_{table}_id")
            for table in ("workspace", "account", "person")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_member"),
        sa.UniqueConstraint("account_id", "person_id", name="uq_plan_member_account_id_person_id"),
    )
    op.create_index("ix_plan_member_person", "plan_member", ["person_id", "account_id"], unique=False)
