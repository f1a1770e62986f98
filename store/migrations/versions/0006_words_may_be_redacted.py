"""Words that should never have been written may leave the ledger; who did what, and when, stays.

The guards of the first revision are replaced by ones that let a text become "(redacted)", and nothing else happen to
an entry, after an entry of the same commitment that records who redacted it.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEPT = ("id", "workspace_id", "commitment_id", "at", "actor_id", "verb", "origin_key")
_TEXTS = ("action", "note", "blocked_by")

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
            EXISTS (SELECT 1 FROM entry AS redaction WHERE redaction.commitment_id = OLD.commitment_id
                    AND redaction.verb = 'redact' AND redaction.id > OLD.id)
            AND {" AND ".join(f"NEW.{column} IS OLD.{column}" for column in _KEPT)}
            AND (NEW.reason IS OLD.reason OR (OLD.reason IS NOT NULL AND NEW.reason IS '(redacted)'))
            AND json_remove(NEW.changes, {_SQLITE_PATHS}) IS json_remove(OLD.changes, {_SQLITE_PATHS})
            AND {_SQLITE_TEXTS})
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: entry'); END""",  # noqa: S608  our own names
    """CREATE TRIGGER commitment_keeps_its_first_promise
       BEFORE UPDATE OF first_due_on, number, creator_id, created_at ON commitment
       WHEN OLD.first_due_on IS NOT NEW.first_due_on OR OLD.number IS NOT NEW.number
         OR OLD.creator_id IS NOT NEW.creator_id OR OLD.created_at IS NOT NEW.created_at
       BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: first promise'); END""",
    """CREATE TRIGGER commitment_keeps_its_first_wording BEFORE UPDATE OF first_action ON commitment
       WHEN OLD.first_action IS NOT NEW.first_action AND NOT (
           NEW.first_action IS '(redacted)'
           AND EXISTS (SELECT 1 FROM entry WHERE commitment_id = OLD.id AND verb = 'redact'))
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
    f"""CREATE FUNCTION entry_only_loses_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM entry AS redaction WHERE redaction.commitment_id = OLD.commitment_id
                   AND redaction.verb = 'redact' AND redaction.id > OLD.id)
            AND {" AND ".join(f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}" for column in _KEPT)}
            AND (NEW.reason IS NOT DISTINCT FROM OLD.reason
                 OR (OLD.reason IS NOT NULL AND NEW.reason IS NOT DISTINCT FROM '(redacted)'))
            AND NEW.changes::jsonb - {_POSTGRESQL_NAMES} = OLD.changes::jsonb - {_POSTGRESQL_NAMES}
            AND {_POSTGRESQL_TEXTS}
        THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the ledger cannot be rewritten: entry'; END $$""",  # noqa: S608  our own names
    """CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
       FOR EACH ROW EXECUTE FUNCTION entry_only_loses_words()""",
    """CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
       FOR EACH ROW EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
    """CREATE TRIGGER commitment_keeps_its_first_promise
       BEFORE UPDATE OF first_due_on, number, creator_id, created_at ON commitment
       FOR EACH ROW
       WHEN ((OLD.first_due_on, OLD.number, OLD.creator_id, OLD.created_at)
         IS DISTINCT FROM (NEW.first_due_on, NEW.number, NEW.creator_id, NEW.created_at))
       EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
    """CREATE FUNCTION first_wording_only_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.first_action = '(redacted)'
            AND EXISTS (SELECT 1 FROM entry WHERE commitment_id = OLD.id AND verb = 'redact')
        THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the ledger cannot be rewritten: first wording'; END $$""",
    """CREATE TRIGGER commitment_keeps_its_first_wording BEFORE UPDATE OF first_action ON commitment
       FOR EACH ROW WHEN (OLD.first_action IS DISTINCT FROM NEW.first_action)
       EXECUTE FUNCTION first_wording_only_goes()""",
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table in (("entry_is_never_changed", "entry"), ("commitment_keeps_its_first_promise", "commitment")):
        op.execute(f"DROP TRIGGER {name}" if is_sqlite else f"DROP TRIGGER {name} ON {table}")
    for guard in SQLITE_GUARDS if is_sqlite else POSTGRESQL_GUARDS:
        op.execute(guard)
