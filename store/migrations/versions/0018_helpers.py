"""People help with a commitment."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NAME, PARTS = "part", "part IN ('helper', 'follower', 'asker')"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite changes no constraint in place. The copy of the table has those alone that are named here.
        with op.batch_alter_table("commitment_person", recreate="always") as table:
            table.create_check_constraint(op.f(f"ck_commitment_person_{NAME}"), PARTS)
        return
    op.drop_constraint(op.f(f"ck_commitment_person_{NAME}"), "commitment_person", type_="check")
    op.create_check_constraint(op.f(f"ck_commitment_person_{NAME}"), "commitment_person", PARTS)
