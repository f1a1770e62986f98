"""The number of working days before a review on which its digest comes is a setting of the workspace."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", sa.Column("digest_before", sa.Integer(), server_default="5", nullable=False))
