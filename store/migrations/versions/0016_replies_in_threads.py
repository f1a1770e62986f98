"""A workspace says whether the bot replies in the thread of a message from which a commitment was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", sa.Column("replies_in_threads", sa.Boolean(), server_default=sa.true(), nullable=False))
