"""Pages of the client's people: links, the days on which they were opened, and what a person proposes there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "client_link",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("stakeholder_id", ID, nullable=False),
        sa.Column("creator_id", ID, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_client_link_workspace_id"),
        sa.ForeignKeyConstraint(["stakeholder_id"], ["stakeholder.id"], name="fk_client_link_stakeholder_id"),
        sa.ForeignKeyConstraint(["creator_id"], ["person.id"], name="fk_client_link_creator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_client_link"),
        sa.UniqueConstraint("token_hash", name="uq_client_link_token_hash"),
    )
    op.create_index("ix_client_link_stakeholder", "client_link", ["stakeholder_id", "ended_at"])
    op.create_table(
        "client_open",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_client_open_workspace_id"),
        sa.ForeignKeyConstraint(["link_id"], ["client_link.id"], name="fk_client_open_link_id"),
        sa.PrimaryKeyConstraint("id", name="pk_client_open"),
        sa.UniqueConstraint("link_id", "day", "device", name="uq_client_open_link_id_day_device"),
    )
    op.create_table(
        "client_post",
        sa.Column("id", ID, nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["client_link.id"], name="fk_client_post_link_id"),
        sa.PrimaryKeyConstraint("id", name="pk_client_post"),
    )
    op.create_index("ix_client_post_link", "client_post", ["link_id", "at"])
    op.create_index("ix_client_post_address", "client_post", ["address", "at"])
    kinds = "'done', 'date', 'commitment', 'question', 'link'"
    op.create_table(
        "proposal",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("stakeholder_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("commitment_id", ID),
        sa.Column("side", sa.Text()),
        sa.Column("text", sa.Text()),
        sa.Column("due_on", sa.Date()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_at", INSTANT),
        sa.Column("answerer_id", ID),
        sa.Column("origin_key", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_proposal_kind")),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'answered')", name=op.f("ck_proposal_state")),
        sa.CheckConstraint("side IN ('ours', 'theirs')", name=op.f("ck_proposal_side")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_proposal_workspace_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_proposal_account_id"),
        sa.ForeignKeyConstraint(["stakeholder_id"], ["stakeholder.id"], name="fk_proposal_stakeholder_id"),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name="fk_proposal_commitment_id"),
        sa.ForeignKeyConstraint(["answerer_id"], ["person.id"], name="fk_proposal_answerer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
        sa.UniqueConstraint("workspace_id", "origin_key", name="uq_proposal_workspace_id_origin_key"),
    )
    op.create_index("ix_proposal_stakeholder", "proposal", ["stakeholder_id", "created_at"])
    op.create_index("ix_proposal_account", "proposal", ["account_id"])
    op.create_index("ix_proposal_commitment", "proposal", ["commitment_id"])
