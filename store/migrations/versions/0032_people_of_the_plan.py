"""The client's people are a section of the account plan, with a history. Nobody is ever deleted."""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# By whom they were added: the row's person, or else the account's, or else the first of the workspace.
HISTORY = """INSERT INTO entry (workspace_id, subject_kind, subject_id, at, actor_id, verb, changes)
    SELECT one.workspace_id, 'stakeholder', one.id, one.created_at,
        COALESCE(one.owner_id, account.owner_id, (SELECT MIN(id) FROM person WHERE workspace_id = one.workspace_id)),
        'add', '{}'
    FROM stakeholder AS one JOIN account ON account.id = one.account_id ORDER BY one.id"""
SQLITE_GUARD = """CREATE TRIGGER stakeholder_is_never_deleted BEFORE DELETE ON stakeholder
    BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: stakeholder'); END"""
POSTGRESQL_GUARD = """CREATE TRIGGER stakeholder_is_never_deleted BEFORE DELETE ON stakeholder
    FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()"""


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    key, instant = ("INTEGER", "DATETIME") if is_sqlite else ("BIGINT", "TIMESTAMP WITH TIME ZONE")
    steps = "CONSTRAINT ck_stakeholder_{0} CHECK ({0} BETWEEN 1 AND 5)"
    person = "CONSTRAINT fk_stakeholder_{} REFERENCES stakeholder (id)"
    for column in (
        "version INTEGER DEFAULT 1 NOT NULL",
        "note TEXT",
        f"archived_at {instant}",
        "archive_reason TEXT",
        # Filled below; SQLite adds no column without a default that is never empty.
        "origin_key TEXT DEFAULT '' NOT NULL",
        "unit TEXT",
        "organisation TEXT",
        "roles TEXT",
        f"influence INTEGER {steps.format('influence')}",
        f"support INTEGER {steps.format('support')}",
        f"reports_to_id {key} {person.format('reports_to_id')}",
        "interval_number INTEGER CONSTRAINT ck_stakeholder_interval_number CHECK (interval_number > 0)",
        "interval_unit TEXT CONSTRAINT ck_stakeholder_interval_unit CHECK (interval_unit IN ('weeks', 'months'))",
        "next_meeting_on DATE",
        "link TEXT",
        "been TEXT",
        "hope TEXT",
        "left_on DATE",
        f"successor_id {key} {person.format('successor_id')}",
        f"merged_into_id {key} {person.format('merged_into_id')}",
    ):
        op.execute(f"ALTER TABLE stakeholder ADD COLUMN {column}")
    op.execute("UPDATE stakeholder SET origin_key = 'stakeholder:' || id")
    op.create_index("ix_stakeholder_origin_key", "stakeholder", ["workspace_id", "origin_key"], unique=True)
    op.execute(HISTORY)
    op.execute(SQLITE_GUARD if is_sqlite else POSTGRESQL_GUARD)
