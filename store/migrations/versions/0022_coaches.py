"""An index for the escalations to an account's coach."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_account_coach", "account", ["coach_id"], unique=False)
