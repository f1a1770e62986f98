"""The commitments that were made from a message are found by its link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("permalink IS NOT NULL")
    op.create_index(
        "ix_commitment_permalink", "commitment", ["permalink"], unique=False, sqlite_where=where, postgresql_where=where
    )
