"""How many messages somebody got this week is asked each time something could wait for the next one."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_outbox_person", "outbox", ["person_id", "settled_at"], unique=False)
