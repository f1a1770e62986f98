"""A commitment that its creator took back says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commitment", sa.Column("taken_back", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE commitment SET taken_back = (state = 'cancelled') WHERE id IN (SELECT subject_id FROM entry"
        " WHERE subject_kind = 'commitment' AND verb = 'undo')"
    )
