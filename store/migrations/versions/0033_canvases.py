"""The plan of an account as a canvas tab of its channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As in 0010: an added column takes its constraint together with it.
    op.execute("ALTER TABLE account ADD COLUMN canvas TEXT CONSTRAINT ck_account_canvas CHECK (canvas IN ('plan'))")
    type_ = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE outbox ADD COLUMN account_id {type_} CONSTRAINT fk_outbox_account_id REFERENCES account (id)"
    )
    has_account = sa.text("account_id IS NOT NULL")
    op.create_index(
        "ix_outbox_account", "outbox", ["account_id"], sqlite_where=has_account, postgresql_where=has_account
    )
