"""An objective has the client's person who shares it."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE objective ADD COLUMN stakeholder_id {key}"
        " CONSTRAINT fk_objective_stakeholder_id REFERENCES stakeholder (id)"
    )
