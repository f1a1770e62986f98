"""Guests of a workspace are told apart from its members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("is_guest", sa.Boolean(), server_default=sa.false(), nullable=False))
