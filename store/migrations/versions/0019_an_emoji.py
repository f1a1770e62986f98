"""A workspace may choose an emoji that proposes a message as a commitment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", sa.Column("emoji", sa.Text(), nullable=True))
    has_one = sa.text("ts IS NOT NULL")
    op.create_index("ix_outbox_ts", "outbox", ["ts"], sqlite_where=has_one, postgresql_where=has_one)
