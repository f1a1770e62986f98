"""The roles that an account needs on its map, and the months between its reviews, are settings by category."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

ROLES = {"a": "decision_maker,economic_buyer,champion", "b": None, "c": None, "d": None}
MONTHS = {"a": "3", "b": "6", "c": "12", "d": None}


def upgrade() -> None:
    op.add_column("workspace", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    for category, roles in ROLES.items():
        op.add_column("workspace", sa.Column(f"roles_{category}", sa.Text(), server_default=roles, nullable=True))
    for category, months in MONTHS.items():
        name = f"review_months_{category}"
        op.add_column("workspace", sa.Column(name, sa.Integer(), server_default=months, nullable=True))
