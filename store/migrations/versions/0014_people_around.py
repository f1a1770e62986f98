"""People follow a commitment, and ask its owner how it stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "commitment_person",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("commitment_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("waits", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("part IN ('follower', 'asker')", name=op.f("ck_commitment_person_part")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_commitment_person_workspace_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_person_commitment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_commitment_person_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_person")),
        sa.UniqueConstraint(
            "commitment_id", "person_id", "part", name=op.f("uq_commitment_person_commitment_id_person_id_part")
        ),
    )
    op.create_index("ix_commitment_person_person", "commitment_person", ["person_id", "commitment_id"], unique=False)
