"""A commitment has a last comment, and the day until which its blocker needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("commitment", sa.Column("blocked_until", sa.Date(), nullable=True))
    op.add_column("commitment", sa.Column("comment", sa.Text(), nullable=True))
    op.add_column("commitment", sa.Column("commented_at", sa.DateTime(timezone=True), nullable=True))
    # As in 0010: an added column takes its foreign key together with it.
    type_ = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE commitment ADD COLUMN commenter_id {type_}"
        " CONSTRAINT fk_commitment_commenter_id REFERENCES person (id)"
    )
