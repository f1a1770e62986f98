"""Meetings with the client's people, and what each side expects of the other.

As with commitments, no row is ever deleted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
WAYS = "('meeting', 'letter', 'page', 'call')"
SQLITE_GUARD = """CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: {table}'); END"""
POSTGRESQL_GUARD = """CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()"""


def upgrade() -> None:
    _section(
        "expectation",
        sa.Column("stakeholder_id", KEY, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("agreed_by_id", KEY, nullable=True),
        sa.Column("agreed_how", sa.Text(), nullable=True),
        sa.CheckConstraint("side IN ('ours', 'theirs')", name=op.f("ck_expectation_side")),
        sa.CheckConstraint(
            "agreed_how IN ('meeting', 'letter', 'page', 'call')", name=op.f("ck_expectation_agreed_how")
        ),
        sa.ForeignKeyConstraint(["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_expectation_stakeholder_id")),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["stakeholder.id"], name=op.f("fk_expectation_agreed_by_id")),
    )
    op.create_index("ix_expectation_stakeholder", "expectation", ["stakeholder_id"], unique=False)
    _section(
        "meeting",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'held', 'not_held')", name=op.f("ck_meeting_state")),
    )
    op.create_table(
        "meeting_person",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("meeting_id", KEY, nullable=False),
        sa.Column("stakeholder_id", KEY, nullable=True),
        sa.Column("person_id", KEY, nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (stakeholder_id IS NULL)", name=op.f("ck_meeting_person_one")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_meeting_person_workspace_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_person_meeting_id")),
        sa.ForeignKeyConstraint(["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_meeting_person_stakeholder_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_person_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_person")),
        sa.UniqueConstraint("meeting_id", "stakeholder_id", name=op.f("uq_meeting_person_meeting_id_stakeholder_id")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_meeting_person_meeting_id_person_id")),
    )
    op.create_index("ix_meeting_person_stakeholder", "meeting_person", ["stakeholder_id"], unique=False)


def _section(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("owner_id", KEY, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("archived_at", INSTANT, nullable=True),
        sa.Column("archive_reason", sa.Text(), nullable=True),
        sa.Column("origin_key", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f(f"fk_{table}_owner_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("workspace_id", "origin_key", name=op.f(f"uq_{table}_workspace_id_origin_key")),
    )
    op.create_index(f"ix_{table}_account", table, ["account_id"], unique=False)
    guard = SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD
    op.execute(guard.format(table=table))
