"""Working lives: own hours, weeks and languages, absences, quiet, blockers, and when the account's owner hears."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("workspace", sa.Column("escalate_a_after", sa.Integer(), server_default="3", nullable=False))
    op.add_column("workspace", sa.Column("escalate_after", sa.Integer(), server_default="5", nullable=False))
    op.add_column("workspace", sa.Column("honours_status", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("person", sa.Column("briefed_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("send_hour", sa.Integer(), nullable=True))
    op.add_column("person", sa.Column("working_week", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("holidays_region", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("date_language", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("weekly", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("commitment", sa.Column("quiet_until", sa.Date(), nullable=True))
    op.add_column("commitment", sa.Column("touched_at", INSTANT, nullable=True))
    # SQLite takes the foreign key of an added column only together with it, and so does PostgreSQL.
    type_ = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE commitment ADD COLUMN blocker_id {type_}"
        " CONSTRAINT fk_commitment_blocker_id REFERENCES person (id)"
    )
    _absences()


def _absences() -> None:
    op.create_table(
        "absence",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("delegate_id", KEY, nullable=True),
        sa.Column("source", sa.Text(), server_default="person", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_absence_days")),
        sa.CheckConstraint("source IN ('person', 'status')", name=op.f("ck_absence_source")),
        sa.ForeignKeyConstraint(["delegate_id"], ["person.id"], name=op.f("fk_absence_delegate_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_absence_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_person", "absence", ["person_id", "last_day"], unique=False)
    # The other readers of a commitment are found by the delegate, the account's lead and the blocker.
    op.create_index("ix_absence_delegate", "absence", ["delegate_id", "last_day"], unique=False)
    op.create_index("ix_account_owner", "account", ["owner_id"], unique=False)
    op.create_index(
        "ix_commitment_blocker",
        "commitment",
        ["blocker_id"],
        unique=False,
        sqlite_where=sa.text("blocker_id IS NOT NULL"),
        postgresql_where=sa.text("blocker_id IS NOT NULL"),
    )
