"""A person of the client may be erased: the words about them, and the letters to them, become "(redacted)"."""

from __future__ import annotations

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

# The guards of 0046 and 0045, with the texts about a person among those that a redaction may take away.
_KEPT = ("id", "workspace_id", "subject_kind", "subject_id", "at", "actor_id", "client_id", "verb", "origin_key")
_TEXTS = (
    "action", "note", "blocked_by", "name", "title", "unit", "organisation", "language", "roles", "influence",
    "support", "link", "been", "hope", "answer",
)  # fmt: skip
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
_POSTGRESQL_TEXTS = " AND ".join(
    f"""(NEW.changes::jsonb -> '{field}' IS NOT DISTINCT FROM OLD.changes::jsonb -> '{field}'
         OR (OLD.changes::jsonb -> '{field}' IS NOT NULL
             AND NEW.changes::jsonb -> '{field}' = '["(redacted)", "(redacted)"]'::jsonb))"""
    for field in _TEXTS
)
_POSTGRESQL_NAMES = "ARRAY[" + ", ".join(f"'{field}'" for field in _TEXTS) + "]"
_OF_LETTER = ("about_kind", "about_id", "language", "author_id", "created_at")
_IS_ERASED = """NEW.subject = '(redacted)' AND NEW.body = '(redacted)' AND EXISTS (
            SELECT 1 FROM entry WHERE subject_kind = 'stakeholder' AND subject_id = OLD.stakeholder_id
            AND verb = 'redact')"""
_COLUMNS = "about_kind, about_id, language, subject, body, author_id, created_at"
SQLITE_GUARDS = (
    "DROP TRIGGER entry_is_never_changed",
    f"""CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
        WHEN NOT (
            {_REDACTION}
            AND {" AND ".join(f"NEW.{column} IS OLD.{column}" for column in _KEPT)}
            AND (NEW.reason IS OLD.reason OR (OLD.reason IS NOT NULL AND NEW.reason IS '(redacted)'))
            AND json_remove(NEW.changes, {_SQLITE_PATHS}) IS json_remove(OLD.changes, {_SQLITE_PATHS})
            AND {_SQLITE_TEXTS})
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: entry'); END""",
    "DROP TRIGGER letter_is_never_rewritten",
    f"""CREATE TRIGGER letter_is_never_rewritten BEFORE UPDATE OF {_COLUMNS} ON letter
        WHEN NOT ({_IS_ERASED} AND {" AND ".join(f"NEW.{column} IS OLD.{column}" for column in _OF_LETTER)})
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: letter'); END""",
)
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
    f"""CREATE FUNCTION letter_only_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_IS_ERASED}
            AND {" AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in _OF_LETTER)}
        THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the ledger cannot be rewritten: letter'; END $$""",
    "DROP TRIGGER letter_is_never_rewritten ON letter",
    f"""CREATE TRIGGER letter_is_never_rewritten BEFORE UPDATE OF {_COLUMNS} ON letter
        FOR EACH ROW EXECUTE FUNCTION letter_only_goes()""",
)


def upgrade() -> None:
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS:
        op.execute(guard)
