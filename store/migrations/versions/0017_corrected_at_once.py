"""First wording and first date follow a correction of the first ten minutes; after that they stay for good."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_REDACTED = """NEW.first_action = '(redacted)' AND EXISTS (SELECT 1 FROM entry
    WHERE subject_kind = 'commitment' AND subject_id = OLD.id AND verb = 'redact')"""
# Together with a change of the commitment, within UNDO_WITHIN of store/commitments/changing.py; a millisecond more for
# the days of SQLite, which are fractions.
_AT_ONCE = {
    "sqlite": "NEW.version > OLD.version AND julianday(NEW.touched_at) <= julianday(OLD.created_at) + 600.001 / 86400",
    "postgresql": "NEW.version > OLD.version AND NEW.touched_at <= OLD.created_at + interval '10 minutes'",
}
_OTHERS = ("number", "creator_id", "created_at")
SQLITE_GUARDS = (
    f"""CREATE TRIGGER commitment_keeps_its_first_promise BEFORE UPDATE OF {", ".join(_OTHERS)} ON commitment
        WHEN {" OR ".join(f"OLD.{one} IS NOT NEW.{one}" for one in _OTHERS)}
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: first promise'); END""",
    f"""CREATE TRIGGER commitment_keeps_its_first_date BEFORE UPDATE OF first_due_on ON commitment
        WHEN OLD.first_due_on IS NOT NEW.first_due_on AND ({_AT_ONCE["sqlite"]}) IS NOT TRUE
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: first date'); END""",
    f"""CREATE TRIGGER commitment_keeps_its_first_wording BEFORE UPDATE OF first_action ON commitment
        WHEN OLD.first_action IS NOT NEW.first_action AND ({_AT_ONCE["sqlite"]}) IS NOT TRUE AND NOT ({_REDACTED})
        BEGIN SELECT RAISE(ABORT, 'the ledger cannot be rewritten: first wording'); END""",
)
POSTGRESQL_GUARDS = (
    f"""CREATE TRIGGER commitment_keeps_its_first_promise BEFORE UPDATE OF {", ".join(_OTHERS)} ON commitment
        FOR EACH ROW WHEN ((OLD.number, OLD.creator_id, OLD.created_at)
            IS DISTINCT FROM (NEW.number, NEW.creator_id, NEW.created_at))
        EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
    f"""CREATE TRIGGER commitment_keeps_its_first_date BEFORE UPDATE OF first_due_on ON commitment
        FOR EACH ROW WHEN (OLD.first_due_on IS DISTINCT FROM NEW.first_due_on
            AND ({_AT_ONCE["postgresql"]}) IS NOT TRUE)
        EXECUTE FUNCTION ledger_cannot_be_rewritten()""",
    f"""CREATE OR REPLACE FUNCTION first_wording_only_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF ({_AT_ONCE["postgresql"]}) OR ({_REDACTED})
        THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the ledger cannot be rewritten: first wording'; END $$""",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER commitment_keeps_its_first_promise")
        op.execute("DROP TRIGGER commitment_keeps_its_first_wording")
        guards: tuple[str, ...] = SQLITE_GUARDS
    else:
        op.execute("DROP TRIGGER commitment_keeps_its_first_promise ON commitment")
        guards = POSTGRESQL_GUARDS
    for guard in guards:
        op.execute(guard)
