"""The weekly digest may stand where the client reads too, with what was shared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("weekly_digest", sa.Column("for_client", sa.Boolean(), server_default=sa.false(), nullable=False))
