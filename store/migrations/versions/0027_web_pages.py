"""People open web pages by personal links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("workspace", sa.Column("public_url", sa.Text()))
    op.create_table(
        "web_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_web_link_workspace_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_web_link_person_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_web_link_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_web_link"),
        sa.UniqueConstraint("token_hash", name="uq_web_link_token_hash"),
    )
    op.create_table(
        "web_session",
        sa.Column("id", _ID, nullable=False),
        sa.Column("workspace_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_web_session_workspace_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_web_session_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_web_session"),
        sa.UniqueConstraint("token_hash", name="uq_web_session_token_hash"),
    )
    op.create_table(
        "web_guess",
        sa.Column("id", _ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_guess"),
    )
    for table in ("web_link", "web_session"):
        op.create_index(f"ix_{table}_person", table, ["person_id"])
        op.create_index(f"ix_{table}_expires_at", table, ["expires_at"])
    op.create_index("ix_web_guess_address", "web_guess", ["address", "at"])
