"""Commitments may be agreed by the client's people, who may do so themselves: an entry names the one who did."""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

# The guards of 0008, with the new column among those that nothing changes.
_KEPT = ("id", "workspace_id", "subject_kind", "subject_id", "at", "actor_id", "client_id", "verb", "origin_key")
WAYS = "('meeting', 'letter', 'page', 'call')"
_TEXTS = ("action", "note", "blocked_by")
_REDACTION = """EXISTS (SELECT 1 FROM entry AS redaction WHERE redaction.subject_kind = OLD.subject_kind
                    AND redaction.subject_id = OLD.subject_id AND redaction.verb = 'redact'
                    AND redaction.id > OLD.id)"""
_SQLITE_TEXTS = " AND ".join(
    f"""(json_extract(NEW.changes, '$.{field}') IS json_extract(OLD.changes, '$.{field}')
         OR (json_extract(OLD.changes, '$.{field}') IS NOT NULL
             AND json_extract(NEW.changes, '$.{field}') = '["(redacted)","(redacted)"]'))"""
    for field in _TEXTS
)
_SQLITE_PATHS = ", ".join(f"'$.{field}'" for field in _TEXTS)
SQLITE_GUARD = f"""CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
        WHEN NOT (
            {_REDACTION}
            AND {" AND ".join(f"NEW.{column} IS OLD.{column}" for column in _KEPT)}
            AND (NEW.reason IS OLD.reason OR (OLD.reason IS NOT NULL AND NEW.reason IS '(redacted)'))
            AND json_remove(NEW.changes, {_SQLITE_PATHS}) IS json_remove(OLD.changes, {_SQLITE_PATHS})
            AND {_SQLITE_TEXTS})
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: entry'); END"""
_POSTGRESQL_TEXTS = " AND ".join(
    f"""(NEW.changes::jsonb -> '{field}' IS NOT DISTINCT FROM OLD.changes::jsonb -> '{field}'
         OR (OLD.changes::jsonb -> '{field}' IS NOT NULL
             AND NEW.changes::jsonb -> '{field}' = '["(redacted)", "(redacted)"]'::jsonb))"""
    for field in _TEXTS
)
_POSTGRESQL_NAMES = "ARRAY[" + ", ".join(f"'{field}'" for field in _TEXTS) + "]"
POSTGRESQL_GUARD = f"""CREATE OR REPLACE FUNCTION entry_only_loses_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_REDACTION}
            AND {" AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in _KEPT)}
            AND (NEW.reason IS NOT DISTINCT FROM OLD.reason
                 OR (OLD.reason IS NOT NULL AND NEW.reason IS NOT DISTINCT FROM '(redacted)'))
            AND NEW.changes::jsonb - {_POSTGRESQL_NAMES} = OLD.changes::jsonb - {_POSTGRESQL_NAMES}
            AND {_POSTGRESQL_TEXTS}
        THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the ledger cannot be rewritten: entry'; END $$"""


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    key = "INTEGER" if is_sqlite else "BIGINT"
    for table, column in (
        ("commitment", "agreed_on DATE"),
        ("commitment", f"agreed_by_id {key} CONSTRAINT fk_commitment_agreed_by_id REFERENCES stakeholder (id)"),
        ("commitment", f"agreed_how TEXT CONSTRAINT ck_commitment_agreed_how CHECK (agreed_how IN {WAYS})"),
        ("commitment", "agreed_until DATE"),
        ("expectation", "agreed_until DATE"),
        ("entry", f"client_id {key}"),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    if is_sqlite:
        op.execute("DROP TRIGGER entry_is_never_changed")
    op.execute(SQLITE_GUARD if is_sqlite else POSTGRESQL_GUARD)
