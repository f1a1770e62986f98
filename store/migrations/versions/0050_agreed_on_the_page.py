"""The client's people agree to expectations on their pages, and the one of ours hears of it as of a proposal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

NAME = "ck_proposal_kind"
CHECKS = {
    NAME: "kind IN ('done', 'date', 'commitment', 'question', 'link', 'agreed')",
    "ck_proposal_state": "state IN ('open', 'confirmed', 'answered')",
    "ck_proposal_side": "side IN ('ours', 'theirs')",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite changes no constraint in place. The copy of the table has those alone that are named here.
        with op.batch_alter_table("proposal", recreate="always") as table:
            for name, check in CHECKS.items():
                table.create_check_constraint(op.f(name), sa.text(check))
        return
    op.drop_constraint(op.f(NAME), "proposal", type_="check")
    op.create_check_constraint(op.f(NAME), "proposal", sa.text(CHECKS[NAME]))
