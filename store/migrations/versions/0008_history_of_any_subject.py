"""An entry and a mention name any subject, by its kind and its id. An account has a version, as a commitment has.

The rows of commitments are carried over. The guards that let words of an entry be redacted look for the redaction of
the same subject.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)

_KEPT = ("id", "workspace_id", "subject_kind", "subject_id", "at", "actor_id", "verb", "origin_key")
_TEXTS = ("action", "note", "blocked_by")
_REDACTION = """EXISTS (SELECT 1 FROM entry AS redaction WHERE redaction.subject_kind = OLD.subject_kind
                    AND redaction.subject_id = OLD.subject_id AND redaction.verb = 'redact'
                    AND redaction.id > OLD.id)"""
_REDACTED_COMMITMENT = """EXISTS (SELECT 1 FROM entry WHERE subject_kind = 'commitment' AND subject_id = OLD.id
                    AND verb = 'redact')"""

_SQLITE_TEXTS = " AND ".join(
    f"""(json_extract(NEW.changes, '$.{field}') IS json_extract(OLD.changes, '$.{field}')
         OR (json_extract(OLD.changes, '$.{field}') IS NOT NULL
             AND json_extract(NEW.changes, '$.{field}') = '["(redacted)","(redacted)"]'))"""
    for field in _TEXTS
)
_SQLITE_PATHS = ", ".join(f"'$.{field}'" for field in _TEXTS)
SQLITE_GUARDS = (
    f"""CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
        WHEN NOT (
            {_REDACTION}
            AND {" AND ".join(f"NEW.{column} IS OLD.{column}" for column in _KEPT)}
            AND (NEW.reason IS OLD.reason OR (OLD.reason IS NOT NULL AND NEW.reason IS '(redacted)'))
            AND json_remove(NEW.changes, {_SQLITE_PATHS}) IS json_remove(OLD.changes, {_SQLITE_PATHS})
            AND {_SQLITE_TEXTS})
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: entry'); END""",
    """CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
       BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: entry'); END""",
    f"""CREATE TRIGGER commitment_keeps_its_first_wording BEFORE UPDATE OF first_action ON commitment
        WHEN OLD.first_action IS NOT NEW.first_action AND NOT (
            NEW.first_action IS '(redacted)' AND {_REDACTED_COMMITMENT})
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: first wording'); END""",
)

_POSTGRESQL_TEXTS = " AND ".join(
    f"""(NEW.changes::jsonb -> '{field}' IS NOT DISTINCT FROM OLD.changes::jsonb -> '{field}'
         OR (OLD.changes::jsonb -> '{field}' IS NOT NULL
             AND NEW.changes::jsonb -> '{field}' = '["(redacted)", "(redacted)"]'::jsonb))"""
    for field in _TEXTS
)
_POSTGRESQL_NAMES = "ARRAY[" + ", ".join(f"'{field}'" for field in _TEXTS) + "]"
POSTGRESQL_GUARDS = (
    f"""CREATE OR REPLACE FUNCTION entry_only_loses_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_REDACTION}
            AND {" AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in _KEPT)}
            AND (NEW.reason IS NOT DISTINCT FROM OLD.reason
                 OR (OLD.reason IS NOT NULL AND NEW.reason IS NOT DISTINCT FROM '(redacted)'))
            AND NEW.changes::jsonb - {_POSTGRESQL_NAMES} = OLD.changes::jsonb - {_POSTGRESQL_NAMES}
            AND {_POSTGRESQL_TEXTS}
        THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the ledger cannot be rewritten: entry'; END $$""",
    f"""CREATE OR REPLACE FUNCTION first_wording_only_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.first_action = '(redacted)' AND {_REDACTED_COMMITMENT}
        THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the ledger cannot be rewritten: first wording'; END $$""",
)


def upgrade() -> None:
    op.add_column("account", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
    else:
        _alter()
    op.create_index("ix_entry_subject", "entry", ["subject_id", "subject_kind", "id"], unique=False)
    op.create_index("ix_mention_subject", "mention", ["subject_id", "subject_kind"], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS:
        op.execute(guard)


def _rebuild() -> None:
    """SQLite drops no foreign key: new tables take the rows over."""
    # A trigger that names a table which is about to change would stand in the way.
    op.execute("DROP TRIGGER commitment_keeps_its_first_wording")
    op.create_table(
        "entry_of_any",
        sa.Column("id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", KEY, nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("origin_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_entry_actor_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_entry_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_table(
        "mention_of_any",
        sa.Column("outbox_id", KEY, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", KEY, nullable=False),
        sa.Column("workspace_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_mention_outbox_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mention_person_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_mention_workspace_id")),
        sa.PrimaryKeyConstraint("outbox_id", "subject_kind", "subject_id", name=op.f("pk_mention")),
    )
    _take_over("entry", "id", ("workspace_id", "at", "actor_id", "verb", "changes", "reason", "origin_key"))
    _take_over("mention", "outbox_id", ("workspace_id", "person_id", "position", "occasion", "due_on", "version"))


def _take_over(table: str, key: str, columns: tuple[str, ...]) -> None:
    names = ", ".join(columns)
    op.execute(
        f"INSERT INTO {table}_of_any ({key}, subject_kind, subject_id, {names})"  # noqa: S608  our own names
        f" SELECT {key}, 'commitment', commitment_id, {names} FROM {table}"
    )
    op.drop_table(table)
    op.rename_table(f"{table}_of_any", table)


def _alter() -> None:
    for table, index in (("entry", "ix_entry_commitment"), ("mention", "ix_mention_commitment")):
        op.drop_index(index, table_name=table)
        op.drop_constraint(f"fk_{table}_commitment_id", table, type_="foreignkey")
        op.add_column(table, sa.Column("subject_kind", sa.Text(), server_default="commitment", nullable=False))
        op.alter_column(table, "subject_kind", server_default=None)
        op.alter_column(table, "commitment_id", new_column_name="subject_id")
    op.alter_column("mention", "due_on", nullable=True)
    op.drop_constraint("pk_mention", "mention", type_="primary")
    op.create_primary_key("pk_mention", "mention", ["outbox_id", "subject_kind", "subject_id"])
