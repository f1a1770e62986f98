"""A review has the time of its next message, and a message may be about a review."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    # Not op.add_column: SQLite takes the constraint of an added column only together with it.
    op.execute(f"ALTER TABLE outbox ADD COLUMN review_id {key} CONSTRAINT fk_outbox_review_id REFERENCES review (id)")
    op.add_column("review", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    is_set = sa.text("next_at IS NOT NULL")
    op.create_index("ix_review_next_at", "review", ["next_at"], sqlite_where=is_set, postgresql_where=is_set)
