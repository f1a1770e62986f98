"""When Slack last said that somebody is an admin: rights are read when they matter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("admin_as_of", sa.DateTime(timezone=True), nullable=True))
