"""Expectations, meetings and reviews say who sees them: our team alone, or the client as well."""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("expectation", "meeting", "review"):
        # As in 0010: an added column takes its constraint together with it.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN sharing TEXT DEFAULT 'internal' NOT NULL"
            f" CONSTRAINT ck_{table}_sharing CHECK (sharing IN ('internal', 'shareable'))"
        )
